package playbook

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"closedloop/deal"

	"go.yaml.in/yaml/v3"
)

// maxPattern bounds a pattern's text.
const maxPattern = 200

// reserved are the words that CEL does not take as the name of a field.
var reserved = []string{
	"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "namespace",
	"null", "package", "return", "true", "var", "void", "while",
}

// entry is one key of a mapping with its value.
type entry struct {
	key   string
	line  int
	value *yaml.Node
}

// entries lists a mapping in the order of the file.
func (b *builder) entries(n *yaml.Node, what string) []entry {
	if n.Kind != yaml.MappingNode {
		b.lose(n.Line, "%s: keys with values belong here", what)
		return nil
	}
	var list []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if slices.ContainsFunc(list, func(e entry) bool { return e.key == key.Value }) {
			b.lose(key.Line, "%s: %q stands here twice", what, key.Value)
			continue
		}
		list = append(list, entry{key: key.Value, line: key.Line, value: n.Content[i+1]})
	}
	return list
}

// form reads a step's form.
func (b *builder) form(n *yaml.Node, line int) form {
	if n.Kind == 0 {
		b.lose(line, "form is missing: every step has one")
		return form{}
	}
	fields := b.fields(n, "form", false)
	if len(fields) == 0 {
		b.add(n.Line, "form has no fields")
	}
	return form{fields: fields}
}

// fields reads the properties of a form, or the columns of a table.
func (b *builder) fields(n *yaml.Node, what string, row bool) []Field {
	var fields []Field
	var required []*yaml.Node
	typed := false
	for _, e := range b.entries(n, what) {
		switch e.key {
		case "type":
			typed = e.value.Value == "object"
		case "required":
			required = b.items(e.value, what+": required")
		case "properties":
			for _, p := range b.entries(e.value, what+": properties") {
				fields = append(fields, b.field(p, row))
			}
		case "additionalProperties":
			if e.value.Value != "false" {
				b.lose(e.line, "%s: additionalProperties is always false", what)
			}
		default:
			b.lose(e.line, "%s: the page cannot show %q: a form has type, required and properties", what, e.key)
		}
	}
	if !typed {
		b.lose(n.Line, "%s: write type: object", what)
	}
	for _, r := range required {
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == r.Value })
		if i < 0 {
			b.lose(r.Line, "%s: required field %q is not among the properties", what, r.Value)
			continue
		}
		fields[i].Required = true
	}
	return fields
}

// items lists a sequence of scalars.
func (b *builder) items(n *yaml.Node, what string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		b.lose(n.Line, "%s: a list belongs here", what)
		return nil
	}
	for i, item := range n.Content {
		if item.Kind != yaml.ScalarNode {
			b.lose(item.Line, "%s: single values belong here", what)
			return nil
		}
		if slices.ContainsFunc(n.Content[:i], func(o *yaml.Node) bool { return o.Value == item.Value }) {
			b.add(item.Line, "%s: %q stands here twice", what, item.Value)
		}
	}
	return n.Content
}

// field reads one property.
func (b *builder) field(e entry, column bool) Field {
	f := Field{Name: e.key}
	what := "field " + e.key
	if !codeName.MatchString(e.key) || slices.Contains(reserved, e.key) {
		b.add(e.line, "%s: write a name in lower-case letters, digits and underscores that is no word of CEL", what)
	}
	entries := b.entries(e.value, what)
	f.Kind = b.kind(entries, what, e.line, column)
	if f.Kind == "" {
		return f
	}
	hinted := false
	for _, k := range entries {
		switch {
		case k.key == "type" || k.key == "format":
		case k.key == "x-ui":
			hinted = true
			b.hints(&f, k.value, what)
		case k.key == "enum":
			b.choices(&f, k.value, what)
		case k.key == "items" && f.Kind == TableField:
			f.Columns = b.fields(k.value, what, true)
		case slices.Contains(bounds(f.Kind), k.key):
			b.bound(&f, k, what)
		default:
			b.lose(k.line, "%s: the page cannot show %q in a field of kind %s", what, k.key, f.Kind)
		}
	}
	if !hinted {
		b.add(e.line, "%s: x-ui with a label in zh and en is missing", what)
	}
	b.complete(&f, what, e.line)
	return f
}

// kind works out what a property is, from its type, format and enum.
func (b *builder) kind(entries []entry, what string, line int, column bool) FieldKind {
	var typ, format string
	enum := false
	for _, k := range entries {
		switch k.key {
		case "type":
			typ = k.value.Value
		case "format":
			format = k.value.Value
		case "enum":
			enum = true
		}
	}
	kinds := map[string]FieldKind{
		"string": TextField, "string enum": EnumField, "string date": DateField, "string person": PersonField,
		"string contact": ContactField, "integer": IntegerField, "number": NumberField, "boolean": BooleanField, "array": TableField,
	}
	key := strings.TrimSpace(typ + " " + format)
	if enum {
		key += " enum"
	}
	kind := kinds[key]
	if kind == "" {
		b.lose(line, "%s: the page cannot show type %q with format %q: a field is a string (or enum, date, person, contact), "+
			"integer, number, boolean or a table", what, typ, format)
	}
	if kind == TableField && column {
		b.lose(line, "%s: a table inside a table cannot be shown", what)
		return ""
	}
	return kind
}

