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
	l.arm(ctx)
	seen := l.at
	nudges := workflow.GetSignalChannel(ctx, contract.Nudged)
	err := workflow.Await(ctx, func() bool {
		return !samePosition(l.at, seen) || nudges.Len() > 0 || l.mustRoll(ctx) || l.alarm.rings()
	})
	switch {
	case err != nil:
		return err //nolint:wrapcheck // the run itself was cancelled
	case l.alarm.rings() && l.alarm.wake.Equal(l.at.WakeAt):
		return l.tick(ctx, l.alarm.wake, l.alarm.seq)
	case nudges.Len() > 0:
		for nudges.ReceiveAsync(nil) { // one look at the log answers any number of nudges
			continue
		}
		return l.lookAgain(ctx)
	}
	return nil
}

// lookAgain answers a nudge: somebody thinks that the account overslept, so its timer may be lost, too. If its wake has
// passed, what is due is tried once; a tick that cannot be judged goes on backing off behind it.
func (l *loop) lookAgain(ctx workflow.Context) error {
	l.disarm()
	if err := l.load(ctx); err != nil {
		return err
	}
	if wake := l.at.WakeAt; !wake.IsZero() && !wake.After(workflow.Now(ctx)) {
		return l.tick(ctx, wake, l.at.Seq)
	}
	return nil
}

// alarm is the account's one timer.
type alarm struct {
	timer  workflow.Future // nil: not set
	wake   time.Time       // what it was set for: something is due by then
	seq    int64           // where the account stood when it was set
	cancel workflow.CancelFunc
}

func (a alarm) rings() bool { return a.timer != nil && a.timer.IsReady() }

// arm sets the account's one timer, on a context of its own so that it can be cancelled. One that is set for the same
// instant stays, so a command that moves nothing in time costs no timer (trust-and-speed.md §2.2). Nothing due ever: no timer.
func (l *loop) arm(ctx workflow.Context) {
	wake := l.at.WakeAt
	if l.alarm.timer != nil && !l.alarm.rings() && l.alarm.wake.Equal(wake) {
		return
	}
	l.disarm()
	if wake.IsZero() {
		return
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	timer := workflow.NewTimer(timerCtx, max(0, wake.Sub(workflow.Now(ctx)), l.backOff()))
	l.alarm = alarm{timer: timer, wake: wake, seq: l.at.Seq, cancel: cancel}
}

// disarm takes the timer away; one that has fired costs nothing.
func (l *loop) disarm() {
	if l.alarm.timer != nil {
		l.alarm.cancel()
	}
	l.alarm = alarm{}
}

// samePosition tells whether nothing has happened between two looks.
func samePosition(a, b deal.Position) bool {
	return a.Seq == b.Seq && a.WakeAt.Equal(b.WakeAt) && a.Status == b.Status
}
