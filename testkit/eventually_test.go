package testkit

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// failing stands for a test and remembers that it failed.
type failing struct {
	testing.TB
	failed atomic.Bool
}

func (f *failing) Helper()               {}
func (f *failing) Errorf(string, ...any) {}
func (f *failing) FailNow() {
	f.failed.Store(true)
	panic(f) // does not return, as in a real test
}

func TestEventually_waitsUntilItIsTrue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		began := time.Now()
		Eventually(t, time.Second, func() bool { asked++; return asked == 3 })
		require.Equal(t, 2*pollEvery, time.Since(began))
	})
}

func TestEventually_failsAtTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &failing{TB: t}
		began := time.Now()
		require.Panics(t, func() { Eventually(f, time.Second, func() bool { return false }) })
		require.True(t, f.failed.Load())
		require.Equal(t, time.Second, time.Since(began))
	})
}
