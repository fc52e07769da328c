package deal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestProject_tellsWhatBecameOfEveryFollowUp(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Visit)
	w.do(t, rep1, deal.SetFollowUp{At: at("2026-03-03 09:00"), Note: note("call")})
	w.now = at("2026-03-02 10:00")
	w.do(t, rep1, interaction(w.now))
	w.do(t, rep1, deal.SetGrade{Grade: deal.GradeA, Reason: note("scored")})
	w.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("no need")})
	var got []deal.FollowUpStatus
	rows := deal.Project(deal.State{}, w.log...).FollowUps
	for _, f := range rows {
		got = append(got, f.Status)
		require.Equal(t, 1, f.Cycle)
	}
	require.Equal(t, []deal.FollowUpStatus{deal.FollowUpReplaced, deal.FollowUpDone, deal.FollowUpReplaced, deal.FollowUpVoid}, got)
	require.Equal(t, []any{at("2026-03-02 09:00"), at("2026-03-02 10:00"), note("call"), rep1},
		[]any{rows[1].SetAt, rows[1].ClosedAt, rows[1].Note, rows[1].By})
}

func TestProject_givesOnlyRowsThatChange(t *testing.T) {
	t.Parallel()
	w := asked(t)
	before := w.state
	require.Equal(t, deal.Rows{}, deal.Project(before))
	rows := deal.Project(before, w.do(t, rep1, deal.SetFollowUp{At: w.now.Add(day)})...)
	require.Empty(t, rows.Tasks)
	require.Empty(t, rows.Approvals)
	require.Empty(t, rows.Notices)
	require.Len(t, rows.FollowUps, 2, "the one that was replaced, and the new one")

	before = w.state
	rows = deal.Project(before, w.do(t, manager1, w.say(deal.Proposal, deal.Approve))...)
	require.Len(t, rows.Approvals, 1)
	require.Len(t, rows.Tasks, 2, "the manager's is done, the director's is open")
	require.Equal(t, []any{deal.TaskDone, deal.TaskOpen}, []any{rows.Tasks[0].Status, rows.Tasks[1].Status})
	require.Len(t, rows.Notices, 1)
	require.Equal(t, []any{director1, deal.AskedNotice, w.state.Seq, w.now},
		[]any{rows.Notices[0].To, rows.Notices[0].Kind, rows.Notices[0].Seq, rows.Notices[0].At})
}

func TestProject_keepsRequestsAndInteractionsOfEarlierCycles(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: deal.OwnerManager})
	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	w.do(t, rep1, interaction(w.now))
	w.walk(t, deal.Archive)
	w.do(t, rep1, deal.Advance{From: deal.Archive})
	w.do(t, rep1, deal.SecondDevelopment{Goal: note("more")})
	require.Empty(t, w.state.Approvals)
	rows := deal.Project(deal.State{}, w.log...)
	require.Len(t, rows.Interactions, 1)
	require.Len(t, rows.Approvals, 1)
	require.Equal(t, deal.Approved, rows.Approvals[0].Status)
}
