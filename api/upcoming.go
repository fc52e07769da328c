package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
)

type comingBody struct {
	At          time.Time    `json:"at"`
	Account     accountRef   `json:"account"`
	Clock       string       `json:"clock" doc:"step/<deadline>, approval/<id>/<level>, follow_up, recheck, resume"`
	Kind        string       `json:"kind" doc:"step, approval, follow_up, recheck, resume"`
	Rung        string       `json:"rung" doc:"remind, urge, superior, reassign, due, resume, recheck"`
	Due         *time.Time   `json:"due" doc:"of the clock"`
	To          []personBody `json:"to" doc:"as things stand now"`
	Text        string       `json:"text"`
	Provisional bool         `json:"provisional" doc:"a year on the way has no holiday data yet"`
}

type upcomingInput struct {
	AccountPath
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type myUpcomingInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (a *API) upcomingRoutes() {
	register(a, op(http.MethodGet, "/accounts/{id}/upcoming", "account-upcoming", "work", "What will happen to the account by itself"), a.upcoming)
	register(a, op(http.MethodGet, "/me/upcoming", "my-upcoming", "work", "What will reach you by itself"), a.myUpcoming)
}

func (a *API) coming(ctx context.Context, read view.Account) []comingBody {
	c := callOf(ctx)
	ref := accountRef{string(read.State.Account), read.State.Number, read.Profile.Name}
	return mapped(deal.DueList(read.State, c.actor.org), func(d deal.Coming) comingBody {
		return comingBody{
			At: d.At.UTC(), Account: ref, Clock: d.Clock, Kind: string(d.Kind), Rung: string(d.Rung), Due: instant(d.Due),
			To: peopleIn(c.actor.org, d.To), Text: a.say.Notice(deal.RungNotice(d.Kind, d.Rung), ref.Name, c.lang), Provisional: d.Provisional,
		}
	})
}

func (a *API) upcoming(ctx context.Context, in *upcomingInput) (*reply[list[comingBody]], error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	read, err := a.Accounts.Account(ctx, who(ctx).viewer, id)
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	items := a.coming(ctx, read)
	return listOf(items[:min(len(items), in.Limit)], ""), nil
}

// soonest is how many accounts are looked at for one person: those that wake first.
const soonest = 200

// myUpcoming merges what the accounts that the caller owns or leads will tell the caller, or somebody the caller stands
// in for.
func (a *API) myUpcoming(ctx context.Context, in *myUpcomingInput) (*reply[list[comingBody]], error) {
	me := who(ctx)
	read, err := a.Work.Timed(ctx, me.viewer, soonest)
	if err != nil {
		return nil, fmt.Errorf("read accounts that wake: %w", err)
	}
	var mine []comingBody
	for _, account := range read {
		for _, item := range a.coming(ctx, account) {
			forMe := func(p personBody) bool { return slices.Contains(me.viewer.Owners, deal.PersonID(p.ID)) }
			if slices.ContainsFunc(item.To, forMe) {
				mine = append(mine, item)
			}
		}
	}
	slices.SortStableFunc(mine, func(x, y comingBody) int { return x.At.Compare(y.At) })
	return listOf(mine[:min(len(mine), in.Limit)], ""), nil
}
