package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// What accounts above share is read through the child and written where it belongs.

// sources names the accounts from which records are shared, for people who see a child: nil for an own record.
type sources map[deal.AccountID]view.AccountRef

func (s sources) of(id deal.AccountID) *accountRef {
	if id == "" {
		return nil
	}
	ref, ok := s[id]
	if !ok {
		ref.ID = id
	}
	return ptr(refOf(ref))
}

// sourcesOf asks for the names behind these IDs; most of the time there are none.
func (a *API) sourcesOf(ctx context.Context, ids []deal.AccountID) (sources, error) {
	ids = slices.DeleteFunc(ids, func(id deal.AccountID) bool { return id == "" })
	if len(ids) == 0 {
		return nil, nil
	}
	slices.Sort(ids)
	refs, err := a.Accounts.NamedAccounts(ctx, slices.Compact(ids))
	if err != nil {
		return nil, fmt.Errorf("name accounts: %w", err)
	}
	return refs, nil
}

func contactSources(all []deal.Contact) []deal.AccountID {
	return mapped(all, func(c deal.Contact) deal.AccountID { return c.SharedFrom })
}

func documentSources(all []deal.Document) []deal.AccountID {
	return mapped(all, func(d deal.Document) deal.AccountID { return d.SharedFrom })
}

// elsewhere refuses to write a record that belongs to an account above, and says where it is written.
func elsewhere(owner deal.AccountID, path, pointer string) error {
	return &fault{
		status: http.StatusConflict, code: string(deal.CodeSharedRecord),
		reasons: []reason{{
			code: string(deal.CodeSharedRecord), pointer: pointer, href: base + "/accounts/" + string(owner) + "/" + path,
		}},
	}
}

// ownContact is a contact that may be written here.
func (a *API) ownContact(ctx context.Context, id deal.AccountID, contact string) (deal.Contact, error) {
	c, err := a.Records.Contact(ctx, who(ctx).viewer, id, contact)
	if err != nil {
		return c, fmt.Errorf("read contact: %w", err)
	}
	if c.SharedFrom != "" {
		return c, elsewhere(c.SharedFrom, "contacts/"+c.ID, "path/contact")
	}
	return c, nil
}

// ownDocument refuses a document that belongs to an account above; whether there is one at all is for others to say.
func (a *API) ownDocument(ctx context.Context, k *recordKind, id deal.AccountID, record string) error {
	d, err := a.Dossier.Document(ctx, who(ctx).viewer, id, string(k.Kind), record)
	if err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	if d.SharedFrom != "" {
		return elsewhere(d.SharedFrom, k.Path+"/"+d.ID, "")
	}
	return nil
}

// belongs refuses a document that belongs to an account above. What is there once for an account may be begun here as well,
// as an own one from version 0, but for the credit: that of the family is in force.
func (k *recordKind) belongs(before deal.Document, version int64) error {
	if before.SharedFrom == "" || (k.Single && k.Kind != dossier.CreditKind && version == 0) {
		return nil
	}
	path := k.Path
	if !k.Single {
		path += "/" + before.ID
	}
	return elsewhere(before.SharedFrom, path, "")
}

// aboutOthers refuses a new record of a shared kind that is about people of an account above alone: what is known about
// them is kept where they are.
func aboutOthers(k *recordKind, record dossier.Record, records deal.Records) error {
	if !slices.Contains(deal.SharedKinds(), string(k.Kind)) {
		return nil
	}
	owner := deal.AccountID("")
	for _, ref := range dossier.References(record) {
		if ref.To != dossier.ToContact {
			continue
		}
		c, known := records.Contact(ref.ID)
		if !known || c.SharedFrom == "" {
			return nil
		}
		owner = c.SharedFrom
	}
	if owner == "" {
		return nil
	}
	return elsewhere(owner, k.Path, "/contact")
}
