package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/deal/view"
)

var (
	born        = named("Born")
	jobReach    = named("JobReach")
	beginJobRun = named("BeginJobRun")
	endJobRun   = named("EndJobRun")
	oneJobRun   = named("JobRun")
	listJobRuns = named("JobRuns")
)

// Born is when the installation was made.
func (s *Store) Born(ctx context.Context) (time.Time, error) {
	var at time.Time
	err := s.pool.QueryRow(ctx, string(born)).Scan(instant(&at))
	return at, fail("read the installation's age", err)
}

// JobReach is the newest period for which a job was done, and the oldest for which it ever began; empty: none.
func (s *Store) JobReach(ctx context.Context, job string) (done, began string, err error) {
	err = s.pool.QueryRow(ctx, string(jobReach), job).Scan(&done, &began)
	return done, began, fail("look how far a job has come", err)
}

// BeginJobRun marks an attempt at a job for a period; done tells that there is nothing left to do.
func (s *Store) BeginJobRun(ctx context.Context, job, period string, at time.Time) (done bool, err error) {
	var attempts int
	err = orNothing(s.pool.QueryRow(ctx, string(beginJobRun), job, period, at).Scan(&attempts))
	return attempts == 0, fail("begin a job", err)
}

// EndJobRun marks the end of an attempt: done, or failed for a reason.
func (s *Store) EndJobRun(ctx context.Context, job, period string, at time.Time, detail map[string]int, failure string) error {
	if detail == nil {
		detail = map[string]int{}
	}
	_, err := s.pool.Exec(ctx, string(endJobRun), job, period, at, detail, orNull(failure))
	return fail("end a job", err)
}

// JobRun is a job for a period; [deal.ErrNotFound] when it never began.
func (s *Store) JobRun(ctx context.Context, job, period string) (view.JobRun, error) {
	rows, err := s.pool.Query(ctx, string(oneJobRun), job, period)
	if err != nil {
		return view.JobRun{}, fail("read a job's run", err)
	}
	run, err := pgx.CollectExactlyOneRow(rows, scanJobRun)
	return run, fail("read a job's run", err)
}

// JobRuns lists what jobs did, the newest period first; without a name, all jobs.
func (s *Store) JobRuns(ctx context.Context, job string, p view.Page) ([]view.JobRun, string, error) {
	const list = "jobs"
	c, err := after(p, list)
	if err != nil {
		return nil, "", fail("list job runs", err)
	}
	args := pgx.StrictNamedArgs{"job": job, "first": c == nil, "period": "", "after": "", "limit": limit(p) + 1}
	if c != nil {
		if c.Value == nil {
			return nil, "", fail("list job runs", view.ErrBadCursor)
		}
		args["period"], args["after"] = *c.Value, c.ID
	}
	rows, err := s.pool.Query(ctx, string(listJobRuns), args)
	if err != nil {
		return nil, "", fail("list job runs", err)
	}
	items, err := pgx.CollectRows(rows, scanJobRun)
	if err != nil {
		return nil, "", fail("list job runs", err)
	}
	items, next := page(items, p, func(r view.JobRun) cursor { return cursor{list, &r.Period, r.Job} })
	return items, next, nil
}

func scanJobRun(row pgx.CollectableRow) (view.JobRun, error) {
	var r view.JobRun
	err := row.Scan(&r.Job, &r.Period, &r.State, instant(&r.StartedAt), instant(&r.FinishedAt), &r.Attempts, &r.Detail, &r.Error)
	return r, err
}
