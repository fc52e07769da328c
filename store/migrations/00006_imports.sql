-- +goose Up

-- Lead sheets on their way in. The sheet itself goes when the import is over: it is full of people.

CREATE TABLE imports (
    id          text COLLATE "C" NOT NULL,
    by_id       text COLLATE "C" NOT NULL,
    filename    text NOT NULL,
    sheet       bytea,
    status      text NOT NULL,
    total       integer NOT NULL, -- rows with content; 0 until the sheet was read
    created_at  timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT imports_pkey PRIMARY KEY (id),
    CONSTRAINT imports_status_check CHECK (status IN ('running', 'done', 'failed')),
    CONSTRAINT imports_sheet_check CHECK (length(sheet) <= 10 * 1024 * 1024)
);

-- One line for every row that is done; a resumed import counts none twice.

CREATE TABLE import_rows (
    import_id  text COLLATE "C" NOT NULL,
    row        integer NOT NULL, -- of the sheet; the header is row 1
    outcome    text NOT NULL,
    account_id text COLLATE "C",
    CONSTRAINT import_rows_pkey PRIMARY KEY (import_id, row),
    CONSTRAINT import_rows_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports (id),
    CONSTRAINT import_rows_outcome_check CHECK (outcome IN ('opened', 'unchanged', 'updated', 'refused'))
);

CREATE TABLE import_problems (
    import_id text COLLATE "C" NOT NULL,
    row       integer NOT NULL,
    place     integer NOT NULL, -- keeps the order within the row
    col       text NOT NULL,
    cell      text NOT NULL,
    code      text NOT NULL,
    value     text NOT NULL,
    text_zh   text NOT NULL,
    text_en   text NOT NULL,
    CONSTRAINT import_problems_pkey PRIMARY KEY (import_id, row, place),
    CONSTRAINT import_problems_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports (id)
);
