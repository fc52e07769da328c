-- +goose Up

-- What people read of the log. Every row here equals the fold of its account's events; `Rebuild` makes it again and
-- `Compare` proves it. Absent values are NULL, never empty texts.

CREATE TABLE accounts (
    id                text COLLATE "C" NOT NULL,
    number            text COLLATE "C" NOT NULL,
    seq               bigint NOT NULL,
    head              text COLLATE "C" NOT NULL,
    cycle             integer NOT NULL,
    step              text NOT NULL,
    pass              integer NOT NULL,
    status            text NOT NULL,
    outcome           text,
    owner_id          text COLLATE "C",
    team_id           text COLLATE "C",
    opened_by         text COLLATE "C" NOT NULL,
    grade             text,
    intake            text,
    late              boolean NOT NULL,
    overdue           boolean NOT NULL,
    deadline_at       timestamptz,
    next_follow_up_at timestamptz,
    wake_at           timestamptz,
    resume_on         date,
    book_name         text NOT NULL,
    book_version      integer NOT NULL,
    calendar          text COLLATE "C", -- version behind the running clocks; several joined by "+"
    provisional       boolean NOT NULL, -- a running clock was placed without holiday data
    opened_at         timestamptz NOT NULL,
    entered_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL, -- instant of the last event
    state             json NOT NULL,        -- the fold itself, as package deal encodes it, byte for byte
    CONSTRAINT accounts_pkey PRIMARY KEY (id),
    CONSTRAINT accounts_number_key UNIQUE (number),
    CONSTRAINT accounts_step_check CHECK (step IN
        ('collect', 'screen', 'survey', 'analyse', 'plan', 'visit', 'trial', 'sign', 'maintain', 'archive')),
    CONSTRAINT accounts_status_check CHECK (status IN ('active', 'paused', 'resting', 'closed')),
    CONSTRAINT accounts_outcome_check CHECK (outcome IN ('lost', 'dropped', 'merged')),
    CONSTRAINT accounts_grade_check CHECK (grade IN ('A', 'B', 'C', 'D')),
    CONSTRAINT accounts_intake_check CHECK (intake IN ('pending', 'accepted', 'returned', 'merged'))
);

CREATE INDEX accounts_owner_id_idx ON accounts (owner_id);
CREATE INDEX accounts_team_id_idx ON accounts (team_id);
CREATE INDEX accounts_opened_by_idx ON accounts (opened_by);
CREATE INDEX accounts_updated_at_idx ON accounts (updated_at, id);
CREATE INDEX accounts_wake_at_idx ON accounts (wake_at) WHERE wake_at IS NOT NULL; -- the watchdog's question
CREATE INDEX accounts_calendar_idx ON accounts (calendar) WHERE calendar IS NOT NULL;

CREATE TABLE tasks (
    id          text COLLATE "C" NOT NULL,
    account_id  text COLLATE "C" NOT NULL,
    kind        text NOT NULL,
    assignee_id text COLLATE "C" NOT NULL,
    ref         text NOT NULL,
    due_at      timestamptz,
    status      text NOT NULL,
    opened_at   timestamptz NOT NULL,
    closed_at   timestamptz,
    closed_by   text COLLATE "C",
    CONSTRAINT tasks_pkey PRIMARY KEY (id),
    CONSTRAINT tasks_status_check CHECK (status IN ('open', 'done', 'void'))
);

CREATE INDEX tasks_assignee_id_idx ON tasks (assignee_id, status);
CREATE INDEX tasks_account_id_idx ON tasks (account_id);

CREATE TABLE approvals (
    id              text COLLATE "C" NOT NULL,
    account_id      text COLLATE "C" NOT NULL,
    cycle           integer NOT NULL,
    kind            text NOT NULL,
    requester_id    text COLLATE "C" NOT NULL,
    requested_at    timestamptz NOT NULL,
    subject_type    text NOT NULL,
    subject_id      text NOT NULL,
    subject_version bigint NOT NULL,
    amount_minor    bigint NOT NULL,
    currency        text,
    text_id         text COLLATE "C",
    text_hash       text COLLATE "C",
    status          text NOT NULL,
    level           integer NOT NULL, -- the running one, 1-based
    levels          json NOT NULL,    -- the whole chain with its seats, as package deal encodes it
    closed_at       timestamptz,
    used            boolean NOT NULL,
    CONSTRAINT approvals_pkey PRIMARY KEY (id),
    CONSTRAINT approvals_status_check CHECK (status IN ('pending', 'approved', 'rejected', 'returned', 'withdrawn', 'void'))
);

