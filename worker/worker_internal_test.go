package worker

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOptions_keepPollersOfNewAndOfCachedRunsApart(t *testing.T) {
	t.Parallel()
	o := Options{WorkflowPollers: 8}.options()
	require.Equal(t, PollersApart(8), o.WorkflowTaskPollerBehavior)
	require.Zero(t, o.MaxConcurrentWorkflowTaskPollers, "plain pollers leave new runs waiting behind a burst of commands")
}
