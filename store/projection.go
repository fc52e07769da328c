package store

import (
	"fmt"
	"slices"
	"strings"
)

// projection is a table that follows from the log. Its statements are made of its columns, so that what a command
// writes, what [Store.Rebuild] writes and what [Store.Compare] looks for cannot differ.
type projection struct {
	name    string
	account string   // column with the account's ID
	key     []string // primary key
	columns []string
	fixed   []string // columns that an update leaves as they were inserted
	worked  []worked // columns that follow from others
	upsert  string
	same    string // is the row with this key equal to these values?
	count   string // rows of an account
	clear   string // deletes them
	show    string // a row as JSON, by key
}

// row is one row of a projection; values stand in the order of its columns.
type row struct {
	of     *projection
	values []any
}

// worked is a column that Postgres works out as the row is written, of the row's own values and of rows written before it.
type worked struct {
	column     string
	expression string // {column} stands for a value of the row
}

// newProjection takes the column names separated by blanks. The primary key comes first.
func newProjection(name, account string, keys int, columns string, fixed ...string) *projection {
	p := &projection{name: name, account: account, columns: strings.Fields(columns), fixed: fixed}
	p.key = p.columns[:keys]
	p.build()
	return p
}

// working adds a column that is worked out.
func (p *projection) working(column, expression string) *projection {
	p.worked = append(p.worked, worked{column, expression})
	p.build()
	return p
}

// build makes the statements.
func (p *projection) build() {
	var marks, sets, compared, byKey, values []string
	for i, column := range p.columns {
		mark := fmt.Sprintf("$%d", i+1)
		marks = append(marks, mark)
		compared = append(compared, compare(column, mark))
		switch {
		case slices.Contains(p.key, column):
			byKey = append(byKey, column+" = "+mark)
		case !slices.Contains(p.fixed, column):
			sets = append(sets, column+" = EXCLUDED."+column)
		}
		values = append(values, "{"+column+"}", mark)
	}
	columns := slices.Clone(p.columns)
	for _, w := range p.worked {
		expression := strings.NewReplacer(values...).Replace(w.expression)
		columns, marks = append(columns, w.column), append(marks, expression)
		sets = append(sets, w.column+" = EXCLUDED."+w.column)
		compared = append(compared, compare(w.column, expression))
	}
	where := strings.Join(byKey, " AND ")
	p.upsert = fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO UPDATE SET %s",
		p.name, strings.Join(columns, ", "), strings.Join(marks, ", "), strings.Join(p.key, ", "), strings.Join(sets, ", "))
	p.same = fmt.Sprintf("SELECT %s FROM %s WHERE %s", strings.Join(compared, " AND "), p.name, where)
	p.count = fmt.Sprintf("SELECT count(*) FROM %s WHERE %s = $1", p.name, p.account)
	p.clear = fmt.Sprintf("DELETE FROM %s WHERE %s = $1", p.name, p.account)
	p.show = fmt.Sprintf("SELECT row_to_json(r)::text FROM %s r WHERE %s", p.name, where)
}

// compare is the condition that a column has a value; JSON is compared as the text it is.
func compare(column, mark string) string {
	if column == "state" || column == "levels" {
		column += "::text"
	}
	return column + " IS NOT DISTINCT FROM " + mark
}

// The projections of an account's log.
var (
	accountsTable = newProjection("accounts", "id", 1, `id number seq head cycle step pass status outcome owner_id team_id opened_by
		grade intake late overdue deadline_at next_follow_up_at wake_at resume_on book_name book_version calendar provisional placed_until parent_id
		merged_into served_by opened_at entered_at updated_at state`).working("seen_by", `ARRAY(
			SELECT p COLLATE "C" FROM unnest(ARRAY[{owner_id}, {team_id}, {opened_by}]::text[]) p WHERE p IS NOT NULL
			UNION
			SELECT unnest(l.people) COLLATE "C" FROM approval_levels l WHERE l.account_id = {id}
			UNION
			SELECT unnest({served_by}::text[]) COLLATE "C"
			UNION
			SELECT t.assignee_id FROM tasks t WHERE t.account_id = {id} AND t.kind = 'serve' AND t.status = 'open'
			ORDER BY 1)`)
	tasksTable = newProjection("tasks", "account_id", 1,
		`id account_id kind assignee_id ref due_at status opened_at closed_at closed_by deputy_id`)
	approvalsTable = newProjection("approvals", "account_id", 1, `id account_id cycle kind requester_id requested_at subject_type
		subject_id subject_version amount_minor currency text_id text_hash status level levels closed_at used waiting grade acting_id`, "cycle")
	levelsTable = newProjection("approval_levels", "account_id", 3,
		`approval_id level seat account_id requester_id holder_id people decision decided_by decided_at`)
	notificationsTable = newProjection("notifications", "account_id", 1, `id account_id seq recipient_id kind ref due_at at`).
				working("unread", `NOT EXISTS (SELECT FROM notification_reads r WHERE r.notification_id = {id})`)
	followUpsTable = newProjection("follow_ups", "account_id", 1,
		`id account_id cycle due_at note_id note_hash dated_by auto set_at closed_at status`)
	interactionsTable = newProjection("interactions", "account_id", 1, `id account_id cycle step pass kind at contact_ids by_id
		aim_id aim_hash result_id result_hash next_step_id next_step_hash next_at intent`)
)

// projections are all of them; the account's own row comes last, so that it never speaks of rows not yet there.
func projections() []*projection {
	return []*projection{
		tasksTable, approvalsTable, levelsTable, notificationsTable, followUpsTable, interactionsTable, accountsTable,
	}
}
