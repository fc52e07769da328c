package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
)

type delegationBody struct {
	ID    string      `json:"id"`
	From  *personBody `json:"from,omitempty"`
	To    *personBody `json:"to,omitempty"`
	Since time.Time   `json:"since"`
	Until time.Time   `json:"until" doc:"not included"`
}

type delegateInput struct {
	Body struct {
		From  string    `json:"from,omitempty" maxLength:"64" doc:"ID; default: you. For others only by the line above them or an administrator"`
		To    string    `json:"to" maxLength:"64" doc:"ID"`
		Since time.Time `json:"since,omitzero" doc:"default: now"`
		Until time.Time `json:"until"`
	}
}

func (a *API) delegationRoutes() {
	register(a, op(http.MethodGet, "/delegations", "list-delegations", "approvals", "Who stands in for whom"), a.delegations)
	add := op(http.MethodPost, "/delegations", "delegate", "approvals", "Let somebody stand in for a time")
	add.Description = "Covers what is open already and gives it back at the end. Chains reach over three people; circles are refused."
	add.DefaultStatus = http.StatusCreated
	register(a, add, a.delegate)
}

func delegationOf(org deal.Org, d deal.Delegation) delegationBody {
	return delegationBody{ID: d.ID, From: personIn(org, d.From), To: personIn(org, d.To), Since: d.Since.UTC(), Until: d.Until.UTC()}
}

// delegations lists those that concern the caller; sales_ops, auditors and administrators see all.
func (a *API) delegations(ctx context.Context, in *struct{ Paging }) (*reply[list[delegationBody]], error) {
	me := who(ctx)
	var found []deal.Delegation
	for _, d := range me.org.Delegations {
		if me.viewer.All || me.person.Role == deal.Admin || d.From == me.person.ID || d.To == me.person.ID || above(me.org, me.person.ID, d.From) {
			found = append(found, d)
		}
	}
	page, next, err := pageOf(found, in.Paging, func(d deal.Delegation) string { return d.ID })
	if err != nil {
		return nil, err
	}
	return listOf(mapped(page, func(d deal.Delegation) delegationBody { return delegationOf(me.org, d) }), next), nil
}

// above tells whether somebody stands in the line over a person.
func above(org deal.Org, id, person deal.PersonID) bool {
	for range org.People {
		if person = org.Superior(person); person == "" || person == id {
			break
		}
	}
	return person == id && person != ""
}

// sinceSlack forgives a client's clock.
const sinceSlack = 5 * time.Minute

func (a *API) delegate(ctx context.Context, in *delegateInput) (*created[delegationBody], error) {
	return once(ctx, a, func() (*created[delegationBody], error) {
		org, err := a.People.Org(ctx) // as it is now: circles are judged here
		if err != nil {
			return nil, fmt.Errorf("read the organisation: %w", err)
		}
		c := callOf(ctx)
		d := deal.Delegation{
			ID:   derivedID("delegation", a.Installation, string(c.actor.person.ID), c.key),
			From: deal.PersonID(in.Body.From), To: deal.PersonID(in.Body.To), Since: in.Body.Since, Until: in.Body.Until,
		}
		if d.From == "" {
			d.From = c.actor.person.ID
		}
		if d.Since.IsZero() {
			d.Since = a.Now()
		}
		if err := a.judgeDelegation(c.actor.person, org, d); err != nil {
			return nil, err
		}
		known := slices.ContainsFunc(org.Delegations, func(o deal.Delegation) bool { return o.ID == d.ID })
		if !known { // else it was made before its answer was kept
			if err := a.People.AddDelegation(ctx, d); err != nil {
				return nil, fmt.Errorf("add delegation: %w", err)
			}
			a.forgetPeople()
		}
		return &created[delegationBody]{Status: http.StatusCreated, Location: base + "/delegations", Body: delegationOf(org, d)}, nil
	})
}

func (a *API) judgeDelegation(me deal.Person, org deal.Org, d deal.Delegation) error {
	from, fromKnown := org.Person(d.From)
	to, toKnown := org.Person(d.To)
	var bad []reason
	add := func(is bool, code, pointer string) {
		if is {
			bad = append(bad, reason{code: code, pointer: pointer})
		}
	}
	add(!fromKnown || !from.Active, string(deal.CodeUnknownPerson), "/from")
	add(!toKnown || !to.Active, string(deal.CodeUnknownPerson), "/to")
	add(d.From == d.To, catalogue.SamePerson, "/to")
	add(d.Since.Before(a.Now().Add(-sinceSlack)), string(deal.CodeDateInPast), "/since")
	add(!d.Until.After(a.Now()) || !d.Until.After(d.Since), string(deal.CodeDateInPast), "/until")
	add(d.Until.Sub(a.Now()) > horizon, catalogue.DateTooFar, "/until")
	switch {
	case fromKnown && d.From != me.ID && me.Role != deal.Admin && !above(org, me.ID, d.From):
		return no(http.StatusForbidden, string(deal.CodeNotYourRole))
	case len(bad) > 0:
		return invalid(bad)
	case closesCircle(org, d):
		f := no(http.StatusConflict, catalogue.DelegationCycle)
		f.reasons = []reason{{code: catalogue.DelegationCycle, pointer: "/to"}}
		return f
	}
	return nil
}

// closesCircle follows those who stand in at the same time: whoever comes back to the beginning closes a circle.
func closesCircle(org deal.Org, d deal.Delegation) bool {
	seen := []deal.PersonID{d.To}
	for i := 0; i < len(seen); i++ {
		for _, o := range org.Delegations {
			if o.ID == d.ID || o.From != seen[i] || !o.Since.Before(d.Until) || !d.Since.Before(o.Until) {
				continue
			}
			if o.To == d.From {
				return true
			}
			if !slices.Contains(seen, o.To) {
				seen = append(seen, o.To)
			}
		}
	}
	return false
}
