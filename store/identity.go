package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	setPassword = named("SetPassword")
	credentials = named("Credentials")
	addSession  = named("AddSession")
	endSession  = named("EndSession")
	setActive   = named("SetActive")
	switchedOff = named("SwitchedOff")
	switchedOn  = named("SwitchedOn")
	endAccess   = named("EndAccess")
	addToken    = named("AddToken")
	bearer      = named("Bearer")
)

// Credentials are what a login is checked against, of active people and others.
func (s *Store) Credentials(ctx context.Context, login string) (view.Credentials, error) {
	var c view.Credentials
	p := &c.Person
	err := s.pool.QueryRow(ctx, string(credentials), login).Scan(&p.ID, &p.Login, &p.Name, &p.Role, &p.Team, &p.Active, &c.PasswordHash)
	return c, fail("read credentials", err)
}

// NewSession remembers a login until it expires. Hash is SHA-256 of its secret.
func (s *Store) NewSession(ctx context.Context, hash []byte, who deal.PersonID, expires time.Time) error {
	_, err := s.pool.Exec(ctx, string(addSession), hash, string(who), expires)
	return fail("begin session", err)
}

// SetPassword replaces a person's password hash.
func (s *Store) SetPassword(ctx context.Context, who deal.PersonID, hash string) error {
	_, err := s.pool.Exec(ctx, string(setPassword), string(who), hash)
	return fail("set password", err)
}

// SetActive says whether somebody is there. Who has left is logged out everywhere, and their tokens are gone for good. What
// waited for them changes hands through the logs of its accounts (see [Store.Unrepresented]). From and until when somebody is
// off is kept, and what they were asked about breaches of the quota goes to the next one up.
func (s *Store) SetActive(ctx context.Context, who deal.PersonID, active bool, at time.Time) error {
	err := s.transact(ctx, "set active", func(tx pgx.Tx) error {
		org, err := s.orgIn(ctx, tx) // before the change, which nobody else may see yet
		if err != nil {
			return err
		}
		changed, err := tx.Exec(ctx, string(setActive), string(who), active)
		if err != nil || changed.RowsAffected() == 0 {
			return err
		}
		if active {
			_, err = tx.Exec(ctx, string(switchedOn), string(who), at)
			return err
		}
		if _, err := tx.Exec(ctx, string(switchedOff), string(who), at); err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, string(endAccess), string(who)); err != nil {
			return err
		}
		return askInstead(ctx, tx, org.Without(who), who, at.UTC().Truncate(time.Microsecond))
	})
	if err == nil {
		s.posted()
	}
	return err
}

// EndSession forgets a login; one that is not there is none any more.
func (s *Store) EndSession(ctx context.Context, hash []byte) error {
	_, err := s.pool.Exec(ctx, string(endSession), hash)
	return fail("end session", err)
}

// CreateToken remembers an API token until it expires. Hash is SHA-256 of its secret; name tells people what it is for.
func (s *Store) CreateToken(ctx context.Context, hash []byte, who deal.PersonID, name string, expires time.Time) error {
	_, err := s.pool.Exec(ctx, string(addToken), hash, string(who), name, expires)
	return fail("create token", err)
}

// Bearer finds the active person behind a live session or API token; [deal.ErrNotFound] for every other hash.
func (s *Store) Bearer(ctx context.Context, hash []byte) (deal.PersonID, error) {
	var who deal.PersonID
	err := s.pool.QueryRow(ctx, string(bearer), hash).Scan(&who)
	return who, fail("look for bearer", err)
}
