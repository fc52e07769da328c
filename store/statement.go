package store

import (
	"embed"
	"path"
	"strings"
)

//go:embed sql/*.sql
var statementFiles embed.FS

// statement is the text of a named SQL statement. Parameters are $1, $2 … in what a command runs, and @name in what is
// read for people (pgx.StrictNamedArgs).
type statement string

// statements are all named statements of sql/*.sql by name.
var statements = loadStatements()

// named finds a statement; a misspelt name stops every test of this package.
func named(name string) statement {
	s, ok := statements[name]
	if !ok {
		panic("store: no statement is named " + name)
	}
	return statement(s)
}

// loadStatements reads every file: a statement begins with "-- name: X" and ends before the next one. "{X}" stands for
// the text of a fragment.
func loadStatements() map[string]string {
	entries, err := statementFiles.ReadDir("sql")
	if err != nil {
		panic(err) // embedded files are always there
	}
	all := make(map[string]string)
	for _, e := range entries {
		text, err := statementFiles.ReadFile(path.Join("sql", e.Name()))
		if err != nil {
			panic(err)
		}
		for _, part := range strings.Split("\n"+string(text), "\n-- name: ")[1:] {
			name, body, _ := strings.Cut(part, "\n")
			if _, twice := all[name]; twice {
				panic("store: two statements are named " + name)
			}
			all[name] = withoutComments(body)
		}
	}
	for name := range all {
		for _, fragment := range fragments() {
			all[name] = strings.ReplaceAll(all[name], "{"+fragment+"}", all[fragment])
		}
	}
	return all
}

// fragments are the statements that stand for a part of others: who sees an account, and columns in the order of a scan.
func fragments() []string {
	return []string{
		"CaseColumns", "ReviewColumns", "ReviewBreachColumns", "ActionColumns", "SupportRequests", "SupportColumns", // with others in them, so before these
		"Visible", "OfFamily", "TimedOnes", "Upward", "Members", "Living", "AccountItemColumns", "ApprovalColumns", "ApprovalFilters", "CalendarFeedColumns", "ContactColumns", "Dated", "DossierColumns", "ErasureColumns", "EventColumns", "InteractionColumns", "LeaveColumns", "NoteColumns",
		"ProfileColumns", "Speaks", "OnceOf", "HeldThen", "TaskColumns", "PersonVisible", "AccountTaskRow", "PersonTaskRow",
		"HandoverColumns", "HandoverCounts",
		"JobRunColumns",
		"OutgoingColumns", "OutgoingTables", "DeliveryColumns", "ChoiceColumns", "WebhookColumns",
		"BreachColumns", "BreachVisible", "BulletinColumns", "BulletinVisible",
	}
}

// withoutComments keeps the wire short; the comments are for whoever reads the file.
func withoutComments(body string) string {
	var lines []string
	for line := range strings.Lines(body) {
		if line = strings.TrimRight(line, "\n"); !strings.HasPrefix(strings.TrimSpace(line), "--") {
			lines = append(lines, line)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
