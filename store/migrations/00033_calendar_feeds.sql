-- +goose Up

-- The calendar that a person subscribes to: one for each, found by SHA-256 of its secret. Whoever has the secret reads it,
-- so a new one replaces the old.

CREATE TABLE calendar_feeds (
    user_id    text COLLATE "C" NOT NULL,
    hash       bytea NOT NULL,
    language   text COLLATE "C" NOT NULL,
    names      boolean NOT NULL, -- of customers; otherwise their numbers
    created_at timestamptz NOT NULL,
    CONSTRAINT calendar_feeds_pkey PRIMARY KEY (user_id),
    CONSTRAINT calendar_feeds_hash_key UNIQUE (hash),
    CONSTRAINT calendar_feeds_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT calendar_feeds_hash_check CHECK (length(hash) = 32),
    CONSTRAINT calendar_feeds_language_check CHECK (language IN ('zh', 'en'))
);
