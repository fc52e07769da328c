package config

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write config.example.yaml anew")

const exampleFile = "../config.example.yaml"

const exampleHead = `# Settings of closedloop, all at their defaults. Written from config/config.go
# by "make config.example.yaml"; do not edit this copy.
#
# The default run needs no file. To change something, put the keys you need into
# a file of your own and name it with --config FILE or CLOSEDLOOP_CONFIG; or set
# the variable that stands in brackets. A flag wins over the environment, the
# environment over the file. Unknown keys and variables are refused.
`

func TestExample_documentsEveryKeyAsTheStructHasIt(t *testing.T) {
	t.Parallel()
	want := example(t)
	if *update {
		require.NoError(t, os.WriteFile(exampleFile, []byte(want), 0o644)) //nolint:gosec // read by everybody
	}
	got, err := os.ReadFile(exampleFile)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "write it anew: make config.example.yaml")
}

func TestExample_isTheDefaultRun(t *testing.T) {
	t.Parallel()
	c, err := Load(Options{File: write(t, example(t))})
	require.NoError(t, err)
	require.Equal(t, *defaults(t), c)
}

// example renders all settings with the comments of the source.
func example(t *testing.T) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "config.go", nil, parser.ParseComments)
	require.NoError(t, err)
	comments := map[string]string{} // Type.Field → its comment
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if st, ok := spec.Type.(*ast.StructType); ok {
			for _, f := range st.Fields.List {
				comments[spec.Name.Name+"."+f.Names[0].Name] = f.Doc.Text()
			}
		}
		return false
	})
	byKey := map[string]field{}
	for _, f := range fields() {
		byKey[f.key] = f
	}
	var b strings.Builder
	b.WriteString(exampleHead)
	var render func(typ reflect.Type, prefix string)
	render = func(typ reflect.Type, prefix string) {
		indent := strings.Repeat("  ", strings.Count(prefix, "."))
		for i := range typ.NumField() {
			sf := typ.Field(i)
			name := sf.Tag.Get("mapstructure")
			comment := strings.TrimSpace(comments[typ.Name()+"."+sf.Name])
			require.NotEmpty(t, comment, "%s.%s has no comment", typ.Name(), sf.Name)
			if prefix == "" || i > 0 {
				b.WriteString("\n")
			}
			for line := range strings.Lines(comment) {
				b.WriteString(indent + "# " + strings.TrimSpace(line) + "\n")
			}
			if sf.Type.Kind() == reflect.Struct {
				b.WriteString(indent + name + ":\n")
				render(sf.Type, prefix+name+".")
				continue
			}
			f := byKey[prefix+name]
			b.WriteString(indent + "# " + allowed(f) + "[" + f.env() + "]\n")
			b.WriteString(indent + name + ": " + inYAML(f) + "\n")
		}
	}
	render(reflect.TypeFor[Config](), "")
	return b.String()
}

// allowed says what the field takes, where the comment does not.
func allowed(f field) string {
	lowest, highest, spanned := strings.Cut(f.span, "..")
	switch {
	case len(f.oneOf) > 0:
		return "One of " + strings.Join(f.oneOf, ", ") + ". "
	case spanned:
		return "From " + lowest + " to " + highest + ". "
	default:
		return ""
	}
}

// inYAML writes the default as YAML reads it back.
func inYAML(f field) string {
	if f.def == "" || (f.typ.Kind() == reflect.String && strings.ContainsAny(f.def, ":#")) {
		return strconv.Quote(f.def)
	}
	return f.def
}
