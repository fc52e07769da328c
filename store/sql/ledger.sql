-- The transaction behind every command. These run in one pipeline each way; see ledger.go.

-- name: Commit
COMMIT

-- name: LockOpening
-- An account that is not there has no row to lock. Two who open it wait for each other here.
SELECT pg_advisory_xact_lock(1, hashtext($1))

-- name: LockAccount
-- The one lock of a command. Record writers hold the row FOR SHARE, so they and a command exclude each other.
SELECT state FROM accounts WHERE id = $1 FOR UPDATE

-- name: KnownCommand
SELECT fingerprint, receipt FROM account_commands WHERE account_id = $1 AND key = $2

-- name: StagedBeside
-- Locked, so that nobody takes it away while the command is judged.
SELECT texts, draft FROM staged WHERE account_id = $1 AND key = $2 FOR UPDATE

-- name: OtherAccount
-- Shared, so that the other account does not move until this command is recorded.
SELECT state FROM accounts WHERE id = $1 FOR SHARE

-- name: AppendEvent
INSERT INTO account_events (account_id, seq, cycle, step, kind, version, body, actor, command_key, at, prev_hash, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)

-- name: RememberCommand
INSERT INTO account_commands (account_id, key, fingerprint, first_seq, last_seq, receipt, at) VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: KeepTexts
INSERT INTO account_texts (account_id, id, text) SELECT $1, unnest($2::text[]), unnest($3::text[])

-- name: TakeStaged
DELETE FROM staged WHERE account_id = $1 AND key = $2
