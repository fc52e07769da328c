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
	At          time.Time    `json:"at" doc:"of what belongs to no account: the opening of the office after which the house looks"`
	Account     *accountRef  `json:"account,omitempty" doc:"absent when it belongs to no account"`
	Clock       string       `json:"clock" doc:"step/<deadline>, approval/<id>/<level>, agenda/<matter>, follow_up, recheck, resume; task/<id>, review/<id>, delegation/<id>, leave/<id>"`
	Kind        string       `json:"kind" doc:"step, approval, agenda, follow_up, recheck, resume; hands: a task goes to who stands in, or back; task, review, delegation, leave"`
	Topic       string       `json:"topic" doc:"of the agenda: agreement, evaluation, regrade, service, survey, credit_change; else empty"`
	Rung        string       `json:"rung" doc:"ask, remind, urge, superior, reassign, due, resume, recheck; taken_over, given_back; begin, end"`
	Due         *time.Time   `json:"due" doc:"of the clock, or the task"`
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
	mine := op(http.MethodGet, "/me/upcoming", "my-upcoming", "work", "What will reach you by itself")
	mine.Description = "Of accounts: rungs that speak to you, and tasks that will be yours for a time or come back. Beside them: your tasks that " +
		"belong to no account, with their ladder; monthly reviews; the delegations and the leave that concern you."
	register(a, mine, a.myUpcoming)
}

// coming is what the account's clocks will do, and which of its tasks will change hands after an instant.
func (a *API) coming(ctx context.Context, read view.Account, from time.Time) []comingBody {
	c := callOf(ctx)
	ref := &accountRef{string(read.State.Account), read.State.Number, read.Profile.Name}
	all := mapped(deal.DueList(read.State, c.actor.org), func(d deal.Coming) comingBody {
		return comingBody{
			At: d.At.UTC(), Account: ref, Clock: d.Clock, Kind: string(d.Kind), Topic: string(d.Topic), Rung: string(d.Rung), Due: instant(d.Due),
			To: peopleIn(c.actor.org, d.To), Text: a.say.Notice(d.Notice(), c.lang, ref.Name), Provisional: d.Provisional,
		}
	})
	for _, h := range deal.HandingList(read.State, c.actor.org, from) {
		all = append(all, comingBody{
			At: h.At.UTC(), Account: ref, Clock: "task/" + h.Task.ID, Kind: "hands", Rung: string(h.Kind), Due: instant(h.Task.Due),
			To: peopleIn(c.actor.org, []deal.PersonID{h.To}), Text: a.say.Notice(h.Kind, c.lang, a.say.Task(h.Task.Kind, c.lang, ref.Name)),
		})
	}
	slices.SortStableFunc(all, func(x, y comingBody) int { return x.At.Compare(y.At) })
	return all
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
	items := a.coming(ctx, read, a.Now())
	return listOf(items[:min(len(items), in.Limit)], ""), nil
}

// wakers is how many accounts are read at once for one person.
const wakers = 200

