-- Bytes of uploads. What a document says about its file is in table dossier.

-- name: KeepFile
-- One row for each content. A row that is there already is locked until the transaction ends, so that nobody takes its
-- bytes away meanwhile.
INSERT INTO files AS f (sha256, size, place, loose, kept_at) VALUES ($1, $2, $3, true, now())
ON CONFLICT (sha256) DO UPDATE SET kept_at = now()
RETURNING f.place, f.xmax = 0

-- name: MoveFile
UPDATE files SET place = $2 WHERE sha256 = $1

-- name: AddChunk
INSERT INTO file_chunks (sha256, n, bytes) VALUES ($1, $2, $3)

-- name: HoldFile
-- From now on a document describes it. No row: the bytes are not there (any more).
UPDATE files SET loose = false WHERE sha256 = $1

-- name: FilePlace
SELECT place, size FROM files WHERE sha256 = $1

-- name: Chunk
SELECT bytes FROM file_chunks WHERE sha256 = $1 AND n = $2

-- name: LockFile
SELECT place FROM files WHERE sha256 = $1 FOR UPDATE

-- name: DropFile
-- Under the lock of LockFile, in a statement of its own: only so it sees documents that were committed while it waited.
DELETE FROM files f WHERE f.sha256 = $1
    AND NOT EXISTS (SELECT FROM dossier d WHERE d.kind = 'document' AND d.body ->> 'sha256' = $1)

-- name: LooseFiles
-- Uses files_loose_idx.
SELECT sha256 FROM files WHERE loose AND kept_at < $1 ORDER BY kept_at LIMIT $2

-- name: FilesWithoutRow
SELECT sum FROM unnest($1::text[]) sum
WHERE NOT EXISTS (SELECT FROM files f WHERE f.sha256 = sum COLLATE "C" AND f.place = 'directory')

-- name: FilesInDirectory
SELECT sha256, size FROM files WHERE place = 'directory' ORDER BY sha256

-- name: LockContent
-- Of the bytes under a hash in the directory, until the transaction ends: a file and its row come and go together.
SELECT pg_advisory_xact_lock(hashtextextended($1, 20260101))
