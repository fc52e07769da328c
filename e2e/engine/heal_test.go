//go:build e2e

package engine_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"closedloop/deal"
	"closedloop/engine/temporal"
	"closedloop/testkit"
	"closedloop/workflows/contract"
)

// inFourSeconds is a pace at which a step reminds after one second, urges after two and goes to the superior after four.
var inFourSeconds = pace{Step: 4 * time.Second}

// passed waits until an instant of the clock on the wall is over.
func (h *house) passed(at time.Time) {
	h.t.Helper()
	testkit.Eventually(h.t, time.Until(at)+time.Minute, func() bool { return time.Now().After(at) })
}

func (h *house) terminate(id deal.AccountID) {
	h.t.Helper()
	require.NoError(h.t, h.client.TerminateWorkflow(h.t.Context(), contract.AccountWorkflowID(id), "", "by a test"))
}

func TestHealing_theNextCommandBringsATerminatedWorkflowBackAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	id := h.open()
	h.do(id, "rep", followUp(1))
	h.terminate(id)
	began := time.Now()
	receipt := h.do(id, "rep", deal.Advance{From: deal.Collect})
	require.EqualValues(t, 3, receipt.Answer.FirstSeq)
	require.Less(t, time.Since(began), 5*time.Second)
	h.sound()
}

func TestHealing_theWatchdogBringsATerminatedWorkflowBackWhenItsWakeIsOverdue(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{pace: inFourSeconds})
	asleep, awake := h.open(), h.open()
	h.terminate(asleep)
	dog := h.watch(2*time.Second, 2*time.Second)
	h.rungsBecome(asleep, 20*time.Second, "step remind", "step urge", "step superior")
	h.rungsBecome(awake, 10*time.Second, "step remind", "step urge", "step superior")
	require.Positive(t, dog.Rescued())
	h.sound()
}

// A timer whose row the engine has lost is pending for ever, and nothing says so (temporal#11869). What the watchdog
// sends is answered by one tick.
func TestF17_aDeletedTimerRowIsHealedByTheWatchdogExactlyOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{pace: pace{Step: 12 * time.Second}})
	id := h.open()
	due := h.state(id).WakeAt()
	h.forgetTimers(id)
	h.passed(due.Add(1500 * time.Millisecond))
	require.Empty(t, h.rungs(id), "the engine has forgotten it")

	dog := h.watch(10*time.Second, time.Second)
	h.rungsBecome(id, 5*time.Second, "step remind")
	require.Equal(t, 1, dog.Rescued(), "and with the tick the timer is armed again, so the rest needs no watchdog")
	h.rungsBecome(id, 20*time.Second, "step remind", "step urge", "step superior")
	require.Equal(t, 1, dog.Rescued())
	h.sound()
}

// forgetTimers deletes an account's timers from the engine's database, behind the engine's back.
func (h *house) forgetTimers(id deal.AccountID) {
	h.t.Helper()
	g, err := shared()
	require.NoError(h.t, err)
	conn, err := pgx.Connect(h.t.Context(), g.db.URL(temporal.DefaultDatabase))
	require.NoError(h.t, err)
	defer conn.Close(h.t.Context())
	tag, err := conn.Exec(h.t.Context(), `DELETE FROM timer_tasks WHERE position($1::bytea IN data) > 0`, []byte(contract.AccountWorkflowID(id)))
	require.NoError(h.t, err)
	require.Positive(h.t, tag.RowsAffected())
}

// A process that was away for longer than several rungs catches up with all of them, each once and with its lateness.
func TestI4_rungsThatCameDueWhileNoWorkerWasThereFireOnceEachAfterTheRestart(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{pace: inFourSeconds})
	id := h.open()
	h.stop()
	h.passed(h.state(id).Deadline().Add(time.Second))
	require.Empty(t, h.rungs(id))
	h.start()
	h.rungsBecome(id, 20*time.Second, "step remind", "step urge", "step superior")
	log := h.log(id)
	for i, e := range log[1:] {
		body, ok := e.Body.(deal.RungReached)
		require.True(t, ok)
		require.Positive(t, body.Late)
		require.Equal(t, log[1].Key, e.Key, "one tick finds all of them: rung %d", i)
	}
	h.do(id, "rep", followUp(1))
	require.Len(t, h.log(id), 5)
	h.sound()
}

// A worker that stops with timers armed and one that takes over: nothing fires twice.
func TestI4_reminderFiresOnceWhenWorkersChangeAroundIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{pace: inFourSeconds})
	id := h.open()
	dog := h.watch(300*time.Millisecond, 2*time.Second) // nudges whatever is late, on top
	for range 3 {
		h.stop()
		h.start()
	}
	h.rungsBecome(id, 30*time.Second, "step remind", "step urge", "step superior")
	dog.Stop()
	described, err := h.client.DescribeWorkflowExecution(t.Context(), contract.AccountWorkflowID(id), "")
	require.NoError(t, err)
	require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, described.GetWorkflowExecutionInfo().GetStatus())
	h.sound()
}
