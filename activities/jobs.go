package activities

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/workflows/contract"
)

// Job is something that the house does by itself, once for every period, after the period is over.
type Job struct {
	Name     string
	Schedule contract.Schedule // when the engine starts it
	Periods  Periods
	// DueAt is from when on the job may be done for a period.
	DueAt func(ctx context.Context, period string) (time.Time, error)
	// Run does it and says in numbers what it did. It may be run more than once for a period, when its end was not seen: what it
	// writes must be there once.
	Run func(ctx context.Context, period string) (map[string]int, error)
}

// JobRuns remembers which job was done for which period.
type JobRuns interface {
	// TryLock takes a named lock of the whole installation; ok is false while another process has it.
	TryLock(ctx context.Context, name string) (release func(), ok bool, err error)
	// Born is when the installation was made: nothing is due of the time before.
	Born(ctx context.Context) (time.Time, error)
	// JobReach is the newest period for which the job was done, and the oldest for which it ever began; empty: none.
	JobReach(ctx context.Context, job string) (done, began string, err error)
	// JobRun is one of them; [deal.ErrNotFound] when it never began.
	JobRun(ctx context.Context, job, period string) (view.JobRun, error)
	// BeginJobRun marks an attempt; done tells that there was nothing left to do.
	BeginJobRun(ctx context.Context, job, period string, at time.Time) (done bool, err error)
	// EndJobRun marks the end of an attempt: done, or failed for a reason.
	EndJobRun(ctx context.Context, job, period string, at time.Time, detail map[string]int, failure string) error
}

// Jobs are all jobs of the house.
type Jobs struct {
	runs JobRuns
	now  func() time.Time
	log  *slog.Logger
	jobs []Job
}

// NewJobs needs all of its parts; jobs have different names.
func NewJobs(runs JobRuns, now func() time.Time, log *slog.Logger, jobs ...Job) (*Jobs, error) {
	if runs == nil || now == nil || log == nil {
		return nil, errors.New("jobs need a memory, a clock and a logger")
	}
	known := map[string]bool{}
	for _, j := range jobs {
		if j.Name == "" || j.Name != j.Schedule.Job || known[j.Name] || j.Periods == nil || j.DueAt == nil || j.Run == nil {
			return nil, fmt.Errorf("job %q lacks a part, or there are two of its name", j.Name)
		}
		known[j.Name] = true
	}
	return &Jobs{runs: runs, now: now, log: log, jobs: jobs}, nil
}

// Schedules are when the engine starts the jobs.
func (j *Jobs) Schedules() []contract.Schedule {
	var all []contract.Schedule
	for _, job := range j.jobs {
		all = append(all, job.Schedule)
	}
	return all
}

// Names are the names of all jobs.
func (j *Jobs) Names() []string {
	var names []string
	for _, job := range j.jobs {
		names = append(names, job.Name)
	}
	return names
}

func (j *Jobs) job(name string) (Job, error) {
	for _, job := range j.jobs {
		if job.Name == name {
			return job, nil
		}
	}
	return Job{}, fmt.Errorf("job %q: %w", name, deal.ErrNotFound)
}

// Check tells whether a job may be done for a period now: [view.ErrBadPeriod] and [view.ErrNotOver] say why not. An unknown job
// is [deal.ErrNotFound].
func (j *Jobs) Check(ctx context.Context, name, period string) error {
	job, err := j.job(name)
	if err != nil {
		return err
	}
	if _, err := job.Periods.Next(period); err != nil {
		return fmt.Errorf("%w: %w", view.ErrBadPeriod, err)
	}
	due, err := job.DueAt(ctx, period)
	if err != nil {
		return fmt.Errorf("find out when %s is due for %s: %w", name, period, err)
	}
	if j.now().Before(due) {
		return fmt.Errorf("%s for %s: %w until %s", name, period, view.ErrNotOver, due.UTC().Format(time.RFC3339))
	}
	return nil
}

// due are the periods that were due by an instant and come behind the newest one that was done, oldest first. A job that was
// never done begins with the newest of them, since nobody waits for what came before; and with none of before the house.
func (j *Jobs) due(ctx context.Context, job Job, at time.Time) ([]string, error) {
	done, began, err := j.runs.JobReach(ctx, job.Name)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	period := began
	switch {
	case done != "":
		if period, err = job.Periods.Next(done); err != nil {
			return nil, err
		}
	case began == "":
		return j.firstDue(ctx, job, at)
	}
	var all []string
	for {
		due, err := job.DueAt(ctx, period)
		if err != nil {
			return nil, fmt.Errorf("find out when %s is due for %s: %w", job.Name, period, err)
		}
		if at.Before(due) {
			return all, nil
		}
		all = append(all, period)
		if period, err = job.Periods.Next(period); err != nil {
			return nil, err
		}
	}
}

