-- What the support centre is asked for. Who is asked sees the request and the account's name, and nothing else of it.

-- name: SupportRequests
-- One row a request, with how it stands. The target of an open one is that of its running clock, which follows calendar and
-- pauses; of an answered one it is what stood on its task. Held clocks have none.
SELECT d.account_id, d.kind, d.id, d.cycle, d.version, d.body, d.created_at, d.updated_at, d.updated_by, d.edited,
    a.number, COALESCE(p.name, '') AS name, {Visible} AS visible, COALESCE(asked.people, '{}') AS people, r.id AS request,
    CASE WHEN d.body ->> 'answer' IS NOT NULL THEN 'answered'
        WHEN d.body ->> 'accepted_at' = '' THEN COALESCE(r.status, 'draft')
        WHEN a.status = 'closed' THEN 'void'
        ELSE 'open' END AS status,
    CASE WHEN d.body ->> 'answer' IS NOT NULL THEN asked.due_at ELSE clock.due_at END AS target,
    COALESCE(CASE WHEN d.body ->> 'answer' IS NOT NULL THEN asked.closed_at > asked.due_at ELSE clock.due_at < @now::timestamptz END, false) AS late
FROM dossier d
JOIN accounts a ON a.id = d.account_id
LEFT JOIN account_profile p ON p.account_id = d.account_id
LEFT JOIN LATERAL (
    SELECT array_agg(t.assignee_id ORDER BY t.assignee_id) FILTER (WHERE t.status = 'open') AS people, max(t.due_at) AS due_at,
        max(t.closed_at) FILTER (WHERE t.status = 'done') AS closed_at, bool_or(t.assignee_id = ANY(@owners::text[])) AS mine
    FROM tasks t WHERE t.kind = 'support' AND t.account_id = d.account_id AND t.ref = 'agenda/support/' || d.id
) asked ON true
LEFT JOIN LATERAL (
    SELECT NULLIF((c ->> 'due')::timestamptz, '0001-01-01T00:00:00Z') AS due_at
    FROM json_array_elements(a.state -> 'clocks') c WHERE c ->> 'id' = 'agenda/support/' || d.id LIMIT 1
) clock ON true
LEFT JOIN LATERAL (
    SELECT r.id, r.status FROM approvals r
    WHERE r.account_id = d.account_id AND r.kind = 'support_request' AND r.subject_id = 'support_request/' || d.id
    ORDER BY r.requested_at DESC, r.id DESC LIMIT 1
) r ON true
WHERE d.kind = 'support_request' AND ({Visible} OR asked.mine)

-- name: SupportColumns
d.kind, d.id, d.cycle, d.version, d.body, d.created_at, d.updated_at, d.updated_by, COALESCE(d.edited, 0),
    d.account_id, d.number, d.name, d.visible, d.people, COALESCE(d.request, ''), d.status, d.target, d.late

-- name: ListSupport
SELECT {SupportColumns} FROM ({SupportRequests}) d
WHERE (@centre::text = '' OR d.body ->> 'centre' = @centre) AND (@status::text = '' OR d.status = @status)
    AND (@late::boolean IS NULL OR d.late = @late) AND (@assignee::text = '' OR @assignee = ANY(d.people))
    AND (@account::text = '' OR d.account_id = @account)
    AND (@first::boolean OR (d.created_at, d.id) < (@at::timestamptz, @after::text))
ORDER BY d.created_at DESC, d.id DESC
LIMIT @limit

-- name: OneSupport
SELECT {SupportColumns} FROM ({SupportRequests}) d WHERE d.account_id = @account AND d.id = @record

-- name: LockForAnswer
-- As LockForEdit, for whoever was asked as well.
SELECT a.state, COALESCE({Visible}, false), EXISTS (
    SELECT FROM tasks t
    WHERE t.kind = 'support' AND t.account_id = a.id AND t.ref = 'agenda/support/' || @record AND t.assignee_id = ANY(@owners::text[])
        AND t.status = 'open')
FROM accounts a WHERE a.id = @id FOR SHARE OF a

-- name: ApprovalsByID
-- Without a scope: of requests that the viewer may read whatever their account.
SELECT {ApprovalColumns}
FROM approvals r
JOIN accounts a ON a.id = r.account_id
LEFT JOIN account_profile p ON p.account_id = a.id
WHERE r.id = ANY(@ids::text[])
