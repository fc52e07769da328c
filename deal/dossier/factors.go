package dossier

import (
	"time"

	"closedloop/deal"
)

// Factors rank what the customer decides by: the first one weighs most.
type Factors struct {
	Ranking []Factor `json:"ranking"`
}

// Factor is one reason to decide for a supplier.
type Factor struct {
	Factor   string `json:"factor"`
	Contact  string `json:"contact"` // ID of the contact to whom it matters; empty for all
	Evidence string `json:"evidence"`
}

// Kind implements [Record].
func (Factors) Kind() Kind { return FactorsKind }

// Validate implements [Record].
func (f Factors) Validate(now time.Time) deal.Refusals {
	c := begin(f, now)
	for i, row := range f.Ranking {
		c.line(cell("/ranking", i, "factor"), row.Factor)
		c.someID(cell("/ranking", i, "contact"), row.Contact)
	}
	unique(c, "/ranking", f.Ranking, "factor", func(row Factor) string { return row.Factor })
	return c.done()
}
