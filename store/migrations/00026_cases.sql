-- +goose Up

-- The case library: what was learnt from every cycle that ended, won or lost. A row is written with the event that ends the
-- cycle and is a record from then on: a rebuild does not make it again, its author may put it better, and erasing a person
-- reaches it. Texts are there twice: as written, and without the customer and its people, for everybody else in the house.

CREATE TABLE cases (
    id               text COLLATE "C" NOT NULL,
    account_id       text COLLATE "C" NOT NULL,
    seq              bigint NOT NULL, -- of the event
    cycle            integer NOT NULL,
    version          bigint NOT NULL,
    outcome          text NOT NULL,
    step             text NOT NULL,
    grade            text,
    book_name        text NOT NULL,
    book_version     integer NOT NULL,
    owner_id         text COLLATE "C",
    team_id          text COLLATE "C",
    author_id        text COLLATE "C" NOT NULL,
    started_at       timestamptz NOT NULL, -- of the cycle
    won_at           timestamptz,
    ended_at         timestamptz NOT NULL,
    reopened_at      timestamptz,          -- the customer was taken up again: it may not be lost after all
    customer         text NOT NULL,
    industry         text NOT NULL,
    premises         text NOT NULL,
    account_kind     text,
    monthly_inbound  bigint,
    monthly_outbound bigint,
    texts            jsonb NOT NULL, -- product, worked, lessons, reason, rival
    open_texts       jsonb NOT NULL, -- the same without the customer
    reason_id        text COLLATE "C", -- of the texts beside the log from which two of them come: erasing these reaches the case
    rival_id         text COLLATE "C",
    search_text      text NOT NULL,  -- of everything, for who sees the account
    open_search      text NOT NULL,  -- of what everybody reads: nobody finds out by searching who a hidden customer is
    updated_by       text COLLATE "C" NOT NULL,
    updated_at       timestamptz NOT NULL,
    CONSTRAINT cases_pkey PRIMARY KEY (id),
    CONSTRAINT cases_event_key UNIQUE (account_id, seq), -- also finds an account's
    CONSTRAINT cases_version_check CHECK (version >= 1),
    CONSTRAINT cases_outcome_check CHECK (outcome IN ('won', 'completed', 'lost')),
    CONSTRAINT cases_grade_check CHECK (grade IN ('A', 'B', 'C', 'D'))
);

-- The library is read newest first. A house of a hundred thousand accounts ends some thousands of cycles a year, whose texts
-- are looked through in that order; words of three characters and more have the trigrams.

CREATE INDEX cases_ended_at_idx ON cases (ended_at, id);
CREATE INDEX cases_search_text_idx ON cases USING gin (search_text gin_trgm_ops);
CREATE INDEX cases_open_search_idx ON cases USING gin (open_search gin_trgm_ops);

ALTER TABLE record_changes DROP CONSTRAINT record_changes_record_check;
ALTER TABLE record_changes ADD CONSTRAINT record_changes_record_check
    CHECK (record IN ('account_profile', 'step_forms', 'contacts', 'dossier', 'account_texts', 'cases'));
