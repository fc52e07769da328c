package playbook

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"closedloop/deal"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// maxRefusals bounds an answer: content can be made to be wrong in more places than anybody reads.
const maxRefusals = 200

// fault is one thing that is wrong with the content of a form.
type fault struct {
	path []string // of keys and row numbers
	text deal.Text
	hint deal.Text
}

// pointer is the path as a JSON pointer.
func (f fault) pointer() string {
	var p strings.Builder
	for _, token := range f.path {
		p.WriteByte('/')
		p.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(token))
	}
	return p.String()
}

// CheckForm checks content against a step's form as far as it is filled in: types, bounds, choices, patterns, unknown
// fields, lengths and control characters. What is still missing is for the gate to say. Every fault is an invalid_value
// with a JSON pointer into the content, a sentence and a remedy.
func (p *Playbook) CheckForm(id deal.Step, content map[string]any) deal.Refusals {
	s, ok := p.step(id)
	if !ok {
		return deal.Refusals{{Code: deal.CodeInvalidValue, Args: []string{string(id)}}}
	}
	found := badTexts(nil, nil, content)
	if len(found) == 0 {
		found = s.form.faults(s.form.draft, content)
	}
	var no deal.Refusals
	for _, f := range found[:min(len(found), maxRefusals)] {
		no = append(no, deal.Refusal{Code: deal.CodeInvalidValue, Field: f.pointer(), Text: f.text, Hint: f.hint})
	}
	return no
}

// faults validates content and says what is wrong, in the order of the form.
func (f form) faults(schema *jsonschema.Schema, content map[string]any) []fault {
	err := schema.Validate(stripped(content))
	if err == nil {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return []fault{{text: sentences.unfit}}
	}
	found := f.leaves(nil, invalid)
	slices.SortStableFunc(found, func(a, b fault) int { return f.compare(a.path, b.path) })
	return found
}

// leaves walks the tree of what a validation found down to the single faults.
func (f form) leaves(found []fault, e *jsonschema.ValidationError) []fault {
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			found = append(found, f.missing(append(slices.Clone(e.InstanceLocation), name)))
		}
		return found
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			path := append(slices.Clone(e.InstanceLocation), name)
			found = append(found, fault{path: path, text: sentences.unknown, hint: sentences.unknownHint})
		}
		return found
	}
	if len(e.Causes) == 0 {
		return append(found, f.invalid(e))
	}
	for _, cause := range e.Causes {
		found = f.leaves(found, cause)
	}
	return found
}

// compare orders paths as the form is read: by field, row and column; what the form does not know comes last.
func (f form) compare(a, b []string) int {
	fields := f.fields
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			if at, ok := field(fields, a[i]); ok && at.Kind == TableField {
				fields = at.Columns
			}
			continue
		}
		if i == 1 { // rows
			x, _ := strconv.Atoi(a[i])
			y, _ := strconv.Atoi(b[i])
			return x - y
		}
		x, y := place(fields, a[i]), place(fields, b[i])
		if x == y {
			return strings.Compare(a[i], b[i])
		}
		return x - y
	}
	return len(a) - len(b)
}

func place(fields []Field, name string) int {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return len(fields)
	}
	return i
}

// at finds the field that a path leads to and how to call it: for a cell, the table, the row and the column.
func (f form) at(path []string) (Field, deal.Text) {
	if len(path) == 0 {
		return Field{}, deal.Text{}
	}
	top, ok := field(f.fields, path[0])
	name := deal.Text{ZH: "“" + top.Label.ZH + "”", EN: "“" + top.Label.EN + "”"}
	if !ok || len(path) == 1 {
		return top, name
	}
	row := path[1]
	if n, err := strconv.Atoi(row); err == nil {
		row = strconv.Itoa(n + 1)
	}
	name = deal.Text{ZH: name.ZH + "第 " + row + " 行", EN: name.EN + ", row " + row}
	if len(path) == 2 {
		return Field{}, name
	}
	column, _ := field(top.Columns, path[2])
	return column, deal.Text{ZH: name.ZH + "的“" + column.Label.ZH + "”", EN: name.EN + ": “" + column.Label.EN + "”"}
}

// stripped is content without blank texts: an empty box is a field left out.
func stripped(content map[string]any) map[string]any {
	out := make(map[string]any, len(content))
	for k, v := range content {
		switch v := v.(type) {
		case string:
			if strings.TrimSpace(v) == "" {
				continue
			}
			out[k] = v
		case []any:
			rows := make([]any, len(v))
			for i, row := range v {
				if m, ok := row.(map[string]any); ok {
					row = stripped(m)
				}
				rows[i] = row
			}
			out[k] = rows
		default:
			out[k] = v
		}
	}
	return out
}

// badTexts finds texts that Postgres cannot keep or that are longer than anybody reads, wherever they stand.
func badTexts(found []fault, path []string, v any) []fault {
	if len(found) >= maxRefusals {
		return found
	}
	switch v := v.(type) {
	case string:
		if t, hint, bad := badText(v); bad {
			return append(found, fault{path: path, text: t, hint: hint})
		}
	case []any:
		for i, item := range v {
			found = badTexts(found, append(slices.Clone(path), strconv.Itoa(i)), item)
		}
	case map[string]any:
		for _, k := range sortedKeys(v) {
			if t, hint, bad := badText(k); bad {
				found = append(found, fault{path: path, text: t, hint: hint})
				continue
			}
			found = badTexts(found, append(slices.Clone(path), k), v[k])
		}
	}
	return found
}

func badText(s string) (text, hint deal.Text, bad bool) {
	switch {
	case strings.ContainsRune(s, 0) || !utf8.ValidString(s):
		return sentences.control, sentences.controlHint, true
	case utf8.RuneCountInString(s) > maxTextLength:
		return sentences.long, sentences.longHint, true
	}
	return text, hint, false
}
