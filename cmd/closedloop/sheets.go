package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"closedloop/activities/leadsheet"
	"closedloop/api"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/workflows/contract"
)

// sheets takes lead sheets in for API and command line: the sheet is stored, then its workflow starts. The same ID
// starts once. A file that is no lead sheet at all is refused at the door, with nothing left behind.
type sheets struct{ *node }

// Start stores a sheet and starts its import.
func (s sheets) Start(ctx context.Context, id string, by deal.PersonID, filename string, sheet io.Reader) (view.Import, error) {
	file, err := io.ReadAll(sheet)
	if err != nil {
		return view.Import{}, fmt.Errorf("read sheet: %w", err)
	}
	if err := readable(file); err != nil {
		return view.Import{}, err
	}
	if err := s.store.AddImport(ctx, id, by, filename, file); err != nil {
		return view.Import{}, fmt.Errorf("keep sheet: %w", err)
	}
	_, err = s.engine.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: contract.ImportWorkflowID(id), TaskQueue: contract.ImportsQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE, // an import that is over finds nothing left to do
	}, contract.Import, contract.ImportInput{ID: id, Actor: by})
	if err != nil {
		return view.Import{}, fmt.Errorf("%w: start import: %w", deal.ErrUnavailable, err)
	}
	imp, err := s.store.Import(ctx, view.Viewer{All: true}, id)
	if err != nil {
		return view.Import{}, fmt.Errorf("read import: %w", err)
	}
	return imp, nil
}

// readable refuses what can only be refused as a whole. Bad rows are no reason: the import reports them.
func readable(file []byte) error {
	_, err := leadsheet.Read(file, leadsheet.Limits{})
	var unfit *leadsheet.Error
	if errors.As(err, &unfit) {
		return &api.SheetError{
			Code: string(unfit.Code),
			Text: deal.Text{ZH: unfit.Text("zh"), EN: unfit.Text("en")}, Hint: deal.Text{ZH: unfit.Hint("zh"), EN: unfit.Hint("en")},
		}
	}
	return err //nolint:wrapcheck // the reader gives nothing else
}

// Import is how far an import is.
func (s sheets) Import(ctx context.Context, v view.Viewer, id string) (view.Import, error) {
	imp, err := s.store.Import(ctx, v, id)
	if err != nil {
		return imp, fmt.Errorf("read import: %w", err)
	}
	return imp, nil
}
