package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/deal/view"
)

// short puts a breach of the quota of somebody of team 1 on record, and asks the manager for its reason.
func (w *world) short(login, last string) view.QuotaBreach {
	w.t.Helper()
	at := time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC)
	b := view.QuotaBreach{
		ID: view.BreachRef + login + "/" + last, Person: w.people[login], Team: w.team("team 1"), First: "2026-03-02", Last: last, Days: 3,
		State: view.BreachFound, OpenedAt: at,
	}
	task := deal.NewPersonTask(deal.QuotaReasonTask, w.people["manager1"], b.ID, at, login, "3", last)
	found, err := w.FindBreach(w.t.Context(), b, []deal.PersonTask{task}, nil)
	require.NoError(w.t, err)
	require.True(w.t, found)
	return b
}

func (w *world) openTasks(login string, kind deal.TaskKind) (open []view.TaskItem) {
	w.t.Helper()
	all, _, err := w.Tasks(w.t.Context(), w.as(login), view.TaskFilter{Assignee: w.people[login], Status: deal.TaskOpen})
	require.NoError(w.t, err)
	for _, task := range all {
		if task.Kind == kind {
			open = append(open, task)
		}
	}
	return open
}

func TestOpenReview_hasTheBreachesOfTheQuotaAsTheyStood(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.lead("rep1", customer("晨风集团"))
	told, untold := w.short("rep1", "2026-03-04"), w.short("rep2", "2026-03-04")
	w.at = april(1, 0)
	tasks := w.openTasks("manager1", deal.QuotaReasonTask)
	require.Len(t, tasks, 2)
	state := func(ref, reason string) {
		for _, task := range w.openTasks("manager1", deal.QuotaReasonTask) {
			if task.Ref == ref {
				_, no, err := w.CompletePersonTask(ctx, w.as("manager1"), task.ID, reason, w.at, w.at)
				require.NoError(t, err)
				require.Empty(t, no)
			}
		}
	}
	state(told.ID, "on a course")
	_, no, err := w.DecideBreach(ctx, w.as("director1"), told.ID, view.BreachWaived, "agreed", w.at)
	require.NoError(t, err)
	require.Empty(t, no)

	r := w.review("2026-03", april(1, 1))
	require.Equal(t, []int{0, 2}, []int{r.Totals.Breaches, r.Totals.QuotaBreaches})
	lines := map[deal.PersonID]review.Breach{}
	for _, b := range w.breaches(r) {
		require.Equal(t, review.QuotaBreached, b.Kind)
		require.Empty(t, b.Account)
		lines[b.Owner] = b
	}
	known, open := lines[w.people["rep1"]], lines[w.people["rep2"]]
	require.Equal(t, []any{"on a course", w.people["manager1"], told.ID, "2026-03-02", "2026-03-04", 3, "waived", w.people["director1"], "Name of rep1"},
		[]any{known.Text, known.By, known.Quota.ID, known.Quota.First, known.Quota.Last, known.Quota.Days, known.Quota.State, known.Quota.DecidedBy, known.Name})
	require.Equal(t, w.at, known.Quota.DecidedAt.UTC())
	require.Equal(t, []any{"", "found", untold.ID}, []any{open.Text, open.Quota.State, open.Quota.ID})
	require.Empty(t, w.openTasks("rep2", deal.ReviewReasonTask), "nobody states the reason of their own")
	require.Len(t, w.openTasks("manager1", deal.ReviewReasonTask), 1)

	w.decideOn(r)
	_, no, err = w.SignReview(ctx, r.ID, w.people["director1"], w.people["director1"], "", "2026-04-02", april(2, 1))
	require.NoError(t, err)
	require.Equal(t, []string{"quota_unexplained"}, []string{no[0].Item})

	w.at = april(2, 2)
	state(untold.ID, "ill")
	require.Empty(t, w.openTasks("manager1", deal.ReviewReasonTask), "it is said once")
	for _, b := range w.breaches(r) {
		require.Equal(t, b.Owner == w.people["rep2"], b.Text == "ill")
		if b.Owner == w.people["rep2"] {
			require.Equal(t, "found", b.Quota.State, "as it stood")
		}
	}
	_, no, err = w.SignReview(ctx, r.ID, w.people["director1"], w.people["director1"], "", "2026-04-02", april(2, 3))
	require.NoError(t, err)
	require.Empty(t, no)
	_, no, err = w.DecideBreach(ctx, w.as("director1"), untold.ID, view.BreachConfirmed, "", april(3, 1))
	require.NoError(t, err)
	require.Empty(t, no, "a signed review keeps nobody from deciding")
}

func TestExplainBreach_ofTheQuotaEndsWhatTheLineWasAsked(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	w.lead("rep1", customer("晨风集团"))
	w.short("rep1", "2026-03-04")
	r := w.review("2026-03", april(1, 1))
	line := w.breaches(r)[0]
	require.Len(t, w.openTasks("manager1", deal.ReviewReasonTask), 1)
	_, err := w.ExplainBreach(ctx, r.ID, line.ID, review.Reason{Text: "ill", By: w.people["manager1"], At: april(1, 2)}, fine)
	require.NoError(t, err)
	require.Empty(t, w.openTasks("manager1", deal.ReviewReasonTask))
	require.Len(t, w.openTasks("manager1", deal.QuotaReasonTask), 1, "the deduction still wants its own answer")
}
