package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write api/openapi.json anew")

// The committed copy is what people review: a change of the API shows as a change of this file.
func TestOpenAPI_equalsTheCommittedCopy(t *testing.T) {
	t.Parallel()
	a := newRig(t).do("", "GET", "/openapi.json", nil)
	require.Equal(t, "application/openapi+json", a.Header().Get("Content-Type"))
	var pretty bytes.Buffer
	require.NoError(t, json.Indent(&pretty, a.Body.Bytes(), "", "  "))
	pretty.WriteByte('\n')
	if *update {
		require.NoError(t, os.WriteFile("openapi.json", pretty.Bytes(), 0o600))
	}
	committed, err := os.ReadFile("openapi.json")
	require.NoError(t, err)
	require.Equal(t, string(committed), pretty.String(), "run: go test ./api -run TestOpenAPI -update, and review the difference")
}

type specFile struct {
	OpenAPI string                              `json:"openapi"`
	Paths   map[string]map[string]specOperation `json:"paths"`
}

type specOperation struct {
	OperationID string                       `json:"operationId"`
	Tags        []string                     `json:"tags"`
	Summary     string                       `json:"summary"`
	Security    []map[string][]string        `json:"security"`
	Responses   map[string]json.RawMessage   `json:"responses"`
	Parameters  []map[string]json.RawMessage `json:"parameters"`
}

func spec(t *testing.T) specFile {
	t.Helper()
	var s specFile
	require.NoError(t, json.Unmarshal(newRig(t).do("", "GET", "/openapi.json", nil).Body.Bytes(), &s))
	return s
}

// One line for each route. A route that is added or lost changes this list on purpose or not at all; what is public is
// marked.
func TestOpenAPI_theInventoryOfRoutes(t *testing.T) {
	t.Parallel()
	s := spec(t)
	require.Equal(t, "3.1.0", s.OpenAPI)
	var routes []string
	ids := map[string]string{}
	for path, item := range s.Paths {
		for method, o := range item {
			route := strings.ToUpper(method) + " " + path
			require.NotEmpty(t, o.OperationID, route)
			require.Empty(t, ids[o.OperationID], "%s has the ID of %s", route, ids[o.OperationID])
			ids[o.OperationID] = route
			require.Len(t, o.Tags, 1, route)
			require.NotEmpty(t, o.Summary, route)
			require.Contains(t, o.Responses, "default", "%s does not describe its problems", route)
			if method == "post" && len(o.Security) > 0 {
				require.True(t, slices.ContainsFunc(o.Parameters, func(p map[string]json.RawMessage) bool { return string(p["name"]) == `"Idempotency-Key"` }), route)
			}
			if len(o.Security) == 0 {
				route += " (public)"
			} else {
				require.Len(t, o.Security, 2, route)
			}
			routes = append(routes, route)
		}
	}
	slices.Sort(routes)
	require.Equal(t, strings.TrimSpace(`
DELETE /api/v1/accounts/{id}/contacts/{contact}
DELETE /api/v1/session
GET /api/v1/accounts
GET /api/v1/accounts/{id}
GET /api/v1/accounts/{id}/contacts
GET /api/v1/accounts/{id}/contacts/{contact}
GET /api/v1/accounts/{id}/gate
GET /api/v1/accounts/{id}/interactions
GET /api/v1/accounts/{id}/steps/{step}/form
GET /api/v1/accounts/{id}/timeline
GET /api/v1/accounts/{id}/upcoming
GET /api/v1/accounts/{id}/verify
GET /api/v1/approvals
GET /api/v1/approvals/{id}
GET /api/v1/delegations
GET /api/v1/duplicates
GET /api/v1/imports/{id}
GET /api/v1/imports/{id}/errors
GET /api/v1/me
GET /api/v1/me/upcoming
GET /api/v1/notifications
GET /api/v1/playbooks
GET /api/v1/playbooks/{name}
GET /api/v1/tasks
GET /api/v1/teams
GET /api/v1/users
GET /healthz (public)
GET /livez (public)
GET /readyz (public)
GET /version (public)
PATCH /api/v1/accounts/{id}
PATCH /api/v1/accounts/{id}/contacts/{contact}
POST /api/v1/accounts
POST /api/v1/accounts/{id}/advance
POST /api/v1/accounts/{id}/approvals
POST /api/v1/accounts/{id}/assign
POST /api/v1/accounts/{id}/close
POST /api/v1/accounts/{id}/contacts
POST /api/v1/accounts/{id}/follow-up
POST /api/v1/accounts/{id}/grade
POST /api/v1/accounts/{id}/intake
POST /api/v1/accounts/{id}/interactions
POST /api/v1/accounts/{id}/pause
POST /api/v1/accounts/{id}/reopen
POST /api/v1/accounts/{id}/resume
POST /api/v1/accounts/{id}/return
POST /api/v1/accounts/{id}/second-development
POST /api/v1/approvals/{id}/decision
POST /api/v1/approvals/{id}/transfer
POST /api/v1/approvals/{id}/withdraw
POST /api/v1/delegations
POST /api/v1/imports
POST /api/v1/notifications/read
POST /api/v1/session (public)
POST /api/v1/tasks/{id}/done
PUT /api/v1/accounts/{id}/steps/{step}/form`), strings.Join(routes, "\n"))
}

