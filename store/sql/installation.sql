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
INSERT INTO playbooks (name, version, checksum, source, loaded_at) VALUES ($1, $2, $3, $4, now())
ON CONFLICT (name, version) DO NOTHING

-- name: PlaybookChecksum
SELECT checksum FROM playbooks WHERE name = $1 AND version = $2

-- name: Playbooks
SELECT name, version, checksum, source FROM playbooks ORDER BY name, version
