-- Filings of one customer by several accounts, documents that change with events, and names that resemble each other.

-- name: LockCustomer
-- Two who file for one customer wait for each other here, before they look at each other's filings: by its credit code and
-- by its name, in one order, so that they never wait in a circle.
SELECT pg_advisory_xact_lock(4, keys.number) FROM (
    SELECT DISTINCT hashtext(k) AS number
    FROM account_profile p, unnest(ARRAY['code/' || p.credit_code, 'name/' || p.name_key]) k
    WHERE p.account_id = $1 AND k IS NOT NULL ORDER BY 1
) keys

-- name: Claims
-- Filings of other accounts of the same customer: of its credit code, or of its name where one of the two has no code.
SELECT {DossierColumns}, a.id, COALESCE(a.owner_id, ''), COALESCE(a.team_id, '')
FROM account_profile me
JOIN account_profile p ON p.account_id <> me.account_id AND (p.credit_code = me.credit_code
    OR (p.name_key = me.name_key AND (p.credit_code IS NULL OR me.credit_code IS NULL)))
JOIN accounts a ON a.id = p.account_id
JOIN dossier d ON d.account_id = p.account_id AND d.kind = 'filing'
WHERE me.account_id = $1
ORDER BY d.created_at, d.account_id, d.id

-- name: WriteEffect
-- A document that changes with an event, and the row that tells so. It is no edit, so that requests about it stay valid. A
-- dated one leaves a mark, see AddChange.
WITH was AS (
    SELECT * FROM dossier WHERE account_id = $1 AND kind = $2 AND id = $3 AND version = $4
), is_now AS (
    UPDATE dossier d SET version = d.version + 1, body = $5, key = $6, edited = COALESCE(d.edited, d.version), updated_by = $7,
        updated_at = now()
    WHERE d.account_id = $1 AND d.kind = $2 AND d.id = $3 AND d.version = $4
    RETURNING d.*
), marked AS (
    INSERT INTO replans (account_id, since) SELECT is_now.account_id, now() FROM is_now WHERE is_now.kind IN {Dated}
    ON CONFLICT (account_id) DO NOTHING
)
INSERT INTO record_changes (account_id, record, record_id, by_id, at, before, after)
SELECT $1, 'dossier', $2 || '/' || $3, $7, now(),
    jsonb_build_object('kind', was.kind, 'id', was.id, 'cycle', was.cycle, 'version', was.version, 'body', was.body,
        'created_at', was.created_at, 'updated_at', was.updated_at, 'updated_by', was.updated_by, 'edited', COALESCE(was.edited, 0)),
    jsonb_build_object('kind', is_now.kind, 'id', is_now.id, 'cycle', is_now.cycle, 'version', is_now.version, 'body', is_now.body,
        'created_at', is_now.created_at, 'updated_at', is_now.updated_at, 'updated_by', is_now.updated_by, 'edited', is_now.edited)
FROM was, is_now

-- name: Resembling
-- Accounts that are not closed and share a pair of characters with a name, those that share most first. Who judges how much
-- they resemble it is package naming.
SELECT p.account_id, p.name, COALESCE(a.owner_id, ''), COALESCE(a.team_id, '')
FROM account_profile p
JOIN accounts a ON a.id = p.account_id AND a.status <> 'closed'
WHERE name_grams(p.name_key) && @grams::text[]
ORDER BY (SELECT count(*) FROM unnest(@grams::text[]) g WHERE strpos(p.name_key, g) > 0) DESC, a.opened_at, a.id
LIMIT @limit

-- name: NameOf
SELECT COALESCE(p.name, ''), COALESCE(p.credit_code, '') FROM account_profile p WHERE p.account_id = $1

-- name: LiveFilings
-- Filings of other accounts that protect something on a day, of the same credit code or of a name that shares characters.
SELECT p.account_id, a.number, p.name, COALESCE(p.credit_code, ''), COALESCE(a.owner_id, ''), COALESCE(a.team_id, ''),
    d.body->>'project', d.body->>'valid_until', {Visible}
FROM account_profile p
JOIN accounts a ON a.id = p.account_id
JOIN dossier d ON d.account_id = p.account_id AND d.kind = 'filing' AND d.body->>'filed_on' <> ''
    AND d.body->>'valid_until' >= @today AND d.body->>'released_on' = ''
WHERE p.account_id <> @account
    AND (p.credit_code = @credit_code OR name_grams(p.name_key) && @grams::text[])
ORDER BY (SELECT count(*) FROM unnest(@grams::text[]) g WHERE strpos(p.name_key, g) > 0) DESC, a.opened_at, a.id
LIMIT @limit