// Nobody gets anything of a resource without saying who they are, whatever the method.
func TestRoutes_allButThePublicOnesNeedAPerson(t *testing.T) {
	t.Parallel()
	s := spec(t)
	r := newRig(t)
	for path, item := range s.Paths {
		for method, o := range item {
			if len(o.Security) == 0 {
				continue
			}
			target := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "plan")
			r.do("", strings.ToUpper(method), target, nil).problem(401, "unauthenticated")
		}
	}
	require.Empty(t, r.sent)
}

// Objects of others are not there, on every route below an account and for every kind of person out of its scope.
func TestRoutes_belowAForeignAccountAreNotFound(t *testing.T) {
	t.Parallel()
	s := spec(t)
	bodies := map[string]string{
		"advance": `{"from":"plan"}`, "return": `{"to":"survey","reason":"x"}`, "intake": `{"decision":"accept"}`, "grade": `{"grade":"A","reason":"x"}`,
		"pause": `{"reason":"x","resume_on":"2026-04-01"}`, "resume": `{}`, "close": `{"outcome":"dropped","reason":"x"}`, "reopen": `{"reason":"x"}`,
		"assign": `{"owner":"x","reason":"x"}`, "follow-up": `{"at":"2026-04-01T00:00:00Z"}`, "second-development": `{"goal":"x"}`,
		"interactions": `{"kind":"call","at":"2026-03-01T00:00:00Z","with":["c1"],"aim":"x","result":"x","next_step":"x"}`,
		"contacts":     `{"name":"x"}`, "approvals": `{"kind":"proposal","subject":{"type":"form","id":"plan","version":1}}`, "form": `{"content":{}}`,
	}
	r := newRig(t)
	tried := 0
	for path, item := range s.Paths {
		if !strings.HasPrefix(path, "/api/v1/accounts/{id}") {
			continue
		}
		for method := range item {
			target := strings.NewReplacer("{id}", string(mine), "{step}", "plan", "{contact}", "c1").Replace(path)
			var body any
			switch method {
			case "post", "put":
				var ok bool
				body, ok = bodies[path[strings.LastIndexByte(path, '/')+1:]]
				require.True(t, ok, "no body for %s", path)
			case "patch":
				body = `{}`
			}
			for _, who := range []string{string(rep2), string(collector), string(admin)} {
				r.do(personID(who), strings.ToUpper(method), target, body, match("4")).problem(404, "not_found")
				tried++
			}
		}
	}
	require.Greater(t, tried, 60)
	require.Empty(t, r.sent)
}

