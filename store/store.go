package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Options say how the store uses the database. The zero value is good.
type Options struct {
	// MaxConns bounds the pool; 16 when zero. More only queue inside Postgres (trust-and-speed.md §2.4).
	MaxConns int32
	// StatementTimeout ends any single statement; 1.5 s when zero. It stays below the caller's deadline, since a
	// cancelled call costs its connection (G2).
	StatementTimeout time.Duration
	// ApplicationName is how the connections show in pg_stat_activity; "closedloop" when empty.
	ApplicationName string
	// RequestsKept is how long the answers of POSTs that are no commands are remembered; 24 h when zero.
	RequestsKept time.Duration
	// Zone tells the year of a human number; UTC when nil.
	Zone *time.Location
	// FilesDir is a directory for the bytes of uploads that every process of the installation sees; in the database when
	// empty.
	FilesDir string
	// FilesInDatabase leaves FilesDir to be read, and puts what comes into the database.
	FilesInDatabase bool
}

// Ranges of Options.
const (
	mostConns        = 1000
	longestStatement = time.Minute
	connectTimeout   = 5 * time.Second
	// idleInTransaction ends what a hung client left open, and with it the locks on an account.
	idleInTransaction = 15 * time.Second
)

func (o *Options) complete() error {
	if o.MaxConns == 0 {
		o.MaxConns = 16
	}
	if o.StatementTimeout == 0 {
		o.StatementTimeout = 1500 * time.Millisecond
	}
	if o.ApplicationName == "" {
		o.ApplicationName = "closedloop"
	}
	if o.RequestsKept == 0 {
		o.RequestsKept = 24 * time.Hour
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	var problems []error
	if o.MaxConns < 2 || o.MaxConns > mostConns {
		problems = append(problems, fmt.Errorf("MaxConns is %d, allowed are 2 to %d", o.MaxConns, mostConns))
	}
	if o.StatementTimeout < time.Millisecond || o.StatementTimeout > longestStatement {
		problems = append(problems, fmt.Errorf("StatementTimeout is %s, allowed are 1ms to %s", o.StatementTimeout, longestStatement))
	}
	if o.RequestsKept < 0 {
		problems = append(problems, fmt.Errorf("RequestsKept is %s, which is negative", o.RequestsKept))
	}
	return errors.Join(problems...)
}

// Store is a pool of connections to one migrated database. It is safe for use by many goroutines.
type Store struct {
	pool    *pgxpool.Pool
	options Options
	files   *directory               // nil: new files go into the database
	org     atomic.Pointer[snapshot] // the organisation as last read; current as long as its version is
	books   bookwatch
	days    daywatch
	post    chan struct{} // word of notices that were committed; see posted
}

// Open connects to a database that [Migrate] has brought to this release; another schema is [ErrSchemaOlder] or
// [ErrSchemaNewer]. The context is for opening only.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	if err := o.complete(); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	var files *directory
	if o.FilesDir != "" {
		var err error
		if files, err = openDirectory(o.FilesDir); err != nil {
			return nil, fmt.Errorf("open store: directory of files: %w", err)
		}
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	config.MaxConns = o.MaxConns
	config.ConnConfig.ConnectTimeout = connectTimeout
	config.ConnConfig.RuntimeParams["application_name"] = o.ApplicationName
	config.ConnConfig.RuntimeParams["statement_timeout"] = milliseconds(o.StatementTimeout)
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = milliseconds(idleInTransaction)
	// What lists read lies in memory: a page costs little more than the rows on it, whether it is the next one or not. And a
	// list is answered by one process, at once: what workers and compiled code would gain goes into starting them.
	config.ConnConfig.RuntimeParams["seq_page_cost"] = "0.2"
	config.ConnConfig.RuntimeParams["random_page_cost"] = "0.2"
	config.ConnConfig.RuntimeParams["max_parallel_workers_per_gather"] = "0"
	config.ConnConfig.RuntimeParams["jit"] = "off"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{pool: pool, options: o, files: files, post: make(chan struct{}, 1)}
	pending, err := s.Pending(ctx)
	if err == nil && pending {
		err = ErrSchemaOlder
	}
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open store: %w", err)
	}
	return s, nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// Close ends all connections, after the calls in hand.
func (s *Store) Close() { s.pool.Close() }

var schemaVersion = named("SchemaVersion")

// Pending tells whether migrations of this release are still to come. It takes no lock, so it serves readiness; a
// schema ahead of this release is [ErrSchemaNewer].
func (s *Store) Pending(ctx context.Context) (bool, error) {
	known, err := latestMigration()
	if err != nil {
		return false, err
	}
	var tracked bool
	if err := s.pool.QueryRow(ctx, string(schemaTracked)).Scan(&tracked); err != nil {
		return false, fail("read schema version", err)
	}
	if !tracked {
		return true, nil
	}
	var current int64
	if err := s.pool.QueryRow(ctx, string(schemaVersion)).Scan(&current); err != nil {
		return false, fail("read schema version", err)
	}
	if current > known {
		return false, fmt.Errorf("read schema version: %w: it is at %d, this release knows %d", ErrSchemaNewer, current, known)
	}
	return current < known, nil
}

var schemaTracked = named("SchemaTracked")

// transact runs fn in a transaction of its own. It repeats only what provably did nothing; a commit with unknown
// outcome is [deal.ErrUnavailable].
func (s *Store) transact(ctx context.Context, doing string, fn func(pgx.Tx) error) error {
	return repeatedly(ctx, transient, func() error {
		return fail(doing, pgx.BeginFunc(ctx, s.pool, fn))
	})
}
