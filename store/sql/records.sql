-- Records beside the log: profile, forms, contacts, interactions' texts, and the rows that tell who changed what.

-- name: LockForEdit
-- Shared with other record writers; a command on the account waits for us and we for it.
SELECT a.state, COALESCE({Visible}, false) FROM accounts a WHERE a.id = @id FOR SHARE OF a

-- name: ProfileOf
SELECT {ProfileColumns} FROM account_profile p WHERE p.account_id = $1

-- name: LockProfile
SELECT {ProfileColumns} FROM account_profile p WHERE p.account_id = $1 FOR UPDATE

-- name: ProfileColumns
-- In the order of scanProfile.
COALESCE(p.version, 0), COALESCE(p.name, ''), COALESCE(p.credit_code, ''), COALESCE(p.aliases, '{}'), COALESCE(p.premises, ''),
    COALESCE(p.territory, ''), COALESCE(p.address, ''), COALESCE(p.industry, ''), p.monthly_inbound, p.monthly_outbound,
    COALESCE(p.author, ''), COALESCE(p.collected_on, '')

-- name: PutProfile
-- Former upsert keys stay, so that a lead sheet still finds an account whose name was corrected.
INSERT INTO account_profile (account_id, version, name, credit_code, aliases, premises, territory, address, industry,
    monthly_inbound, monthly_outbound, author, collected_on, name_key, search_text, upsert_keys, updated_by, updated_at)
VALUES (@account, @version, @name, @credit_code, @aliases, @premises, @territory, @address, @industry,
    @monthly_inbound, @monthly_outbound, @author, @collected_on, @name_key, @search_text, @upsert_keys, @by, now())
ON CONFLICT (account_id) DO UPDATE SET version = EXCLUDED.version, name = EXCLUDED.name, credit_code = EXCLUDED.credit_code,
    aliases = EXCLUDED.aliases, premises = EXCLUDED.premises, territory = EXCLUDED.territory, address = EXCLUDED.address,
    industry = EXCLUDED.industry, monthly_inbound = EXCLUDED.monthly_inbound, monthly_outbound = EXCLUDED.monthly_outbound,
    author = EXCLUDED.author, collected_on = EXCLUDED.collected_on, name_key = EXCLUDED.name_key,
    search_text = EXCLUDED.search_text, updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at,
    upsert_keys = ARRAY(SELECT DISTINCT k FROM unnest(account_profile.upsert_keys || EXCLUDED.upsert_keys) k ORDER BY k)
WHERE account_profile.version = EXCLUDED.version - 1

-- name: FormsOfCycle
-- Cycle 0 is the running one, here and below.
SELECT step, cycle, version, content FROM step_forms
WHERE account_id = $1 AND cycle = COALESCE(NULLIF($2::integer, 0), (SELECT a.cycle FROM accounts a WHERE a.id = $1))
ORDER BY step

-- name: Form
-- No row comes back for an account that is out of scope; version 0 says that nothing is on file.
SELECT @step::text, r.cycle, COALESCE(f.version, 0), COALESCE(f.content, '{}')
FROM accounts a
CROSS JOIN LATERAL (SELECT COALESCE(NULLIF(@cycle::integer, 0), a.cycle) AS cycle) r
LEFT JOIN step_forms f ON f.account_id = a.id AND f.cycle = r.cycle AND f.step = @step
WHERE a.id = @id AND {Visible}

-- name: LockForm
SELECT step, cycle, version, content FROM step_forms WHERE account_id = $1 AND cycle = $2 AND step = $3 FOR UPDATE

-- name: AddForm
-- No row comes back when somebody was faster.
INSERT INTO step_forms (account_id, cycle, step, version, content, updated_by, updated_at) VALUES ($1, $2, $3, 1, $4, $5, now())
ON CONFLICT DO NOTHING

-- name: ChangeForm
UPDATE step_forms SET version = version + 1, content = $4, updated_by = $5, updated_at = now()
WHERE account_id = $1 AND cycle = $2 AND step = $3 AND version = $6

-- name: ContactColumns
-- In the order of scanContact.
c.id, c.version, c.name, c.title, COALESCE(c.role, ''), c.mobile, c.phone, c.phone_valid, c.note

-- name: ContactsOf
SELECT {ContactColumns} FROM contacts c WHERE c.account_id = $1 ORDER BY c.created_at, c.id

-- name: Contact
SELECT {ContactColumns} FROM contacts c JOIN accounts a ON a.id = c.account_id
WHERE c.account_id = @id AND c.id = @contact AND {Visible}

-- name: LockContact
SELECT {ContactColumns} FROM contacts c WHERE c.account_id = $1 AND c.id = $2 FOR UPDATE

-- name: PutContact
-- Guarded by the account: an ID of another account's contact changes nothing.
INSERT INTO contacts (id, account_id, version, name, title, role, mobile, phone, phone_valid, note, phones, created_at,
    updated_by, updated_at)
