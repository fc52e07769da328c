//go:build e2e

package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/proto"

	"closedloop/deal"
	"closedloop/workflows/contract"
)

// What one warm command costs in history (trust-and-speed.md §2.2): six events, and two more when the account's next
// instant has changed and the timer with it. Only here can somebody see that a change made commands dearer.
func TestC1_aWarmCommandCostsSixEventsAndTwoMoreForTheTimer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	id := h.open()
	h.do(id, "rep", followUp(1)) // warm
	bare := []enumspb.EventType{
		enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED, enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, enumspb.EVENT_TYPE_MARKER_RECORDED,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
	}
	timer := []enumspb.EventType{enumspb.EVENT_TYPE_TIMER_CANCELED, enumspb.EVENT_TYPE_TIMER_STARTED}

	later := h.added(id, func() { h.do(id, "rep", followUp(2)) })
	require.ElementsMatch(t, bare, later, "the step's reminder comes first, so the next instant is the same")

	moved := h.added(id, func() { h.do(id, "rep", deal.Advance{From: deal.Collect}) })
	require.ElementsMatch(t, append(timer, bare...), moved)

	refused := h.added(id, func() {
		receipt := h.send(h.command(id, "rep", deal.Advance{From: deal.Plan}))
		require.Equal(t, deal.Refused, receipt.Answer.Outcome)
	})
	require.ElementsMatch(t, bare, refused)

	cmd := h.command(id, "rep", followUp(3))
	h.send(cmd)
	require.Empty(t, h.added(id, func() { h.send(cmd) }), "the same key in the same run costs nothing")
	h.sound()
}

// A cold worker reads the history and costs no more; nothing but commands, markers and timers is ever in it.
func TestC4_aRunHoldsNothingButUpdatesMarkersAndTimers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	id := h.open()
	for n := range 5 {
		h.do(id, "rep", followUp(n))
	}
	h.stop()
	h.start()
	h.do(id, "rep", followUp(6))
	size := 0
	for _, e := range h.runs(contract.AccountWorkflowID(id))[0].Events {
		size += proto.Size(e)
		switch e.EventType {
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED,
			enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
			enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED, enumspb.EVENT_TYPE_TIMER_STARTED, enumspb.EVENT_TYPE_TIMER_CANCELED:
		case enumspb.EVENT_TYPE_MARKER_RECORDED:
			require.Equal(t, "LocalActivity", e.GetMarkerRecordedEventAttributes().GetMarkerName())
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT: // on the queue of the worker that left
		default:
			require.Fail(t, "an event that costs and is not wanted", "%s", e.EventType)
		}
	}
	require.Less(t, size/7, 4096, "C5: bytes of a step")
	t.Logf("%d bytes a command", size/7)
	h.sound()
}

// added are the events that doing something adds to the run.
func (h *house) added(id deal.AccountID, do func()) []enumspb.EventType {
	h.t.Helper()
	before := len(h.lastRun(id).Events)
	do()
	var types []enumspb.EventType
	for _, e := range h.lastRun(id).Events[before:] {
		types = append(types, e.EventType)
	}
	return types
}

func (h *house) lastRun(id deal.AccountID) *historypb.History {
	h.t.Helper()
	runs := h.runs(contract.AccountWorkflowID(id))
	return runs[len(runs)-1]
}
