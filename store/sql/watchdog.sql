-- What the process itself asks about all accounts, in IDs only.

-- name: Overdue
SELECT id, wake_at FROM accounts WHERE wake_at < $1 AND (wake_at, id) > ($3, $4) ORDER BY wake_at, id LIMIT $2

-- name: OpenAccounts
-- A closed account needs its workflow as well while the clock may touch it: a request to reopen runs.
SELECT id FROM accounts WHERE id > $1 AND (status <> 'closed' OR wake_at IS NOT NULL) ORDER BY id LIMIT $2

-- name: StaleCalendar
-- By the version, or versions, of their clocks: only those whose last clock ends behind the instant from which on that
-- version and the present one differ.
SELECT a.id, a.seq FROM accounts a JOIN unnest($1::text[], $2::timestamptz[]) d(calendar, since) ON a.calendar = d.calendar
WHERE a.id > $3 AND a.placed_until >= d.since ORDER BY a.id LIMIT $4

-- name: OtherCalendars
-- Step by step along the index, since there are few versions and many accounts. NULL ends it.
WITH RECURSIVE v AS (
    (SELECT min(calendar) AS calendar FROM accounts WHERE calendar IS NOT NULL)
    UNION ALL
    SELECT (SELECT min(a.calendar) FROM accounts a WHERE a.calendar IS NOT NULL AND a.calendar > v.calendar) FROM v WHERE v.calendar IS NOT NULL
)
SELECT calendar FROM v WHERE calendar IS NOT NULL AND calendar <> $1

-- name: SweepStaged
DELETE FROM staged WHERE staged_at < $1

-- name: SweepRequests
DELETE FROM request_keys WHERE expires_at < $1

-- name: SweepSessions
DELETE FROM sessions WHERE expires_at < $1

-- name: TryLock
-- A lock of the session: it ends with the connection, whatever happens to the process.
SELECT pg_try_advisory_lock(2, hashtext($1))
