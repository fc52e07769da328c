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
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/docs"
	"closedloop/playbook"
)

// Editions keeps the versions of playbooks, whichever process brought them.
type Editions interface {
	// Refresh takes in what other processes have stored.
	Refresh(ctx context.Context) error
	// Editions are the versions of a playbook, newest first; Edition is one with its text (0: the newest).
	Editions(ctx context.Context, name string) ([]view.Edition, error)
	Edition(ctx context.Context, name string, version int) (view.Edition, error)
	// Install checks a text, stores it and lets new cycles begin with it; with check it only says what would come of it.
	// [playbook.Problems], [playbook.ErrChanged] and [playbook.ErrNotNewer] are for whoever wrote the text.
	Install(ctx context.Context, by deal.PersonID, text []byte, check bool) (view.Edition, error)
	// Preview says what a move of an account would change, and how the deadlines of its step would stand.
	Preview(to deal.BookRef, s deal.State, region string, r deal.Records, at time.Time) (playbook.Change, []deal.Clock, error)
}

type editionBody struct {
	Name        string             `json:"name"`
	Version     int                `json:"version"`
	Checksum    string             `json:"checksum" doc:"SHA-256 of the text"`
	Installed   bool               `json:"installed" doc:"while the program ran; otherwise a file brought it"`
	InstalledBy *personBody        `json:"installed_by,omitempty"`
	InstalledAt *time.Time         `json:"installed_at"`
	StoredAt    *time.Time         `json:"stored_at" doc:"null in a dry run of a version that is not there yet"`
	Newest      bool               `json:"newest" doc:"new cycles begin with it"`
	Usable      bool               `json:"usable" doc:"accounts on it go on; false: they stand still until they are moved to another version"`
	Faults      []editionFaultBody `json:"faults" doc:"why this release would refuse the text as a file; accounts on it go on as long as it is usable"`
}

type editionFaultBody struct {
	Line   int    `json:"line" doc:"0: about the whole"`
	Reason string `json:"reason"`
}

type installInput struct {
	DryRun bool `query:"dry_run" doc:"only check, and change nothing"`
}

type editionsInput struct {
	Paging
	Name string `path:"name" maxLength:"64"`
}

// describedOutput is a described playbook, or its text.
type describedOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        any
}

// schemaOutput is the published schema as it stands in its file.
type schemaOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

const (
	editionsPath = base + "/playbooks" // its POST reads the body itself
	yamlType     = "application/yaml"
	schemaType   = "application/schema+json"
)

func (a *API) editionRoutes() {
	install := op(http.MethodPost, "/playbooks", "install-playbook", "setup", "Install a version of a playbook, or only check it")
	install.Description = "For administrators. Send the YAML as text/yaml, in the field text of JSON, or as the multipart field file. " +
		"Every fault comes with its line. New cycles begin with the version at once, in every process; running accounts stay on theirs " +
		"until somebody moves them."
	install.DefaultStatus = http.StatusCreated
	register(a, install, a.installPlaybook)
	text := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	// Described only now: huma would read a body that it knows of, and refuse YAML.
	a.huma.OpenAPI().Paths[editionsPath].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"text/yaml": text,
		"application/json": {Schema: &huma.Schema{
			Type: huma.TypeObject, Properties: map[string]*huma.Schema{"text": {Type: huma.TypeString}}, Required: []string{"text"},
		}},
		"multipart/form-data": {Schema: &huma.Schema{
			Type: huma.TypeObject, Properties: map[string]*huma.Schema{"file": {Type: huma.TypeString, Format: "binary"}}, Required: []string{"file"},
		}},
	}}
	register(a, op(http.MethodGet, "/playbooks/{name}/versions", "list-playbook-versions", "setup", "Versions of a playbook, newest first"), a.editions)
	schema := public(op(http.MethodGet, "/playbooks/schema.json", "get-playbook-schema", "setup", "The JSON Schema of the playbook format, for editors"))
	register(a, schema, a.playbookSchema)
	a.huma.OpenAPI().Paths[editionsPath+"/schema.json"].Get.Responses["200"].Content = map[string]*huma.MediaType{
		schemaType: {Schema: &huma.Schema{Type: huma.TypeObject}},
	}
}

// offersYAML says in the OpenAPI file that a described playbook is to be had as its text, too.
func (a *API) offersYAML() {
	answer := a.huma.OpenAPI().Paths[editionsPath+"/{name}"].Get.Responses["200"]
	answer.Content[yamlType] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Description: "the text as it was written"}}
}

func (a *API) playbookSchema(context.Context, *struct{}) (*schemaOutput, error) {
	return &schemaOutput{schemaType, docs.PlaybookSchema}, nil
}

func (a *API) editions(ctx context.Context, in *editionsInput) (*reply[list[editionBody]], error) {
	all, err := a.Editions.Editions(ctx, in.Name)
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	page, next, err := pageOf(all, in.Paging, func(e view.Edition) string { return strconv.Itoa(e.Ref.Version) })
	if err != nil {
		return nil, err
	}
	org := who(ctx).org
	return listOf(mapped(page, func(e view.Edition) editionBody { return editionOf(org, e) }), next), nil
}

func editionOf(org deal.Org, e view.Edition) editionBody {
	return editionBody{
		Name: e.Ref.Name, Version: e.Ref.Version, Checksum: e.Checksum, Installed: e.Installed, InstalledBy: personIn(org, e.InstalledBy),
		InstalledAt: instant(e.InstalledAt), StoredAt: instant(e.StoredAt), Newest: e.Newest, Usable: e.Usable,
		Faults: mapped(e.Faults, func(f view.EditionFault) editionFaultBody { return editionFaultBody{f.Line, f.Reason} }),
	}
}

