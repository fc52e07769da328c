package contract

import (
	"context"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
)

// Handover is the workflow type of an ordered handover. Registered names are for ever.
const Handover = "Handover"

// HandoverInput starts the workflow of a handover; what is to be moved stands in the database.
type HandoverInput struct {
	ID string `json:"id"`
}

// HandoverProgress is what one round of moving came to.
type HandoverProgress struct {
	Moved   int `json:"moved"`   // or failed for good, or had nothing to move
	Planned int `json:"planned"` // still
}

// HandoverWorkflowID is the workflow ID of one handover.
func HandoverWorkflowID(id string) string { return "handover/" + id }

// StartHandover starts the workflow of an ordered handover, or joins the one that runs. One that is over finds nothing to do.
func (a *Accounts) StartHandover(ctx context.Context, id string) error {
	_, err := a.engine.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: HandoverWorkflowID(id), TaskQueue: ImportsQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}, Handover, HandoverInput{ID: id})
	if err != nil {
		return fmt.Errorf("start handover %s: %w", id, err)
	}
	return nil
}
