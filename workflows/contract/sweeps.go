package contract

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

// SweepInput asks for a job: for a period, and what is still missing before it, or for everything that is due when Period
// is empty.
type SweepInput struct {
	Job    string `json:"job"`
	Period string `json:"period,omitempty"`
}

// SweepResult is what a sweep did.
type SweepResult struct {
	Ran  []string `json:"ran,omitempty"`  // periods, in order
	Busy bool     `json:"busy,omitempty"` // somebody else was at it, so nothing was done
}

// SweepWorkflowID is the workflow ID of a job's run for a period; a schedule's own runs have none and an instant behind it.
func SweepWorkflowID(job, period string) string {
	if period == "" {
		return "sweep/" + job
	}
	return "sweep/" + job + "/" + period
}

// Schedule says when the engine starts a job by itself: every day, or on one day of every month.
type Schedule struct {
	Job        string
	Zone       string // by name, so that the engine follows its clock changes
	Hour       int
	Minute     int
	DayOfMonth int // 0: every day
}

// Of every schedule (trust-and-speed.md T6). What an outage longer than the window made the engine miss, the watchdog makes
// good (T8).
const (
	dailyCatchUp   = 20 * time.Hour
	monthlyCatchUp = 72 * time.Hour
	scheduleJitter = 30 * time.Second
)

// Options are those with which the engine keeps the schedule.
func (s Schedule) Options() client.ScheduleOptions {
	at := client.ScheduleCalendarSpec{
		Hour: []client.ScheduleRange{{Start: s.Hour}}, Minute: []client.ScheduleRange{{Start: s.Minute}}, Second: []client.ScheduleRange{{}},
	}
	catchUp := dailyCatchUp
	if s.DayOfMonth > 0 {
		at.DayOfMonth = []client.ScheduleRange{{Start: s.DayOfMonth}}
		catchUp = monthlyCatchUp
	}
	return client.ScheduleOptions{
		ID:            s.Job,
		Spec:          client.ScheduleSpec{Calendars: []client.ScheduleCalendarSpec{at}, TimeZoneName: s.Zone, Jitter: scheduleJitter},
		Action:        &client.ScheduleWorkflowAction{ID: SweepWorkflowID(s.Job, ""), Workflow: Sweep, Args: []any{SweepInput{Job: s.Job}}, TaskQueue: SweepsQueue},
		Overlap:       enumspb.SCHEDULE_OVERLAP_POLICY_SKIP,
		CatchupWindow: catchUp,
	}
}

// Sweeps starts jobs in the engine and keeps its schedules.
type Sweeps struct {
	engine    client.Client
	schedules []Schedule
}

// NewSweeps knows the engine and when it is to start which job.
func NewSweeps(engine client.Client, schedules ...Schedule) *Sweeps {
	return &Sweeps{engine, schedules}
}

// Prepare makes sure that every schedule is there and as it should be. One that somebody has paused stays paused.
func (s *Sweeps) Prepare(ctx context.Context) error {
	for _, schedule := range s.schedules {
		if err := s.keep(ctx, schedule.Options()); err != nil {
			return fmt.Errorf("prepare schedule %s: %w", schedule.Job, err)
		}
	}
	return nil
}

func (s *Sweeps) keep(ctx context.Context, o client.ScheduleOptions) error {
	_, err := s.engine.ScheduleClient().Create(ctx, o)
	if !errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		return err //nolint:wrapcheck // the caller says what it was for
	}
	return s.engine.ScheduleClient().GetHandle(ctx, o.ID).Update(ctx, client.ScheduleUpdateOptions{ //nolint:wrapcheck // as above
		DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
			next := in.Description.Schedule
			next.Spec, next.Action = &o.Spec, o.Action
			next.Policy = &client.SchedulePolicies{Overlap: o.Overlap, CatchupWindow: o.CatchupWindow}
			return &client.ScheduleUpdate{Schedule: &next}, nil
		},
	})
}

// Start asks for a job, or joins the run for the same period.
func (s *Sweeps) Start(ctx context.Context, in SweepInput) error {
	_, err := s.engine.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       SweepWorkflowID(in.Job, in.Period),
		TaskQueue:                SweepsQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE, // one that failed is tried again
	}, Sweep, in)
	if err != nil {
		return fmt.Errorf("start sweep %s: %w", SweepWorkflowID(in.Job, in.Period), err)
	}
	return nil
}
