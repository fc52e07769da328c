package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/naming"
)

// question is a family of requests; each request of it is drawn anew, the same ones in every run.
type question struct {
	Group string
	Name  string
	Who   string                                           // login
	draw  func(d *drawer) (path string)                    // of one request
	next  func(d *drawer, path string, body []byte) string // the request after an answer; nil: drawn anew
}

// drawer knows what there is to ask about, as one person sees it.
type drawer struct {
	random   *rand.Rand
	accounts []accountRow // a sample of those that the person sees
	people   []string
	teams    []string
}

type accountRow struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Name   string `json:"name"`
	Opened string `json:"opened_at"`
	Owner  *struct {
		ID string `json:"id"`
	} `json:"owner"`
	Team *struct {
		ID     string `json:"id"`
		Parent string `json:"parent"`
	} `json:"team"`
}

const base = "/api/v1"

func one[T any](d *drawer, from []T) T { return from[d.random.IntN(len(from))] }

// sort draws an order.
func (d *drawer) sort(q url.Values) {
	sign := ""
	if d.random.IntN(2) == 0 {
		sign = "-"
	}
	q.Set("sort", sign+one(d, view.AccountSorts()))
}

// filter draws so many different filters.
func (d *drawer) filter(q url.Values, n int) {
	for _, i := range d.random.Perm(6)[:n] {
		switch i {
		case 0:
			q.Set("step", string(one(d, deal.Steps())))
		case 1:
			q.Set("status", string(one(d, []deal.Status{deal.Active, deal.Paused, deal.Resting, deal.Closed})))
		case 2:
			q.Set("grade", string(one(d, deal.Grades())))
		case 3:
			q.Set("overdue", one(d, []string{"true", "false"}))
		case 4:
			q.Set("owner", one(d, d.people))
		case 5:
			q.Set("team", one(d, d.teams))
		}
	}
}

// word draws what somebody may type in search of a customer, of a sort.
func (d *drawer) word(sort string) string {
	a := one(d, d.accounts)
	name := []rune(a.Name)
	full, initials := naming.Pinyin(a.Name)
	stretch := func(text []rune, n int) string {
		n = min(n, len(text))
		at := d.random.IntN(len(text) - n + 1)
		return string(text[at : at+n])
	}
	switch sort {
	case "one character":
		return stretch(name, 1)
	case "two characters":
		return stretch(name, 2)
	case "three to five characters":
		return stretch(name, 3+d.random.IntN(3))
	case "the whole name":
		return a.Name
	case "one letter":
		return stretch([]rune(initials), 1)
	case "two initials":
		return stretch([]rune(initials), 2)
	case "three or four initials":
		return stretch([]rune(initials), 3+d.random.IntN(2))
	case "pinyin":
		return stretch([]rune(full), 4+d.random.IntN(8))
	case "number":
		return a.Number[d.random.IntN(6):]
	case "two words":
		first, _ := naming.Pinyin(stretch(name, 2))
		return first + " " + stretch(name, 2)
	case "nothing there":
		return stretch(name, 2) + "魑" + stretch(name, 1)
	}
	return ""
}

var searches = []string{
	"one character", "two characters", "three to five characters", "the whole name", "one letter", "two initials", "three or four initials",
	"pinyin", "number", "two words", "nothing there",
}

func with(path string, q url.Values) string {
	if len(q) == 0 {
		return base + path
	}
	return base + path + "?" + q.Encode()
}

// onward follows a list to its end, and begins another one there.
func onward(draw func(*drawer) string) func(*drawer, string, []byte) string {
	return func(d *drawer, path string, body []byte) string {
		var list struct {
			Next string `json:"next_cursor"`
		}
		if err := json.Unmarshal(body, &list); err != nil || list.Next == "" {
			return draw(d)
		}
		place, query, _ := strings.Cut(path, "?")
		q, err := url.ParseQuery(query)
		if err != nil {
			return draw(d)
		}
		q.Set("cursor", list.Next)
		return place + "?" + q.Encode()
	}
}

