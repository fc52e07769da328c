package testkit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/engine/postgres"
)

// keeperWord as first argument makes a test binary the keeper of a server instead
// of running its tests.
const keeperWord = "closedloop-testkit-keeper"

// A package cannot ask the many TestMains to look for the keeper's arguments, and
// the keeper has to be a program that is there: the one that needs it.
func init() {
	if len(os.Args) == 5 && os.Args[1] == keeperWord {
		if err := keep(os.Args[2], os.Args[3], os.Args[4]); err != nil {
			slog.Error("the test server's keeper failed", "error", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// note is what the keeper tells those who wait for it.
type note struct {
	PID    int    `json:"pid"`              // of the keeper
	Server int    `json:"server,omitempty"` // process number of the server when it came up
	URL    string `json:"url,omitempty"`    // of the maintenance database, with the password
	Error  string `json:"error,omitempty"`  // why there is no server
}

func readNote(dir string) (note, error) {
	var n note
	text, err := os.ReadFile(filepath.Join(dir, noteFile))
	if err != nil {
		return n, err
	}
	if err := json.Unmarshal(text, &n); err != nil {
		return n, fmt.Errorf("read %s: %w", noteFile, err)
	}
	return n, nil
}

// write puts the note in its place in one step.
func (n note) write(dir string) error {
	n.PID = os.Getpid()
	text, err := json.Marshal(n)
	if err != nil {
		return err
	}
	draft := filepath.Join(dir, noteFile+".new")
	if err := os.WriteFile(draft, text, 0o600); err != nil {
		return err
	}
	return os.Rename(draft, filepath.Join(dir, noteFile))
}

// keep runs a server until nobody has used it for a while.
func keep(dir, binDir, graceMilliseconds string) error {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	milliseconds, err := strconv.Atoi(graceMilliseconds)
	if err != nil {
		return fmt.Errorf("read grace: %w", err)
	}
	alive, err := lock(dir, keeperFile, syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		return err
	}
	// In this order, or the next user would meet a keeper that is no more.
	var users *os.File
	defer func() {
		_ = alive.Close()
		if users != nil {
			_ = users.Close()
		}
	}()
	s, err := postgres.Start(ctx, postgres.Options{
		DataDir: filepath.Join(dir, serverDir),
		BinDir:  binDir,
		Logger:  slog.Default(),
		// Packages run beside each other, each with pools for several databases.
		MaxConnections: 400,
	})
	if err != nil {
		return errors.Join(err, note{Error: err.Error()}.write(dir))
	}
	if err = tidy(ctx, s.URL("postgres")); err != nil {
		err = errors.Join(err, note{Error: err.Error()}.write(dir))
	} else if err = (note{Server: s.PID(), URL: s.URL("postgres")}).write(dir); err == nil {
		users, err = idle(ctx, dir, time.Duration(milliseconds)*time.Millisecond)
		err = errors.Join(err, os.Remove(filepath.Join(dir, noteFile)))
	}
	end, done := context.WithTimeout(context.Background(), 30*time.Second)
	defer done()
	return errors.Join(err, s.Stop(end))
}

// idle waits until nobody has used the server for the grace, and then keeps
// everybody out with the lock it returns. A signal ends it as well, without.
func idle(ctx context.Context, dir string, grace time.Duration) (*os.File, error) {
	poll := time.NewTicker(max(grace/20, pollEvery))
	defer poll.Stop()
	lastUse := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil, nil
		case <-poll.C:
		}
		users, err := lock(dir, usersFile, syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, errLocked):
			lastUse = time.Now()
			continue
		case err != nil:
			return nil, err
		case time.Since(lastUse) >= grace:
			return users, nil
		}
		if err := users.Close(); err != nil {
			return nil, err
		}
	}
}

// tidy removes the databases of tests that were killed. The server has just
// started, so nobody is in any of them.
func tidy(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("remove old test databases: %w", err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database WHERE starts_with(datname, $1)`, testPrefix)
	if err != nil {
		return fmt.Errorf("remove old test databases: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("remove old test databases: %w", err)
	}
	for _, name := range names {
		if err := drop(ctx, conn, name); err != nil {
			return err
		}
	}
	return nil
}
