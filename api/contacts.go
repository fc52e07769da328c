package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/naming"
)

// contactInput is somebody at the customer, as written by a person.
type contactInput struct {
	Name   string     `json:"name" minLength:"1" maxLength:"100"`
	Title  string     `json:"title,omitempty" maxLength:"100"`
	Role   buyingRole `json:"role,omitempty" doc:"part in the purchase; empty while not known"`
	Mobile string     `json:"mobile,omitempty" maxLength:"40"`
	Phone  string     `json:"phone,omitempty" maxLength:"40"`
	Note   string     `json:"note,omitempty" maxLength:"4000"`
}

type contactPatch struct {
	Name   maybe[string]     `json:"name,omitempty" maxLength:"100"`
	Title  maybe[string]     `json:"title,omitempty" maxLength:"100"`
	Role   maybe[buyingRole] `json:"role,omitempty"`
	Mobile maybe[string]     `json:"mobile,omitempty" maxLength:"40"`
	Phone  maybe[string]     `json:"phone,omitempty" maxLength:"40"`
	Note   maybe[string]     `json:"note,omitempty" maxLength:"4000"`
}

type contactBody struct {
	ID         string     `json:"id"`
	Version    int64      `json:"version"`
	Name       string     `json:"name"`
	Title      string     `json:"title"`
	Role       buyingRole `json:"role"`
	Mobile     string     `json:"mobile"`
	Phone      string     `json:"phone"`
	PhoneValid bool       `json:"phone_valid" doc:"at least one number can be dialled"`
	Note       string     `json:"note"`

	SharedFrom *accountRef `json:"shared_from,omitempty" doc:"the account above to which it belongs: it is written there"`
}

type ContactPath struct {
	AccountPath
	Contact string `path:"contact" maxLength:"64"`
}

type contactsInput struct {
	AccountPath
	Paging
}

type addContactInput struct {
	AccountPath
	Body contactInput
}

type patchContactInput struct {
	ContactPath
	Conditional
	Body contactPatch
}

type deleteContactInput struct {
	ContactPath
	Conditional
}

type contactOutput struct {
	ETag string `header:"ETag"`
	Body contactBody
}

func (a *API) contactRoutes() {
	register(a, op(http.MethodGet, "/accounts/{id}/contacts", "list-contacts", "contacts", "People at the customer"), a.contacts)
	add := op(http.MethodPost, "/accounts/{id}/contacts", "add-contact", "contacts", "Add a person")
	add.DefaultStatus = http.StatusCreated
	register(a, add, a.addContact)
	register(a, op(http.MethodGet, "/accounts/{id}/contacts/{contact}", "get-contact", "contacts", "One person"), a.contact)
	register(a, op(http.MethodPatch, "/accounts/{id}/contacts/{contact}", "edit-contact", "contacts", "Edit a person"), a.patchContact)
	register(a, op(http.MethodDelete, "/accounts/{id}/contacts/{contact}", "delete-contact", "contacts", "Remove a person"), a.deleteContact)
}

func contactOf(c deal.Contact) contactBody {
	return contactBody{
		ID: c.ID, Version: c.Version, Name: c.Name, Title: c.Title, Role: buyingRole(c.Role), Mobile: c.Mobile, Phone: c.Phone,
		PhoneValid: c.PhoneValid, Note: c.Note,
	}
}

// contactFrom shows a contact that may be an account's above.
func contactFrom(c deal.Contact, from sources) contactBody {
	b := contactOf(c)
	b.SharedFrom = from.of(c.SharedFrom)
	return b
}

// contact checks a person below a place in the body.
func (in contactInput) contact(below string) (deal.Contact, []reason) {
	c := deal.Contact{
		Name: in.Name, Title: in.Title, Role: deal.BuyingRole(in.Role), Mobile: in.Mobile, Phone: in.Phone, Note: in.Note,
	}
	return c, checkContact(&c, below, true, true)
}

