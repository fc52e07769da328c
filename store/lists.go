package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

// The one list whose order is chosen by the reader: which accounts are on a page is asked first (listquery.go), and what the
// page shows of them second.

var (
	accountItems = named("AccountItems")
	ofFamily     = named("OfFamily")
	visible      = named("Visible")
)

// accountSort is a column by which accounts may be sorted. Items without a value come last, whatever the direction.
type accountSort struct {
	name   string // as readers know it
	column string
	kind   string // of the value in a cursor: text or timestamptz
	sort   sortKind
}

// sortKind says what is known of a column.
type sortKind int

// A column of accounts has a value in every row, the same value never twice, or sometimes none. A profile's column is in
// another table.
const (
	everyRow sortKind = iota
	unique
	nullable
	ofProfile
)

// accountSorts are all of them; see [view.AccountSorts].
func accountSorts() []accountSort {
	return []accountSort{
		{"number", `a.number`, "text", unique},
		{"name", `p.name COLLATE "zh-Hans-x-icu"`, "text", ofProfile},
		{"opened_at", `a.opened_at`, "timestamptz", everyRow},
		{"updated_at", `a.updated_at`, "timestamptz", everyRow},
		{"deadline", `a.deadline_at`, "timestamptz", nullable},
		{"next_follow_up", `a.next_follow_up_at`, "timestamptz", nullable},
	}
}

// stamp is an instant for a cursor; nil when there is none.
func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.Format(time.RFC3339Nano)
	return &s
}

// place is where something stood in the order when it was found.
type place struct {
	id    string
	value any // that it was sorted by: a string, a time.Time, or nil where it had none
}

// pageOf are the IDs of a page that was found with one place too many, and the cursor of the next page if there is one.
func pageOf(places []place, p view.Page, list string) (ids []string, next string) {
	places, next = page(places, p, func(last place) cursor {
		c := cursor{List: list, ID: last.id}
		switch value := last.value.(type) {
		case string:
			c.Value = &value
		case time.Time:
			c.Value = stamp(value)
		}
		return c
	})
	ids = make([]string, len(places))
	for i, found := range places {
		ids[i] = found.id
	}
	return ids, next
}

// usualSort shows first what moved last.
const usualSort = "-updated_at"

// order finds a sort by its word; a "-" before it turns it round.
func order(word string) (by accountSort, descending bool, err error) {
	if word == "" {
		word = usualSort
	}
	name, descending := strings.CutPrefix(word, "-")
	for _, by := range accountSorts() {
		if by.name == name {
			return by, descending, nil
		}
	}
	return accountSort{}, false, fmt.Errorf("sort accounts by %q: %w", word, view.ErrBadSort)
}

// Accounts lists accounts in the viewer's scope. The second value is the cursor of the next page; empty at the end.
func (s *Store) Accounts(ctx context.Context, v view.Viewer, f view.AccountFilter) ([]view.AccountItem, string, error) {
	by, descending, err := order(f.Sort)
	if err != nil {
		return nil, "", fail("list accounts", err)
	}
	list := fmt.Sprintf("accounts/%s/%t", by.name, descending)
	c, err := after(f.Page, list)
	if err == nil && by.kind == "timestamptz" {
		_, err = c.instant()
	}
	if err != nil {
		return nil, "", fail("list accounts", err)
	}
	teams, err := s.below(ctx, f.Team)
	if err != nil {
		return nil, "", fail("list accounts", err)
	}
	places, err := s.which(ctx, newAccountQuery(by, descending, c, v, f, teams))
	if err != nil {
		return nil, "", fail("list accounts", err)
	}
	// Commands of others come in between: an item shows what it is by now, and the next page begins where it was found.
	ids, next := pageOf(places, f.Page, list)
	rows, err := s.pool.Query(ctx, string(accountItems), as(v, pgx.StrictNamedArgs{"ids": ids}))
	if err != nil {
		return nil, "", fail("list accounts", err)
	}
	items, err := pgx.CollectRows(rows, scanAccountItem)
	if err != nil {
		return nil, "", fail("list accounts", err)
	}
	if f.RollUp && len(items) > 0 {
		if err := s.rolledUp(ctx, v, items); err != nil {
			return nil, "", fail("roll families up", err)
		}
	}
	return items, next, nil
}

// which finds the accounts of a page, and one more if there is one.
func (s *Store) which(ctx context.Context, q accountQuery) ([]place, error) {
	var places []place
	done := func(ask question) (complete bool, err error) {
		places, complete, err = s.ask(ctx, ask)
		return err != nil || complete || len(places) == q.limit, err
	}
	if q.walks() {
		wanted, err := s.expected(ctx, q.expect())
		if err != nil {
			return nil, err
		}
		if wanted > q.fill() {
			if done, err := done(q.walk()); done {
				return places, err
			}
		}
	}
	if q.by.sort == ofProfile && (q.cursor == nil || q.cursor.Value != nil) {
		if done, err := done(q.byName()); done {
			return places, err
		}
	}
	_, err := done(q.gather())
	return places, err
}

// expected is how many rows Postgres expects of a statement.
func (s *Store) expected(ctx context.Context, q question) (int, error) {
	var plans []struct {
		Plan struct {
			Rows int `json:"Plan Rows"`
		}
	}
	if err := s.pool.QueryRow(ctx, q.sql, pgx.QueryExecModeCacheDescribe, q.args).Scan(&plans); err != nil || len(plans) == 0 {
		return 0, err
	}
	return plans[0].Plan.Rows, nil
}

// ask runs a statement of [accountQuery]. A row without an ID tells that every row was looked at.
func (s *Store) ask(ctx context.Context, q question) (places []place, complete bool, err error) {
	// Planned with its values each time: how much of the house a filter or a viewer leaves differs by orders of magnitude.
	rows, err := s.pool.Query(ctx, q.sql, pgx.QueryExecModeCacheDescribe, q.args)
	if err != nil {
		return nil, false, err
	}
	var id *string
	var value any
	var all *bool
	_, err = pgx.ForEachRow(rows, []any{&id, &value, &all}, func() error {
		if id == nil {
			complete = *all
			return nil
		}
		places = append(places, place{*id, value})
		return nil
	})
	return places, complete, err
}

// below are a team and everything under it; none for a team that is none.
func (s *Store) below(ctx context.Context, team deal.TeamID) ([]string, error) {
	if team == "" {
		return nil, nil
	}
	org, err := s.Org(ctx)
	if err != nil {
		return nil, err
	}
	below := []string{}
	for _, t := range org.Teams {
		up, known := t, true
		for range org.Teams {
			if up.ID == team {
				below = append(below, string(t.ID))
				break
			}
			if up, known = org.Team(up.Parent); !known {
				break
			}
		}
	}
	return below, nil
}
