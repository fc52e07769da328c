-- Monthly reviews. Opening one reads what is committed at one instant and locks nothing; see reviews_open.go.

-- name: ReviewColumns
-- In the order of scanReview.
r.id, r.team_id, r.month, r.status, r.opened_at, r.opened_by, r.since, r.until, r.due_at, r.totals, r.signed_at, COALESCE(r.signed_by, ''),
    COALESCE(r.signed_for, ''), COALESCE(r.note, ''), r.reached

-- name: ReviewOfMonth
SELECT {ReviewColumns} FROM team_reviews r WHERE r.team_id = $1 AND r.month = $2

-- name: Review
SELECT {ReviewColumns} FROM team_reviews r WHERE r.id = $1

-- name: LockReview
SELECT {ReviewColumns} FROM team_reviews r WHERE r.id = $1 FOR UPDATE

-- name: ShareReview
-- Whoever writes something of a review keeps it from being signed meanwhile.
SELECT {ReviewColumns} FROM team_reviews r WHERE r.id = $1 FOR SHARE

-- name: Reviews
SELECT {ReviewColumns} FROM team_reviews r ORDER BY r.month DESC, r.team_id

-- name: OpenReviews
SELECT {ReviewColumns} FROM team_reviews r WHERE r.status = 'open' ORDER BY r.month, r.team_id

-- name: FirstMonths
-- Since when a team has something to review, as instants.
SELECT team_id, min(at) FROM (
    SELECT team_id, min(opened_at) AS at FROM accounts WHERE team_id IS NOT NULL GROUP BY team_id
    UNION ALL
    SELECT team_id, min(since) FROM team_reviews GROUP BY team_id
) begun GROUP BY team_id

-- name: Unreviewed
-- Everybody's look ahead asks this, so it ends at the first account of a team instead of counting all.
SELECT t.id FROM teams t
WHERE NOT EXISTS (SELECT FROM team_reviews r WHERE r.team_id = t.id AND r.month = $1)
    AND (EXISTS (SELECT FROM accounts a WHERE a.team_id = t.id AND a.opened_at < $2)
        OR EXISTS (SELECT FROM team_reviews r WHERE r.team_id = t.id AND r.since < $2))
ORDER BY t.id

-- name: OwnReviews
-- Those in which somebody has to explain or to do something.
SELECT review_id FROM team_review_breaches WHERE owner_id = ANY($1::text[])
UNION
SELECT ra.review_id FROM team_review_actions ra JOIN team_actions x ON x.id = ra.action_id
WHERE COALESCE(ra.owner_id, x.owner_id) = ANY($1::text[])

-- name: OnceOf
-- Accounts that may have been the team's at some time since: those it has now, and those that changed hands.
(a.team_id = @team OR a.id IN (SELECT moved.account_id FROM account_events moved WHERE moved.kind IN ('assigned', 'handed_over') AND moved.at >= @since))

-- name: HeldThen
-- Whose the account of an event e was when it happened, as the log says: owner and team of the last event before that gave it to
-- somebody.
SELECT NULLIF(CASE WHEN h.kind = 'handed_over' THEN h.body -> 'data' ->> 'to' ELSE h.body -> 'data' ->> 'owner' END, '') AS owner_id,
    NULLIF(h.body -> 'data' ->> 'team', '') AS team_id
FROM account_events h
WHERE h.account_id = e.account_id AND h.seq <= e.seq
    AND (h.kind IN ('opened', 'assigned') OR h.kind = 'handed_over' AND h.body -> 'data' -> 'owner' = 'true')
ORDER BY h.seq DESC LIMIT 1

-- name: SnapshotBreaches
-- What the team's accounts missed while they were the team's, for whoever had them then. A lead that was handed over late missed the deadline of collect as well: that is said once.
INSERT INTO team_review_breaches (id, review_id, account_id, number, name, seq, kind, clock, step, owner_id, due_at, at)
SELECT gen_random_uuid()::text, @review, a.id, a.number, COALESCE(p.name, ''), e.seq,
    CASE WHEN e.kind = 'step_left' THEN 'late_handover' WHEN e.body -> 'data' ->> 'clock_kind' = 'approval' THEN 'approval' ELSE 'deadline' END,
    CASE WHEN e.kind = 'step_left' THEN '' ELSE e.body -> 'data' ->> 'clock' END, e.step,
    CASE WHEN e.body -> 'data' ->> 'clock_kind' = 'approval' THEN COALESCE((
        SELECT l.holder_id FROM approval_levels l
        WHERE l.approval_id = split_part(e.body -> 'data' ->> 'clock', '/', 2) AND l.level::text = split_part(e.body -> 'data' ->> 'clock', '/', 3)
        ORDER BY l.seat LIMIT 1), held.owner_id) ELSE held.owner_id END,
    (e.body -> 'data' ->> 'due')::timestamptz, e.at
