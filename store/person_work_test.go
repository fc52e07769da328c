package store_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
)

// asks opens tasks that belong to no account.
func (w *world) asks(tasks ...deal.PersonTask) {
	w.t.Helper()
	require.NoError(w.t, w.InPersonWork(w.t.Context(), "ask", func(p store.PersonWork) error { return p.Open(w.t.Context(), tasks...) }))
}

// tells adds notices that belong to no account.
func (w *world) tells(notices ...deal.PersonNotice) {
	w.t.Helper()
	require.NoError(w.t, w.InPersonWork(w.t.Context(), "tell", func(p store.PersonWork) error { return p.Notify(w.t.Context(), notices...) }))
}

func (w *world) wanted(assignee, ref string) deal.PersonTask {
	return deal.NewPersonTask(deal.QuotaReasonTask, w.people[assignee], ref, w.at, "Wang", "3", "2026-03-04")
}

func TestTasks_ofPersonsStandBesideThoseOfAccounts(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	before, _, err := s.Tasks(t.Context(), s.as("manager1"), view.TaskFilter{})
	require.NoError(t, err)
	var own []deal.PersonTask
	for i := range 3 {
		task := s.wanted("manager1", "matter/"+strconv.Itoa(i))
		if i < 2 {
			task.Due = s.at.Add(time.Duration(i-1) * 24 * time.Hour).Truncate(time.Microsecond)
		}
		own = append(own, task)
	}
	s.asks(own...)
	s.asks(own[0]) // again

	all, _, err := s.Tasks(t.Context(), s.as("manager1"), view.TaskFilter{})
	require.NoError(t, err)
	require.Len(t, all, len(before)+3)
	var paged []view.TaskItem
	for f := (view.TaskFilter{Page: view.Page{Limit: 2}}); ; {
		items, next, err := s.Tasks(t.Context(), s.as("manager1"), f)
		require.NoError(t, err)
		paged = append(paged, items...)
		if f.Page.Cursor = next; next == "" {
			break
		}
	}
	require.Equal(t, all, paged, "both kinds in one order")
	var mine []deal.PersonTask
	for _, item := range all {
		if item.Account == "" {
			mine = append(mine, item.OfPerson())
		}
	}
	require.ElementsMatch(t, own, mine)

	for login, sees := range map[string]bool{"director1": true, "ops1": true, "auditor1": true, "manager2": false, "rep1": false} {
		items, _, err := s.Tasks(t.Context(), s.as(login), view.TaskFilter{Assignee: s.people["manager1"], Status: deal.TaskOpen})
		require.NoError(t, err)
		found := 0
		for _, item := range items {
			if item.Account == "" {
				found++
			}
		}
		_, err = s.Task(t.Context(), s.as(login), own[0].ID)
		if sees {
			require.Equal(t, 3, found, login)
			require.NoError(t, err, login)
		} else {
			require.Zero(t, found, login)
			require.ErrorIs(t, err, deal.ErrNotFound, login)
		}
	}
	items, _, err := s.Tasks(t.Context(), s.as("manager1"), view.TaskFilter{Account: s.lead})
	require.NoError(t, err)
	require.Len(t, items, 1, "what belongs to no account is none of an account's tasks")
	one, err := s.Task(t.Context(), s.as("manager1"), own[0].ID)
	require.NoError(t, err)
	require.Equal(t, own[0], one.OfPerson())
}

func TestClimbPersonRung_happensOnceAndOnlyWhileTheTaskIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	task, undated := w.wanted("manager1", "matter/1"), w.wanted("manager1", "matter/2")
	task.Due = w.at.Add(time.Hour).Truncate(time.Microsecond)
	w.asks(task, undated)
	org, err := w.Org(ctx)
	require.NoError(t, err)
	climb := func() bool {
		climbed, err := w.ClimbPersonRung(ctx, task.ID, deal.Urge, task.RungNotices(org, deal.Urge, w.at))
		require.NoError(t, err)
		return climbed
	}
	require.Equal(t, []bool{true, false}, []bool{climb(), climb()})
	dated, err := w.DatedPersonTasks(ctx)
	require.NoError(t, err)
	want := task
	want.Reached = []deal.RungName{deal.Urge}
	require.Equal(t, []deal.PersonTask{want}, dated)
	inbox, _, err := w.Notices(ctx, w.as("manager1"), true, view.Page{})
	require.NoError(t, err)
	require.Len(t, slices.DeleteFunc(inbox, func(n view.NoticeItem) bool { return n.Kind != deal.TaskUrgeNotice }), 1)

	_, no, err := w.CompletePersonTask(ctx, w.as("manager1"), task.ID, "on a course", w.at, w.at)
	require.NoError(t, err)
	require.Empty(t, no)
	climbed, err := w.ClimbPersonRung(ctx, task.ID, deal.Superior, nil)
	require.NoError(t, err)
	require.False(t, climbed, "nobody is told of what is done")
}

