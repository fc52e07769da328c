package workflows

import (
	"strconv"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"closedloop/deal"
	"closedloop/workflows/contract"
)

// validate answers what needs no state: commands for another account or without a key, and a run that is rolling over.
// It runs again on every retry and never on replay, so nothing may depend on it having run.
func (l *loop) validate(cmd deal.Command) error {
	switch {
	case l.rolling:
		return temporal.NewApplicationError("the run is about to continue as new", contract.RollingOver)
	case cmd.Account != l.account || cmd.Key == "" || cmd.Actor == "":
		return temporal.NewNonRetryableApplicationError("the command is not addressed to this account", "malformed", nil)
	}
	return nil
}

// handle is the handler of every command. It returns an error only when the run itself is cancelled: a refusal is a
// receipt, and trouble with the database is tried again until it is over.
func (l *loop) handle(ctx workflow.Context, cmd deal.Command) (contract.Reply, error) {
	receipt, err := l.perform(ctx, cmd)
	l.updates++
	l.ended = workflow.GetInfo(ctx).GetCurrentHistoryLength()
	return contract.Reply{Receipt: receipt, Fingerprint: cmd.Fingerprint}, err
}

// perform carries one command to the log and takes over what the log says.
func (l *loop) perform(ctx workflow.Context, cmd deal.Command) (deal.Receipt, error) {
	if err := l.turn.Lock(ctx); err != nil { // one command at a time
		return deal.Receipt{}, err //nolint:wrapcheck // only when the run itself is cancelled
	}
	defer l.turn.Unlock()
	cmd.At = workflow.Now(ctx)
	var receipt deal.Receipt
	err := workflow.ExecuteLocalActivity(forLog(ctx), ledger.Perform, cmd).Get(ctx, &receipt)
	if err != nil {
		return deal.Receipt{}, err //nolint:wrapcheck // only when the run itself is cancelled
	}
	if receipt.Now.Seq >= l.at.Seq { // an incident may not know where the account stands
		l.at = receipt.Now // where it stands today, whatever this key got long ago
	}
	return receipt, nil
}

// load asks the log where the account stands; it has no key and writes nothing.
func (l *loop) load(ctx workflow.Context) error {
	_, err := l.perform(ctx, deal.Command{Account: l.account, Actor: deal.System, Name: deal.LoadName, Body: deal.Load{}})
	return err
}

// tick lets everything happen that is due. It takes the same road as a person's command; its key is the wake and the
// sequence number at arming, so the same tick twice is one.
func (l *loop) tick(ctx workflow.Context, wake time.Time, seq int64) error {
	before := l.at
	receipt, err := l.perform(ctx, deal.Command{
		Account: l.account,
		Key:     "tick/" + wake.UTC().Format("20060102T150405.000000") + "/" + strconv.FormatInt(seq, 10),
		Actor:   deal.System,
		Name:    deal.TickName,
		Body:    deal.Tick{Due: wake},
	})
	if err != nil {
		return err
	}
	if receipt.Answer.Outcome == deal.Refused || (l.at.Seq == before.Seq && l.at.WakeAt.Equal(before.WakeAt)) {
		l.failures++ // a rule that cannot be judged must not spin; the watchdog and people still get through
	} else {
		l.failures = 0
	}
	return nil
}

// backOff is how long the next tick waits after ticks that changed nothing: a second, doubling, an hour at the most.
func (l *loop) backOff() time.Duration {
	if l.failures == 0 {
		return 0
	}
	return min(time.Hour, time.Second<<min(l.failures-1, 12))
}
