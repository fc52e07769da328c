-- +goose Up

-- People, teams, territories and who stands in for whom.

CREATE TABLE teams (
    id        text COLLATE "C" NOT NULL,
    name      text NOT NULL,
    parent_id text COLLATE "C",
    lead_id   text COLLATE "C",
    CONSTRAINT teams_pkey PRIMARY KEY (id),
    CONSTRAINT teams_name_key UNIQUE (name),
    CONSTRAINT teams_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES teams (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT teams_parent_id_check CHECK (parent_id <> id)
);

CREATE TABLE users (
    id            text COLLATE "C" NOT NULL,
    login         text COLLATE "C" NOT NULL,
    name          text NOT NULL,
    role          text NOT NULL,
    team_id       text COLLATE "C",
    active        boolean NOT NULL,
    password_hash text,
    created_at    timestamptz NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_login_key UNIQUE (login),
    CONSTRAINT users_role_check CHECK (role IN
        ('collector', 'rep', 'manager', 'director', 'sales_ops', 'finance', 'admin', 'auditor')),
    CONSTRAINT users_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams (id) DEFERRABLE INITIALLY DEFERRED
);

ALTER TABLE teams ADD CONSTRAINT teams_lead_id_fkey
    FOREIGN KEY (lead_id) REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE territories (
    name    text NOT NULL,
    team_id text COLLATE "C" NOT NULL,
    CONSTRAINT territories_pkey PRIMARY KEY (name),
    CONSTRAINT territories_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams (id) DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE delegations (
    id      text COLLATE "C" NOT NULL,
    from_id text COLLATE "C" NOT NULL,
    to_id   text COLLATE "C" NOT NULL,
    since   timestamptz NOT NULL,
    until   timestamptz NOT NULL,
    CONSTRAINT delegations_pkey PRIMARY KEY (id),
    CONSTRAINT delegations_from_id_fkey FOREIGN KEY (from_id) REFERENCES users (id),
    CONSTRAINT delegations_to_id_fkey FOREIGN KEY (to_id) REFERENCES users (id),
    CONSTRAINT delegations_self_check CHECK (from_id <> to_id),
    CONSTRAINT delegations_order_check CHECK (since < until)
);

-- Every change above raises this number in its own transaction. Whoever has read the organisation at a version knows
-- that it is current as long as the version is (trust-and-speed.md SZ2).

CREATE TABLE org_version (
    singleton boolean NOT NULL DEFAULT true,
    version   bigint NOT NULL,
    CONSTRAINT org_version_pkey PRIMARY KEY (singleton),
    CONSTRAINT org_version_singleton_check CHECK (singleton)
);

INSERT INTO org_version (version) VALUES (1);

-- +goose StatementBegin
CREATE FUNCTION raise_org_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE org_version SET version = version + 1;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER users_org_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION raise_org_version();
CREATE TRIGGER teams_org_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON teams
    FOR EACH STATEMENT EXECUTE FUNCTION raise_org_version();
CREATE TRIGGER territories_org_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON territories
    FOR EACH STATEMENT EXECUTE FUNCTION raise_org_version();
CREATE TRIGGER delegations_org_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON delegations
    FOR EACH STATEMENT EXECUTE FUNCTION raise_org_version();
