package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	contact       = named("Contact")
	lockContact   = named("LockContact")
	deleteContact = named("DeleteContact")
)

// Contacts are the people at the customer, in the order in which they became known, and behind them those that accounts
// above share.
func (s *Store) Contacts(ctx context.Context, v view.Viewer, id deal.AccountID) ([]deal.Contact, error) {
	var all deal.Records
	var shared *[]deal.Contact
	err := s.ifVisible(ctx, "list contacts", v, id, func(batch *pgx.Batch) {
		batch.Queue(string(contactsOf), string(id)).Query(func(rows pgx.Rows) (err error) {
			all.Contacts, err = pgx.CollectRows(rows, scanContact)
			return err
		})
		shared = queueSharedContacts(batch, id)
	})
	if err != nil {
		return nil, err
	}
	all.Share(*shared, nil)
	return all.Contacts, nil
}

// Contact is one of them.
func (s *Store) Contact(ctx context.Context, v view.Viewer, id deal.AccountID, contactID string) (deal.Contact, error) {
	rows, err := s.pool.Query(ctx, string(contact), as(v, pgx.StrictNamedArgs{"id": string(id), "contact": contactID}))
	if err != nil {
		return deal.Contact{}, fail("read contact", err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanContact)
	if errors.Is(err, pgx.ErrNoRows) {
		return s.sharedContact(ctx, v, id, contactID)
	}
	return c, fail("read contact", err)
}

// AddContact puts a contact on file, with a new ID unless it brings one. Whether it can be called is worked out from
// its numbers. A closed account gives *[view.StateError].
func (s *Store) AddContact(ctx context.Context, v view.Viewer, id deal.AccountID, c deal.Contact) (deal.Contact, error) {
	if err := identify(&c); err != nil {
		return deal.Contact{}, fail("add contact", err)
	}
	c.Version = 1
	var added deal.Contact
	err := s.edit(ctx, "add contact", v, id, unlessClosed, func(e edit) (err error) {
		added, err = e.putContact(ctx, nil, c)
		return err
	})
	return added, err
}

// PatchContact replaces the contact that the editor read at a version. When it has moved since, the present one comes
// back with [deal.ErrStale].
func (s *Store) PatchContact(ctx context.Context, v view.Viewer, id deal.AccountID, version int64, c deal.Contact) (deal.Contact, error) {
	var present deal.Contact
	err := s.edit(ctx, "change contact", v, id, unlessClosed, func(e edit) error {
		before, err := e.contact(ctx, c.ID)
		if err != nil {
			return err
		}
		present = before
		if before.Version != version {
			return deal.ErrStale
		}
		c.Version = version + 1
		present, err = e.putContact(ctx, before, c)
		return err
	})
	return present, err
}

// DeleteContact removes the contact that the editor read at a version; its change row still says what it was.
func (s *Store) DeleteContact(ctx context.Context, v view.Viewer, id deal.AccountID, contactID string, version int64) error {
	return s.edit(ctx, "delete contact", v, id, unlessClosed, func(e edit) error {
		before, err := e.contact(ctx, contactID)
		if err != nil {
			return err
		}
		if before.Version != version {
			return deal.ErrStale
		}
		if _, err := e.Exec(ctx, string(deleteContact), string(id), contactID, version); err != nil {
			return err
		}
		return e.changed(ctx, "contacts", contactID, before, nil)
	})
}

// contact reads and locks one.
func (e edit) contact(ctx context.Context, id string) (deal.Contact, error) {
	rows, err := e.Query(ctx, string(lockContact), string(e.account), id)
	if err != nil {
		return deal.Contact{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanContact)
}

// putContact writes a contact with its change row and reads it back. An ID that another account's contact has is not
// found.
func (e edit) putContact(ctx context.Context, before any, c deal.Contact) (deal.Contact, error) {
	tag, err := e.Exec(ctx, string(putContact), contactArgs(e.account, c, e.by))
	if err != nil {
		return deal.Contact{}, err
	}
	if tag.RowsAffected() == 0 {
		return deal.Contact{}, deal.ErrNotFound
	}
	after, err := e.contact(ctx, c.ID)
	if err != nil {
		return deal.Contact{}, err
	}
	return after, e.changed(ctx, "contacts", c.ID, before, after)
}
