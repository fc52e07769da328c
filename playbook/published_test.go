package playbook

import (
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"closedloop/deal"
	"closedloop/deal/dossier"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestPublishedSchema_takesEveryShippedPlaybook(t *testing.T) {
	t.Parallel()
	schema := ReadPublished(t).Compile(t, "")
	files, err := shipped.ReadDir("books")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		source, err := shipped.ReadFile(path.Join("books", f.Name()))
		require.NoError(t, err)
		content, err := Decoded(source)
		require.NoError(t, err)
		require.NoError(t, schema.Validate(content), f.Name())
	}
}

// node is a place of the schema with its references followed.
func (p Published) node(t *testing.T, n any) map[string]any {
	t.Helper()
	m, ok := n.(map[string]any)
	require.True(t, ok, "%v", n)
	if list, wrapped := m["allOf"].([]any); wrapped {
		return p.node(t, list[0])
	}
	if ref, is := m["$ref"].(string); is {
		definitions, _ := p.doc["definitions"].(map[string]any)
		return p.node(t, definitions[strings.TrimPrefix(ref, "#/definitions/")])
	}
	return m
}

func properties(t *testing.T, n map[string]any, at string) map[string]any {
	t.Helper()
	list, ok := n["properties"].(map[string]any)
	require.True(t, ok, "%s has no properties", at)
	require.Equal(t, false, n["additionalProperties"], "%s takes unknown keys", at)
	return list
}

// same compares what the loader decodes with what the schema offers, key by key.
func (p Published) same(t *testing.T, typ reflect.Type, n map[string]any, at string) {
	t.Helper()
	switch {
	case typ == reflect.TypeFor[scalar]():
		require.NotContains(t, n, "properties", at)
		require.NotContains(t, []any{"object", "array"}, n["type"], at)
	case typ == reflect.TypeFor[yaml.Node](): // a form: its dialect has tests of its own
		require.Equal(t, "object", n["type"], at)
	case typ.Kind() == reflect.Slice:
		require.Equal(t, "array", n["type"], at)
		p.same(t, typ.Elem(), p.node(t, n["items"]), at+"[]")
	default:
		require.Equal(t, reflect.Struct, typ.Kind(), at)
		offered := properties(t, n, at)
		known := []string{}
		for i := range typ.NumField() {
			key := typ.Field(i).Tag.Get("yaml")
			known = append(known, key)
			require.Contains(t, offered, key, "%s: the loader knows %s, the schema does not", at, key)
			p.same(t, typ.Field(i).Type, p.node(t, offered[key]), at+"."+key)
		}
		require.ElementsMatch(t, known, slices.Collect(maps.Keys(offered)), "%s: the schema offers what the loader refuses", at)
	}
}

func TestPublishedSchema_offersTheVeryKeysThatTheLoaderKnows(t *testing.T) {
	t.Parallel()
	p := ReadPublished(t)
	p.same(t, reflect.TypeFor[bookFile](), p.doc, "playbook")
}

func TestPublishedSchema_offersTheVeryWordsThatTheLoaderKnows(t *testing.T) {
	t.Parallel()
	p := ReadPublished(t)
	definitions, _ := p.doc["definitions"].(map[string]any)
	words := func(definition string, keys ...string) []string {
		at := definitions[definition]
		for _, k := range keys {
			switch x := at.(type) {
			case map[string]any:
				at = x[k]
			case []any:
				i, err := strconv.Atoi(k)
				require.NoError(t, err)
				at = x[i]
			}
		}
		list := []string{}
		values, ok := at.([]any)
		require.True(t, ok, "%s %v", definition, keys)
		for _, v := range values {
			list = append(list, fmt.Sprint(v))
		}
		return list
	}
	var steps, forms, kinds, until, who []string
	for _, s := range deal.Steps() {
		steps, forms = append(steps, string(s)), append(forms, "steps/"+string(s)+"/form")
	}
	until = []string{"left", string(deal.UntilIntake)}
	for _, k := range deal.ApprovalKinds() {
		kinds = append(kinds, string(k))
		if k != deal.Reopen {
			until = append(until, string(deal.UntilRequested)+string(k))
		}
	}
	who = []string{string(deal.OwnerManager), string(deal.OwnerSuperior)}
	for _, r := range deal.Roles() {
		who = append(who, "role:"+string(r))
	}
	require.ElementsMatch(t, steps, words("step", "properties", "step", "enum"))
	require.ElementsMatch(t, steps, words("approval", "properties", "step", "enum"))
	require.ElementsMatch(t, steps[:deal.Sign.Number()], words("grade", "properties", "last_step", "enum"))
	require.ElementsMatch(t, steps, words("step", "properties", "returns", "items", "enum"))
	require.ElementsMatch(t, kinds, words("approval", "properties", "kind", "enum"))
	require.ElementsMatch(t, until, words("deadline", "properties", "until", "enum"))
	require.ElementsMatch(t, who, words("level", "properties", "who", "anyOf", "0", "enum"))
	require.ElementsMatch(t, append(slices.Clone(links), forms...), words("condition", "properties", "link", "enum"))
	require.ElementsMatch(t, []string{FormIncomplete, FormComplete, GradeAllowsNext}, words("condition", "properties", "code", "not", "enum"))
	require.ElementsMatch(t, reserved, words("fieldName", "not", "enum"))
	var facts []string
	for _, f := range dossier.AllFacts() {
		facts = append(facts, "file."+f.Name)
	}
	require.Equal(t, facts, words("when", "examples"), "editors offer the facts in conditions")
	rungs := []deal.RungName{deal.Remind, deal.Urge, deal.Superior, deal.Reassign}
	require.Equal(t, fmt.Sprint(rungs), fmt.Sprint(words("rung", "properties", "rung", "enum")))
	modes := []deal.SeatMode{deal.AnySeat, deal.AllSeats, deal.InOrder}
	require.Equal(t, fmt.Sprint(modes), fmt.Sprint(words("level", "properties", "mode", "enum")))
}