func (j *Jobs) firstDue(ctx context.Context, job Job, at time.Time) ([]string, error) {
	born, err := j.runs.Born(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	eldest := job.Periods.Of(born)
	for period := job.Periods.Of(at); period >= eldest; {
		due, err := job.DueAt(ctx, period)
		if err != nil {
			return nil, fmt.Errorf("find out when %s is due for %s: %w", job.Name, period, err)
		}
		if !at.Before(due) {
			return []string{period}, nil
		}
		if period, err = job.Periods.Previous(period); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// Sweep is the activity behind workflow Sweep.
func (j *Jobs) Sweep(ctx context.Context, in contract.SweepInput) (contract.SweepResult, error) {
	defer alive(ctx)()
	return j.Do(ctx, in)
}

// Do does a job for the periods that the input asks for, in order. While somebody else is at the job it does nothing.
func (j *Jobs) Do(ctx context.Context, in contract.SweepInput) (contract.SweepResult, error) {
	job, err := j.job(in.Job)
	if err != nil {
		return contract.SweepResult{}, err
	}
	release, ok, err := j.runs.TryLock(ctx, "job/"+job.Name)
	if err != nil {
		return contract.SweepResult{}, err //nolint:wrapcheck // says what it was doing
	}
	if !ok {
		return contract.SweepResult{Busy: true}, nil
	}
	defer release()
	periods, err := j.wanted(ctx, job, in.Period)
	if err != nil {
		return contract.SweepResult{}, err
	}
	var result contract.SweepResult
	for _, period := range periods {
		ran, err := j.run(ctx, job, period)
		if err != nil {
			return result, err
		}
		if ran {
			result.Ran = append(result.Ran, period)
		}
	}
	return result, nil
}

// wanted are the periods to do, in order: everything that is due, or what is due up to a period, and that period in any case.
func (j *Jobs) wanted(ctx context.Context, job Job, period string) ([]string, error) {
	due, err := j.due(ctx, job, j.now())
	if err != nil || period == "" {
		return due, err
	}
	if err := j.Check(ctx, job.Name, period); err != nil {
		return nil, err
	}
	var periods []string
	for _, p := range due {
		if p < period {
			periods = append(periods, p)
		}
	}
	return append(periods, period), nil
}

// run does a job for one period, unless it is done.
func (j *Jobs) run(ctx context.Context, job Job, period string) (bool, error) {
	began := j.now()
	done, err := j.runs.BeginJobRun(ctx, job.Name, period, began)
	if err != nil || done {
		return false, err //nolint:wrapcheck // says what it was doing
	}
	detail, err := job.Run(ctx, period)
	failure := ""
	if err != nil {
		failure = err.Error()
	}
	ended := j.now()
	if unseen := j.runs.EndJobRun(context.WithoutCancel(ctx), job.Name, period, ended, detail, failure); unseen != nil {
		err = errors.Join(err, unseen)
	}
	if err != nil {
		j.log.ErrorContext(ctx, "job was not done; it is tried again", "job", job.Name, "period", period, "error", err)
		return false, fmt.Errorf("job %s for %s: %w", job.Name, period, err)
	}
	j.log.InfoContext(ctx, "job done", "job", job.Name, "period", period, "took", ended.Sub(began), "detail", detail)
	return true, nil
}

// How long the watchdog leaves an attempt alone: one that runs may be somebody's who died, one that failed has been tried
// several times.
const retryAfter = 5 * time.Minute

// Overdue are the jobs that nobody did though they were due by an instant, each with the newest of its periods: doing that
// one does those before it. What was tried lately is left alone.
func (j *Jobs) Overdue(ctx context.Context, by time.Time) ([]contract.SweepInput, error) {
	var all []contract.SweepInput
	var errs []error
	for _, job := range j.jobs {
		periods, err := j.due(ctx, job, by)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if len(periods) == 0 {
			continue
		}
		run, err := j.runs.JobRun(ctx, job.Name, periods[0])
		switch {
		case errors.Is(err, deal.ErrNotFound):
		case err != nil:
			errs = append(errs, err)
			continue
		case j.now().Sub(run.StartedAt) < retryAfter:
			continue
		}
		all = append(all, contract.SweepInput{Job: job.Name, Period: periods[len(periods)-1]})
	}
	return all, errors.Join(errs...)
}
