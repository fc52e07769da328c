-- Erasing a person from an account: everything that is on file, and every version of it.

-- name: LockForErase
-- Alone: whoever writes records shares the account's row, and waits for us.
SELECT a.state, COALESCE({Visible}, false) FROM accounts a WHERE a.id = @id FOR UPDATE OF a

-- name: LivesElsewhere
SELECT EXISTS (SELECT FROM contacts WHERE id = $2 AND account_id <> $1)

-- name: ErasureColumns
-- In the order of scanErasure.
contact_id, requested_by, requested_at, reason, done_by, done_at, records, texts

-- name: LockErasure
SELECT {ErasureColumns} FROM erasures WHERE account_id = $1 AND contact_id = $2 FOR UPDATE

-- name: AskErasure
INSERT INTO erasures (account_id, contact_id, requested_by, requested_at, reason) VALUES ($1, $2, $3, now(), $4)
RETURNING {ErasureColumns}

-- name: EndErasure
-- Why it was asked for stays on record, without the person.
UPDATE erasures SET done_by = $3, done_at = now(), records = $4, texts = $5, reason = $6 WHERE account_id = $1 AND contact_id = $2
RETURNING {ErasureColumns}

-- name: Erasures
SELECT {ErasureColumns} FROM erasures WHERE account_id = $1 ORDER BY requested_at, contact_id

-- name: LockAllChanges
SELECT id, record, record_id, before, after FROM record_changes WHERE account_id = $1 ORDER BY id FOR UPDATE

-- name: RedactContact
UPDATE contacts SET title = $3, note = $4, version = version + 1, updated_by = $5, updated_at = now() WHERE account_id = $1 AND id = $2

-- name: RemoveContact
DELETE FROM contacts WHERE account_id = $1 AND id = $2

-- name: WipeDocument
UPDATE dossier AS d SET version = d.version + $6, body = $4, updated_by = $5, updated_at = now()
WHERE d.account_id = $1 AND d.kind = $2 AND d.id = $3
RETURNING {DossierColumns}

-- name: RemoveDocument
DELETE FROM dossier WHERE account_id = $1 AND kind = $2 AND id = $3

-- name: RedactForm
UPDATE step_forms SET version = version + $6, content = $4, updated_by = $5, updated_at = now()
WHERE account_id = $1 AND cycle = $2 AND step = $3

-- name: AllTexts
SELECT id, text FROM account_texts WHERE account_id = $1 ORDER BY id

-- name: RedactText
UPDATE account_texts SET text = $3 WHERE account_id = $1 AND id = $2

-- name: ForgetRequests
-- Answers are bytes of JSON in UTF-8; there are those of a day.
DELETE FROM request_keys WHERE EXISTS (SELECT FROM unnest($1::text[]) word WHERE position(convert_to(word, 'UTF8') IN body) > 0)
