package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"closedloop/workflows/contract"
)

// readiness asks every part whether requests can be served.
type readiness struct {
	node     *node
	stopping atomic.Bool
}

// Ready answers by part; nil is fine.
func (r *readiness) Ready(ctx context.Context) map[string]error {
	out := map[string]error{"process": nil, "database": nil, "engine": nil, "worker": nil}
	if r.stopping.Load() {
		out["process"] = errors.New("is stopping")
	}
	if pending, err := r.node.store.Pending(ctx); err != nil {
		out["database"] = err
	} else if pending {
		out["database"] = errors.New("migrations are pending; run closedloop migrate")
	}
	if _, err := r.node.engine.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		out["engine"] = fmt.Errorf("engine does not answer: %w", err)
		out["worker"] = errors.New("unknown while the engine does not answer")
		return out
	}
	out["worker"] = r.polled(ctx)
	return out
}

// polled tells whether some worker, of this process or another one, takes the accounts' work.
func (r *readiness) polled(ctx context.Context) error {
	answer, err := r.node.engine.WorkflowService().DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
		Namespace: r.node.config.Temporal.Namespace, TaskQueue: &taskqueue.TaskQueue{Name: contract.AccountsQueue},
		TaskQueueType: enumspb.TASK_QUEUE_TYPE_WORKFLOW,
	})
	if err != nil {
		return fmt.Errorf("ask for workers: %w", err)
	}
	if len(answer.GetPollers()) == 0 {
		return errors.New("no worker polls; start closedloop worker")
	}
	return nil
}
