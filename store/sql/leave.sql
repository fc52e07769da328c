-- Who is away, and who stands in meanwhile.

-- name: LeaveColumns
-- In the order of scanLeave. The last day is the last one that was taken.
l.id, l.person_id, l.first_day::text, LEAST(l.last_day, l.ended_from - 1)::text, l.since, l.until, l.kind, COALESCE(l.deputy_id, ''), l.note,
    l.created_by, l.created_at, l.ended_at

-- name: Leaves
-- Of @people, or of everybody; those that touch the days from @since to @upto. Rows that were called off before they began
-- are not among them.
SELECT {LeaveColumns} FROM leave l
WHERE (@all::boolean OR l.person_id = ANY(@people::text[])) AND (@upto::date IS NULL OR l.first_day <= @upto)
    AND (@since::date IS NULL OR LEAST(l.last_day, l.ended_from - 1) >= @since) AND l.first_day IS DISTINCT FROM l.ended_from
ORDER BY l.first_day, l.id

-- name: OneLeave
SELECT {LeaveColumns} FROM leave l WHERE l.id = $1 AND l.first_day IS DISTINCT FROM l.ended_from

-- name: LeaveBetween
-- Of a person, that touches the days from $2 to $3.
SELECT {LeaveColumns} FROM leave l
WHERE l.person_id = $1 AND l.first_day <= $3::date AND LEAST(l.last_day, l.ended_from - 1) >= $2::date AND l.id <> $4
ORDER BY l.first_day LIMIT 1

-- name: AddLeave
INSERT INTO leave (id, person_id, first_day, last_day, since, until, kind, deputy_id, note, created_by, created_at)
VALUES ($1, $2, $3::date, $4::date, $5, $6, $7, NULLIF($8, ''), $9, $10, $11)
ON CONFLICT (id) DO NOTHING

-- name: EndLeave
-- From a day on, which is the first one when it has not begun.
UPDATE leave SET ended_at = $2, ended_by = $3, ended_from = GREATEST(first_day, $4::date), until = GREATEST(since + interval '1 microsecond', $2)
WHERE id = $1 AND ended_at IS NULL AND last_day >= $4::date

-- name: AddDelegation
INSERT INTO delegations (id, from_id, to_id, since, until, leave_id) VALUES ($1, $2, $3, $4, $5, NULLIF($6, ''))
ON CONFLICT (id) DO NOTHING

-- name: StopDelegations
-- One, or those of a leave, that run at an instant: they end there.
UPDATE delegations SET until = $2 WHERE (id = $1 OR leave_id = $1) AND since < $2 AND until > $2

-- name: DropDelegations
-- … and those that have not begun at it never were.
DELETE FROM delegations WHERE (id = $1 OR leave_id = $1) AND since >= $2
