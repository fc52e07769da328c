package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

// Every path that does not end well ends in the same shape (trust-and-speed.md SH3).
func TestErrors_haveOneShapeOnEveryPath(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("好", 100_000)
	for name, c := range map[string]struct {
		method, path string
		body         any
		headers      []header
		status       int
		code         string
		item         string // code of errors[0]
		pointer      string
	}{
		"unknown route":           {method: "GET", path: "/nowhere", status: 404, code: "unknown_route"},
		"unknown route below":     {method: "GET", path: "/api/v1/nowhere", status: 404, code: "unknown_route"},
		"encoded slash":           {method: "GET", path: "/api/v1/me%2Fupcoming", status: 404, code: "unknown_route"},
		"encoded slash in an ID":  {method: "POST", path: "/api/v1/accounts/" + string(mine) + "%2Fadvance", body: `{"from":"plan"}`, status: 405, code: "method_not_allowed"},
		"double slash":            {method: "GET", path: "/api/v1//me", status: 404, code: "unknown_route"},
		"trailing slash":          {method: "GET", path: "/api/v1/me/", status: 404, code: "unknown_route"},
		"unknown method":          {method: "DELETE", path: "/api/v1/accounts", status: 405, code: "method_not_allowed"},
		"foreign object":          {method: "GET", path: at(foreign, ""), status: 404, code: "not_found"},
		"no object at all":        {method: "GET", path: at("nonsense", ""), status: 404, code: "not_found"},
		"object in capitals":      {method: "GET", path: at(deal.AccountID(strings.ToUpper("3333aaaa-0000-4000-8000-000000000001")), ""), status: 404, code: "not_found"},
		"no token":                {method: "GET", path: at(mine, ""), headers: []header{{"Authorization", ""}}, status: 401, code: "unauthenticated"},
		"not JSON":                {method: "POST", path: at(mine, "/advance"), body: `{"from": "plan"`, status: 400, code: "malformed_json", item: "malformed_json"},
		"two JSON values":         {method: "POST", path: at(mine, "/advance"), body: `{"from":"plan"} {}`, status: 400, code: "malformed_json", item: "malformed_json"},
		"broken UTF-8":            {method: "POST", path: at(mine, "/advance"), body: []byte("{\"from\":\"plan\",\"note\":\"\xff\"}"), status: 400, code: "bad_text"},
		"NUL in a text":           {method: "POST", path: at(mine, "/advance"), body: `{"from":"plan","note":"a\u0000b"}`, status: 400, code: "bad_text", item: "bad_text"},
		"half a surrogate pair":   {method: "POST", path: at(mine, "/advance"), body: `{"from":"plan","note":"\ud800"}`, status: 400, code: "bad_text", item: "bad_text"},
		"broken UTF-8 in address": {method: "GET", path: "/api/v1/accounts?q=%ff", status: 400, code: "bad_text", item: "bad_text", pointer: "query/q"},
		"NUL in address":          {method: "GET", path: "/api/v1/accounts?q=a%00", status: 400, code: "bad_text", item: "bad_text", pointer: "query/q"},
		"NUL in path":             {method: "GET", path: "/api/v1/approvals/a%00", status: 400, code: "bad_text"},
		"no body":                 {method: "POST", path: at(mine, "/advance"), status: 400, code: "body_required"},
		"form body":               {method: "POST", path: at(mine, "/advance"), body: "from=plan", headers: []header{{"Content-Type", "application/x-www-form-urlencoded"}}, status: 415, code: "unsupported_media_type"},
		"huge body":               {method: "POST", path: at(mine, "/advance"), body: bytes.Repeat([]byte("x"), 5<<20), status: 413, code: "body_too_large"},
		"huge headers":            {method: "GET", path: at(mine, ""), headers: []header{{"X-Junk", strings.Repeat("x", 64<<10)}}, status: 431, code: "headers_too_large"},
		"unknown field":           {method: "POST", path: at(mine, "/advance"), body: `{"from":"plan","extra":1}`, status: 422, code: "invalid_request", item: "unexpected_field", pointer: "/extra"},
		"unknown field, no body":  {method: "POST", path: at(mine, "/resume"), body: `{"extra":1}`, status: 422, code: "invalid_request", item: "unexpected_field", pointer: "/extra"},
		"field in capitals":       {method: "POST", path: at(mine, "/advance"), body: `{"FROM":"plan","from":"plan"}`, status: 422, code: "invalid_request", item: "unexpected_field", pointer: "/FROM"},
		"unknown parameter":       {method: "GET", path: "/api/v1/accounts?colour=red", status: 422, code: "invalid_request", item: "unknown_parameter", pointer: "query/colour"},
		"wrong type":              {method: "POST", path: at(mine, "/advance"), body: `{"from":1}`, status: 422, code: "invalid_request", item: "not_string", pointer: "/from"},
		"wrong kind of body":      {method: "POST", path: at(mine, "/advance"), body: `[1]`, status: 422, code: "invalid_request", item: "not_object", pointer: ""},
		"null body":               {method: "POST", path: at(mine, "/advance"), body: `null`, status: 422, code: "invalid_request", item: "not_object", pointer: ""},
		"number out of range":     {method: "POST", path: "/api/v1/approvals/" + approval + "/decision", body: `{"decision":"approve","version":1e300}`, status: 422, code: "invalid_request", item: "wrong_type", pointer: "/version"},
		"missing field":           {method: "POST", path: at(mine, "/return"), body: `{"to":"survey"}`, status: 422, code: "invalid_request", item: "required_field", pointer: "/reason"},
		"not one of":              {method: "POST", path: at(mine, "/advance"), body: `{"from":"lunch"}`, status: 422, code: "invalid_request", item: "not_one_of", pointer: "/from"},
		"not one of, in path":     {method: "GET", path: at(mine, "/steps/lunch/form"), status: 422, code: "invalid_request", item: "not_one_of", pointer: "path/step"},
		"not one of, in query":    {method: "GET", path: "/api/v1/accounts?step=lunch", status: 422, code: "invalid_request", item: "not_one_of", pointer: "query/step"},
		"unknown sort":            {method: "GET", path: "/api/v1/accounts?sort=password", status: 422, code: "invalid_request", item: "not_one_of", pointer: "query/sort"},
		"page too long":           {method: "GET", path: "/api/v1/accounts?limit=201", status: 422, code: "invalid_request", item: "too_large", pointer: "query/limit"},
		"no number":               {method: "GET", path: "/api/v1/accounts?limit=many", status: 422, code: "invalid_request", item: "not_integer", pointer: "query/limit"},
		"foreign cursor":          {method: "GET", path: "/api/v1/accounts?cursor=bad", status: 422, code: "invalid_request", item: "bad_cursor", pointer: "query/cursor"},
		"endless note":            {method: "POST", path: at(mine, "/advance"), body: map[string]string{"from": "plan", "note": long}, status: 422, code: "invalid_request", item: "too_long", pointer: "/note"},
		"no date":                 {method: "POST", path: at(mine, "/pause"), body: `{"reason":"x","resume_on":"2026-02-30"}`, status: 422, code: "invalid_request", item: "not_date", pointer: "/resume_on"},
		"no instant":              {method: "POST", path: at(mine, "/follow-up"), body: `{"at":"tomorrow"}`, status: 422, code: "invalid_request", item: "not_date_time", pointer: "/at"},
		"date too far":            {method: "POST", path: at(mine, "/follow-up"), body: `{"at":"2126-01-01T00:00:00Z"}`, status: 422, code: "invalid_request", item: "date_too_far", pointer: "/at"},
		"pause for a century":     {method: "POST", path: at(mine, "/pause"), body: `{"reason":"x","resume_on":"9999-12-31"}`, status: 422, code: "invalid_request", item: "date_too_far", pointer: "/resume_on"},
		"key with blanks":         {method: "POST", path: at(mine, "/advance"), body: `{"from":"plan"}`, headers: []header{{"Idempotency-Key", "a b"}}, status: 422, code: "invalid_request", item: "bad_idempotency_key", pointer: "header/Idempotency-Key"},
		"endless key":             {method: "POST", path: at(mine, "/advance"), body: `{"from":"plan"}`, headers: []header{{"Idempotency-Key", strings.Repeat("k", 201)}}, status: 422, code: "invalid_request", item: "bad_idempotency_key", pointer: "header/Idempotency-Key"},
		"no If-Match":             {method: "PATCH", path: at(mine, ""), body: `{}`, status: 428, code: "version_required", item: "version_required", pointer: "header/If-Match"},
		"If-Match star":           {method: "PATCH", path: at(mine, ""), body: `{}`, headers: []header{{"If-Match", "*"}}, status: 428, code: "version_required"},
		"If-Match nonsense":       {method: "PATCH", path: at(mine, ""), body: `{}`, headers: []header{{"If-Match", `"a"`}}, status: 422, code: "invalid_request", item: "bad_version", pointer: "header/If-Match"},
		"If-Match half quoted":    {method: "PATCH", path: at(mine, ""), body: `{}`, headers: []header{{"If-Match", `"3`}}, status: 422, code: "invalid_request", item: "bad_version", pointer: "header/If-Match"},
	} {
		for _, lang := range []string{"zh", "en"} {
			t.Run(name+" "+lang, func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				r.lang = lang
				p := r.do(rep1, c.method, c.path, c.body, c.headers...).problem(c.status, c.code)
				require.NotEmpty(t, p.Errors)
				require.NotEmpty(t, p.Errors[0].Hint, "what would help is said, also about the request as a whole")
				if c.item != "" {
					require.Equal(t, c.item, p.Errors[0].Code)
					require.Equal(t, c.pointer, p.Errors[0].Pointer)
				}
				chinese := strings.ContainsAny(p.Title+p.Detail, "的不无需未内请方类缺类")
				require.Equal(t, lang == "zh", chinese, "%s: %s", p.Title, p.Detail)
				require.Empty(t, r.sent, "nothing may reach the workflow")
				require.Empty(t, r.staged)
			})
		}
	}
}

