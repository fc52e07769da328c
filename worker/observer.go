package worker

import (
	"context"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
)

// observer logs what activities do wrong and what takes long. Cancellation and continue-as-new are normal life and are
// not logged.
type observer struct {
	interceptor.WorkerInterceptorBase

	log     *slog.Logger
	observe func(activity string, took time.Duration, err error)
}

// slow is where an attempt is worth a line: half of what Perform gets.
const slow = time.Second

// InterceptActivity wraps every attempt.
func (o *observer) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	i := &activityObserver{log: o.log, observe: o.observe}
	i.Next = next
	return i
}

type activityObserver struct {
	interceptor.ActivityInboundInterceptorBase

	log     *slog.Logger
	observe func(activity string, took time.Duration, err error)
}

// ExecuteActivity measures one attempt.
func (a *activityObserver) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	began := time.Now()
	out, err := a.Next.ExecuteActivity(ctx, in)
	took := time.Since(began)
	info := activity.GetInfo(ctx)
	a.observe(info.ActivityType.Name, took, err)
	if err == nil && took < slow {
		return out, nil
	}
	line := []any{
		"activity", info.ActivityType.Name, "workflow", info.WorkflowExecution.ID, "attempt", info.Attempt, "took", took,
	}
	if err != nil {
		a.log.WarnContext(ctx, "activity attempt ended without result", append(line, "error", err)...)
		return out, err //nolint:wrapcheck // the engine reads it
	}
	a.log.WarnContext(ctx, "activity was slow", line...)
	return out, nil
}
