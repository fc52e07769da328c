-- Accounts that belong together: children of a parent, and accounts that were merged into others. A merged account only
-- points on: whatever is under it or refers to it belongs to the account it was merged into. Commands make no circles; the
-- limit of steps is a last line of defence.

-- name: Upward
-- The parent of account $1 and everything above it, nearest first.
up AS (
    SELECT me.parent_id AS id, 1 AS level FROM accounts me WHERE me.id = $1
    UNION ALL
    SELECT COALESCE(a.merged_into, a.parent_id), up.level + 1 FROM up JOIN accounts a ON a.id = up.id WHERE up.level < 64
)

-- name: Living
-- The account f, or the one that it lives on in.
CROSS JOIN LATERAL (
    WITH RECURSIVE onward AS (
        SELECT f.id, f.merged_into
        UNION ALL
        SELECT n.id, n.merged_into FROM onward JOIN accounts n ON n.id = onward.merged_into
    )
    SELECT id FROM onward WHERE merged_into IS NULL
) living

-- name: Generations
-- How many generations stand under an account, not counting merged ones.
WITH RECURSIVE below AS (
    SELECT a.id, CASE WHEN a.merged_into IS NULL THEN 1 ELSE 0 END AS level, 1 AS far
    FROM accounts a WHERE a.parent_id = $1 OR a.merged_into = $1
    UNION ALL
    SELECT a.id, below.level + CASE WHEN a.merged_into IS NULL THEN 1 ELSE 0 END, below.far + 1
    FROM below JOIN accounts a ON a.parent_id = below.id OR a.merged_into = below.id
    WHERE below.far < 64
)
SELECT COALESCE(max(level), 0) FROM below

-- name: SharedContacts
-- What the accounts above share. A merged account has nothing to share: it went over.
WITH RECURSIVE {Upward}
SELECT {ContactColumns}, c.account_id
FROM up JOIN accounts o ON o.id = up.id AND o.merged_into IS NULL
JOIN contacts c ON c.account_id = o.id
ORDER BY up.level, c.created_at, c.id

-- name: SharedDocuments
-- Of the kinds in $2, nearest first.
WITH RECURSIVE {Upward}
SELECT {DossierColumns}, d.account_id
FROM up JOIN accounts o ON o.id = up.id AND o.merged_into IS NULL
JOIN dossier d ON d.account_id = o.id AND d.kind = ANY($2::text[]) AND d.cycle = 0
ORDER BY up.level, d.kind, d.created_at, d.id

-- name: SharedBy
-- The nearest account above that has a document of the kind $2 with the ID $3.
WITH RECURSIVE {Upward}
SELECT o.id FROM up JOIN accounts o ON o.id = up.id AND o.merged_into IS NULL
JOIN dossier d ON d.account_id = o.id AND d.kind = $2 AND d.id = $3 AND d.cycle = 0
ORDER BY up.level LIMIT 1

-- name: MoveContact
-- Its ID goes along: everything that was ever written about the contact still finds it.
UPDATE contacts SET account_id = $1 WHERE id = $2 AND account_id = $3

-- name: CarryDocument
-- With the instants and the author that it had: it was not written anew.
INSERT INTO dossier (account_id, kind, id, cycle, version, body, created_at, updated_by, updated_at, key)
VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9)

-- name: MendDocument
-- What weighed more on the merged account's file. It is no edit, so that requests about the record stay valid.
UPDATE dossier SET version = version + 1, body = $5, edited = COALESCE(edited, version), updated_by = $6, updated_at = $7
WHERE account_id = $1 AND kind = $2 AND id = $3 AND version = $4

-- name: LockFamily
-- The other account's files are written: nobody else may, and no command may look at them, until this one is recorded.
SELECT FROM accounts WHERE id = $1 FOR UPDATE

-- name: NamedAccounts
SELECT a.id, a.number, COALESCE(p.name, '') FROM accounts a LEFT JOIN account_profile p ON p.account_id = a.id
WHERE a.id = ANY($1::text[])