FROM accounts a
JOIN account_events e ON e.account_id = a.id AND e.at >= @since AND e.at < @until
LEFT JOIN account_profile p ON p.account_id = a.id
CROSS JOIN LATERAL ({HeldThen}) held
WHERE {OnceOf} AND held.team_id = @team AND a.merged_into IS NULL AND (
    e.kind = 'step_left' AND e.body -> 'data' -> 'late' = 'true'
    OR e.kind = 'rung_reached' AND e.body -> 'data' -> 'breach' = 'true' AND NOT (e.step = 'collect' AND e.body -> 'data' ->> 'clock_kind' = 'step' AND EXISTS (
        SELECT FROM account_events h WHERE h.account_id = a.id AND h.kind = 'step_left' AND h.step = 'collect' AND h.body -> 'data' -> 'late' = 'true'
            AND h.at >= @since AND h.at < @until)))

-- name: SnapshotQuota
-- Of the team in which the person was when it was found, with the reason and the decision as far as there are any.
INSERT INTO team_review_breaches (id, review_id, number, name, kind, clock, step, owner_id, at, reason, reason_by, reason_at, quota_breach_id, quota)
SELECT gen_random_uuid()::text, @review, '', '', 'lead_quota', '', 'collect', b.person_id, b.opened_at, b.reason, b.reason_by,
    (SELECT s.at FROM quota_breach_steps s WHERE s.breach_id = b.id AND s.step = 'reasoned'), b.id,
    jsonb_build_object('first_day', b.first_day::text, 'last_day', b.last_day::text, 'days', b.days, 'state', b.state,
        'decided_by', COALESCE(b.decided_by, ''), 'decided_at', to_char(b.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
FROM quota_breaches b
WHERE b.team_id = @team AND b.opened_at >= @since AND b.opened_at < @until

-- name: ReasonedQuotaLines
-- What the manager has stated meanwhile stands in reviews that are open and wait for it.
UPDATE team_review_breaches b SET reason = $2, reason_by = $3, reason_at = $4
FROM team_reviews r WHERE r.id = b.review_id AND r.status = 'open' AND b.quota_breach_id = $1 AND b.reason IS NULL
RETURNING b.review_id, b.id

-- name: SnapshotAccounts
-- The team's accounts as they stand; of closed ones those that were closed in the stretch. One statement for a whole team.
INSERT INTO team_review_accounts (review_id, account_id, number, name, owner_id, step, status, outcome, grade, cycle, pass, returns, deadline_at,
    overdue, late, expected_minor, currency, last_contact_at, next_follow_up_at, approvals_pending, breaches)
SELECT @review, a.id, a.number, COALESCE(p.name, ''), a.owner_id, a.step, a.status, a.outcome, a.grade, a.cycle, a.pass,
    (SELECT count(*) FROM account_events e WHERE e.account_id = a.id AND e.cycle = a.cycle AND e.kind = 'step_left' AND e.body -> 'data' ->> 'direction' = 'back'),
    a.deadline_at, a.overdue, a.late, worth.minor, worth.currency,
    (SELECT max(i.at) FROM interactions i WHERE i.account_id = a.id), a.next_follow_up_at,
    (SELECT count(*) FROM approvals q WHERE q.account_id = a.id AND q.status = 'pending'),
    COALESCE(b.n, 0)
FROM accounts a
LEFT JOIN account_profile p ON p.account_id = a.id
LEFT JOIN (SELECT x.account_id, count(*) AS n FROM team_review_breaches x WHERE x.review_id = @review GROUP BY x.account_id) b ON b.account_id = a.id
LEFT JOIN LATERAL (
    SELECT minor, currency FROM (
        SELECT 1 AS place, LEAST((d.body ->> 'price_minor')::numeric, 9e18)::bigint AS minor, d.body ->> 'currency' AS currency
        FROM dossier d WHERE d.account_id = a.id AND d.kind = 'proposal' AND d.cycle = a.cycle AND jsonb_typeof(d.body -> 'price_minor') = 'number'
            AND (d.body ->> 'price_minor')::numeric > 0
        UNION ALL
        SELECT 2 - f.cycle, LEAST((f.content ->> 'revenue_minor')::numeric, 9e18)::bigint, 'CNY'
        FROM step_forms f WHERE f.account_id = a.id AND f.step = 'screen' AND jsonb_typeof(f.content -> 'revenue_minor') = 'number'
    ) worths ORDER BY (place <> 1 OR currency IS NULL), place LIMIT 1
) worth ON true
WHERE a.team_id = @team AND a.merged_into IS NULL AND (a.status <> 'closed' OR a.updated_at >= @since)

-- name: SnapshotTotals
SELECT status, step, COALESCE(grade, ''), COALESCE(currency, ''), count(*), count(*) FILTER (WHERE overdue), sum(approvals_pending),
    COALESCE(sum(expected_minor) FILTER (WHERE status <> 'closed'), 0)::bigint
FROM team_review_accounts WHERE review_id = $1 GROUP BY 1, 2, 3, 4

-- name: SnapshotHappened
-- Leads, wins and losses of the stretch, and how much was missed in it. What happened belongs to the team that had the account then.
SELECT (SELECT count(*) FROM accounts WHERE team_id = @team AND opened_at >= @since AND opened_at < @until AND merged_into IS NULL),
    count(*) FILTER (WHERE e.kind = 'step_left' AND e.body -> 'data' -> 'won' = 'true'),
    count(*) FILTER (WHERE e.kind = 'closed' AND e.body -> 'data' ->> 'outcome' = 'lost'),
    (SELECT count(*) FROM team_review_breaches WHERE review_id = @review AND kind <> 'lead_quota')
FROM accounts a JOIN account_events e ON e.account_id = a.id AND e.at >= @since AND e.at < @until AND e.kind IN ('step_left', 'closed')
CROSS JOIN LATERAL ({HeldThen}) held
WHERE {OnceOf} AND held.team_id = @team AND a.merged_into IS NULL

-- name: AddReview
-- Somebody who opens the same one at the same time makes this a serialisation failure, and then finds it.
INSERT INTO team_reviews (id, team_id, month, status, opened_at, opened_by, since, until, due_at, totals)
VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9) ON CONFLICT (team_id, month) DO NOTHING

-- name: CarryActions
-- What earlier reviews of the team left undone.
INSERT INTO team_review_actions (review_id, action_id, carried)
SELECT $1, x.id, (SELECT count(*) FROM team_review_actions before WHERE before.action_id = x.id)
FROM team_actions x JOIN team_reviews o ON o.id = x.review_id
WHERE x.team_id = $2 AND x.status = 'open' AND o.month < $3

-- name: BreachesByOwner
-- Who owes how many reasons. Those of a quota are for the line above to state: they are nobody's own.
SELECT CASE WHEN kind = 'lead_quota' THEN '' ELSE COALESCE(owner_id, '') END, count(*)
FROM team_review_breaches WHERE review_id = $1 AND reason IS NULL GROUP BY 1 ORDER BY 1

-- name: QuotaLines
SELECT count(*) FROM team_review_breaches WHERE review_id = $1 AND kind = 'lead_quota'

-- name: ReviewAccounts
SELECT account_id, number, name, COALESCE(owner_id, ''), step, status, COALESCE(outcome, ''), COALESCE(grade, ''), cycle, pass, returns, deadline_at,
    overdue, late, expected_minor, COALESCE(currency, ''), last_contact_at, next_follow_up_at, approvals_pending, breaches
FROM team_review_accounts
WHERE review_id = @review AND (@first::boolean OR (number, account_id) > (@value::text, @after::text))
ORDER BY number, account_id LIMIT @limit

-- name: ReviewBreachColumns
b.id, b.review_id, COALESCE(b.account_id, ''), b.number, CASE WHEN b.kind = 'lead_quota' THEN COALESCE((SELECT u.name FROM users u WHERE u.id = b.owner_id), '') ELSE b.name END,
    b.kind, b.clock, b.step, COALESCE(b.owner_id, ''), b.due_at, b.at, COALESCE(b.reason, ''), COALESCE(b.reason_by, ''), b.reason_at,
    COALESCE(b.quota_breach_id, ''), b.quota

-- name: ReviewBreaches
SELECT {ReviewBreachColumns} FROM team_review_breaches b
WHERE b.review_id = @review AND (@everybody::boolean OR b.owner_id = ANY(@people::text[]))
    AND (@first::boolean OR (b.at, b.id) > (@at::timestamptz, @after::text))
ORDER BY b.at, b.id LIMIT @limit

-- name: LockReviewBreach
SELECT {ReviewBreachColumns} FROM team_review_breaches b WHERE b.review_id = $1 AND b.id = $2 FOR UPDATE

-- name: UnexplainedBreaches
SELECT {ReviewBreachColumns} FROM team_review_breaches b WHERE b.review_id = $1 AND b.reason IS NULL ORDER BY b.at, b.id

-- name: ExplainBreach
UPDATE team_review_breaches SET reason = $2, reason_by = $3, reason_at = $4 WHERE id = $1

-- name: StillUnexplained
SELECT EXISTS (SELECT FROM team_review_breaches WHERE review_id = $1 AND reason IS NULL
    AND CASE WHEN kind = 'lead_quota' THEN '' ELSE COALESCE(owner_id, '') END = $2)

-- name: ReviewDecisions
SELECT id, text, by_id, at FROM team_review_decisions WHERE review_id = $1 ORDER BY at, id

-- name: AddReviewDecision
INSERT INTO team_review_decisions (id, review_id, text, by_id, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING

-- name: ActionColumns
-- In the order of scanAction; the row x of team_actions, o of the review it comes from, ra of a review's list. Where the review
-- is signed, the list says how it stood; else whoever has its task is its owner: tasks go over to others with their owner's accounts.
x.id, x.team_id, x.review_id, o.month, ra.carried, x.version,
    COALESCE(ra.owner_id, (SELECT t.assignee_id FROM person_tasks t
        WHERE t.ref = 'review-action/' || x.id || '/' || x.version AND t.kind = 'review_action' AND t.status = 'open' LIMIT 1), x.owner_id),
    COALESCE(ra.due_on, x.due_on)::text, COALESCE(ra.text, x.text), COALESCE(ra.status, x.status), x.created_by, x.created_at,
    CASE WHEN ra.status IS NULL THEN COALESCE(x.done_by, '') ELSE COALESCE(ra.done_by, '') END,
    CASE WHEN ra.status IS NULL THEN x.done_at ELSE ra.done_at END,
    CASE WHEN ra.status IS NULL THEN COALESCE(x.done_note, '') ELSE COALESCE(ra.done_note, '') END

-- name: ReviewActions
SELECT {ActionColumns}
FROM team_review_actions ra JOIN team_actions x ON x.id = ra.action_id JOIN team_reviews o ON o.id = x.review_id
WHERE ra.review_id = $1 ORDER BY o.month, x.created_at, x.id

-- name: LiveAction
-- As it stands now, whatever the list of a signed review says.
SELECT {ActionColumns}
FROM team_actions x JOIN team_reviews o ON o.id = x.review_id
CROSS JOIN LATERAL (SELECT max(l.carried) AS carried, NULL::text AS owner_id, NULL::date AS due_on, NULL::text AS text, NULL::text AS status,
    NULL::text AS done_by, NULL::timestamptz AS done_at, NULL::text AS done_note FROM team_review_actions l WHERE l.action_id = x.id) ra
WHERE x.id = $1

-- name: LockAction
SELECT id FROM team_actions WHERE id = $1 FOR UPDATE

-- name: InReview
SELECT EXISTS (SELECT FROM team_review_actions WHERE review_id = $1 AND action_id = $2)

-- name: AddAction
INSERT INTO team_actions (id, team_id, review_id, version, owner_id, due_on, text, status, created_by, created_at)
VALUES ($1, $2, $3, 1, $4, $5, $6, 'open', $7, $8) ON CONFLICT (id) DO NOTHING

-- name: ListAction
INSERT INTO team_review_actions (review_id, action_id, carried) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING

-- name: ChangeAction
UPDATE team_actions SET version = version + 1, owner_id = $2, due_on = $3, text = $4 WHERE id = $1

-- name: FinishAction
UPDATE team_actions SET version = version + 1, status = 'done', done_by = $2, done_at = $3, done_note = $4 WHERE id = $1 AND status = 'open'

-- name: FreezeActions
UPDATE team_review_actions ra SET owner_id = x.owner_id, due_on = x.due_on, text = x.text, status = x.status, done_by = x.done_by,
    done_at = x.done_at, done_note = x.done_note
FROM team_actions x WHERE x.id = ra.action_id AND ra.review_id = $1

-- name: SettleOwners
-- Actions whose tasks have gone over to somebody are that person's by now.
UPDATE team_actions x SET owner_id = t.assignee_id
FROM team_review_actions ra, person_tasks t
WHERE ra.review_id = $1 AND x.id = ra.action_id AND x.status = 'open' AND t.kind = 'review_action' AND t.status = 'open'
    AND t.ref = 'review-action/' || x.id || '/' || x.version AND t.assignee_id <> x.owner_id

-- name: SignReview
UPDATE team_reviews SET status = 'signed', signed_at = $2, signed_by = $3, signed_for = $4, note = $5 WHERE id = $1

-- name: AddReviewChange
INSERT INTO team_review_changes (review_id, record, record_id, by_id, at, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7)
