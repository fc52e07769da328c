package workflows

import (
	"go.temporal.io/sdk/workflow"

	"closedloop/activities"
	"closedloop/workflows/contract"
)

// importer names the activities; it is never used.
var importer *activities.Imports

// Import takes one stored lead sheet in, batch by batch. Killed half-way, it goes on behind the last finished batch; a
// row that was handled before is not handled again.
func Import(ctx workflow.Context, in contract.ImportInput) (contract.ImportProgress, error) {
	var progress contract.ImportProgress
	err := workflow.SetQueryHandler(ctx, contract.Progress, func() (contract.ImportProgress, error) { return progress, nil })
	if err != nil {
		return progress, err //nolint:wrapcheck // a programming error
	}
	ctx = forRows(ctx)
	if err := workflow.ExecuteActivity(ctx, importer.ReadSheet, in).Get(ctx, &progress); err != nil {
		return progress, err //nolint:wrapcheck // only when the run itself is cancelled
	}
	for progress.Handled < progress.Rows {
		batch := activities.ImportBatch{Import: in, Done: progress.Handled}
		var result activities.ImportResult
		if err := workflow.ExecuteActivity(ctx, importer.ImportRows, batch).Get(ctx, &result); err != nil {
			return progress, err //nolint:wrapcheck // only when the run itself is cancelled
		}
		progress.Handled += result.Handled
		progress.Opened += result.Opened
		progress.Updated += result.Updated
		progress.Unchanged += result.Unchanged
		progress.Refused += result.Refused
	}
	if err := workflow.ExecuteActivity(ctx, importer.FinishImport, in).Get(ctx, nil); err != nil {
		return progress, err //nolint:wrapcheck // only when the run itself is cancelled
	}
	progress.Done = true
	return progress, nil
}
