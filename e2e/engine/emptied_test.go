//go:build e2e

package engine_test

import (
	"context"
	"net"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"closedloop/deal"
	"closedloop/engine/postgres"
	"closedloop/engine/temporal"
	"closedloop/testkit"
	"closedloop/workflows/contract"
)

// ownPostgres runs a private Postgres that a test may take away.
func ownPostgres(t *testing.T) (*postgres.Server, postgres.Options) {
	t.Helper()
	dir, err := passable(t.TempDir(), nil)
	require.NoError(t, err)
	_, err = passable(filepath.Dir(dir), nil)
	require.NoError(t, err)
	o := servers(dir)
	return startPostgres(t, o), o
}

func startPostgres(t *testing.T, o postgres.Options) *postgres.Server {
	t.Helper()
	db, err := postgres.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Stop(context.Background()) }) // a second stop does nothing
	return db
}

// freeAddress is where an engine of its own is found, also after a restart.
func freeAddress(t *testing.T) string {
	t.Helper()
	port, err := postgres.FreePort()
	require.NoError(t, err)
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// The engine loses everything; the log has lost nothing. A worker that lives on finds the new engine at the old address,
// and the watchdog brings every open account back: the sleeping ones to the same instants, the overdue ones to what they
// missed, once (J4).
func TestJ4_droppedEngineDatabasesAreRefilledByTheWatchdogWithTheSameWakeInstants(t *testing.T) {
	t.Parallel()
	db, _ := ownPostgres(t)
	address := freeAddress(t)
	first, before := launch(t, "engine", engineJob{Postgres: db.URL("postgres"), Frontend: address, Verbose: testing.Verbose()})
	h := buildHouse(t, db, address, "closedloop", plan{})
	h.start()
	h.watch(time.Second, 2*time.Second)
	asleep, soon, overdue, closed := h.open(), h.open(), h.open(), h.open()
	h.do(closed, "rep", deal.Close{Outcome: deal.Dropped, Reason: text()})
	cmd := h.command(asleep, "rep", followUp(1))
	answered := h.send(cmd)
	h.do(overdue, "rep", deal.SetFollowUp{At: time.Now().Add(2 * time.Second)})
	h.do(soon, "rep", deal.SetFollowUp{At: time.Now().Add(45 * time.Second)})
	wakes := map[deal.AccountID]time.Time{asleep: h.state(asleep).WakeAt(), soon: h.state(soon).WakeAt()}

	first.kill() // at once, so that the two seconds are not over
	dropEngine(t, db)
	h.passed(h.state(overdue).WakeAt())
	_, after := launch(t, "engine", engineJob{Postgres: db.URL("postgres"), Frontend: address, Verbose: testing.Verbose()})
	began := time.Now()
	require.NotEqual(t, before.Identity, after.Identity)

	for id, wake := range wakes {
		h.returned(id, 30*time.Second)
		require.Equal(t, wake, h.position(id).WakeAt)
	}
	h.rungsBecome(overdue, 30*time.Second, "follow_up remind")
	t.Logf("everybody was back %s after the engine", time.Since(began).Round(100*time.Millisecond))
	require.Equal(t, answered.Answer, h.send(cmd).Answer, "a key from before is known")
	receipt := h.send(h.command(closed, "rep", deal.Advance{From: deal.Collect}))
	require.True(t, receipt.Answer.Refusals.Has(deal.CodeNotActive), "a closed account comes back when it is spoken to")
	h.rungsBecome(soon, time.Minute, "follow_up remind")
	require.Empty(t, h.rungs(asleep))
	require.Empty(t, h.rungs(closed))
	h.sound()
}

// returned waits until an account has a workflow again.
func (h *house) returned(id deal.AccountID, within time.Duration) {
	h.t.Helper()
	testkit.Eventually(h.t, within, func() bool {
		at, err := h.client.DescribeWorkflowExecution(h.t.Context(), contract.AccountWorkflowID(id), "")
		return err == nil && at.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	}, "the watchdog starts it")
}

func dropEngine(t *testing.T, db *postgres.Server) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), db.URL("postgres"))
	require.NoError(t, err)
	defer conn.Close(t.Context())
	for _, name := range []string{temporal.DefaultDatabase, temporal.DefaultVisibilityDatabase} {
		_, err := conn.Exec(t.Context(), "DROP DATABASE "+name+" WITH (FORCE)")
		require.NoError(t, err)
	}
}
