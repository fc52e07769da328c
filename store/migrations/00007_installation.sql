-- +goose Up

-- The one installation that this database is. Its row is made right after the migrations, since its secret is random.

CREATE TABLE installation (
    singleton       boolean NOT NULL DEFAULT true,
    id              text COLLATE "C" NOT NULL,
    secret          bytea NOT NULL, -- keys the hashes of texts
    engine_identity text,           -- of the engine database last seen; another one means that it was emptied
    created_at      timestamptz NOT NULL,
    CONSTRAINT installation_pkey PRIMARY KEY (singleton),
    CONSTRAINT installation_singleton_check CHECK (singleton),
    CONSTRAINT installation_secret_check CHECK (length(secret) = 32)
);

-- Human numbers: one counter a year.

CREATE TABLE counters (
    name  text COLLATE "C" NOT NULL,
    value bigint NOT NULL,
    CONSTRAINT counters_pkey PRIMARY KEY (name)
);

-- Every version of a playbook that a cycle may be pinned to, as it was loaded.

CREATE TABLE playbooks (
    name      text COLLATE "C" NOT NULL,
    version   integer NOT NULL,
    checksum  text COLLATE "C" NOT NULL,
    source    text NOT NULL,
    loaded_at timestamptz NOT NULL,
    CONSTRAINT playbooks_pkey PRIMARY KEY (name, version)
);
