package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"closedloop/config"
	"closedloop/engine/postgres"
	"closedloop/engine/temporal"
	"closedloop/store"
)

// errLostOwnership ends a process whose lock on the database went to another one.
var errLostOwnership = errors.New("another process owns the database now")

// database is our database's name on a private Postgres.
const database = "closedloop"

// openDatabase is where the data lies: the configured Postgres, or a private one in the data directory. Only one
// `closedloop up` may stand on it.
func openDatabase(ctx context.Context, c config.Config, running *parts, log *slog.Logger) (string, error) {
	if url := c.Database.URL.Reveal(); url != "" {
		return url, nil
	}
	if err := os.MkdirAll(c.DataDir, 0o755); err != nil { //nolint:gosec // Postgres runs as another user when we are root, and must pass through
		return "", fmt.Errorf("make data directory: %w", err)
	}
	pg, err := postgres.Start(ctx, postgres.Options{
		DataDir: filepath.Join(c.DataDir, "postgres"), BinDir: c.Database.BinDir, Logger: log, Durable: true,
	})
	if err != nil {
		return "", fmt.Errorf("start Postgres: %w", err)
	}
	running.add("postgres", pg.Stop)
	if err := pg.EnsureDatabase(ctx, database); err != nil {
		return "", fmt.Errorf("create database: %w", err)
	}
	return pg.URL(database), nil
}

// ownerPatience is how long a start waits for the lock of a process that has just ended.
const ownerPatience = 3 * time.Second

// own takes the lock that makes this process the only `up` on the database.
func own(ctx context.Context, url string) (*store.Ownership, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	o, err := store.Own(ctx, url, store.Holder{Host: host, PID: os.Getpid(), Since: time.Now()}, ownerPatience)
	if err != nil {
		return nil, fmt.Errorf("own the database: %w", err)
	}
	return o, nil
}

// engineStart bounds a start on a slow machine, where schema and namespace take their time.
const engineStart = 2 * time.Minute

// startEngine brings the Temporal server up in this process, on the same Postgres.
func startEngine(ctx context.Context, c config.Config, url string, running *parts, log *slog.Logger) (*temporal.Engine, string, error) {
	if err := os.MkdirAll(c.DataDir, 0o755); err != nil { //nolint:gosec // see openDatabase
		return nil, "", fmt.Errorf("make data directory: %w", err)
	}
	secret, err := temporal.SecretFrom(filepath.Join(c.DataDir, "engine.secret"))
	if err != nil {
		return nil, "", fmt.Errorf("read engine secret: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, engineStart)
	defer cancel()
	e, err := temporal.Start(ctx, temporal.Options{
		PostgresURL: url, Namespace: c.Temporal.Namespace, Secret: secret, Logger: log, FrontendAddress: "127.0.0.1:0",
	})
	if err != nil {
		return nil, "", fmt.Errorf("start engine: %w", err)
	}
	running.add("engine", e.Stop)
	address := filepath.Join(c.DataDir, "engine.address") // for the engine's own tools, with the secret beside it
	if err := os.WriteFile(address, []byte(e.Address()+"\n"), 0o600); err != nil {
		return nil, "", fmt.Errorf("write engine address: %w", err)
	}
	return e, secret, nil
}
