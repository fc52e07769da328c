-- +goose Up

-- Who is away on which days. Rows are kept when a leave is ended early: ended_from is the first day that was not taken any
-- more, so a leave that was called off before it began has none left. Both ends of a leave are civil days of the
-- organisation's zone; since and until are the same as instants, for rules that ask whether somebody is there.

CREATE TABLE leave (
    id         text COLLATE "C" NOT NULL,
    person_id  text COLLATE "C" NOT NULL,
    first_day  date NOT NULL,
    last_day   date NOT NULL,
    since      timestamptz NOT NULL,
    until      timestamptz NOT NULL,
    kind       text NOT NULL,
    deputy_id  text COLLATE "C",
    note       text NOT NULL DEFAULT '',
    created_by text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    ended_at   timestamptz,
    ended_by   text COLLATE "C",
    ended_from date,
    CONSTRAINT leave_pkey PRIMARY KEY (id),
    CONSTRAINT leave_person_id_fkey FOREIGN KEY (person_id) REFERENCES users (id),
    CONSTRAINT leave_deputy_id_fkey FOREIGN KEY (deputy_id) REFERENCES users (id),
    CONSTRAINT leave_self_check CHECK (deputy_id <> person_id),
    CONSTRAINT leave_order_check CHECK (first_day <= last_day AND since < until),
    CONSTRAINT leave_kind_check CHECK (kind IN ('annual', 'sick', 'personal', 'parental', 'business_trip', 'other')),
    CONSTRAINT leave_ended_check CHECK ((ended_at IS NULL) = (ended_from IS NULL) AND ended_from >= first_day)
);
CREATE INDEX leave_person_id_idx ON leave (person_id, first_day);

CREATE TRIGGER leave_org_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON leave
    FOR EACH STATEMENT EXECUTE FUNCTION raise_org_version();

-- A delegation that a leave made ends with it.

ALTER TABLE delegations ADD COLUMN leave_id text COLLATE "C";
ALTER TABLE delegations ADD CONSTRAINT delegations_leave_id_fkey FOREIGN KEY (leave_id) REFERENCES leave (id);
CREATE INDEX delegations_leave_id_idx ON delegations (leave_id) WHERE leave_id IS NOT NULL;
