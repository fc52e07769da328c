package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	account       = named("Account")
	timed         = named("Timed")
	timedFew      = named("TimedFew")
	timedExpected = named("TimedExpected")
	reassigning   = named("Reassigning")
)

// Account is one account in the viewer's scope with its profile.
func (s *Store) Account(ctx context.Context, v view.Viewer, id deal.AccountID) (view.Account, error) {
	a, err := scanAccount(s.pool.QueryRow(ctx, string(account), as(v, pgx.StrictNamedArgs{"id": string(id)})))
	return a, fail("read account", err)
}

// AccountWithRecords reads besides the records of its running cycle and its family, all in one round trip, and in another one
// what accounts above share with it.
func (s *Store) AccountWithRecords(ctx context.Context, v view.Viewer, id deal.AccountID) (view.Account, deal.Records, error) {
	var a view.Account
	var r deal.Records
	batch := &pgx.Batch{}
	batch.Queue(string(account), as(v, pgx.StrictNamedArgs{"id": string(id)})).QueryRow(func(row pgx.Row) (err error) {
		a, err = scanAccount(row)
		return err
	})
	queueRecords(batch, id, 0, &r)
	var kin view.Kin
	queueKin(batch, v, id, &kin)
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return view.Account{}, deal.Records{}, fail("read account with records", err)
	}
	a.Kin = kin // the account's row was read into a meanwhile
	if a.State.Parent == "" {
		return a, r, nil
	}
	shared := &pgx.Batch{}
	share := queueShared(shared, id, &r)
	if err := s.pool.SendBatch(ctx, shared).Close(); err != nil {
		return view.Account{}, deal.Records{}, fail("read shared records", err)
	}
	share()
	return a, r, nil
}

// Timed are the accounts that the clock will touch and that the viewer has to do with, or where the line ends that calls people,
// in the order in which they wake, behind one of them; last is the place of the last one, zero without any. It is read from the
// row: rows that an earlier release wrote may wake elsewhere than their state would today.
func (s *Store) Timed(ctx context.Context, v view.Viewer, ends deal.LineEnds, after view.Sleeper, limit int) (all []view.Account, last view.Sleeper, err error) {
	args := pgx.StrictNamedArgs{
		"owners": words(v.Owners), "teams": words(slices.Concat(v.Teams, ends.Teams)), "ends": words(ends.People), "unled": ends.Nobody,
		"at": after.WakeAt, "after": string(after.Account),
	}
	wanted, err := s.expected(ctx, question{string(timedExpected), args})
	if err != nil {
		return nil, last, fail("list timed accounts", err)
	}
	found := timedFew
	if wanted > few {
		found = timed
	}
	args["limit"] = limit
	rows, err := s.pool.Query(ctx, string(found), pgx.QueryExecModeCacheDescribe, args)
	if err != nil {
		return nil, last, fail("list timed accounts", err)
	}
	all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (a view.Account, err error) {
		err = row.Scan(append([]any{instant(&last.WakeAt), &a.State}, profileTargets(&a.Profile)...)...)
		last.Account = a.State.Account
		return a, err
	})
	return all, last, fail("list timed accounts", err)
}

// Reassigning are the accounts whose clocks will ask sales operations for somebody else, in the order of [deal.State.ReassignAt],
// behind one of them. Its reader is of sales operations.
func (s *Store) Reassigning(ctx context.Context, after view.Sleeper, limit int) (all []view.Account, last view.Sleeper, err error) {
	rows, err := s.pool.Query(ctx, string(reassigning), pgx.StrictNamedArgs{"at": after.WakeAt, "after": string(after.Account), "limit": limit})
	if err != nil {
		return nil, last, fail("list accounts that ask for somebody else", err)
	}
	all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (view.Account, error) { return scanAccount(row) })
	if len(all) > 0 {
		last = view.Calls(all[len(all)-1].State)
	}
	return all, last, fail("list accounts that ask for somebody else", err)
}

func scanAccount(row pgx.Row) (view.Account, error) {
	var a view.Account
	err := row.Scan(append([]any{&a.State}, profileTargets(&a.Profile)...)...)
	return a, err
}

func scanAccountItem(row pgx.CollectableRow) (view.AccountItem, error) {
	var i view.AccountItem
	err := row.Scan(&i.ID, &i.Number, &i.Name, &i.Territory, &i.Step, &i.Status, &i.Cycle, &i.Pass, &i.Seq, &i.Owner, &i.Team,
		&i.Grade, instant(&i.Deadline), &i.Overdue, instant(&i.NextFollowUp), &i.Late, instant(&i.OpenedAt), instant(&i.EnteredAt),
		instant(&i.UpdatedAt))
	return i, err
}
