-- +goose Up

-- The monthly review of a team: how its accounts stood when the review was opened, why deadlines were missed, what was decided,
-- and who has to do what. None of it follows from a log again: it is what people looked at.

CREATE TABLE team_reviews (
    id         text COLLATE "C" NOT NULL,
    team_id    text COLLATE "C" NOT NULL,
    month      text COLLATE "C" NOT NULL, -- 2026-05
    status     text NOT NULL,
    opened_at  timestamptz NOT NULL,      -- of the snapshot
    opened_by  text COLLATE "C" NOT NULL,
    since      timestamptz NOT NULL,      -- breaches from here
    until      timestamptz NOT NULL,      -- to here; the next review of the team goes on from it
    due_at     timestamptz NOT NULL,      -- to be signed by
    totals     jsonb NOT NULL,
    signed_at  timestamptz,
    signed_by  text COLLATE "C",
    signed_for text COLLATE "C",          -- whose chair it was; a deputy may sign
    note       text,
    CONSTRAINT team_reviews_pkey PRIMARY KEY (id),
    CONSTRAINT team_reviews_month_key UNIQUE (team_id, month),
    CONSTRAINT team_reviews_month_check CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    CONSTRAINT team_reviews_status_check CHECK (status IN ('open', 'signed')),
    CONSTRAINT team_reviews_signed_check CHECK ((status = 'signed') = (signed_at IS NOT NULL AND signed_by IS NOT NULL AND signed_for IS NOT NULL)),
    CONSTRAINT team_reviews_window_check CHECK (since <= until)
);

CREATE TABLE team_review_accounts (
    review_id         text COLLATE "C" NOT NULL,
    account_id        text COLLATE "C" NOT NULL,
    number            text COLLATE "C" NOT NULL,
    name              text NOT NULL,
    owner_id          text COLLATE "C",
    step              text NOT NULL,
    status            text NOT NULL,
    outcome           text,
    grade             text,
    cycle             integer NOT NULL,
    pass              integer NOT NULL,
    returns           integer NOT NULL, -- steps back in this cycle
    deadline_at       timestamptz,
    overdue           boolean NOT NULL,
    late              boolean NOT NULL,
    expected_minor    bigint,           -- price of the proposal, else the revenue expected a year
    currency          text,
    last_contact_at   timestamptz,
    next_follow_up_at timestamptz,
    approvals_pending integer NOT NULL,
    breaches          integer NOT NULL,
    CONSTRAINT team_review_accounts_pkey PRIMARY KEY (review_id, account_id)
);

CREATE INDEX team_review_accounts_number_idx ON team_review_accounts (review_id, number, account_id);

-- A missed deadline, a lead that was handed over late. Somebody says why.

CREATE TABLE team_review_breaches (
    id         text COLLATE "C" NOT NULL,
    review_id  text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    number     text COLLATE "C" NOT NULL,
    name       text NOT NULL,
    seq        bigint NOT NULL, -- of the event
    kind       text NOT NULL,
    clock      text NOT NULL,   -- the deadline's name; empty for a late handover
    step       text NOT NULL,
    owner_id   text COLLATE "C",
    due_at     timestamptz,
    at         timestamptz NOT NULL,
    reason     text,
    reason_by  text COLLATE "C",
    reason_at  timestamptz,
    CONSTRAINT team_review_breaches_pkey PRIMARY KEY (id),
    CONSTRAINT team_review_breaches_event_key UNIQUE (review_id, account_id, seq),
    CONSTRAINT team_review_breaches_kind_check CHECK (kind IN ('deadline', 'approval', 'late_handover')),
    CONSTRAINT team_review_breaches_reason_check CHECK ((reason IS NULL) = (reason_by IS NULL) AND (reason IS NULL) = (reason_at IS NULL))
);

CREATE INDEX team_review_breaches_at_idx ON team_review_breaches (review_id, at, id);

CREATE TABLE team_review_decisions (
    id        text COLLATE "C" NOT NULL,
    review_id text COLLATE "C" NOT NULL,
    text      text NOT NULL,
    by_id     text COLLATE "C" NOT NULL,
    at        timestamptz NOT NULL,
    CONSTRAINT team_review_decisions_pkey PRIMARY KEY (id)
);

