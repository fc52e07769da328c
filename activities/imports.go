package activities

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

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
	// RowsDone are the rows that have an outcome, with the account that each was about.
	RowsDone(ctx context.Context, id string) (map[int]deal.AccountID, error)
	// SheetRead says how many rows have content, and which of them were refused by the sheet alone.
	SheetRead(ctx context.Context, id string, news view.SheetNews) error
	// RowDone keeps the outcome of one row; the same row twice counts once.
	RowDone(ctx context.Context, id string, row view.ImportRow) error
	// FinishImport ends an import and forgets its file. A reason refuses the sheet as a whole.
	FinishImport(ctx context.Context, id string, reason *view.ImportProblem) error
	// KnownLeads finds accounts by upsert key and by phone.
	KnownLeads(ctx context.Context, keys, phones []string) (view.KnownLeads, error)
	// Importer is whoever sends a sheet, as they see accounts now, with the organisation.
	Importer(ctx context.Context, id deal.PersonID) (view.Viewer, deal.Org, error)
	// ImportTarget is an account that a row may change.
	ImportTarget(ctx context.Context, id deal.AccountID) (view.ImportTarget, error)
	// ApplyImport writes what a row changes together with its outcome; [deal.ErrStale] if a record has moved since.
	ApplyImport(ctx context.Context, change view.ImportChange, row view.ImportRow) error
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
	zone         *time.Location
	log          *slog.Logger

	mu   sync.Mutex
	last *parsed // the sheet that was read last: its batches follow each other
}

// parsed is a sheet in memory.
type parsed struct {
	id    string
	sheet leadsheet.Sheet
	dry   bool
}

