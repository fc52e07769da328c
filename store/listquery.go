package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/naming"
)

// A page of accounts is found in one of three ways.
//
// The walk goes through the index of the order, from where the page begins, and keeps what the viewer sees and the reader
// asked for, until the page is full. That is fast where much of the house is wanted, and endless where little is. So it
// ends after so many rows, and says whether it came to an end.
//
// Then, and at once where little is expected, everything is gathered that is wanted and sorted: Postgres chooses the index
// that leaves least. Names are slow to compare, so for their order the index of names is held against what was gathered.
//
// Left to itself, Postgres would choose between walk and gathering by what it expects; where filters and scope hang together
// it expects wrongly, and reads the whole house for a page of nothing. So it is asked what it expects, and not relied on.

// accountQuery is a question to the list of accounts on its way to statements, which are put together from fixed parts.
type accountQuery struct {
	by         accountSort
	descending bool
	cursor     *cursor
	filters    []string // conditions on columns that stand in the index of every order
	others     []string // further conditions on the row a of accounts
	found      []string // conditions on the row p of account_profile
	short      []string // conditions of found whose terms have no trigram
	grams      []string // those terms, for an index of their own
	limit      int      // of rows, with the one that tells of a next page
	narrow     bool     // everything wanted belongs to one person or family: no walk comes by enough of it
	args       pgx.StrictNamedArgs
}

// newAccountQuery takes the teams of the filter with those below them.
func newAccountQuery(by accountSort, descending bool, c *cursor, v view.Viewer, f view.AccountFilter, teams []string) accountQuery {
	q := accountQuery{
		by: by, descending: descending, cursor: c, limit: limit(f.Page) + 1, others: []string{string(visible)},
		args: as(v, pgx.StrictNamedArgs{"limit": limit(f.Page) + 1}),
	}
	filter := func(into *[]string, wanted bool, condition, name string, value any) {
		if wanted {
			*into = append(*into, condition)
			q.args[name] = value
		}
	}
	filter(&q.filters, f.Status != "", "a.status = @status", "status", string(f.Status))
	filter(&q.filters, f.Step != "", "a.step = @step", "step", string(f.Step))
	filter(&q.filters, f.Grade != "", "a.grade = @grade", "grade", string(f.Grade))
	filter(&q.filters, f.Overdue != nil, "a.overdue = @overdue::boolean", "overdue", f.Overdue)
	filter(&q.others, f.Owner != "", "a.owner_id = @owner", "owner", string(f.Owner))
	filter(&q.others, f.Team != "", "a.team_id = ANY(@below::text[])", "below", teams)
	filter(&q.others, f.Parent != "", string(ofFamily), "parent", string(f.Parent))
	if f.RollUp {
		q.others = append(q.others, "a.parent_id IS NULL AND a.merged_into IS NULL")
	}
	for i, term := range searched(f.Query) {
		name := termName(i)
		filter(&q.found, true, "p.search_text LIKE @"+name, name, containing(term))
		if utf8.RuneCountInString(term) < trigram {
			q.short, q.grams = append(q.short, q.found[i]), append(q.grams, term)
		}
	}
	if c != nil {
		q.args["after"] = c.ID
		if c.Value != nil {
			q.args["value"] = *c.Value
		}
	}
	q.narrow = f.Owner != "" || f.Parent != "" || ownOnly(v)
	return q
}

// ownOnly tells whether somebody sees little of the house: who leads nobody and is not staff whom approvals of everybody
// come to.
func ownOnly(v view.Viewer) bool {
	return !v.All && len(v.Teams) == 0 && (v.Person.Role == deal.Rep || v.Person.Role == deal.Collector)
}

// searched are the terms of a search, without those that follow from others.
func searched(query string) []string {
	terms := naming.Query(query)
	return slices.DeleteFunc(slices.Clone(terms), func(term string) bool {
		return slices.ContainsFunc(terms, func(other string) bool { return implies(other, term) })
	})
}

// implies tells whether a term is the pinyin that goes with another one, a short one in Chinese characters: where that is
// looked for by itself, its pinyin is found as well.
func implies(short, pinyin string) bool {
	if utf8.RuneCountInString(short) >= trigram || short == pinyin {
		return false
	}
	terms := naming.Query(short)
	return len(terms) == 2 && terms[0] == short && terms[1] == pinyin
}

