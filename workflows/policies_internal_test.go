package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"closedloop/deal"
)

func TestForLog_triesForTenYearsInShortAttemptsThatNeverWaitLongerThanFiveSeconds(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		o := workflow.GetLocalActivityOptions(forLog(ctx))
		require.Equal(t, 2*time.Second, o.StartToCloseTimeout)
		require.Equal(t, 10*365*24*time.Hour, o.ScheduleToCloseTimeout)
		require.Equal(t, 5*time.Second, o.RetryPolicy.MaximumInterval)
		require.Zero(t, o.RetryPolicy.MaximumAttempts)
		return nil
	})
	require.NoError(t, env.GetWorkflowError())
}

func TestRing_namesTheTenStepsInOrder(t *testing.T) {
	t.Parallel()
	var steps []deal.Step
	for _, s := range ring {
		steps = append(steps, s.step)
		require.NotEmpty(t, s.waits)
	}
	require.Equal(t, deal.Steps(), steps)
}
