package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

// Problem is every answer that is not the wished one (RFC 9457).
type Problem struct {
	Type    string        `json:"type" format:"uri" doc:"the kind of problem, by its code"`
	Title   string        `json:"title" doc:"a short summary in the language asked for"`
	Status  int           `json:"status"`
	Code    string        `json:"code" doc:"stable and language-free: what programs decide by"`
	Detail  string        `json:"detail" doc:"what is the matter, in the language asked for"`
	TraceID string        `json:"trace_id" doc:"by which operations finds the request in the log"`
	Errors  []ProblemItem `json:"errors" doc:"every single reason"`
	Version *int64        `json:"version,omitempty" doc:"with 412: the record's present version"`

	headers http.Header
}

// ProblemItem is one reason.
type ProblemItem struct {
	Code    string `json:"code" doc:"stable and language-free; with gate_unmet the condition's own code"`
	Pointer string `json:"pointer" doc:"JSON pointer into the body, or query/…, path/…, header/… and a name; empty when it is about no field"`
	Detail  string `json:"detail"`
	Hint    string `json:"hint" doc:"what would help"`
	Href    string `json:"href" doc:"where to mend it; empty when there is no such place"`
}

// Error is for logs; clients read the fields.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the status on the wire.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders go out beside the body: Retry-After, ETag, WWW-Authenticate.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType names the body as a problem.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// fault is a problem before it is put into words.
type fault struct {
	status  int
	code    string
	args    []string
	reasons []reason
	wait    time.Duration // Retry-After; zero for none
	version *int64        // with 412
	cause   error         // for the log, never for the client
}

// reason is one line of errors[].
type reason struct {
	code    string
	pointer string
	args    []string
	text    deal.Text // instead of the catalogue's
	hint    deal.Text
	href    string
}

func (f *fault) Error() string {
	if f.cause != nil {
		return f.code + ": " + f.cause.Error()
	}
	return f.code
}

func (f *fault) Unwrap() error { return f.cause }

// no is a fault about the request as a whole.
func no(status int, code string, args ...string) *fault {
	return &fault{status: status, code: code, args: args}
}

// wrong is a fault about one field.
func wrong(code, pointer string, args ...string) *fault {
	return &fault{
		status: http.StatusUnprocessableEntity, code: catalogue.InvalidRequest,
		reasons: []reason{{code: code, pointer: pointer, args: args}},
	}
}

// retry gives a fault its Retry-After.
func (f *fault) retry(after time.Duration) *fault {
	f.wait = after
	return f
}

// stale is the fault of an edit that read an older version.
func stale(present int64) *fault {
	return &fault{
		status: http.StatusPreconditionFailed, code: catalogue.StaleVersion, version: &present,
		reasons: []reason{{code: catalogue.StaleVersion, pointer: matchPointer, args: []string{strconv.FormatInt(present, 10)}}},
	}
}

// retryAfter is how long a caller should wait for what usually takes a moment.
const retryAfter = 2 * time.Second

// asFault says what an error of a port means for the client.
func asFault(err error) *fault {
	var f *fault
	var sheet *SheetError
	var state *StateError
	var known interface{ Refusal() deal.Refusal } // a rule that the database holds as well
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, deal.ErrNotFound):
		return no(http.StatusNotFound, catalogue.NotFound)
	case errors.Is(err, view.ErrBadCursor):
		return wrong(catalogue.BadCursor, "query/cursor")
	case errors.Is(err, view.ErrReadOnly):
		return no(http.StatusForbidden, string(deal.CodeNotYourRole))
	case errors.As(err, &state):
		return refused(deal.Refusals{{Code: state.Code}}, "")
	case errors.As(err, &known):
		return refused(deal.Refusals{known.Refusal()}, "")
	case errors.As(err, &sheet):
		f := no(http.StatusUnprocessableEntity, catalogue.SheetRefused)
		f.reasons = []reason{{code: sheet.Code, pointer: cmp.Or(sheet.Pointer, "/file"), text: sheet.Text, hint: sheet.Hint}}
		return f
	case errors.Is(err, deal.ErrUnavailable), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		f := no(http.StatusServiceUnavailable, catalogue.Unavailable).retry(retryAfter)
		f.cause = err
		return f
	}
	f = no(http.StatusInternalServerError, string(deal.CodeInternalError))
	f.cause = err
	return f
}

// refused is the fault of a command that the rules refuse: 403 before 409 before 422, every reason listed.
func refused(no deal.Refusals, account deal.AccountID) *fault {
	class := no.Class()
	f := &fault{status: statusOf(class)}
	for _, r := range no {
		if f.code == "" && r.Code.Class() == class {
			f.code, f.args = string(r.Code), r.Args
		}
		line := reason{code: string(r.Code), pointer: r.Field, args: r.Args, text: r.Text, hint: r.Hint}
		if r.Item != "" {
			line.code = r.Item
		}
		if r.Link != "" && account != "" {
			line.href = base + "/accounts/" + string(account) + "/" + strings.TrimPrefix(r.Link, "/")
		}
		if r.Code == deal.CodeGateUnmet && r.Field != "" { // a field of what the link leads to, not of this request
			line.pointer = ""
			if line.href != "" {
				line.href += "#/content" + r.Field
			}
		}
		f.reasons = append(f.reasons, line)
	}
	if f.code == "" { // a refusal without a reason is a fault of ours
		f.status, f.code = http.StatusInternalServerError, string(deal.CodeInternalError)
	}
	return f
}

