package store_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pressly/goose/v3/lock"
	"github.com/stretchr/testify/require"

	"closedloop/store"
	"closedloop/testkit"
)

// behind is a database that lacks migrations: where there is nothing to do nobody asks for the lock.
func behind(t *testing.T) string {
	t.Helper()
	return testkit.DatabaseFrom(t, "at-9-"+store.MigrationsHash(), func(ctx context.Context, url string) error {
		return store.MigrateTo(ctx, url, before)
	})
}

// lines counts what a log says about waiting.
type lines struct{ n atomic.Int64 }

func (l *lines) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "another process migrates") {
		l.n.Add(1)
	}
	return io.Discard.Write(p)
}

func TestMigrate_waitsAsLongAsAnotherProcessMigrates(t *testing.T) {
	t.Parallel()
	url := behind(t)
	other := connect(t, url)
	_, err := other.Exec(t.Context(), "SELECT pg_advisory_lock($1)", lock.DefaultLockID)
	require.NoError(t, err)

	var said lines
	log := slog.New(slog.NewTextHandler(&said, nil))
	done := make(chan error, 1)
	go func() { done <- store.MigrateBehind(t.Context(), url, time.Millisecond, 5*time.Millisecond, log) }()
	require.Eventually(t, func() bool { return said.n.Load() > 60 }, 30*time.Second, 5*time.Millisecond, "it says again and again that it waits")
	select {
	case err := <-done:
		t.Fatalf("did not wait: %v", err)
	default:
	}
	_, err = other.Exec(t.Context(), "SELECT pg_advisory_unlock($1)", lock.DefaultLockID)
	require.NoError(t, err)
	require.NoError(t, <-done)

	var free bool
	require.NoError(t, other.QueryRow(t.Context(), "SELECT pg_try_advisory_lock($1)", lock.DefaultLockID).Scan(&free))
	require.True(t, free, "it gave the lock back")
}

func TestMigrate_stopsWaitingWithItsContext(t *testing.T) {
	t.Parallel()
	url := behind(t)
	other := connect(t, url)
	_, err := other.Exec(t.Context(), "SELECT pg_advisory_lock($1)", lock.DefaultLockID)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	var said lines
	done := make(chan error, 1)
	go func() {
		done <- store.MigrateBehind(ctx, url, time.Millisecond, 5*time.Millisecond, slog.New(slog.NewTextHandler(&said, nil)))
	}()
	require.Eventually(t, func() bool { return said.n.Load() > 0 }, 30*time.Second, 5*time.Millisecond)
	stop()
	require.ErrorIs(t, <-done, context.Canceled)
}
