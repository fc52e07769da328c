-- What this installation is, and what it has counted and loaded.

-- name: MakeInstallation
INSERT INTO installation (id, secret, created_at) VALUES ($1, $2, now())
ON CONFLICT DO NOTHING

