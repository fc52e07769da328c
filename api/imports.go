package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

type importBody struct {
	ID         string      `json:"id"`
	Filename   string      `json:"filename"`
	By         *personBody `json:"by,omitempty"`
	Status     string      `json:"status" enum:"running,done,failed"`
	Total      int         `json:"total" doc:"rows with content"`
	Opened     int         `json:"opened"`
	Unchanged  int         `json:"unchanged"`
	Updated    int         `json:"updated"`
	Refused    int         `json:"refused"`
	CreatedAt  time.Time   `json:"created_at"`
	FinishedAt *time.Time  `json:"finished_at"`
}

type importProblemBody struct {
	Row    int    `json:"row" doc:"of the sheet; the header is row 1. 0: about the sheet as a whole"`
	Column string `json:"column" doc:"heading"`
	Cell   string `json:"cell"`
	Code   string `json:"code"`
	Value  string `json:"value"`
	Text   string `json:"text" doc:"in the language asked for"`
}

type uploadInput struct {
	Filename string `query:"filename" maxLength:"255" doc:"of an upload without multipart"`
}

type ImportPath struct {
	ID string `path:"id" maxLength:"64"`
}

type importErrorsInput struct {
	ImportPath
	Paging
}

// uploadTime is for a sheet to arrive over a slow line.
const uploadTime = 2 * time.Minute

func (a *API) importRoutes() {
	start := op(http.MethodPost, "/imports", "import-leads", "intake", "Import a lead sheet (xlsx or csv)")
	start.Description = "Send the file as the multipart field file, or as the body itself. Rows are opened by a workflow that survives " +
		"restarts; a row that is known is left as it is."
	start.DefaultStatus = http.StatusAccepted
	registerWithin(a, uploadTime+a.Limits.RequestTimeout, start, a.startImport)
	// Described only now: huma would read a body that it knows of, and hold it a second time.
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	a.huma.OpenAPI().Paths[importPath].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"multipart/form-data": {Schema: &huma.Schema{
			Type: huma.TypeObject, Properties: map[string]*huma.Schema{"file": binary}, Required: []string{"file"},
		}},
		"text/csv": {Schema: binary},
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {Schema: binary},
	}}
	register(a, op(http.MethodGet, "/imports/{id}", "get-import", "intake", "How far an import is"), a.importStatus)
	register(a, op(http.MethodGet, "/imports/{id}/errors", "list-import-errors", "intake", "Rows that were not taken, with column and reason"),
		a.importErrors)
}

func (a *API) startImport(ctx context.Context, in *uploadInput) (*created[importBody], error) {
	if err := needRole(ctx, deal.Rep, deal.Manager, deal.SalesOps); err != nil {
		return nil, err
	}
	select {
	case a.uploads <- struct{}{}:
		defer func() { <-a.uploads }()
	default:
		return nil, no(http.StatusTooManyRequests, catalogue.Busy).retry(retryAfter)
	}
	c := callOf(ctx)
	_ = c.connection.SetWriteDeadline(time.Now().Add(uploadTime + a.Limits.RequestTimeout)) // the server's own is for short requests
	name, sheet, err := c.upload(in.Filename, a.Limits.UploadBytes)
	if err != nil {
		return nil, err
	}
	c.fingerprint = fingerprint(http.MethodPost, importPath+"/"+name, sheet) // a repeated multipart body has another boundary
	return once(ctx, a, func() (*created[importBody], error) {
		id := derivedID("import", a.Installation, string(c.actor.person.ID), c.key)
		imp, err := a.Imports.Start(ctx, id, c.actor.person.ID, name, bytes.NewReader(sheet))
		if err != nil {
			return nil, fmt.Errorf("start import: %w", err)
		}
		return &created[importBody]{
			Status: http.StatusAccepted, Location: importPath + "/" + imp.ID, Body: importOf(c.actor.org, imp),
		}, nil
	})
}

// upload reads the file of a request, from its multipart field or from the body as a whole.
func (c *call) upload(filename string, limit int64) (name string, sheet []byte, err error) {
	body, err := c.slurp(limit, uploadTime)
	if err != nil {
		return "", nil, err
	}
	kind, params, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil {
		kind = "application/octet-stream"
	}
	sheet = body
	if kind == "multipart/form-data" {
		if filename, sheet, err = filePart(body, params["boundary"]); err != nil {
			return "", nil, err
		}
	}
	if len(sheet) == 0 {
		return "", nil, wrong(catalogue.SheetMissing, "/file")
	}
	if !looksLikeSheet(sheet) {
		f := no(http.StatusUnsupportedMediaType, catalogue.NotASheet)
		f.reasons = []reason{{code: catalogue.NotASheet, pointer: "/file"}}
		return "", nil, f
	}
	return plainName(filename), sheet, nil
}

func filePart(body []byte, boundary string) (name string, file []byte, err error) {
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, wrong(catalogue.SheetMissing, "/file")
		}
		if err != nil {
			return "", nil, wrong("bad_upload", "/file")
		}
		if part.FormName() != "file" {
			continue
		}
		if file, err = io.ReadAll(part); err != nil {
			return "", nil, wrong("bad_upload", "/file")
		}
		return part.FileName(), file, nil
	}
}

// looksLikeSheet tells a workbook (a zip archive) and CSV from everything else by its first bytes; what is in it is
// judged by who reads it.
func looksLikeSheet(file []byte) bool {
	head := file[:min(len(file), 8<<10)]
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return true
	}
	return !bytes.HasPrefix(head, []byte("%PDF")) && !bytes.ContainsRune(head, 0)
}

// plainName is what is kept of a file's name: its last part, without what only a terminal would understand.
func plainName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "�"), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	for utf8.RuneCountInString(name) > 255 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if name == "" || name == "." || name == "/" {
		return "leads"
	}
	return name
}

func (a *API) importStatus(ctx context.Context, in *ImportPath) (*reply[importBody], error) {
	imp, err := a.Imports.Import(ctx, who(ctx).viewer, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read import: %w", err)
	}
	return &reply[importBody]{importOf(who(ctx).org, imp)}, nil
}

func (a *API) importErrors(ctx context.Context, in *importErrorsInput) (*reply[list[importProblemBody]], error) {
	imp, err := a.Imports.Import(ctx, who(ctx).viewer, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read import: %w", err)
	}
	page, next, err := pageOf(imp.Problems, in.Paging, problemID)
	if err != nil {
		return nil, err
	}
	lang := callOf(ctx).lang
	return listOf(mapped(page, func(p view.ImportProblem) importProblemBody {
		return importProblemBody{Row: p.Row, Column: p.Column, Cell: p.Cell, Code: p.Code, Value: p.Value, Text: p.Text.In(lang)}
	}), next), nil
}

// problemID tells the problems of one sheet apart.
func problemID(p view.ImportProblem) string {
	return fmt.Sprintf("%d/%s/%s/%s", p.Row, p.Column, p.Cell, p.Code)
}

func importOf(org deal.Org, i view.Import) importBody {
	return importBody{
		ID: i.ID, Filename: i.Filename, By: personIn(org, i.By), Status: i.Status, Total: i.Total, Opened: i.Opened, Unchanged: i.Unchanged,
		Updated: i.Updated, Refused: i.Refused, CreatedAt: i.CreatedAt.UTC(), FinishedAt: instant(i.FinishedAt),
	}
}
