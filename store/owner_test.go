package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/store"
	"closedloop/testkit"
)

func TestTryLock_isHeldByOneUntilItIsReleased(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	a, b := open(t, url, store.Options{}), open(t, url, store.Options{})
	release, ok, err := a.TryLock(t.Context(), "watchdog")
	require.NoError(t, err)
	require.True(t, ok)
	_, ok, err = b.TryLock(t.Context(), "watchdog")
	require.NoError(t, err)
	require.False(t, ok)
	other, ok, err := b.TryLock(t.Context(), "sweeper")
	require.NoError(t, err)
	require.True(t, ok, "another name is another lock")
	other()
	release()
	require.Eventually(t, func() bool {
		release, ok, err := b.TryLock(t.Context(), "watchdog")
		if ok {
			release()
		}
		return err == nil && ok
	}, 10*time.Second, 5*time.Millisecond)
}

// own claims a database and releases it at the end.
func own(t *testing.T, url, host string, pid int) *store.Ownership {
	t.Helper()
	o, err := store.Own(t.Context(), url, store.Holder{Host: host, PID: pid}, 10*time.Second)
	require.NoError(t, err)
	t.Cleanup(func() { o.Release(context.Background()) })
	return o
}

// E1: a second owner is refused and told who the first one is; before any migration.
func TestE1_aSecondOwnerIsRefusedByName(t *testing.T) {
	t.Parallel()
	url := testkit.DatabaseFrom(t, "empty", nothing)
	first := own(t, url, "alpha", 42)
	_, err := store.Own(t.Context(), url, store.Holder{Host: "beta", PID: 43}, 200*time.Millisecond)
	var held *store.HeldError
	require.ErrorAs(t, err, &held)
	require.Equal(t, "alpha", held.Holder.Host)
	require.Equal(t, 42, held.Holder.PID)
	require.False(t, held.Holder.Since.IsZero())
	require.ErrorContains(t, err, "host alpha, process 42")
	first.Release(t.Context())
	select {
	case <-first.Lost():
		require.Fail(t, "what was given back is not lost")
	default:
	}
	own(t, url, "beta", 43)
}

func TestE1_losingTheConnectionIsNoticedAndRegained(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	wire, address := through(t, url)
	o := own(t, address, "alpha", 42)
	wire.drop()
	requireClosed(t, o.Lost())
	again, err := o.Regain(t.Context())
	require.NoError(t, err, "nobody else owned it meanwhile")
	t.Cleanup(func() { again.Release(context.Background()) })
	_, err = store.Own(t.Context(), url, store.Holder{Host: "beta", PID: 43}, time.Millisecond)
	var held *store.HeldError
	require.ErrorAs(t, err, &held)
	require.Equal(t, "alpha", held.Holder.Host)
}

func TestE1_whatSomebodyElseOwnedMeanwhileIsNotTakenBack(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	wire, address := through(t, url)
	o := own(t, address, "alpha", 42)
	wire.drop()
	requireClosed(t, o.Lost())
	other := own(t, url, "beta", 43)
	_, err := o.Regain(t.Context())
	var held *store.HeldError
	require.ErrorAs(t, err, &held)
	require.Equal(t, "beta", held.Holder.Host)
	other.Release(t.Context())
	_, err = o.Regain(t.Context())
	require.ErrorAs(t, err, &held, "it is free, but the work in it went on without us")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = store.Own(ctx, url, store.Holder{Host: "gamma", PID: 44}, time.Minute)
	require.Error(t, err)
}

func requireClosed(t *testing.T, lost <-chan struct{}) {
	t.Helper()
	select {
	case <-lost:
	case <-time.After(10 * time.Second):
		require.Fail(t, "the loss went unnoticed")
	}
}
