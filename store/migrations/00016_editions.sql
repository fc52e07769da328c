-- +goose Up

-- Playbooks that were installed while the program ran, beside those that files brought: who did it, and when. After a
-- restart they are in force again.

ALTER TABLE playbooks
    ADD COLUMN installed    boolean NOT NULL DEFAULT false,
    ADD COLUMN installed_by text COLLATE "C",
    ADD COLUMN installed_at timestamptz,
    ADD CONSTRAINT playbooks_installed_check CHECK (installed OR (installed_by IS NULL AND installed_at IS NULL));

-- Every change above raises this number in its own transaction, as org_version is raised by the organisation. Commands
-- read it under their account's lock: whoever meets an account that is pinned to a version meets a number with which the
-- version is there, and reads the table when the number is new to him. So a version that one process installed is known
-- to every other one before it meets the first account on it.

CREATE TABLE playbook_version (
    singleton boolean NOT NULL DEFAULT true,
    version   bigint NOT NULL,
    CONSTRAINT playbook_version_pkey PRIMARY KEY (singleton),
    CONSTRAINT playbook_version_singleton_check CHECK (singleton)
);

INSERT INTO playbook_version (version) VALUES (1);

-- +goose StatementBegin
CREATE FUNCTION raise_playbook_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE playbook_version SET version = version + 1;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- For each row: a start that finds every version stored changes nothing and wakes nobody.
CREATE TRIGGER playbooks_playbook_version AFTER INSERT OR UPDATE OR DELETE ON playbooks
    FOR EACH ROW EXECUTE FUNCTION raise_playbook_version();
