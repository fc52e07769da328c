package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"closedloop/deal"
	"closedloop/deal/view"
)

var (
	addImport        = named("AddImport")
	importSheet      = named("ImportSheet")
	setImportRead    = named("SetImportRead")
	addImportRow     = named("AddImportRow")
	addImportLine    = named("AddImportLine")
	addImportProblem = named("AddImportProblem")
	importRowsDone   = named("ImportRowsDone")
	finishImport     = named("FinishImport")
	oneImport        = named("Import")
	importProblems   = named("ImportProblems")
)

// AddImport stores a lead sheet (at most 20 MiB) that is to be taken in, or only tried. The mapping is fixed with it: a row
// means the same in every attempt. The same ID is stored once.
func (s *Store) AddImport(ctx context.Context, order view.ImportOrder, mapping map[string]string, sheet []byte) error {
	if mapping == nil {
		mapping = map[string]string{}
	}
	_, err := s.pool.Exec(ctx, string(addImport), order.ID, string(order.By), order.Filename, sheet, order.DryRun, mapping)
	return fail("store import", err)
}

// ImportSheet is an import with its file, for the process itself. An import that is over has an empty file.
func (s *Store) ImportSheet(ctx context.Context, id string) (view.Import, []byte, error) {
	i, err := s.ImportStatus(ctx, view.Viewer{All: true}, id)
	if err != nil {
		return view.Import{}, nil, err
	}
	var sheet []byte
	err = s.pool.QueryRow(ctx, string(importSheet), id).Scan(&sheet)
	return i, sheet, fail("read sheet", err)
}

// rawHeads are the column names of a sheet as written.
type rawHeads struct {
	Header      []string `json:"header"`
	TrailName   string   `json:"trail_name,omitempty"`
	TrailHeader []string `json:"trail_header,omitempty"`
}

// importChunk is how many rows go to the database in one message: a sheet may have tens of thousands that are refused.
const importChunk = 1_000

// SheetRead keeps what reading a sheet has shown: how many rows have content, and which of them the sheet alone refuses and
// why. Twice is once.
func (s *Store) SheetRead(ctx context.Context, id string, news view.SheetNews) error {
	return s.transact(ctx, "keep what the sheet says", func(tx pgx.Tx) error {
		heads := rawHeads{Header: news.Header, TrailName: news.TrailName, TrailHeader: news.TrailHeader}
		columns := news.Columns
		if columns == nil {
			columns = []view.SheetColumn{}
		}
		if _, err := tx.Exec(ctx, string(setImportRead), id, news.Total, columns, heads); err != nil {
			return err
		}
		batch := &pgx.Batch{}
		send := func(atLeast int) error {
			if batch.Len() == 0 || batch.Len() < atLeast {
				return nil
			}
			full := batch
			batch = &pgx.Batch{}
			return tx.SendBatch(ctx, full).Close()
		}
		for _, line := range news.Refused {
			queueImportRow(batch, id, view.ImportRow{Row: line.Number, Outcome: view.RowRefused, Cells: line.Cells})
			if err := send(importChunk); err != nil {
				return err
			}
		}
		for _, line := range news.Trail {
			batch.Queue(string(addImportLine), id, line.Number, line.Cells)
		}
		place := make(map[int]int)
		for _, p := range news.Problems {
			queueProblem(batch, id, place[p.Row], p)
			place[p.Row]++
			if err := send(importChunk); err != nil {
				return err
			}
		}
		return send(0)
	})
}

// queueImportRow keeps what became of a row, with what it said or changed where somebody will want to see it.
func queueImportRow(batch *pgx.Batch, id string, row view.ImportRow) *pgx.QueuedQuery {
	var cells, trail, changes any
	if row.Cells != nil {
		cells = row.Cells
	}
	if row.Trail != nil {
		trail = row.Trail
	}
	if row.Changes != nil {
		changes = row.Changes
	}
	return batch.Queue(string(addImportRow), id, row.Row, string(row.Outcome), orNull(row.Account), cells, trail, changes)
}

func queueProblem(batch *pgx.Batch, id string, place int, p view.ImportProblem) {
	batch.Queue(string(addImportProblem), id, p.Row, place, p.Column, p.Cell, p.Code, p.Value, p.Text.ZH, p.Text.EN)
}

// RowDone keeps what became of one row. A row counts once, as it was first recorded.
func (s *Store) RowDone(ctx context.Context, id string, row view.ImportRow) error {
	return s.transact(ctx, "keep outcome of row", func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		queueImportRow(batch, id, row)
		queueProblems(batch, id, row)
		return tx.SendBatch(ctx, batch).Close()
	})
}

func queueProblems(batch *pgx.Batch, id string, row view.ImportRow) {
	for place, problem := range row.Problems {
		problem.Row = row.Row
		queueProblem(batch, id, place, problem)
	}
}

// RowsDone are the sheet rows that have an outcome, with the account that each was about, so that a resumed import goes on
// behind them.
func (s *Store) RowsDone(ctx context.Context, id string) (map[int]deal.AccountID, error) {
	rows, err := s.pool.Query(ctx, string(importRowsDone), id)
	if err != nil {
		return nil, fail("read rows that are done", err)
	}
	done := make(map[int]deal.AccountID)
	var n int
	var account deal.AccountID
	_, err = pgx.ForEachRow(rows, []any{&n, &account}, func() error {
		done[n] = account
		return nil
	})
	return done, fail("read rows that are done", err)
}

// FinishImport ends a running import and forgets its file. A reason refuses the sheet as a whole. An import that is
// over stays as it is.
func (s *Store) FinishImport(ctx context.Context, id string, reason *view.ImportProblem) error {
	return s.transact(ctx, "finish import", func(tx pgx.Tx) error {
		status := "done"
		if reason != nil {
			status = "failed"
		}
		tag, err := tx.Exec(ctx, string(finishImport), id, status)
		if err != nil || reason == nil || tag.RowsAffected() == 0 {
			return err
		}
		batch := &pgx.Batch{}
		queueProblem(batch, id, 0, *reason)
		return tx.SendBatch(ctx, batch).Close()
	})
}

// Import is one lead sheet on its way, for whoever brought it, their deputies, and those who see everything.
func (s *Store) Import(ctx context.Context, v view.Viewer, id string) (view.Import, error) {
	i, err := s.ImportStatus(ctx, v, id)
	if err != nil {
		return view.Import{}, err
	}
	rows, err := s.pool.Query(ctx, string(importProblems), id)
	if err != nil {
		return view.Import{}, fail("read import", err)
	}
	i.Problems, err = pgx.CollectRows(rows, scanImportProblem)
	return i, fail("read import", err)
}

// ImportStatus is the same without the reasons against its rows, of which there can be thousands.
func (s *Store) ImportStatus(ctx context.Context, v view.Viewer, id string) (view.Import, error) {
	var i view.Import
	args := pgx.StrictNamedArgs{"id": id, "all": v.All, "owners": words(v.Owners)}
	err := s.pool.QueryRow(ctx, string(oneImport), args).Scan(
		&i.ID, &i.By, &i.Filename, &i.Status, &i.DryRun, &i.Total, &i.Opened, &i.Unchanged, &i.Updated, &i.Refused,
		&i.Mapping, &i.Columns, instant(&i.CreatedAt), instant(&i.FinishedAt))
	return i, fail("read import", err)
}
