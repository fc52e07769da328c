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
