package activities

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/workflows/contract"
)

// HandoverPlans keeps handovers with their plans, and what became of them.
type HandoverPlans interface {
	// Handover is one of them.
	Handover(ctx context.Context, id string) (view.Handover, error)
	// HandoverMoves are its accounts in the order of its plan.
	HandoverMoves(ctx context.Context, id string, f view.MoveFilter, p view.Page) ([]view.HandoverMove, string, error)
	// TriedMove keeps what became of an attempt; what is over stays as it is.
	TriedMove(ctx context.Context, id string, position int, o view.MoveOutcome) error
	// LookAgain plans what has come to hang on the person since, and tells how much is planned.
	LookAgain(ctx context.Context, id string) (int, error)
	// SettleHandover moves what belongs to no account, and tells whether the person has left with it.
	SettleHandover(ctx context.Context, id string, at time.Time) (bool, error)
	// FinishHandover ends it and tells everybody concerned.
	FinishHandover(ctx context.Context, id string, at time.Time) error
	// Stage and Unstage put the reason beside the command that moves an account.
	Stage(ctx context.Context, s view.Staged) error
	Unstage(ctx context.Context, id deal.AccountID, key string) error
}

// Sender takes commands to accounts.
type Sender interface {
	Send(ctx context.Context, cmd deal.Command) (deal.Receipt, error)
}

// Handovers carries ordered handovers out.
type Handovers struct {
	plans        HandoverPlans
	accounts     Sender
	sign         func(text string) string
	installation string
	now          func() time.Time
	log          *slog.Logger
}

// NewHandovers needs all of its parts; sign makes keyed hashes of texts beside the log.
func NewHandovers(
	plans HandoverPlans, accounts Sender, installation string, sign func(string) string, now func() time.Time, log *slog.Logger,
) (*Handovers, error) {
	if plans == nil || accounts == nil || installation == "" || sign == nil || now == nil || log == nil {
		return nil, errors.New("handovers need plans, accounts, installation, signature, clock and a logger")
	}
	return &Handovers{plans: plans, accounts: accounts, installation: installation, sign: sign, now: now, log: log}, nil
}

// movers are how many accounts of a handover move at once: the people who work on the others stay in front.
const movers = 6

// Bounds of one attempt at one account, and of one round: who is busy longer is tried again in the next one.
const (
	moveTime  = 10 * time.Second
	roundTime = 2 * time.Minute
)

// MovePlanned tries everything that is planned once. Whatever stays planned is tried again by the workflow.
func (h *Handovers) MovePlanned(ctx context.Context, in contract.HandoverInput) (contract.HandoverProgress, error) {
	defer alive(ctx)()
	handover, err := h.plans.Handover(ctx, in.ID)
	if err != nil {
		return contract.HandoverProgress{}, fmt.Errorf("read handover: %w", err)
	}
	end := h.now().Add(roundTime)
	for cursor, more := "", true; more && h.now().Before(end); more = cursor != "" {
		var moves []view.HandoverMove
		moves, cursor, err = h.plans.HandoverMoves(ctx, in.ID, view.MoveFilter{Status: view.MovePlanned}, view.Page{Limit: movesPage, Cursor: cursor})
		if err != nil {
			return contract.HandoverProgress{}, fmt.Errorf("read plan: %w", err)
		}
		if err := h.moveThese(ctx, handover, moves); err != nil {
			return contract.HandoverProgress{}, err
		}
	}
	after, err := h.plans.Handover(ctx, in.ID)
	if err != nil {
		return contract.HandoverProgress{}, fmt.Errorf("read handover: %w", err)
	}
	return contract.HandoverProgress{Moved: handover.Planned - after.Planned, Planned: after.Planned}, nil
}

// movesPage is how many accounts are read from the plan at once.
const movesPage = 100

// moveThese moves some accounts, a few at once.
func (h *Handovers) moveThese(ctx context.Context, handover view.Handover, moves []view.HandoverMove) error {
	var next atomic.Int64
	errs := make([]error, movers)
	var group sync.WaitGroup
	for n := range errs {
		group.Go(func() {
			for errs[n] == nil {
				i := int(next.Add(1)) - 1
				if i >= len(moves) {
					return
				}
				errs[n] = h.move(ctx, handover, moves[i])
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// move sends the command that moves one account, and keeps what became of it. The key follows from handover, round and
// account: an attempt that nobody heard of again moves nothing twice. An account that cannot be reached now stays planned.
func (h *Handovers) move(ctx context.Context, handover view.Handover, m view.HandoverMove) error {
	key := deal.CommandKey(h.installation, deal.System, m.Account, fmt.Sprintf("handover/%s/%d", handover.ID, m.Round))
	reason := deal.TextRef{ID: key + "-reason", Hash: h.sign(handover.Reason)}
	if err := h.plans.Stage(ctx, view.Staged{Account: m.Account, Key: key, Texts: map[string]string{reason.ID: handover.Reason}}); err != nil {
		return fmt.Errorf("stage reason: %w", err)
	}
	attempt, cancel := context.WithTimeout(ctx, moveTime)
	defer cancel()
	receipt, err := h.accounts.Send(attempt, deal.Command{
		Account: m.Account, Key: key, Fingerprint: "handover", Actor: deal.System, Name: deal.HandOverName,
		Body: deal.HandOver{Handover: handover.ID, From: handover.Succession.From, To: m.To, Reason: &reason},
	})
	if ctx.Err() != nil {
		return fmt.Errorf("move account: %w", ctx.Err())
	}
	outcome := view.MoveOutcome{Status: view.MovePlanned}
	if err == nil {
		outcome = h.outcome(receipt)
		// A command that was new has taken its text; a repeated or refused one leaves it lying.
		if err := h.plans.Unstage(ctx, m.Account, key); err != nil {
			return fmt.Errorf("unstage reason: %w", err)
		}
	} else {
		h.log.InfoContext(ctx, "account is busy, its handover waits", "handover", handover.ID, "account", m.Account, "error", err)
	}
	if err := h.plans.TriedMove(ctx, handover.ID, m.Position, outcome); err != nil {
		return fmt.Errorf("keep move: %w", err)
	}
	return nil
}

// outcome is what a receipt means for the plan. An account that is not there any more has nothing to move.
func (h *Handovers) outcome(r deal.Receipt) view.MoveOutcome {
	o := view.MoveOutcome{At: h.now().UTC()}
	switch {
	case r.Answer.Outcome == deal.Done:
		o.Status, o.Seq = view.MoveDone, r.Answer.FirstSeq
	case r.Answer.Outcome == deal.Nothing, r.Answer.Refusals.Has(deal.CodeNotOpened):
		o.Status = view.MoveNothing
	default:
		o.Status, o.Reasons = view.MoveFailed, r.Answer.Refusals
	}
	return o
}

// LookAgain plans what has come to hang on the person since the last look, and tells how much that is.
func (h *Handovers) LookAgain(ctx context.Context, in contract.HandoverInput) (int, error) {
	defer alive(ctx)()
	return h.plans.LookAgain(ctx, in.ID) //nolint:wrapcheck // names itself
}

// SettleHandover moves what belongs to no account, and tells whether the person has left with it.
func (h *Handovers) SettleHandover(ctx context.Context, in contract.HandoverInput) (bool, error) {
	return h.plans.SettleHandover(ctx, in.ID, h.now()) //nolint:wrapcheck // names itself
}

// FinishHandover ends the handover.
func (h *Handovers) FinishHandover(ctx context.Context, in contract.HandoverInput) error {
	return h.plans.FinishHandover(ctx, in.ID, h.now()) //nolint:wrapcheck // names itself
}