// written are all keywords of fields with a value that suits them.
var written = map[string]string{
	"minLength": "1", "maxLength": "9", "pattern": "'^K'", "minItems": "1", "maxItems": "9", "minimum": "1", "maximum": "9",
	"exclusiveMinimum": "0", "exclusiveMaximum": "10", "multipleOf": "1", "enum": "[a, b]",
	"items":   "{type: object, properties: {one: {type: boolean, x-ui: {label: {zh: 一, en: One}}}}}",
	"default": "1", "title": "x", "const": "1", "anyOf": "[]", "$ref": "'#'", "uniqueItems": "true",
}

// TestPublishedSchema_judgesFieldsAsTheLoaderDoes tries every kind of field with every keyword and every hint, as a field
// of a form and as a column.
func TestPublishedSchema_judgesFieldsAsTheLoaderDoes(t *testing.T) {
	t.Parallel()
	p := ReadPublished(t)
	field, column := p.Compile(t, "field"), p.Compile(t, "column")
	label := "label: {zh: 字段, en: Field}"
	kinds := []string{
		"type: string", "type: string, enum: [a, b]", "type: string, format: date", "type: string, format: person",
		"type: string, format: contact", "type: string, format: uri", "type: integer", "type: number", "type: boolean",
		"type: array, items: " + written["items"], "type: object", "type: 'null'", "type: integer, format: date",
	}
	hints := []string{
		"", "unit: {zh: 件, en: pieces}", "options: {a: {zh: 甲, en: A}, b: {zh: 乙, en: B}}", "help: {zh: 填, en: Write}",
		"widget: textarea", "widget: money", "unit: {zh: 分, en: fen}, widget: money", "colour: red", "widget: slider",
	}
	taken := 0
	judge := func(kind, keyword, hint string) {
		text := "{" + kind
		if keyword != "" && !strings.Contains(kind, keyword) {
			text += ", " + keyword + ": " + written[keyword]
		}
		text += ", x-ui: {" + strings.TrimSuffix(label+", "+hint, ", ") + "}}"
		var doc yaml.Node
		require.NoError(t, yaml.Unmarshal([]byte(text), &doc))
		content, err := Decoded([]byte(text))
		require.NoError(t, err)
		for column, schema := range map[bool]*jsonschema.Schema{false: field, true: column} {
			b := &builder{faults: &faults{}}
			b.field(entry{key: "one", line: 1, value: doc.Content[0]}, column)
			err := schema.Validate(content)
			require.Equal(t, len(b.list) == 0, err == nil, "%s (column: %v)\nloader: %v\nschema: %v", text, column, b.list, err)
			if err == nil {
				taken++
			}
		}
	}
	for _, kind := range kinds {
		for _, hint := range hints {
			judge(kind, "", hint)
			if hint == "" || strings.HasPrefix(hint, "unit") || strings.HasPrefix(hint, "options") || strings.HasPrefix(hint, "help") {
				for keyword := range written { // with whatever hint the kind cannot do without
					judge(kind, keyword, hint)
				}
			}
		}
	}
	require.Greater(t, taken, 50, "most of it must not be refused for a reason of its own")
}

func TestPublishedSchema_readsSpansAsTheLoaderDoes(t *testing.T) {
	t.Parallel()
	span := ReadPublished(t).Compile(t, "span")
	for _, n := range []string{"0", "1", "2", "90", "-1", "1.5", ""} {
		for _, kind := range []string{"", "office ", "working ", "calendar ", "official "} {
			for _, unit := range []string{"second", "seconds", "minute", "minutes", "hour", "hours", "day", "days", "week", "end of day", ""} {
				text := n + " " + kind + unit
				_, err := ParseSpan(text)
				require.Equal(t, err == nil, span.Validate(text) == nil, "%q", text)
			}
		}
	}
	require.NoError(t, span.Validate("end of day"))
	require.Error(t, ReadPublished(t).Compile(t, "length").Validate("end of day"))
}
