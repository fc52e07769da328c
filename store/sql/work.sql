-- What people have to do: tasks, requests for approval, and the inbox.

-- name: TaskColumns
-- In the order of scanTask.
t.id, t.kind, t.assignee_id, t.ref, t.due_at, t.status, t.opened_at, t.closed_at, COALESCE(t.closed_by, ''),
    t.account_id, a.number, COALESCE(p.name, '')

-- name: Tasks
-- Without an assignee: everybody the viewer stands in for. What is due first comes first, what has no date last.
SELECT {TaskColumns}
FROM tasks t
JOIN accounts a ON a.id = t.account_id
LEFT JOIN account_profile p ON p.account_id = a.id
WHERE (t.assignee_id = ANY(@owners::text[]) OR (@assignee::text <> '' AND {Visible}))
    AND (@assignee::text = '' OR t.assignee_id = @assignee)
    AND (@status::text = '' OR t.status = @status)
    AND (@account::text = '' OR t.account_id = @account)
    AND (@first::boolean OR (COALESCE(t.due_at, 'infinity'), t.id) > (COALESCE(@due::timestamptz, 'infinity'), @after::text))
ORDER BY COALESCE(t.due_at, 'infinity'), t.id
LIMIT @limit

-- name: Task
SELECT {TaskColumns}
FROM tasks t
JOIN accounts a ON a.id = t.account_id
LEFT JOIN account_profile p ON p.account_id = a.id
WHERE t.id = @id AND (t.assignee_id = ANY(@owners::text[]) OR {Visible})

-- name: HomeOfTask
-- Without a scope: what comes of it is for the log to say.
SELECT account_id FROM tasks WHERE id = $1

-- name: HomeOfApproval
SELECT account_id FROM approvals WHERE id = $1

-- name: ApprovalColumns
-- In the order of scanApproval.
r.id, r.kind, r.requester_id, r.requested_at, r.subject_type, r.subject_id, r.subject_version, r.amount_minor,
    COALESCE(r.currency, ''), COALESCE(r.text_id, ''), COALESCE(r.text_hash, ''), r.status, r.level, r.levels, r.closed_at, r.used,
    r.account_id, a.number, COALESCE(p.name, ''), r.cycle

-- name: Approvals
-- Newest first. An assignee is somebody for whom an open seat of the running level waits.
SELECT {ApprovalColumns}
FROM approvals r
JOIN accounts a ON a.id = r.account_id
LEFT JOIN account_profile p ON p.account_id = a.id
WHERE {Visible}
    AND (@status::text = '' OR r.status = @status)
    AND (@kind::text = '' OR r.kind = @kind)
    AND (@account::text = '' OR r.account_id = @account)
    AND (@assignee::text = '' OR (r.status = 'pending' AND EXISTS (
        SELECT FROM approval_levels l WHERE l.approval_id = r.id AND l.level = r.level AND l.decision IS NULL
            AND @assignee = ANY(l.people))))
    AND (@first::boolean OR (r.requested_at, r.id) < (@at::timestamptz, @after::text))
ORDER BY r.requested_at DESC, r.id DESC
LIMIT @limit

-- name: Approval
SELECT {ApprovalColumns}
FROM approvals r
JOIN accounts a ON a.id = r.account_id
LEFT JOIN account_profile p ON p.account_id = a.id
WHERE r.id = @id AND {Visible}

-- name: Notices
-- The viewer's own inbox, newest first.
SELECT n.id, n.seq, n.recipient_id, n.kind, n.ref, n.due_at, n.at, n.account_id, COALESCE(a.number, ''), COALESCE(p.name, ''), r.read_at
FROM notifications n
LEFT JOIN accounts a ON a.id = n.account_id
LEFT JOIN account_profile p ON p.account_id = n.account_id
LEFT JOIN notification_reads r ON r.notification_id = n.id
WHERE n.recipient_id = @who AND (NOT @unread::boolean OR r.read_at IS NULL)
    AND (@first::boolean OR (n.at, n.id) < (@at::timestamptz, @after::text))
ORDER BY n.at DESC, n.id DESC
LIMIT @limit

-- name: ReadNotices
-- Without IDs: everything. Only the viewer's own lines, and each counts once.
INSERT INTO notification_reads (notification_id, read_at)
SELECT n.id, now() FROM notifications n
WHERE n.recipient_id = @who AND (cardinality(@ids::text[]) = 0 OR n.id = ANY(@ids))
    AND NOT EXISTS (SELECT FROM notification_reads r WHERE r.notification_id = n.id)
ON CONFLICT DO NOTHING