// checkContact brings phone numbers that were just written into their one form, and refuses those that cannot be
// dialled: a missing digit is found out by whoever wrote it, not by whoever calls. A number that stands there from an
// import stays as it is.
func checkContact(c *deal.Contact, below string, newMobile, newPhone bool) []reason {
	var bad []reason
	if c.Name = strings.TrimSpace(c.Name); c.Name == "" {
		bad = append(bad, reason{code: "required_field", pointer: below + "/name"})
	}
	c.PhoneValid = false
	dial := func(number *string, field string, written bool) {
		if *number = strings.TrimSpace(*number); *number == "" {
			return
		}
		form, err := naming.Phone(*number)
		switch {
		case err == nil:
			*number, c.PhoneValid = form, true
		case written:
			bad = append(bad, reason{code: catalogue.InvalidPhone, pointer: below + field})
		}
	}
	dial(&c.Mobile, "/mobile", newMobile)
	dial(&c.Phone, "/phone", newPhone)
	return bad
}

func (a *API) contacts(ctx context.Context, in *contactsInput) (*reply[list[contactBody]], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	all, err := a.Records.Contacts(ctx, who(ctx).viewer, id)
	if err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	page, next, err := pageOf(all, in.Paging, func(c deal.Contact) string { return c.ID })
	if err != nil {
		return nil, err
	}
	from, err := a.sourcesOf(ctx, contactSources(page))
	if err != nil {
		return nil, err
	}
	return listOf(mapped(page, func(c deal.Contact) contactBody { return contactFrom(c, from) }), next), nil
}

func (a *API) contact(ctx context.Context, in *ContactPath) (*contactOutput, error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	c, err := a.Records.Contact(ctx, who(ctx).viewer, id, in.Contact)
	if err != nil {
		return nil, fmt.Errorf("read contact: %w", err)
	}
	from, err := a.sourcesOf(ctx, []deal.AccountID{c.SharedFrom})
	if err != nil {
		return nil, err
	}
	return &contactOutput{ETag: etag(c.Version), Body: contactFrom(c, from)}, nil
}

func (a *API) addContact(ctx context.Context, in *addContactInput) (*created[contactBody], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	return once(ctx, a, func() (*created[contactBody], error) {
		c, bad := in.Body.contact("")
		if len(bad) > 0 {
			return nil, invalid(bad)
		}
		call := callOf(ctx)
		c.ID = derivedID("contact", a.Installation, string(call.actor.person.ID), string(id), call.key)
		added, err := a.Records.AddContact(ctx, call.actor.viewer, id, c)
		if err != nil {
			return nil, fmt.Errorf("add contact: %w", err)
		}
		return &created[contactBody]{
			Status: http.StatusCreated, Location: base + "/accounts/" + in.ID + "/contacts/" + added.ID, ETag: etag(added.Version),
			Body: contactOf(added),
		}, nil
	})
}

func (a *API) patchContact(ctx context.Context, in *patchContactInput) (*contactOutput, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	c, err := a.ownContact(ctx, id, in.Contact)
	if err != nil {
		return nil, err
	}
	if c.Version != version {
		return nil, stale(c.Version)
	}
	in.Body.Name.into(&c.Name)
	in.Body.Title.into(&c.Title)
	role := buyingRole(c.Role)
	in.Body.Role.into(&role)
	c.Role = deal.BuyingRole(role)
	in.Body.Mobile.into(&c.Mobile)
	in.Body.Phone.into(&c.Phone)
	in.Body.Note.into(&c.Note)
	if bad := checkContact(&c, "", in.Body.Mobile.present, in.Body.Phone.present); len(bad) > 0 {
		return nil, invalid(bad)
	}
	now, err := a.Records.PatchContact(ctx, who(ctx).viewer, id, version, c)
	if errors.Is(err, deal.ErrStale) {
		return nil, stale(now.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("edit contact: %w", err)
	}
	return &contactOutput{ETag: etag(now.Version), Body: contactOf(now)}, nil
}

func (a *API) deleteContact(ctx context.Context, in *deleteContactInput) (*struct{}, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	err = a.Records.DeleteContact(ctx, who(ctx).viewer, id, in.Contact, version)
	if errors.Is(err, deal.ErrStale) {
		now, readErr := a.Records.Contact(ctx, who(ctx).viewer, id, in.Contact)
		if readErr != nil {
			return nil, fmt.Errorf("read contact: %w", readErr)
		}
		return nil, stale(now.Version)
	}
	if errors.Is(err, deal.ErrNotFound) {
		if _, err := a.ownContact(ctx, id, in.Contact); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, fmt.Errorf("delete contact: %w", err)
	}
	return nil, nil //nolint:nilnil // 204: there is nothing to say
}
