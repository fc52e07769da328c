package main

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"
)

// The workflows that the product is compared with. Both wait for updates until they are told to end.
const (
	emptyName   = "BenchEmpty"
	shapeName   = "BenchShape"
	nothingName = "BenchNothing"

	pokeName = "poke" // update
	endName  = "end"  // signal
)

// Empty has an update that returns at once: the least that a durable step costs (baseline B2).
func Empty(ctx workflow.Context) error {
	err := workflow.SetUpdateHandler(ctx, pokeName, func(workflow.Context) (int, error) { return 1, nil })
	if err != nil {
		return fmt.Errorf("register update: %w", err)
	}
	workflow.GetSignalChannel(ctx, endName).Receive(ctx, nil)
	return nil
}

// Nothing is the work of Shape.
func Nothing(context.Context) (int, error) { return 1, nil }

// Shape does in the engine what AccountLoop does for a command that moves a deadline, and nothing else: a local activity,
// and the one timer cancelled and set anew. What it costs more than Empty is the price of the shape, what the product
// costs more than Shape is the price of our own work.
func Shape(ctx workflow.Context) error {
	pokes := 0
	err := workflow.SetUpdateHandler(ctx, pokeName, func(ctx workflow.Context) (int, error) {
		local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
			StartToCloseTimeout: 2 * time.Second, ScheduleToCloseTimeout: time.Hour,
		})
		var n int
		if err := workflow.ExecuteLocalActivity(local, nothingName).Get(ctx, &n); err != nil { //nolint:forbidigo // measures what Perform's shape costs
			return 0, err
		}
		pokes += n
		return pokes, nil
	})
	if err != nil {
		return fmt.Errorf("register update: %w", err)
	}
	end := workflow.GetSignalChannel(ctx, endName)
	for end.Len() == 0 {
		seen := pokes
		timerCtx, cancel := workflow.WithCancel(ctx)
		workflow.NewTimer(timerCtx, 24*time.Hour)
		err := workflow.Await(ctx, func() bool { return pokes != seen || end.Len() > 0 })
		cancel()
		if err != nil {
			return err //nolint:wrapcheck // the run itself was cancelled
		}
	}
	return nil
}

// begin starts a workflow of the baselines.
func (e *engine) begin(ctx context.Context, id, name string) error {
	if _, err := e.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: benchQueue}, name); err != nil {
		return fmt.Errorf("start %s: %w", id, err)
	}
	return nil
}

// poke sends one update and waits for its answer, the way the product's client does.
func (e *engine) poke(ctx context.Context, id string) error {
	handle, err := e.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: pokeName, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return fmt.Errorf("update %s: %w", id, err)
	}
	var n int
	return handle.Get(ctx, &n) //nolint:wrapcheck // names the update
}

// end lets workflows end; whether they have is of no interest.
func (e *engine) end(ctx context.Context, ids []string) error {
	return inTurn(len(ids), 16, func(i int) error {
		if err := e.client.SignalWorkflow(ctx, ids[i], "", endName, nil); err != nil {
			return fmt.Errorf("end %s: %w", ids[i], err)
		}
		return nil
	})
}
