-- Who is there, and what they asked before.

-- name: Credentials
SELECT id, login, name, role, COALESCE(team_id, ''), active, COALESCE(password_hash, '') FROM users WHERE login = $1

-- name: AddSession
INSERT INTO sessions (hash, user_id, created_at, expires_at) VALUES ($1, $2, now(), $3)

-- name: EndSession
-- Whoever listens for that person hears of it with the COMMIT.
WITH gone AS (DELETE FROM sessions WHERE hash = $1 RETURNING user_id)
SELECT pg_notify('closedloop_access', user_id) FROM gone

-- name: SetActive
UPDATE users SET active = $2 WHERE id = $1 AND active <> $2

-- name: SwitchedOff
INSERT INTO deactivations (user_id, since) VALUES ($1, $2) ON CONFLICT (user_id, since) DO UPDATE SET until = NULL

-- name: SwitchedOn
UPDATE deactivations SET until = GREATEST(since, $2) WHERE user_id = $1 AND until IS NULL

-- name: EndAccess
-- Of somebody who has left: whatever they were given to come in with.
WITH logins AS (DELETE FROM sessions WHERE user_id = $1),
     feed AS (DELETE FROM calendar_feeds WHERE user_id = $1),
     links AS (DELETE FROM decision_links WHERE person_id = $1),
     tokens AS (DELETE FROM api_tokens WHERE user_id = $1)
SELECT pg_notify('closedloop_access', $1)

-- name: AddToken
INSERT INTO api_tokens (hash, user_id, name, created_at, expires_at) VALUES ($1, $2, $3, now(), $4)

-- name: Bearer
SELECT u.id FROM (
    SELECT user_id, expires_at FROM sessions WHERE hash = $1
    UNION ALL
    SELECT user_id, expires_at FROM api_tokens WHERE hash = $1
) secret JOIN users u ON u.id = secret.user_id AND u.active
WHERE secret.expires_at > now()

-- name: Request
SELECT fingerprint, status, body, location FROM request_keys WHERE actor_id = $1 AND key = $2 AND expires_at > now()

-- name: KeepRequest
-- The first answer stays, unless it has expired.
INSERT INTO request_keys (actor_id, key, fingerprint, status, body, location, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, now() + $7::interval)
ON CONFLICT (actor_id, key) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, status = EXCLUDED.status, body = EXCLUDED.body,
    location = EXCLUDED.location, expires_at = EXCLUDED.expires_at
WHERE request_keys.expires_at <= now()

-- name: SetPassword
-- A hash that was made anew at today's cost.
UPDATE users SET password_hash = $2 WHERE id = $1;