func statusOf(c deal.Class) int {
	switch c {
	case deal.Forbidden:
		return http.StatusForbidden
	case deal.Conflict:
		return http.StatusConflict
	case deal.Content:
		return http.StatusUnprocessableEntity
	case deal.Fault:
	}
	return http.StatusInternalServerError
}

// typeOf is a name for the kind of problem; it is not meant to be fetched.
func typeOf(code string) string { return "urn:closedloop:problem:" + code }

// render puts a fault into the words of a call.
func render(say *catalogue.Catalogue, c *call, f *fault) *Problem {
	p := &Problem{
		Type: typeOf(f.code), Title: say.Title(f.code, f.status, c.lang), Status: f.status, Code: f.code, TraceID: c.trace,
		Errors: make([]ProblemItem, 0, max(1, len(f.reasons))), Version: f.version, headers: http.Header{},
	}
	reasons := f.reasons
	if len(reasons) == 0 { // about the request as a whole: it has a remedy as well
		reasons = []reason{{code: f.code, args: f.args}}
	}
	for _, r := range reasons {
		entry, known := say.Reason(r.code)
		item := ProblemItem{Code: r.code, Pointer: r.pointer, Href: r.href}
		text, hint := entry.Text, entry.Hint
		switch {
		case r.text != (deal.Text{}): // the playbook's own sentence
			text, hint = r.text, r.hint
		case !known && f.code == string(deal.CodeGateUnmet):
			entry, _ = say.Reason(f.code)
			text, hint = entry.Text, entry.Hint
		}
		args := spoken(say, c, r.code, r.args)
		item.Detail, item.Hint = catalogue.Fill(text.In(c.lang), args), catalogue.Fill(hint.In(c.lang), args)
		p.Errors = append(p.Errors, item)
	}
	entry, _ := say.Reason(f.code)
	p.Detail = catalogue.Fill(entry.Text.In(c.lang), spoken(say, c, f.code, f.args))
	if len(p.Errors) == 1 {
		p.Detail = p.Errors[0].Detail
	}
	if f.wait > 0 {
		p.headers.Set("Retry-After", strconv.Itoa(max(1, int(f.wait.Round(time.Second)/time.Second))))
	}
	if f.version != nil {
		p.headers.Set("ETag", etag(*f.version))
	}
	if f.status == http.StatusUnauthorized {
		p.headers.Set("WWW-Authenticate", `Bearer realm="closedloop"`)
	}
	return p
}

// spoken turns the arguments of a refusal into what people say: names instead of IDs, words instead of identifiers, the
// house's time instead of UTC.
// Where a sentence lists what may be sent, identifiers stay as they are; what a field takes that has no list is told.
func spoken(say *catalogue.Catalogue, c *call, code string, args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		if code == string(deal.CodeInvalidValue) {
			out[i] = say.Expected(arg, c.lang)
			continue
		}
		if code == catalogue.RoleNeeded {
			out[i] = say.Label(catalogue.Roles, arg, c.lang)
			continue
		}
		out[i] = say.Word(arg, c.lang)
		if at, err := time.Parse(time.RFC3339, arg); err == nil && c.zone != nil {
			out[i] = at.In(c.zone).Format("2006-01-02 15:04")
		}
		if c.actor == nil {
			continue
		}
		if p, ok := c.actor.org.Person(deal.PersonID(arg)); ok {
			out[i] = p.Name
		}
	}
	return out
}

// problem is the one way out for everything that went another way than wished: it finds the words and writes the log.
func (a *API) problem(ctx context.Context, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	c, f := callOf(ctx), asFault(err)
	a.logFault(ctx, c, f)
	return render(a.say, c, f)
}

func (a *API) logFault(ctx context.Context, c *call, f *fault) {
	attrs := []any{"trace_id", c.trace, "code", f.code, "status", f.status}
	if c.actor != nil {
		attrs = append(attrs, "actor", c.actor.person.ID)
	}
	if f.cause != nil {
		attrs = append(attrs, "error", f.cause)
	}
	switch {
	case f.status >= http.StatusInternalServerError && !errors.Is(f.cause, context.Canceled):
		a.Logger.ErrorContext(ctx, "request failed", attrs...)
	case f.status == http.StatusUnauthorized, f.status == http.StatusForbidden:
		a.Logger.WarnContext(ctx, "request refused", attrs...)
	default:
		a.Logger.DebugContext(ctx, "request refused", attrs...)
	}
}
