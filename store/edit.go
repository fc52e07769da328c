package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	lockForEdit = named("LockForEdit")
	addChange   = named("AddChange")
	changes     = named("Changes")
)

// edit is one change of a record, in one transaction under a share lock on the account.
type edit struct {
	pgx.Tx

	account deal.AccountID
	by      deal.PersonID
	state   deal.State
}

// edit runs fn if the viewer sees the account and may write its records, and if the state allows it. The account cannot
// move meanwhile: commands lock its row against us.
func (s *Store) edit(
	ctx context.Context, doing string, v view.Viewer, id deal.AccountID, allowed func(deal.State) error, fn func(edit) error,
) error {
	return s.transact(ctx, doing, func(tx pgx.Tx) error {
		e := edit{Tx: tx, account: id, by: v.Person.ID}
		var visible bool
		args := as(v, pgx.StrictNamedArgs{"id": string(id)})
		if err := tx.QueryRow(ctx, string(lockForEdit), args).Scan(&e.state, &visible); err != nil {
			return err
		}
		switch {
		case !visible:
			return deal.ErrNotFound
		case !v.MayEdit(e.state):
			return view.ErrReadOnly
		}
		if err := allowed(e.state); err != nil {
			return err
		}
		return fn(e)
	})
}

// unlessClosed allows edits of what lives as long as the account is not closed.
func unlessClosed(s deal.State) error {
	if s.Status == deal.Closed {
		return &view.StateError{Code: deal.CodeAlreadyClosed}
	}
	return nil
}

// changed leaves the row that tells who changed what. Before is nil for something new, after for something deleted.
func (e edit) changed(ctx context.Context, record, id string, before, after any) error {
	was, err := asJSON(before)
	if err != nil {
		return err
	}
	is, err := asJSON(after)
	if err != nil {
		return err
	}
	_, err = e.Exec(ctx, string(addChange), string(e.account), record, id, string(e.by), was, is)
	return err
}

func asJSON(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%w: encode record: %w", deal.ErrPermanent, err)
	}
	return data, nil
}

// Changes are all edits of an account's records, oldest first.
func (s *Store) Changes(ctx context.Context, v view.Viewer, id deal.AccountID) ([]view.Change, error) {
	var all []view.Change
	err := s.ifVisible(ctx, "list changes", v, id, func(batch *pgx.Batch) {
		batch.Queue(string(changes), string(id)).Query(func(rows pgx.Rows) (err error) {
			all, err = pgx.CollectRows(rows, scanChange)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func scanChange(row pgx.CollectableRow) (view.Change, error) {
	var c view.Change
	err := row.Scan(&c.Table, &c.ID, &c.By, instant(&c.At), &c.Before, &c.After)
	return c, err
}
