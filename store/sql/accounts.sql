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
-- What the viewer owns, leads or serves, has a seat in, or is asked to support, and the clock will touch. Besides, where the line
-- ends above people (@ends), teams (among @teams) or with nobody at all (@unled), what calls them goes to sales operations.
a.wake_at IS NOT NULL AND a.status <> 'closed' AND (a.owner_id = ANY(@owners::text[]) OR a.team_id = ANY(@teams::text[])
        OR (a.served_by <> '{}' AND a.served_by && @owners::text[]) OR a.seen_by && @owners::text[]
        OR a.id = ANY(ARRAY(SELECT t.account_id FROM tasks t WHERE t.assignee_id = ANY(@owners::text[]) AND t.status = 'open' AND t.kind = 'support'))
        OR a.owner_id = ANY(@ends::text[]) OR (@unled::boolean AND a.owner_id IS NULL AND a.team_id IS NULL)
        OR a.id = ANY(ARRAY(SELECT r.account_id FROM approvals r WHERE r.status = 'pending' AND r.waiting && @ends::text[])))
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

-- name: Reassigning
-- What will ask sales operations for somebody else by itself, soonest first; only they are called by it, so there is no scope.
SELECT a.state, {ProfileColumns}
FROM (SELECT a.id, a.state, reassign_at(a.state) AS at FROM accounts a
    WHERE a.status <> 'closed' AND reassign_at(a.state) IS NOT NULL AND (reassign_at(a.state), a.id) > (@at::timestamptz, @after::text)
    ORDER BY reassign_at(a.state), a.id LIMIT @limit) a
LEFT JOIN account_profile p ON p.account_id = a.id
ORDER BY a.at, a.id

-- name: Precheck
-- One row, whether or not there is an account or a command.
SELECT a.id IS NOT NULL AND COALESCE({Visible}, false), a.state, c.fingerprint, c.receipt
FROM (SELECT) one
LEFT JOIN accounts a ON a.id = @id
LEFT JOIN account_commands c ON c.account_id = @id AND c.key = @key
