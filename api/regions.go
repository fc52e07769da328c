package api

import (
	"context"
	"fmt"
	"net/http"

	"closedloop/api/catalogue"
	"closedloop/calendar"
	"closedloop/deal"
)

// RegionQuery asks for the calendar of a region. Any name will do: a region is there as soon as a team carries it or a word
// about its calendar is kept, whichever comes first.
type RegionQuery struct {
	Region string `query:"region" maxLength:"100" doc:"small letters, digits and hyphens; absent: the calendar of the organisation"`
}

func (q RegionQuery) check() error {
	if q.Region != "" && !calendar.IsRegion(q.Region) {
		return wrong(catalogue.BadRegion, "query/region")
	}
	return nil
}

// teamsIn are the names of the teams that count with a region's calendar; none for the organisation's.
func teamsIn(org deal.Org, region string) []string {
	var names []string
	for _, t := range org.Teams {
		if region != "" && org.Region(t.ID) == region {
			names = append(names, t.Name)
		}
	}
	return names
}

type editTeamInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Region string `json:"region" maxLength:"100" doc:"small letters, digits and hyphens; empty: the one of the area around it, or none"`
	}
}

func (a *API) regionRoutes() {
	edit := op(http.MethodPatch, "/teams/{id}", "edit-team", "setup", "Say in which region a team works")
	edit.Description = "For administrators. An area hands its region down to its teams, unless they have their own. The deadlines of running " +
		"accounts that another calendar moves are placed anew within minutes, on record in their logs."
	register(a, edit, a.editTeam)
}

func (a *API) editTeam(ctx context.Context, in *editTeamInput) (*reply[teamBody], error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	if in.Body.Region != "" && !calendar.IsRegion(in.Body.Region) {
		return nil, wrong(catalogue.BadRegion, "/region")
	}
	me := who(ctx).person.ID
	if err := a.People.SetRegion(ctx, deal.TeamID(in.ID), in.Body.Region, me); err != nil {
		return nil, fmt.Errorf("set region of team: %w", err)
	}
	a.forgetPeople()
	org, err := a.People.Org(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the organisation: %w", err)
	}
	a.Logger.InfoContext(ctx, "region of a team changed", "trace_id", callOf(ctx).trace, "actor", me, "team", in.ID, "region", in.Body.Region)
	return &reply[teamBody]{Body: *teamIn(org, deal.TeamID(in.ID))}, nil
}
