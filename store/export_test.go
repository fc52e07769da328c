package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"closedloop/deal"
	"closedloop/deal/view"
)

// Statements are every text that this package sends to Postgres, by name.
func Statements() map[string]string {
	all := make(map[string]string)
	for name, text := range statements {
		if !isFragment(name) {
			all[name] = text
		}
	}
	for _, p := range projections() {
		for kind, text := range map[string]string{"upsert": p.upsert, "same": p.same, "count": p.count, "clear": p.clear, "show": p.show} {
			all[p.name+"."+kind] = text
		}
	}
	for name, q := range AccountQuestions(view.Viewer{}, view.AccountFilter{Query: "远 cf 江苏省", Step: deal.Screen, Owner: "x", Parent: "x", RollUp: true}) {
		all[name] = q.SQL
	}
	all["Cases.searched"] = caseQuery("冷链 远大", pgx.StrictNamedArgs{})
	return all
}

// StatementNames are the names in sql/*.sql.
func StatementNames() []string {
	var names []string
	for name := range statements {
		names = append(names, name)
	}
	return names
}

func isFragment(name string) bool {
	for _, f := range fragments() {
		if f == name {
			return true
		}
	}
	return false
}

// Unfilled tells whether a statement still has a place to fill in.
func Unfilled(text string) bool {
	return strings.Contains(text, "{") && !strings.Contains(text, "'{}'")
}

// Question is a statement with its arguments.
type Question struct {
	SQL  string
	Args pgx.StrictNamedArgs
}

// AccountQuestions are the statements of the list of accounts for a filter: in every order, from its beginning and from
// after an item with and without a value.
func AccountQuestions(v view.Viewer, f view.AccountFilter) map[string]Question {
	all := map[string]Question{}
	for _, by := range accountSorts() {
		value := map[string]string{"number": "KA-2026-010000", "name": "名8"}[by.name]
		if by.kind == "timestamptz" {
			value = "2026-05-04T02:00:00Z"
		}
		for _, descending := range []bool{false, true} {
			for i, c := range []*cursor{nil, {Value: &value, ID: "x"}, {ID: "x"}} {
				q := newAccountQuery(by, descending, c, v, f, []string{"x"})
				name := fmt.Sprintf("Accounts by %s, descending %t, page kind %d", by.name, descending, i)
				gather := q.gather()
				all[name+", gather"] = Question{gather.sql, gather.args}
				if by.sort == ofProfile && i < 2 {
					along := q.byName()
					all[name+", by name"] = Question{along.sql, along.args}
				}
				if q.narrow = false; q.walks() {
					walk := q.walk()
					all[name+", walk"] = Question{walk.sql, walk.args}
				}
			}
		}
	}
	return all
}

// MigrateBehind is Migrate with a patience of its own.
func MigrateBehind(ctx context.Context, url string, look, tell time.Duration, log *slog.Logger) error {
	return migrateBehind(ctx, url, &migrationLock{look: look, tell: tell, log: log})
}

// MigrateTo brings a database up to one of the migrations and no further.
func MigrateTo(ctx context.Context, url string, version int64) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return errors.Join(err, db.Close())
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	_, err = provider.UpTo(ctx, version)
	return errors.Join(err, db.Close())
}

// Dumped are the tables of a dump.
func Dumped() []string { return dumped() }
