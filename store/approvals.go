package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	approvalsWalked   = named("ApprovalsWalked")
	approvalsGathered = named("ApprovalsGathered")
	approvalsWaiting  = named("ApprovalsWaiting")
	approvalItems     = named("ApprovalItems")
	accountsExpected  = named("AccountsExpected")
	oneApproval       = named("Approval")
	someTexts         = named("Texts")
)

// Approvals lists requests on accounts in the viewer's scope, newest first.
func (s *Store) Approvals(ctx context.Context, v view.Viewer, f view.ApprovalFilter) ([]view.ApprovalItem, string, error) {
	const list = "approvals"
	first, from, id, err := afterInstant(f.Page, list)
	if err != nil {
		return nil, "", fail("list approvals", err)
	}
	places, err := s.whichApprovals(ctx, v, f, pgx.StrictNamedArgs{
		"status": string(f.Status), "kind": string(f.Kind), "first": first, "at": from, "after": id,
	})
	if err != nil {
		return nil, "", fail("list approvals", err)
	}
	ids, next := pageOf(places, f.Page, list)
	rows, err := s.pool.Query(ctx, string(approvalItems), as(v, pgx.StrictNamedArgs{"ids": ids}))
	if err != nil {
		return nil, "", fail("list approvals", err)
	}
	items, err := pgx.CollectRows(rows, scanApproval)
	if err != nil {
		return nil, "", fail("list approvals", err)
	}
	return items, next, s.addTexts(ctx, items)
}

// whichApprovals finds the requests of a page, and one more if there is one. They are found as accounts are (listquery.go).
func (s *Store) whichApprovals(ctx context.Context, v view.Viewer, f view.ApprovalFilter, args pgx.StrictNamedArgs) ([]place, error) {
	page := limit(f.Page) + 1
	args["limit"] = page
	with := func(statement statement, name string, value any) question {
		all := as(v, args)
		all[name] = value
		return question{string(statement), all}
	}
	walks := f.Assignee == "" && f.Account == "" && !ownOnly(v)
	if walks {
		sees, err := s.expected(ctx, question{string(accountsExpected), as(v, nil)})
		if err != nil {
			return nil, err
		}
		walks = sees > few
	}
	if walks {
		places, complete, err := s.ask(ctx, with(approvalsWalked, "rows", min(page*patience, longestWalk)))
		if err != nil || complete || len(places) == page {
			return places, err
		}
	}
	q := with(approvalsGathered, "account", string(f.Account))
	if f.Assignee != "" {
		q.sql, q.args["assignees"] = string(approvalsWaiting), words(append([]deal.PersonID{f.Assignee}, f.Represented...))
	}
	places, _, err := s.ask(ctx, q)
	return places, err
}

// Approval is one of them.
func (s *Store) Approval(ctx context.Context, v view.Viewer, id string) (view.ApprovalItem, error) {
	rows, err := s.pool.Query(ctx, string(oneApproval), as(v, pgx.StrictNamedArgs{"id": id}))
	if err != nil {
		return view.ApprovalItem{}, fail("read approval", err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, scanApproval)
	if err != nil {
		return view.ApprovalItem{}, fail("read approval", err)
	}
	items := []view.ApprovalItem{a}
	err = s.addTexts(ctx, items)
	return items[0], err
}

func scanApproval(row pgx.CollectableRow) (view.ApprovalItem, error) {
	a := view.ApprovalItem{Texts: map[string]string{}}
	var textID, textHash string
	err := row.Scan(&a.ID, &a.Kind, &a.Requester, instant(&a.RequestedAt), &a.Subject.Type, &a.Subject.ID, &a.Subject.Version,
		&a.Amount, &a.Currency, &textID, &textHash, &a.Status, &a.Level, &a.Levels, instant(&a.ClosedAt), &a.Used,
		&a.Account, &a.AccountNumber, &a.AccountName, &a.Cycle, &a.Grade, &a.Acting)
	a.Text = ref(textID, textHash)
	return a, err
}

// addTexts fills in what was written with the requests and decisions, as far as it still exists.
func (s *Store) addTexts(ctx context.Context, items []view.ApprovalItem) error {
	var accounts, ids []string
	for _, a := range items {
		refs := textsOf(a.Approval)
		if len(refs) > 0 {
			accounts, ids = append(accounts, string(a.Account)), append(ids, refs...)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := s.pool.Query(ctx, string(someTexts), accounts, ids)
	if err != nil {
		return fail("read texts of approvals", err)
	}
	var account, id, content string
	found := make(map[[2]string]string)
	_, err = pgx.ForEachRow(rows, []any{&account, &id, &content}, func() error {
		found[[2]string{account, id}] = content
		return nil
	})
	if err != nil {
		return fail("read texts of approvals", err)
	}
	for _, a := range items {
		for _, id := range textsOf(a.Approval) {
			if content, ok := found[[2]string{string(a.Account), id}]; ok {
				a.Texts[id] = content
			}
		}
	}
	return nil
}

// textsOf are the IDs of everything written in a request.
func textsOf(a deal.Approval) []string {
	var ids []string
	if a.Text != nil {
		ids = append(ids, a.Text.ID)
	}
	for _, level := range a.Levels {
		for _, seat := range level.Seats {
			if seat.Comment != nil {
				ids = append(ids, seat.Comment.ID)
			}
		}
	}
	return ids
}
