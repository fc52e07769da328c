package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"closedloop/api/catalogue"
	"closedloop/deal"
)

// personBody is somebody of the organisation.
type personBody struct {
	ID     string   `json:"id"`
	Login  string   `json:"login"`
	Name   string   `json:"name"`
	Role   roleName `json:"role,omitempty"`
	Team   string   `json:"team,omitempty" doc:"ID of the team"`
	Active bool     `json:"active"`
}

// teamBody is a team, or an area when it has no parent.
type teamBody struct {
	ID     string      `json:"id"`
	Name   string      `json:"name"`
	Parent string      `json:"parent,omitempty" doc:"ID of the area around it"`
	Lead   *personBody `json:"lead,omitempty"`
	Region string      `json:"region,omitempty" doc:"whose calendar counts in it: its own, or that of the area around it"`
}

type usersInput struct {
	Paging
	Role   roleName   `query:"role"`
	Team   string     `query:"team" doc:"ID; members of this team itself"`
	Active switchName `query:"active"`
	Query  string     `query:"q" maxLength:"100" doc:"part of the name or login"`
}

func (a *API) organisationRoutes() {
	register(a, op(http.MethodGet, "/users", "list-users", "setup", "People of the organisation"), a.users)
	edit := op(http.MethodPatch, "/users/{id}", "edit-user", "setup", "Say that somebody has left, or is back")
	edit.Description = "For administrators; saying it again changes nothing. Who has left is logged out everywhere, at once here and within a " +
		"second elsewhere, and their tokens are gone. Approvals that waited for them go to the next superior, other tasks are seen to by the " +
		"next superior, until the accounts are handed over. The days from which and until which somebody is off are kept: no leads are owed " +
		"for them."
	register(a, edit, a.editUser)
	register(a, op(http.MethodGet, "/teams", "list-teams", "setup", "Teams and areas with their leads"), a.teams)
	a.regionRoutes()
}

type editUserInput struct {
	ID   string `path:"id" maxLength:"64" doc:"ID of a person"`
	Body struct {
		Active bool `json:"active"`
	}
}

func (a *API) editUser(ctx context.Context, in *editUserInput) (*reply[personBody], error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	id := deal.PersonID(in.ID)
	person, known := who(ctx).org.Person(id)
	if !known {
		return nil, fmt.Errorf("edit user: %w", deal.ErrNotFound)
	}
	if id == who(ctx).person.ID && !in.Body.Active { // else nobody might be left who can let them in again
		return nil, no(http.StatusConflict, catalogue.OwnAccess)
	}
	if err := a.People.SetActive(ctx, id, in.Body.Active, a.Now()); err != nil {
		return nil, fmt.Errorf("edit user: %w", err)
	}
	a.forgetPeople()
	person.Active = in.Body.Active
	return &reply[personBody]{personOf(person)}, nil
}

func (a *API) users(ctx context.Context, in *usersInput) (*reply[list[personBody]], error) {
	var found []deal.Person
	active := in.Active.chosen()
	for _, p := range who(ctx).org.People {
		wanted := (in.Role == "" || p.Role == deal.Role(in.Role)) && (in.Team == "" || p.Team == deal.TeamID(in.Team)) &&
			(active == nil || p.Active == *active) &&
			(strings.Contains(strings.ToLower(p.Name), strings.ToLower(in.Query)) || strings.Contains(p.Login, strings.ToLower(in.Query)))
		if wanted {
			found = append(found, p)
		}
	}
	page, next, err := pageOf(found, in.Paging, func(p deal.Person) string { return string(p.ID) })
	if err != nil {
		return nil, err
	}
	return listOf(mapped(page, personOf), next), nil
}

func (a *API) teams(ctx context.Context, in *struct{ Paging }) (*reply[list[teamBody]], error) {
	org := who(ctx).org
	page, next, err := pageOf(org.Teams, in.Paging, func(t deal.Team) string { return string(t.ID) })
	if err != nil {
		return nil, err
	}
	return listOf(mapped(page, func(t deal.Team) teamBody { return *teamIn(org, t.ID) }), next), nil
}

func personOf(p deal.Person) personBody {
	return personBody{ID: string(p.ID), Login: p.Login, Name: p.Name, Role: roleName(p.Role), Team: string(p.Team), Active: p.Active}
}

// personIn is somebody by ID: nil for nobody, the bare ID for somebody whom the organisation no longer knows and for the
// system.
func personIn(org deal.Org, id deal.PersonID) *personBody {
	if id == "" {
		return nil
	}
	if p, ok := org.Person(id); ok {
		return ptr(personOf(p))
	}
	return &personBody{ID: string(id), Login: string(id), Name: string(id)}
}

func peopleIn(org deal.Org, ids []deal.PersonID) []personBody {
	return mapped(ids, func(id deal.PersonID) personBody { return *personIn(org, id) })
}

func teamIn(org deal.Org, id deal.TeamID) *teamBody {
	t, ok := org.Team(id)
	if !ok {
		return nil
	}
	return &teamBody{ID: string(t.ID), Name: t.Name, Parent: string(t.Parent), Lead: personIn(org, t.Lead), Region: org.Region(id)}
}
