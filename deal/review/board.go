package review

import (
	"cmp"
	"slices"
	"time"

	"closedloop/deal"
)

// Filter narrows the list of reviews; zero values do not narrow.
type Filter struct {
	Team   deal.TeamID
	Month  Month
	Status Status
	Late   *bool
}

// mostMonths is how far back a missing month is told.
const mostMonths = 24

// Board is the list of reviews with the months that have none: of every reviewed team since its first account or its first
// review, up to the last month that is over. The newest month comes first. Due says until when a month was to be signed.
func Board(
	org deal.Org, since map[deal.TeamID]Month, kept []Review, f Filter, now time.Time, zone *time.Location, due func(Month) (time.Time, error),
) ([]Review, error) {
	all := slices.Clone(kept)
	for _, t := range Teams(org) {
		first, ok := since[t.ID]
		if !ok {
			continue
		}
		m := MonthOf(now, zone).Previous()
		for range mostMonths {
			if m < first {
				break
			}
			if !slices.ContainsFunc(kept, func(r Review) bool { return r.Team == t.ID && r.Month == m }) {
				at, err := due(m)
				if err != nil {
					return nil, err
				}
				all = append(all, Review{Team: t.ID, Month: m, Status: Missing, DueAt: at})
			}
			m = m.Previous()
		}
	}
	all = slices.DeleteFunc(all, func(r Review) bool {
		return f.Team != "" && r.Team != f.Team || f.Month != "" && r.Month != f.Month || f.Status != "" && r.Status != f.Status ||
			f.Late != nil && r.Late(now) != *f.Late
	})
	slices.SortFunc(all, func(a, b Review) int {
		return cmp.Or(cmp.Compare(b.Month, a.Month), cmp.Compare(a.Team, b.Team))
	})
	return all, nil
}
