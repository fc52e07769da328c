package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"closedloop/activities/leadsheet/leadsheettest"
)

// importer takes generated lead sheets in through the API. They are pieces of one sheet, in which no two rows are alike.
type importer struct {
	ops    *rest
	header []byte
	rows   [][]byte // not yet imported
	sheets int
}

// newImporter generates as many good rows as will be imported.
func newImporter(ops *rest, rows int) (*importer, error) {
	var all bytes.Buffer
	if err := leadsheettest.Generate(&all, rows, 1); err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	lines := bytes.SplitAfter(all.Bytes(), []byte{'\n'})
	return &importer{ops: ops, header: lines[0], rows: lines[1 : rows+1]}, nil
}

// take imports a sheet of so many rows and tells how long it took from the upload until it was done.
func (i *importer) take(ctx context.Context, rows int) (time.Duration, error) {
	i.sheets++
	sheet := append(bytes.Clone(i.header), bytes.Join(i.rows[:rows], nil)...)
	i.rows = i.rows[rows:]
	var state struct {
		ID     string `json:"id"`
		Status string `json:"status"`
		Opened int    `json:"opened"`
	}
	began := time.Now()
	path := "/imports?filename=leads-" + strconv.Itoa(i.sheets) + ".csv"
	err := i.ops.call(ctx, http.MethodPost, path, sheet, &state, "Content-Type", "text/csv", "Idempotency-Key", i.ops.newKey())
	if err != nil {
		return 0, fmt.Errorf("upload sheet: %w", err)
	}
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for state.Status == "running" {
		select {
		case <-ctx.Done():
			return 0, ctx.Err() //nolint:wrapcheck // interrupted
		case <-ticker.C:
		}
		if err := i.ops.get(ctx, "/imports/"+state.ID, &state); err != nil {
			return 0, fmt.Errorf("ask for import: %w", err)
		}
	}
	took := time.Since(began)
	if state.Status != "done" || state.Opened != rows {
		return 0, fmt.Errorf("import %s: %s, %d of %d rows opened", state.ID, state.Status, state.Opened, rows)
	}
	return took, nil
}

// importRates are accounts a second.
type importRates struct {
	Rows   int
	Sheet  []float64
	Starts []float64 // of the bare start loop, beside each sheet
}

// Sheets, BareStarts and Ratio are what the page shows.
func (r importRates) Sheets() spread     { return spreadOf(r.Sheet) }
func (r importRates) BareStarts() spread { return spreadOf(r.Starts) }
func (r importRates) Ratio() spread      { return spreadOf(pairs(r.Sheet, r.Starts)) }

// imports lets sheets and the bare start loop take turns: sheet, loop, loop, sheet. The loop starts as many empty
// workflows, as many at once as the import does.
func imports(ctx context.Context, i *importer, e *engine, p plan) (importRates, error) {
	r := importRates{Rows: p.Sheet}
	started := 0
	loop := func() error {
		began := time.Now()
		ids := make([]string, p.Sheet)
		for n := range ids {
			started++
			ids[n] = "bench/start/" + strconv.Itoa(started)
		}
		if err := inTurn(len(ids), openers, func(n int) error { return e.begin(ctx, ids[n], emptyName) }); err != nil {
			return err
		}
		r.Starts = append(r.Starts, float64(p.Sheet)/time.Since(began).Seconds())
		return e.end(ctx, ids)
	}
	sheet := func() error {
		took, err := i.take(ctx, p.Sheet)
		r.Sheet = append(r.Sheet, float64(p.Sheet)/took.Seconds())
		return err
	}
	for n := range p.SheetRuns {
		turn := []func() error{sheet, loop}
		if n%2 == 1 {
			turn = []func() error{loop, sheet}
		}
		for _, act := range turn {
			if err := act(); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}
