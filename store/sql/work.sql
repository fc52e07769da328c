-- What people have to do: tasks, requests for approval, and the inbox.

-- name: TaskColumns
-- In the order of scanTask.
t.id, t.kind, t.assignee_id, t.ref, t.due_at, t.status, t.opened_at, t.closed_at, COALESCE(t.closed_by, ''),
    COALESCE(t.account_id, ''), COALESCE(a.number, ''), COALESCE(p.name, ''), t.args, t.reason_wanted, COALESCE(t.reason, ''), COALESCE(t.deputy_id, '')

-- name: PersonVisible
-- Whose tasks that belong to no account the viewer sees: their own, those of people they stand in for, and those of everybody
-- in what they lead. The condition is about the row t of person_tasks.
(@all::boolean OR t.assignee_id = ANY(@owners::text[]) OR EXISTS (SELECT FROM users u WHERE u.id = t.assignee_id AND u.team_id = ANY(@teams::text[])))

-- name: AccountTaskRow
t.id, t.kind, t.assignee_id, t.ref, t.due_at, t.status, t.opened_at, t.closed_at, t.closed_by, t.account_id, NULL::jsonb AS args,
    false AS reason_wanted, NULL::text AS reason, t.deputy_id

-- name: PersonTaskRow
t.id, t.kind, t.assignee_id, t.ref, t.due_at, t.status, t.opened_at, t.closed_at, t.closed_by, NULL::text AS account_id, t.args,
    t.reason_wanted, t.reason, NULL::text AS deputy_id

-- name: Tasks
-- Of each of @people the first ones of either kind, from an index in this order; together they hold the page. Where the
-- people are not the viewer's (@foreign), only tasks of accounts in scope, and of people in it. What is due first comes first,
-- what has no date last.
SELECT {TaskColumns}
FROM unnest(@people::text[]) who(id)
CROSS JOIN LATERAL (
    (SELECT {AccountTaskRow} FROM tasks t
    WHERE t.assignee_id = who.id
        AND (@status::text = '' OR t.status = @status)
        AND (@account::text = '' OR t.account_id = @account)
        AND (NOT @foreign::boolean OR EXISTS (SELECT FROM accounts a WHERE a.id = t.account_id AND {Visible} OFFSET 0))
        AND (@first::boolean OR (COALESCE(t.due_at, 'infinity'), t.id) > (COALESCE(@due::timestamptz, 'infinity'), @after::text))
    ORDER BY COALESCE(t.due_at, 'infinity'), t.id
    LIMIT @limit)
    UNION ALL
    (SELECT {PersonTaskRow} FROM person_tasks t
    WHERE t.assignee_id = who.id AND @account::text = ''
        AND (@status::text = '' OR t.status = @status)
        AND (NOT @foreign::boolean OR {PersonVisible})
        AND (@first::boolean OR (COALESCE(t.due_at, 'infinity'), t.id) > (COALESCE(@due::timestamptz, 'infinity'), @after::text))
    ORDER BY COALESCE(t.due_at, 'infinity'), t.id
    LIMIT @limit)
) t
LEFT JOIN accounts a ON a.id = t.account_id
LEFT JOIN account_profile p ON p.account_id = a.id
ORDER BY COALESCE(t.due_at, 'infinity'), t.id
LIMIT @limit

-- name: Task
SELECT {TaskColumns}
FROM (
    SELECT {AccountTaskRow} FROM tasks t JOIN accounts a ON a.id = t.account_id
    WHERE t.id = @id AND (t.assignee_id = ANY(@owners::text[]) OR {Visible})
    UNION ALL
    SELECT {PersonTaskRow} FROM person_tasks t WHERE t.id = @id AND {PersonVisible}
) t
LEFT JOIN accounts a ON a.id = t.account_id
LEFT JOIN account_profile p ON p.account_id = a.id

-- name: HomeOfTask
-- Without a scope: what comes of it is for the log to say.
SELECT account_id FROM tasks WHERE id = $1

-- name: HomeOfApproval
SELECT account_id FROM approvals WHERE id = $1

-- name: ApprovalColumns
-- In the order of scanApproval.
r.id, r.kind, r.requester_id, r.requested_at, r.subject_type, r.subject_id, r.subject_version, r.amount_minor,
    COALESCE(r.currency, ''), COALESCE(r.text_id, ''), COALESCE(r.text_hash, ''), r.status, r.level, r.levels, r.closed_at, r.used,
    r.account_id, a.number, COALESCE(p.name, ''), r.cycle, COALESCE(r.grade, ''), COALESCE(r.acting_id, '')

-- name: ApprovalFilters
(@status::text = '' OR r.status = @status) AND (@kind::text = '' OR r.kind = @kind)
    AND (@first::boolean OR (r.requested_at, r.id) < (@at::timestamptz, @after::text))

