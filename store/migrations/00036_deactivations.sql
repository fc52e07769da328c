-- +goose Up

-- When somebody was switched off, and from when on they were back: nobody owes leads for days on which they could not work
-- (docs/decisions/0017-lead-quota.md). Written with users.active; null: still off.

CREATE TABLE deactivations (
    user_id text COLLATE "C" NOT NULL,
    since   timestamptz NOT NULL,
    until   timestamptz,
    CONSTRAINT deactivations_pkey PRIMARY KEY (user_id, since),
    CONSTRAINT deactivations_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT deactivations_order_check CHECK (since <= until)
);

CREATE UNIQUE INDEX deactivations_running_idx ON deactivations (user_id) WHERE until IS NULL;

-- Since when those are off who are off today is on no record. Should one of them come back, nothing is owed for before.

INSERT INTO deactivations (user_id, since) SELECT id, created_at FROM users WHERE NOT active;
