package store

import (
	"context"
	"maps"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var isVisible = named("IsVisible")

// ifVisible asks in one round trip whether the viewer sees the account and whatever else is queued, whose answers count
// only if so.
func (s *Store) ifVisible(ctx context.Context, doing string, v view.Viewer, id deal.AccountID, queue func(*pgx.Batch)) error {
	var sees bool
	batch := &pgx.Batch{}
	batch.Queue(string(isVisible), as(v, pgx.StrictNamedArgs{"id": string(id)})).QueryRow(func(row pgx.Row) error { return row.Scan(&sees) })
	queue(batch)
	err := s.pool.SendBatch(ctx, batch).Close()
	if err == nil && !sees {
		err = deal.ErrNotFound
	}
	return fail(doing, err)
}

// as adds the viewer to the arguments of a statement; every statement with a scope needs it (see sql/scope.sql).
func as(v view.Viewer, args pgx.StrictNamedArgs) pgx.StrictNamedArgs {
	all := pgx.StrictNamedArgs{"all": v.All, "owners": words(v.Owners), "teams": words(v.Teams)}
	maps.Copy(all, args)
	return all
}
