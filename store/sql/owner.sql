-- Who runs `closedloop up` on this database. The lock decides; the row tells its story. The table is made under the
-- lock and not by a migration, since migrations come after it.

-- name: TryOwn
SELECT pg_try_advisory_lock(3, hashtext('closedloop'))

-- name: MakeOwnerTable
CREATE TABLE IF NOT EXISTS owner (
    singleton  boolean NOT NULL DEFAULT true,
    generation bigint NOT NULL,
    host       text NOT NULL,
    pid        integer NOT NULL,
    since      timestamptz NOT NULL,
    CONSTRAINT owner_pkey PRIMARY KEY (singleton),
    CONSTRAINT owner_singleton_check CHECK (singleton)
)

-- name: OwnerTable
SELECT to_regclass('owner') IS NOT NULL

-- name: OwnerRow
SELECT generation, host, pid, since FROM owner

-- name: BecomeOwner
INSERT INTO owner (generation, host, pid, since) VALUES (1, $1, $2, now())
ON CONFLICT (singleton) DO UPDATE SET generation = owner.generation + 1, host = EXCLUDED.host, pid = EXCLUDED.pid, since = EXCLUDED.since
RETURNING generation, since
