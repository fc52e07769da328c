package api_test

import (
	"context"
	"slices"
	"strconv"

	"closedloop/deal"
	"closedloop/deal/view"
)

// handing is what the world knows of handovers.
type handing struct {
	held    []deal.Held
	orders  []view.HandoverOrder
	over    []view.Handover
	moves   []view.HandoverMove
	refused error // of the next order
	looked  int   // for what hangs on somebody
}

func (w *world) HeldBy(context.Context, deal.PersonID) ([]deal.Held, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.handing.looked++
	return w.handing.held, nil
}

func (w *world) OrderHandover(_ context.Context, o view.HandoverOrder) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.handing.refused != nil {
		return w.handing.refused
	}
	w.handing.orders = append(w.handing.orders, o)
	w.handing.over = append(w.handing.over, view.Handover{
		ID: o.ID, By: o.By, Reason: o.Reason, Succession: o.Succession, Deactivate: o.Deactivate, Status: view.HandoverRuns, Round: 1, OrderedAt: o.At,
		Planned: len(o.Moves),
	})
	return nil
}

func (w *world) Handover(_ context.Context, id string) (view.Handover, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range w.handing.over {
		if h.ID == id {
			return h, nil
		}
	}
	return view.Handover{}, deal.ErrNotFound
}

func (w *world) Handovers(_ context.Context, from deal.PersonID, _ view.Page) ([]view.Handover, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.handing.over), func(h view.Handover) bool { return h.Succession.From != from }), "", nil
}

func (w *world) HandoverMoves(_ context.Context, _ string, f view.MoveFilter, p view.Page) ([]view.HandoverMove, string, error) {
	found := slices.DeleteFunc(slices.Clone(w.handing.moves), func(m view.HandoverMove) bool {
		return f.Status != "" && m.Status != f.Status || f.To != "" && m.To != f.To
	})
	if p.Cursor != "" {
		behind, err := strconv.Atoi(p.Cursor)
		if err != nil {
			return nil, "", view.ErrBadCursor
		}
		found = slices.DeleteFunc(found, func(m view.HandoverMove) bool { return m.Position <= behind })
	}
	if p.Limit > 0 && len(found) > p.Limit {
		return found[:p.Limit], strconv.Itoa(found[p.Limit-1].Position), nil
	}
	return found, "", nil
}