VALUES (@id, @account, @version, @name, @title, @role, @mobile, @phone, @phone_valid, @note, @phones, now(), @by, now())
ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, name = EXCLUDED.name, title = EXCLUDED.title, role = EXCLUDED.role,
    mobile = EXCLUDED.mobile, phone = EXCLUDED.phone, phone_valid = EXCLUDED.phone_valid, note = EXCLUDED.note,
    phones = EXCLUDED.phones, updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at
WHERE contacts.account_id = EXCLUDED.account_id AND contacts.version = EXCLUDED.version - 1

-- name: DeleteContact
DELETE FROM contacts WHERE account_id = $1 AND id = $2 AND version = $3

-- name: AddChange
-- A dated record says when something is to be done: its change leaves a mark until the account's clocks were looked at.
WITH marked AS (
    INSERT INTO replans (account_id, since)
    SELECT $1::text, now()
    WHERE $2::text = 'dossier' AND split_part($3::text, '/', 1) IN {Dated}
    ON CONFLICT (account_id) DO NOTHING
)
INSERT INTO record_changes (account_id, record, record_id, by_id, at, before, after)
VALUES ($1::text, $2::text, $3::text, $4, now(), $5, $6)

-- name: Changes
SELECT record, record_id, by_id, at, before, after FROM record_changes WHERE account_id = $1 ORDER BY id

-- name: InteractionsOfCycle
-- Those of the cycle and, because nobody is forgotten by the turn of a cycle, the last one before it with each contact. In
-- the first cycle the last part is never looked at.
WITH running AS (SELECT COALESCE(NULLIF($2::integer, 0), a.cycle) AS cycle FROM accounts a WHERE a.id = $1)
SELECT {InteractionColumns} FROM running JOIN interactions i ON i.account_id = $1
WHERE i.cycle = running.cycle OR (i.cycle < running.cycle AND i.id IN (
    SELECT DISTINCT ON (met.contact) o.id
    FROM running r JOIN interactions o ON o.account_id = $1 AND o.cycle < r.cycle CROSS JOIN LATERAL unnest(o.contact_ids) AS met(contact)
    ORDER BY met.contact, o.at DESC, o.id
))
ORDER BY i.at, i.id

-- name: InteractionColumns
-- In the order of scanInteraction.
i.id, i.cycle, i.step, i.pass, i.kind, i.at, i.contact_ids, i.by_id, COALESCE(i.aim_id, ''), COALESCE(i.aim_hash, ''),
    COALESCE(i.result_id, ''), COALESCE(i.result_hash, ''), COALESCE(i.next_step_id, ''), COALESCE(i.next_step_hash, ''), i.next_at,
    COALESCE(i.intent, 0)

-- name: Interactions
-- Of an account and of those that were merged into it.
WITH RECURSIVE merged AS (
    SELECT @id::text COLLATE "C" AS id
    UNION
    SELECT o.id FROM merged JOIN accounts o ON o.merged_into = merged.id
)
SELECT {InteractionColumns}, COALESCE(aim.text, ''), COALESCE(result.text, ''), COALESCE(next.text, ''), i.account_id
FROM merged
JOIN interactions i ON i.account_id = merged.id
LEFT JOIN account_texts aim ON aim.account_id = i.account_id AND aim.id = i.aim_id
LEFT JOIN account_texts result ON result.account_id = i.account_id AND result.id = i.result_id
LEFT JOIN account_texts next ON next.account_id = i.account_id AND next.id = i.next_step_id
WHERE (@first::boolean OR (i.at, i.id) < (@at::timestamptz, @after::text))
ORDER BY i.at DESC, i.id DESC
LIMIT @limit

-- name: SomeDuplicates
-- How many accounts that are not closed have the name or the credit code of this one, or were merged with one that had.
SELECT count(DISTINCT a.id) FROM account_profile me
JOIN account_profile other ON other.account_id <> me.account_id
    AND (other.name_key = me.name_key OR other.credit_code = me.credit_code)
JOIN accounts f ON f.id = other.account_id
{Living}
JOIN accounts a ON a.id = living.id AND a.id <> me.account_id AND a.status <> 'closed'
WHERE me.account_id = $1

-- name: Duplicates
-- One row for every account that is not closed, with the strongest reason: 1 credit code, 2 name, 3 phone. What was known
-- of a merged account leads to the one it lives on in.
SELECT a.id, COALESCE(a.owner_id, ''), COALESCE(a.team_id, ''), min(found.reason)
FROM (
    SELECT account_id, 1 AS reason FROM account_profile WHERE credit_code = @credit_code
    UNION ALL
    SELECT account_id, 2 FROM account_profile WHERE name_key = @name_key
    UNION ALL
    SELECT account_id, 3 FROM contacts WHERE phones && @phones::text[]
) found
JOIN accounts f ON f.id = found.account_id
{Living}
JOIN accounts a ON a.id = living.id AND a.status <> 'closed'
GROUP BY a.id
ORDER BY min(found.reason), a.opened_at, a.id
LIMIT 50
