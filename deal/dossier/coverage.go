package dossier

import (
	"slices"
	"time"

	"closedloop/deal"
)

// Coverage says whom at the customer we know and see.
type Coverage struct {
	Roles    []RoleCoverage // every buying role, in the order of [deal.BuyingRoles]
	Meetings int            // interactions of this pass that are over
	Deciders []string       // IDs of deciders met in this pass
	Touches  []Touch        // every contact, in the order given
}

// RoleCoverage are the contacts who hold a buying role.
type RoleCoverage struct {
	Role     deal.BuyingRole
	Contacts []string
}

// Touch says when somebody was last in touch with us.
type Touch struct {
	Contact string
	Last    Day // empty for never
	Days    int // calendar days since; 0 for never
	Decayed bool
}

// Knows tells whether somebody is known for a role.
func (c Coverage) Knows(role deal.BuyingRole) bool {
	return slices.ContainsFunc(c.Roles, func(r RoleCoverage) bool { return r.Role == role && len(r.Contacts) > 0 })
}

// Decayed are the contacts who were not touched within the cadence.
func (c Coverage) Decayed() []string {
	var ids []string
	for _, t := range c.Touches {
		if t.Decayed {
			ids = append(ids, t.Contact)
		}
	}
	return ids
}

// Cover works out the coverage of an account. cadence is in calendar days ([Rules.CadenceDays]); an interaction that
// lies ahead of now has not happened. Whoever was never met has decayed from the first day, but for the contacts of an
// account above: they are looked after there.
func Cover(s deal.State, contacts []deal.Contact, interactions []deal.Interaction, cadence int, now time.Time) Coverage {
	var c Coverage
	for _, role := range deal.BuyingRoles() {
		row := RoleCoverage{Role: role}
		for _, person := range contacts {
			if person.Role == role {
				row.Contacts = append(row.Contacts, person.ID)
			}
		}
		c.Roles = append(c.Roles, row)
	}
	last, met := map[string]time.Time{}, map[string]bool{}
	for _, in := range interactions {
		if in.At.After(now) {
			continue
		}
		thisPass := in.Cycle == s.Cycle && in.Step == s.Step && in.Pass == s.Pass()
		if thisPass {
			c.Meetings++
		}
		for _, id := range in.With {
			met[id] = met[id] || thisPass
			if in.At.After(last[id]) {
				last[id] = in.At
			}
		}
	}
	for _, person := range contacts {
		if person.Role == deal.DeciderRole && met[person.ID] {
			c.Deciders = append(c.Deciders, person.ID)
		}
		t := touch(person.ID, last[person.ID], cadence, now)
		t.Decayed = t.Decayed && (person.SharedFrom == "" || t.Last != "")
		c.Touches = append(c.Touches, t)
	}
	return c
}

func touch(contact string, last time.Time, cadence int, now time.Time) Touch {
	if last.IsZero() {
		return Touch{Contact: contact, Decayed: true}
	}
	t := Touch{Contact: contact, Last: DayOf(last.In(now.Location()))}
	t.Days = t.Last.Until(DayOf(now))
	t.Decayed = t.Days > cadence
	return t
}

// CadenceDays is how often a contact of an account of this grade should hear from us, in calendar days.
func (r Rules) CadenceDays(g deal.Grade) int { return daysOf(r.Cadence, g) }
