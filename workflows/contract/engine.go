package contract

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Identity is the engine's own ID, made when its database was set up: it changes when the database was emptied.
func (a *Accounts) Identity(ctx context.Context) (string, error) {
	info, err := a.engine.WorkflowService().GetClusterInfo(ctx, &workflowservice.GetClusterInfoRequest{})
	if err != nil {
		return "", fmt.Errorf("ask for cluster: %w", err)
	}
	return info.GetClusterId(), nil
}

// retention is how long closed histories stay readable; the event log is the archive (trust-and-speed.md §2.4).
const retention = 30 * 24 * time.Hour

// Prepare makes sure that the namespace exists.
func (a *Accounts) Prepare(ctx context.Context) error {
	name, service := a.namespace, a.engine.WorkflowService()
	_, err := service.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: name})
	var missing *serviceerror.NamespaceNotFound
	if err == nil || !errors.As(err, &missing) {
		return err //nolint:wrapcheck // the caller says what it was for
	}
	_, err = service.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: name, WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("register namespace %s: %w", name, err)
	}
	return nil
}
