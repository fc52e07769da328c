package crowd

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// table is one that has rows for every account, with the columns that are written by us and not by the database.
type table struct {
	name    string
	columns []string
	account int // place of the account's ID
}

// place is where a column stands; -1 when it is not there.
func (t table) place(column string) int {
	for i, c := range t.columns {
		if c == column {
			return i
		}
	}
	return -1
}

func (t table) list() string {
	quoted := make([]string, len(t.columns))
	for i, c := range t.columns {
		quoted[i] = pgx.Identifier{c}.Sanitize()
	}
	return strings.Join(quoted, ", ")
}

// rows are an account's rows as COPY writes them: a line each, columns with tabs between.
func (t table) rows(ctx context.Context, conn *pgx.Conn, account string) ([][]string, error) {
	var out bytes.Buffer
	sql := fmt.Sprintf("COPY (SELECT %s FROM %s WHERE %s = '%s') TO STDOUT", t.list(), pgx.Identifier{t.name}.Sanitize(),
		pgx.Identifier{t.columns[t.account]}.Sanitize(), account)
	if _, err := conn.PgConn().CopyTo(ctx, &out, sql); err != nil {
		return nil, fmt.Errorf("read %s: %w", t.name, err)
	}
	var rows [][]string
	for line := range strings.Lines(out.String()) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows, nil
}

// tables are those of the schema that belong to accounts, whatever release it is, except for what is only passing through,
// what a trigger keeps, and the log, whose rows are chained anew. IDs that the database counts are left to it.
func tables(ctx context.Context, conn *pgx.Conn) ([]table, error) {
	rows, err := conn.Query(ctx, `
		SELECT c.table_name, c.column_name
		FROM information_schema.columns c
		JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
		WHERE c.table_schema = 'public' AND c.is_identity = 'NO' AND c.is_generated = 'NEVER'
			AND c.table_name NOT IN ('account_events', 'account_search', 'staged', 'import_rows')
			AND (c.table_name = 'accounts' OR EXISTS (SELECT FROM information_schema.columns k WHERE k.table_schema = c.table_schema
				AND k.table_name = c.table_name AND k.column_name = 'account_id'))
		ORDER BY c.table_name, c.ordinal_position`)
	if err != nil {
		return nil, fmt.Errorf("look for tables: %w", err)
	}
	var all []table
	var name, column string
	_, err = pgx.ForEachRow(rows, []any{&name, &column}, func() error {
		if len(all) == 0 || all[len(all)-1].name != name {
			all = append(all, table{name: name})
		}
		t := &all[len(all)-1]
		if column == "account_id" || (name == "accounts" && column == "id") {
			t.account = len(t.columns)
		}
		t.columns = append(t.columns, column)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for tables: %w", err)
	}
	return all, nil
}

// eventsTable is the log.
var eventsTable = table{name: "account_events", columns: strings.Fields(
	"account_id seq cycle step kind version body actor command_key at prev_hash hash")}