// Each closed set of the rules appears whole as an enumeration of the API.
func TestOpenAPI_closedSetsAreThoseOfTheRules(t *testing.T) {
	t.Parallel()
	var sets []string
	collectEnums(map[string]any(newRig(t).do("", "GET", "/openapi.json", nil).json()), &sets)
	for kind, change := range map[string]func([]string) []string{
		"Step": nil, "Status": nil, "Grade": nil, "Role": nil, "IntakeDecision": nil, "InteractionKind": nil, "ApprovalKind": nil,
		"ApprovalStatus": nil, "Decision": nil, "SubjectType": nil, "TaskStatus": nil,
		"BuyingRole": func(m []string) []string { return append(m, "") }, // not known yet
		"Outcome":    func(m []string) []string { return slices.DeleteFunc(m, func(s string) bool { return s == "merged" }) },
	} {
		members := ruleConstants(t, kind)
		if change != nil {
			members = change(members)
		}
		slices.Sort(members)
		require.Contains(t, sets, strings.Join(members, " "), kind)
	}
}

func collectEnums(v any, sets *[]string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			collectEnums(item, sets)
		}
	case map[string]any:
		if enum, ok := v["enum"].([]any); ok {
			var members []string
			for _, m := range enum {
				members = append(members, m.(string))
			}
			slices.Sort(members)
			*sets = append(*sets, strings.Join(members, " "))
		}
		for _, item := range v {
			collectEnums(item, sets)
		}
	}
}

func TestDocs_workWithoutANetwork(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	page := r.do("", "GET", "/docs", nil)
	require.Equal(t, 200, page.Code)
	require.Contains(t, page.Header().Get("Content-Type"), "text/html")
	require.Contains(t, page.Header().Get("Content-Security-Policy"), "default-src 'self'")
	require.NotContains(t, page.Body.String(), "http", "nothing is loaded from elsewhere")
	require.NotRegexp(t, `<script>|<script [^>]*>[^<]|style=`, page.Body.String(), "nothing inline")
	for _, asset := range regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllStringSubmatch(page.Body.String(), -1) {
		a := r.do("", "GET", asset[1], nil)
		require.Equal(t, 200, a.Code, asset[1])
		require.NotEmpty(t, a.Body.Bytes())
	}
	start := r.do("", "GET", "/docs/start.js", nil).Body.String()
	require.Contains(t, start, "validatorUrl: null")
	require.Contains(t, start, `url: "/openapi.json"`)
	r.do("", "GET", "/docs/SHA256SUMS", nil).problem(404, "unknown_route")
}

func TestDocs_vendoredFilesAreThoseThatWereTakenOver(t *testing.T) {
	t.Parallel()
	sums, err := os.ReadFile(filepath.Join("docs", "SHA256SUMS"))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(sums)), "\n")
	require.Len(t, lines, 5)
	for _, line := range lines {
		sum, name, ok := strings.Cut(line, "  ")
		require.True(t, ok)
		content, err := os.ReadFile(filepath.Join("docs", name))
		require.NoError(t, err)
		actual := sha256.Sum256(content)
		require.Equal(t, sum, hex.EncodeToString(actual[:]), name)
	}
}

// ruleConstants reads the members of a closed set from the source of package deal.
func ruleConstants(t *testing.T, kind string) []string {
	t.Helper()
	//nolint:staticcheck // one directory without build tags: the simple parser sees what the compiler sees
	packages, err := parser.ParseDir(token.NewFileSet(), "../deal", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
	require.NoError(t, err)
	var found []string
	for _, p := range packages {
		ast.Inspect(p, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if name, ok := spec.Type.(*ast.Ident); ok && name.Name == kind {
				for _, v := range spec.Values {
					if lit, ok := v.(*ast.BasicLit); ok {
						text, err := strconv.Unquote(lit.Value)
						require.NoError(t, err)
						found = append(found, text)
					}
				}
			}
			return true
		})
	}
	require.NotEmpty(t, found, kind)
	return found
}
