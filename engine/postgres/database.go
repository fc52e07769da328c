package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// maintenance is the database every cluster has; nothing of ours lives in it but
// the extension that checkExtensions tries out.
const maintenance = "postgres"

// EnsureDatabase creates a database unless it exists. Several callers may ask
// for the same one at the same time.
func (s *Server) EnsureDatabase(ctx context.Context, name string) error {
	conn, err := s.connect(ctx, maintenance)
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	defer conn.Close(ctx)
	var exists bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&exists)
	if err == nil && !exists {
		// template0 has no sessions that could be in the way.
		_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" TEMPLATE template0")
	}
	if duplicate(err) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// duplicate says that somebody else created the same thing first: duplicate
// database, duplicate object, or the unique index of the catalogue.
func duplicate(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && (refused.Code == "42P04" || refused.Code == "42710" || refused.Code == "23505")
}

// checkExtensions asserts what search and visibility stand on. pg_trgm takes its
// notion of a letter from the cluster's locale: under LC_CTYPE=C it finds no
// trigram in a Chinese name, and search would stay silently empty.
func (s *Server) checkExtensions(ctx context.Context) error {
	conn, err := s.connect(ctx, maintenance)
	if err != nil {
		return fmt.Errorf("check extensions: %w", err)
	}
	defer conn.Close(ctx)
	var available int
	err = conn.QueryRow(ctx, `SELECT count(*) FROM pg_available_extensions WHERE name IN ('pg_trgm', 'btree_gin')`).Scan(&available)
	if err != nil {
		return fmt.Errorf("check extensions: %w", err)
	}
	if available < 2 {
		return fmt.Errorf("the extensions pg_trgm and btree_gin are missing from %s; install them with: %s", s.bin.Dir, InstallCommand())
	}
	if _, err := conn.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS pg_trgm`); err != nil && !duplicate(err) {
		return fmt.Errorf("create extension pg_trgm: %w", err)
	}
	var trigrams []string
	if err := conn.QueryRow(ctx, `SELECT show_trgm('浦发')`).Scan(&trigrams); err != nil {
		return fmt.Errorf("try pg_trgm: %w", err)
	}
	if len(trigrams) == 0 {
		return fmt.Errorf("pg_trgm finds no letters in Chinese text: the cluster in %s has a locale without UTF-8 letters; create it anew with C.UTF-8 or en_US.UTF-8", s.opts.DataDir)
	}
	return nil
}
