package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	listInteractions = named("Interactions")
	notesBefore      = named("NotesBefore")
	notesBetween     = named("NotesBetween")
)

// Interactions are the account's visits, calls and meetings of all cycles, with those of accounts that were merged into it,
// newest first and with the texts that still exist. What lead sheets told of earlier ones stands among them.
func (s *Store) Interactions(ctx context.Context, v view.Viewer, id deal.AccountID, p view.Page) ([]view.InteractionItem, string, error) {
	const list = "interactions"
	first, from, after, err := afterInstant(p, list)
	if err != nil {
		return nil, "", fail("list interactions", err)
	}
	var items []view.InteractionItem
	args := pgx.StrictNamedArgs{"id": string(id), "first": first, "at": from, "after": after, "limit": limit(p) + 1}
	err = s.ifVisible(ctx, "list interactions", v, id, func(batch *pgx.Batch) {
		batch.Queue(string(listInteractions), args).Query(func(rows pgx.Rows) (err error) {
			items, err = pgx.CollectRows(rows, scanInteractionItem)
			return err
		})
		batch.Queue(string(notesBefore), args).Query(func(rows pgx.Rows) error {
			notes, err := pgx.CollectRows(rows, scanNote)
			for _, n := range notes {
				items = append(items, imported(n))
			}
			return err
		})
	})
	slices.SortStableFunc(items, func(a, b view.InteractionItem) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	if err != nil {
		return nil, "", err
	}
	items, next := page(items, p, func(i view.InteractionItem) cursor { return at(list, i.At, i.ID) })
	return items, next, nil
}

// imported is an entry of the history that came with a lead sheet, among interactions.
func imported(n view.HistoryNote) view.InteractionItem {
	i := view.InteractionItem{ResultText: n.Text, Imported: &n}
	i.ID, i.At, i.Account = n.ID, n.At, n.Account
	return i
}

// HistoryNotes are the entries of the history that came with lead sheets, behind one instant and up to another, oldest
// first; zero instants do not bound.
func (s *Store) HistoryNotes(ctx context.Context, v view.Viewer, id deal.AccountID, after, until time.Time) ([]view.HistoryNote, error) {
	rows, err := s.pool.Query(ctx, string(notesBetween), as(v, pgx.StrictNamedArgs{
		"id": string(id), "after": instantOrNull(after), "until": instantOrNull(until),
	}))
	if err != nil {
		return nil, fail("read imported history", err)
	}
	notes, err := pgx.CollectRows(rows, scanNote)
	return notes, fail("read imported history", err)
}

func scanInteractionItem(row pgx.CollectableRow) (view.InteractionItem, error) {
	var i view.InteractionItem
	var refs refColumns
	err := row.Scan(append(interactionTargets(&i.Interaction, &refs), &i.AimText, &i.ResultText, &i.NextStepText, &i.Account)...)
	refs.into(&i.Interaction)
	return i, err
}
