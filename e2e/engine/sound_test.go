//go:build e2e

package engine_test

import (
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/testkit"
	"closedloop/workflows"
	"closedloop/workflows/contract"
)

// log is an account's whole log, after checking that its chain holds.
func (h *house) log(id deal.AccountID) []deal.Event {
	h.t.Helper()
	events, err := h.store.Whole(h.t.Context(), view.Viewer{All: true}, id)
	require.NoError(h.t, err)
	broken, err := deal.Verify(events)
	require.NoError(h.t, err)
	require.Nil(h.t, broken, "the chain of %s", id)
	return events
}

// rungs are what the clock did to an account, in order: clock and rung.
func (h *house) rungs(id deal.AccountID) []string {
	h.t.Helper()
	var out []string
	for _, e := range h.log(id) {
		if b, ok := e.Body.(deal.RungReached); ok {
			out = append(out, string(b.ClockKind)+" "+string(b.Rung))
			require.False(h.t, e.At.Before(b.Due), "I4: never early")
		}
	}
	return out
}

// rungsBecome waits until exactly these have happened.
func (h *house) rungsBecome(id deal.AccountID, within time.Duration, want ...string) {
	h.t.Helper()
	testkit.Eventually(h.t, within, func() bool { return len(h.rungs(id)) >= len(want) }, "rungs %v", want)
	require.Equal(h.t, want, h.rungs(id))
}

// state is where an account stands according to its projection.
func (h *house) state(id deal.AccountID) deal.State {
	h.t.Helper()
	a, err := h.store.Account(h.t.Context(), view.Viewer{All: true}, id)
	require.NoError(h.t, err)
	return a.State
}

// sound holds after every test: each projection follows from its log (I6), chains verify and their heads are the
// workflows' (I8), and every history replays (I7). The worker must be at work.
func (h *house) sound() {
	h.t.Helper()
	differences, err := h.store.CompareAll(h.t.Context())
	require.NoError(h.t, err)
	require.Empty(h.t, differences)
	replayer := newReplayer(h.t)
	for _, id := range h.opened {
		log := h.log(id)
		require.NotEmpty(h.t, log)
		testkit.Eventually(h.t, 20*time.Second, func() bool { return h.position(id).Head == log[len(log)-1].Hash },
			"the workflow's head is the log's")
		for _, run := range h.runs(contract.AccountWorkflowID(id)) {
			require.NoError(h.t, replayer.ReplayWorkflowHistory(nil, run))
			h.drained(run)
		}
	}
}

// drained holds that no run left an update behind it, and that none continued as new in the task that completed one, where
// the answer can be lost or doubled (U7, U8; temporal#6375).
func (h *house) drained(run *historypb.History) {
	h.t.Helper()
	open, completed := 0, 0 // completed in the last task
	for _, e := range run.Events {
		switch e.EventType {
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
			open++
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
			open--
			completed++
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			completed = 0
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
			require.Zero(h.t, completed, "U8: the task that completes an update does nothing else")
		default:
		}
	}
	require.Zero(h.t, open, "U7: handlers are finished first")
}

// position asks the workflow where it thinks the account stands.
func (h *house) position(id deal.AccountID) deal.Position {
	h.t.Helper()
	var p deal.Position
	value, err := h.client.QueryWorkflow(h.within(30*time.Second), contract.AccountWorkflowID(id), "", contract.Position)
	require.NoError(h.t, err)
	require.NoError(h.t, value.Get(&p))
	return p
}

// runs are the histories of a workflow's present chain of runs, oldest first.
func (h *house) runs(workflowID string) []*historypb.History {
	h.t.Helper()
	at, err := h.client.DescribeWorkflowExecution(h.t.Context(), workflowID, "")
	require.NoError(h.t, err)
	var all []*historypb.History
	for run := at.GetWorkflowExecutionInfo().GetFirstRunId(); run != ""; {
		history := h.history(workflowID, run)
		all = append(all, history)
		last := history.Events[len(history.Events)-1]
		run = last.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
	}
	return all
}

func (h *house) history(workflowID, run string) *historypb.History {
	h.t.Helper()
	out := &historypb.History{}
	events := h.client.GetWorkflowHistory(h.t.Context(), workflowID, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		require.NoError(h.t, err)
		out.Events = append(out.Events, e)
	}
	return out
}

// newReplayer replays with the workflows as they are now.
func newReplayer(t require.TestingT) sdkworker.WorkflowReplayer {
	r, err := sdkworker.NewWorkflowReplayerWithOptions(sdkworker.WorkflowReplayerOptions{DataConverter: converter.GetDefaultDataConverter()})
	require.NoError(t, err)
	r.RegisterWorkflowWithOptions(workflows.AccountLoop, workflow.RegisterOptions{Name: contract.AccountLoop})
	r.RegisterWorkflowWithOptions(workflows.Import, workflow.RegisterOptions{Name: contract.Import})
	r.RegisterWorkflowWithOptions(workflows.Sweep, workflow.RegisterOptions{Name: contract.Sweep})
	r.RegisterWorkflowWithOptions(workflows.Relay, workflow.RegisterOptions{Name: contract.Relay})
	r.RegisterWorkflowWithOptions(workflows.Handover, workflow.RegisterOptions{Name: contract.Handover})
	return r
}