// asksForText tells whether the caller wants the text of a playbook and not what it says.
func asksForText(c *call) bool {
	for kind := range strings.SplitSeq(c.request.Header.Get("Accept"), ",") {
		name, _, _ := mime.ParseMediaType(strings.TrimSpace(kind))
		if isYAML(name) {
			return true
		}
	}
	return false
}

func isYAML(kind string) bool {
	switch kind {
	case yamlType, "text/yaml", "application/x-yaml", "text/x-yaml":
		return true
	}
	return false
}

func (a *API) playbookText(ctx context.Context, name string, version int) (*describedOutput, error) {
	e, err := a.Editions.Edition(ctx, name, version)
	if err != nil {
		return nil, fmt.Errorf("read playbook: %w", err)
	}
	file := mime.FormatMediaType("attachment", map[string]string{"filename": fmt.Sprintf("%s-%d.yaml", e.Ref.Name, e.Ref.Version)})
	return &describedOutput{ContentType: yamlType, Disposition: file, Body: e.Text}, nil
}

func (a *API) installPlaybook(ctx context.Context, in *installInput) (*created[editionBody], error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	c := callOf(ctx)
	text, err := c.playbookText(a.Limits)
	if err != nil {
		return nil, err
	}
	c.fingerprint = fingerprint(http.MethodPost, editionsPath, text) // a repeated multipart body has another boundary
	install := func() (*created[editionBody], error) {
		e, err := a.Editions.Install(ctx, c.actor.person.ID, text, in.DryRun)
		if err != nil {
			return nil, badEdition(err)
		}
		out := &created[editionBody]{Status: http.StatusOK, Body: editionOf(c.actor.org, e)}
		if !in.DryRun {
			out.Status, out.Location = http.StatusCreated, fmt.Sprintf("%s/%s?version=%d", editionsPath, e.Ref.Name, e.Ref.Version)
			a.Logger.InfoContext(ctx, "playbook installed", "trace_id", c.trace, "actor", c.actor.person.ID, "playbook", e.Ref.Name,
				"version", e.Ref.Version, "checksum", e.Checksum)
		}
		return out, nil
	}
	if in.DryRun { // a check is no act: it is made anew each time, and its key stays free for the act
		return install()
	}
	return once(ctx, a, install)
}

// badEdition says what is wrong with a text, line by line.
func badEdition(err error) error {
	var problems playbook.Problems
	switch {
	case errors.As(err, &problems):
		f := no(http.StatusUnprocessableEntity, catalogue.PlaybookRefused)
		for _, p := range problems {
			f.reasons = append(f.reasons, reasonOf(p))
		}
		return f
	case errors.Is(err, playbook.ErrChanged):
		return no(http.StatusConflict, catalogue.PlaybookChanged)
	case errors.Is(err, playbook.ErrNotNewer):
		return no(http.StatusConflict, catalogue.PlaybookNotNewer)
	}
	return fmt.Errorf("install playbook: %w", err)
}

// reasonOf is one fault of a playbook's text. What is wrong is said in English, as by `closedloop playbook check`: it names
// keys and words of the format.
func reasonOf(p playbook.Problem) reason {
	r := reason{code: catalogue.PlaybookFault, text: deal.Text{ZH: "作战手册:" + p.Reason, EN: p.Reason}}
	if p.Line > 0 {
		line := strconv.Itoa(p.Line)
		r.pointer = "line/" + line
		r.text = deal.Text{ZH: "第 " + line + " 行:" + p.Reason, EN: "line " + line + ": " + p.Reason}
	}
	return r
}

// playbookText reads the text of a request in any of the forms in which it may come.
func (c *call) playbookText(l Limits) ([]byte, error) {
	body, err := c.slurp(l.BodyBytes, l.BodyTimeout)
	if err != nil {
		return nil, err
	}
	kind, params, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	switch {
	case err == nil && isYAML(kind):
	case err == nil && kind == "application/json":
		if body, err = textField(body); err != nil {
			return nil, err
		}
	case err == nil && kind == "multipart/form-data":
		if body, err = playbookPart(body, params["boundary"]); err != nil {
			return nil, err
		}
	default:
		return nil, no(http.StatusUnsupportedMediaType, catalogue.NotAPlaybook, kind)
	}
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return nil, wrong(catalogue.PlaybookMissing, "")
	case !utf8.Valid(body) || bytes.ContainsRune(body, 0):
		return nil, no(http.StatusBadRequest, catalogue.BadText)
	}
	return body, nil
}

// textField is the field text of a JSON object, and nothing beside it.
func textField(body []byte) ([]byte, error) {
	content, err := decodeJSON(body)
	if err != nil {
		return nil, err
	}
	object, ok := content.(map[string]any)
	if !ok {
		return nil, wrong("not_object", "")
	}
	for key := range object {
		if key != "text" {
			return nil, wrong("unexpected_field", "/"+escapePointer(key))
		}
	}
	text, ok := object["text"].(string)
	if !ok {
		return nil, wrong("not_string", "/text")
	}
	return []byte(text), nil
}

// playbookPart is the multipart field file.
func playbookPart(body []byte, boundary string) ([]byte, error) {
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, wrong(catalogue.PlaybookMissing, "/file")
		}
		if err != nil {
			return nil, wrong("bad_upload", "/file")
		}
		if part.FormName() != "file" {
			continue
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return nil, wrong("bad_upload", "/file")
		}
		return text, nil
	}
}
