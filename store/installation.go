package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

var (
	installation      = named("Installation")
	engineIdentity    = named("EngineIdentity")
	setEngineIdentity = named("SetEngineIdentity")
	keepPlaybook      = named("KeepPlaybook")
	playbookChecksum  = named("PlaybookChecksum")
	playbooks         = named("Playbooks")
)

// Installation is what this database is, since its first migration and for life.
type Installation struct {
	ID     string
	Secret []byte // 32 bytes; keys the hashes of texts
}

// Installation reads the database's own row.
func (s *Store) Installation(ctx context.Context) (Installation, error) {
	var i Installation
	err := s.pool.QueryRow(ctx, string(installation)).Scan(&i.ID, &i.Secret)
	return i, fail("read installation", err)
}

// EngineIdentity is the engine that the accounts' workflows were last seen in; empty at first.
func (s *Store) EngineIdentity(ctx context.Context) (string, error) {
	var identity string
	err := s.pool.QueryRow(ctx, string(engineIdentity)).Scan(text(&identity))
	return identity, fail("read engine identity", err)
}

// SetEngineIdentity remembers the engine.
func (s *Store) SetEngineIdentity(ctx context.Context, identity string) error {
	_, err := s.pool.Exec(ctx, string(setEngineIdentity), identity)
	return fail("remember engine identity", err)
}

// Playbook is one version of a playbook as it was loaded.
type Playbook struct {
	Ref      deal.BookRef
	Checksum string
	Source   string
}

// KeepPlaybook remembers a version that cycles may be pinned to. The same version with another checksum is refused,
// [deal.ErrStale]: accounts run on it, so a change needs a new version number.
func (s *Store) KeepPlaybook(ctx context.Context, p Playbook) error {
	return s.transact(ctx, "keep playbook", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, string(keepPlaybook), p.Ref.Name, p.Ref.Version, p.Checksum, p.Source); err != nil {
			return err
		}
		var kept string
		if err := tx.QueryRow(ctx, string(playbookChecksum), p.Ref.Name, p.Ref.Version).Scan(&kept); err != nil {
			return err
		}
		if kept != p.Checksum {
			return fmt.Errorf("%s version %d: %w", p.Ref.Name, p.Ref.Version, deal.ErrStale)
		}
		return nil
	})
}

// Playbooks are all versions ever loaded, by name and version.
func (s *Store) Playbooks(ctx context.Context) ([]Playbook, error) {
	rows, err := s.pool.Query(ctx, string(playbooks))
	if err != nil {
		return nil, fail("list playbooks", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Playbook, err error) {
		err = row.Scan(&p.Ref.Name, &p.Ref.Version, &p.Checksum, &p.Source)
		return p, err
	})
	return all, fail("list playbooks", err)
}
