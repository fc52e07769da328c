-- +goose Up

-- The log of every account. It is the truth: everything in 00002 follows from it by folding. Nothing in it refers to
-- another table, so that the projections can be dropped and made again.
--
-- IDs are text in byte order: an ID that no account can have is simply not found, and "system" is an actor too.

CREATE TABLE account_events (
    account_id  text COLLATE "C" NOT NULL,
    seq         bigint NOT NULL,
    cycle       integer NOT NULL,
    step        text NOT NULL,
    kind        text NOT NULL,
    version     integer NOT NULL,
    body        jsonb NOT NULL,
    actor       text COLLATE "C" NOT NULL,
    command_key text COLLATE "C" NOT NULL,
    at          timestamptz NOT NULL,
    prev_hash   text COLLATE "C" NOT NULL,
    hash        text COLLATE "C" NOT NULL,
    CONSTRAINT account_events_pkey PRIMARY KEY (account_id, seq),
    CONSTRAINT account_events_seq_check CHECK (seq >= 1),
    CONSTRAINT account_events_step_check CHECK (step IN
        ('collect', 'screen', 'survey', 'analyse', 'plan', 'visit', 'trial', 'sign', 'maintain', 'archive'))
);

CREATE INDEX account_events_command_key_idx ON account_events (command_key);

-- What every command key got, for ever. The receipt is the answer's JSON as it was given.

CREATE TABLE account_commands (
    account_id  text COLLATE "C" NOT NULL,
    key         text COLLATE "C" NOT NULL,
    fingerprint text COLLATE "C" NOT NULL,
    first_seq   bigint NOT NULL,
    last_seq    bigint NOT NULL,
    receipt     json NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT account_commands_pkey PRIMARY KEY (account_id, key),
    CONSTRAINT account_commands_key_check CHECK (key <> '')
);

-- Whoever connects, the log is only ever added to (trust-and-speed.md SA2).

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_TABLE_NAME || '_append_only';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER account_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER account_commands_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_commands
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
