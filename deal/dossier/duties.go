package dossier

import (
	"slices"

	"closedloop/deal"
)

// Duties are what a playbook asks of people beside the ring (domain.md §6, §9). A playbook that says nothing asks for
// nothing.
type Duties struct {
	Support []CentreRules `json:"support"`
	Visits  VisitRules    `json:"visits"`
	Gifts   GiftRules     `json:"gifts"`
	Plan    PlanRules     `json:"plan"`

	Review deal.ReviewRules `json:"review"` // of visits
}

// CentreRules say who answers for a part of the support centre, and by when.
type CentreRules struct {
	Centre Centre            `json:"centre"`
	Who    []deal.Audience   `json:"who"` // "role:<role>" or "person:<login>"; nobody there: sales_ops
	Within deal.Span         `json:"within"`
	Ladder []deal.LadderRung `json:"ladder"`
}

// VisitRules say when the visits of executives are spoken of, in calendar days. Zero: never.
type VisitRules struct {
	Prepare  int `json:"prepare"`  // before the day
	Result   int `json:"result"`   // after the day its result is asked for
	Urge     int `json:"urge"`     // after that day
	Superior int `json:"superior"` // after that day the line above hears
}

// PlanRules say how often the plan is revised from plan to sign. Without a length it is not.
type PlanRules struct {
	Every  deal.Span         `json:"every"`
	Ladder []deal.LadderRung `json:"ladder"`
}

// Of finds the rules of a part of the support centre; the second value is false where the playbook has none.
func (d Duties) Of(c Centre) (CentreRules, bool) {
	i := slices.IndexFunc(d.Support, func(r CentreRules) bool { return r.Centre == c })
	if i < 0 {
		return CentreRules{}, false
	}
	return d.Support[i], true
}

// NamedIn is the person of ours whom a record names for its approval; empty where it names nobody.
func NamedIn(r Record) deal.PersonID {
	if v, ok := r.(ExecutiveVisit); ok {
		return v.Executive
	}
	return ""
}
