package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// An engine whose database has just come back answers that it has no connection; no process ends for that.
func TestPersist_goesOnUntilTheEngineIsThere(t *testing.T) {
	t.Parallel()
	away := errors.New("no usable database connection found")
	synctest.Test(t, func(t *testing.T) {
		begun, told, attempts := time.Now(), 0, 0
		err := persist(t.Context(), time.Minute, func(context.Context) error {
			if attempts++; attempts <= 4 {
				return away
			}
			return nil
		}, func(err error) { told++; require.ErrorIs(t, err, away) })
		require.NoError(t, err)
		require.Equal(t, []int{5, 4}, []int{attempts, told})
		require.Equal(t, 4*persistEvery, time.Since(begun))
	})
}

func TestPersist_givesUpWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		err := persist(t.Context(), time.Minute, func(context.Context) error { return away }, func(error) {})
		require.ErrorIs(t, err, away)
		require.Equal(t, time.Minute, time.Since(begun))

		stopped, stop := context.WithCancel(t.Context())
		stop()
		require.ErrorIs(t, persist(stopped, time.Minute, func(context.Context) error { return away }, func(error) { require.Fail(t, "nobody waits for it") }), away)
	})
}
