-- +goose Up

-- Who is there. Only SHA-256 of a secret is kept, so what is read here opens nothing (trust-and-speed.md SI2).

CREATE TABLE sessions (
    hash       bytea NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sessions_pkey PRIMARY KEY (hash),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT sessions_hash_check CHECK (length(hash) = 32)
);

CREATE TABLE api_tokens (
    hash       bytea NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    name       text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT api_tokens_pkey PRIMARY KEY (hash),
    CONSTRAINT api_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT api_tokens_hash_check CHECK (length(hash) = 32)
);

-- Answers of POSTs that are no commands, so that repeating one is safe.

CREATE TABLE request_keys (
    actor_id    text COLLATE "C" NOT NULL,
    key         text COLLATE "C" NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    status      integer NOT NULL,
    body        bytea NOT NULL,
    location    text NOT NULL,
    expires_at  timestamptz NOT NULL,
    CONSTRAINT request_keys_pkey PRIMARY KEY (actor_id, key)
);

CREATE INDEX request_keys_expires_at_idx ON request_keys (expires_at);
