package dossier

import "closedloop/deal"

// Trend says where something is going.
type Trend string

// Up, level, down. It is empty where there is nothing to compare with.
const (
	Rising  Trend = "rising"
	Steady  Trend = "steady"
	Falling Trend = "falling"
)

func trends() set[Trend] {
	return set[Trend]{opt(Rising, "上升", "Rising"), opt(Steady, "平稳", "Steady"), opt(Falling, "下降", "Falling")}
}

// AllTrends returns every trend.
func AllTrends() []Trend { return trends().all() }

// ParseTrend reads a trend's identifier.
func ParseTrend(s string) (Trend, error) { return trends().parse("trend", s) }

// Label is what people call it; empty for something that is no trend.
func (t Trend) Label() deal.Text { return trends().label(t) }

// TrustState is how far a contact trusts us on a day.
type TrustState struct {
	Contact string
	Pillars []PillarState // all four, in the order of [AllPillars]
	Rated   int           // how many pillars are rated
	Average int           // of those, in hundredths of a point; 0 without any
	Trend   Trend         // of the pillars that were rated then and now
}

// PillarState is the rating of a pillar that holds on a day.
type PillarState struct {
	Pillar Pillar
	Rated  bool
	Score  int // 0–5
	On     Day
	Trend  Trend
}

// Trusting works out how far a contact trusts us today, against how it was so many days ago ([Rules.TrendDays]).
func Trusting(t Trust, today Day, trendDays int) TrustState {
	state := TrustState{Contact: t.Contact}
	before := today.Add(-trendDays)
	sum, change, compared := 0, 0, false
	for _, p := range AllPillars() {
		row := PillarState{Pillar: p}
		if now, ok := t.at(p, today); ok {
			row.Rated, row.Score, row.On = true, now.Score, now.On
			sum += now.Score
			state.Rated++
			if then, known := t.at(p, before); known {
				row.Trend = trendOf(now.Score - then.Score)
				change += now.Score - then.Score
				compared = true
			}
		}
		state.Pillars = append(state.Pillars, row)
	}
	state.Average = mean(sum, state.Rated)
	if compared {
		state.Trend = trendOf(change)
	}
	return state
}

// at is the rating of a pillar that holds on a day: the newest until then, and of two on one day the one further down.
func (t Trust) at(p Pillar, day Day) (Rating, bool) {
	var holds Rating
	found := false
	for _, r := range t.Ratings {
		if r.Pillar == p && r.On <= day && (!found || r.On >= holds.On) {
			holds, found = r, true
		}
	}
	return holds, found
}

// TrustTotal is the trust of all contacts together: the mean of their averages, and where most of them are going.
// Contacts who are not rated do not count.
func TrustTotal(states []TrustState) (average int, trend Trend) {
	sum, rated, change, compared := 0, 0, 0, false
	for _, s := range states {
		if s.Rated == 0 {
			continue
		}
		sum += s.Average
		rated++
		change += s.Trend.direction()
		compared = compared || s.Trend != ""
	}
	if rated == 0 {
		return 0, ""
	}
	if compared {
		trend = trendOf(change)
	}
	return (sum + rated/2) / rated, trend
}

func (t Trend) direction() int {
	switch t {
	case Rising:
		return 1
	case Falling:
		return -1
	case Steady:
	}
	return 0
}

func trendOf(change int) Trend {
	switch {
	case change > 0:
		return Rising
	case change < 0:
		return Falling
	}
	return Steady
}

// mean is a mean of whole points in hundredths, rounded; 0 of nothing.
func mean(sum, n int) int {
	if n == 0 {
		return 0
	}
	return (hundredths*sum + n/2) / n
}
