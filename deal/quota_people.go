package deal

import (
	"slices"
	"strconv"
	"time"
)

// QuotaManagers are the people who state at an instant why somebody brings too few leads: the manager, once that one has left
// the next superior, and sales_ops where the line ends (domain.md §3).
func (o Org) QuotaManagers(person PersonID, at time.Time) []PersonID {
	return o.fitFor(o.inPlaceOf(o.Superior(person), person), at, person)
}

// StationHeads are the people who confirm or waive the deduction: whoever stands above the manager that was asked for the
// reason, and sales_ops where the line ends. Nobody decides about themselves or about their own reason
// (docs/decisions/0017-lead-quota.md).
func (o Org) StationHeads(manager PersonID, at time.Time, excluded ...PersonID) []PersonID {
	return o.fitFor(o.inPlaceOf(o.Superior(manager), append(slices.Clone(excluded), manager)...), at, excluded...)
}

// SpeaksFor tells whether somebody may act at an instant on what a person was asked in a matter in which some are unfit, because
// it is about them or their word is in it already: that person and whoever stands in for them, and where none of these is
// fit, the next one up. Nobody unfit ever does, whomever they stand in for.
func (o Org) SpeaksFor(actor, asked PersonID, at time.Time, unfit ...PersonID) bool {
	if slices.Contains(unfit, actor) {
		return false
	}
	line, instead := o.fitLine(asked, at, unfit)
	return slices.ContainsFunc(slices.Concat(line, instead), func(p PersonID) bool { return o.ActsFor(actor, p, at) })
}

// Instead are the people to turn to in the place of one who was asked: none while that one is there and fit. For who has left,
// is unfit themselves, or is represented by nobody but unfit people, it is the next superior who is none of this, and sales_ops
// where the line ends.
func (o Org) Instead(asked PersonID, at time.Time, unfit ...PersonID) []PersonID {
	_, instead := o.fitLine(asked, at, unfit)
	return instead
}

// fitLine is who was asked with those above who are no more fit, and at its end whom to turn to instead: nobody, where who was
// asked is fit.
func (o Org) fitLine(asked PersonID, at time.Time, unfit []PersonID) (line, instead []PersonID) {
	line = []PersonID{asked}
	if o.fit(asked, at, unfit) {
		return line, nil
	}
	for range o.People {
		next := o.reachable(asked, slices.Concat(line, unfit)...)
		if next == "" {
			break
		}
		if o.fit(next, at, unfit) {
			return line, []PersonID{next}
		}
		line = append(line, next)
	}
	out := slices.Concat(unfit, line)
	return line, slices.DeleteFunc(o.Holders(SalesOps), func(p PersonID) bool { return slices.Contains(out, p) })
}

// fit tells whether somebody, or one who stands in for them, may see to a matter.
func (o Org) fit(id PersonID, at time.Time, unfit []PersonID) bool {
	if p, ok := o.Person(id); !ok || !p.Active || slices.Contains(unfit, id) {
		return false
	}
	deputies := o.Deputies(id, at)
	return len(deputies) == 0 || slices.ContainsFunc(deputies, func(p PersonID) bool { return !slices.Contains(unfit, p) })
}

// fitFor are people, each of whom gives way to who acts instead; nobody twice. Where there is nobody else, they stay.
func (o Org) fitFor(people []PersonID, at time.Time, unfit ...PersonID) []PersonID {
	var all []PersonID
	for _, p := range people {
		turn := o.Instead(p, at, unfit...)
		if len(turn) == 0 {
			turn = []PersonID{p}
		}
		for _, next := range turn {
			if !slices.Contains(all, next) {
				all = append(all, next)
			}
		}
	}
	return all
}

// QuotaArgs are what the sentences about a streak say beside: of whom, how many days, until when.
func QuotaArgs(o Org, person PersonID, days int, last string) []string {
	name := string(person)
	if p, ok := o.Person(person); ok {
		name = p.Name
	}
	return []string{name, strconv.Itoa(days), last}
}
