//go:build e2e

package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/testkit"
)

// TestUp_recoversByItselfWhenItsPostgresIsKilled kills the server under commands and asks again under the same keys.
func TestUp_recoversByItselfWhenItsPostgresIsKilled(t *testing.T) {
	t.Parallel()
	p := started(t, "CLOSEDLOOP_API_REQUEST_TIMEOUT=2s")
	d := p.as(t, "rep1").opens(t, territory1)
	server := p.postmaster(t)
	first := p.main.cmd.Process.Pid

	grades := []string{"A", "B", "C", "D"}
	send := func(i int) (answer, error) {
		return d.try(t, http.MethodPost, d.path("/grade"), data{"grade": grades[i%4], "reason": strconv.Itoa(i)}, key(fmt.Sprintf("outage-%d", i)))
	}
	const commands = 12
	done, unavailable := 0, 0
	require.NoError(t, syscall.Kill(server, syscall.SIGKILL))
	for i := range commands {
		testkit.Eventually(t, startWithin, func() bool {
			a, err := send(i)
			require.NoError(t, err, "the API answers whatever its database does")
			if a.status == http.StatusOK {
				done++
				return true
			}
			p := a.problem(t)
			require.Equal(t, http.StatusServiceUnavailable, a.status, "%s", a.body)
			require.Contains(t, []string{"outcome_unknown", "unavailable"}, p.Code)
			require.NotEmpty(t, a.header.Get("Retry-After"))
			unavailable++
			return false
		}, "command %d goes through when the database is back", i)
	}
	require.Equal(t, commands, done)
	t.Logf("%d answers were 503 meanwhile", unavailable)
	p.awaitReady(t)
	require.True(t, p.main.runs())
	require.Equal(t, first, p.main.cmd.Process.Pid)
	require.NotEqual(t, server, p.postmaster(t), "the launcher started another server")
	events := d.events(t)
	requireNoGap(t, events)
	require.Equal(t, commands, count(events, "graded"), "each exactly once")
	d.act(t, "follow-up", data{"at": time.Now().Add(time.Hour)})
	requireFolded(t, p)
}

// postmaster is the process number of the product's Postgres, from the server's own file.
func (p *product) postmaster(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.data(), "postgres", "data", "postmaster.pid"))
	require.NoError(t, err)
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	require.NoError(t, err)
	return pid
}
