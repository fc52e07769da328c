package store

import "context"

var (
	installation      = named("Installation")
	engineIdentity    = named("EngineIdentity")
	setEngineIdentity = named("SetEngineIdentity")
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
