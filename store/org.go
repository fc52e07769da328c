package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

var (
	orgVersion    = named("OrgVersion")
	organisation  = named("Organisation")
	setTeamRegion = named("SetTeamRegion")
	addTeamRegion = named("AddTeamRegion")
)

// snapshot is the organisation at one version. It is never changed, so many may hold it.
type snapshot struct {
	org         deal.Org
	territories map[string]deal.TeamID
}

// querier is a pool, a connection or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Org is the organisation as the database has it now. The version is asked for with every call; people and teams are
// read again only when it has moved. The slices are shared: do not change them.
func (s *Store) Org(ctx context.Context) (deal.Org, error) {
	var version int64
	if err := s.pool.QueryRow(ctx, string(orgVersion)).Scan(&version); err != nil {
		return deal.Org{}, fail("read organisation's version", err)
	}
	now, err := s.snapshot(ctx, s.pool, version)
	if err != nil {
		return deal.Org{}, err
	}
	return now.org, nil
}

// snapshot gives the organisation at a version just read, or a newer one.
func (s *Store) snapshot(ctx context.Context, db querier, version int64) (*snapshot, error) {
	if known := s.org.Load(); known != nil && known.org.Version == version {
		return known, nil
	}
	var now snapshot
	err := db.QueryRow(ctx, string(organisation)).Scan(
		&now.org.Version, &now.org.People, &now.org.Teams, &now.org.Delegations, &now.org.Leaves, &now.territories)
	if err != nil {
		return nil, fail("read organisation", err)
	}
	s.org.Store(&now)
	return &now, nil
}

// SetRegion says whose calendar counts in a team and in the teams below it; empty: that of the area around it, or of the
// organisation. The watchdog plans the accounts anew that it moves. An unknown team is [deal.ErrNotFound]; the region that
// the team has already changes nothing.
func (s *Store) SetRegion(ctx context.Context, team deal.TeamID, region string, by deal.PersonID) error {
	return s.transact(ctx, "set region of team", func(tx pgx.Tx) error {
		var version int64
		if err := tx.QueryRow(ctx, string(lockOrganisation)).Scan(&version); err != nil {
			return err
		}
		now, err := s.snapshot(ctx, tx, version)
		if err != nil {
			return err
		}
		known, ok := now.org.Team(team)
		switch {
		case !ok:
			return deal.ErrNotFound
		case known.Region == region:
			return nil
		}
		if _, err := tx.Exec(ctx, string(setTeamRegion), string(team), orNull(region)); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, string(addTeamRegion), string(team), orNull(region), string(by))
		return err
	})
}