// myUpcoming merges what the accounts that the caller owns, leads, serves, supports or has a seat in will tell the caller, in
// person or as a deputy at that instant, with what belongs to no account.
func (a *API) myUpcoming(ctx context.Context, in *myUpcomingInput) (*reply[list[comingBody]], error) {
	me := who(ctx)
	from, err := placeOf(in.Cursor)
	if err != nil {
		return nil, err
	}
	m := &mine{api: a, from: from, limit: in.Limit, known: map[place]bool{}}
	if err := a.beside(ctx, m); err != nil {
		return nil, err
	}
	ends := me.org.LineEnds(me.viewer.Owners)
	err = m.walk(ctx, func(after view.Sleeper) ([]view.Account, view.Sleeper, error) {
		return a.Work.Timed(ctx, me.viewer, ends, after, wakers)
	})
	if err == nil && ends.Nobody { // what asks for somebody else calls all of sales operations, whatever the account
		err = m.walk(ctx, func(after view.Sleeper) ([]view.Account, view.Sleeper, error) {
			return a.Work.Reassigning(ctx, after, wakers)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read accounts that wake: %w", err)
	}
	items, next := m.items, ""
	if len(items) > in.Limit {
		items = items[:in.Limit]
		next = placeIn(items[in.Limit-1]).cursor()
	}
	return listOf(items, next), nil
}

// mine gathers what will reach the caller, behind a place and in order.
type mine struct {
	api   *API
	from  place
	limit int
	items []comingBody
	known map[place]bool
}

// add takes what speaks to the caller; the order is made by sort.
func (m *mine) add(ctx context.Context, items ...comingBody) {
	me := who(ctx).person.ID
	for _, item := range items {
		at := placeIn(item)
		if m.from.before(item) && !m.known[at] && slices.ContainsFunc(item.To, func(p personBody) bool { return deal.PersonID(p.ID) == me }) {
			m.known[at] = true
			m.items = append(m.items, item)
		}
	}
}

func (m *mine) sort() {
	slices.SortStableFunc(m.items, func(x, y comingBody) int { return placeIn(x).compare(placeIn(y)) })
}

// walk reads accounts in the order in which they do something, and no further than it takes to know what comes first.
func (m *mine) walk(ctx context.Context, read func(after view.Sleeper) ([]view.Account, view.Sleeper, error)) error {
	for after := (view.Sleeper{}); ; {
		accounts, last, err := read(after)
		if err != nil {
			return err
		}
		for _, account := range accounts {
			m.add(ctx, m.api.coming(ctx, account, m.api.Now())...)
		}
		m.sort()
		if len(accounts) < wakers {
			return nil
		}
		after = last
		if len(m.items) > m.limit && m.items[m.limit].At.Before(after.WakeAt.Add(-deal.WakeWindow)) {
			return nil // whatever the others will do is due later
		}
	}
}

// beside adds what belongs to no account.
func (a *API) beside(ctx context.Context, m *mine) error {
	c := callOf(ctx)
	org := c.actor.org
	ahead, err := a.Ahead.Ahead(ctx, org)
	if err != nil {
		return fmt.Errorf("look ahead: %w", err)
	}
	m.add(ctx, mapped(ahead, func(h view.Ahead) comingBody {
		return comingBody{
			At: h.At.UTC(), Clock: h.Ref, Kind: string(h.Kind), Rung: string(h.Rung), Due: instant(h.Due), To: peopleIn(org, h.To),
			Text: a.say.Notice(h.Notice, c.lang, h.Args...), Provisional: h.Provisional,
		}
	})...)
	now := a.Now()
	change := func(at time.Time, kind, rung, id string, people ...deal.PersonID) {
		if !at.After(now) {
			return
		}
		var names []string
		for _, p := range peopleIn(org, people) {
			names = append(names, p.Name)
		}
		m.add(ctx, comingBody{At: at.UTC(), Clock: kind + "/" + id, Kind: kind, Rung: rung, To: peopleIn(org, people), Text: a.say.Change(kind, rung, c.lang, names...)})
	}
	for _, d := range org.Delegations {
		change(d.Since, "delegation", "begin", d.ID, d.From, d.To)
		change(d.Until, "delegation", "end", d.ID, d.From, d.To)
	}
	for _, l := range org.Leaves {
		change(l.Since, "leave", "begin", l.ID, l.Person)
		change(l.Until, "leave", "end", l.ID, l.Person)
	}
	return nil
}

// place is where an item stands in the list of what is coming.
type place struct {
	At      time.Time `json:"at"`
	Account string    `json:"account"`
	Clock   string    `json:"clock"`
	Rung    string    `json:"rung"`
}

func placeIn(c comingBody) place {
	p := place{At: c.At, Clock: c.Clock, Rung: c.Rung}
	if c.Account != nil {
		p.Account = c.Account.ID
	}
	return p
}

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
	if err != nil || json.Unmarshal(text, &p) != nil || p.Clock == "" {
		return p, view.ErrBadCursor
	}
	return p, nil
}
