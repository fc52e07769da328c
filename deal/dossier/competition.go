package dossier

import (
	"time"

	"closedloop/deal"
)

// Competition compares us with our rivals, criterion by criterion, as the customer would (domain.md §6).
type Competition struct {
	NoRival  bool        `json:"no_rival"` // we looked, and there is nobody
	Rivals   []string    `json:"rivals"`   // IDs of the rivals that are compared
	Criteria []Criterion `json:"criteria"`
}

// Criterion is one row of the matrix.
type Criterion struct {
	Criterion string       `json:"criterion"`
	Weight    int          `json:"weight"` // 1–5, to the customer
	Us        int          `json:"us"`     // 1–5
	Them      []RivalScore `json:"them"`
}

// RivalScore is what a rival gets for a criterion.
type RivalScore struct {
	Rival string `json:"rival"` // ID of the rival
	Score int    `json:"score"` // 1–5
}

// Kind implements [Record].
func (Competition) Kind() Kind { return CompetitionKind }

// Validate implements [Record].
func (m Competition) Validate(now time.Time) deal.Refusals {
	c := begin(m, now)
	c.ids("/rivals", m.Rivals)
	c.invalid(m.NoRival && len(m.Rivals) > 0, "/no_rival", "与所列对手矛盾", " contradicts the rivals that are listed",
		"去掉对手，或取消“没有对手”", "Remove the rivals, or say that there are some")
	named := map[string]bool{}
	for _, id := range m.Rivals {
		named[id] = true
	}
	for i, row := range m.Criteria {
		c.line(cell("/criteria", i, "criterion"), row.Criterion)
		c.between(cell("/criteria", i, "weight"), row.Weight, 1, mostPoints)
		c.between(cell("/criteria", i, "us"), row.Us, 1, mostPoints)
		them := cell("/criteria", i, "them")
		for j, s := range row.Them {
			c.id(cell(them, j, "rival"), s.Rival)
			c.invalid(s.Rival != "" && !named[s.Rival], cell(them, j, "rival"), "不在对手名单中", " is not among the rivals",
				"先把对手列入名单", "List the rival first")
			c.between(cell(them, j, "score"), s.Score, 1, mostPoints)
		}
		unique(c, them, row.Them, "rival", func(s RivalScore) string { return s.Rival })
	}
	unique(c, "/criteria", m.Criteria, "criterion", func(row Criterion) string { return row.Criterion })
	return c.done()
}
