package testkit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pollEvery is short against everything a test waits for, and long against a query.
const pollEvery = 20 * time.Millisecond

// Eventually polls until cond says true, at once for the first time, and fails the
// test when it has not by then. msgAndArgs say what was waited for, as in require.
func Eventually(t testing.TB, within time.Duration, cond func() bool, msgAndArgs ...any) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for !cond() {
		select {
		case <-deadline.C:
			require.FailNow(t, "it did not become true within "+within.String(), msgAndArgs...)
		case <-poll.C:
		}
	}
}
