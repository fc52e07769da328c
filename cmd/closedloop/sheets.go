package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"closedloop/activities/leadsheet"
	"closedloop/activities/leadsheet/errata"
	"closedloop/api"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/workflows/contract"
)

// sheets takes lead sheets in for API and command line: the sheet is stored, then its workflow starts. The same ID
// starts once. A file that is no lead sheet at all is refused at the door, with nothing left behind.
type sheets struct {
	*node

	reading chan struct{} // one sheet is read at a time: in pieces it takes several times its size
}

func newSheets(n *node) sheets { return sheets{n, make(chan struct{}, 1)} }

// Start stores a sheet and starts its import. What the sender says of headers is remembered once the sheet is accepted.
func (s sheets) Start(ctx context.Context, order view.ImportOrder, sheet io.Reader) (view.Import, error) {
	file, err := whole(sheet)
	if err != nil {
		return view.Import{}, fmt.Errorf("read sheet: %w", err)
	}
	said, mapping, err := s.understood(ctx, order.By, order.Mapping, file)
	if err != nil {
		return view.Import{}, err
	}
	if err := s.readable(ctx, file, mapping); err != nil {
		return view.Import{}, err
	}
	fields := map[string]string{}
	for key, field := range mapping {
		fields[key] = string(field)
	}
	if err := s.store.AddImport(ctx, order, fields, file); err != nil {
		return view.Import{}, fmt.Errorf("keep sheet: %w", err)
	}
	if err := s.store.RememberMappings(ctx, said); err != nil {
		return view.Import{}, fmt.Errorf("remember mapping: %w", err)
	}
	_, err = s.engine.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: contract.ImportWorkflowID(order.ID), TaskQueue: contract.ImportsQueue,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE, // an import that is over finds nothing left to do
	}, contract.Import, contract.ImportInput{ID: order.ID, Actor: order.By})
	if err != nil {
		return view.Import{}, fmt.Errorf("%w: start import: %w", deal.ErrUnavailable, err)
	}
	imp, err := s.store.ImportStatus(ctx, view.Viewer{All: true}, order.ID)
	if err != nil {
		return view.Import{}, fmt.Errorf("read import: %w", err)
	}
	return imp, nil
}

// understood works out what the headers of a sheet mean beyond the words of the template: what the sender says, else what
// they said before, else what the organisation did. said is what to remember.
func (s sheets) understood(
	ctx context.Context, by deal.PersonID, explicit map[string]string, file []byte,
) (said []view.ImportMapping, mapping leadsheet.Mapping, err error) {
	given, err := leadsheet.ParseMapping(explicit)
	if err != nil {
		return nil, nil, sheetError(err)
	}
	remembered, err := s.remembered(ctx, by)
	if err != nil {
		return nil, nil, err
	}
	all := given.Over(remembered)
	seen, err := leadsheet.Inspect(file, leadsheet.Limits{}, all)
	if err == nil {
		err = seen.Check(explicit)
	}
	if err != nil {
		return nil, nil, sheetError(err)
	}
	whose := by
	who, _, err := s.store.Importer(ctx, by)
	if err != nil {
		return nil, nil, fmt.Errorf("read sender: %w", err)
	}
	if who.Person.Role == deal.SalesOps { // they speak for the organisation
		whose = ""
	}
	for header := range explicit {
		key := leadsheet.HeaderKey(header)
		said = append(said, view.ImportMapping{ID: mappingID(whose, key), Header: header, Key: key, Field: string(given[key]), By: whose})
	}
	mapping = leadsheet.Mapping{}
	for key, field := range all {
		if seen.Knows(key) {
			mapping[key] = field
		}
	}
	return said, mapping, nil
}

// remembered is what a person's headers mean by what was said before.
func (s sheets) remembered(ctx context.Context, by deal.PersonID) (leadsheet.Mapping, error) {
	all, err := s.store.Mappings(ctx, by)
	if err != nil {
		return nil, fmt.Errorf("read mappings: %w", err)
	}
	mapping := leadsheet.Mapping{}
	for _, m := range all { // of one header the person's own comes last
		if field, known := leadsheet.ParseField(m.Field); known {
			mapping[m.Key] = field
		}
	}
	return mapping, nil
}

// mappingID is how one entry is named: it follows from whose it is and the header.
func mappingID(whose deal.PersonID, key string) string {
	sum := sha256.Sum256([]byte(string(whose) + "/" + key))
	return hex.EncodeToString(sum[:12])
}

// readable refuses what can only be refused as a whole. Bad rows are no reason: the import reports them.
func (s sheets) readable(ctx context.Context, file []byte, mapping leadsheet.Mapping) error {
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the caller has gone
	}
	_, err := leadsheet.ReadAs(file, leadsheet.Limits{}, mapping)
	return sheetError(err)
}

