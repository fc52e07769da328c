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
	setImportTotal   = named("SetImportTotal")
	addImportRow     = named("AddImportRow")
	addImportProblem = named("AddImportProblem")
	importRowsDone   = named("ImportRowsDone")
	finishImport     = named("FinishImport")
	oneImport        = named("Import")
	importProblems   = named("ImportProblems")
)

// AddImport stores a lead sheet (at most 10 MB) that is to be taken in. The same ID is stored once.
func (s *Store) AddImport(ctx context.Context, id string, by deal.PersonID, filename string, sheet []byte) error {
	_, err := s.pool.Exec(ctx, string(addImport), id, string(by), filename, sheet)
	return fail("store import", err)
}

// ImportSheet is an import with its file, for the process itself. An import that is over has an empty file.
func (s *Store) ImportSheet(ctx context.Context, id string) (view.Import, []byte, error) {
	i, err := s.Import(ctx, view.Viewer{All: true}, id)
	if err != nil {
		return view.Import{}, nil, err
	}
	var sheet []byte
	err = s.pool.QueryRow(ctx, string(importSheet), id).Scan(&sheet)
	return i, sheet, fail("read sheet", err)
}

// SheetRead keeps how many rows have content, and which of them the sheet alone refuses and why. Twice is once.
func (s *Store) SheetRead(ctx context.Context, id string, total int, refused []int, problems []view.ImportProblem) error {
	return s.transact(ctx, "keep what the sheet says", func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(string(setImportTotal), id, total)
		for _, n := range refused {
			batch.Queue(string(addImportRow), id, n, string(view.RowRefused), nil)
		}
		place := make(map[int]int)
		for _, p := range problems {
			queueProblem(batch, id, place[p.Row], p)
			place[p.Row]++
		}
		return tx.SendBatch(ctx, batch).Close()
	})
}

func queueProblem(batch *pgx.Batch, id string, place int, p view.ImportProblem) {
	batch.Queue(string(addImportProblem), id, p.Row, place, p.Column, p.Cell, p.Code, p.Value, p.Text.ZH, p.Text.EN)
}

// RowDone keeps what became of one row. A row counts once, as it was first recorded.
func (s *Store) RowDone(ctx context.Context, id string, row view.ImportRow) error {
	return s.transact(ctx, "keep outcome of row", func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(string(addImportRow), id, row.Row, string(row.Outcome), orNull(row.Account))
		if row.Problem != nil {
			problem := *row.Problem
			problem.Row = row.Row
			queueProblem(batch, id, 0, problem)
		}
		return tx.SendBatch(ctx, batch).Close()
	})
}

// RowsDone are the sheet rows that have an outcome, so that a resumed import goes on behind them.
func (s *Store) RowsDone(ctx context.Context, id string) (map[int]bool, error) {
	rows, err := s.pool.Query(ctx, string(importRowsDone), id)
	if err != nil {
		return nil, fail("read rows that are done", err)
	}
	done := make(map[int]bool)
	var n int
	_, err = pgx.ForEachRow(rows, []any{&n}, func() error {
		done[n] = true
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
	var i view.Import
	batch := &pgx.Batch{}
	args := pgx.StrictNamedArgs{"id": id, "all": v.All, "owners": words(v.Owners)}
	batch.Queue(string(oneImport), args).QueryRow(func(row pgx.Row) error {
		return row.Scan(&i.ID, &i.By, &i.Filename, &i.Status, &i.Total, &i.Opened, &i.Unchanged, &i.Updated, &i.Refused,
			instant(&i.CreatedAt), instant(&i.FinishedAt))
	})
	batch.Queue(string(importProblems), id).Query(func(rows pgx.Rows) (err error) {
		i.Problems, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p view.ImportProblem, err error) {
			err = row.Scan(&p.Row, &p.Column, &p.Cell, &p.Code, &p.Value, &p.Text.ZH, &p.Text.EN)
			return p, err
		})
		return err
	})
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return view.Import{}, fail("read import", err)
	}
	return i, nil
}
