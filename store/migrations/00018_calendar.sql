-- +goose Up

-- What administrators said about working time, beside the files that the program brings: one document for each year, and
-- one for the office hours (year 0). Rows are added and never changed, so that the table is the record of who changed what,
-- too; the newest revision of a year is the one in force. The key finds it, and there are few rows.

CREATE TABLE calendar_changes (
    year       integer NOT NULL, -- 0: office hours
    revision   bigint NOT NULL,  -- counts up within the year; an edit names the one it was made from
    document   jsonb NOT NULL,
    changed_by text COLLATE "C" NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT calendar_changes_pkey PRIMARY KEY (year, revision),
    CONSTRAINT calendar_changes_revision_check CHECK (revision > 0),
    CONSTRAINT calendar_changes_year_check CHECK (year = 0 OR year BETWEEN 2000 AND 2100)
);

-- Raised by every change in its own transaction, as playbook_version is. Commands read it under their account's lock, so
-- that no process computes a date with the calendar of before once the change is there.

CREATE TABLE calendar_version (
    singleton boolean NOT NULL DEFAULT true,
    version   bigint NOT NULL,
    CONSTRAINT calendar_version_pkey PRIMARY KEY (singleton),
    CONSTRAINT calendar_version_singleton_check CHECK (singleton)
);

INSERT INTO calendar_version (version) VALUES (1);

-- +goose StatementBegin
CREATE FUNCTION raise_calendar_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE calendar_version SET version = version + 1;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER calendar_changes_calendar_version AFTER INSERT OR UPDATE OR DELETE ON calendar_changes
    FOR EACH STATEMENT EXECUTE FUNCTION raise_calendar_version();

-- The rules behind every version of the calendar that was ever in force, by the version that clocks carry: two of them tell
-- from which instant on they differ, and so which accounts have to be planned anew. A version without a row is one of an
-- earlier release; then all of its accounts are.

CREATE TABLE calendar_rules (
    version text COLLATE "C" NOT NULL,
    rules   jsonb NOT NULL,
    CONSTRAINT calendar_rules_pkey PRIMARY KEY (version)
);

-- The last instant of the clocks that run: an account whose clocks have all stopped before a change begins is not touched
-- by it. The watchdog asks for it together with the version, by whose index it finds the rows.

ALTER TABLE accounts ADD COLUMN placed_until timestamptz;

UPDATE accounts a SET placed_until = (
    SELECT max(i.at::timestamptz)
    FROM json_array_elements(a.state -> 'clocks') c,
        LATERAL (
            SELECT c ->> 'due' AS at
            UNION ALL
            SELECT r ->> 'at' FROM json_array_elements(CASE WHEN json_typeof(c -> 'rungs') = 'array' THEN c -> 'rungs' ELSE '[]' END) r
        ) i
    WHERE c ->> 'from' NOT LIKE '0001-01-01%')
WHERE json_typeof(a.state -> 'clocks') = 'array' AND a.calendar IS NOT NULL;
