package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

// Jobs are what the house does by itself, once for every period.
type Jobs interface {
	Names() []string
	// Standing is how every job stands now.
	Standing(ctx context.Context) ([]view.JobStanding, error)
	// JobRuns lists what they did, the newest period first; without a name, all of them.
	JobRuns(ctx context.Context, job string, page view.Page) ([]view.JobRun, string, error)
	// JobRun is a job for a period; [deal.ErrNotFound] when it never began.
	JobRun(ctx context.Context, job, period string) (view.JobRun, error)
	// Check tells whether a job may be done for a period now: [view.ErrBadPeriod] or [view.ErrNotOver] if not.
	Check(ctx context.Context, job, period string) error
	// StartJob asks for it, or joins the run for the same period.
	StartJob(ctx context.Context, job, period string) error
}

type jobRunBody struct {
	Job        string         `json:"job"`
	Period     string         `json:"period" doc:"a day or a month: 2026-05-04, 2026-05"`
	State      string         `json:"state" enum:"waiting,running,failed,done" doc:"waiting: it was asked for and has not begun"`
	StartedAt  *time.Time     `json:"started_at" doc:"of the last attempt"`
	FinishedAt *time.Time     `json:"finished_at"`
	Attempts   int            `json:"attempts"`
	Detail     map[string]int `json:"detail,omitempty" doc:"what it did, in numbers"`
	Error      string         `json:"error,omitempty" doc:"of the last attempt, while that one failed; it is tried again"`
}

type jobBody struct {
	Name   string      `json:"name"`
	State  string      `json:"state" enum:"idle,missed,running,failed" doc:"of the oldest period that is due and not done; idle: there is none. failed: it is tried again"`
	Done   string      `json:"done" doc:"newest period for which it was done; empty: none yet"`
	Missed []string    `json:"missed" doc:"periods that are due and not done, oldest first; the house makes up for them by itself"`
	Next   string      `json:"next" doc:"period after those"`
	NextAt time.Time   `json:"next_at" doc:"from when on it may be done for that one"`
	Last   *jobRunBody `json:"last,omitempty" doc:"newest attempt"`
}

// JobPath names a job.
type JobPath struct {
	Name string `path:"name" maxLength:"64" doc:"daily-quota, daily-digest, …"`
}

type runJobInput struct {
	JobPath
	Body struct {
		Period string `json:"period" minLength:"1" maxLength:"10" doc:"one that is over"`
	}
}

func (a *API) jobRoutes() {
	kinds := op(http.MethodGet, "/jobs", "list-jobs", "setup", "What the house does by itself, and how far it is")
	kinds.Description = "For administrators, sales_ops and auditors."
	register(a, kinds, a.jobs)
	all := op(http.MethodGet, "/jobs/runs", "list-all-job-runs", "setup", "What the house did by itself")
	all.Description = "Newest period first. For administrators, sales_ops and auditors."
	register(a, all, func(ctx context.Context, in *struct{ Paging }) (*reply[list[jobRunBody]], error) {
		return a.jobRuns(ctx, "", in.page())
	})
	register(a, op(http.MethodGet, "/jobs/{name}/runs", "list-job-runs", "setup", "What one job did"), func(ctx context.Context, in *struct {
		JobPath
		Paging
	},
	) (*reply[list[jobRunBody]], error) {
		return a.jobRuns(ctx, in.Name, in.page())
	})
	run := op(http.MethodPost, "/jobs/{name}/runs", "run-job", "setup", "Let a job run for a period now")
	run.Description = "For administrators. What is missing before that period is done first; a period that is done is not done again. " +
		"The answer does not wait for the end: GET shows it."
	run.DefaultStatus = http.StatusAccepted
	register(a, run, a.runJob)
}

func (a *API) jobs(ctx context.Context, in *struct{ Paging }) (*reply[list[jobBody]], error) {
	if err := needRole(ctx, deal.Admin, deal.SalesOps, deal.Auditor); err != nil {
		return nil, err
	}
	all, err := a.Jobs.Standing(ctx)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	page, next, err := pageOf(all, in.Paging, func(s view.JobStanding) string { return s.Job })
	if err != nil {
		return nil, err
	}
	return listOf(mapped(page, jobOf), next), nil
}

func jobOf(s view.JobStanding) jobBody {
	b := jobBody{Name: s.Job, State: "idle", Done: s.Done, Missed: append([]string{}, s.Missed...), Next: s.Next, NextAt: s.NextAt.UTC()}
	if len(s.Missed) > 0 {
		b.State = "missed"
	}
	if s.Last != nil {
		b.Last = ptr(jobRunOf(*s.Last))
		if s.Last.State != view.JobDone {
			b.State = string(s.Last.State)
		}
	}
	return b
}

func (a *API) jobRuns(ctx context.Context, job string, page view.Page) (*reply[list[jobRunBody]], error) {
	if err := needRole(ctx, deal.Admin, deal.SalesOps, deal.Auditor); err != nil {
		return nil, err
	}
	if job != "" && !slices.Contains(a.Jobs.Names(), job) {
		return nil, deal.ErrNotFound
	}
	items, next, err := a.Jobs.JobRuns(ctx, job, page)
	if err != nil {
		return nil, fmt.Errorf("list job runs: %w", err)
	}
	return listOf(mapped(items, jobRunOf), next), nil
}

func jobRunOf(r view.JobRun) jobRunBody {
	return jobRunBody{
		Job: r.Job, Period: r.Period, State: string(r.State), StartedAt: instant(r.StartedAt), FinishedAt: instant(r.FinishedAt),
		Attempts: r.Attempts, Detail: r.Detail, Error: r.Error,
	}
}

// waiting is the state of a run that was asked for and has not begun.
const waiting = "waiting"

func (a *API) runJob(ctx context.Context, in *runJobInput) (*created[jobRunBody], error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	return once(ctx, a, func() (*created[jobRunBody], error) {
		switch err := a.Jobs.Check(ctx, in.Name, in.Body.Period); {
		case errors.Is(err, view.ErrBadPeriod):
			return nil, wrong(catalogue.BadPeriod, "/period", in.Body.Period)
		case errors.Is(err, view.ErrNotOver):
			return nil, wrong(catalogue.PeriodNotOver, "/period", in.Body.Period)
		case err != nil:
			return nil, fmt.Errorf("look at a job: %w", err)
		}
		run, err := a.Jobs.JobRun(ctx, in.Name, in.Body.Period)
		switch {
		case errors.Is(err, deal.ErrNotFound):
			run = view.JobRun{Job: in.Name, Period: in.Body.Period, State: waiting}
		case err != nil:
			return nil, fmt.Errorf("look at a job: %w", err)
		}
		if run.State != view.JobDone {
			if err := a.Jobs.StartJob(ctx, in.Name, in.Body.Period); err != nil {
				return nil, fmt.Errorf("start a job: %w", errors.Join(deal.ErrUnavailable, err))
			}
		}
		return &created[jobRunBody]{Status: http.StatusAccepted, Location: base + "/jobs/" + in.Name + "/runs", Body: jobRunOf(run)}, nil
	})
}
