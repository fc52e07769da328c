package dossier

// Standing is how we stand against our rivals, by the competition matrix.
type Standing struct {
	Us     int             // our weighted mean in hundredths of a point, over all criteria; 0 without any
	Rivals []RivalStanding // in the order of the matrix
	Lead   int             // us minus the best rival that is scored throughout, in hundredths; 0 without one
	Leads  []string        // criteria in which nobody scored comes up to us
	Lags   []string        // criteria in which somebody is better
	Scored bool            // there is a criterion, and every rival has a score for each
}

// RivalStanding is how a rival comes out.
type RivalStanding struct {
	Rival    string // ID of the rival
	Score    int    // weighted mean in hundredths of a point, over the criteria that are scored
	Complete bool   // every criterion is scored
}

// Stand works out the matrix. Criteria without weight count nothing.
func (m Competition) Stand() Standing {
	var s Standing
	var us weighted
	for _, row := range m.Criteria {
		us.add(row.Us, row.Weight)
		best := 0
		for _, score := range row.Them {
			best = max(best, score.Score)
		}
		switch {
		case best > row.Us:
			s.Lags = append(s.Lags, row.Criterion)
		case best > 0 && best < row.Us:
			s.Leads = append(s.Leads, row.Criterion)
		}
	}
	s.Us = us.mean()
	s.Scored = len(m.Criteria) > 0 && len(m.Rivals) > 0
	best, found := 0, false
	for _, id := range m.Rivals {
		r := m.standing(id)
		s.Rivals = append(s.Rivals, r)
		s.Scored = s.Scored && r.Complete
		if r.Complete {
			best, found = max(best, r.Score), true
		}
	}
	if found {
		s.Lead = s.Us - best
	}
	return s
}

func (m Competition) standing(rival string) RivalStanding {
	r := RivalStanding{Rival: rival, Complete: len(m.Criteria) > 0}
	var them weighted
	for _, row := range m.Criteria {
		score := row.of(rival)
		if score == 0 {
			r.Complete = false
			continue
		}
		them.add(score, row.Weight)
	}
	r.Score = them.mean()
	return r
}

// of is a rival's score; 0 for none.
func (row Criterion) of(rival string) int {
	for _, s := range row.Them {
		if s.Rival == rival {
			return s.Score
		}
	}
	return 0
}

// weighted adds up scores by their weight.
type weighted struct{ sum, weight int }

func (w *weighted) add(score, weight int) {
	w.sum += score * weight
	w.weight += weight
}

// mean is in hundredths of a point, rounded; 0 without any weight.
func (w *weighted) mean() int { return mean(w.sum, w.weight) }
