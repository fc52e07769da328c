-- name: Inhabited
SELECT EXISTS (SELECT FROM users) OR EXISTS (SELECT FROM accounts)

-- name: HoldForRestore
-- What the processes of a fresh house write by themselves waits until its rows have come.
LOCK TABLE job_runs, outbox_end, relay_end IN EXCLUSIVE MODE

-- name: ClearForRestore
-- What a fresh database already has of its own.
WITH gone AS (DELETE FROM playbooks), counted AS (DELETE FROM counters), ruled AS (DELETE FROM calendar_rules), ended AS (DELETE FROM outbox_end), jobs AS (DELETE FROM job_runs), read AS (DELETE FROM relay_end)
DELETE FROM installation

-- name: SettleRestore
-- The engine here is another one, whatever its number; identities go on behind the last row.
WITH engine AS (UPDATE installation SET engine_identity = NULL)
SELECT setval(pg_get_serial_sequence('record_changes', 'id'), COALESCE((SELECT max(id) FROM record_changes), 0) + 1, false),
    setval(pg_get_serial_sequence('team_review_changes', 'id'), COALESCE((SELECT max(id) FROM team_review_changes), 0) + 1, false),
    setval(pg_get_serial_sequence('outbox', 'added'), COALESCE((SELECT max(added) FROM outbox), 0) + 1, false)
