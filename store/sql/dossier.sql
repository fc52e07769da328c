-- What the field knows: documents of package deal/dossier, and how all records of an account once were.

-- name: LockJudgement
-- Whoever writes something that hangs on others of its kind waits for the one before.
SELECT pg_advisory_xact_lock(6, hashtext($1))

-- name: OthersOfKind
-- Read after the lock, in a snapshot of its own.
SELECT {DossierColumns} FROM dossier d WHERE d.account_id = $1 AND d.kind = $2 AND d.id <> $3

-- name: DossierColumns
-- In the order of scanDocument.
d.kind, d.id, d.cycle, d.version, d.body, d.created_at, d.updated_at, d.updated_by, COALESCE(d.edited, 0)

-- name: DossierOfCycle
-- Of a cycle (0 is the running one) and of the account's life.
SELECT {DossierColumns} FROM dossier d
WHERE d.account_id = $1
    AND d.cycle IN (0, COALESCE(NULLIF($2::integer, 0), (SELECT a.cycle FROM accounts a WHERE a.id = $1)))
ORDER BY d.kind, d.created_at, d.id

-- name: DossierOf
SELECT {DossierColumns} FROM dossier d WHERE d.account_id = $1 ORDER BY d.kind, d.created_at, d.id

-- name: DossierOfKind
-- Cycle -1 is all of them.
SELECT {DossierColumns} FROM dossier d
WHERE d.account_id = $1 AND d.kind = $2
    AND ($3::integer = -1 OR d.cycle IN (0, COALESCE(NULLIF($3::integer, 0), (SELECT a.cycle FROM accounts a WHERE a.id = $1))))
ORDER BY d.created_at, d.id

-- name: Document
SELECT {DossierColumns} FROM dossier d JOIN accounts a ON a.id = d.account_id
WHERE d.account_id = @id AND d.kind = @kind AND d.id = @document AND {Visible}

-- name: LockDocument
SELECT {DossierColumns} FROM dossier d WHERE d.account_id = $1 AND d.kind = $2 AND d.id = $3 FOR UPDATE

-- name: AddDocument
-- No row comes back when the ID is taken; a key that is taken is an error.
INSERT INTO dossier AS d (account_id, kind, id, cycle, version, body, created_at, updated_by, updated_at, key)
VALUES ($1, $2, $3, $4, 1, $5, now(), $6, now(), $7)
ON CONFLICT (account_id, kind, id) DO NOTHING
RETURNING {DossierColumns}

-- name: ChangeDocument
UPDATE dossier AS d SET version = d.version + 1, body = $4, updated_by = $5, updated_at = now(), key = $7, edited = NULL
WHERE d.account_id = $1 AND d.kind = $2 AND d.id = $3 AND d.version = $6
RETURNING {DossierColumns}

-- name: RedactDocument
-- The key stays: what is taken out is none. Nor is it an edit: what was asked about the document is asked about the rest.
UPDATE dossier AS d SET version = d.version + 1, body = $4, updated_by = $5, updated_at = now(), edited = COALESCE(d.edited, d.version)
WHERE d.account_id = $1 AND d.kind = $2 AND d.id = $3
RETURNING {DossierColumns}

-- name: DeleteDocument
DELETE FROM dossier WHERE account_id = $1 AND kind = $2 AND id = $3 AND version = $4

-- name: ChangedSince
-- The first change of every record after an instant: what it was before is what it was then.
SELECT DISTINCT ON (record, record_id) record, record_id, by_id, at, before, after
FROM record_changes WHERE account_id = $1 AND at > $2
ORDER BY record, record_id, id

-- name: DocumentVersions
SELECT record, record_id, by_id, at, before, after FROM record_changes
WHERE account_id = $1 AND record = 'dossier' AND record_id = $2 ORDER BY id

-- name: LockVersions
SELECT id, before, after FROM record_changes WHERE account_id = $1 AND record = 'dossier' AND record_id = $2 ORDER BY id FOR UPDATE

-- name: RedactVersion
UPDATE record_changes SET before = $2, after = $3 WHERE id = $1

-- name: AllFormsOf
SELECT step, cycle, version, content FROM step_forms WHERE account_id = $1 ORDER BY cycle, step

-- name: LogUntil
-- All of it where no instant is given.
SELECT {EventColumns} FROM account_events e
WHERE e.account_id = $1 AND ($2::timestamptz IS NULL OR e.at <= $2)
ORDER BY e.seq
