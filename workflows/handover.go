package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"closedloop/activities"
	"closedloop/workflows/contract"
)

// handing names the activities; it is never used.
var handing *activities.Handovers

// Handover carries an ordered handover out (ADR 0022): it moves what is planned, looks again for what has come to hang on the
// person since, settles what belongs to no account, and ends. Accounts that are busy are tried again until they are moved;
// killed half-way, it goes on with what is planned still. How far it is stands in the database.
func Handover(ctx workflow.Context, in contract.HandoverInput) error {
	act := forRows(ctx)
	calm := false // commands that had begun before the person left are over
	for {
		if again, err := moveAll(ctx, in); err != nil || again {
			if again {
				return workflow.NewContinueAsNewError(ctx, contract.Handover, in)
			}
			return err
		}
		var found int
		if err := workflow.ExecuteActivity(act, handing.LookAgain, in).Get(ctx, &found); err != nil {
			return err //nolint:wrapcheck // only when the run itself is cancelled
		}
		if found > 0 {
			continue
		}
		var left bool
		if err := workflow.ExecuteActivity(act, handing.SettleHandover, in).Get(ctx, &left); err != nil {
			return err //nolint:wrapcheck // only when the run itself is cancelled
		}
		if left && !calm {
			calm = true
			if err := workflow.Sleep(ctx, afterLeaving); err != nil {
				return err //nolint:wrapcheck // only when the run itself is cancelled
			}
			continue
		}
		return workflow.ExecuteActivity(act, handing.FinishHandover, in).Get(ctx, nil) //nolint:wrapcheck // only when the run itself is cancelled
	}
}

// afterLeaving is longer than a command that read the organisation before somebody left may still take; see forLog.
const afterLeaving = 3 * time.Second

// longHandover is the history length at which a handover that waits for busy accounts continues as new.
const longHandover = 2_000

// moveAll moves what is planned until nothing is. It waits between rounds, longer while nothing gets through, and tells when
// the run should continue as new.
func moveAll(ctx workflow.Context, in contract.HandoverInput) (again bool, err error) {
	pause := time.Second
	for {
		var done contract.HandoverProgress
		if err := workflow.ExecuteActivity(forRows(ctx), handing.MovePlanned, in).Get(ctx, &done); err != nil {
			return false, err //nolint:wrapcheck // only when the run itself is cancelled
		}
		if done.Planned == 0 {
			return false, nil
		}
		if workflow.GetInfo(ctx).GetCurrentHistoryLength() >= longHandover {
			return true, nil
		}
		if done.Moved > 0 {
			pause = time.Second
		}
		if err := workflow.Sleep(ctx, pause); err != nil {
			return false, err //nolint:wrapcheck // only when the run itself is cancelled
		}
		pause = min(2*pause, time.Minute)
	}
}