// trigram is the least that an index of trigrams can look for, in characters.
const trigram = 3

// Of a walk: how many rows are looked at for one that is wanted, how many at most, and how many must be wanted in all that it
// is worth while. What a search finds rarely takes long to gather as well, so for a search more are looked at sooner.
const (
	patience       = 40
	searchPatience = 80
	longestWalk    = 4000
	few            = 3000
	fewFound       = 1500
)

// fill is how many must be wanted in all for a walk to fill a page: in a house of a hundred thousand, where they lie evenly.
func (q accountQuery) fill() int {
	if len(q.found) > 0 {
		return fewFound
	}
	return few
}

// walks tells whether a walk may fill the page.
func (q accountQuery) walks() bool {
	return !q.narrow && (q.by.sort == nullable || q.cursor == nil || q.cursor.Value != nil)
}

// question is a statement with its arguments.
type question struct {
	sql  string
	args pgx.StrictNamedArgs
}

// walk asks on the way of the order. The last row has no ID and tells whether there was nothing more to look at. Here as in
// the other two a row comes with the value that it was sorted by: the next page begins there, wherever the account is by then.
func (q accountQuery) walk() question {
	rows := q.limit * patience
	if len(q.found) > 0 {
		rows = q.limit * searchPatience
	}
	args := maps.Clone(q.args)
	args["rows"] = min(rows, longestWalk)
	columns := "a.id, a.seen_by, a.owner_id, a.team_id, a.parent_id, a.merged_into, " + q.by.column + " AS value"
	var walked, from, value string
	conditions := q.others
	if q.by.sort == ofProfile {
		walked = "SELECT p.account_id, p.search_text, p.name FROM account_profile p WHERE " + q.beyond("p.account_id") + q.ordered("p.account_id")
		value = "p.name"
		from = "walked p CROSS JOIN LATERAL (SELECT * FROM accounts a WHERE a.id = p.account_id OFFSET 0) a"
		conditions = slices.Concat(q.filters, q.others, q.found)
	} else {
		walked = q.stretches(columns)
		from, value = "walked a", "a.value"
		if len(q.found) > 0 { // fenced, so that accounts stay in their order
			from += " CROSS JOIN LATERAL (SELECT FROM account_profile p WHERE p.account_id = a.id AND " + strings.Join(q.found, " AND ") + " OFFSET 0) p"
		}
	}
	sql := fmt.Sprintf(`WITH walked AS MATERIALIZED (SELECT * FROM (%s) walked LIMIT @rows)
(SELECT a.id, %s, NULL::boolean FROM %s WHERE %s)
UNION ALL
(SELECT NULL, NULL, count(*) < @rows AND %t FROM walked)
LIMIT @limit`, walked, value, from, strings.Join(conditions, " AND "), q.by.sort != ofProfile) // an account may have no profile
	return question{sql, args}
}

// stretches are the rows of the index in order: those with a value and, where there may be none, those without.
func (q accountQuery) stretches(columns string) string {
	stretch := func(conditions ...string) string {
		return "(SELECT " + columns + " FROM accounts a WHERE " + strings.Join(slices.Concat(conditions, q.filters), " AND ") + q.ordered("a.id") + ")"
	}
	if q.by.sort != nullable {
		return stretch(q.beyond("a.id"))
	}
	without := q.by.column + " IS NULL"
	if q.cursor != nil && q.cursor.Value == nil {
		return stretch(without, "a.id "+q.sign()+" @after::text")
	}
	return stretch(q.by.column+" IS NOT NULL", q.beyond("a.id")) + " UNION ALL " + stretch(without)
}

func (q accountQuery) sign() string {
	if q.descending {
		return "<"
	}
	return ">"
}

func (q accountQuery) direction() string {
	if q.descending {
		return "DESC"
	}
	return "ASC"
}