// viewers are whose scopes are asked about, with what is said of them on the page.
var viewers = []struct{ Login, Says string }{
	{"ops-1", "sales_ops: everything"},
	{"director-1", "director: the largest area"},
	{"manager-1-1", "manager: the largest team"},
	{"manager-5-8", "manager: the smallest team"},
	{"rep-1-1-1", "rep: most accounts"},
	{"rep-1-1-2", "rep who stands in for another"},
	{"rep-5-8-12", "rep: fewest accounts"},
	{"collector-1-1-1", "collector: what was brought"},
	{"finance-1", "finance: named in approvals"},
}

func questions() []question {
	var all []question
	add := func(group, name string, whos []string, draw func(*drawer) string) {
		for _, who := range whos {
			all = append(all, question{Group: group, Name: name, Who: who, draw: draw})
		}
	}
	var everybody []string
	for _, v := range viewers {
		everybody = append(everybody, v.Login)
	}
	accounts := func(build func(*drawer, url.Values)) func(*drawer) string {
		return func(d *drawer) string {
			q := url.Values{}
			build(d, q)
			return with("/accounts", q)
		}
	}
	const list = "Accounts"
	add(list, "as it opens", everybody, accounts(func(*drawer, url.Values) {}))
	add(list, "any order", everybody, accounts(func(d *drawer, q url.Values) { d.sort(q) }))
	add(list, "any order, one filter", everybody, accounts(func(d *drawer, q url.Values) { d.sort(q); d.filter(q, 1) }))
	add(list, "any order, two filters", everybody, accounts(func(d *drawer, q url.Values) { d.sort(q); d.filter(q, 2) }))
	add(list, "any order, three or four filters", everybody, accounts(func(d *drawer, q url.Values) { d.sort(q); d.filter(q, 3+d.random.IntN(2)) }))
	deep := accounts(func(d *drawer, q url.Values) { d.sort(q); d.filter(q, d.random.IntN(2)); q.Set("limit", "200") })
	for _, who := range []string{"ops-1", "director-1", "manager-1-1", "finance-1"} {
		all = append(all, question{Group: list, Name: "page after page of 200, any order, no or one filter", Who: who, draw: deep, next: onward(deep)})
	}
	for _, sort := range searches {
		find := accounts(func(d *drawer, q url.Values) { q.Set("q", d.word(sort)) })
		add("Search", sort, []string{"ops-1", "director-1", "manager-1-1", "rep-1-1-1", "finance-1"}, find)
	}
	add("Search", "any of these, any order, one or two filters", everybody, accounts(func(d *drawer, q url.Values) {
		q.Set("q", d.word(one(d, searches)))
		d.sort(q)
		d.filter(q, 1+d.random.IntN(2))
	}))
	all = append(append(all, inbox(everybody)...), pages()...)
	add("Besides", "what will reach me", everybody, func(*drawer) string { return base + "/me/upcoming" })
	return all
}

