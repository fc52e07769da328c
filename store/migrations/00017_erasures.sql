-- +goose Up

-- Erasing a person takes two persons: who asked for it, and who did it. The row says that it happened, by whom and why,
-- and nothing of what was erased.

CREATE TABLE erasures (
    account_id   text COLLATE "C" NOT NULL,
    contact_id   text COLLATE "C" NOT NULL,
    requested_by text COLLATE "C" NOT NULL,
    requested_at timestamptz NOT NULL,
    reason       text NOT NULL,
    done_by      text COLLATE "C",
    done_at      timestamptz,
    records      integer NOT NULL DEFAULT 0, -- documents, forms and contacts that were rewritten or removed
    texts        integer NOT NULL DEFAULT 0, -- texts beside the log that were rewritten
    CONSTRAINT erasures_pkey PRIMARY KEY (account_id, contact_id), -- also lists an account's
    CONSTRAINT erasures_two_persons_check CHECK (done_by <> requested_by),
    CONSTRAINT erasures_done_check CHECK ((done_by IS NULL) = (done_at IS NULL))
);
