package dossier

import (
	"time"

	"closedloop/deal"
)

// Trust is how far a contact trusts us, rated over time on four pillars (domain.md §6). Ratings are added, not
// overwritten, so that the trend can be read from one document.
type Trust struct {
	Contact string   `json:"contact"` // ID of the contact
	Ratings []Rating `json:"ratings"`
}

// Rating is one judgement of one pillar.
type Rating struct {
	Pillar   Pillar `json:"pillar"`
	Score    int    `json:"score"` // 0–5
	On       Day    `json:"on"`
	Evidence string `json:"evidence"`
}

// Pillar is one of the four things that trust rests on.
type Pillar string

// The four pillars.
const (
	Conduct      Pillar = "conduct" // professional conduct
	Expertise    Pillar = "expertise"
	Relationship Pillar = "relationship"
	Sincerity    Pillar = "sincerity"
)

func pillars() set[Pillar] {
	return set[Pillar]{
		opt(Conduct, "职业操守", "Professional conduct"), opt(Expertise, "专业能力", "Expertise"), opt(Relationship, "人际关系", "Relationship"),
		opt(Sincerity, "真诚", "Sincerity"),
	}
}

// AllPillars returns the four pillars.
func AllPillars() []Pillar { return pillars().all() }

// ParsePillar reads a pillar's identifier.
func ParsePillar(s string) (Pillar, error) { return pillars().parse("pillar of trust", s) }

// Label is what people call it; empty for something that is no pillar.
func (p Pillar) Label() deal.Text { return pillars().label(p) }

// Kind implements [Record].
func (Trust) Kind() Kind { return TrustKind }

// Key implements [Keyed]: one for each contact.
func (t Trust) Key() string { return t.Contact }

// Validate implements [Record].
func (t Trust) Validate(now time.Time) deal.Refusals {
	c := begin(t, now)
	c.id("/contact", t.Contact)
	for i, r := range t.Ratings {
		chosen(c, cell("/ratings", i, "pillar"), r.Pillar, pillars())
		c.between(cell("/ratings", i, "score"), r.Score, 0, mostPoints)
		c.happened(cell("/ratings", i, "on"), r.On)
		c.reason(cell("/ratings", i, "evidence"), r.Evidence)
	}
	unique(c, "/ratings", t.Ratings, "on", func(r Rating) string { return string(r.Pillar) + string(r.On) })
	return c.done()
}
