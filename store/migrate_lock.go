package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/pressly/goose/v3/lock"
)

var (
	lockMigrations   = named("LockMigrations")
	unlockMigrations = named("UnlockMigrations")
)

// migrationLock lets one starter migrate while the others wait. A migration of a large house takes as long as it takes, and
// whoever gave up meanwhile would be started again only to wait anew; so they wait until it is done or their context ends.
// The lock is that of goose, which other releases take as well; it goes with the connection of whoever holds it.
type migrationLock struct {
	look time.Duration // how often they look whether the lock is free
	tell time.Duration // how often they say in the log that they wait
	log  *slog.Logger
}

// SessionLock implements [lock.SessionLocker].
func (l *migrationLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	look, tell := time.NewTicker(l.look), time.NewTicker(l.tell)
	defer look.Stop()
	defer tell.Stop()
	since := time.Now()
	for {
		var free bool
		if err := conn.QueryRowContext(ctx, string(lockMigrations), lock.DefaultLockID).Scan(&free); err != nil {
			return fmt.Errorf("ask for the lock of migrations: %w", err)
		}
		if free {
			return nil
		}
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				return fmt.Errorf("wait for another process that migrates: %w", ctx.Err())
			case <-tell.C:
				l.log.InfoContext(ctx, "another process migrates the database; waiting for it", "since", since)
			case <-look.C:
				waiting = false
			}
		}
	}
}

// SessionUnlock implements [lock.SessionLocker]. Where it fails the connection is broken, and the lock went with it.
func (l *migrationLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, string(unlockMigrations), lock.DefaultLockID); err != nil {
		return fmt.Errorf("give back the lock of migrations: %w", err)
	}
	return nil
}