CREATE INDEX approvals_account_id_idx ON approvals (account_id);
CREATE INDEX approvals_requested_at_idx ON approvals (requested_at, id);

-- One row for every seat of every level that was reached: who may decide, who did, and who therefore sees the account.

CREATE TABLE approval_levels (
    approval_id  text COLLATE "C" NOT NULL,
    level        integer NOT NULL,
    seat         integer NOT NULL,
    account_id   text COLLATE "C" NOT NULL,
    requester_id text COLLATE "C" NOT NULL,
    holder_id    text COLLATE "C" NOT NULL,
    people       text[] COLLATE "C" NOT NULL, -- holder, alternates and who decided
    decision     text,
    decided_by   text COLLATE "C",
    decided_at   timestamptz,
    CONSTRAINT approval_levels_pkey PRIMARY KEY (approval_id, level, seat),
    CONSTRAINT approval_levels_decision_check CHECK (decision IN ('approve', 'reject', 'return')),
    CONSTRAINT approval_levels_four_eyes_check CHECK (decided_by <> requester_id) -- the last line behind the rule in deal
);

CREATE INDEX approval_levels_account_id_idx ON approval_levels (account_id);
CREATE INDEX approval_levels_people_idx ON approval_levels USING gin (people);

CREATE TABLE notifications (
    id           text COLLATE "C" NOT NULL,
    account_id   text COLLATE "C" NOT NULL,
    seq          bigint NOT NULL,
    recipient_id text COLLATE "C" NOT NULL,
    kind         text NOT NULL,
    ref          text NOT NULL,
    due_at       timestamptz,
    at           timestamptz NOT NULL,
    CONSTRAINT notifications_pkey PRIMARY KEY (id),
    CONSTRAINT notifications_effect_key UNIQUE (account_id, seq, recipient_id, kind)
);

CREATE INDEX notifications_recipient_id_idx ON notifications (recipient_id, at, id);

CREATE TABLE follow_ups (
    id         text COLLATE "C" NOT NULL,
    account_id text COLLATE "C" NOT NULL,
    cycle      integer NOT NULL,
    due_at     timestamptz NOT NULL,
    note_id    text COLLATE "C",
    note_hash  text COLLATE "C",
    dated_by   text COLLATE "C" NOT NULL,
    auto       boolean NOT NULL,
    set_at     timestamptz NOT NULL,
    closed_at  timestamptz,
    status     text NOT NULL,
    CONSTRAINT follow_ups_pkey PRIMARY KEY (id),
    CONSTRAINT follow_ups_status_check CHECK (status IN ('open', 'done', 'replaced', 'void'))
);

CREATE INDEX follow_ups_account_id_idx ON follow_ups (account_id);

CREATE TABLE interactions (
    id             text COLLATE "C" NOT NULL,
    account_id     text COLLATE "C" NOT NULL,
    cycle          integer NOT NULL,
    step           text NOT NULL,
    pass           integer NOT NULL,
    kind           text NOT NULL,
    at             timestamptz NOT NULL,
    contact_ids    text[] COLLATE "C" NOT NULL,
    by_id          text COLLATE "C" NOT NULL,
    aim_id         text COLLATE "C",
    aim_hash       text COLLATE "C",
    result_id      text COLLATE "C",
    result_hash    text COLLATE "C",
    next_step_id   text COLLATE "C",
    next_step_hash text COLLATE "C",
    next_at        timestamptz,
    CONSTRAINT interactions_pkey PRIMARY KEY (id)
);

CREATE INDEX interactions_account_id_idx ON interactions (account_id, at, id);
