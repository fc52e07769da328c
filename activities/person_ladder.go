package activities

import (
	"context"
	"fmt"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/workflows/contract"
)

// LadderStore is what the ladder of people's tasks asks the database.
type LadderStore interface {
	Org(ctx context.Context) (deal.Org, error)
	// DatedPersonTasks are the open tasks with a date that belong to no account.
	DatedPersonTasks(ctx context.Context) ([]deal.PersonTask, error)
	// ClimbPersonRung lets a task's rung happen once; climbed is false when it has happened, or the task is over.
	ClimbPersonRung(ctx context.Context, task string, rung deal.RungName, notices []deal.PersonNotice) (climbed bool, err error)
}

// Ladder reminds people of their tasks that belong to no account.
type Ladder struct {
	store     LadderStore
	calendars Calendars
	now       func() time.Time
}

// NewLadder counts on the calendar of the organisation.
func NewLadder(store LadderStore, calendars Calendars, now func() time.Time) *Ladder {
	return &Ladder{store: store, calendars: calendars, now: now}
}

// TaskReminders is the job about the tasks of people.
const TaskReminders = "task-reminders"

// Jobs look through the tasks at every opening of the office.
func (l *Ladder) Jobs(zone *time.Location) []Job {
	return []Job{{
		Name: TaskReminders, Schedule: contract.Schedule{Job: TaskReminders, Zone: zone.String(), Hour: 9, Minute: 8}, Periods: Days{Zone: zone},
		DueAt: opensOn(l.calendars), Run: l.Climb,
	}}
}

// opensOn is the office's opening of a day, or the next one.
func opensOn(calendars Calendars) func(ctx context.Context, day string) (time.Time, error) {
	return func(_ context.Context, day string) (time.Time, error) {
		at, err := calendars.Working("").Opening(day)
		if err != nil {
			return time.Time{}, fmt.Errorf("find the opening of %s: %w", day, err)
		}
		return at, nil
	}
}

// Climb lets every rung happen that has come by now.
func (l *Ladder) Climb(ctx context.Context, _ string) (map[string]int, error) {
	org, err := l.store.Org(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	tasks, err := l.store.DatedPersonTasks(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	now, w := l.now(), l.calendars.Working("")
	done := map[string]int{"tasks": len(tasks)}
	for _, t := range tasks {
		rungs, err := t.Rungs(w)
		if err != nil {
			return nil, fmt.Errorf("look at the ladder of a task: %w", err)
		}
		for _, r := range rungs {
			if r.At.After(now) {
				break
			}
			climbed, err := l.store.ClimbPersonRung(ctx, t.ID, r.Name, t.RungNotices(org, r.Name, now))
			if err != nil {
				return nil, err //nolint:wrapcheck // says what it was doing
			}
			if climbed {
				done["rungs"]++
			}
		}
	}
	return done, nil
}

// Coming is everything that the ladders of people's tasks will say if nobody does anything.
func (l *Ladder) Coming(ctx context.Context, org deal.Org) ([]view.Ahead, error) {
	tasks, err := l.store.DatedPersonTasks(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	now, w := l.now(), l.calendars.Working("")
	var all []view.Ahead
	for _, t := range tasks {
		rungs, err := t.Rungs(w)
		if err != nil {
			return nil, fmt.Errorf("look at the ladder of a task: %w", err)
		}
		for _, r := range rungs {
			all = append(all, view.Ahead{
				At: r.At, Kind: view.TaskAhead, Ref: "task/" + t.ID, Rung: r.Name, Due: t.Due, To: t.Hears(org, r.Name, noSooner(r.At, now)),
				Notice: deal.PersonRungNotice(r.Name), Args: t.NoticeArgs(org), Provisional: w.Provisional(now, r.At),
			})
		}
	}
	return all, nil
}

// noSooner is when something that may be overdue happens.
func noSooner(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
