package store

import (
	"fmt"
	"strings"
)

// Statements are every text that this package sends to Postgres, by name.
func Statements() map[string]string {
	all := make(map[string]string)
	for name, text := range statements {
		if !isFragment(name) && name != "Accounts" {
			all[name] = text
		}
	}
	for _, p := range projections() {
		for kind, text := range map[string]string{"upsert": p.upsert, "same": p.same, "count": p.count, "clear": p.clear, "show": p.show} {
			all[p.name+"."+kind] = text
		}
	}
	value := "x"
	for _, by := range accountSorts() {
		for _, descending := range []bool{false, true} {
			for i, c := range []*cursor{nil, {Value: &value}, {}} {
				all[fmt.Sprintf("Accounts by %s, descending %t, page kind %d", by.name, descending, i)] = by.statement(descending, c, i)
			}
		}
	}
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
