package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// forLog are the options of Perform: short attempts that go on until the database answers. The pause between attempts
// stays below the workflow task's timeout, since a longer one costs an engine timer and a marker for each attempt. The
// overall limit is ten years because zero would mean two seconds in all (contract.md §1).
func forLog(ctx workflow.Context) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout:    2 * time.Second,
		ScheduleToCloseTimeout: 10 * 365 * 24 * time.Hour,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    50 * time.Millisecond,
			BackoffCoefficient: 2,
			MaximumInterval:    5 * time.Second,
		},
	})
}

// forRows are the options of an import's steps: a batch of rows is idempotent row by row, so it is simply tried again.
// Every finished row is a heartbeat, so that the import of a killed process waits seconds and not minutes.
func forRows(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 5 * time.Minute,
		HeartbeatTimeout:    15 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    time.Second,
			BackoffCoefficient: 2,
			MaximumInterval:    time.Minute,
		},
	})
}

// forSweeps are the options of a job: idempotent by period, it is tried again a few times within minutes. After that the run
// fails, visibly, and the watchdog starts another one later; so a schedule never stands behind a chain of attempts
// (trust-and-speed.md T6).
func forSweeps(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 30 * time.Minute,
		HeartbeatTimeout:    15 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    time.Second,
			BackoffCoefficient: 2,
			MaximumInterval:    time.Minute,
			MaximumAttempts:    6,
		},
	})
}

// forChannel are the options of a round of a relay. It sends for twenty seconds, and up to ten letters behind that may
// take half a minute each; a process that dies is noticed by its heartbeats. What went wrong with a message is in its row
// and no error: an error is the database's.
func forChannel(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 10 * time.Minute,
		HeartbeatTimeout:    20 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    time.Second,
			BackoffCoefficient: 2,
			MaximumInterval:    time.Minute,
		},
	})
}
