package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	temporal "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"closedloop/config"
	ours "closedloop/worker"
)

const (
	bareQueue = "storm-bare"
	bareName  = "StormBare"
)

// fired counts the bare timers that have fired.
type fired struct {
	mu    sync.Mutex
	first map[string]time.Time
	all   chan struct{}
	want  int
}

// fire is told from outside the workflow's history: the worker sees when its code goes on.
func (f *fired) fire(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, again := f.first[id]; again {
		return
	}
	f.first[id] = time.Now()
	if len(f.first) == f.want {
		close(f.all)
	}
}

// bareTimers lets as many workflows as there were accounts wait for one instant each, on the product's own engine and with
// its worker's settings, and gives how long it took until the last of them, and half of them, went on.
func bareTimers(ctx context.Context, data string, p plan) (all, half time.Duration, err error) {
	settings, err := config.Load(config.Options{})
	if err != nil {
		return 0, 0, fmt.Errorf("read settings: %w", err)
	}
	address, err := os.ReadFile(filepath.Join(data, "engine.address"))
	if err != nil {
		return 0, 0, fmt.Errorf("find the engine: %w", err)
	}
	secret, err := os.ReadFile(filepath.Join(data, "engine.secret"))
	if err != nil {
		return 0, 0, fmt.Errorf("read the engine's secret: %w", err)
	}
	c, err := temporal.DialContext(ctx, temporal.Options{
		HostPort: strings.TrimSpace(string(address)), Namespace: settings.Temporal.Namespace,
		HeadersProvider: bearer(strings.TrimSpace(string(secret))), Logger: quiet{},
	})
	if err != nil {
		return 0, 0, fmt.Errorf("connect to the engine: %w", err)
	}
	defer c.Close()
	f := &fired{first: map[string]time.Time{}, all: make(chan struct{}), want: p.Accounts}
	worker.SetStickyWorkflowCacheSize(settings.Worker.StickyCache)
	w := worker.New(c, bareQueue, worker.Options{
		WorkflowTaskPollerBehavior: ours.PollersApart(settings.Worker.WorkflowPollers), MaxConcurrentWorkflowTaskExecutionSize: settings.Worker.WorkflowSlots,
		WorkerStopTimeout: settings.Worker.StopTimeout, DeadlockDetectionTimeout: 5 * time.Second, DisableRegistrationAliasing: true,
	})
	w.RegisterWorkflowWithOptions(func(ctx workflow.Context, until time.Time) error {
		if err := workflow.NewTimer(ctx, until.Sub(workflow.Now(ctx))).Get(ctx, nil); err != nil {
			return err //nolint:wrapcheck // the run itself was cancelled
		}
		f.fire(workflow.GetInfo(ctx).WorkflowExecution.ID)
		return nil
	}, workflow.RegisterOptions{Name: bareName})
	if err := w.Start(); err != nil {
		return 0, 0, fmt.Errorf("start the worker of the bare timers: %w", err)
	}
	defer w.Stop()
	return f.run(ctx, c, p)
}

// run starts the workflows and waits for all of them.
func (f *fired) run(ctx context.Context, c temporal.Client, p plan) (all, half time.Duration, err error) {
	// The instant has to lie behind the last start; 20 ms for each is several times what one takes.
	began := time.Now()
	due := began.Add(time.Duration(p.Accounts)*20*time.Millisecond + 30*time.Second)
	err = together(p.Accounts, p.AtOnce, func(i int) error {
		_, err := c.ExecuteWorkflow(ctx, temporal.StartWorkflowOptions{ID: "storm/" + strconv.Itoa(i), TaskQueue: bareQueue}, bareName, due)
		return err //nolint:wrapcheck // names the workflow
	})
	if err != nil {
		return 0, 0, fmt.Errorf("start bare timers: %w", err)
	}
	if time.Until(due) < calm {
		return 0, 0, fmt.Errorf("starting the bare timers took %s, too long for their instant", time.Since(began))
	}
	ctx, cancel := context.WithTimeout(ctx, p.Patience)
	defer cancel()
	select {
	case <-ctx.Done():
		return 0, 0, fmt.Errorf("wait for bare timers: %w", ctx.Err())
	case <-f.all:
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var took sample
	for _, at := range f.first {
		took.Took = append(took.Took, at.Sub(due))
	}
	return took.quantile(1), took.quantile(0.5), nil
}

// bearer is the engine's secret, as it wants to see it with every call.
type bearer string

func (b bearer) GetHeaders(context.Context) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

// quiet is a logger for the SDK: what goes wrong comes back as an error.
type quiet struct{}

var _ log.Logger = quiet{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
