-- What the process itself asks about all accounts, in IDs only.

-- name: Overdue
SELECT id, wake_at FROM accounts WHERE wake_at < $1 AND (wake_at, id) > ($3, $4) ORDER BY wake_at, id LIMIT $2

-- name: OpenAccounts
-- A closed account needs its workflow as well while the clock may touch it: a request to reopen runs.
SELECT id FROM accounts WHERE id > $1 AND (status <> 'closed' OR wake_at IS NOT NULL) ORDER BY id LIMIT $2

-- name: StaleCalendar
-- By the version, or versions, of their clocks and by their team, which says which version they should have: only those
-- whose last clock ends behind the instant from which on both differ.
SELECT a.id, a.seq, d.wanted FROM accounts a
JOIN unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) d(calendar, team, wanted, since)
    ON a.calendar = d.calendar AND COALESCE(a.team_id, '') = d.team
WHERE a.id > $5 AND a.placed_until >= d.since ORDER BY a.id LIMIT $6

-- name: CalendarsInUse
-- Step by step along the index, since there are few versions and teams and many accounts.
WITH RECURSIVE v AS (
    (SELECT calendar, COALESCE(team_id, '') AS team FROM accounts WHERE calendar IS NOT NULL
        ORDER BY calendar, COALESCE(team_id, '') LIMIT 1)
    UNION ALL
    SELECT n.calendar, n.team FROM v, LATERAL (
        SELECT a.calendar, COALESCE(a.team_id, '') AS team FROM accounts a
        WHERE a.calendar IS NOT NULL AND (a.calendar, COALESCE(a.team_id, '')) > (v.calendar, v.team)
        ORDER BY a.calendar, COALESCE(a.team_id, '') LIMIT 1) n
)
SELECT calendar, team FROM v

-- name: Unrepresented
-- Accounts with open tasks that are not in the hands that they should be in: those of absent people ($1), which the first of
-- their deputies ($2) should have, or the second one ($3) where the first asks for the approval that it is about or has decided
-- in its chain; and those that a deputy has and should not.
SELECT a.id, a.seq FROM accounts a WHERE a.id > $4 AND a.id IN (
    SELECT t.account_id FROM tasks t
    LEFT JOIN unnest($1::text[], $2::text[], $3::text[]) c(person, first, second) ON c.person = t.assignee_id
    LEFT JOIN approvals r ON t.kind = 'approve' AND r.id = split_part(t.ref, '/', 2)
    WHERE t.status = 'open' AND (t.assignee_id = ANY($1) OR t.deputy_id IS NOT NULL)
        AND t.deputy_id IS DISTINCT FROM
            NULLIF(CASE WHEN c.first IN (r.requester_id, r.acting_id)
                OR EXISTS (SELECT FROM approval_levels l WHERE l.approval_id = r.id AND l.decided_by = c.first)
                THEN c.second ELSE c.first END, t.assignee_id))
ORDER BY a.id LIMIT $5

-- name: SweepStaged
DELETE FROM staged WHERE staged_at < $1

-- name: SweepRequests
DELETE FROM request_keys WHERE expires_at < $1

-- name: SweepSessions
DELETE FROM sessions WHERE expires_at < $1

-- name: TryLock
-- A lock of the session: it ends with the connection, whatever happens to the process.
SELECT pg_try_advisory_lock(2, hashtext($1))

-- name: Unlock
SELECT pg_advisory_unlock(2, hashtext($1))
