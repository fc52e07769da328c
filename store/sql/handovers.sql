-- Handing over what hangs on a person.

-- name: HeldBy
-- Accounts in which something may hang on somebody: each source has its index, and the state of an account says what it is.
SELECT a.state, COALESCE(p.name, ''), COALESCE(p.territory, '')
FROM (
    SELECT id FROM accounts WHERE owner_id = $1
    UNION SELECT id FROM accounts WHERE opened_by = $1 AND step IN ('collect', 'screen') AND status <> 'closed'
    UNION SELECT id FROM accounts WHERE served_by <> '{}' AND served_by @> ARRAY[$1::text]
    UNION SELECT account_id FROM tasks WHERE assignee_id = $1 AND status = 'open'
    UNION SELECT account_id FROM approvals WHERE status = 'pending' AND (waiting @> ARRAY[$1::text] OR requester_id = $1 OR acting_id = $1)
) held
JOIN accounts a ON a.id = held.id
LEFT JOIN account_profile p ON p.account_id = a.id
ORDER BY a.id

-- name: AddHandover
-- No row comes back for one that was ordered already.
INSERT INTO handovers (id, from_id, ordered_by, reason, rules, deactivate, status, ordered_at)
VALUES ($1, $2, $3, $4, $5, $6, 'running', $7)
ON CONFLICT (id) DO NOTHING
RETURNING id

-- name: AddMoves
-- Behind what is planned already.
INSERT INTO handover_moves (handover_id, position, round, account_id, to_id, holds, status)
SELECT $1, COALESCE((SELECT max(position) FROM handover_moves WHERE handover_id = $1), 0) + m.place, $2, m.account, m.heir, m.holds, 'planned'
FROM unnest($3::text[], $4::text[], $5::jsonb[]) WITH ORDINALITY m(account, heir, holds, place)

-- name: HandoverColumns
-- In the order of scanHandover.
h.id, h.ordered_by, h.reason, h.rules, h.deactivate, h.status, h.round, h.beside, h.ordered_at, h.finished_at,
    m.planned, m.moved, m.nothing, m.failed

-- name: HandoverCounts
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE m.status = 'planned') AS planned, count(*) FILTER (WHERE m.status = 'moved') AS moved,
        count(*) FILTER (WHERE m.status = 'nothing') AS nothing, count(*) FILTER (WHERE m.status = 'failed') AS failed
    FROM handover_moves m WHERE m.handover_id = h.id
) m

-- name: Handover
SELECT {HandoverColumns} FROM handovers h {HandoverCounts} WHERE h.id = $1

-- name: HandoversOf
-- Newest first.
SELECT {HandoverColumns} FROM (
    SELECT * FROM handovers WHERE from_id = @from AND (@first::boolean OR (ordered_at, id) < (@at::timestamptz, @after::text))
    ORDER BY ordered_at DESC, id DESC LIMIT @limit) h
{HandoverCounts}
ORDER BY h.ordered_at DESC, h.id DESC

-- name: RunningHandovers
SELECT id FROM handovers WHERE status = 'running' AND ordered_at < $1 ORDER BY ordered_at, id

-- name: HandoverMoves
SELECT m.position, m.round, m.account_id, COALESCE(a.number, ''), COALESCE(p.name, ''), m.to_id, m.holds, m.status, m.attempts,
    COALESCE(m.seq, 0), m.reasons, m.moved_at
FROM handover_moves m
LEFT JOIN accounts a ON a.id = m.account_id
LEFT JOIN account_profile p ON p.account_id = m.account_id
WHERE m.handover_id = @handover AND m.position > @after AND (@status::text = '' OR m.status = @status) AND (@to::text = '' OR m.to_id = @to)
ORDER BY m.position
LIMIT @limit

-- name: TriedMove
-- What is over stays as it is.
UPDATE handover_moves SET status = $3, attempts = attempts + 1, seq = $4, reasons = $5, moved_at = $6
WHERE handover_id = $1 AND position = $2 AND status = 'planned'

-- name: LockHandover
SELECT rules, round, deactivate, status, beside FROM handovers WHERE id = $1 FOR UPDATE

-- name: HandoverOpen
-- How much is planned, and which accounts could not be moved.
SELECT count(*) FILTER (WHERE status = 'planned'), COALESCE(array_agg(account_id) FILTER (WHERE status = 'failed'), '{}')
FROM handover_moves WHERE handover_id = $1

-- name: NextRound
UPDATE handovers SET round = $2 WHERE id = $1

-- name: EndDelegationsOf
-- Both of what the person delegated and of what was delegated to them. Those that have not begun end where they begin.
WITH ended AS (
    DELETE FROM delegations WHERE (from_id = $1 OR to_id = $1) AND since >= $2 RETURNING id
), cut AS (
    UPDATE delegations SET until = $2 WHERE (from_id = $1 OR to_id = $1) AND since < $2 AND until > $2 RETURNING id
)
SELECT (SELECT count(*) FROM ended) + (SELECT count(*) FROM cut)

-- name: SetBeside
UPDATE handovers SET beside = $2 WHERE id = $1

-- name: EndHandover
UPDATE handovers SET status = $2, finished_at = $3 WHERE id = $1 AND status = 'running'

-- name: MovePersonTasks
-- What belongs to no account goes to the heir; what is about an account that was moved, to whoever has that now.
UPDATE person_tasks t SET assignee_id = COALESCE(
    (SELECT m.to_id FROM handover_moves m WHERE m.handover_id = $1 AND m.status = 'moved' AND position(m.account_id IN t.ref) > 0
        ORDER BY m.position LIMIT 1), $3)
WHERE t.assignee_id = $2 AND t.status = 'open'

-- name: MovedShares
SELECT to_id, count(DISTINCT account_id) FROM handover_moves WHERE handover_id = $1 AND status = 'moved' GROUP BY to_id ORDER BY to_id

-- name: WhoseDelegations
-- Who has delegated to somebody beyond an instant.
SELECT DISTINCT from_id FROM delegations WHERE to_id = $1 AND until > $2 ORDER BY from_id
