package worker

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"closedloop/activities"
	"closedloop/workflows"
	"closedloop/workflows/contract"
)

// Options are what a worker needs. The numbers are fixed on purpose: tuners that follow the CPU oscillate beside a
// Postgres on the same machine (trust-and-speed.md §2.4).
type Options struct {
	Client    client.Client
	Ledger    *activities.Ledger
	Imports   *activities.Imports
	Handovers *activities.Handovers
	Jobs      *activities.Jobs
	Relay     *activities.Relay
	Logger    *slog.Logger
	Observe   func(activity string, took time.Duration, err error) // every attempt

	WorkflowPollers int
	ActivityPollers int
	WorkflowSlots   int
	ActivitySlots   int
	LocalSlots      int
	StickyCache     int           // runs kept in memory; process-wide
	StopTimeout     time.Duration // for work in hand; without one polled tasks would be dropped
}

// Worker polls the queues of accounts, imports, sweeps and channels.
type Worker struct {
	workers []sdkworker.Worker
	stopped bool
}

// New registers everything; nothing is polled before Start.
func New(o Options) (*Worker, error) {
	if o.Client == nil || o.Ledger == nil || o.Imports == nil || o.Handovers == nil || o.Jobs == nil || o.Relay == nil || o.Logger == nil || o.Observe == nil {
		return nil, errors.New("worker needs a client, a ledger, imports, handovers, jobs, a relay, a logger and somebody to observe")
	}
	if o.StopTimeout <= 0 || o.WorkflowPollers < 2 || o.WorkflowSlots < 2 || o.LocalSlots < 1 || o.ActivitySlots < 1 || o.ActivityPollers < 1 {
		return nil, errors.New("worker needs a stop timeout, two workflow pollers and slots, and one of each other kind at least")
	}
	if o.StickyCache > 0 {
		sdkworker.SetStickyWorkflowCacheSize(o.StickyCache)
	}
	accounts := sdkworker.New(o.Client, contract.AccountsQueue, o.options())
	RegisterAccounts(accounts, o.Ledger)
	imports := sdkworker.New(o.Client, contract.ImportsQueue, o.options())
	RegisterImports(imports, o.Imports)
	RegisterHandovers(imports, o.Handovers)
	sweeps := sdkworker.New(o.Client, contract.SweepsQueue, o.options())
	RegisterSweeps(sweeps, o.Jobs)
	channels := sdkworker.New(o.Client, contract.NotifyQueue, o.quiet())
	RegisterRelay(channels, o.Relay)
	return &Worker{workers: []sdkworker.Worker{accounts, imports, sweeps, channels}}, nil
}

func (o Options) options() sdkworker.Options {
	return sdkworker.Options{
		WorkflowTaskPollerBehavior:              PollersApart(o.WorkflowPollers),
		MaxConcurrentActivityTaskPollers:        o.ActivityPollers,
		MaxConcurrentWorkflowTaskExecutionSize:  o.WorkflowSlots,
		MaxConcurrentActivityExecutionSize:      o.ActivitySlots,
		MaxConcurrentLocalActivityExecutionSize: o.LocalSlots,
		WorkerStopTimeout:                       o.StopTimeout,
		DeadlockDetectionTimeout:                5 * time.Second, // two busy cores can keep a workflow from running for a second
		DisableRegistrationAliasing:             true,
		Interceptors:                            []interceptor.WorkerInterceptor{&observer{log: o.Logger, observe: o.Observe}},
	}
}

// quiet are the options of a queue with a handful of workflows and one activity for each: more pollers would only keep
// connections busy.
func (o Options) quiet() sdkworker.Options {
	options := o.options()
	options.WorkflowTaskPollerBehavior = PollersApart(2)
	options.MaxConcurrentActivityTaskPollers = 2
	return options
}

// PollersApart are so many pollers of the common queue and as many of the queue of cached runs. The SDK's plain pollers
// serve both and all go to the second one while its last answer said that more was waiting there; a new run then waits
// until one of them comes back, up to ten seconds. The kind that scales keeps them apart, and with the same least and
// most it does not scale.
func PollersApart(n int) sdkworker.PollerBehavior {
	return sdkworker.NewPollerBehaviorAutoscaling(sdkworker.PollerBehaviorAutoscalingOptions{
		InitialNumberOfPollers: n, MinimumNumberOfPollers: n, MaximumNumberOfPollers: n,
	})
}

// RegisterAccounts is the flat list of what runs on the queue of accounts. Registered names are for ever.
func RegisterAccounts(r sdkworker.Registry, ledger *activities.Ledger) {
	r.RegisterWorkflowWithOptions(workflows.AccountLoop, workflow.RegisterOptions{Name: contract.AccountLoop})
	r.RegisterActivityWithOptions(ledger.Perform, activity.RegisterOptions{Name: "Perform"})
}

// RegisterImports is the flat list of what runs on the queue of imports.
func RegisterImports(r sdkworker.Registry, imports *activities.Imports) {
	r.RegisterWorkflowWithOptions(workflows.Import, workflow.RegisterOptions{Name: contract.Import})
	r.RegisterActivityWithOptions(imports.ReadSheet, activity.RegisterOptions{Name: "ReadSheet"})
	r.RegisterActivityWithOptions(imports.ImportRows, activity.RegisterOptions{Name: "ImportRows"})
	r.RegisterActivityWithOptions(imports.FinishImport, activity.RegisterOptions{Name: "FinishImport"})
}

// RegisterHandovers is the flat list of what hands over, on the queue of imports: like these it is long work on many accounts.
func RegisterHandovers(r sdkworker.Registry, handovers *activities.Handovers) {
	r.RegisterWorkflowWithOptions(workflows.Handover, workflow.RegisterOptions{Name: contract.Handover})
	r.RegisterActivityWithOptions(handovers.MovePlanned, activity.RegisterOptions{Name: "MovePlanned"})
	r.RegisterActivityWithOptions(handovers.LookAgain, activity.RegisterOptions{Name: "LookAgain"})
	r.RegisterActivityWithOptions(handovers.SettleHandover, activity.RegisterOptions{Name: "SettleHandover"})
	r.RegisterActivityWithOptions(handovers.FinishHandover, activity.RegisterOptions{Name: "FinishHandover"})
}

// RegisterSweeps is the flat list of what runs on the queue of sweeps.
func RegisterSweeps(r sdkworker.Registry, jobs *activities.Jobs) {
	r.RegisterWorkflowWithOptions(workflows.Sweep, workflow.RegisterOptions{Name: contract.Sweep})
	r.RegisterActivityWithOptions(jobs.Sweep, activity.RegisterOptions{Name: "Sweep"})
}

// RegisterRelay is the flat list of what runs on the queue of channels.
func RegisterRelay(r sdkworker.Registry, relay *activities.Relay) {
	r.RegisterWorkflowWithOptions(workflows.Relay, workflow.RegisterOptions{Name: contract.Relay})
	r.RegisterActivityWithOptions(relay.Deliver, activity.RegisterOptions{Name: "Deliver"})
}

// Start polls until Stop; it returns once polling has begun.
func (w *Worker) Start() error {
	for i, sw := range w.workers {
		if err := sw.Start(); err != nil {
			for _, started := range w.workers[:i] {
				started.Stop()
			}
			return fmt.Errorf("start worker: %w", err)
		}
	}
	return nil
}

// Stop finishes work in hand within the stop timeout. A second Stop does nothing.
func (w *Worker) Stop() {
	if w.stopped {
		return
	}
	w.stopped = true
	for _, sw := range w.workers {
		sw.Stop()
	}
}
