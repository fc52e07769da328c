package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var erasureKin = named("ErasureKin")

// relative is an account that may speak of a contact of another one: one that was merged into it and had the contact once,
// or one below it that reads its contacts.
type relative struct {
	edit

	changes []wholeChange
	person  view.Person
}

// relatives are those of the account, locked, with all that they remember. Their versions of the person are added to the
// person's own, so that names and numbers of long ago are found everywhere.
func (e edit) relatives(ctx context.Context, person *view.Person) ([]relative, error) {
	rows, err := e.Query(ctx, string(erasureKin), string(e.account))
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	var all []relative
	for _, id := range ids {
		r := relative{edit: edit{Tx: e.Tx, account: deal.AccountID(id), by: e.by}}
		if err := e.QueryRow(ctx, string(lockAccount), id).Scan(&r.state); err != nil {
			return nil, err
		}
		if r.changes, err = r.allChanges(ctx); err != nil {
			return nil, err
		}
		if r.person, err = r.edit.person(ctx, person.Contact, r.changes); err != nil && !errors.Is(err, deal.ErrNotFound) {
			return nil, err
		}
		person.Versions = append(person.Versions, r.person.Versions...)
		all = append(all, r)
	}
	return all, nil
}

// kin takes the person out of those accounts as well.
func (w *wipe) kin(ctx context.Context, all []relative, reason string, eraser func(view.Person) view.Eraser) error {
	for _, r := range all {
		r.person.Versions = w.person.Versions
		there := wipe{edit: r.edit, Eraser: eraser(r.person), person: r.person}
		if err := there.all(ctx, r.changes, reason); err != nil {
			return err
		}
		w.records, w.texts = w.records+there.records, w.texts+there.texts
	}
	return nil
}
