package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

type eraseContactInput struct {
	ContactPath
	Body struct {
		Reason string `json:"reason" maxLength:"4000" doc:"why; it stays on record, so it must not repeat what is erased"`
	}
}

type erasuresInput struct {
	AccountPath
	Paging
}

// erasureBody is the erasing of a person: asked for by one, done by another.
type erasureBody struct {
	Contact     string      `json:"contact" doc:"ID; that is all that is left"`
	Status      string      `json:"status" enum:"requested,done" doc:"requested: somebody else, of the line above, has to send the same request"`
	Reason      string      `json:"reason"`
	RequestedBy *personBody `json:"requested_by,omitempty"`
	RequestedAt time.Time   `json:"requested_at"`
	DoneBy      *personBody `json:"done_by,omitempty"`
	DoneAt      *time.Time  `json:"done_at"`
	Records     int         `json:"records" doc:"records, forms and contacts that were rewritten or removed"`
	Texts       int         `json:"texts" doc:"texts that spoke of the person and were rewritten"`
}

type erasureOutput struct {
	Status int
	Body   erasureBody
}

func (a *API) eraseContactRoutes() {
	o := op(http.MethodDelete, "/accounts/{id}/contacts/{contact}/personal-data", "erase-contact", "contacts", "Erase a person")
	o.Description = "Takes two persons. The first, who may write the account's records, asks for it (202); the second, of the line above, sends " +
		"the same request and it is done (200). Name, numbers, part in the decision, private facts, trust and relations go from the records and " +
		"all of their versions, and so do references and mentions by name or number in forms and texts. The log knows the person by an ID only " +
		"and still verifies. What the house writes beside accounts is reached as well: reviews, also signed ones, quota, tasks, notices, " +
		"handovers, leave. A name that another contact bears as well stays in texts, in those that name no customer also one of anybody else " +
		"in the house. Not covered: what is written in the bytes of uploaded documents; what left by mail, chat or webhook; the sheet of an " +
		"import that is still running, so erase once it is done; and references in accounts that were below this one and have left its " +
		"family: correct their records there."
	o.DefaultStatus = http.StatusOK
	register(a, o, a.eraseContact)
	register(a, op(http.MethodGet, "/accounts/{id}/erasures", "list-erasures", "contacts", "Persons who are to be erased, or were"), a.erasures)
}

func (a *API) eraseContact(ctx context.Context, in *eraseContactInput) (*erasureOutput, error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	reasonText := strings.TrimSpace(in.Body.Reason)
	if reasonText == "" {
		return nil, refused(deal.Refusals{{Code: deal.CodeReasonMissing, Field: "/reason"}}, "")
	}
	eraser := func(p view.Person) view.Eraser { return dossier.NewEraser(p) }
	e, err := a.Records.EraseContact(ctx, who(ctx).viewer, id, in.Contact, reasonText, eraser)
	if errors.Is(err, deal.ErrNotFound) { // nobody of this account: perhaps somebody of the house above
		if c, readErr := a.Records.Contact(ctx, who(ctx).viewer, id, in.Contact); readErr == nil && c.SharedFrom != "" {
			return nil, elsewhere(c.SharedFrom, "contacts/"+c.ID+"/personal-data", "path/contact")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("erase contact: %w", err)
	}
	a.Logger.InfoContext(ctx, "erasing a contact", "trace_id", callOf(ctx).trace, "actor", who(ctx).person.ID, "account", id,
		"contact", in.Contact, "done", e.Done())
	out := &erasureOutput{Status: http.StatusAccepted, Body: erasureOf(who(ctx).org, e)}
	if e.Done() {
		out.Status = http.StatusOK
	}
	return out, nil
}

func erasureOf(org deal.Org, e view.Erasure) erasureBody {
	b := erasureBody{
		Contact: e.Contact, Status: "requested", Reason: e.Reason, RequestedBy: personIn(org, e.RequestedBy), RequestedAt: e.RequestedAt.UTC(),
		DoneBy: personIn(org, e.DoneBy), DoneAt: instant(e.DoneAt), Records: e.Records, Texts: e.Texts,
	}
	if e.Done() {
		b.Status = "done"
	}
	return b
}

func (a *API) erasures(ctx context.Context, in *erasuresInput) (*reply[list[erasureBody]], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	all, err := a.Records.Erasures(ctx, who(ctx).viewer, id)
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	page, next, err := pageOf(all, in.Paging, func(e view.Erasure) string { return e.Contact })
	if err != nil {
		return nil, err
	}
	org := who(ctx).org
	return listOf(mapped(page, func(e view.Erasure) erasureBody { return erasureOf(org, e) }), next), nil
}
