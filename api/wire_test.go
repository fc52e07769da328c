package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/api/catalogue"
)

// humaSource is the directory of huma's source, as the build sees it.
func humaSource(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", "github.com/danielgtaylor/huma/v2").Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

func parseGo(t *testing.T, file string) *ast.File {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	return parsed
}

func TestHuma_everyConstantOfItsValidationHasACode(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(humaSource(t), "validation", "*.go"))
	require.NoError(t, err)
	constants := 0
	for _, file := range files {
		ast.Inspect(parseGo(t, file), func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				for _, name := range spec.Names {
					if name.IsExported() {
						constants++
					}
				}
			}
			return true
		})
	}
	codes := api.HumaCodes()
	require.NotZero(t, constants)
	require.Len(t, codes, constants, "a constant of huma has no code of ours, or two have the same")
	say := catalogue.New()
	for code, now := range codes {
		_, ok := say.Reason(code)
		require.True(t, ok, "%s has no sentence", code)
		found, args := api.Decode(now)
		require.Equal(t, code, found)
		require.Empty(t, args)
	}
}

func TestHuma_everyMessageItWritesWithoutAConstantHasACode(t *testing.T) {
	t.Parallel()
	responsesOnly := "write only property is non-zero"
	var messages []string
	for _, file := range []string{"huma.go", "validate.go"} {
		ast.Inspect(parseGo(t, filepath.Join(humaSource(t), file)), func(n ast.Node) bool {
			called, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if selector, ok := called.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "Add" && len(called.Args) == 3 {
				for _, part := range []ast.Expr{called.Args[2]} {
					if sum, ok := part.(*ast.BinaryExpr); ok { // "required "+p.Loc+" parameter is missing"
						_, ok = sum.Y.(*ast.BasicLit)
						require.True(t, ok)
						messages = append(messages, "required query parameter is missing", "required path parameter is missing", "required header parameter is missing")
					}
					if lit, ok := part.(*ast.BasicLit); ok {
						text, err := strconv.Unquote(lit.Value)
						require.NoError(t, err)
						messages = append(messages, text)
					}
				}
			}
			return true
		})
	}
	require.Greater(t, len(messages), 3)
	for _, message := range messages {
		if message == responsesOnly {
			continue
		}
		code, _ := api.Decode(message)
		require.NotEqual(t, "wrong_type", code, message)
	}
}

func TestHuma_neverSpeaksEnglishToAChineseReader(t *testing.T) {
	t.Parallel()
	api.HumaCodes()
	say := catalogue.New()
	for _, detail := range []*huma.ErrorDetail{
		{Location: "body.a", Message: "\x1fnot_one_of\x1fx, y"},
		{Location: "query.limit", Message: "\x1ftoo_large\x1f200"},
		{Location: "body", Message: "\x1frequired_field\x1fname"},
		{Location: "body.contacts[2].name", Message: "some new English sentence of huma"},
	} {
		p := api.FromHuma(say, api.HumaCall("zh"), 422, "validation failed", []error{detail})
		require.Equal(t, "内容不正确", p.Title)
		require.Len(t, p.Errors, 1)
		require.NotContains(t, p.Errors[0].Detail, "English")
		require.NotContains(t, p.Detail+p.Errors[0].Detail, "\x1f")
	}
	p := api.FromHuma(say, api.HumaCall("zh"), 422, "", []error{
		&huma.ErrorDetail{Location: "query.limit", Message: "\x1ftoo_large\x1f200"},
		&huma.ErrorDetail{Location: "body", Message: "\x1frequired_field\x1fa/b"},
		&huma.ErrorDetail{Location: "body.contacts[2].name", Message: "\x1fnot_string"},
	})
	require.Equal(t, "不得大于 200", p.Errors[0].Detail)
	require.Equal(t, "query/limit", p.Errors[0].Pointer)
	require.Equal(t, "/a~1b", p.Errors[1].Pointer)
	require.Equal(t, "/contacts/2/name", p.Errors[2].Pointer)
}

func TestHuma_codesOfItsOwnStatuses(t *testing.T) {
	t.Parallel()
	say := catalogue.New()
	for status, code := range map[int]string{
		400: catalogue.BodyRequired, 406: catalogue.NotAcceptable, 408: catalogue.BodyTimeout, 413: catalogue.BodyTooLarge,
		415: catalogue.UnsupportedMediaType, 422: catalogue.InvalidRequest, 500: "internal_error",
	} {
		message := "request body is required"
		p := api.FromHuma(say, api.HumaCall("en"), status, message, nil)
		require.Equal(t, code, p.Code)
		require.Equal(t, status, p.GetStatus())
	}
}
