package worker_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"closedloop/activities"
	"closedloop/worker"
)

// names collects what is registered.
type names struct {
	sdkworker.Registry

	workflows, activities []string
}

func (n *names) RegisterWorkflowWithOptions(_ any, o workflow.RegisterOptions) {
	n.workflows = append(n.workflows, o.Name)
}

func (n *names) RegisterActivityWithOptions(_ any, o activity.RegisterOptions) {
	n.activities = append(n.activities, o.Name)
}

func TestRegister_usesTheNamesThatRunningAccountsAnswerTo(t *testing.T) {
	t.Parallel()
	var n names
	worker.RegisterAccounts(&n, &activities.Ledger{})
	worker.RegisterImports(&n, &activities.Imports{})
	worker.RegisterHandovers(&n, &activities.Handovers{})
	worker.RegisterSweeps(&n, &activities.Jobs{})
	worker.RegisterRelay(&n, &activities.Relay{})
	require.Equal(t, []string{"AccountLoop", "Import", "Handover", "Sweep", "Relay"}, n.workflows)
	require.Equal(t, []string{"Perform", "ReadSheet", "ImportRows", "FinishImport", "MovePlanned", "LookAgain", "SettleHandover", "FinishHandover", "Sweep", "Deliver"}, n.activities)
	for _, name := range n.activities { // workflows call them by their methods' names
		_, onLedger := reflect.TypeFor[*activities.Ledger]().MethodByName(name)
		_, onImports := reflect.TypeFor[*activities.Imports]().MethodByName(name)
		_, onHandovers := reflect.TypeFor[*activities.Handovers]().MethodByName(name)
		_, onJobs := reflect.TypeFor[*activities.Jobs]().MethodByName(name)
		_, onRelay := reflect.TypeFor[*activities.Relay]().MethodByName(name)
		require.True(t, onLedger || onImports || onHandovers || onJobs || onRelay, name)
	}
}

func TestNew_wantsAllItsParts(t *testing.T) {
	t.Parallel()
	_, err := worker.New(worker.Options{})
	require.Error(t, err)
}
