package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

var (
	datedDocuments = named("DatedDocuments")
	clearReplan    = named("ClearReplan")
	unplanned      = named("Unplanned")
)

// Dated are the account's documents of some kinds, of every cycle.
func (t *ledgerTx) Dated(ctx context.Context, kinds []string) ([]deal.Document, error) {
	rows, err := t.pg.Query(ctx, string(datedDocuments), string(t.cmd.Account), kinds)
	if err != nil {
		return nil, t.fail("read dated records", err)
	}
	documents, err := pgx.CollectRows(rows, scanDocument)
	if err != nil {
		return nil, t.fail("read dated records", err)
	}
	return documents, nil
}

// Replanned takes the account's mark away with whatever else this transaction writes.
func (t *ledgerTx) Replanned() { t.replanned = true }

// ending is what goes with the COMMIT; nil when there is nothing to keep.
func (t *ledgerTx) ending() *pgx.Batch {
	if !t.replanned {
		return t.writes
	}
	batch := &pgx.Batch{}
	batch.Queue(string(clearReplan), string(t.cmd.Account))
	if t.writes != nil {
		batch.QueuedQueries = append(batch.QueuedQueries, t.writes.QueuedQueries...)
	}
	return batch
}

// Unplanned are accounts whose dated records changed before an instant and whose clocks were not looked at since, those
// that wait longest first, behind one of them.
func (s *Store) Unplanned(ctx context.Context, before time.Time, after deal.Mark, limit int) ([]deal.Mark, error) {
	rows, err := s.pool.Query(ctx, string(unplanned), before, limit, after.Since, string(after.Account))
	if err != nil {
		return nil, fail("list accounts to plan", err)
	}
	marks, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m deal.Mark, err error) {
		err = row.Scan(&m.Account, instant(&m.Since))
		return m, err
	})
	return marks, fail("list accounts to plan", err)
}
