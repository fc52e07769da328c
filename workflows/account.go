package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"closedloop/activities"
	"closedloop/deal"
	"closedloop/workflows/contract"
)

// ledger names the activities; it is never used.
var ledger *activities.Ledger

// AccountLoop is one key account for life. It ends by continuing as new, or when it was started for an account that
// nobody opened.
func AccountLoop(ctx workflow.Context, in contract.AccountInput) error {
	l := newLoop(ctx, in)
	if err := l.setup(ctx); err != nil {
		return err
	}
	return l.run(ctx)
}

// loop is one run of AccountLoop. What it knows of the account may be stale, and is put right by the next receipt.
type loop struct {
	account deal.AccountID
	limits  contract.Limits
	at      deal.Position  // where the account stands, from the last receipt
	turn    workflow.Mutex // one command at a time

	first   int  // the cycle with which this run began
	updates int  // completed in this run
	ended   int  // history length when the last update completed
	rolling bool // the run is about to continue as new: validators refuse

	alarm    alarm
	failures int // ticks in a row that changed nothing
}

func newLoop(ctx workflow.Context, in contract.AccountInput) *loop {
	if in.Schema != contract.Schema {
		panic(fmt.Sprintf("account input has schema %d, this worker knows %d", in.Schema, contract.Schema)) // blocks the run until a worker knows it
	}
	l := &loop{account: in.Account, limits: in.Limits.OrDefaults(), turn: workflow.NewMutex(ctx)}
	if in.Last != nil {
		l.at = *in.Last
	}
	return l
}

// setup registers every handler before the run first waits.
func (l *loop) setup(ctx workflow.Context) error {
	err := workflow.SetQueryHandler(ctx, contract.Position, func() (deal.Position, error) { return l.at, nil })
	if err != nil {
		return fmt.Errorf("register query: %w", err)
	}
	for _, name := range deal.CommandNames() {
		if name == deal.TickName {
			continue // only the run's own timer ticks
		}
		err := workflow.SetUpdateHandlerWithOptions(ctx, string(name), l.handle, workflow.UpdateHandlerOptions{Validator: l.validate})
		if err != nil {
			return fmt.Errorf("register %s: %w", name, err)
		}
	}
	return nil
}

// run loads the account and walks it round the ring until the run ends.
func (l *loop) run(ctx workflow.Context) error {
	if err := l.load(ctx); err != nil {
		return err
	}
	l.first = l.at.Cycle
	if opened, err := l.awaitOpening(ctx); err != nil || !opened {
		return err
	}
	if l.first == 0 {
		l.first = l.at.Cycle
	}
	for {
		end, err := l.walk(ctx, l.at.Step)
		if err != nil {
			return err
		}
		if end == rollsOver {
			return l.continueAsNew(ctx)
		}
	}
}

// awaitOpening waits for the command open. A run that nobody opens ends by itself: an account exists only in the log.
func (l *loop) awaitOpening(ctx workflow.Context) (bool, error) {
	for l.at.Seq == 0 {
		timerCtx, cancel := workflow.WithCancel(ctx)
		patience := workflow.NewTimer(timerCtx, l.limits.UnopenedAfter)
		err := workflow.Await(ctx, func() bool { return l.at.Seq > 0 || patience.IsReady() })
		cancel()
		if err != nil {
			return false, err //nolint:wrapcheck // the run itself was cancelled
		}
		if l.at.Seq == 0 && workflow.AllHandlersFinished(ctx) {
			return false, nil
		}
	}
	return true, nil
}
