package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"closedloop/activities"
	"closedloop/deal/quota"
	"closedloop/deal/view"
	"closedloop/store"
	"closedloop/workflows/contract"
)

// jobs are what the house does by itself, the same in every process.
func (n *node) jobs() (*activities.Jobs, error) {
	zone, err := time.LoadLocation(n.calendar.files.Office().Zone())
	if err != nil {
		return nil, fmt.Errorf("load time zone: %w", err)
	}
	reviews, err := n.reviewing(zone)
	if err != nil {
		return nil, err
	}
	jobs, err := activities.NewJobs(n.store, time.Now, n.log, slices.Concat(n.quota().Jobs(zone), reviews.Jobs(), n.ladder().Jobs(zone))...)
	if err != nil {
		return nil, fmt.Errorf("make jobs: %w", err)
	}
	return jobs, nil
}

// ladder reminds people of tasks that belong to no account.
func (n *node) ladder() *activities.Ladder {
	return activities.NewLadder(n.store, n.calendar, time.Now)
}

// quota counts leads by the numbers of the configuration.
func (n *node) quota() *activities.Quota {
	rules := quota.Rules{PerDay: n.config.Quota.PerDay, Streak: n.config.Quota.Streak, Answer: n.config.Quota.AnswerWorkingDays}
	return activities.NewQuota(n.store, n.calendar, rules, time.Now)
}

// errands lets people look at jobs and start them by hand.
type errands struct {
	*activities.Jobs

	store  *store.Store
	sweeps *contract.Sweeps
}

// JobRuns lists what jobs did.
func (e errands) JobRuns(ctx context.Context, job string, page view.Page) ([]view.JobRun, string, error) {
	return e.store.JobRuns(ctx, job, page) //nolint:wrapcheck // says what it was doing
}

// JobRun is a job for a period.
func (e errands) JobRun(ctx context.Context, job, period string) (view.JobRun, error) {
	return e.store.JobRun(ctx, job, period) //nolint:wrapcheck // says what it was doing
}

// StartJob asks the engine for it.
func (e errands) StartJob(ctx context.Context, job, period string) error {
	return e.sweeps.Start(ctx, contract.SweepInput{Job: job, Period: period}) //nolint:wrapcheck // says what it was doing
}
