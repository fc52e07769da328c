-- +goose Up

-- Bytes of uploads, one row for each content however many documents describe it: a content is called by its hash. Where
-- the bytes lie follows the configuration of the process that took them in; both places can be read side by side.

CREATE TABLE files (
    sha256  text COLLATE "C" NOT NULL, -- 64 lower-case hexadecimal digits
    size    bigint NOT NULL, -- bytes
    place   text NOT NULL,
    loose   boolean NOT NULL, -- no document has described it yet: its request may have died on the way
    kept_at timestamptz NOT NULL, -- when it last came
    CONSTRAINT files_pkey PRIMARY KEY (sha256),
    CONSTRAINT files_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    CONSTRAINT files_size_check CHECK (size BETWEEN 1 AND 20 * 1024 * 1024),
    CONSTRAINT files_place_check CHECK (place IN ('postgres', 'directory'))
);

-- The sweep of what no document ever described: a handful of rows, whatever the number of files.

CREATE INDEX files_loose_idx ON files (kept_at) WHERE loose;

-- A file in pieces, so that neither a transfer nor a backup holds it whole. The types that are let in are compressed
-- already, hence EXTERNAL. The primary key also finds the piece in which a part of the file begins.

CREATE TABLE file_chunks (
    sha256 text COLLATE "C" NOT NULL,
    n      integer NOT NULL, -- from 0
    bytes  bytea NOT NULL,
    CONSTRAINT file_chunks_pkey PRIMARY KEY (sha256, n),
    CONSTRAINT file_chunks_sha256_fkey FOREIGN KEY (sha256) REFERENCES files (sha256) ON DELETE CASCADE
);

ALTER TABLE file_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Does any document still describe these bytes? Asked with every document that is deleted, before its file may go.

CREATE INDEX dossier_sha256_idx ON dossier ((body ->> 'sha256')) WHERE kind = 'document';
