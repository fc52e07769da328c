package activities

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"go.temporal.io/sdk/activity"

	"closedloop/activities/leadsheet"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/workflows/contract"
)

// Sheets keeps lead sheets and what became of their rows.
type Sheets interface {
	// ImportSheet is an import with its file.
	ImportSheet(ctx context.Context, id string) (view.Import, []byte, error)
	// RowsDone are the rows that have an outcome.
	RowsDone(ctx context.Context, id string) (map[int]bool, error)
	// SheetRead says how many rows have content, and which of them were refused by the sheet alone.
	SheetRead(ctx context.Context, id string, total int, refused []int, problems []view.ImportProblem) error
	// RowDone keeps the outcome of one row; the same row twice counts once.
	RowDone(ctx context.Context, id string, row view.ImportRow) error
	// FinishImport ends an import and forgets its file. A reason refuses the sheet as a whole.
	FinishImport(ctx context.Context, id string, reason *view.ImportProblem) error
	// KnownLeads finds accounts by upsert key and by phone.
	KnownLeads(ctx context.Context, keys, phones []string) (view.KnownLeads, error)
	// Stage and Unstage put a draft beside the command that opens its account.
	Stage(ctx context.Context, s view.Staged) error
	Unstage(ctx context.Context, id deal.AccountID, key string) error
}

// Opener opens accounts.
type Opener interface {
	Open(ctx context.Context, cmd deal.Command) (deal.Receipt, error)
}

// Imports takes lead sheets in.
type Imports struct {
	sheets       Sheets
	opener       Opener
	sign         func(text string) string
	installation string
	log          *slog.Logger
}

// NewImports needs all of its parts; sign makes the keyed hash of a staged draft.
func NewImports(sheets Sheets, opener Opener, installation string, sign func(string) string, log *slog.Logger) (*Imports, error) {
	if sheets == nil || opener == nil || installation == "" || sign == nil || log == nil {
		return nil, errors.New("imports need sheets, an opener, the installation, a signer and a logger")
	}
	return &Imports{sheets: sheets, opener: opener, installation: installation, sign: sign, log: log}, nil
}

// ImportBatch asks for the next rows behind those that are done.
type ImportBatch struct {
	Import contract.ImportInput `json:"import"`
	Done   int                  `json:"done"`
}

// ImportResult counts what a batch did.
type ImportResult struct {
	Handled   int `json:"handled"`
	Opened    int `json:"opened"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
}

const (
	defaultBatch = 500 // each batch reads the whole sheet: with few rows in one, a large sheet would mostly be read
	openers      = 16  // accounts opened at once (trust-and-speed.md §2.3)
)

// ReadSheet reads the sheet once, keeps its problems and says how many rows are left to handle. A file that is no sheet
// is refused as a whole; the import is then over.
func (i *Imports) ReadSheet(ctx context.Context, in contract.ImportInput) (contract.ImportProgress, error) {
	sheet, err := i.read(ctx, in.ID)
	var unfit *leadsheet.Error
	if errors.As(err, &unfit) {
		reason := view.ImportProblem{
			Code: string(unfit.Code), Value: unfit.Value,
			Text: deal.Text{ZH: unfit.Text("zh") + unfit.Hint("zh"), EN: unfit.Text("en") + " " + unfit.Hint("en")},
		}
		return contract.ImportProgress{}, i.sheets.FinishImport(ctx, in.ID, &reason) //nolint:wrapcheck // names itself
	}
	if err != nil {
		return contract.ImportProgress{}, err
	}
	refused := sheet.Refused()
	var problems []view.ImportProblem
	for _, p := range sheet.Problems {
		problems = append(problems, problem(p))
	}
	if err := i.sheets.SheetRead(ctx, in.ID, len(sheet.Rows)+len(refused), refused, problems); err != nil {
		return contract.ImportProgress{}, fmt.Errorf("keep what the sheet says: %w", err)
	}
	return contract.ImportProgress{Rows: len(sheet.Rows), Refused: len(refused)}, nil
}

// ImportRows handles the next rows, several at a time, and keeps the outcome of each as soon as it is known.
func (i *Imports) ImportRows(ctx context.Context, batch ImportBatch) (ImportResult, error) {
	sheet, err := i.read(ctx, batch.Import.ID)
	if err != nil {
		return ImportResult{}, err
	}
	done, err := i.sheets.RowsDone(ctx, batch.Import.ID)
	if err != nil {
		return ImportResult{}, fmt.Errorf("read rows that are done: %w", err)
	}
	size := batch.Import.Batch
	if size <= 0 {
		size = defaultBatch
	}
	repeated := activity.GetInfo(ctx).Attempt > 1
	rows := sheet.Rows[min(batch.Done, len(sheet.Rows)):min(batch.Done+size, len(sheet.Rows))]
	outcomes := make([]view.ImportOutcome, len(rows))
	errs := make([]error, len(rows))
	var group sync.WaitGroup
	slots := make(chan struct{}, openers)
	for n, row := range rows {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if !done[row.Number] {
				outcomes[n], errs[n] = i.importRow(ctx, batch.Import, sheet, row, repeated)
			}
			activity.RecordHeartbeat(ctx, row.Number)
		})
	}
	group.Wait()
	result := ImportResult{Handled: len(rows)}
	for _, o := range outcomes {
		switch o {
		case view.RowOpened:
			result.Opened++
		case view.RowUnchanged:
			result.Unchanged++
		case view.RowRefused:
			result.Refused++
		case "": // done by an attempt before this one; the import's own counts have it
		}
	}
	return result, errors.Join(errs...)
}

// FinishImport ends the import.
func (i *Imports) FinishImport(ctx context.Context, in contract.ImportInput) error {
	return i.sheets.FinishImport(ctx, in.ID, nil) //nolint:wrapcheck // names itself
}

func (i *Imports) read(ctx context.Context, id string) (leadsheet.Sheet, error) {
	_, file, err := i.sheets.ImportSheet(ctx, id)
	if err != nil {
		return leadsheet.Sheet{}, fmt.Errorf("load sheet: %w", err)
	}
	return leadsheet.Read(file, leadsheet.Limits{}) //nolint:wrapcheck // the caller looks for *leadsheet.Error
}

// problem turns a reader's reason into a row of the import's report.
func problem(p leadsheet.Problem) view.ImportProblem {
	return view.ImportProblem{
		Row: p.Row, Column: p.Column, Cell: p.Cell, Code: string(p.Code), Value: p.Value,
		Text: deal.Text{ZH: p.Text("zh") + p.Hint("zh"), EN: p.Text("en") + " " + p.Hint("en")},
	}
}