CREATE INDEX team_review_decisions_review_id_idx ON team_review_decisions (review_id, at, id);

-- An action lives until it is done, whatever becomes of the review it came from.

CREATE TABLE team_actions (
    id         text COLLATE "C" NOT NULL,
    team_id    text COLLATE "C" NOT NULL,
    review_id  text COLLATE "C" NOT NULL, -- it comes from
    version    bigint NOT NULL,
    owner_id   text COLLATE "C" NOT NULL,
    due_on     date NOT NULL,
    text       text NOT NULL,
    status     text NOT NULL,
    created_by text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    done_by    text COLLATE "C",
    done_at    timestamptz,
    done_note  text,
    CONSTRAINT team_actions_pkey PRIMARY KEY (id),
    CONSTRAINT team_actions_status_check CHECK (status IN ('open', 'done')),
    CONSTRAINT team_actions_version_check CHECK (version >= 1),
    CONSTRAINT team_actions_done_check CHECK ((status = 'done') = (done_at IS NOT NULL AND done_by IS NOT NULL))
);

CREATE INDEX team_actions_open_idx ON team_actions (team_id) WHERE status = 'open';

-- The reviews that an action came into, and how it stood when each of them was signed.

CREATE TABLE team_review_actions (
    review_id text COLLATE "C" NOT NULL,
    action_id text COLLATE "C" NOT NULL,
    carried   integer NOT NULL, -- how often it was carried over before; 0: it comes from this review
    owner_id  text COLLATE "C", -- from here on: as it stood at the signature
    due_on    date,
    text      text,
    status    text,
    done_by   text COLLATE "C",
    done_at   timestamptz,
    done_note text,
    CONSTRAINT team_review_actions_pkey PRIMARY KEY (review_id, action_id)
);

CREATE INDEX team_review_actions_action_id_idx ON team_review_actions (action_id);

-- Who changed an action, a reason or the like: every version, as with records of accounts.

CREATE TABLE team_review_changes (
    id        bigint GENERATED ALWAYS AS IDENTITY,
    review_id text COLLATE "C" NOT NULL,
    record    text NOT NULL,
    record_id text COLLATE "C" NOT NULL,
    by_id     text COLLATE "C" NOT NULL,
    at        timestamptz NOT NULL,
    before    jsonb,
    after     jsonb,
    CONSTRAINT team_review_changes_pkey PRIMARY KEY (id),
    CONSTRAINT team_review_changes_record_check CHECK (record IN ('breach', 'action'))
);

CREATE INDEX team_review_changes_review_id_idx ON team_review_changes (review_id, id);

-- Whoever connects: a snapshot is never changed, and a review that is signed takes no more of anything.

CREATE TRIGGER team_review_accounts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON team_review_accounts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose StatementBegin
CREATE FUNCTION refuse_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    review text;
BEGIN
    IF TG_TABLE_NAME = 'team_reviews' THEN
        IF OLD.status = 'signed' OR TG_OP = 'DELETE' OR NEW.totals <> OLD.totals OR NEW.opened_at <> OLD.opened_at THEN
            RAISE EXCEPTION 'a signed review is not changed'
                USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'team_reviews_signed';
        END IF;
        RETURN NEW;
    END IF;
    review := CASE WHEN TG_OP = 'DELETE' THEN OLD.review_id ELSE NEW.review_id END;
    IF EXISTS (SELECT FROM team_reviews r WHERE r.id = review AND r.status = 'signed') THEN
        RAISE EXCEPTION 'a signed review is not changed'
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'team_reviews_signed';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER team_reviews_signed BEFORE UPDATE OR DELETE ON team_reviews FOR EACH ROW EXECUTE FUNCTION refuse_signed();
CREATE TRIGGER team_review_breaches_signed BEFORE UPDATE OR DELETE ON team_review_breaches FOR EACH ROW EXECUTE FUNCTION refuse_signed();
CREATE TRIGGER team_review_decisions_signed BEFORE UPDATE OR DELETE ON team_review_decisions FOR EACH ROW EXECUTE FUNCTION refuse_signed();
CREATE TRIGGER team_review_actions_signed BEFORE UPDATE OR DELETE ON team_review_actions FOR EACH ROW EXECUTE FUNCTION refuse_signed();
