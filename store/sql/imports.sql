-- Lead sheets, and what they compare with.

-- name: ByUpsertKey
-- Key by key from the index, and only then the accounts: a plan that walks accounts from the oldest until one has the key
-- walks all of them for a key that is new. Of several accounts the oldest.
WITH found AS MATERIALIZED (
    SELECT k.key, known.account_id
    FROM unnest($1::text[]) k(key)
    CROSS JOIN LATERAL (
        SELECT p.account_id FROM account_profile p WHERE p.upsert_keys @> ARRAY[k.key COLLATE "C"] OFFSET 0
    ) known
)
SELECT DISTINCT ON (found.key) found.key, found.account_id
FROM found JOIN accounts a ON a.id = found.account_id
ORDER BY found.key, a.opened_at, a.id

-- name: ByPhone
-- Number by number, as above: who answers it. A number that is on file a hundred times says enough with twenty.
WITH found AS MATERIALIZED (
    SELECT k.phone, known.account_id
    FROM unnest($1::text[]) k(phone)
    CROSS JOIN LATERAL (
        SELECT c.account_id FROM contacts c WHERE c.phones @> ARRAY[k.phone COLLATE "C"] LIMIT 20
    ) known
)
SELECT DISTINCT found.phone, COALESCE(p.name_key, '')
FROM found
JOIN accounts a ON a.id = found.account_id AND a.status <> 'closed'
LEFT JOIN account_profile p ON p.account_id = found.account_id
ORDER BY 1, 2

-- name: AddImport
INSERT INTO imports (id, by_id, filename, sheet, status, total, created_at, dry_run, mapping)
VALUES ($1, $2, $3, $4, 'running', 0, now(), $5, $6)
ON CONFLICT (id) DO NOTHING

-- name: ImportSheet
SELECT COALESCE(sheet, '') FROM imports WHERE id = $1

-- name: SetImportRead
UPDATE imports SET total = $2, heads = $3, raw = $4 WHERE id = $1 AND status = 'running'

-- name: AddImportRow
-- No row comes back for one that is done already.
INSERT INTO import_rows (import_id, row, outcome, account_id, cells, trail, changes) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING

-- name: AddImportLine
INSERT INTO import_lines (import_id, line, cells) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING

-- name: AddImportProblem
INSERT INTO import_problems (import_id, row, place, col, cell, code, value, text_zh, text_en)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING

-- name: ImportRowsDone
SELECT row, COALESCE(account_id, '') FROM import_rows WHERE import_id = $1 ORDER BY row

-- name: FinishImport
-- The sheet goes: it is full of people, and what became of it is on record.
UPDATE imports SET status = $2, finished_at = now(), sheet = NULL WHERE id = $1 AND status = 'running'

-- name: Import
SELECT i.id, i.by_id, i.filename, i.status, i.dry_run, i.total,
    count(*) FILTER (WHERE r.outcome = 'opened'), count(*) FILTER (WHERE r.outcome = 'unchanged'),
    count(*) FILTER (WHERE r.outcome = 'updated'), count(*) FILTER (WHERE r.outcome = 'refused'),
    i.mapping, i.heads, i.created_at, i.finished_at
FROM imports i LEFT JOIN import_rows r ON r.import_id = i.id
WHERE i.id = @id AND (@all::boolean OR i.by_id = ANY(@owners::text[]))
GROUP BY i.id

-- name: ImportProblems
SELECT row, col, cell, code, value, text_zh, text_en FROM import_problems WHERE import_id = $1 ORDER BY row, place

-- name: ImportRows
-- Rows of one outcome (or of all), with what the viewer may know of their accounts.
SELECT r.row, r.outcome, COALESCE(r.account_id, ''), r.changes, COALESCE(a.number, ''), COALESCE(p.name, ''),
    r.account_id IS NOT NULL AND a.id IS NOT NULL AND NOT COALESCE({Visible}, false)
FROM import_rows r
LEFT JOIN accounts a ON a.id = r.account_id
LEFT JOIN account_profile p ON p.account_id = r.account_id
WHERE r.import_id = @import AND r.row > @after AND (@outcome::text = '' OR r.outcome = @outcome)
ORDER BY r.row
LIMIT @limit

-- name: ProblemsOfRows
SELECT row, col, cell, code, value, text_zh, text_en FROM import_problems
WHERE import_id = $1 AND row = ANY($2::integer[]) ORDER BY row, place

-- name: ImportRaw
SELECT raw FROM imports WHERE id = $1

-- name: RefusedRows
SELECT row, cells, trail FROM import_rows WHERE import_id = $1 AND outcome = 'refused' ORDER BY row

-- name: ImportLines
SELECT line, cells FROM import_lines WHERE import_id = $1 ORDER BY line

-- name: SweepImports
-- What rows said goes thirty days after the import, and so does what reasons quote of them; what became of them stays.
WITH long_over AS (SELECT id FROM imports WHERE finished_at < $1::timestamptz - interval '30 days'),
    lines AS (DELETE FROM import_lines WHERE import_id IN (SELECT id FROM long_over)),
    problems AS (
        UPDATE import_problems SET value = '', text_zh = code, text_en = code
        WHERE import_id IN (SELECT id FROM long_over) AND (value <> '' OR text_zh <> code OR text_en <> code))
UPDATE import_rows SET cells = NULL, trail = NULL, changes = NULL
WHERE import_id IN (SELECT id FROM long_over) AND (cells IS NOT NULL OR trail IS NOT NULL OR changes IS NOT NULL)

