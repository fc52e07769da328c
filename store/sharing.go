package store

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	sharedContacts  = named("SharedContacts")
	sharedDocuments = named("SharedDocuments")
	sharedBy        = named("SharedBy")
	namedAccounts   = named("NamedAccounts")
)

// queueShared asks for what the accounts above show to an account. Once the batch is closed, the function adds it to the
// records.
func queueShared(batch *pgx.Batch, account deal.AccountID, r *deal.Records) func() {
	contacts, documents := queueSharedContacts(batch, account), queueSharedDocuments(batch, account, deal.SharedKinds()...)
	return func() { r.Share(*contacts, *documents) }
}

// queueSharedContacts asks for their contacts alone; they are there once the batch is closed.
func queueSharedContacts(batch *pgx.Batch, account deal.AccountID) *[]deal.Contact {
	contacts := new([]deal.Contact)
	batch.Queue(string(sharedContacts), string(account)).Query(func(rows pgx.Rows) (err error) {
		*contacts, err = pgx.CollectRows(rows, scanSharedContact)
		return err
	})
	return contacts
}

// queueSharedDocuments asks for their documents of these kinds alone.
func queueSharedDocuments(batch *pgx.Batch, account deal.AccountID, kinds ...string) *[]deal.Document {
	documents := new([]deal.Document)
	kinds = slices.DeleteFunc(kinds, func(k string) bool { return !slices.Contains(deal.SharedKinds(), k) })
	if len(kinds) > 0 {
		batch.Queue(string(sharedDocuments), string(account), kinds).Query(func(rows pgx.Rows) (err error) {
			*documents, err = pgx.CollectRows(rows, scanSharedDocument)
			return err
		})
	}
	return documents
}

func scanSharedContact(row pgx.CollectableRow) (deal.Contact, error) {
	var c deal.Contact
	err := row.Scan(append(contactTargets(&c), &c.SharedFrom)...)
	return c, err
}

func scanSharedDocument(row pgx.CollectableRow) (deal.Document, error) {
	var d deal.Document
	err := row.Scan(append(documentTargets(&d), &d.SharedFrom)...)
	return d, err
}

// sharer finds the account above that shares a document with an account. Nobody: [deal.ErrNotFound].
func (s *Store) sharer(ctx context.Context, id deal.AccountID, kind, record string) (deal.AccountID, error) {
	var owner deal.AccountID
	err := s.pool.QueryRow(ctx, string(sharedBy), string(id), kind, record).Scan(&owner)
	return owner, fail("find whose record it is", err)
}

// sharedContact is a contact of an account above.
func (s *Store) sharedContact(ctx context.Context, v view.Viewer, id deal.AccountID, contact string) (deal.Contact, error) {
	all, err := s.Contacts(ctx, v, id)
	if err != nil {
		return deal.Contact{}, err
	}
	i := slices.IndexFunc(all, func(c deal.Contact) bool { return c.ID == contact })
	if i < 0 {
		return deal.Contact{}, fail("read contact", deal.ErrNotFound)
	}
	return all[i], nil
}

// sharedDocument is a document of an account above.
func (s *Store) sharedDocument(ctx context.Context, v view.Viewer, id deal.AccountID, kind, document string) (deal.Document, error) {
	if !slices.Contains(deal.SharedKinds(), kind) {
		return deal.Document{}, fail("read document", deal.ErrNotFound)
	}
	all, err := s.Documents(ctx, v, id, kind, 0)
	if err != nil {
		return deal.Document{}, err
	}
	i := slices.IndexFunc(all, func(d deal.Document) bool { return d.ID == document })
	if i < 0 {
		return deal.Document{}, fail("read document", deal.ErrNotFound)
	}
	return all[i], nil
}

// sharedVersions are the versions of a document of an account above; none when nobody above shares such a one.
func (s *Store) sharedVersions(ctx context.Context, v view.Viewer, id deal.AccountID, kind, document string) ([]deal.Document, error) {
	if !slices.Contains(deal.SharedKinds(), kind) {
		return nil, nil
	}
	owner, err := s.sharer(ctx, id, kind, document)
	if errors.Is(err, deal.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	everything := v
	everything.All = true // whoever sees the account sees what is shared with it
	all, err := s.Versions(ctx, everything, owner, kind, document)
	for i := range all {
		all[i].SharedFrom = owner
	}
	return all, err
}

// NamedAccounts names accounts for people who have found out about them elsewhere; it gives nothing else away.
func (s *Store) NamedAccounts(ctx context.Context, ids []deal.AccountID) (map[deal.AccountID]view.AccountRef, error) {
	refs := map[deal.AccountID]view.AccountRef{}
	if len(ids) == 0 {
		return refs, nil
	}
	rows, err := s.pool.Query(ctx, string(namedAccounts), words(ids))
	if err != nil {
		return nil, fail("name accounts", err)
	}
	var ref view.AccountRef
	_, err = pgx.ForEachRow(rows, []any{&ref.ID, &ref.Number, &ref.Name}, func() error {
		refs[ref.ID] = ref
		return nil
	})
	return refs, fail("name accounts", err)
}