// sheetError is a reader's reason in the words of the API.
func sheetError(err error) error {
	var unfit *leadsheet.Error
	if !errors.As(err, &unfit) {
		return err // the reader gives nothing else
	}
	e := &api.SheetError{
		Code: string(unfit.Code),
		Text: deal.Text{ZH: unfit.Text("zh"), EN: unfit.Text("en")}, Hint: deal.Text{ZH: unfit.Hint("zh"), EN: unfit.Hint("en")},
	}
	if unfit.IsMapping() {
		e.Pointer = "/mapping"
	}
	return e
}

// whole reads a sheet without holding it twice where its size is known.
func whole(sheet io.Reader) ([]byte, error) {
	if sized, ok := sheet.(interface{ Len() int }); ok {
		file := make([]byte, sized.Len())
		_, err := io.ReadFull(sheet, file)
		return file, err
	}
	return io.ReadAll(sheet)
}

// Import is how far an import is.
func (s sheets) Import(ctx context.Context, v view.Viewer, id string) (view.Import, error) {
	imp, err := s.store.ImportStatus(ctx, v, id)
	if err != nil {
		return imp, fmt.Errorf("read import: %w", err)
	}
	return imp, nil
}

// Problems are all reasons against rows of an import.
func (s sheets) Problems(ctx context.Context, v view.Viewer, id string) ([]view.ImportProblem, error) {
	imp, err := s.store.Import(ctx, v, id)
	if err != nil {
		return nil, fmt.Errorf("read import: %w", err)
	}
	return imp.Problems, nil
}

// Columns looks at a sheet without keeping it.
func (s sheets) Columns(ctx context.Context, by deal.PersonID, explicit map[string]string, sheet io.Reader) (view.SheetColumns, error) {
	var out view.SheetColumns
	file, err := whole(sheet)
	if err != nil {
		return out, fmt.Errorf("read sheet: %w", err)
	}
	given, err := leadsheet.ParseMapping(explicit)
	if err != nil {
		return out, sheetError(err)
	}
	remembered, err := s.remembered(ctx, by)
	if err != nil {
		return out, err
	}
	seen, err := leadsheet.Inspect(file, leadsheet.Limits{}, given.Over(remembered))
	if err == nil {
		err = seen.Check(explicit)
	}
	if err != nil {
		return out, sheetError(err)
	}
	for _, c := range seen.Columns {
		out.Columns = append(out.Columns, view.SheetColumn{
			Header: c.Header, Letter: c.Letter, Field: string(c.Field), Mapped: c.Mapped, Guess: string(c.Guess), Samples: c.Samples,
		})
	}
	out.Missing = seen.Missing
	for _, field := range seen.Doubled {
		out.Doubled = append(out.Doubled, string(field))
	}
	for _, field := range append(leadsheet.AllFields(), leadsheet.FieldIgnored) {
		out.Fields = append(out.Fields, view.SheetField{Field: string(field), Label: field.Label()})
	}
	return out, nil
}

// Rows is the report of an import by row.
func (s sheets) Rows(
	ctx context.Context, v view.Viewer, id string, outcome view.ImportOutcome, page view.Page,
) ([]view.ImportRowItem, string, error) {
	return s.store.ImportRows(ctx, v, id, outcome, page) //nolint:wrapcheck // says what it was doing
}

// Errata are the refused rows of an import as a file to correct and send again.
func (s sheets) Errata(ctx context.Context, v view.Viewer, id, format, lang string) ([]byte, error) {
	e, err := s.store.ImportErrata(ctx, v, id)
	if err != nil {
		return nil, fmt.Errorf("read refused rows: %w", err)
	}
	raw := leadsheet.Raw{Header: e.Header, TrailName: e.TrailName, TrailHeader: e.TrailHeader}
	for _, line := range e.Lines {
		raw.Lines = append(raw.Lines, leadsheet.RawLine(line))
	}
	for _, line := range e.Trail {
		raw.Trail = append(raw.Trail, leadsheet.RawLine(line))
	}
	faults := map[int][]errata.Fault{}
	for _, p := range e.Problems {
		faults[p.Row] = append(faults[p.Row], errata.Fault{Cell: p.Cell, Text: p.Text.In(lang)})
	}
	book := errata.Assemble(lang, raw, faults)
	var out bytes.Buffer
	write := book.WriteXLSX
	if errata.Format(format) == errata.CSV {
		write = book.WriteCSV
	}
	if err := write(&out); err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	return out.Bytes(), nil
}

// Mappings are what a person and the organisation said of headers.
func (s sheets) Mappings(ctx context.Context, by deal.PersonID) ([]view.ImportMapping, error) {
	return s.store.Mappings(ctx, by) //nolint:wrapcheck // says what it was doing
}

// ForgetMapping takes back what was said of a header.
func (s sheets) ForgetMapping(ctx context.Context, by deal.PersonID, organisation bool, id string) error {
	return s.store.ForgetMapping(ctx, by, organisation, id) //nolint:wrapcheck // says what it was doing
}
