-- +goose Up

-- What left a transaction for people: one row for each notice, written where the notice is written. Whoever carries
-- notices further – streams, mail, chat, webhooks – reads here.
--
-- A reader goes by position. Neither the order of insertion nor that of transaction numbers is the order in which
-- transactions become visible, so a reader that went by one of them would pass over the row of a slower neighbour. Hence
-- a row is written without a position and gets it once it can be seen, from whoever holds the row of outbox_end.

CREATE TABLE outbox (
    added     bigint GENERATED ALWAYS AS IDENTITY,
    position  bigint,
    notice_id text COLLATE "C" NOT NULL,
    person_id text COLLATE "C" NOT NULL,
    source    text NOT NULL, -- whose notice: of an account's log, or of a person beside all accounts
    at        timestamptz NOT NULL,
    CONSTRAINT outbox_pkey PRIMARY KEY (added),
    CONSTRAINT outbox_source_check CHECK (source IN ('account', 'person'))
);

-- A command pays for two indexes; the others are filled when the position is.

CREATE INDEX outbox_fresh_idx ON outbox (added) WHERE position IS NULL;
CREATE UNIQUE INDEX outbox_position_idx ON outbox (position) WHERE position IS NOT NULL;
CREATE INDEX outbox_person_id_idx ON outbox (person_id, position) WHERE position IS NOT NULL;

CREATE TABLE outbox_end (
    singleton boolean NOT NULL DEFAULT true,
    position  bigint NOT NULL, -- the last one that was given
    CONSTRAINT outbox_end_pkey PRIMARY KEY (singleton),
    CONSTRAINT outbox_end_singleton_check CHECK (singleton)
);

INSERT INTO outbox_end (position) VALUES (0);
