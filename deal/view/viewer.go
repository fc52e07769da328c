package view

import (
	"slices"
	"time"

	"closedloop/deal"
)

// Viewer is somebody who reads. Every reading function takes one, so that no list can forget its scope
// (trust-and-speed.md SR1).
type Viewer struct {
	Person deal.Person
	All    bool            // sales_ops and auditors see every account
	Owners []deal.PersonID // the viewer and everybody the viewer stands in for: their accounts
	Teams  []deal.TeamID   // teams and areas the viewer leads (or stands in for their lead), with everything below
}

// Of works out what a person may see at an instant (trust-and-speed.md §4.1): own accounts and those of people one
// stands in for, the accounts of teams one leads, everything for sales_ops and auditors. Named approvers see the
// account of their request besides; that part of the scope is in SQL.
func Of(org deal.Org, who deal.Person, at time.Time) Viewer {
	v := Viewer{Person: who, All: who.Role == deal.SalesOps || who.Role == deal.Auditor}
	for _, p := range org.People {
		if org.ActsFor(who.ID, p.ID, at) {
			v.Owners = append(v.Owners, p.ID)
		}
	}
	for _, t := range org.Teams {
		if slices.ContainsFunc(v.Owners, func(id deal.PersonID) bool { return org.Leads(id, t.ID) }) {
			v.Teams = append(v.Teams, t.ID)
		}
	}
	return v
}

// MayEdit tells whether the viewer may write records of an account: its owner, the collector who brought it while it
// is a lead, whoever has taken the present step over, a deputy of any of them, and the line above. Everybody else who sees the account reads.
func (v Viewer) MayEdit(s deal.State) bool {
	return slices.Contains(v.Owners, s.Owner) || v.Leads(s) ||
		(s.Step == deal.Collect && slices.Contains(v.Owners, s.Collector())) ||
		slices.ContainsFunc(s.SpecialistsOf(s.Step), func(p deal.PersonID) bool { return slices.Contains(v.Owners, p) })
}

// Leads tells whether the viewer stands in the line above an account, or in for somebody there.
func (v Viewer) Leads(s deal.State) bool { return slices.Contains(v.Teams, s.Team) }
