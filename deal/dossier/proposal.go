package dossier

import (
	"time"

	"closedloop/deal"
)

// Proposal is what we offer: the solution, its price and cost, and who does what by when. Its versions are the
// record's; [Diff] compares two of them.
type Proposal struct {
	Solution       string          `json:"solution"`
	Positioning    string          `json:"positioning"`
	ValueStatement string          `json:"value_statement"`
	PriceMinor     int64           `json:"price_minor"` // minor units
	Currency       string          `json:"currency"`    // ISO 4217
	CostMinor      *int64          `json:"cost_minor"`  // cost budget in minor units of the same currency; null while not known
	Milestones     []Milestone     `json:"milestones"`
	Owners         []deal.PersonID `json:"owners"` // who answers for the proposal
}

// Milestone is a step of carrying the proposal out.
type Milestone struct {
	Milestone string        `json:"milestone"`
	DueOn     Day           `json:"due_on"`
	Owner     deal.PersonID `json:"owner"`
}

// Complete tells whether everything is there that an approver needs (domain.md §2, step plan).
func (p Proposal) Complete() bool {
	return p.Solution != "" && p.Positioning != "" && p.ValueStatement != "" && p.Priced() && p.CostMinor != nil &&
		len(p.Milestones) > 0 && len(p.Owners) > 0
}

// Priced tells whether there is a price.
func (p Proposal) Priced() bool { return p.PriceMinor > 0 && p.Currency != "" }

// Margin is what is left of the price after the cost budget, in basis points of the price; the second value is false
// while one of the two is not known.
func (p Proposal) Margin() (int64, bool) {
	if !p.Priced() || p.CostMinor == nil {
		return 0, false
	}
	return (p.PriceMinor - *p.CostMinor) * basisPoints / p.PriceMinor, true
}

// basisPoints are one whole.
const basisPoints = 10_000

// Kind implements [Record].
func (Proposal) Kind() Kind { return ProposalKind }

// Validate implements [Record].
func (p Proposal) Validate(now time.Time) deal.Refusals {
	c := begin(p, now)
	c.price("/price_minor", p.PriceMinor, "/currency", p.Currency)
	if p.CostMinor != nil {
		c.quantity("/cost_minor", *p.CostMinor, maxMinor)
		if *p.CostMinor > 0 && p.PriceMinor == 0 && p.Currency == "" {
			c.missing(deal.CodeInvalidValue, "/currency")
		}
	}
	for i, m := range p.Milestones {
		c.text(cell("/milestones", i, "milestone"), m.Milestone)
		c.day(cell("/milestones", i, "due_on"), m.DueOn)
		c.id(cell("/milestones", i, "owner"), string(m.Owner))
	}
	owners := make([]string, len(p.Owners))
	for i, id := range p.Owners {
		owners[i] = string(id)
	}
	c.ids("/owners", owners)
	return c.done()
}
