package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	overdue        = named("Overdue")
	openAccounts   = named("OpenAccounts")
	staleCalendar  = named("StaleCalendar")
	calendarsInUse = named("CalendarsInUse")
	unrepresented  = named("Unrepresented")
	sweepStaged    = named("SweepStaged")
	sweepRequests  = named("SweepRequests")
	sweepSessions  = named("SweepSessions")
	sweepImports   = named("SweepImports")
	tryLock        = named("TryLock")
	unlock         = named("Unlock")
)

// Overdue are accounts whose wake passed before the given instant, longest overdue first, behind one of them. What is due
// and waits for its wake is not overdue.
func (s *Store) Overdue(ctx context.Context, before time.Time, after view.Sleeper, limit int) ([]view.Sleeper, error) {
	rows, err := s.pool.Query(ctx, string(overdue), before, limit, after.WakeAt, string(after.Account))
	if err != nil {
		return nil, fail("list overdue accounts", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o view.Sleeper, err error) {
		err = row.Scan(&o.Account, instant(&o.WakeAt))
		return o, err
	})
	return all, fail("list overdue accounts", err)
}

// Unrepresented are accounts with open tasks that should be in other hands at an instant, because somebody is away, has left or
// is back; in order of ID behind one of them.
func (s *Store) Unrepresented(ctx context.Context, at time.Time, after deal.AccountID, limit int) ([]view.Covered, error) {
	org, err := s.Org(ctx)
	if err != nil {
		return nil, err
	}
	var people, firsts, seconds []deal.PersonID
	for _, a := range org.Absences(at) {
		people, firsts, seconds = append(people, a.Person), append(firsts, a.First), append(seconds, a.Second)
	}
	rows, err := s.pool.Query(ctx, string(unrepresented), words(people), words(firsts), words(seconds), string(after), limit)
	if err != nil {
		return nil, fail("list tasks in other hands", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[view.Covered])
	return found, fail("list tasks in other hands", err)
}

// OpenAccounts are the accounts that must have a workflow, in order of ID, after the given one.
func (s *Store) OpenAccounts(ctx context.Context, after deal.AccountID, limit int) ([]deal.AccountID, error) {
	return s.ids(ctx, "list open accounts", openAccounts, string(after), limit)
}

func (s *Store) ids(ctx context.Context, doing string, sql statement, args ...any) ([]deal.AccountID, error) {
	rows, err := s.pool.Query(ctx, string(sql), args...)
	if err != nil {
		return nil, fail(doing, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[deal.AccountID])
	return ids, fail(doing, err)
}

// SweepStaged removes what was put beside commands that never came, before an instant, and with it the answers and
// sessions that had expired by then, links that had a month before, what the rows of imports said that were over for thirty days, the outbox's rows
// that were written thirty days before, and deliveries that ended and are ninety days old. It returns how many staged rows there were.
func (s *Store) SweepStaged(ctx context.Context, before time.Time) (int64, error) {
	var staged int64
	for _, sql := range []statement{sweepRequests, sweepSessions, sweepDecisionLinks, sweepImports, sweepOutbox, sweepDeliveries, sweepStaged} {
		tag, err := s.pool.Exec(ctx, string(sql), before)
		if err != nil {
			return 0, fail("sweep", err)
		}
		staged = tag.RowsAffected()
	}
	return staged, nil
}

// TryLock takes a named lock of the whole installation without waiting; ok is false while another process has it. The
// lock has a connection of its own and ends with it, so a process that dies gives it back.
func (s *Store) TryLock(ctx context.Context, name string) (release func(), ok bool, err error) {
	pooled, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, false, fail("take lock", err)
	}
	if err := pooled.QueryRow(ctx, string(tryLock), name).Scan(&ok); err != nil || !ok {
		pooled.Release()
		return nil, false, fail("take lock", err)
	}
	conn := pooled.Hijack()
	return func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
		defer cancel()
		_, _ = conn.Exec(ending, string(unlock), name) // so that the next one need not wait until the server has seen us go
		hangUp(ending, conn)
	}, true, nil
}
