package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

var (
	generations = named("Generations")
	lockFamily  = named("LockFamily")
)

// Above implements [deal.LedgerTx]. Each account is read under a share lock, from the nearest upward: who sets the parent
// of one of them waits for us, or we for them, and what is read after the lock is what the one before us wrote.
func (t *ledgerTx) Above(ctx context.Context, of deal.State) ([]deal.State, error) {
	var above []deal.State
	for id := of.Upward(); id != "" && len(above) < maxLineage; {
		s, err := t.Other(ctx, id)
		if err != nil {
			return nil, err
		}
		if !s.Exists() {
			break
		}
		above = append(above, s)
		id = s.Upward()
	}
	return above, nil
}

// maxLineage is far above the generations of a family and the mergers in it.
const maxLineage = 64

// Below implements [deal.LedgerTx]. Whoever moves an account that is under this one holds this one's row, too, so that
// nothing moves there before this command is recorded.
func (t *ledgerTx) Below(ctx context.Context) (int, error) {
	var n int
	if err := t.pg.QueryRow(ctx, string(generations), string(t.cmd.Account)).Scan(&n); err != nil {
		return 0, t.fail("count generations", err)
	}
	return n, nil
}

// Own implements [deal.LedgerTx].
func (t *ledgerTx) Own(ctx context.Context, id deal.AccountID) (deal.Records, error) {
	var r deal.Records
	batch := &pgx.Batch{}
	if id != t.cmd.Account {
		batch.Queue(string(lockFamily), string(id))
	}
	batch.Queue(string(profileOf), string(id)).QueryRow(func(row pgx.Row) (err error) {
		r.Profile, err = scanProfile(row)
		return orNothing(err)
	})
	batch.Queue(string(contactsOf), string(id)).Query(func(rows pgx.Rows) (err error) {
		r.Contacts, err = pgx.CollectRows(rows, scanContact)
		return err
	})
	batch.Queue(string(dossierOfCycles), string(id)).Query(func(rows pgx.Rows) (err error) {
		r.Dossier, err = pgx.CollectRows(rows, scanDocument)
		return err
	})
	if err := t.pg.SendBatch(ctx, batch).Close(); err != nil {
		return deal.Records{}, t.fail("read own records", err)
	}
	return r, nil
}
