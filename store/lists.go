package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal/view"
	"closedloop/naming"
)

// The one list whose order is chosen by the reader. Its statement is put together here, from fixed parts only.

var listAccounts = named("Accounts")

// accountSort is a column by which accounts may be sorted. Items without a value come last, whatever the direction.
type accountSort struct {
	name   string // as readers know it
	column string
	kind   string // of the value in a cursor: text or timestamptz
	value  func(view.AccountItem) *string
}

// accountSorts are all of them; see [view.AccountSorts].
func accountSorts() []accountSort {
	return []accountSort{
		{"number", `a.number`, "text", func(i view.AccountItem) *string { return &i.Number }},
		{"name", `p.name COLLATE "zh-Hans-x-icu"`, "text", func(i view.AccountItem) *string { return given(i.Name) }},
		{"opened_at", `a.opened_at`, "timestamptz", func(i view.AccountItem) *string { return stamp(i.OpenedAt) }},
		{"updated_at", `a.updated_at`, "timestamptz", func(i view.AccountItem) *string { return stamp(i.UpdatedAt) }},
		{"deadline", `a.deadline_at`, "timestamptz", func(i view.AccountItem) *string { return stamp(i.Deadline) }},
		{"next_follow_up", `a.next_follow_up_at`, "timestamptz", func(i view.AccountItem) *string { return stamp(i.NextFollowUp) }},
	}
}

// given is a text for a cursor; nil when there is none.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// stamp is an instant for a cursor; nil when there is none.
func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.Format(time.RFC3339Nano)
	return &s
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

// statement is the list in this order, for the first page or for one that begins after a cursor, of accounts in which as
// many terms are found. Each term is a condition of its own, because the trigram index serves LIKE, not LIKE ALL.
func (by accountSort) statement(descending bool, c *cursor, terms int) string {
	direction, beyond := "ASC", ">"
	if descending {
		direction, beyond = "DESC", "<"
	}
	after := "true"
	switch {
	case c != nil && c.Value != nil:
		after = fmt.Sprintf("(%[1]s %[2]s @value::%[3]s OR (%[1]s = @value::%[3]s AND a.id %[2]s @after::text) OR %[1]s IS NULL)",
			by.column, beyond, by.kind)
	case c != nil:
		after = fmt.Sprintf("%s IS NULL AND a.id %s @after::text", by.column, beyond)
	}
	found := "true"
	for i := range terms {
		found += fmt.Sprintf(" AND p.search_text LIKE @%s", termName(i))
	}
	order := fmt.Sprintf("%s %s NULLS LAST, a.id %s", by.column, direction, direction)
	return strings.NewReplacer("{after}", after, "{found}", found, "{order}", order).Replace(string(listAccounts))
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
	args := as(v, pgx.StrictNamedArgs{
		"step": string(f.Step), "status": string(f.Status), "owner": string(f.Owner), "team": string(f.Team), "grade": string(f.Grade),
		"overdue": f.Overdue, "parent": string(f.Parent), "roll_up": f.RollUp, "limit": limit(f.Page) + 1,
	})
	terms := naming.Query(f.Query)
	for i, term := range terms {
		args[termName(i)] = containing(term)
	}
	if c != nil {
		args["after"] = c.ID
		if c.Value != nil {
			args["value"] = *c.Value
		}
	}
	rows, err := s.pool.Query(ctx, by.statement(descending, c, len(terms)), pgx.QueryExecModeCacheDescribe, args)
	if err != nil {
		return nil, "", fail("list accounts", err)
	}
	items, err := pgx.CollectRows(rows, scanAccountItem)
	if err != nil {
		return nil, "", fail("list accounts", err)
	}
	items, next := page(items, f.Page, func(i view.AccountItem) cursor { return cursor{list, by.value(i), string(i.ID)} })
	if f.RollUp && len(items) > 0 {
		if err := s.rolledUp(ctx, v, items); err != nil {
			return nil, "", fail("roll families up", err)
		}
	}
	return items, next, nil
}

// termName is the parameter of a term of the search.
func termName(i int) string { return fmt.Sprintf("term%d", i+1) }

// containing is what a text that contains a term is like.
func containing(term string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(term) + "%"
}
