package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// humaConfig is huma without its surprises: no $schema in bodies, no pages of its own, unknown query parameters refused.
func humaConfig(version string) huma.Config {
	if version == "" {
		version = "dev"
	}
	config := huma.DefaultConfig("closedloop", version)
	config.CreateHooks = nil
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.Formats = map[string]huma.Format{"application/json": strictJSON(), "json": strictJSON()}
	config.RejectUnknownQueryParameters = true
	config.Info.Description = "Key accounts walk a ring of ten steps. Commands move an account and are safe to repeat under their " +
		"Idempotency-Key; records are edited with If-Match. Every error is application/problem+json with a stable code."
	config.Components = &huma.Components{
		Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName),
		SecuritySchemes: map[string]*huma.SecurityScheme{
			"bearer": {Type: "http", Scheme: "bearer", Description: "a token of POST /api/v1/session or of `closedloop token create`"},
			"cookie": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "set by POST /api/v1/session, for browsers"},
		},
	}
	config.Servers = []*huma.Server{{URL: "/"}}
	return config
}

// schemaName puts the package before the name of a type that is not ours, so that two types of one name cannot meet.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := huma.DefaultSchemaNamer(t, hint)
	if path := t.PkgPath(); t.Name() != "" && path != "" && path != reflect.TypeFor[API]().PkgPath() {
		short := path[strings.LastIndexByte(path, '/')+1:]
		return strings.ToUpper(short[:1]) + short[1:] + name
	}
	return name
}

// op describes an operation behind the guard. The path is below base.
func op(method, path, id, tag, summary string) huma.Operation {
	o := huma.Operation{
		Method: method, Path: base + path, OperationID: id, Tags: []string{tag}, Summary: summary,
		Security:        []map[string][]string{{"bearer": {}}, {"cookie": {}}},
		MaxBodyBytes:    -1, // readBody has judged the size
		BodyReadTimeout: -1, // and read it: a deadline left behind would cut the connection under the handler
		Metadata:        map[string]any{},
	}
	o.Parameters = append(o.Parameters, &huma.Param{
		Name: "Accept-Language", In: "header", Description: "zh or en: the language of texts",
		Schema: &huma.Schema{Type: huma.TypeString, Examples: []any{"zh"}},
	})
	if method == http.MethodPost {
		o.Parameters = append(o.Parameters, &huma.Param{
			Name: keyHeader, In: "header",
			Description: "makes repeating safe: the same key with the same body gets the first answer; made up and echoed when absent",
			Schema:      &huma.Schema{Type: huma.TypeString, MaxLength: ptr(maxKeyLength)},
		})
	}
	return o
}

// public takes the guard away.
func public(o huma.Operation) huma.Operation {
	o.Security = nil
	return o
}

// register binds an operation to its handler. Whatever the handler returns as an error becomes a problem here.
func register[I, O any](a *API, o huma.Operation, handle func(context.Context, *I) (*O, error)) {
	registerWithin(a, a.Limits.RequestTimeout, o, handle)
}

// registerWithin gives an operation a time of its own.
func registerWithin[I, O any](a *API, within time.Duration, o huma.Operation, handle func(context.Context, *I) (*O, error)) {
	if exports[I, O](o) {
		registerList(a, within, o, handle)
		return
	}
	huma.Register(a.huma, o, func(ctx context.Context, in *I) (*O, error) {
		ctx, cancel := context.WithTimeout(ctx, within)
		defer cancel()
		out, err := handle(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

// refuse answers from a middleware of huma.
func (a *API) refuse(ctx huma.Context, err error) {
	p := a.problem(ctx.Context(), err)
	for name, values := range p.headers {
		for _, v := range values {
			ctx.SetHeader(name, v)
		}
	}
	_ = huma.WriteErr(a.huma, ctx, p.Status, p.Detail, p) // the client has gone
}

// nothing is the body of an operation that needs none; fields in it are refused like everywhere.
type nothing struct{}

func ptr[T any](v T) *T { return &v }

// reply wraps a body as huma wants it.
type reply[T any] struct {
	Body T
}

// list is every list.
type list[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor" doc:"for the next page; empty on the last"`
}

func listOf[T any](items []T, next string) *reply[list[T]] {
	if items == nil {
		items = []T{}
	}
	return &reply[list[T]]{list[T]{items, next}}
}

func mapped[S, T any](in []S, f func(S) T) []T {
	out := make([]T, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}
