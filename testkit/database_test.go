package testkit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/store"
)

func connect(ctx context.Context, c *Cluster, database string) (*pgx.Conn, error) {
	return pgx.Connect(ctx, c.URL(database))
}

// names lists the databases that begin with a prefix.
func names(t *testing.T, c *Cluster, prefix string) []string {
	t.Helper()
	conn, err := connect(t.Context(), c, "postgres")
	require.NoError(t, err)
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), `SELECT datname FROM pg_database WHERE starts_with(datname, $1)`, prefix)
	require.NoError(t, err)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return found
}

func TestDatabase_isMigratedAndGoneAfterTheTest(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("a test with a database", func(t *testing.T) {
		began := time.Now()
		url := Database(t)
		t.Logf("a clone took %s", time.Since(began))
		conn, err := pgx.Connect(t.Context(), url)
		require.NoError(t, err) // left open, as a careless test does
		name = conn.Config().Database
		var events int
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM account_events`).Scan(&events))
		require.Zero(t, events)
		require.NoError(t, store.Migrate(t.Context(), url), "nothing is left to migrate")
	})
	require.Empty(t, names(t, Postgres(t), name))
}

func TestClone_migratesOnceAndGivesEverybodyTheirOwn(t *testing.T) {
	t.Parallel()
	c := joined(t)
	var migrated atomic.Int32
	migrate := func(ctx context.Context, url string) error {
		migrated.Add(1)
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, `CREATE TABLE banks (name text)`)
		return err
	}
	clones := make([]string, 6)
	var wait sync.WaitGroup
	for i := range clones {
		wait.Go(func() {
			var err error
			if clones[i], err = c.clone(t.Context(), "shared", migrate); err != nil {
				t.Errorf("clone: %v", err)
			}
		})
	}
	wait.Wait()
	require.EqualValues(t, 1, migrated.Load())
	for i, name := range clones {
		conn, err := connect(t.Context(), c, name)
		require.NoError(t, err)
		var rows int
		require.NoError(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM banks`).Scan(&rows))
		require.Zero(t, rows, "clone %d sees rows of another", i)
		_, err = conn.Exec(t.Context(), `INSERT INTO banks VALUES ('浦发银行')`)
		require.NoError(t, err)
		require.NoError(t, conn.Close(t.Context()))
	}
}

func TestClone_doesNotTakeAHalfMadeTemplate(t *testing.T) {
	t.Parallel()
	c := joined(t)
	broken := errors.New("a mistake in a migration")
	_, err := c.clone(t.Context(), "half", func(context.Context, string) error { return broken })
	require.ErrorIs(t, err, broken)
	again := false
	_, err = c.clone(t.Context(), "half", func(context.Context, string) error { again = true; return nil })
	require.NoError(t, err)
	require.True(t, again)
}

func TestClone_keepsAFewTemplatesOnly(t *testing.T) {
	t.Parallel()
	c := joined(t)
	for i := range keptTemplates + 2 {
		_, err := c.clone(t.Context(), fmt.Sprint(i), func(context.Context, string) error { return nil })
		require.NoError(t, err)
	}
	left := names(t, c, templatePrefix)
	require.Len(t, left, keptTemplates)
	require.NotContains(t, left, templatePrefix+"0")
	require.Contains(t, left, templatePrefix+fmt.Sprint(keptTemplates+1))
}

func TestTidy_removesWhatKilledTestsLeft(t *testing.T) {
	t.Parallel()
	c := joined(t)
	_, err := c.clone(t.Context(), "left", func(context.Context, string) error { return nil })
	require.NoError(t, err)
	require.Len(t, names(t, c, testPrefix), 1)
	require.NoError(t, tidy(t.Context(), c.URL("postgres")))
	require.Empty(t, names(t, c, testPrefix))
	require.Len(t, names(t, c, templatePrefix), 1, "templates stay")
}
