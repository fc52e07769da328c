package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"closedloop/workflows"
	"closedloop/workflows/contract"
)

// sender plays the activity.
type sender struct {
	t      *testing.T
	rounds []contract.RelayProgress
	made   int
}

func (s *sender) Deliver(_ context.Context, in contract.RelayInput) (contract.RelayProgress, error) {
	require.Equal(s.t, "mail", in.Channel)
	s.made++
	return s.rounds[min(s.made, len(s.rounds))-1], nil
}

// relay runs the workflow of a channel whose rounds come to these ends, the last one for ever.
func relay(t *testing.T, signals []time.Duration, rounds ...contract.RelayProgress) (env *testsuite.TestWorkflowEnvironment, made int, took time.Duration) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env = suite.NewTestWorkflowEnvironment()
	env.RegisterWorkflow(workflows.Relay)
	sender := &sender{t: t, rounds: rounds}
	env.RegisterActivity(sender)
	for _, at := range signals {
		env.RegisterDelayedCallback(func() { env.SignalWorkflow(contract.Woken, nil) }, at)
	}
	began := env.Now()
	env.ExecuteWorkflow(workflows.Relay, contract.RelayInput{Channel: "mail"})
	require.True(t, env.IsWorkflowCompleted())
	return env, sender.made, env.Now().Sub(began)
}

func TestRelay_sendsUntilNothingIsDueAndEnds(t *testing.T) {
	t.Parallel()
	env, rounds, _ := relay(t, nil, contract.RelayProgress{More: true}, contract.RelayProgress{Wait: 30 * time.Second}, contract.RelayProgress{})
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, 3, rounds)
}

func TestRelay_doesNotSleepForLong(t *testing.T) {
	t.Parallel()
	env, rounds, _ := relay(t, nil, contract.RelayProgress{Wait: time.Hour})
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, 1, rounds, "whoever watches the clock starts another one")
}

func TestRelay_looksAgainWhenItIsWokenWhileItWaits(t *testing.T) {
	t.Parallel()
	env, rounds, took := relay(t, []time.Duration{time.Second}, contract.RelayProgress{Wait: time.Minute}, contract.RelayProgress{})
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, 2, rounds)
	require.Less(t, took, time.Minute)
}

func TestRelay_continuesAsNewInsteadOfGrowing(t *testing.T) {
	t.Parallel()
	env, _, _ := relay(t, nil, contract.RelayProgress{More: true})
	var again *workflow.ContinueAsNewError
	require.ErrorAs(t, env.GetWorkflowError(), &again)
}
