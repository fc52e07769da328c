-- What left transactions for people, in the order in which everybody reads it.

-- name: AddToOutbox
-- One statement for all notices of a transaction.
INSERT INTO outbox (notice_id, person_id, source, at)
SELECT n.id, n.person, $1, n.at FROM unnest($2::text[], $3::text[], $4::timestamptz[]) WITH ORDINALITY n(id, person, at, place)
ORDER BY n.place

-- name: OutboxFresh
SELECT EXISTS (SELECT FROM outbox WHERE position IS NULL)

-- name: LockOutboxEnd
-- The statement behind this one sees what the holder before us placed.
SELECT position FROM outbox_end FOR UPDATE

-- name: PlaceOutbox
-- Listeners are told with the COMMIT, which is theirs and not that of a command.
WITH fresh AS MATERIALIZED (
    SELECT added, row_number() OVER (ORDER BY added) AS n FROM outbox WHERE position IS NULL ORDER BY added LIMIT $1
), placed AS (
    UPDATE outbox o SET position = e.position + f.n FROM fresh f, outbox_end e WHERE o.added = f.added
)
UPDATE outbox_end SET position = position + (SELECT count(*) FROM fresh)
WHERE EXISTS (SELECT FROM fresh)
RETURNING (SELECT count(*) FROM fresh), pg_notify('closedloop_outbox', '')::text

-- name: ListenOutbox
LISTEN closedloop_outbox

-- name: ListenAccess
-- What is said is the person whose login, or everything, was ended.
LISTEN closedloop_access

-- name: OutboxAll
SELECT position, notice_id, person_id, source, at FROM outbox WHERE position > $1 ORDER BY position LIMIT $2

-- name: OutboxOf
SELECT position, notice_id, person_id, source, at FROM outbox WHERE position > $1 AND person_id = $3 ORDER BY position LIMIT $2

-- name: OutboxEnd
SELECT COALESCE((SELECT min(position) FROM outbox WHERE position IS NOT NULL), 0), position FROM outbox_end

-- name: SweepOutbox
-- From the first position on, so that a round without anything old looks at a thousand rows and no more.
DELETE FROM outbox
WHERE position IN (SELECT position FROM outbox WHERE position IS NOT NULL ORDER BY position LIMIT 1000) AND at < $1::timestamptz - interval '30 days'

-- name: NoticesBehind
-- What a person is told behind a position, with its lines; one whose line is gone is left out.
SELECT o.position, o.notice_id, COALESCE(n.seq, 0), o.person_id, COALESCE(n.kind, m.kind), COALESCE(n.ref, m.ref), COALESCE(n.due_at, m.due_at),
    COALESCE(n.at, m.at), COALESCE(n.account_id, ''), COALESCE(a.number, ''), COALESCE(p.name, ''), COALESCE(m.read_at, r.read_at), m.args
FROM outbox o
LEFT JOIN notifications n ON o.source = 'account' AND n.id = o.notice_id
LEFT JOIN person_notices m ON o.source = 'person' AND m.id = o.notice_id
LEFT JOIN accounts a ON a.id = n.account_id
LEFT JOIN account_profile p ON p.account_id = n.account_id
LEFT JOIN notification_reads r ON r.notification_id = n.id
WHERE o.person_id = $1 AND o.position > $2 AND (n.id IS NOT NULL OR m.id IS NOT NULL)
ORDER BY o.position
LIMIT $3
