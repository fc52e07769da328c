package main

import (
	"context"
	"fmt"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
)

// successions orders handovers: the plan is kept, then its workflow starts.
type successions struct{ *node }

// HeldBy are the accounts in which something hangs on somebody.
func (s successions) HeldBy(ctx context.Context, who deal.PersonID) ([]deal.Held, error) {
	return s.store.HeldBy(ctx, who) //nolint:wrapcheck // says what it was doing
}

// OrderHandover keeps an order and starts it.
func (s successions) OrderHandover(ctx context.Context, o view.HandoverOrder) error {
	if err := s.store.AddHandover(ctx, o); err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	if err := s.accounts.StartHandover(ctx, o.ID); err != nil { // the watchdog takes it up: it is ordered
		s.log.WarnContext(ctx, "handover ordered, its workflow not started yet", "handover", o.ID, "error", err)
	}
	return nil
}

// Handover is one of them.
func (s successions) Handover(ctx context.Context, id string) (view.Handover, error) {
	return s.store.Handover(ctx, id) //nolint:wrapcheck // says what it was doing
}

// Handovers are those of a person.
func (s successions) Handovers(ctx context.Context, from deal.PersonID, p view.Page) ([]view.Handover, string, error) {
	return s.store.Handovers(ctx, from, p) //nolint:wrapcheck // says what it was doing
}

// HandoverMoves are the accounts of a handover.
func (s successions) HandoverMoves(
	ctx context.Context, id string, f view.MoveFilter, p view.Page,
) ([]view.HandoverMove, string, error) {
	return s.store.HandoverMoves(ctx, id, f, p) //nolint:wrapcheck // says what it was doing
}

// resume starts the workflows of handovers that are not over: one that runs is joined.
func (s successions) resume(ctx context.Context) error {
	ids, err := s.store.RunningHandovers(ctx, time.Now().Add(-s.config.Watchdog.Grace))
	if err != nil {
		return fmt.Errorf("look for handovers: %w", err)
	}
	for _, id := range ids {
		if err := s.accounts.StartHandover(ctx, id); err != nil {
			return err //nolint:wrapcheck // says what it was doing
		}
	}
	return nil
}