-- name: ApprovalsWalked
-- Newest first, as far as @rows go; see listquery.go. The last row tells whether there were no more.
WITH walked AS MATERIALIZED (
    SELECT r.id, r.account_id, r.requested_at FROM approvals r WHERE {ApprovalFilters} ORDER BY r.requested_at DESC, r.id DESC LIMIT @rows
)
(SELECT w.id, w.requested_at, NULL::boolean FROM walked w CROSS JOIN LATERAL (SELECT FROM accounts a WHERE a.id = w.account_id AND {Visible} OFFSET 0) a)
UNION ALL
(SELECT NULL, NULL, count(*) < @rows FROM walked)
LIMIT @limit

-- name: ApprovalsGathered
-- All that the viewer sees, sorted.
SELECT g.id, g.requested_at, NULL::boolean FROM (
    SELECT r.id, r.requested_at FROM accounts a JOIN approvals r ON r.account_id = a.id
    WHERE {Visible} AND {ApprovalFilters} AND (@account::text = '' OR r.account_id = @account) OFFSET 0) g
ORDER BY g.requested_at DESC, g.id DESC
LIMIT @limit

-- name: ApprovalsWaiting
-- An assignee is somebody for whom an open seat of the running level waits; with those for whom the assignee stands in.
SELECT g.id, g.requested_at, NULL::boolean FROM (
    SELECT r.id, r.requested_at FROM approvals r JOIN accounts a ON a.id = r.account_id
    WHERE r.status = 'pending' AND r.waiting && @assignees::text[]
        AND {Visible} AND {ApprovalFilters} AND (@account::text = '' OR r.account_id = @account) OFFSET 0) g
ORDER BY g.requested_at DESC, g.id DESC
LIMIT @limit

-- name: AccountsExpected
EXPLAIN (FORMAT JSON) SELECT FROM accounts a WHERE {Visible}

-- name: ApprovalItems
-- The requests of a page, in its order; what left the viewer's scope since it was found is not among them.
SELECT {ApprovalColumns}
FROM unnest(@ids::text[]) WITH ORDINALITY found(id, place)
JOIN approvals r ON r.id = found.id
JOIN accounts a ON a.id = r.account_id
LEFT JOIN account_profile p ON p.account_id = a.id
WHERE {Visible}
ORDER BY found.place

-- name: Approval
SELECT {ApprovalColumns}
FROM approvals r
JOIN accounts a ON a.id = r.account_id
LEFT JOIN account_profile p ON p.account_id = a.id
WHERE r.id = @id AND {Visible}

-- name: Notices
-- The viewer's own inbox, newest first: what accounts told, and what belongs to none.
SELECT n.id, n.seq, n.recipient_id, n.kind, n.ref, n.due_at, n.at, COALESCE(n.account_id, ''), COALESCE(a.number, ''), COALESCE(p.name, ''),
    COALESCE(n.read_at, r.read_at), n.args
FROM (
    (SELECT n.id, n.seq, n.recipient_id, n.kind, n.ref, n.due_at, n.at, n.account_id, NULL::timestamptz AS read_at, NULL::jsonb AS args
    FROM notifications n
    WHERE n.recipient_id = @who AND (NOT @unread::boolean OR n.unread)
        AND (@first::boolean OR (n.at, n.id) < (@at::timestamptz, @after::text))
    ORDER BY n.at DESC, n.id DESC
    LIMIT @limit)
    UNION ALL
    (SELECT n.id, 0, n.person_id, n.kind, n.ref, n.due_at, n.at, NULL::text, n.read_at, n.args
    FROM person_notices n
    WHERE n.person_id = @who AND (NOT @unread::boolean OR n.read_at IS NULL)
        AND (@first::boolean OR (n.at, n.id) < (@at::timestamptz, @after::text))
    ORDER BY n.at DESC, n.id DESC
    LIMIT @limit)
) n
LEFT JOIN accounts a ON a.id = n.account_id
LEFT JOIN account_profile p ON p.account_id = n.account_id
LEFT JOIN notification_reads r ON r.notification_id = n.id
ORDER BY n.at DESC, n.id DESC
LIMIT @limit

-- name: ReadNotices
-- Without IDs: everything. Only the viewer's own lines, and each counts once.
WITH read AS (
    INSERT INTO notification_reads (notification_id, read_at)
    SELECT n.id, now() FROM notifications n
    WHERE n.recipient_id = @who AND n.unread AND (cardinality(@ids::text[]) = 0 OR n.id = ANY(@ids))
    ON CONFLICT DO NOTHING
    RETURNING notification_id
), of_accounts AS (
    UPDATE notifications n SET unread = false FROM read WHERE n.id = read.notification_id RETURNING n.id
), of_persons AS (
    UPDATE person_notices n SET read_at = now()
    WHERE n.person_id = @who AND n.read_at IS NULL AND (cardinality(@ids::text[]) = 0 OR n.id = ANY(@ids))
    RETURNING n.id
)
SELECT (SELECT count(*) FROM of_accounts) + (SELECT count(*) FROM of_persons)