func TestCompletePersonTask_wantsItsReasonAndTheRightPerson(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	task, other := w.wanted("manager1", "matter/1"), w.wanted("manager1", "matter/2")
	w.asks(task, other)
	for _, c := range []struct {
		login, reason string
		code          deal.Code
	}{
		{"manager1", "", deal.CodeReasonMissing}, {"director1", "because", deal.CodeNotYourRole},
	} {
		_, no, err := w.CompletePersonTask(ctx, w.as(c.login), task.ID, c.reason, w.at, w.at)
		require.NoError(t, err)
		require.True(t, no.Has(c.code), "%v", no)
	}
	for _, login := range []string{"rep1", "manager2"} {
		_, _, err := w.CompletePersonTask(ctx, w.as(login), task.ID, "because", w.at, w.at)
		require.ErrorIs(t, err, deal.ErrNotFound, login)
	}
	done, no, err := w.CompletePersonTask(ctx, w.as("manager1"), task.ID, "on a course", w.at, w.at)
	require.NoError(t, err)
	require.Empty(t, no)
	require.Equal(t, deal.TaskDone, done.Status)
	read, err := w.Task(ctx, w.as("manager1"), task.ID)
	require.NoError(t, err)
	require.Equal(t, done, read)
	require.Equal(t, "on a course", read.Reason)
	same, no, err := w.CompletePersonTask(ctx, w.as("manager1"), task.ID, "on a course", w.at.Add(time.Hour), w.at)
	require.NoError(t, err)
	require.Empty(t, no)
	require.Equal(t, done, same, "whose answer was lost is told the same")
	_, no, err = w.CompletePersonTask(ctx, w.as("manager1"), task.ID, "again", w.at, w.at)
	require.NoError(t, err)
	require.True(t, no.Has(deal.CodeTaskDone))

	require.NoError(t, w.AddDelegation(ctx, deal.Delegation{From: w.people["manager1"], To: w.people["rep1"], Since: w.at, Until: w.at.Add(time.Hour)}))
	done, no, err = w.CompletePersonTask(ctx, w.as("rep1"), other.ID, "I stand in", w.at, w.at)
	require.NoError(t, err)
	require.Empty(t, no)
	require.Equal(t, w.people["rep1"], done.ClosedBy)

	third := w.wanted("manager1", "matter/3")
	w.asks(third)
	require.NoError(t, w.InPersonWork(ctx, "void", func(p store.PersonWork) error {
		return p.Close(ctx, third.Kind, third.Ref, deal.TaskVoid, deal.System, w.at)
	}))
	read, err = w.Task(ctx, w.as("manager1"), third.ID)
	require.NoError(t, err)
	require.Equal(t, deal.TaskVoid, read.Status)
}

func TestNotices_ofPersonsStandBesideThoseOfAccounts(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.walked()
	before, _, err := w.Notices(ctx, w.as("rep1"), false, view.Page{})
	require.NoError(t, err)
	require.NotEmpty(t, before)
	out := w.count("outbox")
	old := deal.NewPersonNotice(deal.BulletinNotice, w.people["rep1"], "bulletin/1", monday.Add(-time.Hour), "team 1", "2026-03-01")
	young := deal.NewPersonNotice(deal.BulletinNotice, w.people["rep1"], "bulletin/2", w.at.Add(time.Hour), "team 1", "2026-03-02")
	w.tells(old, young, deal.NewPersonNotice(deal.BulletinNotice, w.people["rep2"], "bulletin/1", monday, "team 1", "2026-03-01"))
	w.tells(old)
	require.Equal(t, out+3, w.count("outbox"), "what was told again does not leave again")

	all, _, err := w.Notices(ctx, w.as("rep1"), false, view.Page{})
	require.NoError(t, err)
	require.Len(t, all, len(before)+2)
	require.Equal(t, young.ID, all[0].ID)
	require.Equal(t, []string{"team 1", "2026-03-02"}, all[0].Args)
	require.Equal(t, old.ID, all[len(all)-1].ID)
	var paged []view.NoticeItem
	for p := (view.Page{Limit: 2}); ; {
		items, next, err := w.Notices(ctx, w.as("rep1"), false, p)
		require.NoError(t, err)
		paged = append(paged, items...)
		if p.Cursor = next; next == "" {
			break
		}
	}
	require.Equal(t, all, paged)

	n, err := w.ReadNotices(ctx, w.as("rep1"), []string{young.ID, before[0].ID})
	require.NoError(t, err)
	require.Equal(t, 2, n, "one of each kind")
	n, err = w.ReadNotices(ctx, w.as("rep1"), nil)
	require.NoError(t, err)
	require.Equal(t, len(all)-2, n)
	unread, _, err := w.Notices(ctx, w.as("rep1"), true, view.Page{})
	require.NoError(t, err)
	require.Empty(t, unread)
	others, _, err := w.Notices(ctx, w.as("rep2"), true, view.Page{})
	require.NoError(t, err)
	require.NotEmpty(t, others)
}
