package catalogue_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"closedloop/api/catalogue"
	"closedloop/deal"
)

// constants reads the string constants of a named type from the source of a package; with an empty type, all of them.
func constants(t *testing.T, dir, kind string) []string {
	t.Helper()
	//nolint:staticcheck // one directory without build tags: the simple parser sees what the compiler sees
	packages, err := parser.ParseDir(token.NewFileSet(), dir, func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
	require.NoError(t, err)
	var found []string
	for _, p := range packages {
		ast.Inspect(p, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			name, _ := spec.Type.(*ast.Ident)
			if (kind != "" && (name == nil || name.Name != kind)) || (kind == "" && spec.Type != nil) {
				return true
			}
			for i, v := range spec.Values {
				if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING && spec.Names[i].IsExported() {
					text, err := strconv.Unquote(lit.Value)
					require.NoError(t, err)
					found = append(found, text)
				}
			}
			return true
		})
	}
	require.NotEmpty(t, found, "no constants of type %s in %s", kind, dir)
	return found
}

const rules = "../../deal"

func TestCatalogue_hasASentenceForEveryCodeOfTheRules(t *testing.T) {
	t.Parallel()
	say := catalogue.New()
	for _, code := range constants(t, rules, "Code") {
		_, ok := say.Reason(code)
		require.True(t, ok, "refusal code %s has no sentence", code)
	}
}

func TestCatalogue_hasASentenceForEveryCodeOfTheAPI(t *testing.T) {
	t.Parallel()
	say := catalogue.New()
	for _, code := range constants(t, ".", "") {
		if code == catalogue.Chinese || code == catalogue.English {
			continue
		}
		_, ok := say.Reason(code)
		require.True(t, ok, "problem code %s has no sentence", code)
	}
}

func TestCatalogue_retellsEveryNoticeTaskAndEvent(t *testing.T) {
	t.Parallel()
	say := catalogue.New()
	for _, kind := range constants(t, rules, "NoticeKind") {
		require.True(t, say.Has(deal.NoticeKind(kind)), "notice %s", kind)
	}
	for _, topic := range deal.Topics() {
		for _, rung := range []deal.RungName{deal.Remind, deal.Urge, deal.Superior} {
			require.True(t, say.Has(deal.TopicNotice(topic, rung)), "%s of %s", rung, topic)
		}
	}
	require.Len(t, deal.Topics(), len(constants(t, rules, "Topic")))
	for _, clock := range constants(t, rules, "ClockKind") {
		if deal.ClockKind(clock) == deal.AgendaClock {
			continue // each of its topics has lines of its own
		}
		for _, rung := range constants(t, rules, "RungName") {
			kind := deal.RungNotice(deal.ClockKind(clock), deal.RungName(rung))
			require.True(t, say.Has(kind), "notice %s", kind)
		}
	}
	for _, kind := range constants(t, rules, "TaskKind") {
		require.True(t, say.Has(deal.TaskKind(kind)), "task %s", kind)
	}
	for _, kind := range deal.EventKinds() {
		require.True(t, say.Has(kind), "event %s", kind)
	}
	require.Len(t, deal.EventKinds(), len(constants(t, rules, "EventKind")))
}

func TestCatalogue_saysTheSameInBothLanguages(t *testing.T) {
	t.Parallel()
	say := catalogue.New()
	placeholder := regexp.MustCompile(`\{[0-9*]\}`)
	slots := func(s string) []string {
		found := placeholder.FindAllString(s, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	for _, code := range say.Codes() {
		e, _ := say.Reason(code)
		for _, text := range []deal.Text{e.Text, e.Hint} {
			require.NotEmpty(t, text.EN, code)
			require.True(t, han(text.ZH), "%s: %q is not Chinese", code, text.ZH)
			require.False(t, han(text.EN), "%s: %q is not English", code, text.EN)
			require.Equal(t, slots(text.EN), slots(text.ZH), code)
			require.Equal(t, strings.Count(text.EN, "["), strings.Count(text.EN, "]"), code)
			require.Equal(t, strings.Count(text.ZH, "["), strings.Count(text.ZH, "]"), code)
		}
	}
}

func TestCatalogue_neverLeavesAPlaceholderBehind(t *testing.T) {
	t.Parallel()
	say := catalogue.New()
	for _, code := range say.Codes() {
		e, _ := say.Reason(code)
		for _, sentence := range []string{e.Text.ZH, e.Text.EN, e.Hint.ZH, e.Hint.EN} {
			for _, args := range [][]string{nil, {"x"}, {"x", "y", "z"}} {
				require.NotRegexp(t, `\{[0-9*]\}|[\[\]]`, catalogue.Fill(sentence, args), code)
			}
		}
	}
}

func TestFill_dropsPartsWithoutTheirArgument(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sentence string
		args     []string
		want     string
	}{
		{"the account is not active[ but {0}]", nil, "the account is not active"},
		{"the account is not active[ but {0}]", []string{"paused"}, "the account is not active but paused"},
		{"no road[ from {0} to {1}]", []string{"plan"}, "no road"},
		{"no road[ from {0} to {1}].", []string{"plan", "screen"}, "no road from plan to screen."},
		{"bad[; expected: {*}]", []string{"a", "b"}, "bad; expected: a, b"},
		{"bad[; expected: {*}]", nil, "bad"},
		{"{0} is {1}", []string{"this"}, "this is "},
		{"open [ bracket", nil, "open [ bracket"},
		{"", []string{"x"}, ""},
	} {
		require.Equal(t, c.want, catalogue.Fill(c.sentence, c.args), c.sentence)
	}
}

func TestCatalogue_speaksOfUnknownCodesToo(t *testing.T) {
	t.Parallel()
	say := catalogue.New()
	e, ok := say.Reason("never_heard_of")
	require.False(t, ok)
	require.NotEmpty(t, e.Text.ZH)
	require.Equal(t, "teapot", say.Word("teapot", "zh"))
	require.Equal(t, "客户调查", say.Word("survey", "zh"))
	require.Equal(t, "new_kind", say.Notice("new_kind", "zh", "晨风"))
	require.Equal(t, "晨风:步骤期限已超期,提请上级处理", say.Notice("step_superior", "zh", "晨风"))
	require.Equal(t, "I'm a teapot", say.Title("x", 418, "en"))
}

func TestCatalogue_tellsInBothLanguagesWhatAFieldTakes(t *testing.T) {
	t.Parallel()
	say := catalogue.New()
	for _, word := range constants(t, rules, "Expectation") {
		zh, en := say.Expected(word, catalogue.Chinese), say.Expected(word, catalogue.English)
		require.True(t, strings.ContainsFunc(zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }), word)
		require.False(t, strings.ContainsFunc(en, func(r rune) bool { return unicode.Is(unicode.Han, r) }), word)
		require.NotEqual(t, word, en)
	}
	require.Equal(t, "survey", say.Expected("survey", catalogue.Chinese), "what may be sent stays as it is")
}
