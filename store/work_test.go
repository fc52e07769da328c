package store_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

func TestTasks_areThoseOfThePeopleOneStandsInFor(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	list := func(login string, f view.TaskFilter) []view.TaskItem {
		items, next, err := s.Tasks(t.Context(), s.as(login), f)
		require.NoError(t, err)
		require.Empty(t, next)
		return items
	}
	kinds := func(items []view.TaskItem) (kinds []deal.TaskKind) {
		for _, i := range items {
			kinds = append(kinds, i.Kind)
		}
		slices.Sort(kinds)
		return kinds
	}
	manager := list("manager1", view.TaskFilter{Status: deal.TaskOpen})
	require.Equal(t, []deal.TaskKind{deal.ApproveTask, deal.AssignOwnerTask, deal.IntakeTask}, kinds(manager))
	require.Empty(t, list("rep2", view.TaskFilter{}))
	require.Empty(t, list("director1", view.TaskFilter{}), "other people's tasks are asked for by name")
	require.Len(t, list("director1", view.TaskFilter{Assignee: s.people["manager1"]}), 3)
	require.Empty(t, list("rep3", view.TaskFilter{Assignee: s.people["manager1"]}))
	require.Len(t, list("rep1", view.TaskFilter{Assignee: s.people["manager1"]}), 2, "those on the rep's own accounts")
	require.Len(t, list("manager1", view.TaskFilter{Account: s.lead}), 1)

	for _, task := range manager {
		one, err := s.Task(t.Context(), s.as("manager1"), task.ID)
		require.NoError(t, err)
		require.Equal(t, task, one)
		_, err = s.Task(t.Context(), s.as("rep3"), task.ID)
		require.ErrorIs(t, err, deal.ErrNotFound)
	}
	s.decide(s.asked, "manager1", deal.Approve, nil)
	require.Equal(t, []deal.TaskKind{deal.ApproveTask}, kinds(list("manager1", view.TaskFilter{Status: deal.TaskDone})))
	require.Equal(t, []deal.TaskKind{deal.ApproveTask}, kinds(list("finance1", view.TaskFilter{})), "an approver is no stranger")

	var paged []view.TaskItem
	f := view.TaskFilter{Page: view.Page{Limit: 1}}
	for {
		items, next, err := s.Tasks(t.Context(), s.as("manager1"), f)
		require.NoError(t, err)
		paged = append(paged, items...)
		if f.Page.Cursor = next; next == "" {
			break
		}
	}
	require.Equal(t, list("manager1", view.TaskFilter{}), paged)
}

func TestApprovals_areListedWithTheirTexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.walked()
	all, _, err := w.Approvals(t.Context(), w.as("rep1"), view.ApprovalFilter{})
	require.NoError(t, err)
	require.Len(t, all, 4)
	require.True(t, slices.IsSortedFunc(all, func(a, b view.ApprovalItem) int { return b.RequestedAt.Compare(a.RequestedAt) }))
	require.Equal(t, deal.Reopen, all[0].Kind)
	require.Equal(t, 2, all[0].Cycle)
	filed := all[1]
	require.Equal(t, deal.Approved, filed.Status)
	require.Equal(t, 1, filed.Cycle)
	require.Equal(t, int64(1_234_500), filed.Amount)
	require.Equal(t, "CNY", filed.Currency)
	require.Equal(t, map[string]string{"please file now": "text of please file now", "fine": "text of fine"}, filed.Texts)
	require.Equal(t, deal.Withdrawn, all[2].Status)
	require.Equal(t, map[string]string{"please file": "text of please file", "say more": "text of say more"}, all[3].Texts)

	log, err := w.Whole(t.Context(), w.as("rep1"), id)
	require.NoError(t, err)
	folded := deal.Project(deal.State{}, log...).Approvals
	slices.Reverse(folded)
	for i := range all {
		require.Equal(t, folded[i], all[i].Approval, "what is read is what was decided")
	}

	one, err := w.Approval(t.Context(), w.as("finance1"), filed.ID)
	require.NoError(t, err)
	require.Equal(t, filed, one)
	_, err = w.Approval(t.Context(), w.as("rep3"), filed.ID)
	require.ErrorIs(t, err, deal.ErrNotFound)
	var paged []view.ApprovalItem
	page := view.Page{Limit: 3}
	for {
		items, next, err := w.Approvals(t.Context(), w.as("rep1"), view.ApprovalFilter{Page: page})
		require.NoError(t, err)
		paged = append(paged, items...)
		if page.Cursor = next; next == "" {
			break
		}
	}
	require.Equal(t, all, paged)
	for _, tt := range []struct {
		filter view.ApprovalFilter
		want   int
	}{
		{view.ApprovalFilter{Status: deal.Approved}, 2},
		{view.ApprovalFilter{Kind: deal.Filing}, 3},
		{view.ApprovalFilter{Account: id}, 4},
		{view.ApprovalFilter{Account: "other"}, 0},
		{view.ApprovalFilter{Assignee: w.people["finance1"]}, 0},
	} {
		items, _, err := w.Approvals(t.Context(), w.as("rep1"), tt.filter)
		require.NoError(t, err)
		require.Len(t, items, tt.want, "%+v", tt.filter)
	}
}

func TestApprovals_waitForThePeopleOfTheRunningLevel(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	waits := func(login string) int {
		items, _, err := s.Approvals(t.Context(), s.as("ops1"), view.ApprovalFilter{Assignee: s.people[login]})
		require.NoError(t, err)
		return len(items)
	}
	require.Equal(t, []int{1, 0}, []int{waits("manager1"), waits("finance1")})
	s.decide(s.asked, "manager1", deal.Approve, nil)
	require.Equal(t, []int{0, 1}, []int{waits("manager1"), waits("finance1")})
	s.decide(s.asked, "finance1", deal.Approve, nil)
	require.Equal(t, []int{0, 0}, []int{waits("manager1"), waits("finance1")})
}

func TestNotices_areOnesOwnInboxAndReadOnce(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	manager := s.as("manager1")
	all, next, err := s.Notices(t.Context(), manager, false, view.Page{})
	require.NoError(t, err)
	require.Empty(t, next)
	require.GreaterOrEqual(t, len(all), 3)
	for _, n := range all {
		require.Equal(t, s.people["manager1"], n.To)
		require.True(t, n.ReadAt.IsZero())
		require.NotEmpty(t, n.AccountNumber)
	}
	first, next, err := s.Notices(t.Context(), manager, false, view.Page{Limit: 1})
	require.NoError(t, err)
	rest, _, err := s.Notices(t.Context(), manager, false, view.Page{Cursor: next})
	require.NoError(t, err)
	require.Equal(t, all, append(first, rest...))

	n, err := s.ReadNotices(t.Context(), s.as("rep3"), []string{all[0].ID})
	require.NoError(t, err)
	require.Zero(t, n, "somebody else's inbox")
	n, err = s.ReadNotices(t.Context(), manager, []string{all[0].ID, "nonexistent"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	unread, _, err := s.Notices(t.Context(), manager, true, view.Page{})
	require.NoError(t, err)
	require.Equal(t, all[1:], unread)
	n, err = s.ReadNotices(t.Context(), manager, nil)
	require.NoError(t, err)
	require.Equal(t, len(all)-1, n)
	n, err = s.ReadNotices(t.Context(), manager, nil)
	require.NoError(t, err)
	require.Zero(t, n)
	read, _, err := s.Notices(t.Context(), manager, false, view.Page{})
	require.NoError(t, err)
	require.Len(t, read, len(all))
	require.False(t, read[0].ReadAt.IsZero())
}
