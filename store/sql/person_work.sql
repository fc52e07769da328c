-- Tasks and notices that belong to no account's log.

-- name: OpenPersonTask
-- One that was opened before stays as it is.
INSERT INTO person_tasks (id, kind, assignee_id, ref, args, reason_wanted, due_at, status, opened_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8)
ON CONFLICT DO NOTHING

-- name: LockPersonTask
-- Whoever ticks it off waits for the one before.
SELECT {TaskColumns}
FROM (SELECT {PersonTaskRow} FROM person_tasks t WHERE t.id = @id AND {PersonVisible} FOR UPDATE OF t) t
LEFT JOIN accounts a ON a.id = t.account_id
LEFT JOIN account_profile p ON p.account_id = a.id

-- name: DonePersonTask
UPDATE person_tasks SET status = 'done', closed_at = $2, closed_by = $3, reason = $4 WHERE id = $1

-- name: ClosePersonTasks
-- All open ones of a kind about one matter.
UPDATE person_tasks SET status = $3, closed_at = $4, closed_by = $5 WHERE kind = $1 AND ref = $2 AND status = 'open'

-- name: AddPersonNotice
-- One that was told before is not told again, nor carried out of the house again.
WITH told AS (
    INSERT INTO person_notices (id, kind, person_id, ref, args, due_at, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT DO NOTHING
    RETURNING id, person_id, at
)
INSERT INTO outbox (notice_id, person_id, source, at) SELECT id, person_id, 'person', at FROM told

-- name: DatedPersonTasks
-- All open ones with a date, what is due first first: the ladder of each is looked at.
SELECT t.id, t.kind, t.assignee_id, t.ref, t.args, t.reason_wanted, t.due_at, t.opened_at, t.reached
FROM person_tasks t WHERE t.status = 'open' AND t.due_at IS NOT NULL
ORDER BY t.due_at, t.id

-- name: ClimbPersonRung
-- Once, and only while there is somebody to tell.
UPDATE person_tasks SET reached = array_append(reached, $2) WHERE id = $1 AND status = 'open' AND NOT $2 = ANY(reached)

-- name: ClimbReviewRung
UPDATE team_reviews SET reached = array_append(reached, $2) WHERE id = $1 AND status = 'open' AND NOT $2 = ANY(reached)

-- name: IsPersonTask
SELECT EXISTS (SELECT FROM person_tasks WHERE id = $1)
