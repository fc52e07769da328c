package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"closedloop/activities"
	"closedloop/workflows/contract"
)

// relayer names the activity; it is never used.
var relayer *activities.Relay

const (
	// relayRounds is how many rounds a run makes before it continues as new, some dozen events each.
	relayRounds = 100
	// relayNap is the longest pause within a run. Beyond it the run ends, and whoever watches the clock in the database
	// starts another one: a channel without anything to send costs the engine nothing.
	relayNap = time.Minute
)

// Relay sends what is due on one channel until nothing is. There is one run of it for a channel, so one process at a time
// attempts; within a run a round follows the other.
func Relay(ctx workflow.Context, in contract.RelayInput) error {
	woken := workflow.GetSignalChannel(ctx, contract.Woken)
	for range relayRounds {
		for woken.ReceiveAsync(nil) { //nolint:revive // the round to come looks at everything
		}
		var progress contract.RelayProgress
		if err := workflow.ExecuteActivity(forChannel(ctx), relayer.Deliver, in).Get(ctx, &progress); err != nil {
			return err //nolint:wrapcheck // only when the run itself is cancelled
		}
		switch {
		case progress.More:
		case progress.Wait > 0 && progress.Wait <= relayNap:
			nap(ctx, progress.Wait, woken)
		case woken.Len() == 0:
			return nil
		}
	}
	return workflow.NewContinueAsNewError(ctx, contract.Relay, in)
}

// nap waits for an instant, or until somebody wakes the run.
func nap(ctx workflow.Context, d time.Duration, woken workflow.ReceiveChannel) {
	timed, cancel := workflow.WithCancel(ctx)
	defer cancel()
	s := workflow.NewSelector(ctx)
	s.AddFuture(workflow.NewTimer(timed, d), func(workflow.Future) {})
	s.AddReceive(woken, func(workflow.ReceiveChannel, bool) {})
	s.Select(ctx)
}
