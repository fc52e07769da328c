package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"closedloop/workflows/contract"
)

// mustRoll tells whether this run should continue as new: at each new cycle, and when its history has grown. The limits
// are our own, since those of a cluster are not ours to set (trust-and-speed.md §2.3).
func (l *loop) mustRoll(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return l.at.Cycle != l.first || l.updates >= l.limits.Updates || info.GetCurrentHistoryLength() >= l.limits.Events ||
		info.GetCurrentHistorySize() >= l.limits.Bytes || info.GetContinueAsNewSuggested()
}

// continueAsNew ends the run and begins the next: handlers drained, and never in the task that completed an update,
// since such a completion can be lost or doubled (temporal#6375).
func (l *loop) continueAsNew(ctx workflow.Context) error {
	l.rolling = true
	err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
	if err != nil {
		return err //nolint:wrapcheck // the run itself was cancelled
	}
	if workflow.GetInfo(ctx).GetCurrentHistoryLength() <= l.ended { // a timer that fires does so in a task of its own
		if err := workflow.NewTimer(ctx, time.Millisecond).Get(ctx, nil); err != nil {
			return err //nolint:wrapcheck // the run itself was cancelled
		}
	}
	last := l.at
	return workflow.NewContinueAsNewError(ctx, contract.AccountLoop, contract.AccountInput{
		Schema: contract.Schema, Account: l.account, Last: &last, Limits: l.limits,
	})
}
