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

// importRates are accounts a second, and CPU milliseconds of each, of sheets and of the bare start loop beside them.
type importRates struct {
	Rows               int
	Sheet, Starts      []float64
	SheetCPU, StartCPU []float64
}

// Sheets, BareStarts and Ratio are what the page shows.
func (r importRates) Sheets() spread     { return spreadOf(r.Sheet) }
func (r importRates) BareStarts() spread { return spreadOf(r.Starts) }
func (r importRates) Ratio() spread      { return spreadOf(pairs(r.Sheet, r.Starts)) }
func (r importRates) CPUOfRow() spread   { return spreadOf(r.SheetCPU) }
func (r importRates) CPUOfStart() spread { return spreadOf(r.StartCPU) }

// imports lets sheets and the bare start loop take turns: sheet, loop, loop, sheet. The loop starts as many empty
// workflows, as many at once as the import does.
func imports(ctx context.Context, pid int, i *importer, e *engine, p plan) (importRates, error) {
	r := importRates{Rows: p.Sheet}
	started := 0
	var ids []string
	loop := func() error {
		ids = ids[:0]
		for range p.Sheet {
			started++
			ids = append(ids, "bench/start/"+strconv.Itoa(started))
		}
		return inTurn(len(ids), openers, func(n int) error { return e.begin(ctx, ids[n], emptyName) })
	}
	sheet := func() error {
		_, err := i.take(ctx, p.Sheet)
		return err
	}
	measured := func(act func() error, rates, cpu *[]float64) error {
		before, err := usageOf(pid)
		if err != nil {
			return err
		}
		began := time.Now()
		if err := act(); err != nil {
			return err
		}
		*rates = append(*rates, float64(p.Sheet)/time.Since(began).Seconds())
		if err := pause(ctx, p.Quiet); err != nil { // what the engine does behind an answer belongs to it
			return err
		}
		after, err := usageOf(pid)
		used := after.minus(before)
		*cpu = append(*cpu, millis(used.Product+used.Postgres+used.Bench)/float64(p.Sheet))
		return err
	}
	for n := range 2 * p.SheetRuns {
		act, rates, cpu := sheet, &r.Sheet, &r.SheetCPU
		if n%4 == 1 || n%4 == 2 { // sheet, loop, loop, sheet
			act, rates, cpu = loop, &r.Starts, &r.StartCPU
		}
		if err := measured(act, rates, cpu); err != nil {
			return r, err
		}
		if err := e.end(ctx, ids); err != nil {
			return r, err
		}
		ids = ids[:0]
	}
	return r, nil
}
