package api

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
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
	Clock       string       `json:"clock" doc:"step/<deadline>, approval/<id>/<level>, agenda/<matter>, follow_up, recheck, resume"`
	Kind        string       `json:"kind" doc:"step, approval, agenda, follow_up, recheck, resume"`
	Topic       string       `json:"topic" doc:"of the agenda: agreement, evaluation, regrade, service, survey, credit_change; else empty"`
	Rung        string       `json:"rung" doc:"remind, urge, superior, reassign, due, resume, recheck"`
	Due         *time.Time   `json:"due" doc:"of the clock"`
	To          []personBody `json:"to" doc:"as things stand now"`
	Text        string       `json:"text"`
	Provisional bool         `json:"provisional" doc:"a year on the way has no holiday data yet"`
}

type upcomingInput struct {
	AccountPath
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Exporting
}

type myUpcomingInput struct {
	Paging
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
			At: d.At.UTC(), Account: ref, Clock: d.Clock, Kind: string(d.Kind), Topic: string(d.Topic), Rung: string(d.Rung), Due: instant(d.Due),
			To: peopleIn(c.actor.org, d.To), Text: a.say.Notice(d.Notice(), c.lang, ref.Name), Provisional: d.Provisional,
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

// wakers is how many accounts are read at once for one person.
const wakers = 200

// myUpcoming merges what the accounts that the caller owns, leads, serves or has a seat in will tell the caller, in person or
// as a deputy at that instant. Accounts are read in the order in which they wake, and no further than it takes to know what
// comes first. What calls all of sales_ops stands in the list of the account alone: it may be any account.
func (a *API) myUpcoming(ctx context.Context, in *myUpcomingInput) (*reply[list[comingBody]], error) {
	me := who(ctx)
	from, err := placeOf(in.Cursor)
	if err != nil {
		return nil, err
	}
	var mine []comingBody
	for after := (view.Sleeper{}); ; {
		read, last, err := a.Work.Timed(ctx, me.viewer, after, wakers)
		if err != nil {
			return nil, fmt.Errorf("read accounts that wake: %w", err)
		}
		for _, account := range read {
			for _, item := range a.coming(ctx, account) {
				forMe := func(p personBody) bool { return deal.PersonID(p.ID) == me.person.ID }
				if from.before(item) && slices.ContainsFunc(item.To, forMe) {
					mine = append(mine, item)
				}
			}
		}
		slices.SortStableFunc(mine, func(x, y comingBody) int { return placeIn(x).compare(placeIn(y)) })
		if len(read) < wakers {
			break
		}
		after = last
		if len(mine) > in.Limit && mine[in.Limit].At.Before(after.WakeAt.Add(-deal.WakeWindow)) {
			break // whatever the others will do is due later
		}
	}
	next := ""
	if len(mine) > in.Limit {
		mine = mine[:in.Limit]
		next = placeIn(mine[in.Limit-1]).cursor()
	}
	return listOf(mine, next), nil
}

// place is where an item stands in the list of what is coming.
type place struct {
	At      time.Time `json:"at"`
	Account string    `json:"account"`
	Clock   string    `json:"clock"`
	Rung    string    `json:"rung"`
}

func placeIn(c comingBody) place { return place{c.At, c.Account.ID, c.Clock, c.Rung} }

func (p place) compare(o place) int {
	return cmp.Or(p.At.Compare(o.At), cmp.Compare(p.Account, o.Account), cmp.Compare(p.Clock, o.Clock), cmp.Compare(p.Rung, o.Rung))
}

// before tells whether an item stands behind the place; everything stands behind none.
func (p place) before(c comingBody) bool { return p == (place{}) || p.compare(placeIn(c)) < 0 }

func (p place) cursor() string {
	text, err := json.Marshal(p)
	if err != nil {
		return "" // an instant beyond the year 9999, which no clock reaches
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// placeOf reads a cursor; none is the beginning.
func placeOf(cursor string) (place, error) {
	var p place
	if cursor == "" {
		return p, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.Unmarshal(text, &p) != nil || p.Account == "" {
		return p, view.ErrBadCursor
	}
	return p, nil
}
