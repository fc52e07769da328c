package temporal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// connect opens a session of our own, beside the engine's pools.
func (s server) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return pgx.Connect(ctx, s.database(database))
}

// ensureDatabase creates a database unless it is there. It asks the database
// itself first: on a server that was set up by hand the role may be good for
// nothing else.
func (s server) ensureDatabase(ctx context.Context, name string) error {
	conn, err := s.connect(ctx, name)
	if err == nil {
		return conn.Close(ctx)
	}
	if sqlState(err) != "3D000" { // it does not exist
		return fmt.Errorf("connect to database %s: %w", name, err)
	}
	conn, err = s.connect(ctx, "postgres")
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" TEMPLATE template0 ENCODING 'UTF8'")
	if err != nil && sqlState(err) != "42P04" { // somebody else was quicker
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

func sqlState(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

// hotTables are rewritten all day. With PostgreSQL's default a fifth of a table
// is dead before it is swept (trust-and-speed §2.4).
var hotTables = []string{
	"executions", "current_executions", "executions_visibility",
	"tasks", "tasks_v2", "task_queues", "task_queues_v2",
	"timer_tasks", "transfer_tasks", "visibility_tasks", "history_immediate_tasks", "history_scheduled_tasks",
}

// sweepOften sets the hot tables of a database to be swept at one per cent. It
// touches no table that has been set before, so an operator's value stays.
func (s server) sweepOften(ctx context.Context, database string) error {
	conn, err := s.connect(ctx, database)
	if err != nil {
		return fmt.Errorf("tune database %s: %w", database, err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT relname FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reloptions IS NULL AND relname = ANY ($1)`, hotTables)
	if err != nil {
		return fmt.Errorf("tune database %s: %w", database, err)
	}
	untouched, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("tune database %s: %w", database, err)
	}
	slices.Sort(untouched) // always in one order, so that two starters cannot lock each other out
	for _, table := range untouched {
		if _, err := conn.Exec(ctx, "ALTER TABLE "+pgx.Identifier{table}.Sanitize()+" SET (autovacuum_vacuum_scale_factor = 0.01)"); err != nil {
			return fmt.Errorf("tune table %s of database %s: %w", table, database, err)
		}
	}
	return nil
}
