package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"closedloop/deal"
	"closedloop/workflows/contract"
)

// outcome is how one stretch of the walk ended.
type outcome int

const (
	moved     outcome = iota // the account is in another step, or its status changed
	rollsOver                // the run has to continue as new
)

// walk stays with the account in one step until it leaves the step, rests, closes or rolls over. Each turn is three
// sentences: roll over if it is time; arm the one timer; wait.
func (l *loop) walk(ctx workflow.Context, step deal.Step) (outcome, error) {
	status := l.at.Status
	workflow.SetCurrentDetails(ctx, waitsFor(step)+" ("+string(status)+")")
	for l.at.Step == step && l.at.Status == status {
		if l.mustRoll(ctx) {
			return rollsOver, nil
		}
		if err := l.wait(ctx); err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// wait sleeps until something is due, a command has moved the account, or somebody nudges; what is due happens.
func (l *loop) wait(ctx workflow.Context) error {
	due := l.at.WakeAt
	seen := l.at
	timer, cancel := l.arm(ctx, due)
	defer cancel()
	nudges := workflow.GetSignalChannel(ctx, contract.Nudged)
	err := workflow.Await(ctx, func() bool {
		return !samePosition(l.at, seen) || nudges.Len() > 0 || l.mustRoll(ctx) || (timer != nil && timer.IsReady())
	})
	if err != nil {
		return err //nolint:wrapcheck // the run itself was cancelled
	}
	fired := timer != nil && timer.IsReady()
	switch {
	case fired && samePosition(l.at, seen):
		return l.tick(ctx, due)
	case nudges.Len() > 0:
		for nudges.ReceiveAsync(nil) { // one look at the log answers any number of nudges
			continue
		}
		l.failures = 0
		return l.load(ctx)
	}
	return nil
}

// arm sets the account's one timer, on a context of its own so that it can be cancelled. Nothing due: no timer.
func (l *loop) arm(ctx workflow.Context, due time.Time) (workflow.Future, workflow.CancelFunc) {
	timerCtx, cancel := workflow.WithCancel(ctx)
	if due.IsZero() {
		return nil, cancel
	}
	return workflow.NewTimer(timerCtx, max(0, due.Sub(workflow.Now(ctx)), l.backOff())), cancel
}

// samePosition compares what a timer was armed for.
func samePosition(a, b deal.Position) bool {
	return a.Seq == b.Seq && a.WakeAt.Equal(b.WakeAt) && a.Status == b.Status
}
