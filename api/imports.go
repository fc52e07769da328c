package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

type importBody struct {
	ID          string      `json:"id"`
	Filename    string      `json:"filename"`
	By          *personBody `json:"by,omitempty"`
	Status      string      `json:"status" enum:"running,done,failed"`
	DryRun      bool        `json:"dry_run" doc:"rows are judged, nothing is opened or changed"`
	Total       int         `json:"total" doc:"rows with content"`
	Opened      int         `json:"opened"`
	Updated     int         `json:"updated"`
	WouldOpen   int         `json:"would_open" doc:"in a dry run"`
	WouldChange int         `json:"would_change" doc:"in a dry run"`
	Unchanged   int         `json:"unchanged"`
	Refused     int         `json:"refused"`
	CreatedAt   time.Time   `json:"created_at"`
	FinishedAt  *time.Time  `json:"finished_at"`
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
	Filename string     `query:"filename" maxLength:"255" doc:"of an upload without multipart"`
	DryRun   switchName `query:"dry_run" doc:"true: judge every row as if, and open and change nothing"`
	Mapping  string     `query:"mapping" maxLength:"8000" doc:"JSON: what headers mean, header by field; also as a multipart field"`
}

type ImportPath struct {
	ID string `path:"id" maxLength:"64"`
}

type importErrorsInput struct {
	ImportPath
	Paging // as a file: the refused rows as they were, with the reasons, to correct and send again
}

// uploadTime is for a sheet to arrive over a slow line.
const uploadTime = 2 * time.Minute

func (a *API) importRoutes() {
	start := op(http.MethodPost, "/imports", "import-leads", "intake", "Import a lead sheet (xlsx or csv), or try it")
	start.Description = "Send the file as the multipart field file, or as the body itself. Rows are opened or changed by a workflow that " +
		"survives restarts. An account that is known by its credit code, or by name and territory, takes over what the sheet knows better; " +
		"what somebody edited since stays and is reported. What mapping says of headers is remembered."
	start.DefaultStatus = http.StatusAccepted
	registerWithin(a, uploadTime+a.Limits.RequestTimeout, start, a.startImport)
	look := op(http.MethodPost, "/imports/columns", "inspect-sheet", "intake", "What the columns of a lead sheet are, or may be")
	look.Description = "Nothing is kept. Columns that are not recognised come with a guess and values of the first rows; fields lists what " +
		"a mapping may name."
	registerWithin(a, uploadTime+a.Limits.RequestTimeout, look, a.inspectSheet)
	// Described only now: huma would read a body that it knows of, and hold it a second time.
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	body := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"multipart/form-data": {Schema: &huma.Schema{
			Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
				"file":    binary,
				"mapping": {Type: huma.TypeString, Description: "JSON: header by field"},
				"dry_run": {Type: huma.TypeString, Enum: []any{"true", "false"}},
			},
		}},
		"text/csv": {Schema: binary},
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {Schema: binary},
	}}
	for _, path := range []string{importPath, columnsPath} {
		a.huma.OpenAPI().Paths[path].Post.RequestBody = body
	}
	register(a, op(http.MethodGet, "/imports/{id}", "get-import", "intake", "How far an import is"), a.importStatus)
	refused := op(http.MethodGet, "/imports/{id}/errors", "list-import-errors", "intake", "Rows that were not taken, with column and reason")
	register(a, refused, a.importErrors)
	a.describeErrata()
	a.importReportRoutes()
}

// sheetUpload is a lead sheet as it arrived.
type sheetUpload struct {
	name    string
	sheet   []byte
	dry     bool
	mapping map[string]string
}

// receive takes a sheet in, if there is room for one more.
func (a *API) receive(ctx context.Context, in *uploadInput) (up sheetUpload, done func(), err error) {
	if err := needRole(ctx, deal.Rep, deal.Manager, deal.SalesOps); err != nil {
		return up, nil, err
	}
	select {
	case a.uploads <- struct{}{}:
		done = func() { <-a.uploads }
	default:
		return up, nil, no(http.StatusTooManyRequests, catalogue.Busy).retry(retryAfter)
	}
	c := callOf(ctx)
	_ = c.connection.SetWriteDeadline(time.Now().Add(uploadTime + a.Limits.RequestTimeout)) // the server's own is for short requests
	if up, err = c.upload(in, a.Limits.UploadBytes); err != nil {
		done()
		return up, nil, err
	}
	return up, done, nil
}

