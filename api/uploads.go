package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
	"closedloop/filetype"
)

// documentsPath takes uploads; it reads its body itself. It is echo's pattern.
const documentsPath = base + "/accounts/:id/documents"

// fileRoutes put documents on file with their bytes, and give the bytes back. The other routes of documents are those of
// every kind of record.
func (a *API) fileRoutes(k *recordKind, many, one string) {
	add := a.recordOp(k, http.MethodPost, many, "add-"+k.noun, "upload one").answer(http.StatusCreated)
	add.Description = "Send multipart/form-data: the bytes as file, what it is for as purpose; step and name may be there. Type, size and " +
		"SHA-256 are found by the server. Taken are " + strings.Join(filetype.Allowed(), ", ") + ", up to 20 MiB; what is inside decides, and a " +
		"name or declared type that says something else is refused, like macros, pages, drawings and programs."
	registerWithin(a, uploadTime+a.Limits.RequestTimeout, add, func(ctx context.Context, in *AccountPath) (*created[documentBody], error) {
		return a.upload(ctx, k, in.ID)
	})
	// Described only now: huma would read a body that it knows of, and hold it whole.
	fields := k.schema(a.huma.OpenAPI().Components.Schemas)
	record := a.huma.OpenAPI().Components.Schemas.SchemaFromRef(fields.Ref)
	a.huma.OpenAPI().Paths[base+many].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"multipart/form-data": {Schema: &huma.Schema{
			Type: huma.TypeObject, Required: []string{"file", "purpose"}, AdditionalProperties: false,
			Properties: map[string]*huma.Schema{
				"file":    {Type: huma.TypeString, Format: "binary", Description: "the bytes, with a file name"},
				"purpose": record.Properties["purpose"],
				"step":    record.Properties["step"],
				"name":    {Type: huma.TypeString, MaxLength: ptr(200), Description: "instead of the name of the file"},
			},
		}},
	}}

	content := a.recordOp(k, http.MethodGet, one+"/content", "get-"+k.noun+"-content", "its bytes").Operation
	content.Description = "As an attachment, in parts where the client asks with Range. ETag is the SHA-256."
	binary := map[string]*huma.MediaType{"*/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	content.Responses = map[string]*huma.Response{"200": {Description: "the file", Content: binary}}
	for _, header := range []string{"Range", "If-Range", "If-None-Match"} {
		content.Parameters = append(content.Parameters, &huma.Param{Name: header, In: "header", Schema: &huma.Schema{Type: huma.TypeString}})
	}
	register(a, content, a.download)
	answers := a.huma.OpenAPI().Paths[base+one+"/content"].Get.Responses // huma describes problems only where it knows one answer
	answers["206"] = &huma.Response{Description: "the part that was asked for", Content: binary}
	answers["304"] = &huma.Response{Description: "the client has it already"}
	answers["416"] = &huma.Response{Description: "there is no such part"}
}

// upload takes a file and files what describes it. Whether the caller may write comes before anything is read.
func (a *API) upload(ctx context.Context, k *recordKind, account string) (*created[documentBody], error) {
	id, err := accountID(account)
	if err != nil {
		return nil, err
	}
	c := callOf(ctx)
	read, err := a.Accounts.Account(ctx, c.actor.viewer, id)
	if err == nil {
		err = mayWrite(c.actor.viewer, read.State)
	}
	if err != nil {
		return nil, fmt.Errorf("read account: %w", err)
	}
	select {
	case a.spools <- struct{}{}:
		defer func() { <-a.spools }()
	default:
		return nil, no(http.StatusTooManyRequests, catalogue.Busy).retry(retryAfter)
	}
	s, err := c.spool(a.Limits.FileBytes)
	if err != nil {
		return nil, err
	}
	defer s.discard()
	// A repeated multipart body has another boundary.
	c.fingerprint = fingerprint(http.MethodPost, c.request.URL.Path, []byte(strings.Join([]string{s.name, s.purpose, s.step, s.sum}, "\x00")))
	return once(ctx, a, func() (*created[documentBody], error) {
		described, err := a.describe(s)
		if err != nil {
			return nil, err
		}
		d := deal.Document{Kind: string(k.Kind), ID: derivedID("dossier", a.Installation, string(c.actor.person.ID), string(id), c.key)}
		if d.Body, err = dossier.Encode(described); err != nil {
			return nil, fmt.Errorf("encode record: %w", err)
		}
		return a.keepAndFile(ctx, k, id, d, s)
	})
}

