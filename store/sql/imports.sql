-- Lead sheets, and what they compare with.

-- name: ByUpsertKey
SELECT DISTINCT ON (k.key) k.key, p.account_id
FROM unnest($1::text[]) k(key)
JOIN account_profile p ON p.upsert_keys @> ARRAY[k.key COLLATE "C"]
JOIN accounts a ON a.id = p.account_id
ORDER BY k.key, a.opened_at, a.id

-- name: ByPhone
SELECT DISTINCT k.phone, COALESCE(p.name_key, '')
FROM unnest($1::text[]) k(phone)
JOIN contacts c ON c.phones @> ARRAY[k.phone COLLATE "C"]
JOIN accounts a ON a.id = c.account_id AND a.status <> 'closed'
LEFT JOIN account_profile p ON p.account_id = c.account_id
ORDER BY 1, 2

-- name: AddImport
INSERT INTO imports (id, by_id, filename, sheet, status, total, created_at) VALUES ($1, $2, $3, $4, 'running', 0, now())
ON CONFLICT (id) DO NOTHING

-- name: ImportSheet
SELECT COALESCE(sheet, '') FROM imports WHERE id = $1

-- name: SetImportTotal
UPDATE imports SET total = $2 WHERE id = $1 AND status = 'running'

-- name: AddImportRow
INSERT INTO import_rows (import_id, row, outcome, account_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING

-- name: AddImportProblem
INSERT INTO import_problems (import_id, row, place, col, cell, code, value, text_zh, text_en)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING

-- name: ImportRowsDone
SELECT row FROM import_rows WHERE import_id = $1 ORDER BY row

-- name: FinishImport
-- The sheet goes: it is full of people, and what became of it is on record.
UPDATE imports SET status = $2, finished_at = now(), sheet = NULL WHERE id = $1 AND status = 'running'

-- name: Import
SELECT i.id, i.by_id, i.filename, i.status, i.total,
    count(*) FILTER (WHERE r.outcome = 'opened'), count(*) FILTER (WHERE r.outcome = 'unchanged'),
    count(*) FILTER (WHERE r.outcome = 'updated'), count(*) FILTER (WHERE r.outcome = 'refused'),
    i.created_at, i.finished_at
FROM imports i LEFT JOIN import_rows r ON r.import_id = i.id
WHERE i.id = @id AND (@all::boolean OR i.by_id = ANY(@owners::text[]))
GROUP BY i.id

-- name: ImportProblems
SELECT row, col, cell, code, value, text_zh, text_en FROM import_problems WHERE import_id = $1 ORDER BY row, place
