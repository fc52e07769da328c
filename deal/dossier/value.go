package dossier

import "closedloop/deal"

// Value is what a value score comes to.
type Value struct {
	Score     int         // weighted mean in hundredths of a point, 100–500
	Grade     deal.Grade  // empty until every item that weighs something is scored
	Missing   []ValueItem // those that are not
	RegradeOn Day         // when to grade anew
}

// Value weighs the scores and grades the account (domain.md §5).
func (r Rules) Value(s ValueScore) Value {
	var v Value
	var total weighted
	for _, w := range r.Weights {
		score := s.score(w.Item)
		if score == 0 && w.Weight > 0 {
			v.Missing = append(v.Missing, w.Item)
			continue
		}
		total.add(score, w.Weight)
	}
	v.Score = total.mean()
	if len(v.Missing) > 0 || total.weight == 0 {
		return v
	}
	v.Grade = deal.GradeD
	for _, g := range r.GradeFrom {
		if v.Score >= g.Score {
			v.Grade = g.Grade
			break
		}
	}
	v.RegradeOn = s.RegradeOn
	if v.RegradeOn == "" {
		v.RegradeOn = s.On.Add(daysOf(r.Regrade, v.Grade))
	}
	return v
}
