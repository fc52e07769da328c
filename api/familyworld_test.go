package api_test

import (
	"context"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
)

// family is what belongs to the account behind the API, in memory.
type family struct {
	kin     view.Kin
	names   map[deal.AccountID]view.AccountRef
	above   map[deal.AccountID]view.History
	told    []view.TimelineFilter
	askedOf []deal.AccountID // histories of accounts above that were asked for
}

// house is the account above.
const house = deal.AccountID("33333333-0000-4000-8000-000000000003")

func (w *world) Kin(_ context.Context, v view.Viewer, id deal.AccountID) (view.Kin, error) {
	return w.family.kin, w.find(v, id)
}

func (w *world) NamedAccounts(_ context.Context, ids []deal.AccountID) (map[deal.AccountID]view.AccountRef, error) {
	refs := map[deal.AccountID]view.AccountRef{}
	for _, id := range ids {
		if ref, ok := w.family.names[id]; ok {
			refs[id] = ref
		}
	}
	return refs, w.failing
}

func (w *world) Timeline(ctx context.Context, v view.Viewer, id deal.AccountID, f view.TimelineFilter) (view.Events, error) {
	w.family.told = append(w.family.told, f)
	return w.Events(ctx, v, id, f.Page)
}

func (w *world) HistoryAbove(_ context.Context, v view.Viewer, id, above deal.AccountID, _ time.Time) (view.History, error) {
	w.family.askedOf = append(w.family.askedOf, above)
	return w.family.above[above], w.find(v, id)
}
