package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"closedloop/deal"
)

var (
	commit       = named("Commit")
	lockOpening  = named("LockOpening")
	lockAccount  = named("LockAccount")
	knownCommand = named("KnownCommand")
	stagedBeside = named("StagedBeside")
	versions     = named("Versions")
)

// InTx implements [deal.Ledger]. A transaction is two round trips and whatever the facts need: the first locks the
// account's row and looks for the key, the state, the organisation's version and what was staged; the last carries
// everything that [deal.LedgerTx.Record] asked for together with the COMMIT. So what the schema says against an entry
// comes back from InTx and not from Record, and a transaction that recorded nothing is rolled back.
//
// It tries again after serialisation failures, deadlocks, a server that was shut down or went read-only, and lost
// connections. When the connection is lost during COMMIT nobody knows the outcome; the next try waits for the row lock
// of the lost one and then looks for the key first, so act hears of its own first success through Remembered. Act may
// therefore run several times; it must leave nothing behind but what it records.
func (s *Store) InTx(ctx context.Context, cmd deal.Command, act func(deal.LedgerTx) error) error {
	again := func(err error) bool { return transient(err) || unknown(err) }
	return repeatedly(ctx, again, func() error { return s.once(ctx, cmd, act) })
}

func (s *Store) once(ctx context.Context, cmd deal.Command, act func(deal.LedgerTx) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fail("take a connection", err)
	}
	defer conn.Release() // drops a connection that is lost or, after a panic of act, still in its transaction
	tx := &ledgerTx{store: s, conn: conn.Conn(), cmd: cmd}
	if err := tx.begin(ctx); err != nil {
		_ = tx.pg.Rollback(ctx)
		return tx.fail("lock account", err)
	}
	// The account was read before the version, so that what it is pinned to is among what is told.
	if err := s.books.learn(ctx, tx.pg, tx.booksVersion); err != nil {
		_ = tx.pg.Rollback(ctx)
		return fail("read playbooks", err)
	}
	if err := s.days.learn(ctx, tx.pg, tx.daysVersion); err != nil {
		_ = tx.pg.Rollback(ctx)
		return fail("read calendar", err)
	}
	err = act(tx)
	writes := tx.ending()
	if err != nil || writes == nil {
		_ = tx.pg.Rollback(ctx) // a failure costs the connection, not the answer
		return err
	}
	writes.Queue(string(commit))
	if err := tx.conn.SendBatch(ctx, writes).Close(); err != nil {
		_ = tx.pg.Rollback(ctx)
		return tx.fail("record command", err)
	}
	if tx.said {
		s.posted()
	}
	return nil
}

// begin opens the transaction and reads what every command needs, in one round trip. The row lock comes first: each
// statement after it sees what the holder before us wrote.
func (t *ledgerTx) begin(ctx context.Context) error {
	batch := &pgx.Batch{}
	batch.BeginTx(pgx.TxOptions{})
	account := string(t.cmd.Account)
	if t.cmd.Name == deal.OpenName {
		batch.Queue(string(lockOpening), account)
	}
	batch.Queue(string(lockAccount), account).QueryRow(func(row pgx.Row) error { return orNothing(row.Scan(&t.state)) })
	if t.cmd.Key != "" {
		batch.Queue(string(knownCommand), account, t.cmd.Key).QueryRow(func(row pgx.Row) error {
			var first deal.Remembered
			err := row.Scan(&first.Fingerprint, &first.Answer)
			if err == nil {
				t.first = &first
			}
			return orNothing(err)
		})
	}
	batch.Queue(string(versions)).QueryRow(func(row pgx.Row) error { return row.Scan(&t.orgVersion, &t.booksVersion, &t.daysVersion) })
	if len(t.cmd.Texts()) > 0 {
		batch.Queue(string(stagedBeside), account, t.cmd.Key).QueryRow(func(row pgx.Row) error {
			return orNothing(row.Scan(&t.texts, &t.draft))
		})
	}
	results := t.conn.SendBatch(ctx, batch)
	t.pg = results.Tx()
	return results.Close()
}

// orNothing takes a missing row for an answer.
func orNothing(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

// fail sorts an error of this transaction. On a connection that still stands, one that does not come from the server
// was found in our own values: no repetition mends it. The same holds for a text that is none.
func (t *ledgerTx) fail(doing string, err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		if refused.Code == notText {
			err = fmt.Errorf("%w: %w", deal.ErrPermanent, err)
		}
	} else if !t.conn.IsClosed() {
		err = fmt.Errorf("%w: %w", deal.ErrPermanent, err)
	}
	return fail(doing, err)
}