func TestErrors_ofPortsBecomeStatuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		status int
		code   string
		retry  string
	}{
		"database away":   {fmt.Errorf("query: %w", deal.ErrUnavailable), 503, "unavailable", "2"},
		"too slow":        {context.DeadlineExceeded, 503, "unavailable", "2"},
		"out of scope":    {deal.ErrNotFound, 404, "not_found", ""},
		"our own mistake": {errors.New("column x does not exist"), 500, "internal_error", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.failing = c.err
			a := r.do(rep1, "GET", at(mine, ""), nil)
			a.problem(c.status, c.code)
			require.Equal(t, c.retry, a.Header().Get("Retry-After"))
			require.NotContains(t, a.Body.String(), "column x", "causes stay inside")
			if c.status == 500 {
				require.Contains(t, r.logs.String(), "column x")
				require.Contains(t, r.logs.String(), a.Header().Get("Trace-Id"))
			}
		})
	}
}

func TestErrors_ofPanicsToo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.receive = func(deal.Command) (deal.Receipt, error) { panic("secret detail") }
	a := r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`)
	a.problem(500, "internal_error")
	require.NotContains(t, a.Body.String(), "secret detail")
	require.Contains(t, r.logs.String(), "secret detail")
	r.receive = newWorld().receive
	r.do(rep1, "POST", at(mine, "/advance"), `{"from":"plan"}`).ok(200)
}

func TestErrors_methodNotAllowedNamesTheMethods(t *testing.T) {
	t.Parallel()
	a := newRig(t).do(rep1, "DELETE", "/api/v1/accounts", nil)
	require.Contains(t, a.Header().Get("Allow"), "GET")
	require.Contains(t, a.Header().Get("Allow"), "POST")
}

func TestErrors_unauthorisedNamesTheScheme(t *testing.T) {
	t.Parallel()
	a := newRig(t).do("", "GET", "/api/v1/me", nil)
	require.Contains(t, a.Header().Get("WWW-Authenticate"), "Bearer")
}

// A real connection: the server, not a recorder, has to deliver the refusal while the client is still sending.
func TestServer_refusesHugeBodiesOnARealConnection(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	server := httptest.NewServer(r.api)
	t.Cleanup(server.Close)
	for name, body := range map[string]io.Reader{
		"with its length": bytes.NewReader(make([]byte, 5<<20)),
		"in chunks":       struct{ io.Reader }{bytes.NewReader(make([]byte, 5<<20))},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+at(mine, "/advance"), body)
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+r.token[rep1])
		resp, err := server.Client().Do(req)
		require.NoError(t, err, name)
		require.Equal(t, http.StatusRequestEntityTooLarge, resp.StatusCode, name)
		var p api.Problem
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&p))
		require.NoError(t, resp.Body.Close())
		require.Equal(t, catalogue.BodyTooLarge, p.Code)
	}
	require.Empty(t, r.sent)
}

// recorder notes the read deadlines that a handler sets on its connection.
type recorder struct {
	*httptest.ResponseRecorder

	deadlines []time.Time
}

func (r *recorder) SetReadDeadline(at time.Time) error {
	r.deadlines = append(r.deadlines, at)
	return nil
}

func TestServer_takesTheReadDeadlineAwayBeforeItWaitsForTheEngine(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	rec := &recorder{ResponseRecorder: httptest.NewRecorder()}
	r.receive = func(deal.Command) (deal.Receipt, error) {
		require.NotEmpty(t, rec.deadlines)
		require.False(t, rec.deadlines[0].IsZero(), "a body has a time to arrive in")
		require.True(t, rec.deadlines[len(rec.deadlines)-1].IsZero(), "the connection would be cut under the command")
		return newWorld().receive(deal.Command{})
	}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, at(mine, "/advance"), strings.NewReader(`{"from":"plan"}`))
	req.Header.Set("Authorization", "Bearer "+r.token[rep1])
	r.api.ServeHTTP(rec, req)
	require.Equal(t, http.StatusOK, rec.Code, rec.Body.String())

	rec = &recorder{ResponseRecorder: httptest.NewRecorder()} // a route that huma reads no body for
	req = httptest.NewRequestWithContext(t.Context(), http.MethodDelete, "/api/v1/session", nil)
	req.Header.Set("Authorization", "Bearer "+r.token[rep1])
	r.api.ServeHTTP(rec, req)
	require.Equal(t, http.StatusNoContent, rec.Code)
	require.True(t, rec.deadlines[len(rec.deadlines)-1].IsZero())
}

func TestServer_slowBodiesRunOutOfTime(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.Limits.BodyTimeout = time.Millisecond })
	server := httptest.NewServer(r.api)
	t.Cleanup(server.Close)
	body, sender := io.Pipe()
	t.Cleanup(func() { _ = sender.Close() })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+at(mine, "/advance"), body)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+r.token[rep1])
	resp, err := server.Client().Do(req)
	require.NoError(t, err)
	require.Equal(t, http.StatusRequestTimeout, resp.StatusCode)
	require.NoError(t, resp.Body.Close())
}

func TestAnswers_carryTheHeadersOfACarefulServer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, path := range []string{at(mine, ""), "/nowhere", "/livez", "/docs"} {
		h := r.do(rep1, "GET", path, nil).Header()
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), path)
		require.Equal(t, "no-referrer", h.Get("Referrer-Policy"), path)
		require.Contains(t, h.Get("Content-Security-Policy"), "frame-ancestors 'none'", path)
		require.Len(t, h.Get("Trace-Id"), 32, path)
		require.Equal(t, h.Get("Trace-Id"), h.Get("X-Request-Id"), path)
	}
}

func TestLanguage_isNegotiated(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for accept, want := range map[string]string{
		"": "en", "zh": "zh", "zh-CN,zh;q=0.9,en;q=0.8": "zh", "en-GB": "en", "de": "en", "fr;q=0.9, zh;q=0.5": "zh", "zh-TW": "zh",
		"nonsense;;q": "en", "*": "en", "en;q=0.4,zh;q=0.9": "zh",
	} {
		r.lang = accept
		a := r.do(rep1, "GET", at(foreign, ""), nil)
		require.Equal(t, want, a.Header().Get("Content-Language"), accept)
		require.Equal(t, want == "zh", a.problem(404, "not_found").Title == "未找到", accept)
	}
}

func TestErrors_ofAReaderWhoWantsToWrite(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.deny = view.ErrReadOnly
	r.do(manager, "PUT", at(mine, "/steps/plan/form"), `{"content":{}}`, header{"If-Match", `"2"`}).problem(403, "not_your_role")
	r.deny = &view.StateError{Code: deal.CodeNotActive}
	r.do(manager, "PUT", at(mine, "/steps/plan/form"), `{"content":{}}`, header{"If-Match", `"2"`}).problem(409, "not_active")
}

// constraintError is what the store gives where the schema refuses something for a reason that is known.
type constraintError struct{ code deal.Code }

func (e *constraintError) Error() string         { return "constraint x refuses this" }
func (e *constraintError) Refusal() deal.Refusal { return deal.Refusal{Code: e.code} }

func TestErrors_ofConstraintsAreTheirRefusals(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.deny = fmt.Errorf("add contact: %w", &constraintError{deal.CodeUnknownPerson})
	r.do(rep1, "POST", at(mine, "/contacts"), `{"name":"x"}`).problem(422, "unknown_person")
}
