package deal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
)

// days makes a delegation that runs from one day of March 2026 to another, in the morning.
func days(from, to deal.PersonID, first, last int) deal.Delegation {
	return deal.Delegation{
		ID: fmt.Sprint(from, to, first, last), From: from, To: to,
		Since: time.Date(2026, 3, first, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 3, last, 0, 0, 0, 0, time.UTC),
	}
}

func TestChainWith_countsThoseThatStandInARowAtOneTime(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		there []deal.Delegation
		d     deal.Delegation
		want  int
	}{
		"alone":                      {nil, days("a", "b", 1, 9), 1},
		"at the front":               {[]deal.Delegation{days("b", "c", 1, 9)}, days("a", "b", 1, 9), 2},
		"at the end":                 {[]deal.Delegation{days("a", "b", 1, 9)}, days("b", "c", 1, 9), 2},
		"in the middle":              {[]deal.Delegation{days("a", "b", 1, 9), days("c", "d", 1, 9)}, days("b", "c", 1, 9), 3},
		"a fourth":                   {[]deal.Delegation{days("a", "b", 1, 9), days("c", "d", 1, 9), days("d", "e", 1, 9)}, days("b", "c", 1, 9), 4},
		"one after the other":        {[]deal.Delegation{days("a", "b", 1, 5), days("c", "d", 5, 9)}, days("b", "c", 1, 9), 2},
		"they meet for a day":        {[]deal.Delegation{days("a", "b", 1, 6), days("c", "d", 5, 9)}, days("b", "c", 1, 9), 3},
		"not at the same time":       {[]deal.Delegation{days("b", "c", 9, 12)}, days("a", "b", 1, 9), 1},
		"the longer of two deputies": {[]deal.Delegation{days("b", "c", 1, 9), days("b", "x", 1, 9), days("x", "y", 1, 9)}, days("a", "b", 1, 9), 3},
	} {
		org := deal.Org{Delegations: tt.there}
		require.Equal(t, tt.want, org.ChainWith(tt.d), name)
	}
}

func TestClosesCircle_looksAtTheTimeOfTheDelegation(t *testing.T) {
	t.Parallel()
	org := deal.Org{Delegations: []deal.Delegation{days("b", "c", 1, 9), days("c", "d", 1, 9)}}
	require.True(t, org.ClosesCircle(days("c", "b", 1, 2)))
	require.True(t, org.ClosesCircle(days("d", "b", 8, 12)))
	require.False(t, org.ClosesCircle(days("d", "b", 9, 12)))
	require.False(t, org.ClosesCircle(days("b", "d", 1, 9)))
}

func TestNobodyThere_isADeputyOnLeaveAllTheTimeWithoutADeputy(t *testing.T) {
	t.Parallel()
	leave := func(first, last int) deal.Leave {
		d := days("", "", first, last)
		return deal.Leave{Person: "b", Since: d.Since, Until: d.Until}
	}
	for name, tt := range map[string]struct {
		leaves []deal.Leave
		others []deal.Delegation
		want   bool
	}{
		"there":                      {nil, nil, false},
		"away all the time":          {[]deal.Leave{leave(1, 9)}, nil, true},
		"away for longer":            {[]deal.Leave{leave(1, 12)}, nil, true},
		"away in two leaves":         {[]deal.Leave{leave(5, 12), leave(1, 5)}, nil, true},
		"back on the last day":       {[]deal.Leave{leave(1, 8)}, nil, false},
		"away from the second day":   {[]deal.Leave{leave(3, 12)}, nil, false},
		"with a deputy of their own": {[]deal.Leave{leave(1, 12)}, []deal.Delegation{days("b", "c", 1, 12)}, false},
	} {
		org := deal.Org{Leaves: tt.leaves, Delegations: tt.others}
		require.Equal(t, tt.want, org.NobodyThere(days("a", "b", 2, 9)), name)
	}
}

// Whatever is refused: nobody acts for somebody over more than three delegations, and nobody for themselves.
func TestDelegations_thatAreAcceptedReachOverThreeAtMost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people := []deal.PersonID{"a", "b", "c", "d", "e", "f"}
		org := deal.Org{}
		for _, p := range people {
			org.People = append(org.People, deal.Person{ID: p, Active: true})
		}
		for range rapid.IntRange(1, 14).Draw(t, "delegations") {
			first := rapid.IntRange(1, 20).Draw(t, "first")
			d := days(rapid.SampledFrom(people).Draw(t, "from"), rapid.SampledFrom(people).Draw(t, "to"), first, first+rapid.IntRange(1, 8).Draw(t, "days"))
			if d.From != d.To && !org.ClosesCircle(d) && org.ChainWith(d) <= deal.MaxDelegationChain {
				org.Delegations = append(org.Delegations, d)
			}
		}
		for day := 1; day < 29; day++ {
			at := time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC)
			for _, p := range people {
				require.LessOrEqual(t, hops(org, p, at, 0), deal.MaxDelegationChain, "%s on day %d", p, day)
				require.NotContains(t, org.Deputies(p, at), p)
			}
		}
	})
}

// hops is the longest row of delegations that begins with somebody at an instant.
func hops(org deal.Org, p deal.PersonID, at time.Time, deep int) int {
	most := deep
	for _, d := range org.Delegations {
		if d.From == p && !at.Before(d.Since) && at.Before(d.Until) && deep < 9 {
			most = max(most, hops(org, d.To, at, deep+1))
		}
	}
	return most
}
