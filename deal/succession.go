package deal

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// Succession says who gets what of a person's accounts (domain.md §9). Named accounts come first, then territories, then
// the default; what is left is spread over the successors who are named for nothing in particular.
type Succession struct {
	From       PersonID    `json:"from"`
	Successors []Successor `json:"successors"`
	Default    PersonID    `json:"default_to,omitempty"`
}

// Successor gets these accounts and those of these territories; one who is named for neither gets a share of the rest.
type Successor struct {
	To          PersonID    `json:"to"`
	Accounts    []AccountID `json:"accounts,omitempty"`
	Territories []string    `json:"territories,omitempty"`
}

// Held is an account in which something hangs on somebody.
type Held struct {
	Account   AccountID
	Number    string
	Name      string
	Territory string
	Grade     Grade
	Holds     Holdings
}

// Succeed is one account and who gets what hangs on the person there; To is empty where nobody is named.
type Succeed struct {
	Held

	To PersonID
}

// Share gives every account its successor. The same accounts give the same shares: in order of grade and then of number,
// so that everybody gets some of the best.
func (s Succession) Share(held []Held) []Succeed {
	held = slices.Clone(held)
	slices.SortFunc(held, func(a, b Held) int {
		return cmp.Or(cmp.Compare(a.Grade.place(), b.Grade.place()), cmp.Compare(a.Number, b.Number))
	})
	var sharers []PersonID
	for _, who := range s.Successors {
		if len(who.Accounts)+len(who.Territories) == 0 && !slices.Contains(sharers, who.To) {
			sharers = append(sharers, who.To)
		}
	}
	moves, next := make([]Succeed, 0, len(held)), 0
	for _, h := range held {
		to := s.named(h)
		if to == "" {
			to = s.Default
		}
		if to == "" && len(sharers) > 0 {
			to = sharers[next%len(sharers)]
			next++
		}
		moves = append(moves, Succeed{Held: h, To: to})
	}
	return moves
}

// place is a grade's place in order of value; an account without one comes last.
func (g Grade) place() int {
	if i := slices.Index(Grades(), g); i >= 0 {
		return i
	}
	return len(Grades())
}

// named is who is named for an account, by itself or by its territory.
func (s Succession) named(h Held) PersonID {
	for _, who := range s.Successors {
		if slices.Contains(who.Accounts, h.Account) {
			return who.To
		}
	}
	for _, who := range s.Successors {
		if slices.Contains(who.Territories, h.Territory) {
			return who.To
		}
	}
	return ""
}

// Heir is who gets what belongs to no account: the default, else who is named first.
func (s Succession) Heir() PersonID {
	if s.Default != "" || len(s.Successors) == 0 {
		return s.Default
	}
	return s.Successors[0].To
}

// people are all successors with where they are named.
func (s Succession) people() (ids []PersonID, fields []string) {
	for i, who := range s.Successors {
		ids, fields = append(ids, who.To), append(fields, successorField(i, "to"))
	}
	if s.Default != "" {
		ids, fields = append(ids, s.Default), append(fields, "/default_to")
	}
	return ids, fields
}

func successorField(i int, field string) string {
	return "/successors/" + strconv.Itoa(i) + "/" + field
}

// Against is everything that stands in the way of a succession that somebody orders, each with the field to blame: who may
// not order it, who cannot take over, and what is named wrongly.
func (s Succession) Against(org Org, actor PersonID, held []Held, at time.Time) Refusals {
	var no Refusals
	no.If(!org.MayHandOver(actor, s.From, at), CodeNotYourRole)
	ids, fields := s.people()
	no.Field(len(ids) == 0, CodeNoSuccessor, "/successors", strconv.Itoa(len(held)))
	moves := s.Share(held)
	for i, to := range ids {
		who, ok := org.Person(to)
		there := ok && who.Active
		no.Field(!there, CodeUnknownPerson, fields[i])
		no.Field(to == s.From, CodeSameOwner, fields[i])
		if !there || to == s.From {
			continue
		}
		no.Field(org.Away(to, at), CodeSuccessorAway, fields[i], who.Name)
		no.Field(!org.inLine(actor, s.From, to, at), CodeNotYourRole, fields[i])
		if slices.Index(ids, to) < i { // said once
			continue
		}
		unfit := 0
		for _, m := range moves {
			if m.To == to && len(m.Holds.Fits(org, s.From, to)) > 0 {
				unfit++
			}
		}
		no.Field(unfit > 0, CodeNotARep, fields[i], strconv.Itoa(unfit))
	}
	s.names(held, &no)
	nobody := 0
	for _, m := range moves {
		if m.To == "" {
			nobody++
		}
	}
	no.Field(nobody > 0 && len(ids) > 0, CodeNoSuccessor, "/default_to", strconv.Itoa(nobody))
	return no
}

// names is what is named twice, or is not the person's.
func (s Succession) names(held []Held, no *Refusals) {
	accounts, places := map[AccountID]bool{}, map[string]bool{}
	for i, who := range s.Successors {
		for j, id := range who.Accounts {
			field := successorField(i, "accounts/"+strconv.Itoa(j))
			no.Field(accounts[id], CodeNamedTwice, field, string(id))
			accounts[id] = true
			theirs := slices.ContainsFunc(held, func(h Held) bool { return h.Account == id })
			no.Field(!theirs, CodeNotTheirs, field, string(id))
		}
		for j, name := range who.Territories {
			no.Field(places[name], CodeNamedTwice, successorField(i, "territories/"+strconv.Itoa(j)), name)
			places[name] = true
		}
	}
}

// MayHandOver is the right to order a handover: the line above the person, and, where the person has left or has nobody
// above, sales_ops and administrators. Nobody hands over for themselves.
func (o Org) MayHandOver(actor, from PersonID, at time.Time) bool {
	return actor != from && (o.overPerson(actor, from, at) || o.orphaned(from) && o.staffs(actor, at))
}

// orphaned tells whether nobody of the line speaks for a person.
func (o Org) orphaned(id PersonID) bool {
	who, ok := o.Person(id)
	return ok && (!who.Active || o.Superior(id) == "")
}

// staffs tells whether somebody is of sales_ops or an administrator, or stands in for one.
func (o Org) staffs(actor PersonID, at time.Time) bool {
	for _, role := range []Role{SalesOps, Admin} {
		if slices.ContainsFunc(o.Holders(role), func(p PersonID) bool { return o.ActsFor(actor, p, at) }) {
			return true
		}
	}
	return false
}

// inLine tells whether a successor is the actor's to give work to: themselves, somebody below them, or anybody for the
// staff that hands over for somebody whom nobody leads.
func (o Org) inLine(actor, from, to PersonID, at time.Time) bool {
	return actor == to || o.overPerson(actor, to, at) || o.orphaned(from) && o.staffs(actor, at)
}

// overPerson tells whether the actor leads a person's team or an area around it, or stands in for such a lead.
func (o Org) overPerson(actor, id PersonID, at time.Time) bool {
	who, ok := o.Person(id)
	return ok && actor != id && slices.ContainsFunc(o.upward(who.Team), func(t Team) bool {
		return t.Lead != id && o.ActsFor(actor, t.Lead, at)
	})
}
