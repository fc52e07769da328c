-- +goose Up

-- Lead quota (docs/decisions/0017-lead-quota.md). A breach is so many working days in a row with too few leads: the manager
-- states a reason, the station head confirms or waives a deduction. The row is where it stands; every rung of it is a row of
-- quota_breach_steps, which is only added to.

CREATE TABLE quota_breaches (
    id         text COLLATE "C" NOT NULL, -- follows from person and last day
    person_id  text COLLATE "C" NOT NULL,
    team_id    text COLLATE "C",          -- of the person when it was found
    first_day  date NOT NULL,
    last_day   date NOT NULL,
    days       integer NOT NULL,
    state      text NOT NULL,
    opened_at  timestamptz NOT NULL,
    reason     text,
    reason_by  text COLLATE "C",
    decided_by text COLLATE "C",
    decided_at timestamptz,
    CONSTRAINT quota_breaches_pkey PRIMARY KEY (id),
    CONSTRAINT quota_breaches_last_day_key UNIQUE (person_id, last_day),
    CONSTRAINT quota_breaches_order_check CHECK (first_day <= last_day AND days > 0),
    CONSTRAINT quota_breaches_state_check CHECK (state IN ('found', 'reasoned', 'confirmed', 'waived')),
    CONSTRAINT quota_breaches_reason_check CHECK (state = 'found' OR reason IS NOT NULL),
    CONSTRAINT quota_breaches_decided_check CHECK ((state IN ('confirmed', 'waived')) = (decided_by IS NOT NULL AND decided_at IS NOT NULL)),
    CONSTRAINT quota_breaches_own_check CHECK (decided_by <> person_id AND decided_by <> reason_by)
);

CREATE INDEX quota_breaches_last_day_idx ON quota_breaches (last_day, id);

CREATE TABLE quota_breach_steps (
    breach_id text COLLATE "C" NOT NULL,
    step      text NOT NULL,
    at        timestamptz NOT NULL,
    by_id     text COLLATE "C" NOT NULL,
    people    text[] COLLATE "C" NOT NULL, -- whom it came to
    comment   text,
    CONSTRAINT quota_breach_steps_pkey PRIMARY KEY (breach_id, step),
    CONSTRAINT quota_breach_steps_step_check CHECK (step IN ('found', 'reasoned', 'confirmed', 'waived'))
);

-- The daily bulletin of a team, as it was published. A correction is another issue that names the one before.

CREATE TABLE quota_bulletins (
    id           text COLLATE "C" NOT NULL,
    number       bigint NOT NULL, -- of all bulletins, in the order of their publication
    team_id      text COLLATE "C" NOT NULL,
    day          date NOT NULL,
    issue        integer NOT NULL, -- 1, and counting up with every correction
    replaces     text COLLATE "C",
    reason       text,             -- of a correction
    content      jsonb NOT NULL,
    published_by text COLLATE "C" NOT NULL,
    published_at timestamptz NOT NULL,
    CONSTRAINT quota_bulletins_pkey PRIMARY KEY (id),
    CONSTRAINT quota_bulletins_number_key UNIQUE (number),
    CONSTRAINT quota_bulletins_issue_key UNIQUE (team_id, day, issue),
    CONSTRAINT quota_bulletins_issue_check CHECK ((issue = 1) = (replaces IS NULL) AND (issue = 1) = (reason IS NULL))
);

CREATE INDEX quota_bulletins_day_idx ON quota_bulletins (day, team_id, issue);

-- +goose StatementBegin
CREATE FUNCTION refuse_quota_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER quota_bulletins_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON quota_bulletins
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_quota_change();
CREATE TRIGGER quota_breach_steps_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON quota_breach_steps
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_quota_change();
