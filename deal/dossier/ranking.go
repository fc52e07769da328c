package dossier

import (
	"cmp"
	"slices"

	"closedloop/deal"
)

// Prospect is an account in the queue of visits.
type Prospect struct {
	Account      deal.AccountID
	RevenueMinor int64 // expected a year, in minor units of one currency
	Difficulty   int   // 1 easy – 5 hard; 0 while not judged, which counts as hard
	Flags        int   // how many focus flags it carries
}

// Rank is expected revenue × difficulty (domain.md §4), where difficulty counts as ease, so that of two accounts with
// the same revenue the easier one comes first. Every focus flag adds its percentage.
func (r Rules) Rank(p Prospect) int64 {
	ease := int64(1)
	if p.Difficulty >= 1 && p.Difficulty <= mostPoints {
		ease = int64(mostPoints + 1 - p.Difficulty)
	}
	const whole = 100
	bonus := int64(whole + r.FlagBonus*min(max(p.Flags, 0), len(AllFocuses())))
	return min(max(p.RevenueMinor, 0), maxMinor) * ease * bonus / whole
}

// Queue sorts prospects into the order of visits; equal ranks keep a stable order by account.
func (r Rules) Queue(prospects []Prospect) []Prospect {
	return slices.SortedFunc(slices.Values(prospects), func(a, b Prospect) int {
		return cmp.Or(cmp.Compare(r.Rank(b), r.Rank(a)), cmp.Compare(a.Account, b.Account))
	})
}
