package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

func TestJobRuns_areOnRecordOncePerPeriod(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	const job = "daily-quota"
	_, err := w.JobRun(ctx, job, "2026-03-02")
	require.ErrorIs(t, err, deal.ErrNotFound)
	done, began, err := w.JobReach(ctx, job)
	require.NoError(t, err)
	require.Empty(t, done+began)

	over, err := w.BeginJobRun(ctx, job, "2026-03-02", monday)
	require.NoError(t, err)
	require.False(t, over)
	require.NoError(t, w.EndJobRun(ctx, job, "2026-03-02", monday.Add(time.Second), nil, "no ink"))
	run, err := w.JobRun(ctx, job, "2026-03-02")
	require.NoError(t, err)
	require.Equal(t, view.JobRun{Job: job, Period: "2026-03-02", State: view.JobFailed, StartedAt: monday, Attempts: 1, Detail: map[string]int{}, Error: "no ink"}, run)

	over, err = w.BeginJobRun(ctx, job, "2026-03-02", monday.Add(time.Minute))
	require.NoError(t, err)
	require.False(t, over)
	require.NoError(t, w.EndJobRun(ctx, job, "2026-03-02", monday.Add(2*time.Minute), map[string]int{"people": 3}, ""))
	over, err = w.BeginJobRun(ctx, job, "2026-03-02", monday.Add(time.Hour))
	require.NoError(t, err)
	require.True(t, over, "what is done is not done again")
	run, err = w.JobRun(ctx, job, "2026-03-02")
	require.NoError(t, err)
	require.Equal(t, view.JobRun{
		Job: job, Period: "2026-03-02", State: view.JobDone, StartedAt: monday.Add(time.Minute), FinishedAt: monday.Add(2 * time.Minute), Attempts: 2,
		Detail: map[string]int{"people": 3},
	}, run)

	for _, one := range [][2]string{{job, "2026-03-03"}, {"monthly-review", "2026-02"}} {
		_, err = w.BeginJobRun(ctx, one[0], one[1], monday)
		require.NoError(t, err)
	}
	done, began, err = w.JobReach(ctx, job)
	require.NoError(t, err)
	require.Equal(t, "2026-03-02", done)
	require.Equal(t, "2026-03-02", began)

	var periods []string
	for p := (view.Page{Limit: 1}); ; {
		runs, next, err := w.JobRuns(ctx, "", p)
		require.NoError(t, err)
		for _, r := range runs {
			periods = append(periods, r.Period)
		}
		if p.Cursor = next; next == "" {
			break
		}
	}
	require.Equal(t, []string{"2026-03-03", "2026-03-02", "2026-02"}, periods)
	runs, _, err := w.JobRuns(ctx, "monthly-review", view.Page{})
	require.NoError(t, err)
	require.Len(t, runs, 1)
	at, err := w.Born(ctx)
	require.NoError(t, err)
	require.False(t, at.IsZero())
}
