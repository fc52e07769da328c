package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// statements are SQL statements of one operation, on our database and on the engine's. Several of them can travel in one
// round trip.
type statements struct{ Ours, Engine float64 }

// statementsOf lets Postgres log every statement while n operations are done, and counts.
func (d *database) statementsOf(ctx context.Context, data string, n int, act func(i int) error) (s statements, err error) {
	path := filepath.Join(data, "postgres", "postgres.log")
	if err := d.logStatements(ctx, "SET log_statement = 'all'"); err != nil {
		return s, err
	}
	before, err := os.Stat(path)
	if err != nil {
		return s, fmt.Errorf("find the server's log: %w", err)
	}
	for i := range n {
		if err := act(i); err != nil {
			return s, err
		}
	}
	if err := d.logStatements(ctx, "RESET log_statement"); err != nil {
		return s, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return s, fmt.Errorf("read the server's log: %w", err)
	}
	for line := range bytes.Lines(text[before.Size():]) {
		if !bytes.Contains(line, []byte("LOG:  execute ")) && !bytes.Contains(line, []byte("LOG:  statement: ")) {
			continue
		}
		switch {
		case bytes.Contains(line, []byte(" closedloop@closedloop ")):
			s.Ours += 1 / float64(n)
		case bytes.Contains(line, []byte(" closedloop-temporal@temporal")): // its visibility database as well
			s.Engine += 1 / float64(n)
		}
	}
	return s, nil
}

// logStatements changes a setting of the whole server and waits until it is in force.
func (d *database) logStatements(ctx context.Context, change string) error {
	want := "all"
	if change == "RESET log_statement" {
		want = "none"
	}
	for _, sql := range []string{"ALTER SYSTEM " + change, "SELECT pg_reload_conf()"} {
		if _, err := d.pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("change what the server logs: %w", err)
		}
	}
	for {
		got, err := d.setting(ctx, "log_statement")
		if err != nil || got == want {
			return err
		}
	}
}