// describe judges a file and says what it is.
func (a *API) describe(s *spooled) (dossier.Document, error) {
	media, err := filetype.Judge(s.name, s.declared, s.file, s.size)
	var refused *filetype.Refused
	if errors.As(err, &refused) {
		f := no(http.StatusUnsupportedMediaType, string(refused.Code))
		if refused.Code == filetype.Empty {
			f = no(http.StatusUnprocessableEntity, catalogue.InvalidRequest)
		}
		f.reasons = []reason{{code: string(refused.Code), pointer: "/file", args: refused.Args}}
		return dossier.Document{}, f
	}
	if err != nil {
		return dossier.Document{}, fmt.Errorf("judge file: %w", err)
	}
	if s.name == "" {
		s.name = "document." + filetype.Extensions(media)[0]
	}
	d := dossier.Document{
		Name: s.name, MediaType: media, Size: s.size, SHA256: s.sum, Purpose: dossier.DocumentPurpose(s.purpose), Step: deal.Step(s.step),
	}
	if bad := a.recordReasons(d.Validate(a.today())); len(bad) > 0 {
		return d, invalid(bad)
	}
	return d, nil
}

// keeping is how often bytes are brought anew when the last document that described the same ones was deleted between
// bringing them and describing them.
const keeping = 5

func (a *API) keepAndFile(ctx context.Context, k *recordKind, id deal.AccountID, d deal.Document, s *spooled) (*created[documentBody], error) {
	var err error
	for range keeping {
		if err = a.Files.KeepFile(ctx, s.sum, s.size, s.file); err != nil {
			return nil, fmt.Errorf("keep file: %w", err)
		}
		var out *created[documentBody]
		if out, err = a.filed(ctx, k, id, d); !errors.Is(err, view.ErrNoFile) {
			return out, err
		}
	}
	return nil, fmt.Errorf("%w: %w", deal.ErrUnavailable, err)
}

// download gives the bytes of a document to whoever sees its account: as an attachment that no browser shows or runs.
func (a *API) download(ctx context.Context, in *RecordPath) (*streamed, error) {
	id, err := accountID(in.ID)
	if err != nil {
		return nil, err
	}
	c := callOf(ctx)
	d, err := a.Dossier.Document(ctx, c.actor.viewer, id, string(dossier.DocumentKind), in.Record)
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	record, err := dossier.Load(dossier.DocumentKind, d.Body)
	if err != nil {
		return nil, fmt.Errorf("read what is on file: %w", err)
	}
	described, _ := record.(dossier.Document)
	_, content, err := a.Files.OpenFile(c.request.Context(), c.actor.viewer, id, in.Record) // read after this function is over
	if errors.Is(err, deal.ErrNotFound) {
		return nil, no(http.StatusNotFound, catalogue.BytesNotOnFile)
	}
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return &streamed{Body: func(ctx huma.Context) {
		ec := humaecho.Unwrap(ctx)
		_ = c.connection.SetWriteDeadline(time.Now().Add(uploadTime)) // the server's own is for short answers
		header := ec.Response().Header()
		header.Set("Content-Type", described.MediaType)
		header.Set("Content-Disposition", attachment(described.Name))
		header.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
		header.Set("Cache-Control", "private, no-cache") // kept by the client alone, and shown only after asking us again
		header.Set("ETag", `"`+described.SHA256+`"`)
		whole := &wholeReader{ReadSeeker: content}
		http.ServeContent(ec.Response(), ec.Request(), "", d.CreatedAt, whole)
		if err := errors.Join(whole.err, content.Close()); err != nil {
			a.abort(ec.Request().Context(), c, err)
		}
	}}, nil
}

// streamed is an answer that is written as it is made.
type streamed struct {
	Body func(huma.Context)
}

// abort ends a connection whose answer cannot be finished: the client must not take half of it for the whole.
func (a *API) abort(ctx context.Context, c *call, err error) {
	a.Logger.WarnContext(ctx, "answer broken off", "trace_id", c.trace, "error", err)
	panic(http.ErrAbortHandler)
}

// plainFileName is the name of an upload without directories, control characters, and marks that turn its ending around.
func plainFileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "�"), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, name)
	if name = strings.TrimSpace(name); name == "." || name == ".." || name == "/" {
		return ""
	}
	return name
}

// attachment says that an answer is to be saved under a name (RFC 6266): in full as RFC 5987 wants it, and in ASCII for
// programs that do not know that.
func attachment(name string) string {
	var ascii, full strings.Builder
	for _, r := range name {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%;`, r) {
			r = '_'
		}
		ascii.WriteRune(r)
	}
	for _, b := range []byte(name) {
		switch {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', strings.IndexByte("!#$&+-.^_`|~", b) >= 0:
			full.WriteByte(b)
		default:
			fmt.Fprintf(&full, "%%%02X", b)
		}
	}
	return `attachment; filename="` + ascii.String() + `"; filename*=UTF-8''` + full.String()
}