func (a *API) startImport(ctx context.Context, in *uploadInput) (*created[importBody], error) {
	up, done, err := a.receive(ctx, in)
	if err != nil {
		return nil, err
	}
	defer done()
	c := callOf(ctx)
	said, err := json.Marshal(up.mapping) // maps are encoded in the order of their keys
	if err != nil {
		return nil, fmt.Errorf("encode mapping: %w", err)
	}
	what := importPath + "/" + up.name
	if up.dry || len(up.mapping) > 0 {
		what += "?" + strconv.FormatBool(up.dry) + string(said)
	}
	c.fingerprint = fingerprint(http.MethodPost, what, up.sheet) // a repeated multipart body has another boundary
	return once(ctx, a, func() (*created[importBody], error) {
		order := view.ImportOrder{
			ID: derivedID("import", a.Installation, string(c.actor.person.ID), c.key), By: c.actor.person.ID,
			Filename: up.name, DryRun: up.dry, Mapping: up.mapping,
		}
		imp, err := a.Imports.Start(ctx, order, bytes.NewReader(up.sheet))
		if err != nil {
			return nil, fmt.Errorf("start import: %w", err)
		}
		return &created[importBody]{
			Status: http.StatusAccepted, Location: importPath + "/" + imp.ID, Body: importOf(c.actor.org, imp),
		}, nil
	})
}

// upload reads the file of a request, from its multipart field or from the body as a whole.
func (c *call) upload(in *uploadInput, limit int64) (up sheetUpload, err error) {
	body, err := c.slurp(limit, uploadTime)
	if err != nil {
		return up, err
	}
	kind, params, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil {
		kind = "application/octet-stream"
	}
	up = sheetUpload{name: in.Filename, sheet: body}
	fields := map[string]string{"mapping": in.Mapping, "dry_run": string(in.DryRun)}
	if kind == "multipart/form-data" {
		if up.name, up.sheet, err = fileParts(body, params["boundary"], fields); err != nil {
			return up, err
		}
	}
	if len(up.sheet) == 0 {
		return up, wrong(catalogue.SheetMissing, "/file")
	}
	if !looksLikeSheet(up.sheet) {
		f := no(http.StatusUnsupportedMediaType, catalogue.NotASheet)
		f.reasons = []reason{{code: catalogue.NotASheet, pointer: "/file"}}
		return up, f
	}
	up.name, up.dry = plainName(up.name), fields["dry_run"] == "true"
	if said := fields["mapping"]; said != "" {
		if err := json.Unmarshal([]byte(said), &up.mapping); err != nil || !isText(said) {
			return up, wrong(catalogue.BadMapping, "/mapping")
		}
	}
	return up, nil
}

// fileParts finds the file in a multipart body, and the fields that are asked for beside it.
func fileParts(body []byte, boundary string, fields map[string]string) (name string, file []byte, err error) {
	const longest = 64 << 10 // of a field beside the file
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	found := false
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) && found {
			return name, file, nil
		}
		if errors.Is(err, io.EOF) {
			return "", nil, wrong(catalogue.SheetMissing, "/file")
		}
		if err != nil {
			return "", nil, wrong("bad_upload", "/file")
		}
		_, wanted := fields[part.FormName()]
		switch {
		case wanted:
			text, err := io.ReadAll(io.LimitReader(part, longest+1))
			if err != nil || len(text) > longest {
				return "", nil, wrong("bad_upload", "/"+part.FormName())
			}
			fields[part.FormName()] = string(text)
		case part.FormName() == "file" && !found:
			if file, err = io.ReadAll(part); err != nil {
				return "", nil, wrong("bad_upload", "/file")
			}
			name, found = part.FileName(), true
		}
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

// problemID tells the problems of one sheet apart.
func problemID(p view.ImportProblem) string {
	return fmt.Sprintf("%d/%s/%s/%s", p.Row, p.Column, p.Cell, p.Code)
}

func importOf(org deal.Org, i view.Import) importBody {
	b := importBody{
		ID: i.ID, Filename: i.Filename, By: personIn(org, i.By), Status: i.Status, DryRun: i.DryRun, Total: i.Total, Opened: i.Opened,
		Updated: i.Updated, Unchanged: i.Unchanged, Refused: i.Refused, CreatedAt: i.CreatedAt.UTC(), FinishedAt: instant(i.FinishedAt),
	}
	if i.DryRun {
		b.WouldOpen, b.WouldChange, b.Opened, b.Updated = i.Opened, i.Updated, 0, 0
	}
	return b
}
