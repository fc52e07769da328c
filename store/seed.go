package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

var (
	lockOrganisation = named("LockOrganisation")
	anybodyThere     = named("AnybodyThere")
	addTeam          = named("AddTeam")
	addUser          = named("AddUser")
	addTerritory     = named("AddTerritory")
)

// Organisation is a whole organisation to begin with. Teams are known by name and people by login; areas come before
// the teams in them.
type Organisation struct {
	Teams       []Team
	People      []Member
	Territories map[string]string // territory → team
}

// Team is a team, or an area of teams.
type Team struct {
	Name   string
	Parent string // name of the area; empty for one at the top
	Lead   string // login of the manager or director
	Region string // whose calendar counts; empty: that of the area, or of the organisation
}

// Member is one person of it.
type Member struct {
	Login        string
	Name         string
	Role         deal.Role
	Team         string // name; empty for staff outside the line
	PasswordHash string // empty: no login by password
}

// SeedOrganisation fills a database that has no people yet, in one transaction, and tells whether it did. With people
// there it changes nothing, so every start may call it.
func (s *Store) SeedOrganisation(ctx context.Context, o Organisation) (seeded bool, err error) {
	err = s.transact(ctx, "seed organisation", func(tx pgx.Tx) error {
		var version int64
		if err := tx.QueryRow(ctx, string(lockOrganisation)).Scan(&version); err != nil {
			return err
		}
		var anybody bool
		if err := tx.QueryRow(ctx, string(anybodyThere)).Scan(&anybody); err != nil || anybody {
			return err
		}
		batch, err := o.rows()
		if err != nil {
			return err
		}
		seeded = true
		return tx.SendBatch(ctx, batch).Close()
	})
	return seeded && err == nil, err
}

// rows are the inserts. The references between people and teams go round in circles, so the schema checks them at the
// end of the transaction.
func (o Organisation) rows() (*pgx.Batch, error) {
	teams, err := newIDs(len(o.Teams), func(i int) string { return o.Teams[i].Name })
	if err != nil {
		return nil, err
	}
	people, err := newIDs(len(o.People), func(i int) string { return o.People[i].Login })
	if err != nil {
		return nil, err
	}
	batch := &pgx.Batch{}
	for _, t := range o.Teams {
		parent, lead := teams[t.Parent], people[t.Lead]
		if (parent == "" && t.Parent != "") || (lead == "" && t.Lead != "") {
			return nil, fmt.Errorf("%w: team %s names an unknown area or lead", deal.ErrPermanent, t.Name)
		}
		batch.Queue(string(addTeam), teams[t.Name], t.Name, orNull(parent), orNull(lead), orNull(t.Region))
	}
	for _, p := range o.People {
		if teams[p.Team] == "" && p.Team != "" {
			return nil, fmt.Errorf("%w: %s belongs to an unknown team", deal.ErrPermanent, p.Login)
		}
		batch.Queue(string(addUser), people[p.Login], p.Login, p.Name, string(p.Role), orNull(teams[p.Team]), orNull(p.PasswordHash))
	}
	for territory, team := range o.Territories {
		if teams[team] == "" {
			return nil, fmt.Errorf("%w: territory %s belongs to an unknown team", deal.ErrPermanent, territory)
		}
		batch.Queue(string(addTerritory), territory, teams[team])
	}
	return batch, nil
}

// newIDs makes an ID for each of n names.
func newIDs(n int, name func(int) string) (map[string]string, error) {
	ids := make(map[string]string, n)
	for i := range n {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		ids[name(i)] = id.String()
	}
	return ids, nil
}
