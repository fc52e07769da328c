package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	addToOutbox   = named("AddToOutbox")
	outboxFresh   = named("OutboxFresh")
	lockOutboxEnd = named("LockOutboxEnd")
	placeOutbox   = named("PlaceOutbox")
	outboxAll     = named("OutboxAll")
	outboxOf      = named("OutboxOf")
	outboxEnd     = named("OutboxEnd")
	sweepOutbox   = named("SweepOutbox")
)

// outgoing is a notice on its way into the outbox.
type outgoing struct {
	id string
	to deal.PersonID
	at time.Time
}

// queueOutbox adds notices to the outbox with the transaction that writes them. Once it is committed, [Store.posted]
// makes readers hear of them soon; without it they wait for the next look.
func queueOutbox(batch *pgx.Batch, source view.NoticeSource, notices []outgoing) {
	if len(notices) == 0 {
		return
	}
	ids, people, instants := make([]string, len(notices)), make([]string, len(notices)), make([]time.Time, len(notices))
	for i, n := range notices {
		ids[i], people[i], instants[i] = n.id, string(n.to), n.at
	}
	batch.Queue(string(addToOutbox), string(source), ids, people, instants)
}

// said are the notices that a command wrote.
func said(rows []deal.NoticeRow) []outgoing {
	notices := make([]outgoing, len(rows))
	for i, n := range rows {
		notices[i] = outgoing{n.ID, n.To, n.At}
	}
	return notices
}

// posted tells this process's [OutboxWatch] that a transaction with notices was committed. Nothing is lost where none
// runs, or when the process dies first: every watch looks by itself from time to time.
func (s *Store) posted() { give(s.post) }

// placedAtOnce bounds how long a transaction that gives positions holds their end.
const placedAtOnce = 500

// SettleOutbox gives positions to what was committed without one, some hundreds at a time. It returns how many rows got
// theirs: zero says that nothing is left. Whoever does it at the same time waits for the other.
func (s *Store) SettleOutbox(ctx context.Context) (int, error) {
	var fresh bool
	err := s.pool.QueryRow(ctx, string(outboxFresh)).Scan(&fresh)
	if err != nil || !fresh {
		return 0, fail("look into the outbox", err)
	}
	var placed int
	err = s.transact(ctx, "settle outbox", func(tx pgx.Tx) error {
		placed = 0
		batch := &pgx.Batch{}
		batch.Queue(string(lockOutboxEnd))
		batch.Queue(string(placeOutbox), placedAtOnce).QueryRow(func(row pgx.Row) error {
			var told *string
			return orNothing(row.Scan(&placed, &told))
		})
		return tx.SendBatch(ctx, batch).Close()
	})
	return placed, err
}

// Outbox are the notices behind a position, in the order of positions, of one person or (empty) of everybody. What was
// read once never gets a neighbour before it: whoever goes on behind the last position misses nothing and sees nothing
// twice. Rows older than thirty days are gone; see [Store.OutboxEnds].
func (s *Store) Outbox(ctx context.Context, after int64, person deal.PersonID, limit int) ([]view.OutboxEntry, error) {
	sql, args := outboxAll, []any{after, limit}
	if person != "" {
		sql, args = outboxOf, append(args, string(person))
	}
	rows, err := s.pool.Query(ctx, string(sql), args...)
	if err != nil {
		return nil, fail("read outbox", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e view.OutboxEntry, err error) {
		err = row.Scan(&e.Position, &e.Notice, &e.To, &e.Source, instant(&e.At))
		return e, err
	})
	return entries, fail("read outbox", err)
}

// OutboxEnds are the positions of the first row that is kept (0: none is) and the last one that was given. A reader that
// stopped before the first has missed some; one that begins begins behind the last.
func (s *Store) OutboxEnds(ctx context.Context) (first, last int64, err error) {
	err = s.pool.QueryRow(ctx, string(outboxEnd)).Scan(&first, &last)
	return first, last, fail("read end of the outbox", err)
}
