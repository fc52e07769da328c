package api_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

// jobs is one daily job in memory; days up to 2026-03-01 are over.
type jobs struct {
	runs    []view.JobRun
	asked   []string
	started []string
	next    string
	fail    error

	standing []view.JobStanding
}

func (j *jobs) Names() []string { return []string{"daily-quota"} }

func (j *jobs) Standing(context.Context) ([]view.JobStanding, error) { return j.standing, j.fail }

func (j *jobs) JobRuns(_ context.Context, job string, _ view.Page) ([]view.JobRun, string, error) {
	j.asked = append(j.asked, job)
	return j.runs, j.next, j.fail
}

func (j *jobs) JobRun(_ context.Context, job, period string) (view.JobRun, error) {
	i := slices.IndexFunc(j.runs, func(r view.JobRun) bool { return r.Job == job && r.Period == period })
	if i < 0 {
		return view.JobRun{}, deal.ErrNotFound
	}
	return j.runs[i], nil
}

func (j *jobs) Check(_ context.Context, job, period string) error {
	switch {
	case job != "daily-quota":
		return deal.ErrNotFound
	case len(period) != len("2026-03-01"):
		return view.ErrBadPeriod
	case period > "2026-03-01":
		return view.ErrNotOver
	}
	return nil
}

func (j *jobs) StartJob(_ context.Context, job, period string) error {
	j.started = append(j.started, job+" "+period)
	return j.fail
}

func TestJobs_areForThoseWhoRunTheHouse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.jobs.next = "next"
	r.jobs.runs = []view.JobRun{{
		Job: "daily-quota", Period: "2026-02-27", State: view.JobFailed, StartedAt: noon(), Attempts: 6, Error: "no ink", Detail: map[string]int{"people": 3},
	}}
	for _, who := range []deal.PersonID{rep1, collector, manager, director} {
		for _, path := range []string{"/jobs/runs", "/jobs/daily-quota/runs"} {
			r.do(who, "GET", "/api/v1"+path, nil).problem(403, "not_your_role")
		}
		r.do(who, "POST", "/api/v1/jobs/daily-quota/runs", `{"period":"2026-02-27"}`).problem(403, "not_your_role")
	}
	item := r.do(admin, "GET", "/api/v1/jobs/daily-quota/runs", nil).ok(200)["items"].([]any)[0].(map[string]any)
	require.Equal(t, "no ink", item["error"])
	require.Equal(t, "failed", item["state"])
	require.Nil(t, item["finished_at"])
	require.Equal(t, "next", r.do(admin, "GET", "/api/v1/jobs/runs", nil).ok(200)["next_cursor"])
	require.Equal(t, []string{"daily-quota", ""}, r.jobs.asked)
	r.do(admin, "GET", "/api/v1/jobs/unheard-of/runs", nil).problem(404, "not_found")
}

func TestJobs_tellHowFarTheyAre(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.jobs.standing = []view.JobStanding{
		{Job: "daily-quota", Done: "2026-02-26", Next: "2026-02-27", NextAt: noon()},
		{Job: "daily-digest", Done: "2026-02-26", Missed: []string{"2026-02-27", "2026-02-28"}, Next: "2026-03-01", NextAt: noon(), Last: &view.JobRun{Job: "daily-digest", Period: "2026-02-27", State: view.JobFailed, Attempts: 6, Error: "no ink"}},
		{Job: "monthly-review", Missed: []string{"2026-02"}, Next: "2026-03", NextAt: noon()},
	}
	r.do(rep1, "GET", "/api/v1/jobs", nil).problem(403, "not_your_role")
	var states []string
	for _, item := range r.do(auditor, "GET", "/api/v1/jobs", nil).ok(200)["items"].([]any) {
		i := item.(map[string]any)
		states = append(states, i["name"].(string)+" "+i["state"].(string))
		require.NotNil(t, i["missed"])
	}
	require.Equal(t, []string{"daily-quota idle", "daily-digest failed", "monthly-review missed"}, states)
	page := r.do(admin, "GET", "/api/v1/jobs?limit=1", nil).ok(200)
	require.Len(t, page["items"], 1)
	require.NotEmpty(t, page["next_cursor"])
}

func TestJobs_areStartedByHandForAPeriodThatIsOver(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.jobs.runs = []view.JobRun{{Job: "daily-quota", Period: "2026-02-26", State: view.JobDone, StartedAt: noon(), FinishedAt: noon(), Attempts: 1}}
	path := "/api/v1/jobs/daily-quota/runs"
	out := r.do(admin, "POST", path, `{"period":"2026-02-27"}`, key("k")).ok(202)
	require.Equal(t, "waiting", out["state"])
	require.Equal(t, out, r.do(admin, "POST", path, `{"period":"2026-02-27"}`, key("k")).ok(202))
	require.Equal(t, []string{"daily-quota 2026-02-27"}, r.jobs.started)
	require.Equal(t, "done", r.do(admin, "POST", path, `{"period":"2026-02-26"}`).ok(202)["state"])
	require.Len(t, r.jobs.started, 1, "what is done is not done again")
	for period, code := range map[string]string{"2026-02": "bad_period", "2026-03-02": "period_not_over"} {
		out := r.do(admin, "POST", path, `{"period":"`+period+`"}`).problem(422, "invalid_request")
		require.Equal(t, code, out.Errors[0].Code)
		require.Equal(t, "/period", out.Errors[0].Pointer)
		require.NotEmpty(t, out.Errors[0].Hint)
	}
	r.do(admin, "POST", "/api/v1/jobs/unheard-of/runs", `{"period":"2026-02-27"}`).problem(404, "not_found")
	r.jobs.fail = context.DeadlineExceeded
	r.do(admin, "POST", path, `{"period":"2026-02-25"}`).problem(503, "unavailable")
}
