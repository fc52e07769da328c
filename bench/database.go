package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"closedloop/deal"
	"closedloop/engine/postgres"
)

// database looks at the product's Postgres from beside.
type database struct {
	url  string
	pool *pgxpool.Pool
}

// openDatabase connects to the database of a running product.
func openDatabase(ctx context.Context, data string) (*database, error) {
	url, err := postgres.Attach(filepath.Join(data, "postgres"), "closedloop")
	if err != nil {
		return nil, fmt.Errorf("find the product's database: %w", err)
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connect to the product's database: %w", err)
	}
	return &database{url: url, pool: pool}, nil
}

func (d *database) close() { d.pool.Close() }

// written is what the whole server has written so far, ours and the engine's.
type written struct {
	Transactions int64 // that wrote something
	WAL          int64 // bytes
}

func (w written) minus(before written) written {
	return written{w.Transactions - before.Transactions, w.WAL - before.WAL}
}

// written reads the next transaction ID, which only a transaction that writes is given, and the place in the log.
func (d *database) written(ctx context.Context) (written, error) {
	var w written
	err := d.pool.QueryRow(ctx, `SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
		pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint`).Scan(&w.Transactions, &w.WAL)
	if err != nil {
		return w, fmt.Errorf("read what was written: %w", err)
	}
	return w, nil
}

// remembered counts the commands in the log of some accounts.
func (d *database) remembered(ctx context.Context, accounts []deal.AccountID) (int, error) {
	ids := make([]string, len(accounts))
	for i, id := range accounts {
		ids[i] = string(id)
	}
	var n int
	if err := d.pool.QueryRow(ctx, `SELECT count(*) FROM account_commands WHERE account_id = ANY($1)`, ids).Scan(&n); err != nil {
		return 0, fmt.Errorf("count commands in the log: %w", err)
	}
	return n, nil
}

// setting is a setting of the server.
func (d *database) setting(ctx context.Context, name string) (string, error) {
	var value string
	if err := d.pool.QueryRow(ctx, "SELECT current_setting($1)", name).Scan(&value); err != nil {
		return "", fmt.Errorf("read setting %s: %w", name, err)
	}
	return value, nil
}

// oneCommit is how long the smallest transaction takes that has to reach the disk.
func (d *database) oneCommit(ctx context.Context, n int) ([]time.Duration, error) {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("take a connection: %w", err)
	}
	defer conn.Release()
	var out []time.Duration
	for range n {
		began := time.Now()
		if _, err := conn.Exec(ctx, "SELECT pg_logical_emit_message(true, 'bench', 'one row')"); err != nil {
			return nil, fmt.Errorf("commit: %w", err)
		}
		out = append(out, time.Since(began))
	}
	return out, nil
}

// openAccounts counts the accounts that have a workflow.
func (d *database) openAccounts(ctx context.Context) (int, error) {
	var n int
	if err := d.pool.QueryRow(ctx, `SELECT count(*) FROM accounts WHERE status <> 'closed'`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count open accounts: %w", err)
	}
	return n, nil
}
