package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	lockForErase   = named("LockForErase")
	lockErasure    = named("LockErasure")
	askErasure     = named("AskErasure")
	endErasure     = named("EndErasure")
	erasures       = named("Erasures")
	lockAllChanges = named("LockAllChanges")
	livesElsewhere = named("LivesElsewhere")
)

// EraseContact takes a person out of everything that the account has on file, and out of every version of it: the contact
// itself, what is about that person alone, references elsewhere, and mentions by name or number; also out of what the house
// writes beside all accounts (erase_house.go). It is one transaction, in which nobody else writes to the account. Accounts
// that were merged into it and accounts below it, which read its contacts, are cleaned of the person as well. The log is not
// touched: it knows the contact by an ID that says nothing, so that its chain still verifies.
//
// It takes two persons (contract.md §3). The first call, by whoever may write the account's records, only asks for it; a
// repeat by the same person changes nothing. The second, by somebody else of the line above, does it; others get
// [view.ErrReadOnly]. A contact that was never there, or is erased already, gives [deal.ErrNotFound]; one that was deleted
// can still be erased from the versions.
func (s *Store) EraseContact(
	ctx context.Context, v view.Viewer, id deal.AccountID, contact, reason string, eraser func(view.Person) view.Eraser,
) (view.Erasure, error) {
	var done view.Erasure
	err := s.transact(ctx, "erase contact", func(tx pgx.Tx) error {
		e := edit{Tx: tx, account: id, by: v.Person.ID}
		var visible bool
		args := as(v, pgx.StrictNamedArgs{"id": string(id)})
		if err := tx.QueryRow(ctx, string(lockForErase), args).Scan(&e.state, &visible); err != nil {
			return err
		}
		switch {
		case !visible:
			return deal.ErrNotFound
		case !v.MayEdit(e.state):
			return view.ErrReadOnly
		}
		var elsewhere bool // it went over to another account with a merger: there it is erased, and from here as well
		if err := tx.QueryRow(ctx, string(livesElsewhere), string(id), contact).Scan(&elsewhere); err != nil {
			return err
		}
		if elsewhere {
			return deal.ErrNotFound
		}
		changes, err := e.allChanges(ctx)
		if err != nil {
			return err
		}
		person, err := e.person(ctx, contact, changes)
		if err != nil {
			return err
		}
		asked, err := e.erasure(ctx, contact)
		switch {
		case err != nil:
			return err
		case asked.RequestedBy == "":
			done, err = e.one(ctx, askErasure, contact, string(e.by), reason)
			return err
		case asked.RequestedBy == e.by:
			done = asked
			return nil
		case !v.Leads(e.state):
			return view.ErrReadOnly
		}
		relatives, err := e.relatives(ctx, &person)
		if err != nil {
			return err
		}
		if _, err := e.Exec(ctx, string(erasing), contact); err != nil {
			return err
		}
		w := wipe{edit: e, Eraser: eraser(person), person: person}
		reason, _ = w.Text(reason) // what was done stays on record, without the person
		asked.Reason, _ = w.Text(asked.Reason)
		if err := w.all(ctx, changes, reason); err != nil {
			return err
		}
		if err := w.kin(ctx, relatives, reason, eraser); err != nil {
			return err
		}
		if err := w.house(ctx, relatives, eraser); err != nil {
			return err
		}
		done, err = e.one(ctx, endErasure, contact, string(e.by), w.records, w.texts, asked.Reason)
		return err
	})
	return done, err
}

// Erasures are those that were asked for and those that were done, oldest first.
func (s *Store) Erasures(ctx context.Context, v view.Viewer, id deal.AccountID) ([]view.Erasure, error) {
	var all []view.Erasure
	err := s.ifVisible(ctx, "list erasures", v, id, func(batch *pgx.Batch) {
		batch.Queue(string(erasures), string(id)).Query(func(rows pgx.Rows) (err error) {
			all, err = pgx.CollectRows(rows, scanErasure)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

func scanErasure(row pgx.CollectableRow) (e view.Erasure, err error) {
	err = row.Scan(&e.Contact, &e.RequestedBy, instant(&e.RequestedAt), &e.Reason, text(&e.DoneBy), instant(&e.DoneAt), &e.Records, &e.Texts)
	return e, err
}

// one runs a statement about an erasure and reads it back.
func (e edit) one(ctx context.Context, sql statement, contact string, args ...any) (view.Erasure, error) {
	rows, err := e.Query(ctx, string(sql), append([]any{string(e.account), contact}, args...)...)
	if err != nil {
		return view.Erasure{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanErasure)
}

// erasure is what was asked for; empty when nothing was.
func (e edit) erasure(ctx context.Context, contact string) (view.Erasure, error) {
	asked, err := e.one(ctx, lockErasure, contact)
	if errors.Is(err, pgx.ErrNoRows) {
		return view.Erasure{}, nil
	}
	return asked, err
}

// wholeChange is a change row with what it is found by.
type wholeChange struct {
	storedChange

	record, recordID string
}

func (e edit) allChanges(ctx context.Context) ([]wholeChange, error) {
	rows, err := e.Query(ctx, string(lockAllChanges), string(e.account))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c wholeChange, err error) {
		return c, row.Scan(&c.id, &c.record, &c.recordID, &c.before, &c.after)
	})
}

// person gathers how the contact was ever called, and who else there is.
func (e edit) person(ctx context.Context, contact string, changes []wholeChange) (view.Person, error) {
	p := view.Person{Contact: contact}
	batch := &pgx.Batch{}
	batch.Queue(string(contactsOf), string(e.account)).Query(func(rows pgx.Rows) error {
		all, err := pgx.CollectRows(rows, scanContact)
		for _, c := range all {
			if c.ID == contact {
				p.Versions = append(p.Versions, c)
			} else {
				p.Others = append(p.Others, c)
			}
		}
		return err
	})
	batch.Queue(string(profileOf), string(e.account)).QueryRow(func(row pgx.Row) (err error) {
		p.Profile, err = scanProfile(row)
		return orNothing(err)
	})
	if err := e.SendBatch(ctx, batch).Close(); err != nil {
		return p, err
	}
	for _, c := range changes {
		if c.record != contactRecord || c.recordID != contact {
			continue
		}
		for _, side := range []json.RawMessage{c.before, c.after} {
			var was deal.Contact
			if side == nil {
				continue
			}
			if err := json.Unmarshal(side, &was); err != nil {
				return p, fmt.Errorf("%w: decode contact: %w", deal.ErrPermanent, err)
			}
			if was.ID == contact && !was.Erased {
				p.Versions = append(p.Versions, was)
			}
		}
	}
	if len(p.Versions) == 0 {
		return p, deal.ErrNotFound
	}
	return p, nil
}
