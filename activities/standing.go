package activities

import (
	"context"
	"errors"
	"fmt"

	"closedloop/deal"
	"closedloop/deal/view"
)

// Standing is how every job stands now.
func (j *Jobs) Standing(ctx context.Context) ([]view.JobStanding, error) {
	var all []view.JobStanding
	for _, job := range j.jobs {
		s, err := j.standing(ctx, job)
		if err != nil {
			return nil, fmt.Errorf("see how job %s stands: %w", job.Name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

func (j *Jobs) standing(ctx context.Context, job Job) (view.JobStanding, error) {
	s := view.JobStanding{Job: job.Name}
	now := j.now()
	var err error
	if s.Done, _, err = j.runs.JobReach(ctx, job.Name); err != nil {
		return s, err //nolint:wrapcheck // says what it was doing
	}
	if s.Missed, err = j.due(ctx, job, now); err != nil {
		return s, err
	}
	before := s.Done
	if n := len(s.Missed); n > 0 {
		before = s.Missed[n-1]
	}
	if before == "" { // a house that is younger than a period
		born, err := j.runs.Born(ctx)
		if err != nil {
			return s, err //nolint:wrapcheck // says what it was doing
		}
		s.Next = job.Periods.Of(born)
	} else if s.Next, err = job.Periods.Next(before); err != nil {
		return s, err
	}
	if s.NextAt, err = job.DueAt(ctx, s.Next); err != nil {
		return s, fmt.Errorf("find out when it is due for %s: %w", s.Next, err)
	}
	looked := s.Done
	if len(s.Missed) > 0 {
		looked = s.Missed[0]
	}
	switch run, err := j.runs.JobRun(ctx, job.Name, looked); {
	case looked == "" || errors.Is(err, deal.ErrNotFound):
	case err != nil:
		return s, err //nolint:wrapcheck // says what it was doing
	default:
		s.Last = &run
	}
	return s, nil
}
