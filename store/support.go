package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	listSupport   = named("ListSupport")
	oneSupport    = named("OneSupport")
	lockForAnswer = named("LockForAnswer")
	approvalsByID = named("ApprovalsByID")
)

// SupportRequests are what the support centre is asked for, newest first: of accounts in the viewer's scope, and what the
// viewer, or somebody they stand in for, was asked for whatever the account.
func (s *Store) SupportRequests(ctx context.Context, v view.Viewer, f view.SupportFilter) ([]view.SupportItem, string, error) {
	const list = "support requests"
	first, from, after, err := afterInstant(f.Page, list)
	if err != nil {
		return nil, "", fail("list support requests", err)
	}
	rows, err := s.pool.Query(ctx, string(listSupport), pgx.QueryExecModeCacheDescribe, as(v, pgx.StrictNamedArgs{
		"centre": f.Centre, "status": string(f.Status), "late": f.Late, "assignee": string(f.Assignee), "account": string(f.Account),
		"now": f.Now, "first": first, "at": from, "after": after, "limit": limit(f.Page) + 1,
	}))
	if err != nil {
		return nil, "", fail("list support requests", err)
	}
	items, err := s.supportItems(ctx, rows)
	if err != nil {
		return nil, "", fail("list support requests", err)
	}
	items, next := page(items, f.Page, func(i view.SupportItem) cursor { return at(list, i.Document.CreatedAt, i.Document.ID) })
	return items, next, nil
}

// SupportRequest is one of them, on the same terms.
func (s *Store) SupportRequest(ctx context.Context, v view.Viewer, id deal.AccountID, record string, now time.Time) (view.SupportItem, error) {
	rows, err := s.pool.Query(ctx, string(oneSupport), as(v, pgx.StrictNamedArgs{"account": string(id), "record": record, "now": now}))
	if err != nil {
		return view.SupportItem{}, fail("read support request", err)
	}
	items, err := s.supportItems(ctx, rows)
	if err == nil && len(items) == 0 {
		err = deal.ErrNotFound
	}
	if err != nil {
		return view.SupportItem{}, fail("read support request", err)
	}
	return items[0], nil
}

// supportItems reads rows of requests with the approvals behind them.
func (s *Store) supportItems(ctx context.Context, rows pgx.Rows) ([]view.SupportItem, error) {
	var ids []string
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (i view.SupportItem, err error) {
		var request string
		err = row.Scan(append(documentTargets(&i.Document), &i.Account, &i.AccountNumber, &i.AccountName, &i.Visible, &i.Asked, &request,
			&i.Status, instant(&i.Target), &i.Late)...)
		ids = append(ids, request)
		return i, err
	})
	if err != nil || len(items) == 0 {
		return nil, err
	}
	found, err := s.pool.Query(ctx, string(approvalsByID), pgx.StrictNamedArgs{"ids": ids})
	if err != nil {
		return nil, err
	}
	approvals, err := pgx.CollectRows(found, scanApproval)
	if err != nil {
		return nil, err
	}
	if err := s.addTexts(ctx, approvals); err != nil {
		return nil, err
	}
	for n, id := range ids {
		for k := range approvals {
			if approvals[k].ID == id {
				items[n].Request = &approvals[k]
			}
		}
	}
	return items, nil
}

// AnswerSupport replaces a request with an answered one, for whoever is asked and whoever may write the account's records.
func (s *Store) AnswerSupport(ctx context.Context, v view.Viewer, id deal.AccountID, d deal.Document) (deal.Document, error) {
	var present deal.Document
	err := s.transact(ctx, "answer support request", func(tx pgx.Tx) error {
		e := edit{Tx: tx, account: id, by: v.Person.ID}
		var visible, asked bool
		args := as(v, pgx.StrictNamedArgs{"id": string(id), "record": d.ID})
		if err := tx.QueryRow(ctx, string(lockForAnswer), args).Scan(&e.state, &visible, &asked); err != nil {
			return err
		}
		switch {
		case !visible && !asked:
			return deal.ErrNotFound
		case !asked && !v.MayEdit(e.state):
			return view.ErrReadOnly
		}
		if err := unlessClosed(e.state); err != nil {
			return err
		}
		var err error
		present, err = e.replace(ctx, d)
		return err
	})
	return present, err
}
