package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"closedloop/api/catalogue"
)

// begin opens a request: its trace, its language, the headers that every answer has, and one line of log at its end.
func (a *API) begin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		r, header := ec.Request(), ec.Response().Header()
		c := &call{
			trace: newTrace(), lang: languageOf(a.matcher, r.Header.Get("Accept-Language")), request: r, address: ec.RealIP(), zone: a.Zone,
			connection: http.NewResponseController(ec.Response()),
		}
		ec.SetRequest(r.WithContext(context.WithValue(r.Context(), callKey{}, c)))
		header.Set("Trace-Id", c.trace)
		header.Set("X-Request-Id", c.trace)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Language", c.lang)
		header.Set("Vary", "Accept-Language, Authorization, Cookie")

		began := a.Now()
		if err := next(ec); err != nil {
			ec.Error(err)
		}
		attrs := []any{
			"trace_id", c.trace, "method", r.Method, "route", ec.Path(), "status", ec.Response().Status, "took", a.Now().Sub(began),
		}
		if c.actor != nil {
			attrs = append(attrs, "actor", c.actor.person.ID)
		}
		if c.key != "" {
			attrs = append(attrs, "idempotency_key", c.key)
		}
		if !strings.HasPrefix(ec.Path(), base) && ec.Path() != decidePath {
			a.Logger.DebugContext(r.Context(), "request", attrs...)
		} else {
			a.Logger.InfoContext(r.Context(), "request", attrs...)
		}
		return nil
	}
}

// panicked is a panic on its way to the log.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

// recovered turns a panic into an error, so that the caller gets a problem and the process goes on.
func (a *API) recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) (err error) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if stop, ok := v.(error); ok && errors.Is(stop, http.ErrAbortHandler) {
				panic(v) // the server's own way of dropping a connection
			}
			err = &panicked{value: v, stack: debug.Stack()}
		}()
		return next(ec)
	}
}

// maxHeaderBytes is more than any honest client sends.
const maxHeaderBytes = 32 << 10

// bounded refuses headers and addresses that no handler should see.
func (a *API) bounded(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		r := ec.Request()
		size := len(r.RequestURI)
		for name, values := range r.Header {
			for _, v := range values {
				size += len(name) + len(v)
			}
		}
		if size > maxHeaderBytes {
			return no(http.StatusRequestHeaderFieldsTooLarge, catalogue.HeadersTooLarge)
		}
		query, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil || !isText(r.URL.Path) {
			return no(http.StatusBadRequest, catalogue.BadText)
		}
		for name, values := range query {
			for _, v := range values {
				if !isText(name) || !isText(v) {
					f := no(http.StatusBadRequest, catalogue.BadText)
					f.reasons = []reason{{code: catalogue.BadText, pointer: "query/" + strings.ToValidUTF8(name, "�")}}
					return f
				}
			}
		}
		return next(ec)
	}
}

// isText tells whether Postgres can keep a text.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// importPath takes lead sheets; it reads its body itself.
const (
	importPath  = base + "/imports"
	columnsPath = importPath + "/columns" // looks at one
)

// readBody reads the body of a changing request once: its size, its kind and its encoding are judged here, and its bytes
// are part of the request's fingerprint.
func (a *API) readBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ec echo.Context) error {
		r, c := ec.Request(), callOf(ec.Request().Context())
		switch {
		case !a.routes[ec.Path()], r.Method == http.MethodGet, r.Method == http.MethodHead:
			r.Body = http.NoBody
			return next(ec)
		case ec.Path() == documentsPath:
			return next(ec) // read as it comes, by who knows whether the caller may write at all
		case ec.Path() == decidePath:
			return next(ec) // a form of a page, or JSON: read by who knows the link
		case ec.Path() == editionsPath:
			return next(ec) // YAML, JSON or an upload: read by who installs it
		case ec.Path() == importPath, ec.Path() == columnsPath:
			if r.ContentLength > a.Limits.UploadBytes {
				return no(http.StatusRequestEntityTooLarge, catalogue.BodyTooLarge, itoa(a.Limits.UploadBytes))
			}
			return next(ec)
		}
		body, err := c.slurp(a.Limits.BodyBytes, a.Limits.BodyTimeout)
		if err != nil {
			return err
		}
		if len(body) > 0 {
			kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
			if r.Header.Get("Content-Type") != "" && (err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json")) {
				return no(http.StatusUnsupportedMediaType, catalogue.UnsupportedMediaType, kind)
			}
			if !utf8.Valid(body) {
				return no(http.StatusBadRequest, catalogue.BadText)
			}
		}
		c.body = body
		c.fingerprint = fingerprint(r.Method, r.URL.Path, body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		return next(ec)
	}
}

// slurp reads a body that may not be larger than limit, within a time. The deadline is taken away afterwards: it would
// end the connection under a handler that waits for the engine.
func (c *call) slurp(limit int64, within time.Duration) ([]byte, error) {
	tooLarge := no(http.StatusRequestEntityTooLarge, catalogue.BodyTooLarge, itoa(limit))
	if c.request.ContentLength > limit {
		return nil, tooLarge
	}
	_ = c.connection.SetReadDeadline(time.Now().Add(within)) // of the real connection; a recorder in a test has none
	body, err := io.ReadAll(io.LimitReader(c.request.Body, limit+1))
	_ = c.connection.SetReadDeadline(time.Time{})
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return nil, no(http.StatusRequestTimeout, catalogue.BodyTimeout)
	case err != nil:
		f := no(http.StatusBadRequest, catalogue.BodyRequired)
		f.cause = err
		return nil, f
	case int64(len(body)) > limit:
		return nil, tooLarge
	}
	return body, nil
}

// echoError renders what never reached an operation: unknown routes, refusals of the middleware above, panics.
func (a *API) echoError(err error, ec echo.Context) {
	if ec.Response().Committed {
		a.Logger.ErrorContext(ec.Request().Context(), "request failed after its answer began", "error", err)
		return
	}
	var he *echo.HTTPError
	if errors.As(err, &he) {
		code := codeOfStatus(he.Code)
		switch he.Code {
		case http.StatusNotFound:
			code = catalogue.UnknownRoute
		case http.StatusMethodNotAllowed:
			code = catalogue.MethodNotAllowed
		}
		f := no(he.Code, code)
		f.cause = he.Internal
		err = f
	}
	p := a.problem(ec.Request().Context(), err)
	for name, values := range p.headers {
		ec.Response().Header()[name] = values
	}
	ec.Response().Header().Set("Content-Type", p.ContentType(""))
	ec.Response().WriteHeader(p.Status)
	if ec.Request().Method != http.MethodHead {
		_ = strictJSON().Marshal(ec.Response(), p) // the client has gone
	}
}