// beyond are rows with a value after the cursor's.
func (q accountQuery) beyond(id string) string {
	switch {
	case q.cursor == nil || q.cursor.Value == nil:
		return "true"
	case q.by.sort == unique:
		return fmt.Sprintf("(%s %s @value::%s AND %s <> @after::text)", q.by.column, q.sign(), q.by.kind, id)
	}
	return fmt.Sprintf("(%s, %s) %s (@value::%s, @after::text)", q.by.column, id, q.sign(), q.by.kind)
}

func (q accountQuery) ordered(id string) string {
	if q.by.sort == unique {
		return fmt.Sprintf(" ORDER BY %s %s", q.by.column, q.direction())
	}
	return fmt.Sprintf(" ORDER BY %[1]s %[3]s, %[2]s %[3]s", q.by.column, id, q.direction())
}

// wanted are all accounts that the reader asks for, whatever the page: where they come from, on what conditions.
func (q accountQuery) wanted() (from string, conditions []string, args pgx.StrictNamedArgs) {
	args = maps.Clone(q.args)
	for name := range args {
		if name == "limit" || name == "after" || name == "value" {
			delete(args, name)
		}
	}
	from, conditions = "accounts a", slices.Concat(q.filters, q.others)
	if len(q.found) > len(q.short) {
		from += " JOIN account_profile f ON f.account_id = a.id"
	}
	for i, condition := range q.found {
		if slices.Contains(q.short, condition) {
			delete(args, termName(i))
			continue
		}
		conditions = append(conditions, "f."+strings.TrimPrefix(condition, "p."))
	}
	if len(q.grams) > 0 {
		from += " JOIN account_search s ON s.account_id = a.id"
		conditions = append(conditions, "s.grams @> @grams::text[]")
		args["grams"] = q.grams
	}
	return from, conditions, args
}

// expect asks how many accounts are wanted, as far as Postgres knows without looking.
func (q accountQuery) expect() question {
	from, conditions, args := q.wanted()
	return question{"EXPLAIN (FORMAT JSON) SELECT FROM " + from + " WHERE " + strings.Join(conditions, " AND "), args}
}

// paged adds what a page needs.
func (q accountQuery) paged(args pgx.StrictNamedArgs) pgx.StrictNamedArgs {
	for _, name := range []string{"limit", "after", "value"} {
		if value, ok := q.args[name]; ok {
			args[name] = value
		}
	}
	return args
}

// byName asks along the index of names for what was gathered. An account without a profile has no name and is not found.
func (q accountQuery) byName() question {
	from, conditions, args := q.wanted()
	sql := fmt.Sprintf(`SELECT p.account_id, p.name, NULL::boolean FROM account_profile p
WHERE %s AND (p.account_id IN (SELECT a.id FROM %s WHERE %s)) IS TRUE %s LIMIT @limit`,
		q.beyond("p.account_id"), from, strings.Join(conditions, " AND "), q.ordered("p.account_id"))
	return question{sql, q.paged(args)}
}

// gather asks for everything wanted and sorts it. It is fenced, so that no index of an order is walked for it.
func (q accountQuery) gather() question {
	from, conditions, args := q.wanted()
	switch {
	case q.cursor == nil:
	case q.cursor.Value == nil:
		conditions = append(conditions, fmt.Sprintf("%s IS NULL AND a.id %s @after::text", q.by.column, q.sign()))
	default:
		conditions = append(conditions, fmt.Sprintf("(%[1]s %[2]s @value::%[3]s OR (%[1]s = @value::%[3]s AND a.id %[2]s @after::text) OR %[1]s IS NULL)",
			q.by.column, q.sign(), q.by.kind))
	}
	if q.by.sort == ofProfile {
		from += " LEFT JOIN account_profile p ON p.account_id = a.id"
	}
	sql := fmt.Sprintf(`SELECT g.id, g.value, NULL::boolean FROM (SELECT a.id, %s AS value FROM %s WHERE %s OFFSET 0) g
ORDER BY g.value %[4]s NULLS LAST, g.id %[4]s LIMIT @limit`, q.by.column, from, strings.Join(conditions, " AND "), q.direction())
	return question{sql, q.paged(args)}
}

// termName is the parameter of a term of the search.
func termName(i int) string { return fmt.Sprintf("term%d", i+1) }

// containing is what a text that contains a term is like.
func containing(term string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(term) + "%"
}
