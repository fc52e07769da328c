package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"closedloop/activities"
	"closedloop/workflows"
	"closedloop/workflows/contract"
)

// handovers is a test environment that knows the activities by their names.
func handovers() *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.RegisterActivity(&activities.Handovers{})
	return env
}

func TestHandover_triesUntilNothingIsPlannedAndLooksAgainAfterADeparture(t *testing.T) {
	t.Parallel()
	env := handovers()
	in := contract.HandoverInput{ID: "h1"}
	step := func(name string, out ...any) { env.OnActivity(name, mock.Anything, in).Return(out...).Once() }
	began := env.Now()
	step("MovePlanned", contract.HandoverProgress{Moved: 5, Planned: 2}, nil)
	for range 8 {
		step("MovePlanned", contract.HandoverProgress{Planned: 2}, nil) // busy accounts
	}
	step("MovePlanned", contract.HandoverProgress{Moved: 2}, nil)
	step("LookAgain", 1, nil)
	step("MovePlanned", contract.HandoverProgress{Moved: 1}, nil)
	step("LookAgain", 0, nil)
	step("SettleHandover", true, nil)
	step("MovePlanned", contract.HandoverProgress{}, nil)
	step("LookAgain", 0, nil)
	step("SettleHandover", true, nil)
	step("FinishHandover", nil)
	env.ExecuteWorkflow(workflows.Handover, in)
	require.True(t, env.IsWorkflowCompleted())
	require.NoError(t, env.GetWorkflowError())
	env.AssertExpectations(t)
	waited := env.Now().Sub(began)
	require.Greater(t, waited, 3*time.Minute, "longer and longer")
	require.Less(t, waited, 6*time.Minute, "but never longer than a minute")
}
