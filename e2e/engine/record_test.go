//go:build e2e

package engine_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"closedloop/deal"
	"closedloop/workflows/contract"
)

var update = flag.Bool("update", false, "write the recorded histories anew")

// recorded is where package workflows finds the histories of the release that is being made.
const recorded = "../../workflows/testdata/replay/next"

// TestRecordHistories makes one real run of each kind there is. With -update it writes their histories, which package
// workflows replays on every build; without, it holds that there is a recorded one of each kind. Either way the fresh
// ones replay with the workflows of today.
func TestRecordHistories(t *testing.T) {
	t.Parallel()
	want := []string{halfAYear} // written by the test that needs two releases for it
	t.Run("kinds", func(t *testing.T) {
		for _, k := range kinds() {
			want = append(want, k.files...)
			t.Run(k.files[0], func(t *testing.T) {
				t.Parallel()
				h := newHouse(t, k.plan)
				histories := h.runs(k.live(h))
				require.Len(t, histories, len(k.files), "runs")
				for i, history := range histories {
					require.NoError(t, newReplayer(t).ReplayWorkflowHistory(nil, history))
					if *update {
						write(t, filepath.Join(recorded, k.files[i]), history)
					}
				}
				h.sound()
			})
		}
	})
	found, err := filepath.Glob(filepath.Join(recorded, "*.json"))
	require.NoError(t, err)
	for i := range found {
		found[i] = filepath.Base(found[i])
	}
	slices.Sort(want)
	require.Equal(t, want, found, "make record-histories writes them")
}

// write keeps a history without what tells where it was recorded.
func write(t *testing.T, file string, history *historypb.History) {
	t.Helper()
	for _, e := range history.Events {
		queue := e.GetWorkflowTaskScheduledEventAttributes().GetTaskQueue()
		if queue.GetKind() == enumspb.TASK_QUEUE_KIND_STICKY {
			queue.Name = "sticky" // a host and a process
		}
	}
	compact, err := protojson.Marshal(history)
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, json.Indent(&text, compact, "", " ")) // protojson's own spacing differs from run to run
	text.WriteByte('\n')
	host, err := os.Hostname()
	require.NoError(t, err)
	require.NotContains(t, strings.ToLower(text.String()), `"`+strings.ToLower(host)+`"`)
	require.NotContains(t, text.String(), "@"+host)
	require.NotContains(t, text.String(), host+":")
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))  //nolint:gosec // as the rest of the source
	require.NoError(t, os.WriteFile(file, text.Bytes(), 0o644)) //nolint:gosec // as the rest of the source
}

// through walks an account forward from one step to another.
func (h *house) through(id deal.AccountID, from, to deal.Step) {
	h.t.Helper()
	for step := from; step != to; {
		h.do(id, "rep", deal.Advance{From: step})
		next, ok := step.Next()
		require.True(h.t, ok)
		step = next
	}
}

// approve asks for an approval and lets the manager give it.
func (h *house) approve(id deal.AccountID, b deal.RequestApproval) {
	h.t.Helper()
	h.do(id, "rep", b)
	pending, ok := h.state(id).Latest(b.Kind)
	require.True(h.t, ok)
	h.do(id, "manager", deal.DecideApproval{Approval: pending.ID, Decision: deal.Approve, Version: b.Subject.Version})
}

// workflowOf is an account's workflow, for those who look for its runs.
func workflowOf(id deal.AccountID) string { return contract.AccountWorkflowID(id) }
