package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"closedloop/config"
	ours "closedloop/worker"
)

// engine is the product's own Temporal server, reached as any client would, and a worker of ours on a queue of its own
// with the settings of the product's worker.
type engine struct {
	client client.Client
	worker worker.Worker
}

// benchQueue is the task queue of the baselines.
const benchQueue = "bench"

// dialEngine connects to the engine of a running product: its address and its secret lie in the data directory.
func dialEngine(ctx context.Context, data string, c config.Config) (*engine, error) {
	address, err := os.ReadFile(filepath.Join(data, "engine.address"))
	if err != nil {
		return nil, fmt.Errorf("find the engine: %w", err)
	}
	secret, err := os.ReadFile(filepath.Join(data, "engine.secret"))
	if err != nil {
		return nil, fmt.Errorf("read the engine's secret: %w", err)
	}
	e := &engine{}
	e.client, err = client.DialContext(ctx, client.Options{
		HostPort: strings.TrimSpace(string(address)), Namespace: c.Temporal.Namespace,
		HeadersProvider: bearer(strings.TrimSpace(string(secret))), Logger: silent(),
		ConnectionOptions: client.ConnectionOptions{GrpcCompression: &client.GrpcCompressionNone{}}, // like the product's own connection
	})
	if err != nil {
		return nil, fmt.Errorf("connect to the engine: %w", err)
	}
	worker.SetStickyWorkflowCacheSize(c.Worker.StickyCache)
	w := worker.New(e.client, benchQueue, worker.Options{
		WorkflowTaskPollerBehavior: ours.PollersApart(c.Worker.WorkflowPollers), MaxConcurrentActivityTaskPollers: c.Worker.ActivityPollers,
		MaxConcurrentWorkflowTaskExecutionSize: c.Worker.WorkflowSlots, MaxConcurrentActivityExecutionSize: c.Worker.ActivitySlots,
		MaxConcurrentLocalActivityExecutionSize: c.Worker.LocalActivitySlots, WorkerStopTimeout: c.Worker.StopTimeout,
		DeadlockDetectionTimeout: 5 * time.Second, DisableRegistrationAliasing: true,
	})
	w.RegisterWorkflowWithOptions(Empty, workflow.RegisterOptions{Name: emptyName})
	w.RegisterWorkflowWithOptions(Shape, workflow.RegisterOptions{Name: shapeName})
	w.RegisterActivityWithOptions(Nothing, activity.RegisterOptions{Name: nothingName})
	if err := w.Start(); err != nil {
		e.client.Close()
		return nil, fmt.Errorf("start the worker of the baselines: %w", err)
	}
	e.worker = w
	return e, nil
}

func (e *engine) close() {
	e.worker.Stop()
	e.client.Close()
}

// bearer is the engine's secret, as it wants to see it with every call.
type bearer string

func (b bearer) GetHeaders(context.Context) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

// history is what the engine holds of one run.
type history struct {
	Run         string
	Events      int64
	Bytes       int64
	Transitions int64
}

func (h history) minus(before history) history {
	return history{h.Run, h.Events - before.Events, h.Bytes - before.Bytes, h.Transitions - before.Transitions}
}

// history describes a run; the newest one if it is not named.
func (e *engine) history(ctx context.Context, workflowID, run string) (history, error) {
	answer, err := e.client.DescribeWorkflowExecution(ctx, workflowID, run)
	if err != nil {
		return history{}, fmt.Errorf("describe %s: %w", workflowID, err)
	}
	info := answer.GetWorkflowExecutionInfo()
	return history{info.GetExecution().GetRunId(), info.GetHistoryLength(), info.GetHistorySizeBytes(), info.GetStateTransitionCount()}, nil
}

// silent is a logger for the SDK: what goes wrong comes back as an error.
func silent() sdklog.Logger { return quiet{} }

type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