// bounds are the keywords that limit a kind.
func bounds(k FieldKind) []string {
	switch k {
	case TextField:
		return []string{"minLength", "maxLength", "pattern"}
	case IntegerField, NumberField:
		return []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
	case TableField:
		return []string{"minItems", "maxItems"}
	case EnumField, DateField, BooleanField, PersonField, ContactField:
	}
	return nil
}

func (b *builder) bound(f *Field, k entry, what string) {
	if k.key == "pattern" {
		if _, err := regexp.Compile(k.value.Value); err != nil || utf8.RuneCountInString(k.value.Value) > maxPattern {
			b.lose(k.line, "%s: pattern %q is no regular expression (RE2, at most %d characters)", what, k.value.Value, maxPattern)
		}
		f.limits.pattern = k.value.Value
		return
	}
	counts := map[string]**int{
		"minLength": &f.limits.minLength, "maxLength": &f.limits.maxLength, "minItems": &f.limits.minItems, "maxItems": &f.limits.maxItems,
	}
	if to := counts[k.key]; to != nil {
		top := maxTextLength
		if f.Kind == TableField {
			top = maxRows
		}
		n, err := strconv.Atoi(k.value.Value)
		if err != nil || n < 0 || n > top {
			b.lose(k.line, "%s: %s: write a whole number from 0 to %d", what, k.key, top)
		}
		*to = &n
		return
	}
	numbers := map[string]*json.Number{
		"minimum": &f.limits.minimum, "maximum": &f.limits.maximum, "exclusiveMinimum": &f.limits.exclusiveMinimum,
		"exclusiveMaximum": &f.limits.exclusiveMaximum, "multipleOf": &f.limits.multipleOf,
	}
	if !plainNumber.MatchString(k.value.Value) || (k.key == "multipleOf" && rat(json.Number(k.value.Value)).Sign() <= 0) {
		b.lose(k.line, "%s: %s: write a plain decimal number", what, k.key)
		return
	}
	*numbers[k.key] = json.Number(k.value.Value)
}

var plainNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?$`)

// rat is the exact value of a plain number.
func rat(n json.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return new(big.Rat)
	}
	return r
}

// choices reads an enum's values; their labels come with the hints.
func (b *builder) choices(f *Field, n *yaml.Node, what string) {
	for _, item := range b.items(n, what+": enum") {
		if !codeName.MatchString(item.Value) && !currencyName.MatchString(item.Value) {
			b.add(item.Line, "%s: option %q: write lower-case letters, digits and underscores, or a currency", what, item.Value)
		}
		i := slices.IndexFunc(f.Options, func(o Option) bool { return o.Value == item.Value })
		if i < 0 {
			f.Options = append(f.Options, Option{Value: item.Value})
		}
	}
	if len(f.Options) == 0 {
		b.lose(n.Line, "%s: enum has no values", what)
	}
}

var currencyName = regexp.MustCompile(`^[A-Z]{3}$`)

// hints reads x-ui: how the page shows the field.
func (b *builder) hints(f *Field, n *yaml.Node, what string) {
	labelled := false
	var options *yaml.Node
	for _, k := range b.entries(n, what+": x-ui") {
		switch k.key {
		case "label":
			labelled = true
			f.Label = b.textNode(k.value, what+": label", maxLabel)
		case "help":
			help := b.textNode(k.value, what+": help", maxText)
			f.Help = &help
		case "unit":
			unit := b.textNode(k.value, what+": unit", maxLabel)
			f.Unit = &unit
			if f.Kind != IntegerField && f.Kind != NumberField {
				b.add(k.line, "%s: only a number has a unit", what)
			}
		case "widget":
			f.Widget = k.value.Value
			fits := (f.Widget == "textarea" && f.Kind == TextField) || (f.Widget == "money" && f.Kind == IntegerField)
			if !fits {
				b.add(k.line, "%s: widget %q does not fit: a string may be a textarea, an integer money", what, f.Widget)
			}
		case "options":
			options = k.value
		default:
			b.add(k.line, "%s: x-ui: %q is unknown: there are label, help, unit, widget and options", what, k.key)
		}
	}
	if !labelled {
		b.add(n.Line, "%s: the label is missing", what)
	}
	if options == nil {
		return
	}
	for _, o := range b.entries(options, what+": options") {
		text := b.textNode(o.value, what+": option "+o.key, maxLabel)
		i := slices.IndexFunc(f.Options, func(have Option) bool { return have.Value == o.key })
		if i < 0 { // the enum may stand below its hints
			f.Options = append(f.Options, Option{Value: o.key})
			i = len(f.Options) - 1
		}
		f.Options[i].Label = text
	}
}

// textNode reads a sentence in both languages out of a form.
func (b *builder) textNode(n *yaml.Node, what string, limit int) deal.Text {
	var t textFile
	for _, k := range b.entries(n, what) {
		switch k.key {
		case "zh":
			t.ZH = scalar{line: k.line, text: k.value.Value}
		case "en":
			t.EN = scalar{line: k.line, text: k.value.Value}
		default:
			b.add(k.line, "%s: %q is unknown: there are zh and en", what, k.key)
		}
	}
	return b.text(t, what, n.Line, limit)
}