-- name: Kin
-- Accounts of one family as one of them sees it: above (level -1 is the parent), children (1), merged into it (0). For the
-- many accounts without any of them this is three look-ups in indexes.
WITH RECURSIVE up AS (
    SELECT me.parent_id AS id, 1 AS level FROM accounts me WHERE me.id = @id
    UNION ALL
    SELECT COALESCE(o.merged_into, o.parent_id), up.level + 1 FROM up JOIN accounts o ON o.id = up.id WHERE up.level < 64
), merged AS (
    SELECT @id::text COLLATE "C" AS id
    UNION
    SELECT o.id FROM merged JOIN accounts o ON o.merged_into = merged.id
), kin AS (
    SELECT up.id, -up.level AS level FROM up
    UNION ALL
    SELECT id, 0 FROM merged WHERE id <> @id
    UNION ALL
    (SELECT o.id, 1 FROM merged JOIN accounts o ON o.parent_id = merged.id ORDER BY o.number LIMIT @most)
)
SELECT kin.level, a.id, a.number, COALESCE(p.name, ''), COALESCE(a.state ->> 'relation', ''), {Visible}, a.step, a.status,
    COALESCE(a.owner_id, ''), COALESCE(a.team_id, ''), COALESCE(a.grade, ''), a.deadline_at, a.overdue, a.updated_at
FROM kin JOIN accounts a ON a.id = kin.id LEFT JOIN account_profile p ON p.account_id = a.id
WHERE kin.level = 0 OR a.merged_into IS NULL
ORDER BY kin.level DESC, CASE WHEN kin.level = 0 THEN a.updated_at END, a.number

-- name: Members
-- Everything under accounts, in any generation, with the account on top of each; merged accounts are not among them.
members AS (
    SELECT top.id COLLATE "C" AS top, top.id COLLATE "C" AS id, 0 AS far FROM unnest(@tops::text[]) top(id)
    UNION ALL
    SELECT members.top, o.id, members.far + 1 FROM members JOIN accounts o ON o.parent_id = members.id OR o.merged_into = members.id
    WHERE members.far < 64
)

-- name: RollUp
-- What the viewer sees of each family, the account on top included.
WITH RECURSIVE {Members}
SELECT members.top, count(*), count(*) FILTER (WHERE a.status = 'active'), count(*) FILTER (WHERE a.overdue AND a.status <> 'closed'),
    min(a.deadline_at), min(a.next_follow_up_at)
FROM members JOIN accounts a ON a.id = members.id AND a.merged_into IS NULL
WHERE {Visible}
GROUP BY members.top

-- name: Timeline
-- The histories of an account and of those that were merged into it, in order of time. Within one log time never runs
-- backwards, so that its own order stays.
WITH RECURSIVE merged AS (
    SELECT a.id FROM accounts a WHERE a.id = @id AND {Visible}
    UNION
    SELECT o.id FROM merged JOIN accounts o ON o.merged_into = merged.id
)
SELECT {EventColumns}
FROM merged JOIN account_events e ON e.account_id = merged.id
WHERE @first::boolean OR (e.at, e.account_id, e.seq) > (@at::timestamptz, @account::text, @seq::bigint)
ORDER BY e.at, e.account_id, e.seq
LIMIT @limit

-- name: TextsOfTimeline
-- Of single events, named by account and sequence number.
SELECT DISTINCT t.id, t.text
FROM unnest($1::text[], $2::bigint[]) told(account_id, seq)
JOIN account_events e ON e.account_id = told.account_id AND e.seq = told.seq
CROSS JOIN LATERAL jsonb_path_query(e.body, '$.** ? (exists (@.id) && exists (@.hash))') r
JOIN account_texts t ON t.account_id = e.account_id AND t.id = r ->> 'id'

-- name: ErasureKin
-- Accounts that may speak of a contact of account $1: everything under it, and everything that was merged into one of them.
WITH RECURSIVE kin AS (
    SELECT $1::text COLLATE "C" AS id
    UNION
    SELECT o.id FROM kin JOIN accounts o ON o.parent_id = kin.id OR o.merged_into = kin.id
)
SELECT id FROM kin WHERE id <> $1 ORDER BY id
