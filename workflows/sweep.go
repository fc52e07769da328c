package workflows

import (
	"go.temporal.io/sdk/workflow"

	"closedloop/activities"
	"closedloop/workflows/contract"
)

// sweeper names the activity; it is never used.
var sweeper *activities.Jobs

// Sweep does one job of the house. Which periods are due, and which of them are done, the database knows: however often
// and by whomever it is started, each period happens once.
func Sweep(ctx workflow.Context, in contract.SweepInput) (contract.SweepResult, error) {
	var result contract.SweepResult
	err := workflow.ExecuteActivity(forSweeps(ctx), sweeper.Sweep, in).Get(ctx, &result)
	return result, err //nolint:wrapcheck // says which activity failed
}
