-- Accounts as people read them. Every statement has the viewer's scope in it.

-- name: Account
SELECT a.state, {ProfileColumns}
FROM accounts a LEFT JOIN account_profile p ON p.account_id = a.id
WHERE a.id = @id AND {Visible}

-- name: AccountItemColumns
-- In the order of scanAccountItem.
a.id, a.number, COALESCE(p.name, ''), COALESCE(p.territory, ''), a.step, a.status, a.cycle, a.pass, a.seq,
    COALESCE(a.owner_id, ''), COALESCE(a.team_id, ''), COALESCE(a.grade, ''), a.deadline_at, a.overdue, a.next_follow_up_at,
    a.late, a.opened_at, a.entered_at, a.updated_at

-- name: AccountItems
-- The accounts of a page, in its order; what left the viewer's scope since it was found is not among them.
SELECT {AccountItemColumns}
FROM unnest(@ids::text[]) WITH ORDINALITY found(id, place)
JOIN accounts a ON a.id = found.id
LEFT JOIN account_profile p ON p.account_id = a.id
WHERE {Visible}
ORDER BY found.place

-- name: OfFamily
-- Everything under an account, in any generation, without what was merged.
a.id = ANY(ARRAY(
    WITH RECURSIVE members AS (
        SELECT o.id FROM accounts o WHERE o.parent_id = @parent OR o.merged_into = @parent
        UNION
        SELECT o.id FROM members JOIN accounts o ON o.parent_id = members.id OR o.merged_into = members.id)
    SELECT m.id FROM members JOIN accounts m ON m.id = members.id WHERE m.merged_into IS NULL))

-- name: TimedOnes
-- What the viewer owns, leads or serves, or has a seat in, and the clock will touch.
a.wake_at IS NOT NULL AND a.status <> 'closed' AND (a.owner_id = ANY(@owners::text[]) OR a.team_id = ANY(@teams::text[])
        OR (a.served_by <> '{}' AND a.served_by && @owners::text[]) OR a.seen_by && @owners::text[])
    AND (a.wake_at, a.id) > (@at::timestamptz, @after::text)

-- name: Timed
-- Soonest first, from the index in that order. Where there are few of them (TimedFew), all are gathered and sorted.
SELECT a.wake_at, a.state, {ProfileColumns}
FROM (SELECT a.id, a.wake_at, a.state FROM accounts a WHERE {TimedOnes} ORDER BY a.wake_at, a.id LIMIT @limit) a
LEFT JOIN account_profile p ON p.account_id = a.id
ORDER BY a.wake_at, a.id

-- name: TimedFew
SELECT g.wake_at, a.state, {ProfileColumns}
FROM (SELECT g.id, g.wake_at FROM (SELECT a.id, a.wake_at FROM accounts a WHERE {TimedOnes} OFFSET 0) g ORDER BY g.wake_at, g.id LIMIT @limit) g
JOIN accounts a ON a.id = g.id
LEFT JOIN account_profile p ON p.account_id = a.id
ORDER BY g.wake_at, g.id

-- name: TimedExpected
EXPLAIN (FORMAT JSON) SELECT FROM accounts a WHERE {TimedOnes}

-- name: Precheck
-- One row, whether or not there is an account or a command.
SELECT a.id IS NOT NULL AND COALESCE({Visible}, false), a.state, c.fingerprint, c.receipt
FROM (SELECT) one
LEFT JOIN accounts a ON a.id = @id
LEFT JOIN account_commands c ON c.account_id = @id AND c.key = @key