// NewImports needs all of its parts; sign makes keyed hashes, of staged drafts and of what sheets said, and in zone the days
// of the organisation begin.
func NewImports(
	sheets Sheets, opener Opener, installation string, sign func(string) string, zone *time.Location, log *slog.Logger,
) (*Imports, error) {
	if sheets == nil || opener == nil || installation == "" || sign == nil || zone == nil || log == nil {
		return nil, errors.New("imports need sheets, an opener, the installation, a signer, a zone and a logger")
	}
	return &Imports{sheets: sheets, opener: opener, installation: installation, sign: sign, zone: zone, log: log}, nil
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
	Updated   int `json:"updated,omitempty"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
}

const (
	defaultBatch = 500 // after a crash so many rows at most are asked for again
	openers      = 16  // accounts opened at once (trust-and-speed.md §2.3)
)

// ReadSheet reads the sheet once, keeps its problems and says how many rows are left to handle. A file that is no sheet
// is refused as a whole; the import is then over.
func (i *Imports) ReadSheet(ctx context.Context, in contract.ImportInput) (contract.ImportProgress, error) {
	defer alive(ctx)()
	read, err := i.read(ctx, in.ID)
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
	sheet := read.sheet
	refused := sheet.Refused()
	if err := i.sheets.SheetRead(ctx, in.ID, newsOf(sheet)); err != nil {
		return contract.ImportProgress{}, fmt.Errorf("keep what the sheet says: %w", err)
	}
	return contract.ImportProgress{Rows: len(sheet.Rows), Refused: len(refused)}, nil
}

// newsOf is what reading a sheet has shown.
func newsOf(sheet leadsheet.Sheet) view.SheetNews {
	news := view.SheetNews{
		Total: len(sheet.Rows) + len(sheet.Refused()), Header: sheet.Raw.Header, TrailName: sheet.Raw.TrailName, TrailHeader: sheet.Raw.TrailHeader,
	}
	for field, column := range sheet.Columns {
		news.Columns = append(news.Columns, view.SheetColumn{Header: column.Header, Letter: column.Letter, Field: string(field)})
	}
	for _, note := range sheet.Notes {
		letter := strings.TrimRight(note.Cell, "0123456789")
		news.Columns = append(news.Columns, view.SheetColumn{Header: note.Column, Letter: letter})
	}
	slices.SortFunc(news.Columns, func(a, b view.SheetColumn) int {
		return cmp.Compare(leadsheet.ColumnOf(a.Letter), leadsheet.ColumnOf(b.Letter))
	})
	for _, line := range sheet.Raw.Lines {
		news.Refused = append(news.Refused, view.SheetLine(line))
	}
	for _, line := range sheet.Raw.Trail {
		news.Trail = append(news.Trail, view.SheetLine(line))
	}
	for _, p := range sheet.Problems {
		news.Problems = append(news.Problems, problem(p))
	}
	return news
}

// ImportRows handles the next rows, several at a time, and keeps the outcome of each as soon as it is known.
func (i *Imports) ImportRows(ctx context.Context, next ImportBatch) (ImportResult, error) {
	defer alive(ctx)()
	read, err := i.read(ctx, next.Import.ID)
	if err != nil {
		return ImportResult{}, err
	}
	size := next.Import.Batch
	if size <= 0 {
		size = defaultBatch
	}
	all := read.sheet.Rows
	rows := all[min(next.Done, len(all)):min(next.Done+size, len(all))]
	b := &batch{Imports: i, in: next.Import, dry: read.dry, repeated: activity.GetInfo(ctx).Attempt > 1, sheet: read.sheet}
	done, err := b.prepare(ctx, rows)
	if err != nil {
		return ImportResult{}, err
	}
	outcomes := make([]view.ImportOutcome, len(rows))
	errs := make([]error, len(rows))
	var group sync.WaitGroup
	slots := make(chan struct{}, openers)
	for n, row := range rows {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if _, already := done[row.Number]; !already {
				outcomes[n], errs[n] = b.handle(ctx, row)
			}
		})
	}
	group.Wait()
	result := ImportResult{Handled: len(rows)}
	for _, o := range outcomes {
		switch o {
		case view.RowOpened:
			result.Opened++
		case view.RowUpdated:
			result.Updated++
		case view.RowUnchanged:
			result.Unchanged++
		case view.RowRefused:
			result.Refused++
		case "": // done by an attempt before this one; the import's own counts have it
		}
	}
	return result, errors.Join(errs...)
}

// beat is how often the engine hears that an activity goes on; it waits fifteen seconds for it.
const beat = 3 * time.Second

// alive sends heartbeats until it is stopped: a process that was killed is missed soon, one that reads a long sheet is not.
func alive(ctx context.Context) (stop func()) {
	done := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		ticker := time.NewTicker(beat)
		defer ticker.Stop()
		for {
			activity.RecordHeartbeat(ctx)
			select {
			case <-done:
				return
			case <-ticker.C:
			}
		}
	})
	return func() {
		close(done)
		group.Wait()
	}
}

// prepare asks once for all rows of a batch: who imports, what is known of the leads, which rows are done, and which row
// of the sheet was taken for an account first – the one that stands higher, whatever was quicker.
func (b *batch) prepare(ctx context.Context, rows []leadsheet.Row) (done map[int]deal.AccountID, err error) {
	if done, err = b.sheets.RowsDone(ctx, b.in.ID); err != nil {
		return nil, fmt.Errorf("read rows that are done: %w", err)
	}
	b.surroundings = surroundings{sign: b.Imports.sign, zone: b.Imports.zone}
	if b.importer, b.org, err = b.sheets.Importer(ctx, b.in.Actor); err != nil {
		return nil, fmt.Errorf("read importer: %w", err)
	}
	var keys, phones []string
	for _, row := range rows {
		keys = append(keys, row.Lead.Key(), row.Lead.NameKey())
		phones = append(phones, row.Lead.Phones()...)
	}
	if b.known, err = b.sheets.KnownLeads(ctx, keys, phones); err != nil {
		return nil, fmt.Errorf("look for leads: %w", err)
	}
	b.first = map[deal.AccountID]int{}
	take := func(id deal.AccountID, row int) {
		if was := b.first[id]; id != "" && (was == 0 || row < was) {
			b.first[id] = row
		}
	}
	for row, id := range done {
		take(id, row)
	}
	for _, row := range rows {
		if id, found := b.accountOf(row); found {
			take(id, row.Number)
		}
	}
	return done, nil
}

// FinishImport ends the import.
func (i *Imports) FinishImport(ctx context.Context, in contract.ImportInput) error {
	i.mu.Lock()
	if i.last != nil && i.last.id == in.ID {
		i.last = nil
	}
	i.mu.Unlock()
	return i.sheets.FinishImport(ctx, in.ID, nil) //nolint:wrapcheck // names itself
}

// read gives the sheet of an import. The last one stays in memory: reading 20,000 rows takes longer than looking at 500.
func (i *Imports) read(ctx context.Context, id string) (parsed, error) {
	i.mu.Lock()
	defer i.mu.Unlock() // one at a time: two sheets in pieces would take twice the memory
	if i.last != nil && i.last.id == id {
		return *i.last, nil
	}
	i.last = nil
	imp, file, err := i.sheets.ImportSheet(ctx, id)
	if err != nil {
		return parsed{}, fmt.Errorf("load sheet: %w", err)
	}
	mapping := leadsheet.Mapping{}
	for key, field := range imp.Mapping {
		mapping[key] = leadsheet.Field(field)
	}
	sheet, err := leadsheet.ReadAs(file, leadsheet.Limits{}, mapping)
	if err != nil {
		return parsed{}, err //nolint:wrapcheck // the caller looks for *leadsheet.Error
	}
	i.last = &parsed{id: id, sheet: sheet, dry: imp.DryRun}
	return *i.last, nil
}

// problem turns a reader's reason into a row of the import's report.
func problem(p leadsheet.Problem) view.ImportProblem {
	return view.ImportProblem{
		Row: p.Row, Column: p.Column, Cell: p.Cell, Code: string(p.Code), Value: p.Value,
		Text: deal.Text{ZH: p.Text("zh") + p.Hint("zh"), EN: p.Text("en") + " " + p.Hint("en")},
	}
}
