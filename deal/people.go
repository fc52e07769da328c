package deal

import (
	"slices"
	"time"
)

// Role is what a person does in the organisation (domain.md §1).
type Role string

// The roles. Everybody has exactly one.
const (
	Collector Role = "collector"
	Rep       Role = "rep"
	Manager   Role = "manager"
	Director  Role = "director"
	SalesOps  Role = "sales_ops"
	Finance   Role = "finance"
	Admin     Role = "admin"
	Auditor   Role = "auditor"
)

// Roles returns every role.
func Roles() []Role {
	return []Role{Collector, Rep, Manager, Director, SalesOps, Finance, Admin, Auditor}
}

// Person is a user as the rules see one.
type Person struct {
	ID     PersonID
	Login  string
	Name   string
	Role   Role
	Team   TeamID // the team or area the person belongs to; empty for staff outside the line
	Active bool   // false once the person has left or was disabled
}

// Team is a team, or an area when it has no parent; its lead is the manager or the director.
type Team struct {
	ID     TeamID
	Name   string
	Parent TeamID
	Lead   PersonID
	Region string // whose office hours and days off count in it; empty: those of the area around it
}

// Delegation lets To act for From between two instants (From included, Until not).
type Delegation struct {
	ID    string
	From  PersonID
	To    PersonID
	Since time.Time
	Until time.Time
}

// Org is the organisation at one moment: people, teams, who stands in for whom, and who is away, was until lately or will be.
// Slices are in a stable order.
type Org struct {
	Version     int64
	People      []Person
	Teams       []Team
	Delegations []Delegation
	Leaves      []Leave
}

// Person finds somebody by ID.
func (o Org) Person(id PersonID) (Person, bool) {
	for _, p := range o.People {
		if p.ID == id {
			return p, true
		}
	}
	return Person{}, false
}

// Without is the organisation once somebody has left it.
func (o Org) Without(id PersonID) Org {
	o.People = slices.Clone(o.People)
	for i := range o.People {
		if o.People[i].ID == id {
			o.People[i].Active = false
		}
	}
	return o
}

// Team finds a team by ID.
func (o Org) Team(id TeamID) (Team, bool) {
	for _, t := range o.Teams {
		if t.ID == id {
			return t, true
		}
	}
	return Team{}, false
}

// LeadOf is the manager of a team (the director of an area); empty when there is none.
func (o Org) LeadOf(id TeamID) PersonID {
	t, _ := o.Team(id)
	return t.Lead
}

// Superior is the person above: a member's manager, a manager's director. Empty at the top.
func (o Org) Superior(id PersonID) PersonID {
	p, ok := o.Person(id)
	if !ok {
		return ""
	}
	for _, team := range o.upward(p.Team) {
		if team.Lead != "" && team.Lead != id {
			return team.Lead
		}
	}
	return ""
}

// upward are a team and the areas around it, from the inside out. Teams that are each other's areas, a mistake in the
// set-up, end the line instead of the program.
func (o Org) upward(id TeamID) []Team {
	var line []Team
	for range o.Teams {
		t, ok := o.Team(id)
		if !ok {
			break
		}
		line = append(line, t)
		id = t.Parent
	}
	return line
}

// Region is where a team works: its own region, or that of the nearest area around it that has one; empty where the
// calendar of the organisation counts.
func (o Org) Region(id TeamID) string {
	for _, t := range o.upward(id) {
		if t.Region != "" {
			return t.Region
		}
	}
	return ""
}

// RegionOf is where a person works: the region of their team. People outside the line have none.
func (o Org) RegionOf(id PersonID) string {
	p, _ := o.Person(id)
	return o.Region(p.Team)
}

// Leads tells whether the person stands above the team: its lead, or the lead of an area around it.
func (o Org) Leads(id PersonID, team TeamID) bool {
	return slices.ContainsFunc(o.upward(team), func(t Team) bool { return t.Lead == id })
}

// Holders are the active people of a role.
func (o Org) Holders(role Role) []PersonID {
	var ids []PersonID
	for _, p := range o.People {
		if p.Role == role && p.Active {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// MaxDelegationChain is how far acting-for reaches: A for B for C for D (domain.md §7).
const MaxDelegationChain = 3

// Deputies are the active people who stand in for somebody at an instant, nearest first.
func (o Org) Deputies(id PersonID, at time.Time) []PersonID {
	seen := []PersonID{id}
	ring := []PersonID{id}
	for range MaxDelegationChain {
		var next []PersonID
		for _, from := range ring {
			for _, d := range o.Delegations {
				if d.From != from || at.Before(d.Since) || !at.Before(d.Until) || slices.Contains(seen, d.To) {
					continue
				}
				seen = append(seen, d.To)
				next = append(next, d.To)
			}
		}
		ring = next
	}
	return slices.DeleteFunc(seen[1:], func(p PersonID) bool {
		who, ok := o.Person(p)
		return !ok || !who.Active
	})
}

// ActsFor tells whether actor may act as id at an instant: as that person, or as a deputy in a dated delegation.
func (o Org) ActsFor(actor, id PersonID, at time.Time) bool {
	return id != "" && (actor == id || slices.Contains(o.Deputies(id, at), actor))
}

// reachable is the person, or, when that person has left or is excluded, the next superior who is there; empty when
// the line ends. So nobody's absence blocks an approval (domain.md §7).
func (o Org) reachable(id PersonID, excluded ...PersonID) PersonID {
	for range len(o.People) + 1 {
		if id == "" {
			return ""
		}
		if p, ok := o.Person(id); ok && p.Active && !slices.Contains(excluded, id) {
			return id
		}
		id = o.Superior(id)
	}
	return ""
}

// inPlaceOf are the people to turn to for somebody: the person, once they have left the next superior, and sales_ops
// where the line ends, so that it is never nobody.
func (o Org) inPlaceOf(id PersonID, excluded ...PersonID) []PersonID {
	if p := o.reachable(id, excluded...); p != "" {
		return []PersonID{p}
	}
	return slices.DeleteFunc(o.Holders(SalesOps), func(p PersonID) bool { return slices.Contains(excluded, p) })
}
