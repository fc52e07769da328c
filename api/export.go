package api

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/table"
)

// Every list can be had as a file. A list route is one whose answer is a page (pages) and whose parameters embed
// [Exporting], which [Paging] does; register sees both and serves it through here. As a file the list goes to its end, page
// by page through the same handler, so that scope, filters, masks and words are those of the list; what is in memory is
// one page. Columns are in columns.go.

// Exporting are the parameters by which a list becomes a file.
type Exporting struct {
	Format formatName `query:"format" doc:"csv or xlsx: the whole list with its filters as a file; limit says nothing then. Accept asks for it as well"`
}

// formatName is how a list is wanted.
type formatName string

// Schema lists the forms of a list.
func (formatName) Schema(huma.Registry) *huma.Schema {
	return closedSet("json", string(table.CSV), string(table.Workbook))
}

func (e *Exporting) exporting() *Exporting { return e }

// exportable is implemented by the parameters of every list.
type exportable interface{ exporting() *Exporting }

// turn goes on to another page, as long as the list behind it lets it be.
func (p *Paging) turn(cursor string, limit int) { p.Cursor, p.Limit = cursor, limit }

// steady is implemented by lists whose usual order changes while somebody works: as a file they want one that stays, so
// that no line is left out or comes twice.
type steady interface{ settle() }

// settle lets accounts come by number: the usual order puts forward whatever is touched.
func (in *accountsInput) settle() {
	if in.Sort == "" {
		in.Sort = "number"
	}
}

// pages is implemented by the answers of lists.
type pages interface {
	page() (items []any, next string)
	item() reflect.Type
}

func (l list[T]) page() ([]any, string) { return boxed(l.Items), l.NextCursor }

func (list[T]) item() reflect.Type { return reflect.TypeFor[T]() }

func (b timelineBody) page() ([]any, string) { return boxed(b.lines()), b.NextCursor }

func (timelineBody) item() reflect.Type { return reflect.TypeFor[timelineItem]() }

func boxed[T any](items []T) []any { return mapped(items, func(i T) any { return i }) }

// replied is implemented by every reply.
type replied interface{ body() any }

func (r *reply[T]) body() any { return r.Body }

// exports tells whether an operation is a list that can be had as a file.
func exports[I, O any](o huma.Operation) bool {
	_, asked := any(new(I)).(exportable)
	answer, ok := any(new(O)).(replied)
	if !asked || !ok || o.Method != http.MethodGet {
		return false
	}
	_, ok = answer.body().(pages)
	return ok
}

// registerList binds a list to its handler, as JSON and as a file.
func registerList[I, O any](a *API, within time.Duration, o huma.Operation, handle func(context.Context, *I) (*O, error)) {
	l := a.listingOf(o, any(new(O)).(replied).body().(pages)) //nolint:forcetypeassert // exports has asked
	o.Responses = a.listResponses(o, reflect.TypeFor[O]())
	one := func(ctx context.Context, in *I) (replied, error) {
		ctx, cancel := context.WithTimeout(ctx, within)
		defer cancel()
		out, err := handle(ctx, in)
		if err != nil {
			return nil, err
		}
		return any(out).(replied), nil //nolint:forcetypeassert // exports has asked
	}
	huma.Register(a.huma, o, func(ctx context.Context, in *I) (*streamed, error) {
		asked, _ := any(in).(exportable)
		format := chosen(asked.exporting().Format, callOf(ctx).request.Header.Get("Accept"))
		if format == "" {
			out, err := one(ctx, in)
			if err != nil {
				return nil, a.problem(ctx, err)
			}
			return &streamed{Body: func(hc huma.Context) { a.plain(hc, out.body()) }}, nil
		}
		if order, ok := any(in).(steady); ok {
			order.settle()
		}
		e := &export{api: a, call: callOf(ctx), listing: l, format: format, at: a.today(), most: a.Limits.ExportRows}
		e.next = func(ctx context.Context, cursor string) ([]any, string, error) {
			if list, ok := any(in).(interface{ turn(string, int) }); ok {
				list.turn(cursor, e.most+1) // a list that is read page by page stops at the size of its page
			}
			out, err := one(ctx, in)
			if err != nil {
				return nil, "", err
			}
			items, next := out.body().(pages).page() //nolint:forcetypeassert // exports has asked
			return items, next, nil
		}
		answer, err := e.begin(ctx)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return answer, nil
	})
}

