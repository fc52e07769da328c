-- What the process itself asks about all accounts, in IDs only.

-- name: Overdue
SELECT id, wake_at FROM accounts WHERE wake_at < $1 AND (wake_at, id) > ($3, $4) ORDER BY wake_at, id LIMIT $2

-- name: OpenAccounts
-- A closed account needs its workflow as well while the clock may touch it: a request to reopen runs.
SELECT id FROM accounts WHERE id > $1 AND (status <> 'closed' OR wake_at IS NOT NULL) ORDER BY id LIMIT $2

-- name: StaleCalendar
-- Two ranges, so that the index answers; "<>" would read every row.
SELECT id FROM accounts WHERE calendar < $1 OR calendar > $1 ORDER BY id LIMIT $2

-- name: SweepStaged
DELETE FROM staged WHERE staged_at < $1

-- name: SweepRequests
DELETE FROM request_keys WHERE expires_at < $1

-- name: SweepSessions
DELETE FROM sessions WHERE expires_at < $1

-- name: TryLock
-- A lock of the session: it ends with the connection, whatever happens to the process.
SELECT pg_try_advisory_lock(2, hashtext($1))
