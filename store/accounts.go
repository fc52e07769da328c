package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	account = named("Account")
	timed   = named("Timed")
)

// Account is one account in the viewer's scope with its profile.
func (s *Store) Account(ctx context.Context, v view.Viewer, id deal.AccountID) (view.Account, error) {
	a, err := scanAccount(s.pool.QueryRow(ctx, string(account), as(v, pgx.StrictNamedArgs{"id": string(id)})))
	return a, fail("read account", err)
}

// AccountWithRecords reads besides the records of its running cycle, all in one round trip.
func (s *Store) AccountWithRecords(ctx context.Context, v view.Viewer, id deal.AccountID) (view.Account, deal.Records, error) {
	var a view.Account
	var r deal.Records
	batch := &pgx.Batch{}
	batch.Queue(string(account), as(v, pgx.StrictNamedArgs{"id": string(id)})).QueryRow(func(row pgx.Row) (err error) {
		a, err = scanAccount(row)
		return err
	})
	queueRecords(batch, id, 0, &r)
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return view.Account{}, deal.Records{}, fail("read account with records", err)
	}
	return a, r, nil
}

// Timed are the accounts that the viewer owns or leads and the clock will touch, soonest first.
func (s *Store) Timed(ctx context.Context, v view.Viewer, limit int) ([]view.Account, error) {
	rows, err := s.pool.Query(ctx, string(timed), pgx.StrictNamedArgs{"owners": words(v.Owners), "teams": words(v.Teams), "limit": limit})
	if err != nil {
		return nil, fail("list timed accounts", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (view.Account, error) { return scanAccount(row) })
	return all, fail("list timed accounts", err)
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
