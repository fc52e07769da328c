package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strconv"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib" // goose speaks database/sql; this is its driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Errors about the schema.
var (
	// ErrSchemaNewer says that a newer release has already changed this database; an older one must not touch it.
	ErrSchemaNewer = errors.New("the database was migrated by a newer release")
	// ErrSchemaOlder says that migrations are pending; [Migrate] brings them.
	ErrSchemaOlder = errors.New("the database lacks migrations of this release: run closedloop migrate")
)

var makeInstallation = named("MakeInstallation")

// Migrate brings the database up to this release and gives a new one its installation row. Several starters may call
// it at the same time; one works and the others wait for as long as it takes, or until the context ends. It refuses with
// [ErrSchemaNewer] what is ahead of this release. Pools open after it (trust-and-speed.md G3).
func Migrate(ctx context.Context, url string) error {
	return MigrateLogged(ctx, url, slog.New(slog.DiscardHandler))
}

// MigrateLogged is [Migrate] and says in the log that it waits for another starter, every ten seconds.
func MigrateLogged(ctx context.Context, url string, log *slog.Logger) error {
	return migrateBehind(ctx, url, &migrationLock{look: time.Second, tell: 10 * time.Second, log: log})
}

func migrateBehind(ctx context.Context, url string, locker lock.SessionLocker) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	err = migrate(ctx, db, locker)
	if closing := db.Close(); err == nil && closing != nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func migrate(ctx context.Context, db *sql.DB, locker lock.SessionLocker) error {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current > target {
		return fmt.Errorf("%w: it is at %d, this release knows %d", ErrSchemaNewer, current, target)
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	return install(ctx, db)
}

// install makes the installation's row unless there is one.
func install(ctx context.Context, db *sql.DB) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	secret := make([]byte, sha256.Size)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, string(makeInstallation), id.String(), secret)
	return err
}

// MigrationsHash identifies the schema of this release: tests name their template database after it.
func MigrationsHash() string {
	h := sha256.New()
	for _, name := range migrationNames() {
		content, err := migrationFiles.ReadFile("migrations/" + name)
		if err != nil {
			panic(err) // embedded files are always there
		}
		h.Write([]byte(name + " " + strconv.Itoa(len(content)) + "\n"))
		h.Write(content)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// migrationNames are the embedded files in the order of their numbers.
func migrationNames() []string {
	entries, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		panic(err) // embedded files are always there
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

// latestMigration is the number of the newest embedded file.
func latestMigration() (int64, error) {
	names := migrationNames()
	return goose.NumericComponent(names[len(names)-1])
}
