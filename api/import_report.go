package api

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/deal/view"
)

type importRowsInput struct {
	ImportPath
	Paging
	Status string `query:"status" enum:"opened,updated,would_open,would_change,unchanged,refused" doc:"only rows of this outcome"`
}

type importRowBody struct {
	Row      int                 `json:"row" doc:"of the sheet; the header is row 1"`
	Status   string              `json:"status" enum:"opened,updated,would_open,would_change,unchanged,refused"`
	Account  *importedAccountRef `json:"account,omitempty" doc:"that it opened, changed or met; absent outside your scope and where it would be opened"`
	Hidden   bool                `json:"hidden" doc:"the account is not yours to see: what stands there is left out"`
	Changes  []importChangeBody  `json:"changes" doc:"what was changed, or would be; of a row that opened an account without a dry run empty"`
	Problems []importProblemBody `json:"problems"`
}

type importedAccountRef struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Name   string `json:"name"`
}

type importChangeBody struct {
	Record string `json:"record" enum:"profile,lead,contact,history"`
	Field  string `json:"field" doc:"in the words of that record"`
	Who    string `json:"who" doc:"of a contact its name, of the history who did it"`
	Column string `json:"column" doc:"heading"`
	From   string `json:"from" doc:"empty: nothing stood there, or it is not yours to see"`
	To     string `json:"to"`
}

// errataOutput is the list of reasons as JSON, or a file.
type errataOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        any
}

func (a *API) importReportRoutes() {
	rows := op(http.MethodGet, "/imports/{id}/rows", "list-import-rows", "intake", "What became of every row, or would")
	rows.Description = "In a dry run also what would be opened and, value by value, what would change from what to what. Thirty days after the " +
		"import only the outcomes are left."
	register(a, rows, a.importRows)
	register(a, op(http.MethodGet, "/imports/{id}/columns", "list-import-columns", "intake", "What the columns were taken for"), a.importColumns)
	register(a, op(http.MethodGet, "/imports/mappings", "list-import-mappings", "intake", "What headers were said to mean"), a.importMappings)
	register(a, op(http.MethodDelete, "/imports/mappings/{mapping}", "forget-import-mapping", "intake", "Forget what a header was said to mean"),
		a.forgetMapping)
}

// describeErrata says what huma cannot see: the answer is a list, or a file.
func (a *API) describeErrata() {
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	listed := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[list[importProblemBody]](), true, "")
	a.huma.OpenAPI().Paths[importPath+"/{id}/errors"].Get.Responses["200"].Content = map[string]*huma.MediaType{
		"application/json": {Schema: listed}, csvType: {Schema: binary}, xlsxType: {Schema: binary},
	}
}

const (
	csvType  = "text/csv; charset=utf-8"
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

func (a *API) importErrors(ctx context.Context, in *importErrorsInput) (*errataOutput, error) {
	c := callOf(ctx)
	if in.Format == "xlsx" || in.Format == "csv" {
		return a.errata(ctx, in.ID, string(in.Format))
	}
	problems, err := a.Imports.Problems(ctx, c.actor.viewer, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read import: %w", err)
	}
	page, next, err := pageOf(problems, in.Paging, problemID)
	if err != nil {
		return nil, err
	}
	return &errataOutput{Body: listOf(mapped(page, c.importProblem), next).Body}, nil
}

// errata is the refused rows as a file, named after the sheet.
func (a *API) errata(ctx context.Context, id, format string) (*errataOutput, error) {
	c := callOf(ctx)
	imp, err := a.Imports.Import(ctx, c.actor.viewer, id)
	if err != nil {
		return nil, fmt.Errorf("read import: %w", err)
	}
	file, err := a.Imports.Errata(ctx, c.actor.viewer, id, format, c.lang)
	if err != nil {
		return nil, fmt.Errorf("write refused rows: %w", err)
	}
	kind := xlsxType
	if format == "csv" {
		kind = csvType
	}
	name := strings.TrimSuffix(imp.Filename, path.Ext(imp.Filename)) + "-errors." + format
	return &errataOutput{ContentType: kind, Disposition: attachment(name), Body: file}, nil
}

func (c *call) importProblem(p view.ImportProblem) importProblemBody {
	return importProblemBody{Row: p.Row, Column: p.Column, Cell: p.Cell, Code: p.Code, Value: p.Value, Text: p.Text.In(c.lang)}
}

// outcomeOf is the outcome behind a status; a dry run has words of its own for what did not happen.
func outcomeOf(status string) view.ImportOutcome {
	switch status {
	case "would_open":
		return view.RowOpened
	case "would_change":
		return view.RowUpdated
	}
	return view.ImportOutcome(status)
}

func statusOfRow(outcome view.ImportOutcome, dry bool) string {
	switch {
	case dry && outcome == view.RowOpened:
		return "would_open"
	case dry && outcome == view.RowUpdated:
		return "would_change"
	}
	return string(outcome)
}

func (a *API) importRows(ctx context.Context, in *importRowsInput) (*reply[list[importRowBody]], error) {
	c := callOf(ctx)
	imp, err := a.Imports.Import(ctx, c.actor.viewer, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read import: %w", err)
	}
	rows, next, err := a.Imports.Rows(ctx, c.actor.viewer, in.ID, outcomeOf(in.Status), in.page())
	if err != nil {
		return nil, fmt.Errorf("read rows of import: %w", err)
	}
	return listOf(mapped(rows, func(r view.ImportRowItem) importRowBody {
		b := importRowBody{
			Row: r.Row, Status: statusOfRow(r.Outcome, imp.DryRun), Hidden: r.Hidden, Problems: mapped(r.Problems, c.importProblem),
			Changes: mapped(r.Changes, func(change view.FieldChange) importChangeBody {
				return importChangeBody{
					Record: change.Record, Field: change.Field, Who: change.Who, Column: change.Column, From: change.From, To: change.To,
				}
			}),
		}
		if r.Account != "" && r.Number != "" {
			b.Account = &importedAccountRef{ID: string(r.Account), Number: r.Number, Name: r.Name}
		}
		return b
	}), next), nil
}
