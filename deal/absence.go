package deal

import (
	"slices"
	"time"
)

// Leave is a person's absence on the civil days First to Last (YYYY-MM-DD, both included) of the organisation's zone. Since
// and Until are the same as instants: the midnight before the first day and the one after the last, or when it was ended.
type Leave struct {
	ID     string
	Person PersonID
	First  string
	Last   string
	Since  time.Time
	Until  time.Time
	Deputy PersonID // who stands in meanwhile; empty for nobody
}

// LeaveKind is what a leave is for.
type LeaveKind string

// The kinds of leave. All of them count alike: no quota is owed, and the deputy stands in.
const (
	AnnualLeave   LeaveKind = "annual"
	SickLeave     LeaveKind = "sick"
	PersonalLeave LeaveKind = "personal"
	ParentalLeave LeaveKind = "parental"
	BusinessTrip  LeaveKind = "business_trip"
	OtherLeave    LeaveKind = "other"
)

// LeaveKinds returns every kind.
func LeaveKinds() []LeaveKind {
	return []LeaveKind{AnnualLeave, SickLeave, PersonalLeave, ParentalLeave, BusinessTrip, OtherLeave}
}

// OnLeave tells whether a person is on leave on a civil day (YYYY-MM-DD).
func (o Org) OnLeave(id PersonID, day string) bool {
	return slices.ContainsFunc(o.Leaves, func(l Leave) bool { return l.Person == id && l.First <= day && day <= l.Last })
}

// Away tells whether a person is on leave at an instant.
func (o Org) Away(id PersonID, at time.Time) bool {
	return slices.ContainsFunc(o.Leaves, func(l Leave) bool { return l.Person == id && !at.Before(l.Since) && at.Before(l.Until) })
}

// ClosesCircle tells whether a delegation comes back to where it begins, by way of others that run at some of its time.
func (o Org) ClosesCircle(d Delegation) bool {
	return slices.Contains(o.followed(d.To, d.Since, d.Until, d.ID), d.From)
}

// followed are the people whom delegations that run at some time of a stretch lead to, without the one called except.
func (o Org) followed(from PersonID, since, until time.Time, except string) []PersonID {
	seen := []PersonID{from}
	for i := 0; i < len(seen); i++ {
		for _, d := range o.Delegations {
			if d.ID != except && d.From == seen[i] && d.Since.Before(until) && since.Before(d.Until) && !slices.Contains(seen, d.To) {
				seen = append(seen, d.To)
			}
		}
	}
	return seen
}

// NobodyThere tells whether the deputy of a delegation is on leave for all of its time, with nobody to stand in for them.
func (o Org) NobodyThere(d Delegation) bool {
	covers := slices.ContainsFunc(o.Delegations, func(x Delegation) bool {
		return x.ID != d.ID && x.From == d.To && x.Since.Before(d.Until) && d.Since.Before(x.Until)
	})
	at := d.Since
	for at.Before(d.Until) && !covers { // leaves of one person do not overlap, so each look goes on behind one of them
		i := slices.IndexFunc(o.Leaves, func(l Leave) bool { return l.Person == d.To && !at.Before(l.Since) && at.Before(l.Until) })
		if i < 0 {
			return false
		}
		at = o.Leaves[i].Until
	}
	return !covers
}

// ChainWith is how many delegations, one for another, would stand in a row with this one at some instant; more than
// [MaxDelegationChain] reach further than anybody may act. It counts no further than one more.
func (o Org) ChainWith(d Delegation) int {
	up := o.longest(d, d.Since, d.Until, func(x Delegation) (PersonID, PersonID) { return x.To, x.From })
	if up[0].hops > MaxDelegationChain {
		return up[0].hops
	}
	most := 0
	for _, u := range up {
		for _, down := range o.longest(d, u.since, u.until, func(x Delegation) (PersonID, PersonID) { return x.From, x.To }) {
			most = max(most, u.hops+down.hops-1)
		}
	}
	return most
}

// run is a row of delegations that all run between two instants.
type run struct {
	end          PersonID
	hops         int
	since, until time.Time
}

// longest are the rows of delegations in one direction that begin with this one, the longest first.
func (o Org) longest(d Delegation, since, until time.Time, ends func(Delegation) (at, next PersonID)) []run {
	_, end := ends(d)
	rows := []run{{end, 1, since, until}}
	for i := 0; i < len(rows); i++ {
		r := rows[i]
		if r.hops > MaxDelegationChain {
			break
		}
		for _, x := range o.Delegations {
			at, next := ends(x)
			if x.ID == d.ID || at != r.end || !x.Since.Before(r.until) || !r.since.Before(x.Until) {
				continue
			}
			rows = append(rows, run{next, r.hops + 1, later(r.since, x.Since), earlier(r.until, x.Until)})
		}
	}
	slices.SortStableFunc(rows, func(a, b run) int { return b.hops - a.hops })
	return rows
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
