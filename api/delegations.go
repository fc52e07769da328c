package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
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
	add.Description = "Covers what is open already and gives it back at the end. At most three delegations stand in a row; longer chains and " +
		"circles are refused, and so is a deputy who is on leave all that time with nobody to stand in."
	add.DefaultStatus = http.StatusCreated
	register(a, add, a.delegate)
	end := op(http.MethodDelete, "/delegations/{id}", "end-delegation", "approvals", "Be back early, or call a delegation off")
	end.Description = "It ends now; one that has not begun vanishes. What is open goes back to its holder."
	register(a, end, a.endDelegation)
}

func delegationOf(org deal.Org, d deal.Delegation) delegationBody {
	return delegationBody{ID: d.ID, From: personIn(org, d.From), To: personIn(org, d.To), Since: d.Since.UTC(), Until: d.Until.UTC()}
}

// delegations lists those that concern the caller; sales_ops, auditors and administrators see all.
func (a *API) delegations(ctx context.Context, in *struct{ Paging }) (*reply[list[delegationBody]], error) {
	me := who(ctx)
	var found []deal.Delegation
	for _, d := range me.org.Delegations {
		if a.seesAbsence(me, d.From, d.To) {
			found = append(found, d)
		}
	}
	page, next, err := pageOf(found, in.Paging, func(d deal.Delegation) string { return d.ID })
	if err != nil {
		return nil, err
	}
	return listOf(mapped(page, func(d deal.Delegation) delegationBody { return delegationOf(me.org, d) }), next), nil
}

// representedBy are those whose matters are somebody's at the moment; nobody's where nobody is asked for.
func (a *API) representedBy(ctx context.Context, id deal.PersonID) []deal.PersonID {
	if id == "" {
		return nil
	}
	return who(ctx).org.StandsInFor(id, a.Now())
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
		org, err := a.People.Org(ctx)
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
			fits, why := a.fitting(&d, "/to")
			if err := a.People.AddDelegation(ctx, d, fits); err != nil {
				return nil, why(fmt.Errorf("add delegation: %w", err))
			}
			a.forgetPeople()
		}
		return &created[delegationBody]{Status: http.StatusCreated, Location: base + "/delegations", Body: delegationOf(org, d)}, nil
	})
}

func (a *API) judgeDelegation(me deal.Person, org deal.Org, d deal.Delegation) error {
	from, fromKnown := org.Person(d.From)
	to, toKnown := org.Person(d.To) // known here, so that all that is wrong comes at once
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
	}
	return a.fits(org, d, "/to")
}

// fitting asks once more whether a deputy fits, now that nobody else adds one: of two that close a circle together, each
// could look right beside the other. Why gives the reason in the place of the error that it was wrapped into.
func (a *API) fitting(d *deal.Delegation, pointer string) (fits func(deal.Org) error, why func(error) error) {
	var refusal error
	fits = func(org deal.Org) error {
		if refusal = nil; d != nil {
			refusal = a.fits(org, *d, pointer)
		}
		return refusal
	}
	return fits, func(err error) error {
		if refusal != nil {
			return refusal
		}
		return err
	}
}

// fits refuses a deputy who comes back to the beginning, stands too far down a chain, or is not there either. The pointer is
// the field that names the deputy.
func (a *API) fits(org deal.Org, d deal.Delegation, pointer string) error {
	to, known := org.Person(d.To)
	switch {
	case !known || !to.Active:
		return invalid([]reason{{code: string(deal.CodeUnknownPerson), pointer: pointer}})
	case d.From == d.To:
		return invalid([]reason{{code: catalogue.SamePerson, pointer: pointer}})
	}
	code, args := "", []string(nil)
	switch {
	case org.ClosesCircle(d):
		code = catalogue.DelegationCycle
	case org.ChainWith(d) > deal.MaxDelegationChain:
		code, args = catalogue.DelegationChain, []string{strconv.Itoa(deal.MaxDelegationChain)}
	case org.NobodyThere(d):
		code, args = catalogue.DeputyAway, []string{to.Name}
	default:
		return nil
	}
	f := no(http.StatusConflict, code, args...)
	f.reasons = []reason{{code: code, pointer: pointer, args: args}}
	return f
}

type DelegationPath struct {
	ID string `path:"id" maxLength:"64" doc:"UUID of the delegation"`
}

// endDelegation is for who made it possible: the person who is stood in for, the line above, an administrator; and for the
// deputy, who cannot be held to it.
func (a *API) endDelegation(ctx context.Context, in *DelegationPath) (*struct{}, error) {
	org, err := a.People.Org(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the organisation: %w", err)
	}
	me := who(ctx)
	i := slices.IndexFunc(org.Delegations, func(d deal.Delegation) bool { return d.ID == in.ID })
	if i < 0 || !a.seesAbsence(me, org.Delegations[i].From, org.Delegations[i].To) {
		return nil, fmt.Errorf("end delegation: %w", deal.ErrNotFound)
	}
	d := org.Delegations[i]
	if d.From != me.person.ID && d.To != me.person.ID && me.person.Role != deal.Admin && !above(org, me.person.ID, d.From) {
		return nil, no(http.StatusForbidden, string(deal.CodeNotYourRole))
	}
	if err := a.People.EndDelegation(ctx, d.ID, a.Now()); err != nil {
		return nil, fmt.Errorf("end delegation: %w", err)
	}
	a.forgetPeople()
	return nil, nil //nolint:nilnil // 204: there is nothing to say
}
