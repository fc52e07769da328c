//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const base = "/api/v1"

// person is somebody at the API of a product.
type person struct {
	p     *product
	login string
	token string
}

// as logs somebody of the demo organisation in. A token outlives restarts, so each login happens once.
func (p *product) as(t *testing.T, login string) person {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	token, ok := p.tokens[login]
	if !ok {
		var session struct {
			Token string `json:"token"`
		}
		person{p: p}.post(t, "/session", data{"login": login, "password": password}).ok(t, &session)
		require.NotEmpty(t, session.Token)
		token = session.Token
		p.tokens[login] = token
	}
	return person{p: p, login: login, token: token}
}

// data is a JSON object to send.
type data = map[string]any

// answer is what came back.
type answer struct {
	request string
	status  int
	header  http.Header
	body    []byte
}

// with changes a request before it is sent.
type with = func(*http.Request)

func key(k string) with { return func(r *http.Request) { r.Header.Set("Idempotency-Key", k) } }

func ifMatch(version int64) with {
	return func(r *http.Request) { r.Header.Set("If-Match", `"`+strconv.FormatInt(version, 10)+`"`) }
}

func header(name, value string) with { return func(r *http.Request) { r.Header.Set(name, value) } }

// in is the language of the answer: zh or en.
func in(lang string) with { return header("Accept-Language", lang) }

func (w person) get(t *testing.T, path string, set ...with) answer {
	t.Helper()
	return w.send(t, http.MethodGet, path, nil, set...)
}

func (w person) post(t *testing.T, path string, body any, set ...with) answer {
	t.Helper()
	return w.send(t, http.MethodPost, path, body, set...)
}

// send asks and insists on an answer, of whatever kind. A body of bytes goes out as it is, everything else as JSON. Every
// refusal has to be a whole problem, wherever it comes from.
func (w person) send(t *testing.T, method, path string, body any, set ...with) answer {
	t.Helper()
	a, err := w.try(t, method, path, body, set...)
	require.NoError(t, err)
	if a.status >= http.StatusBadRequest {
		a.problem(t)
	}
	return a
}

// try asks, where the product may be dying.
func (w person) try(t *testing.T, method, path string, body any, set ...with) (answer, error) {
	t.Helper()
	var content io.Reader = http.NoBody
	switch b := body.(type) {
	case nil:
	case []byte:
		content = bytes.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		require.NoError(t, err)
		content = bytes.NewReader(encoded)
	}
	if !strings.HasPrefix(path, "/api/") && !slices.Contains([]string{"/openapi.json", "/livez", "/readyz", "/healthz", "/version"}, path) {
		path = base + path
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+w.p.address+path, content)
	require.NoError(t, err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if w.token != "" {
		r.Header.Set("Authorization", "Bearer "+w.token)
	}
	for _, change := range set {
		change(r)
	}
	client := &http.Client{Timeout: 30 * time.Second}
	got, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return answer{}, err
	}
	return answer{request: w.login + ": " + method + " " + path, status: got.StatusCode, header: got.Header, body: text}, nil
}

// ok wants success and decodes the answer, unless into is nil.
func (a answer) ok(t *testing.T, into any) answer {
	t.Helper()
	require.Truef(t, a.status >= 200 && a.status < 300, "%s: %d %s", a.request, a.status, a.body)
	if into != nil {
		require.NoError(t, json.Unmarshal(a.body, into), "%s: %s", a.request, a.body)
	}
	return a
}

// problem is a refusal (RFC 9457).
type problem struct {
	Type    string        `json:"type"`
	Title   string        `json:"title"`
	Status  int           `json:"status"`
	Code    string        `json:"code"`
	Detail  string        `json:"detail"`
	TraceID string        `json:"trace_id"`
	Errors  []problemItem `json:"errors"`
	Version *int64        `json:"version"`
}

type problemItem struct {
	Code    string `json:"code"`
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
	Hint    string `json:"hint"`
	Href    string `json:"href"`
}

// problem reads a refusal and checks what every one has to have.
func (a answer) problem(t *testing.T) problem {
	t.Helper()
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"), "%s: %d %s", a.request, a.status, a.body)
	var p problem
	require.NoError(t, json.Unmarshal(a.body, &p), "%s: %s", a.request, a.body)
	require.Equal(t, a.status, p.Status, a.request)
	require.NotEmpty(t, p.Code, a.request)
	require.Equal(t, "urn:closedloop:problem:"+p.Code, p.Type, a.request)
	require.NotEmpty(t, p.Title, a.request)
	require.NotEmpty(t, p.Detail, a.request)
	require.NotEmpty(t, p.TraceID, a.request)
	require.Equal(t, p.TraceID, a.header.Get("Trace-Id"), a.request)
	for _, e := range p.Errors {
		require.NotEmpty(t, e.Code, a.request)
		require.NotEmpty(t, e.Detail, a.request)
	}
	return p
}

// refused wants a refusal with a status and a code.
func (a answer) refused(t *testing.T, status int, code string) problem {
	t.Helper()
	require.Equalf(t, status, a.status, "%s: %s", a.request, a.body)
	p := a.problem(t)
	require.Equalf(t, code, p.Code, "%s: %s", a.request, a.body)
	return p
}

// codes are the reasons of a refusal, sorted.
func (p problem) codes() []string {
	codes := []string{}
	for _, e := range p.Errors {
		codes = append(codes, e.Code)
	}
	slices.Sort(codes)
	return codes
}
