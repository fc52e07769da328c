package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/store"
	"closedloop/testkit"
)

// G8: whatever is sent to Postgres fits the migrated schema.
func TestG8_everyStatementCanBePrepared(t *testing.T) {
	t.Parallel()
	conn := connect(t, testkit.Database(t))
	_, err := conn.Exec(t.Context(), store.Statements()["MakeOwnerTable"])
	require.NoError(t, err)
	for name, text := range store.Statements() {
		require.False(t, store.Unfilled(text), "%s has a place that nobody filled in: %s", name, text)
		sql, _, err := pgx.NamedArgs{}.RewriteQuery(t.Context(), conn, text, nil)
		require.NoError(t, err, name)
		_, err = conn.Prepare(t.Context(), "", sql)
		require.NoError(t, err, "%s: %s", name, sql)
	}
	require.Greater(t, len(store.Statements()), 100)
}

func TestStatements_areAllUsed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	used := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`named\("(\w+)"\)`).FindAllStringSubmatch(string(source), -1) {
			used[m[1]] = true
		}
	}
	for _, name := range store.StatementNames() {
		require.True(t, used[name] || store.Statements()[name] == "", "nobody uses statement %s", name)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close(t.Context())) })
	return conn
}
