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

-- name: Accounts
-- {after}, {found} and {order} are filled in by lists.go from its table of sorts and the words of the search. The empty
-- filters fall away when the statement is planned, which is why it is planned with its values each time.
SELECT {AccountItemColumns}
FROM accounts a LEFT JOIN account_profile p ON p.account_id = a.id
WHERE {Visible}
    AND (@step::text = '' OR a.step = @step)
    AND (@status::text = '' OR a.status = @status)
    AND (@owner::text = '' OR a.owner_id = @owner)
    AND (@grade::text = '' OR a.grade = @grade)
    AND (@overdue::boolean IS NULL OR a.overdue = @overdue)
    AND (NOT @roll_up::boolean OR (a.parent_id IS NULL AND a.merged_into IS NULL))
    AND (@parent::text = '' OR a.id = ANY(ARRAY(
        WITH RECURSIVE members AS (
            SELECT o.id FROM accounts o WHERE o.parent_id = @parent OR o.merged_into = @parent
            UNION
            SELECT o.id FROM members JOIN accounts o ON o.parent_id = members.id OR o.merged_into = members.id)
        SELECT m.id FROM members JOIN accounts m ON m.id = members.id WHERE m.merged_into IS NULL)))
    AND {found}
    AND (@team::text = '' OR a.team_id IN (
        WITH RECURSIVE below AS (
            SELECT id FROM teams WHERE id = @team
            UNION
            SELECT t.id FROM teams t JOIN below ON t.parent_id = below.id)
        SELECT id FROM below))
    AND {after}
ORDER BY {order}
LIMIT @limit

-- name: Timed
-- What the viewer owns or leads and the clock will touch, soonest first.
SELECT a.state, {ProfileColumns}
FROM accounts a LEFT JOIN account_profile p ON p.account_id = a.id
WHERE a.wake_at IS NOT NULL AND a.status <> 'closed' AND (a.owner_id = ANY(@owners::text[]) OR a.team_id = ANY(@teams::text[]))
    AND (a.wake_at, a.id) > (@at::timestamptz, @after::text)
ORDER BY a.wake_at, a.id
LIMIT @limit

-- name: Precheck
-- One row, whether or not there is an account or a command.
SELECT a.id IS NOT NULL AND COALESCE({Visible}, false), a.state, c.fingerprint, c.receipt
FROM (SELECT) one
LEFT JOIN accounts a ON a.id = @id
LEFT JOIN account_commands c ON c.account_id = @id AND c.key = @key
