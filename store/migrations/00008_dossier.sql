-- +goose Up

-- What the field knows about an account, one versioned document a row. The kinds and what belongs into a document are
-- package deal/dossier's; here they are JSON. Every version is in record_changes.

CREATE TABLE dossier (
    account_id text COLLATE "C" NOT NULL,
    kind       text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    cycle      integer NOT NULL, -- in which it was begun; 0: belongs to the account for life
    version    bigint NOT NULL,
    body       jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_by text COLLATE "C" NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT dossier_pkey PRIMARY KEY (account_id, kind, id), -- also lists an account's documents by kind
    CONSTRAINT dossier_version_check CHECK (version > 0),
    CONSTRAINT dossier_cycle_check CHECK (cycle >= 0)
);

ALTER TABLE record_changes DROP CONSTRAINT record_changes_record_check;
ALTER TABLE record_changes ADD CONSTRAINT record_changes_record_check
    CHECK (record IN ('account_profile', 'step_forms', 'contacts', 'dossier'));

-- A map of the past asks for everything that changed since.

CREATE INDEX record_changes_at_idx ON record_changes (account_id, at);