// plain answers a page as JSON.
func (a *API) plain(hc huma.Context, body any) {
	hc.SetHeader("Content-Type", "application/json")
	hc.AppendHeader("Vary", "Accept")
	hc.SetStatus(http.StatusOK)
	_ = strictJSON().Marshal(hc.BodyWriter(), body) // the client has gone
}

// chosen is the kind of file that is asked for: by the parameter, else by the first type in Accept that we know. Empty
// means JSON.
func chosen(format formatName, accept string) table.Format {
	if format == "json" {
		return ""
	}
	if format != "" {
		return table.Format(format)
	}
	for _, accepted := range strings.Split(accept, ",") {
		accepted, _, _ = strings.Cut(accepted, ";")
		switch strings.ToLower(strings.TrimSpace(accepted)) {
		case "text/csv":
			return table.CSV
		case table.Workbook.ContentType():
			return table.Workbook
		case "application/json", "*/*", "application/*":
			return ""
		}
	}
	return ""
}

// listResponses describes a list in all its forms.
func (a *API) listResponses(o huma.Operation, output reflect.Type) map[string]*huma.Response {
	ok := &huma.Response{Description: http.StatusText(http.StatusOK), Content: map[string]*huma.MediaType{}}
	if described := o.Responses["200"]; described != nil {
		ok = described
	} else if body, found := output.FieldByName("Body"); found {
		registry := a.huma.OpenAPI().Components.Schemas
		ok.Content["application/json"] = &huma.MediaType{Schema: huma.SchemaFromField(registry, body, o.OperationID+"Response")}
	}
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	ok.Content["text/csv"] = &huma.MediaType{Schema: binary}
	ok.Content[table.Workbook.ContentType()] = &huma.MediaType{Schema: binary}
	return map[string]*huma.Response{"200": ok}
}

// export is one list on its way into a file.
type export struct {
	api     *API
	call    *call
	listing listing
	format  table.Format
	at      time.Time // the cut-off, in the organisation's zone
	most    int       // rows

	next func(ctx context.Context, cursor string) (items []any, next string, err error)
	rows int
}

// begin reads the first page, so that whatever is wrong with the request is answered as usual, and then streams.
func (e *export) begin(ctx context.Context) (*streamed, error) {
	select {
	case e.api.exports <- struct{}{}:
	default:
		return nil, no(http.StatusTooManyRequests, catalogue.Busy).retry(retryAfter)
	}
	cursor := ""
	if e.call.request.URL.Query().Has("cursor") {
		cursor = e.call.request.URL.Query().Get("cursor")
	}
	items, next, err := e.next(ctx, cursor)
	if err != nil {
		<-e.api.exports
		return nil, err
	}
	return &streamed{Body: func(hc huma.Context) {
		defer func() { <-e.api.exports }()
		ctx, cancel := context.WithTimeout(ctx, e.api.Limits.ExportTime)
		defer cancel()
		e.stream(ctx, hc, items, next)
	}}, nil
}