// inbox is what people have to do and to know.
func inbox(everybody []string) []question {
	var all []question
	add := func(name string, whos []string, path string, draw func(*drawer, url.Values)) {
		ask := func(d *drawer) string {
			q := url.Values{}
			draw(d, q)
			return with(path, q)
		}
		for _, who := range whos {
			all = append(all, question{Group: "Inbox", Name: name, Who: who, draw: ask})
		}
	}
	fixed := func(pairs ...string) func(*drawer, url.Values) {
		return func(_ *drawer, q url.Values) {
			for i := 0; i+1 < len(pairs); i += 2 {
				q.Set(pairs[i], pairs[i+1])
			}
		}
	}
	add("tasks: mine, open", everybody, "/tasks", fixed("status", "open"))
	add("tasks: mine, any status", everybody, "/tasks", func(d *drawer, q url.Values) {
		if s := one(d, []string{"", "open", "done", "void"}); s != "" {
			q.Set("status", s)
		}
	})
	leads := []string{"ops-1", "director-1", "manager-1-1", "finance-1"}
	add("tasks: somebody's", leads, "/tasks", func(d *drawer, q url.Values) {
		q.Set("assignee", one(d, d.people))
		if s := one(d, []string{"", "open", "done", "void"}); s != "" {
			q.Set("status", s)
		}
	})
	add("tasks: of an account", leads, "/tasks", func(d *drawer, q url.Values) {
		q.Set("account", one(d, d.accounts).ID)
		q.Set("assignee", one(d, d.people))
	})
	add("approvals: waiting for me", everybody, "/approvals", fixed("assignee", "me", "status", "pending"))
	add("approvals: newest", everybody, "/approvals", fixed())
	add("approvals: any filters", everybody, "/approvals", func(d *drawer, q url.Values) {
		for _, i := range d.random.Perm(4)[:1+d.random.IntN(2)] {
			switch i {
			case 0:
				q.Set("status", string(one(d, []deal.ApprovalStatus{deal.Pending, deal.Approved, deal.Rejected, deal.Withdrawn, deal.VoidStatus})))
			case 1:
				q.Set("kind", string(one(d, deal.ApprovalKinds())))
			case 2:
				q.Set("assignee", one(d, d.people))
			case 3:
				q.Set("account", one(d, d.accounts).ID)
			}
		}
	})
	add("notifications: newest", everybody, "/notifications", fixed())
	add("notifications: unread", everybody, "/notifications", fixed("unread", "true"))
	for _, list := range []string{"notifications", "approvals"} {
		path, name := "/"+list, list+": page after page"
		draw := func(*drawer) string { return with(path, url.Values{"limit": {"200"}}) }
		for _, who := range []string{"ops-1", "director-1", "manager-1-1"} {
			all = append(all, question{Group: "Inbox", Name: name, Who: who, draw: draw, next: onward(draw)})
		}
	}
	slices.SortStableFunc(all, func(a, b question) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// pages is what the page of an account asks for.
func pages() []question {
	var all []question
	for _, p := range []struct{ name, path string }{
		{"the account, with its gate", "/accounts/%s"},
		{"what will happen", "/accounts/%s/upcoming"},
		{"timeline, first page", "/accounts/%s/timeline"},
		{"contacts", "/accounts/%s/contacts"},
		{"interactions", "/accounts/%s/interactions"},
		{"battle map", "/accounts/%s/battle-map"},
		{"battle map at the beginning", "/accounts/%s/battle-map?at="},
	} {
		for _, who := range []string{"ops-1", "manager-1-1", "rep-1-1-1", "finance-1"} {
			all = append(all, question{Group: "Account page", Name: p.name, Who: who, draw: func(d *drawer) string {
				a := one(d, d.accounts)
				path := base + fmt.Sprintf(p.path, a.ID)
				if strings.HasSuffix(path, "at=") {
					path += a.Opened
				}
				return path
			}})
		}
	}
	return all
}

// learn collects what a person can ask about: accounts out of the whole of their scope, and names of people and teams.
func learn(ctx context.Context, s *service, c *client, seed uint64) (*drawer, error) {
	d := &drawer{random: randomOf(seed)}
	for _, sort := range []string{"number", "-number", "name", "-updated_at", "deadline"} {
		if _, err := c.get(ctx, base+"/accounts?limit=200&sort="+sort); err != nil {
			return nil, err
		}
		var list struct {
			Items []accountRow `json:"items"`
		}
		if err := json.Unmarshal(c.body, &list); err != nil {
			return nil, fmt.Errorf("read accounts: %w", err)
		}
		d.accounts = append(d.accounts, list.Items...)
	}
	if len(d.accounts) == 0 {
		return nil, fmt.Errorf("nothing in scope")
	}
	for _, a := range d.accounts {
		if a.Owner != nil {
			d.people = append(d.people, a.Owner.ID)
		}
		if a.Team != nil {
			d.teams = append(d.teams, a.Team.ID, a.Team.ID, a.Team.Parent)
		}
	}
	return d, nil
}

// randomOf draws the same in every run.
func randomOf(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) } //nolint:gosec // that is what it is for
