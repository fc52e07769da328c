package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

var (
	keepPlaybook     = named("KeepPlaybook")
	playbookChecksum = named("PlaybookChecksum")
	playbooks        = named("Playbooks")
	playbookVersion  = named("PlaybookVersion")
)

// Playbook is one version of a playbook as it was loaded from a file, or installed while the program ran.
type Playbook struct {
	Ref         deal.BookRef
	Checksum    string
	Source      string
	LoadedAt    time.Time // when it was stored; set by the database
	Installed   bool
	InstalledBy deal.PersonID
	InstalledAt time.Time // set by the database
}

// KeepPlaybook remembers a version that cycles may be pinned to. The same version with another checksum is refused,
// [deal.ErrStale]: accounts run on it, so a change needs a new version number. One that a file brought may be installed
// afterwards; what was installed stays so.
func (s *Store) KeepPlaybook(ctx context.Context, p Playbook) error {
	return s.transact(ctx, "keep playbook", func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, string(keepPlaybook), p.Ref.Name, p.Ref.Version, p.Checksum, p.Source, p.Installed, string(p.InstalledBy))
		if err != nil {
			return err
		}
		var kept string
		if err := tx.QueryRow(ctx, string(playbookChecksum), p.Ref.Name, p.Ref.Version).Scan(&kept); err != nil {
			return err
		}
		if kept != p.Checksum {
			return fmt.Errorf("%s: %w", p.Ref, deal.ErrStale)
		}
		return nil
	})
}

// Playbooks are all versions ever loaded or installed, by name and version.
func (s *Store) Playbooks(ctx context.Context) ([]Playbook, error) {
	all, err := readPlaybooks(ctx, s.pool)
	return all, fail("list playbooks", err)
}

func readPlaybooks(ctx context.Context, db reader) ([]Playbook, error) {
	rows, err := db.Query(ctx, string(playbooks))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Playbook, err error) {
		err = row.Scan(&p.Ref.Name, &p.Ref.Version, &p.Checksum, &p.Source, instant(&p.LoadedAt), &p.Installed, text(&p.InstalledBy),
			instant(&p.InstalledAt))
		return p, err
	})
}

// reader is a pool, a connection or a transaction.
type reader interface {
	querier
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// bookwatch tells somebody about playbooks that other processes stored.
type bookwatch struct {
	tell func(context.Context, []Playbook) error

	seen atomic.Int64 // version of the table that was told last
	mu   sync.Mutex   // one tells, the others wait: to take a playbook in costs a part of a second
}

// OnPlaybooks sets who is told every version that is stored, at once after the table has changed: by [Store.InTx] before
// a command is judged, and by [Store.SyncPlaybooks]. It is called before the store is used by many. Tell is called by
// one at a time, and again with what it knows; its error fails the call that brought it.
func (s *Store) OnPlaybooks(tell func(context.Context, []Playbook) error) { s.books.tell = tell }

// SyncPlaybooks looks whether the table of playbooks has changed since somebody was told.
func (s *Store) SyncPlaybooks(ctx context.Context) error {
	conn, err := s.pool.Acquire(ctx) // before anybody waits for us, who may have the last one
	if err != nil {
		return fail("take a connection", err)
	}
	defer conn.Release()
	var version int64
	if err := conn.QueryRow(ctx, string(playbookVersion)).Scan(&version); err != nil {
		return fail("read version of the playbooks", err)
	}
	return fail("read playbooks", s.books.learn(ctx, conn, version))
}

// learn tells what is stored unless it was told at this version, or a newer one. The version was read before the rows, so
// that these are at least as new.
func (b *bookwatch) learn(ctx context.Context, db reader, version int64) error {
	if b.tell == nil || b.seen.Load() >= version {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen.Load() >= version {
		return nil
	}
	all, err := readPlaybooks(ctx, db)
	if err != nil {
		return err
	}
	if err := b.tell(ctx, all); err != nil {
		return err
	}
	b.seen.Store(version)
	return nil
}

var playbookUse = named("PlaybookUse")

// PlaybookUse counts the accounts that are pinned to each version. It reads every account: it is for tools.
func (s *Store) PlaybookUse(ctx context.Context) (map[deal.BookRef]int, error) {
	rows, err := s.pool.Query(ctx, string(playbookUse))
	if err != nil {
		return nil, fail("count accounts by playbook", err)
	}
	use := map[deal.BookRef]int{}
	var ref deal.BookRef
	var n int
	_, err = pgx.ForEachRow(rows, []any{&ref.Name, &ref.Version, &n}, func() error {
		use[ref] = n
		return nil
	})
	return use, fail("count accounts by playbook", err)
}
