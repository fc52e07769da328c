-- +goose Up

-- Lead sheets that change what is on file, that are only tried, and whose columns have names of their own.

ALTER TABLE imports DROP CONSTRAINT imports_sheet_check;
ALTER TABLE imports ADD CONSTRAINT imports_sheet_check CHECK (length(sheet) <= 20 * 1024 * 1024);
ALTER TABLE imports
    ADD COLUMN dry_run boolean NOT NULL DEFAULT false,
    ADD COLUMN mapping jsonb NOT NULL DEFAULT '{}', -- field by header, as it was understood when the sheet came
    ADD COLUMN heads   jsonb NOT NULL DEFAULT '[]', -- what each column was taken for
    ADD COLUMN raw     jsonb NOT NULL DEFAULT '{}'; -- column names as written, for the sheet of refused rows

-- What stood in refused rows, so that they can be corrected and sent again, and what rows changed or would change. Both
-- are full of people and go thirty days after the import.

ALTER TABLE import_rows
    ADD COLUMN cells   jsonb,
    ADD COLUMN trail   jsonb,
    ADD COLUMN changes jsonb;

-- The report of an import is read by outcome, in pages by row.

CREATE INDEX import_rows_outcome_idx ON import_rows (import_id, outcome, row);

-- Erasing a person asks for the rows that were about an account.

CREATE INDEX import_rows_account_id_idx ON import_rows (account_id);

-- An import asks for thousands of keys and numbers while it adds as many. With its list of pending entries a GIN index is
-- read from end to end for each question: without it adding costs a little more and asking stays quick.

ALTER INDEX account_profile_upsert_keys_idx SET (fastupdate = off);
ALTER INDEX contacts_phones_idx SET (fastupdate = off);

-- Lines of the second sheet that belong to no row of the first one.

CREATE TABLE import_lines (
    import_id text COLLATE "C" NOT NULL,
    line      integer NOT NULL,
    cells     jsonb NOT NULL,
    CONSTRAINT import_lines_pkey PRIMARY KEY (import_id, line),
    CONSTRAINT import_lines_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports (id)
);

-- The sweep looks for imports that are long over; there are few beside their rows.

CREATE INDEX imports_finished_at_idx ON imports (finished_at);

-- What headers were said to mean. A person's own word goes before the organisation's (person_id empty).

CREATE TABLE import_mappings (
    person_id  text COLLATE "C" NOT NULL,
    header_key text COLLATE "C" NOT NULL, -- letters and digits of the header, folded
    id         text COLLATE "C" NOT NULL,
    header     text NOT NULL,
    field      text NOT NULL,
    said_at    timestamptz NOT NULL,
    CONSTRAINT import_mappings_pkey PRIMARY KEY (person_id, header_key),
    CONSTRAINT import_mappings_id_key UNIQUE (id) -- how it is forgotten
);

-- What lead sheets last said about an account, as keyed hashes.

CREATE TABLE import_marks (
    account_id   text COLLATE "C" NOT NULL,
    collected_on text NOT NULL,
    said         jsonb NOT NULL, -- {field: hash}
    import_id    text COLLATE "C" NOT NULL,
    said_at      timestamptz NOT NULL,
    CONSTRAINT import_marks_pkey PRIMARY KEY (account_id)
);

-- What was done about a customer and written down elsewhere. The text is in account_texts under the note's ID, so that it
-- can be erased like every other; the note stays.

CREATE TABLE history_notes (
    account_id text COLLATE "C" NOT NULL,
    id         text COLLATE "C" NOT NULL,
    at         timestamptz NOT NULL,
    day        text NOT NULL, -- as written; empty: unknown
    author     text NOT NULL,
    how        text NOT NULL,
    import_id  text COLLATE "C" NOT NULL,
    by_id      text COLLATE "C" NOT NULL,
    added_at   timestamptz NOT NULL,
    CONSTRAINT history_notes_pkey PRIMARY KEY (account_id, id)
);

-- Timeline and interactions of one account are read in order of time, in pages.

CREATE INDEX history_notes_at_idx ON history_notes (account_id, at, id);

-- Why a record was changed, where it was not a person at a desk: import/<id>.

ALTER TABLE record_changes ADD COLUMN cause text COLLATE "C";
