-- Lead quota: who brought what, what was too little, and what was published about it.

-- name: QuotaLeads
-- A lead that turned out at its intake to be another account's is none. Late is one that was handed over after its day, or
-- is still to be.
SELECT a.opened_by, a.opened_at, a.late OR (a.step = 'collect' AND a.overdue)
FROM accounts a
WHERE a.opened_at >= $1 AND a.opened_at < $2 AND a.opened_by = ANY($3::text[]) AND a.intake IS DISTINCT FROM 'merged'

-- name: QuotaJoined
SELECT id, created_at FROM users

-- name: Deactivations
SELECT user_id, since, until FROM deactivations ORDER BY user_id, since

-- name: LastBreaches
-- The last day of everybody's newest breach before a day.
SELECT person_id, max(last_day)::text FROM quota_breaches WHERE last_day < $1::date GROUP BY person_id

-- name: AddBreach
INSERT INTO quota_breaches (id, person_id, team_id, first_day, last_day, days, state, opened_at)
VALUES ($1, $2, $3, $4::date, $5::date, $6, 'found', $7)
ON CONFLICT DO NOTHING

-- name: AddBreachStep
INSERT INTO quota_breach_steps (breach_id, step, at, by_id, people, comment) VALUES ($1, $2, $3, $4, $5, $6)

-- name: BreachColumns
-- In the order of scanBreach.
b.id, b.person_id, b.team_id, b.first_day::text, b.last_day::text, b.days, b.state, b.opened_at, COALESCE(b.reason, ''),
    COALESCE(b.reason_by, ''), COALESCE(b.decided_by, ''), b.decided_at,
    (SELECT json_agg(json_build_object('step', s.step, 'at', to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'by', s.by_id,
        'people', s.people, 'comment', COALESCE(s.comment, '')) ORDER BY s.at, s.step) FROM quota_breach_steps s WHERE s.breach_id = b.id)

-- name: BreachVisible
-- Whom it is about, whom any rung of it came to, and the line above.
(@all::boolean OR b.person_id = ANY(@owners::text[]) OR b.team_id = ANY(@teams::text[])
    OR EXISTS (SELECT FROM quota_breach_steps s WHERE s.breach_id = b.id AND s.people && @owners::text[]))

-- name: LockBreach
SELECT {BreachColumns} FROM quota_breaches b WHERE b.id = @id AND {BreachVisible} FOR UPDATE OF b

-- name: Breaches
SELECT {BreachColumns} FROM quota_breaches b
WHERE {BreachVisible} AND (@state::text = '' OR b.state = @state) AND (@first::boolean OR (b.last_day, b.id) < (@day::date, @after::text))
ORDER BY b.last_day DESC, b.id DESC
LIMIT @limit

-- name: BreachPerson
SELECT person_id FROM quota_breaches WHERE id = $1

-- name: BreachTasksOf
-- What waits for somebody about breaches, with whom the breach is about, whose reason it has, and who else is asked.
SELECT t.id, t.kind, t.ref, t.args, b.person_id, COALESCE(b.reason_by, ''),
    ARRAY(SELECT o.assignee_id FROM person_tasks o WHERE o.ref = t.ref AND o.kind = t.kind AND o.status = 'open' AND o.id <> t.id), t.due_at
FROM person_tasks t JOIN quota_breaches b ON b.id = t.ref
WHERE t.assignee_id = $1 AND t.status = 'open' AND t.kind IN ('quota_reason', 'quota_decision')
ORDER BY t.id
FOR UPDATE OF t

-- name: VoidPersonTask
UPDATE person_tasks SET status = 'void', closed_at = $2, closed_by = $3 WHERE id = $1

-- name: AskAgain
-- Also who was asked before and was off in between.
INSERT INTO person_tasks (id, kind, assignee_id, ref, args, reason_wanted, due_at, status, opened_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8)
ON CONFLICT (id) DO UPDATE SET status = 'open', closed_at = NULL, closed_by = NULL WHERE person_tasks.status = 'void'

-- name: ReasonBreach
UPDATE quota_breaches SET state = 'reasoned', reason = $2, reason_by = $3 WHERE id = $1

-- name: DecideBreach
UPDATE quota_breaches SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1

-- name: AddBulletin
INSERT INTO quota_bulletins (id, number, team_id, day, issue, replaces, reason, content, published_by, published_at)
VALUES ($1, $2, $3, $4::date, $5, $6, $7, $8, $9, $10)

-- name: BulletinIssue
-- The newest issue for a team and a day; 0: none.
SELECT COALESCE(max(issue), 0) FROM quota_bulletins WHERE team_id = $1 AND day = $2::date

-- name: BulletinColumns
-- In the order of scanBulletin.
b.id, b.number, b.team_id, b.day::text, b.issue, COALESCE(b.replaces, ''), COALESCE(b.reason, ''), b.content, b.published_by, b.published_at

-- name: BulletinVisible
-- Those in the team and who stands in for them, and the line above.
(@all::boolean OR b.team_id = ANY(@teams::text[]) OR b.team_id IN (SELECT u.team_id FROM users u WHERE u.id = ANY(@owners::text[])))

-- name: Bulletin
SELECT {BulletinColumns} FROM quota_bulletins b WHERE b.id = @id AND {BulletinVisible}

-- name: Bulletins
SELECT {BulletinColumns} FROM quota_bulletins b
WHERE {BulletinVisible} AND (@team::text = '' OR b.team_id = @team) AND (@from::text = '' OR b.day >= NULLIF(@from, '')::date)
    AND (@to::text = '' OR b.day <= NULLIF(@to, '')::date) AND (@first::boolean OR (b.day, b.id) < (@day::date, @after::text))
ORDER BY b.day DESC, b.id DESC
LIMIT @limit

-- name: LockBulletins
-- Issues come one after the other.
SELECT pg_advisory_xact_lock(5, hashtext('bulletins'))
