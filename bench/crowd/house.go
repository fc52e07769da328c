package crowd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
)

// Size says how large the house is.
type Size struct {
	Accounts   int
	Areas      int // each with a director
	Teams      int // of an area, each with a manager
	Reps       int // of a team
	Collectors int // of a team
	Staff      int // sales_ops and finance people each
	Seed       uint64
}

// Large is the house of the issue: 100,000 accounts.
func Large() Size {
	return Size{Accounts: 100_000, Areas: 5, Teams: 8, Reps: 12, Collectors: 5, Staff: 6, Seed: 1}
}

// Now is the instant at which the house is looked at: 10:00 of a Friday in Shanghai. Nothing in it happened later.
var Now = time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)

// team is a team of the line with its people.
type team struct {
	id         deal.TeamID
	name       string
	manager    deal.PersonID
	director   deal.PersonID
	reps       []deal.PersonID
	collectors []deal.PersonID
	places     []string // territories
}

// people are everybody, by what they do. The line is in order of size: the first team of all has most accounts, and the
// first rep of a team has most of the team's.
type people struct {
	teams    []team
	pattern  team // walks the lives that the others repeat
	ops      []deal.PersonID
	finance  []deal.PersonID
	auditors []deal.PersonID
	rows     orgRows
}

type orgRows struct{ users, teams, territories, delegations [][]any }

// made is a UUID that follows from its parts.
func made(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	sum := h.Sum(nil)
	return uuidOf([16]byte(sum[:16]))
}

// uuidOf writes sixteen bytes as a UUID of version 8, the maker's own derivation.
func uuidOf(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// organisation makes up everybody.
func organisation(size Size) *people {
	p := &people{}
	random := rand.New(rand.NewPCG(size.Seed, 0))
	founded := Now.AddDate(-4, 0, 0)
	add := func(login string, role deal.Role, team deal.TeamID) deal.PersonID {
		id := deal.PersonID(made("person", login))
		var of any
		if team != "" {
			of = string(team)
		}
		p.rows.users = append(p.rows.users, []any{string(id), login, personName(random), string(role), of, true, founded})
		return id
	}
	seat := func(name string, parent, lead any) deal.TeamID {
		id := deal.TeamID(made("team", name))
		p.rows.teams = append(p.rows.teams, []any{string(id), name, parent, lead})
		return id
	}
	line := func(name, login string, area deal.TeamID, director deal.PersonID) team {
		t := team{id: deal.TeamID(made("team", name)), name: name, director: director}
		t.manager = add("manager-"+login, deal.Manager, t.id)
		seat(name, string(area), string(t.manager))
		for i := range size.Reps {
			t.reps = append(t.reps, add(fmt.Sprintf("rep-%s-%d", login, i+1), deal.Rep, t.id))
		}
		for i := range size.Collectors {
			t.collectors = append(t.collectors, add(fmt.Sprintf("collector-%s-%d", login, i+1), deal.Collector, t.id))
		}
		for i := range 3 {
			place := fmt.Sprintf("%s%d区", name, i+1)
			t.places = append(t.places, place)
			p.rows.territories = append(p.rows.territories, []any{place, string(t.id)})
		}
		return t
	}
	for a := range size.Areas {
		name := fmt.Sprintf("第%d片区", a+1)
		director := add(fmt.Sprintf("director-%d", a+1), deal.Director, deal.TeamID(made("team", name)))
		area := seat(name, nil, string(director))
		for t := range size.Teams {
			p.teams = append(p.teams, line(fmt.Sprintf("%s%d站", name, t+1), fmt.Sprintf("%d-%d", a+1, t+1), area, director))
		}
		if a == 0 {
			p.pattern = line(patternTeam, "pattern", area, director)
		}
	}
	for i := range size.Staff {
		p.ops = append(p.ops, add(fmt.Sprintf("ops-%d", i+1), deal.SalesOps, ""))
		p.finance = append(p.finance, add(fmt.Sprintf("finance-%d", i+1), deal.Finance, ""))
	}
	p.auditors = append(p.auditors, add("auditor-1", deal.Auditor, ""))
	for i, t := range p.teams { // somebody is on leave in every fourth team
		if i%4 == 0 && len(t.reps) > 2 {
			p.rows.delegations = append(p.rows.delegations, []any{
				made("delegation", t.name), string(t.reps[len(t.reps)-1]), string(t.reps[1]), Now.AddDate(0, 0, -3), Now.AddDate(0, 0, 11),
			})
		}
	}
	return p
}

// patternTeam is the team of the lives that are repeated.
const patternTeam = "样板站"

// save writes the organisation in one transaction: its references go round in circles.
func (p *people) save(ctx context.Context, conn *pgx.Conn) error {
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, t := range []struct {
			name    string
			columns []string
			rows    [][]any
		}{
			{"users", []string{"id", "login", "name", "role", "team_id", "active", "created_at"}, p.rows.users},
			{"teams", []string{"id", "name", "parent_id", "lead_id"}, p.rows.teams},
			{"territories", []string{"name", "team_id"}, p.rows.territories},
			{"delegations", []string{"id", "from_id", "to_id", "since", "until"}, p.rows.delegations},
		} {
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write the organisation: %w", err)
	}
	return nil
}
