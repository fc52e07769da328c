package workflows_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"closedloop/workflows"
	"closedloop/workflows/contract"
)

// How many histories there are at least, and how many workflow tasks in them: a gate that finds none would be open.
const (
	fewest     = 41
	fewestCuts = 260
)

// recordings are the histories that released code, and the release that is being made, have written on a real engine, by
// file. Those of the latter are in next, and `make record-histories` writes them. When a release is made, they become its
// edition: next is copied to a directory that is named after the release (its tag, or its commit where it has none), and the
// tests of package e2e/engine learn the name (formerRelease), which makes them run its binary. An edition is what code wrote
// that accounts were opened with, so it is never edited and never recorded again. A workflow that does not replay one is
// mended, with a version flag if need be.
func recordings(t *testing.T) map[string]*historypb.History {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "replay", "*", "*.json"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), fewest)
	all := map[string]*historypb.History{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		history := &historypb.History{}
		require.NoError(t, temporalproto.CustomJSONUnmarshalOptions{}.Unmarshal(text, history), file)
		require.NotEmpty(t, history.Events, file)
		all[file] = history
	}
	return all
}

func TestReplay_everyRecordedHistoryRunsAsItDid(t *testing.T) {
	t.Parallel()
	for file, history := range recordings(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, replay(history, workflows.AccountLoop, workflows.Import, workflows.Sweep, workflows.Relay, workflows.Handover))
		})
	}
}

// A worker that takes over reads a history as far as it goes, which may be any workflow task (V4).
func TestReplay_everyHistoryRunsAsFarAsEachOfItsTasks(t *testing.T) {
	t.Parallel()
	cuts := 0
	for file, history := range recordings(t) {
		for i, e := range history.Events {
			if e.GetWorkflowTaskStartedEventAttributes() == nil {
				continue
			}
			cuts++
			cut := &historypb.History{Events: history.Events[:i+1]}
			require.NoError(t, replay(cut, workflows.AccountLoop, workflows.Import, workflows.Sweep, workflows.Relay, workflows.Handover), "%s, event %d", file, i+1)
		}
	}
	require.GreaterOrEqual(t, cuts, fewestCuts)
}

// The gate bites: a workflow with one timer more does not replay.
func TestReplay_noticesAChangedWorkflow(t *testing.T) {
	t.Parallel()
	for file, history := range recordings(t) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, replay(history, hesitantLoop, hesitantImport, hesitantSweep, hesitantRelay, hesitantHandover), "TMPRL1100", "nondeterminism")
		})
	}
}

// hesitantLoop is AccountLoop with a timer before everything else.
func hesitantLoop(ctx workflow.Context, in contract.AccountInput) error {
	_ = workflow.NewTimer(ctx, time.Hour)
	return workflows.AccountLoop(ctx, in)
}

// hesitantRelay is Relay with a timer before everything else.
func hesitantRelay(ctx workflow.Context, in contract.RelayInput) error {
	_ = workflow.NewTimer(ctx, time.Second)
	return workflows.Relay(ctx, in)
}

// hesitantImport is Import with a timer before everything else.
func hesitantImport(ctx workflow.Context, in contract.ImportInput) (contract.ImportProgress, error) {
	_ = workflow.NewTimer(ctx, time.Hour)
	return workflows.Import(ctx, in)
}

// hesitantSweep is Sweep with a timer before everything else.
func hesitantSweep(ctx workflow.Context, in contract.SweepInput) (contract.SweepResult, error) {
	_ = workflow.NewTimer(ctx, time.Hour)
	return workflows.Sweep(ctx, in)
}

// hesitantHandover is Handover with a timer before everything else.
func hesitantHandover(ctx workflow.Context, in contract.HandoverInput) error {
	_ = workflow.NewTimer(ctx, time.Hour)
	return workflows.Handover(ctx, in)
}

func replay(history *historypb.History, loop, imports, sweep, relay, handover any) error {
	replayer := sdkworker.NewWorkflowReplayer()
	replayer.RegisterWorkflowWithOptions(loop, workflow.RegisterOptions{Name: contract.AccountLoop})
	replayer.RegisterWorkflowWithOptions(imports, workflow.RegisterOptions{Name: contract.Import})
	replayer.RegisterWorkflowWithOptions(sweep, workflow.RegisterOptions{Name: contract.Sweep})
	replayer.RegisterWorkflowWithOptions(relay, workflow.RegisterOptions{Name: contract.Relay})
	replayer.RegisterWorkflowWithOptions(handover, workflow.RegisterOptions{Name: contract.Handover})
	return replayer.ReplayWorkflowHistory(quiet{}, history)
}

func TestReplay_noRecordedHistoryTellsWhereItWasMade(t *testing.T) {
	t.Parallel()
	for file, history := range recordings(t) {
		for _, e := range history.Events {
			require.NotContains(t, e.GetWorkflowTaskStartedEventAttributes().GetIdentity(), "@", "%s: a host", file)
			queue := e.GetWorkflowTaskScheduledEventAttributes().GetTaskQueue()
			require.NotContains(t, queue.GetName(), ":", "%s: a queue of a host", file)
		}
	}
}
