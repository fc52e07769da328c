//go:build e2e

package engine_test

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"closedloop/activities"
	"closedloop/deal"
	"closedloop/store"
	"closedloop/testkit"
	"closedloop/worker"
	"closedloop/workflows/contract"
)

// ahead is the clock of one account in the engine, which runs as that on the wall does and is moved forward from time to
// time: the engine then goes from timer to timer, and the workflow does at each of them what it would have done that day. The
// SDK does not know how to ask for it; the engine does (temporal.Options.TimeSkipping).
//
// What is virtual: timers, workflow.Now, and so the instant of every command, event, deadline and rung. What is not: the clock
// of API and worker processes, sessions, schedules of jobs, and everybody else's accounts.
type ahead struct {
	h      *house
	id     deal.AccountID
	offset atomic.Int64 // from the clock on the wall, in nanoseconds
}

// Now is the account's present instant.
func (a *ahead) Now() time.Time { return time.Now().Add(time.Duration(a.offset.Load())) }

// to lets time pass until an instant.
func (a *ahead) to(at time.Time) {
	t := a.h.t
	t.Helper()
	require.True(t, at.After(a.Now()), "time goes forward: %s lies behind %s", at, a.Now())
	name := rand.Text()
	_, err := a.h.client.WorkflowService().UpdateWorkflowExecutionOptions(a.h.within(time.Minute), &workflowservice.UpdateWorkflowExecutionOptionsRequest{
		Namespace:         a.h.site.Namespace,
		WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: workflowOf(a.id)},
		WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{
			Enabled: true, MaxSessionSkipCount: 1000,
			FastForwardConfig: &commonpb.FastForwardConfig{Id: name, Duration: durationpb.New(at.Sub(a.Now()))},
		}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
	})
	require.NoError(t, err)
	testkit.Eventually(t, 2*time.Minute, func() bool {
		described, err := a.h.client.DescribeWorkflowExecution(a.h.within(time.Minute), workflowOf(a.id), "")
		require.NoError(t, err)
		info := described.GetWorkflowExtendedInfo().GetTimeSkippingInfo()
		if c := info.GetEffectiveConfig(); c.GetFastForwardConfig().GetId() != name || c.GetEnabled() { // it goes off when it is there
			return false
		}
		require.False(t, info.GetCurrentTime().AsTime().Before(at), "the engine stopped at %s", info.GetCurrentTime().AsTime())
		a.offset.Store(int64(time.Until(info.GetCurrentTime().AsTime())))
		return true
	}, "%s has come", at)
}

// watch lets the watchdog of this release look after the house by the account's clock: who is away then, and who has left. It
// is the product's own, with another clock than the one that it has in a worker process.
func (a *ahead) watch(calendars func(context.Context) (map[string]string, error)) {
	h := a.h
	h.t.Helper()
	identity, err := h.accounts.Identity(h.t.Context())
	require.NoError(h.t, err)
	require.NoError(h.t, h.store.SetEngineIdentity(h.t.Context(), identity))
	jobs, err := activities.NewJobs(h.store, a.Now, logs()) // none: what the house does of itself goes by the wall
	require.NoError(h.t, err)
	dog, err := worker.NewWatchdog(worker.WatchdogOptions{
		Fleet: keeper{h.store}, Engine: h.accounts, Installation: h.installation.ID, Calendars: calendars, Jobs: jobs, Sweeps: contract.NewSweeps(h.client),
		Interval: time.Second, Grace: time.Minute, Logger: logs(), Now: a.Now,
	})
	require.NoError(h.t, err)
	dog.Start(context.WithoutCancel(h.t.Context()))
	h.t.Cleanup(dog.Stop)
}

// keeper is a store in which nothing is swept: what expires by the wall, as logins and staged texts do, would be gone by the
// clock of an account.
type keeper struct{ *store.Store }

func (keeper) SweepStaged(context.Context, time.Time) (int64, error) { return 0, nil }

func (keeper) SweepFiles(context.Context, time.Time) (int, error) { return 0, nil }
