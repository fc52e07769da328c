package contract

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"closedloop/deal"
)

// Accounts takes commands to the workflows of accounts. It alone knows start options, conflict policy, queue and wait
// stage.
type Accounts struct {
	engine    client.Client
	namespace string
	limits    Limits
}

// NewAccounts makes the typed client; the limits go into every run that it starts.
func NewAccounts(engine client.Client, namespace string, limits Limits) *Accounts {
	return &Accounts{engine: engine, namespace: namespace, limits: limits}
}

// rollingPause is how long a command waits before it is sent again to a run that is rolling over: a roll takes one or
// two workflow tasks, some ten milliseconds.
const rollingPause = 25 * time.Millisecond

// Open starts the account's workflow, or joins the one that runs, and sends the command open.
func (a *Accounts) Open(ctx context.Context, cmd deal.Command) (deal.Receipt, error) {
	if err := a.start(ctx, cmd.Account); err != nil {
		return deal.Receipt{}, unavailable(err)
	}
	return a.Send(ctx, cmd)
}

// Send delivers a command and waits for its receipt. A missing workflow is started first: the log knows the account, or
// the command will be refused. Whatever leaves the outcome open gives [deal.ErrUnavailable]; the same key is safe to
// send again, today or in a year.
func (a *Accounts) Send(ctx context.Context, cmd deal.Command) (deal.Receipt, error) {
	started := false
	for {
		receipt, err := a.update(ctx, cmd)
		var missing *serviceerror.NotFound
		var refused *temporal.ApplicationError
		switch {
		case err == nil:
			return receipt, nil
		case errors.As(err, &missing) && !started:
			if err := a.start(ctx, cmd.Account); err != nil {
				return deal.Receipt{}, unavailable(err)
			}
			started = true
		case errors.As(err, &refused) && (refused.Type() == RollingOver || aborted(refused)), errors.As(err, &missing):
			if !pause(ctx, rollingPause) {
				return deal.Receipt{}, unavailable(ctx.Err())
			}
		default:
			return deal.Receipt{}, unavailable(err)
		}
	}
}

// aborted tells whether the run ended under an accepted update: the log decides whether it was done, under the same key.
func aborted(err *temporal.ApplicationError) bool {
	return err.Type() == "AcceptedUpdateCompletedWorkflow"
}

// update sends a command once. Within a run the engine knows a key by itself, and answers it without asking the log; so
// whether the request is the same is looked at here.
func (a *Accounts) update(ctx context.Context, cmd deal.Command) (deal.Receipt, error) {
	handle, err := a.engine.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   AccountWorkflowID(cmd.Account),
		UpdateID:     cmd.Key,
		UpdateName:   string(cmd.Name),
		Args:         []any{cmd},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return deal.Receipt{}, err //nolint:wrapcheck // Send looks at it
	}
	var reply Reply
	if err := handle.Get(ctx, &reply); err != nil {
		return deal.Receipt{}, err //nolint:wrapcheck // Send looks at it
	}
	if reply.Fingerprint != cmd.Fingerprint {
		reply.Answer = deal.RefusedAnswer(deal.Refusals{{Code: deal.CodeKeyReused}})
	}
	return reply.Receipt, nil
}

// Nudge wakes an account that may have overslept, and starts its workflow if the engine has lost it.
func (a *Accounts) Nudge(ctx context.Context, id deal.AccountID) error {
	_, err := a.engine.SignalWithStartWorkflow(ctx, AccountWorkflowID(id), Nudged, nil, a.options(id), AccountLoop, a.input(id))
	if err != nil {
		return fmt.Errorf("nudge account %s: %w", id, err)
	}
	return nil
}

func (a *Accounts) start(ctx context.Context, id deal.AccountID) error {
	_, err := a.engine.ExecuteWorkflow(ctx, a.options(id), AccountLoop, a.input(id))
	if err != nil {
		return fmt.Errorf("start account %s: %w", id, err)
	}
	return nil
}

func (a *Accounts) options(id deal.AccountID) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       AccountWorkflowID(id),
		TaskQueue:                AccountsQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE, // a run never opened has ended; the next may open
	}
}

func (a *Accounts) input(id deal.AccountID) AccountInput {
	return AccountInput{Schema: Schema, Account: id, Limits: a.limits}
}

func unavailable(err error) error { return fmt.Errorf("%w: %w", deal.ErrUnavailable, err) }

// pause waits, or says false when the context ends first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