-- name: ForgetProblems
-- Reasons quote what stood in a cell, and numbers as they are written: with blanks and hyphens. The code says enough.
UPDATE import_problems p SET value = '', text_zh = p.code, text_en = p.code
WHERE EXISTS (SELECT FROM import_rows r WHERE r.import_id = p.import_id AND r.row = p.row AND r.account_id = $1)
    OR EXISTS (
        SELECT FROM unnest($2::text[]) word
        CROSS JOIN LATERAL concat(p.value, '|', p.text_zh) AS said
        WHERE position(word IN said) > 0 OR position(word IN translate(said, ' -', '')) > 0)

-- name: ForgetRows
-- Rows of thirty days; numbers may stand there with blanks and hyphens.
UPDATE import_rows r SET cells = NULL, trail = NULL, changes = NULL
WHERE (r.cells IS NOT NULL OR r.trail IS NOT NULL OR r.changes IS NOT NULL)
    AND (r.account_id = $1 OR EXISTS (
        SELECT FROM unnest($2::text[]) word
        CROSS JOIN LATERAL concat(r.cells, r.trail, r.changes) AS said
        WHERE position(word IN said) > 0 OR position(word IN translate(said, ' -', '')) > 0))

-- name: ForgetLines
DELETE FROM import_lines l
WHERE EXISTS (SELECT FROM unnest($1::text[]) word WHERE position(word IN l.cells::text) > 0 OR position(word IN translate(l.cells::text, ' -', '')) > 0)

-- name: PutMapping
INSERT INTO import_mappings (person_id, header_key, id, header, field, said_at) VALUES ($1, $2, $3, $4, $5, now())
ON CONFLICT (person_id, header_key) DO UPDATE SET header = EXCLUDED.header, field = EXCLUDED.field, said_at = EXCLUDED.said_at

-- name: Mappings
-- The person's own and the organisation's.
SELECT id, header, header_key, field, person_id, said_at FROM import_mappings WHERE person_id IN ('', $1) ORDER BY header_key, person_id

-- name: ForgetMapping
DELETE FROM import_mappings WHERE id = $1 AND person_id = ANY($2::text[])

-- name: ImportTarget
-- An account that a row may change, with when its records were last changed and by whom.
SELECT a.state, {ProfileColumns}, COALESCE(p.updated_at, a.opened_at), COALESCE(p.updated_by, ''),
    f.version, f.content, f.updated_at, f.updated_by, COALESCE(m.collected_on, ''), m.said
FROM accounts a
LEFT JOIN account_profile p ON p.account_id = a.id
LEFT JOIN step_forms f ON f.account_id = a.id AND f.cycle = a.cycle AND f.step = 'collect'
LEFT JOIN import_marks m ON m.account_id = a.id
WHERE a.id = $1

-- name: TargetContacts
SELECT {ContactColumns}, c.updated_at, c.updated_by FROM contacts c WHERE c.account_id = $1 ORDER BY c.created_at, c.id

-- name: NotesThere
SELECT id FROM history_notes WHERE account_id = $1

-- name: LockTarget
SELECT state FROM accounts WHERE id = $1 FOR SHARE

-- name: PutMarks
-- What was said before and is not said now stays said.
INSERT INTO import_marks AS m (account_id, collected_on, said, import_id, said_at) VALUES ($1, $2, $3, $4, now())
ON CONFLICT (account_id) DO UPDATE SET collected_on = GREATEST(m.collected_on, EXCLUDED.collected_on),
    said = m.said || EXCLUDED.said, import_id = EXCLUDED.import_id, said_at = EXCLUDED.said_at

-- name: AddNote
-- The text comes only with a note that is new: one that was erased is not brought back.
WITH added AS (
    INSERT INTO history_notes (account_id, id, at, day, author, how, import_id, by_id, added_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())
    ON CONFLICT DO NOTHING
    RETURNING account_id, id
)
INSERT INTO account_texts (account_id, id, text) SELECT account_id, id, $9 FROM added ON CONFLICT DO NOTHING

-- name: AddImportChange
INSERT INTO record_changes (account_id, record, record_id, by_id, at, before, after, cause) VALUES ($1, $2, $3, $4, now(), $5, $6, $7)

-- name: NoteColumns
-- In the order of scanNote.
n.account_id, n.id, n.at, n.day, n.author, n.how, n.import_id, COALESCE(t.text, ''), t.id IS NULL

-- name: NotesBetween
-- For the timeline, oldest first: of an account and of those that were merged into it, behind one instant and up to another. All of
-- them: whoever reads pages of events has no other way to those that a limit would leave out.
WITH RECURSIVE merged AS (
    SELECT a.id FROM accounts a WHERE a.id = @id AND {Visible}
    UNION
    SELECT o.id FROM merged JOIN accounts o ON o.merged_into = merged.id
)
SELECT {NoteColumns}
FROM merged JOIN history_notes n ON n.account_id = merged.id
LEFT JOIN account_texts t ON t.account_id = n.account_id AND t.id = n.id
WHERE (@after::timestamptz IS NULL OR n.at > @after) AND (@until::timestamptz IS NULL OR n.at <= @until)
ORDER BY n.at, n.id

-- name: NotesBefore
-- For the list of interactions, newest first.
WITH RECURSIVE merged AS (
    SELECT @id::text COLLATE "C" AS id
    UNION
    SELECT o.id FROM merged JOIN accounts o ON o.merged_into = merged.id
)
SELECT {NoteColumns}
FROM merged JOIN history_notes n ON n.account_id = merged.id
LEFT JOIN account_texts t ON t.account_id = n.account_id AND t.id = n.id
WHERE @first::boolean OR (n.at, n.id) < (@at::timestamptz, @after::text)
ORDER BY n.at DESC, n.id DESC
LIMIT @limit
