package testkit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"closedloop/store"
)

// Prefixes of database names on the shared server.
const (
	testPrefix     = "test_"
	templatePrefix = "template_of_tests_"
)

// keptTemplates is how many templates stay: one for each branch somebody may be
// switching between, and not one for every migration ever edited.
const keptTemplates = 6

// Database returns the address of a database with all migrations of this release,
// for this test alone.
func Database(t testing.TB) string {
	t.Helper()
	return DatabaseFrom(t, store.MigrationsHash(), store.Migrate)
}

// DatabaseFrom returns the address of a fresh database for this test alone, a clone
// of the template that migrate has prepared once for this hash. The hash stands for
// everything migrate does. The database is dropped when the test is over, with
// whatever sessions are still in it.
func DatabaseFrom(t testing.TB, hash string, migrate func(ctx context.Context, url string) error) string {
	t.Helper()
	c := Postgres(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	name, err := c.clone(ctx, hash, migrate)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		require.NoError(t, c.discard(ctx, name))
	})
	return c.URL(name)
}

// clone makes a database from the template of a hash, and the template first where
// it is missing.
func (c *Cluster) clone(ctx context.Context, hash string, migrate func(context.Context, string) error) (string, error) {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return "", fmt.Errorf("clone a test database: %w", err)
	}
	defer conn.Close(ctx)
	template := templatePrefix + hash
	name := testPrefix + strings.ToLower(rand.Text()[:16])
	for attempt := 1; ; attempt++ {
		if err := c.prepare(ctx, conn, template, migrate); err != nil {
			return "", fmt.Errorf("prepare %s: %w", template, err)
		}
		_, err := conn.Exec(ctx, "CREATE DATABASE "+quoted(name)+" TEMPLATE "+quoted(template))
		if err == nil {
			return name, nil
		}
		// Another process may have forgotten the template in this moment.
		if refused := new(pgconn.PgError); attempt == 3 || !errors.As(err, &refused) || refused.Code != "3D000" {
			return "", fmt.Errorf("clone %s: %w", template, err)
		}
	}
}

// prepare makes a template unless it is there. Only a finished one carries the
// mark of a template, so what a killed process left is made anew.
func (c *Cluster) prepare(ctx context.Context, conn *pgx.Conn, template string, migrate func(context.Context, string) error) error {
	ready := func() (is bool, err error) {
		err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)`, template).Scan(&is)
		return is, err
	}
	if is, err := ready(); is || err != nil {
		return err
	}
	// The lock goes with the session, so also when this process is killed.
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(hashtextextended($1, 0))`, template); err != nil {
		return err
	}
	defer conn.Exec(ctx, `SELECT pg_advisory_unlock(hashtextextended($1, 0))`, template) //nolint:errcheck // the session's end unlocks as well
	if is, err := ready(); is || err != nil {
		return err
	}
	if err := forget(ctx, conn); err != nil {
		return err
	}
	if err := drop(ctx, conn, template); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+quoted(template)+" TEMPLATE template0"); err != nil {
		return err
	}
	if err := migrate(ctx, c.URL(template)); err != nil {
		return err
	}
	// Nobody can be in a template while it is cloned, so nobody may enter.
	_, err := conn.Exec(ctx, "ALTER DATABASE "+quoted(template)+" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false")
	return err
}

// forget drops the oldest templates. One that is still wanted elsewhere is made
// again there.
func forget(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database WHERE starts_with(datname, $1) AND datistemplate
		ORDER BY oid DESC OFFSET $2`, templatePrefix, keptTemplates-1)
	if err != nil {
		return err
	}
	old, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range old {
		if _, err := conn.Exec(ctx, "ALTER DATABASE "+quoted(name)+" WITH IS_TEMPLATE false"); err != nil {
			return err
		}
		if err := drop(ctx, conn, name); err != nil {
			return err
		}
	}
	return nil
}

// discard drops the database of a test that is over.
func (c *Cluster) discard(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	defer conn.Close(ctx)
	return drop(ctx, conn, name)
}

func drop(ctx context.Context, conn *pgx.Conn, name string) error {
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+quoted(name)+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