// stream writes the file. What goes wrong before its first byte is a problem like any other; after it the connection is
// broken off, since half a list must not look like all of it.
func (e *export) stream(ctx context.Context, hc huma.Context, items []any, next string) {
	ec := humaecho.Unwrap(hc)
	header := ec.Response().Header()
	header.Set("Content-Type", e.format.ContentType())
	header.Set("Content-Disposition", attachment(table.FileName(e.listing.title.In(e.call.lang), e.at, e.format)))
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	header.Add("Vary", "Accept")
	err := e.write(ctx, ec.Response(), items, next)
	switch {
	case err == nil:
		e.api.Logger.InfoContext(ctx, "list exported", "trace_id", e.call.trace, "actor", e.call.actor.person.ID,
			"operation", hc.Operation().OperationID, "format", e.format, "rows", e.rows)
	case ec.Response().Committed:
		e.api.abort(ctx, e.call, err)
	default:
		header.Del("Content-Disposition")
		e.api.refuse(hc, err)
	}
}

// slowReader is how long a client may take to read a page of a file.
const slowReader = time.Minute

func (e *export) write(ctx context.Context, w http.ResponseWriter, items []any, next string) error {
	look := look{lang: e.call.lang, say: e.api.say, org: e.call.actor.org}
	out, err := table.New(e.format, w, e.head(look))
	if err != nil {
		return fmt.Errorf("begin file: %w", err)
	}
	defer out.Abandon()
	cells := make([]table.Cell, len(e.listing.columns))
	for more := false; ; {
		for _, item := range items {
			if more = e.rows == e.most; more {
				break
			}
			for i, c := range e.listing.columns {
				cells[i] = c.cell(look, item)
			}
			if err := out.Row(cells); err != nil {
				return fmt.Errorf("write file: %w", err)
			}
			e.rows++
		}
		if more = more || e.rows == e.most && next != ""; more || next == "" {
			_ = e.call.connection.SetWriteDeadline(time.Now().Add(e.api.Limits.ExportTime)) // all of a workbook goes out now
			return wrapped("end file", out.Close(e.foot(more)))
		}
		// A client that has gone ends the context; one that reads too slowly ends the connection.
		_ = e.call.connection.SetWriteDeadline(time.Now().Add(slowReader))
		if stream, ok := out.(interface{ Flush() error }); ok {
			if err := stream.Flush(); err != nil {
				return fmt.Errorf("send file: %w", err)
			}
			_ = e.call.connection.Flush() // of the real connection
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("write file: %w", err)
		}
		before := next
		if items, next, err = e.next(ctx, before); err != nil {
			return fmt.Errorf("read list: %w", err)
		}
		if len(items) == 0 && next == before {
			return fmt.Errorf("%w: read list: it does not go on behind %q", deal.ErrPermanent, before)
		}
	}
}

func wrapped(doing string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// head names the list, its columns, and how it came about.
func (e *export) head(l look) table.Head {
	h := table.Head{
		Title: e.listing.title.In(l.lang), Zone: e.api.Zone, AboutTitle: deal.Text{ZH: "说明", EN: "About"}.In(l.lang),
		About: [][2]string{{deal.Text{ZH: "导出人", EN: "Exported by"}.In(l.lang), e.call.actor.person.Name}},
	}
	for _, c := range e.listing.columns {
		h.Columns = append(h.Columns, c.title.In(l.lang))
	}
	query := e.call.request.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if name != "format" && name != "cursor" && name != "limit" {
			h.About = append(h.About, [2]string{deal.Text{ZH: "筛选", EN: "Filter"}.In(l.lang) + " " + name, strings.Join(query[name], ", ")})
		}
	}
	return h
}

// foot says until when the list goes, and whether that is all of it.
func (e *export) foot(more bool) table.Foot {
	cut, n := e.at.Format(time.DateTime)+" ("+e.api.Zone.String()+")", strconv.Itoa(e.rows)
	f := table.Foot{Line: deal.Text{ZH: "截至 " + cut + ",共 " + n + " 行", EN: "As of " + cut + ", " + n + " rows"}.In(e.call.lang)}
	if more {
		f.Cut = deal.Text{
			ZH: "只含前 " + n + " 行,列表还有更多:请缩小筛选范围后再导出",
			EN: "Only the first " + n + " rows, the list goes on: narrow the filter and export again",
		}.In(e.call.lang)
	}
	return f
}
