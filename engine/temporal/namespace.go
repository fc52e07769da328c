package temporal

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/durationpb"
)

// probe names a workflow and a task queue that never exist.
const probe = "engine-probe"

// wake waits until the server does what it is for.
func (e *Engine) wake(ctx context.Context) error {
	// Services come up one after the other; the client asks for the frontend's
	// health itself.
	err := e.retry(ctx, func() (err error) {
		e.client, err = e.dial(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("reach the temporal frontend: %w", err)
	}
	if err := e.retry(ctx, func() error { return e.ensureNamespace(ctx) }); err != nil {
		return fmt.Errorf("register namespace %s: %w", e.opts.Namespace, err)
	}
	// Every service has a cache of namespaces that is refreshed every two
	// seconds, so being registered is not being known.
	if err := e.retry(ctx, func() error { return e.tryNamespace(ctx) }); err != nil {
		return fmt.Errorf("wait for namespace %s: %w", e.opts.Namespace, err)
	}
	return nil
}

// retry polls until try succeeds. The server is starting, so any error may pass.
func (e *Engine) retry(ctx context.Context, try func() error) error {
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case fatal := <-e.log.life.fatal:
			return fatal
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-poll.C:
		}
	}
}

// ensureNamespace registers the namespace, or brings its retention in line.
func (e *Engine) ensureNamespace(ctx context.Context) error {
	service := e.client.WorkflowService()
	found, err := service.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: e.opts.Namespace})
	var missing *serviceerror.NamespaceNotFound
	switch {
	case errors.As(err, &missing):
		_, err = service.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
			Namespace:                        e.opts.Namespace,
			Description:                      "key accounts of closedloop",
			WorkflowExecutionRetentionPeriod: durationpb.New(e.opts.Retention),
		})
	case err == nil && found.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() != e.opts.Retention:
		_, err = service.UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
			Namespace: e.opts.Namespace,
			Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(e.opts.Retention)},
		})
	}
	var exists *serviceerror.NamespaceAlreadyExists
	if errors.As(err, &exists) {
		return nil
	}
	return err
}

// tryNamespace asks history and matching for something that is not there: both
// have to know the namespace and hold what it asks about to say so.
func (e *Engine) tryNamespace(ctx context.Context) error {
	_, err := e.client.DescribeWorkflowExecution(ctx, probe, "")
	var absent *serviceerror.NotFound
	if !errors.As(err, &absent) { // NamespaceNotFound is another type
		return errors.Join(errors.New("history does not answer yet"), err)
	}
	_, err = e.client.WorkflowService().DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
		Namespace:     e.opts.Namespace,
		TaskQueue:     &taskqueuepb.TaskQueue{Name: probe, Kind: enumspb.TASK_QUEUE_KIND_NORMAL},
		TaskQueueType: enumspb.TASK_QUEUE_TYPE_WORKFLOW,
	})
	if err != nil {
		return fmt.Errorf("matching does not answer yet: %w", err)
	}
	return nil
}

// Identity tells this engine's databases from any others. It is made with the
// databases and stays for their life; when it is not the one of yesterday,
// somebody has emptied the engine, and its workflows and schedules are gone.
// Clients elsewhere get the same value as ClusterId of GetClusterInfo.
func (e *Engine) Identity(ctx context.Context) (string, error) {
	info, err := e.client.WorkflowService().GetClusterInfo(ctx, &workflowservice.GetClusterInfoRequest{})
	if err != nil {
		return "", fmt.Errorf("ask the engine who it is: %w", err)
	}
	return info.GetClusterId(), nil
}
