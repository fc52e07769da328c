package contract

import (
	"context"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
)

// Relays wakes the relays of channels.
type Relays struct {
	engine client.Client
}

// NewRelays makes the typed client.
func NewRelays(engine client.Client) *Relays { return &Relays{engine: engine} }

// Wake tells a channel's relay that there is something to send, and starts it when it sleeps for good: a relay without
// anything to do has ended. A signal to one that is about to end lets it look once more.
func (r *Relays) Wake(ctx context.Context, channel string) error {
	id := RelayWorkflowID(channel)
	_, err := r.engine.SignalWithStartWorkflow(ctx, id, Woken, nil, client.StartWorkflowOptions{
		ID:                    id,
		TaskQueue:             NotifyQueue,
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}, Relay, RelayInput{Channel: channel})
	if err != nil {
		return fmt.Errorf("wake relay of %s: %w", channel, err)
	}
	return nil
}
