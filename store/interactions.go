package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var listInteractions = named("Interactions")

// Interactions are the account's visits, calls and meetings of all cycles, newest first, with the texts that still
// exist.
func (s *Store) Interactions(ctx context.Context, v view.Viewer, id deal.AccountID, p view.Page) ([]view.InteractionItem, string, error) {
	const list = "interactions"
	first, from, after, err := afterInstant(p, list)
	if err != nil {
		return nil, "", fail("list interactions", err)
	}
	var items []view.InteractionItem
	err = s.ifVisible(ctx, "list interactions", v, id, func(batch *pgx.Batch) {
		batch.Queue(string(listInteractions), pgx.StrictNamedArgs{
			"id": string(id), "first": first, "at": from, "after": after, "limit": limit(p) + 1,
		}).Query(func(rows pgx.Rows) (err error) {
			items, err = pgx.CollectRows(rows, scanInteractionItem)
			return err
		})
	})
	if err != nil {
		return nil, "", err
	}
	items, next := page(items, p, func(i view.InteractionItem) cursor { return at(list, i.At, i.ID) })
	return items, next, nil
}

func scanInteractionItem(row pgx.CollectableRow) (view.InteractionItem, error) {
	var i view.InteractionItem
	var refs refColumns
	err := row.Scan(append(interactionTargets(&i.Interaction, &refs), &i.AimText, &i.ResultText, &i.NextStepText)...)
	refs.into(&i.Interaction)
	return i, err
}
