package deal_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
)

func heldAccounts(n int) []deal.Held {
	var held []deal.Held
	for i := range n {
		held = append(held, deal.Held{
			Account: deal.AccountID(fmt.Sprintf("account-%d", i)), Number: fmt.Sprintf("KA-2026-%04d", i), Territory: []string{"Suqian", "Shuyang", "Siyang"}[i%3],
			Grade: append(deal.Grades(), "")[i%5], Holds: deal.Holdings{Owner: true},
		})
	}
	return held
}

func judged(s deal.Succession, actor deal.PersonID, held []deal.Held) []string {
	org := organisation()
	var out []string
	for _, no := range s.Against(org, actor, held, at("2026-03-02 09:00")) {
		out = append(out, string(no.Code)+" "+no.Field)
	}
	return out
}

func TestSuccession_sharesByNameThenTerritoryThenEvenly(t *testing.T) {
	t.Parallel()
	s := deal.Succession{From: left1, Successors: []deal.Successor{
		{To: rep1, Accounts: []deal.AccountID{"account-1"}}, {To: rep2, Territories: []string{"Shuyang"}}, {To: rep3}, {To: rep1},
	}}
	got := map[deal.AccountID]deal.PersonID{}
	for _, m := range s.Share(heldAccounts(6)) {
		got[m.Account] = m.To
	}
	// 1 by name though it lies in Shuyang, 4 by territory; of the rest 0 (A), 5 (A), 2 (C), 3 (D) by turns.
	require.Equal(t, map[deal.AccountID]deal.PersonID{
		"account-0": rep3, "account-1": rep1, "account-2": rep3, "account-3": rep1, "account-4": rep2, "account-5": rep1,
	}, got)
	s.Default = rep3
	for _, m := range s.Share(heldAccounts(6)) {
		if m.Account != "account-1" && m.Account != "account-4" {
			require.Equal(t, rep3, m.To, m.Account)
		}
	}
	require.Equal(t, rep3, s.Heir())
	s.Default = ""
	require.Equal(t, rep1, s.Heir())
}

func TestSuccession_sharesEvenlyWhateverTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		held := heldAccounts(rapid.IntRange(0, 60).Draw(t, "accounts"))
		s := deal.Succession{From: left1, Successors: []deal.Successor{{To: rep1}, {To: rep2}, {To: rep3}}[:rapid.IntRange(1, 3).Draw(t, "successors")]}
		moves := s.Share(held)
		require.Len(t, moves, len(held))
		count := map[deal.PersonID]int{}
		for _, m := range moves {
			count[m.To]++
		}
		for _, who := range s.Successors {
			require.InDelta(t, float64(len(held))/float64(len(s.Successors)), count[who.To], 1)
		}
		require.Equal(t, moves, s.Share(rapid.Permutation(held).Draw(t, "order")), "the order in which they are found means nothing")
	})
}

func TestSuccession_isForTheLineAboveEverybody(t *testing.T) {
	t.Parallel()
	within := deal.Succession{From: rep1, Successors: []deal.Successor{{To: rep2}}}
	across := deal.Succession{From: rep1, Successors: []deal.Successor{{To: rep3}}}
	gone := deal.Succession{From: left1, Successors: []deal.Successor{{To: rep3}}}
	held := heldAccounts(1)
	require.Empty(t, judged(within, manager1, held))
	require.Empty(t, judged(within, director1, held))
	require.Equal(t, []string{"not_your_role /successors/0/to"}, judged(across, manager1, held), "team 2 is not manager1's")
	require.Empty(t, judged(across, director1, held))
	for _, actor := range []deal.PersonID{rep1, rep2, manager2, ops1, admin1, finance1, auditor1} {
		require.Contains(t, judged(within, actor, held), "not_your_role ", actor)
	}
	require.Empty(t, judged(gone, ops1, held), "nobody speaks for who has left")
	require.Empty(t, judged(gone, admin1, held))
	require.Contains(t, judged(gone, finance1, held), "not_your_role ")
	top := deal.Succession{From: director1, Successors: []deal.Successor{{To: manager1}}}
	require.Empty(t, judged(top, ops1, nil), "nor for who has nobody above")
	require.Contains(t, judged(top, director1, nil), "not_your_role ", "nobody hands over for themselves")
}

func TestSuccession_listsEverythingThatStandsInTheWay(t *testing.T) {
	t.Parallel()
	s := deal.Succession{From: rep1, Successors: []deal.Successor{
		{To: left1, Accounts: []deal.AccountID{"account-0"}},
		{To: manager1, Accounts: []deal.AccountID{"account-0", "account-2", "foreign"}},
		{To: rep1, Territories: []string{"Suqian"}},
		{To: rep2, Territories: []string{"Suqian"}},
	}}
	require.Equal(t, []string{
		"unknown_person /successors/0/to", "not_a_rep /successors/1/to", "same_owner /successors/2/to",
		"named_twice /successors/1/accounts/0", "not_theirs /successors/1/accounts/2", "named_twice /successors/3/territories/0",
		"no_successor /default_to",
	}, judged(s, director1, heldAccounts(6)))
	require.Equal(t, []string{"no_successor /successors"}, judged(deal.Succession{From: rep1}, director1, heldAccounts(2)))

	org := organisation()
	org.Leaves = []deal.Leave{{Person: rep2, Since: at("2026-03-02 00:00"), Until: at("2026-03-09 00:00")}}
	no := deal.Succession{From: rep1, Successors: []deal.Successor{{To: rep2}}}.Against(org, manager1, heldAccounts(2), at("2026-03-02 09:00"))
	require.Equal(t, []deal.Code{deal.CodeSuccessorAway}, codes(no))
	require.True(t, slices.Equal([]string{"rep2"}, no[0].Args))
}
