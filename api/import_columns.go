package api

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
)

type sheetColumnBody struct {
	Header  string   `json:"header" doc:"as written"`
	Letter  string   `json:"letter"`
	Field   string   `json:"field" doc:"what it is taken for; empty: it is not recognised"`
	Mapped  bool     `json:"mapped" doc:"by a mapping and not by its name"`
	Guess   string   `json:"guess" doc:"what a column may be that is not recognised; empty: no idea"`
	Samples []string `json:"samples" doc:"values of the first rows; empty for an import, whose sheet is not kept"`
}

type sheetFieldBody struct {
	Field string `json:"field" doc:"for a mapping"`
	Label string `json:"label" doc:"column name of the template"`
}

type sheetColumnsBody struct {
	Columns []sheetColumnBody `json:"columns"`
	Missing []string          `json:"missing" doc:"required columns that were not recognised, in the words of the template"`
	Doubled []string          `json:"doubled" doc:"fields that more than one column was taken for"`
	Fields  []sheetFieldBody  `json:"fields" doc:"what a mapping may name; ignore leaves a column out"`
}

type importColumnsBody struct {
	Columns []sheetColumnBody `json:"columns"`
}

type mappingBody struct {
	ID     string      `json:"id"`
	Header string      `json:"header"`
	Field  string      `json:"field"`
	Scope  string      `json:"scope" enum:"person,organisation" doc:"a person's own goes before the organisation's"`
	By     *personBody `json:"by,omitempty"`
	At     time.Time   `json:"at" doc:"when it was said last"`
}

type MappingPath struct {
	Mapping string `path:"mapping" maxLength:"64"`
}

func sheetColumnOf(c view.SheetColumn) sheetColumnBody {
	return sheetColumnBody{
		Header: c.Header, Letter: c.Letter, Field: c.Field, Mapped: c.Mapped, Guess: c.Guess, Samples: append([]string{}, c.Samples...),
	}
}

func (a *API) inspectSheet(ctx context.Context, in *uploadInput) (*reply[sheetColumnsBody], error) {
	up, done, err := a.receive(ctx, in)
	if err != nil {
		return nil, err
	}
	defer done()
	seen, err := a.Imports.Columns(ctx, who(ctx).person.ID, up.mapping, bytes.NewReader(up.sheet))
	if err != nil {
		return nil, fmt.Errorf("look at sheet: %w", err)
	}
	return &reply[sheetColumnsBody]{sheetColumnsBody{
		Columns: mapped(seen.Columns, sheetColumnOf), Missing: append([]string{}, seen.Missing...), Doubled: append([]string{}, seen.Doubled...),
		Fields: mapped(seen.Fields, func(f view.SheetField) sheetFieldBody { return sheetFieldBody(f) }),
	}}, nil
}

func (a *API) importColumns(ctx context.Context, in *ImportPath) (*reply[importColumnsBody], error) {
	imp, err := a.Imports.Import(ctx, who(ctx).viewer, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read import: %w", err)
	}
	return &reply[importColumnsBody]{importColumnsBody{mapped(imp.Columns, sheetColumnOf)}}, nil
}

func (a *API) importMappings(ctx context.Context, in *Paging) (*reply[list[mappingBody]], error) {
	me := who(ctx)
	all, err := a.Imports.Mappings(ctx, me.person.ID)
	if err != nil {
		return nil, fmt.Errorf("read mappings: %w", err)
	}
	slices.SortStableFunc(all, func(a, b view.ImportMapping) int { return b.At.Compare(a.At) })
	page, next, err := pageOf(all, *in, func(m view.ImportMapping) string { return m.ID })
	if err != nil {
		return nil, err
	}
	return listOf(mapped(page, func(m view.ImportMapping) mappingBody {
		scope := "person"
		if m.By == "" {
			scope = "organisation"
		}
		return mappingBody{ID: m.ID, Header: m.Header, Field: m.Field, Scope: scope, By: personIn(me.org, m.By), At: m.At.UTC()}
	}), next), nil
}

// forgetMapping takes back what the caller said of a header; sales operations speak for the organisation.
func (a *API) forgetMapping(ctx context.Context, in *MappingPath) (*struct{}, error) {
	me := who(ctx).person
	if err := a.Imports.ForgetMapping(ctx, me.ID, me.Role == deal.SalesOps, in.Mapping); err != nil {
		return nil, fmt.Errorf("forget mapping: %w", err)
	}
	return nil, nil //nolint:nilnil // 204: there is nothing to say
}
