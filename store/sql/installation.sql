-- What this installation is, and what it has counted and loaded.

-- name: MakeInstallation
INSERT INTO installation (id, secret, created_at) VALUES ($1, $2, now())
ON CONFLICT DO NOTHING

-- name: Installation
SELECT id, secret FROM installation

-- name: EngineIdentity
SELECT engine_identity FROM installation

-- name: SetEngineIdentity
UPDATE installation SET engine_identity = $1

-- name: SchemaTracked
SELECT to_regclass('goose_db_version') IS NOT NULL

-- name: SchemaVersion
SELECT COALESCE(max(version_id), 0) FROM goose_db_version WHERE is_applied

-- name: NextNumber
-- Holds the counter's row until the command is recorded, so that no number is taken twice or lost.
INSERT INTO counters (name, value) VALUES ($1, 1)
ON CONFLICT (name) DO UPDATE SET value = counters.value + 1
RETURNING value

-- name: KeepPlaybook
-- What a file brought may be installed later; what was installed stays so. Anything else changes nothing.
INSERT INTO playbooks (name, version, checksum, source, loaded_at, installed, installed_by, installed_at)
VALUES ($1, $2, $3, $4, now(), $5::boolean, NULLIF($6, ''), CASE WHEN $5::boolean THEN now() END)
ON CONFLICT (name, version) DO UPDATE SET installed = true, installed_by = EXCLUDED.installed_by, installed_at = EXCLUDED.installed_at
WHERE EXCLUDED.installed AND NOT playbooks.installed AND playbooks.checksum = EXCLUDED.checksum

-- name: PlaybookChecksum
SELECT checksum FROM playbooks WHERE name = $1 AND version = $2

-- name: Playbooks
SELECT name, version, checksum, source, loaded_at, installed, installed_by, installed_at FROM playbooks ORDER BY name, version

-- name: PlaybookVersion
SELECT version FROM playbook_version

-- name: PlaybookUse
SELECT state->'book'->>'name', (state->'book'->>'version')::integer, count(*)::integer FROM accounts GROUP BY 1, 2

-- name: LockMigrations
SELECT pg_try_advisory_lock($1)

-- name: UnlockMigrations
SELECT pg_advisory_unlock($1)
