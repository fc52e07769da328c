package playbook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// object is a JSON object that keeps the order of its keys, so that forms are shown in the order of the file.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			out.WriteByte(',')
		}
		key, err := json.Marshal(m.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		out.Write(key)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

func (o *object) set(key string, value any) { *o = append(*o, member{key, value}) }

// dialect is the draft of JSON Schema that forms are written in.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// objectSchema is the schema of a list of fields. A draft may leave everything out.
func objectSchema(fields []Field, draft bool) object {
	required := []string{}
	var properties object
	for i, f := range fields {
		if f.Required && !draft {
			required = append(required, f.Name)
		}
		properties.set(f.Name, f.schema(i+1, draft))
	}
	return object{{"type", "object"}, {"required", required}, {"properties", properties}, {"additionalProperties", false}}
}

// schema is the JSON Schema of one field; x-ui carries what the page needs, its place included.
func (f Field) schema(order int, draft bool) object {
	var s object
	switch f.Kind {
	case TextField:
		s.set("type", "string")
		setIf(&s, "minLength", f.limits.minLength)
		setIf(&s, "maxLength", f.limits.maxLength)
		if f.limits.pattern != "" {
			s.set("pattern", f.limits.pattern)
		}
	case EnumField:
		values := make([]string, len(f.Options))
		for i, o := range f.Options {
			values[i] = o.Value
		}
		s = object{{"type", "string"}, {"enum", values}}
	case DateField, PersonField, ContactField:
		s = object{{"type", "string"}, {"format", string(f.Kind)}}
	case IntegerField, NumberField:
		s.set("type", string(f.Kind))
		for _, l := range []struct {
			key   string
			value json.Number
		}{
			{"minimum", f.limits.minimum},
			{"maximum", f.limits.maximum},
			{"exclusiveMinimum", f.limits.exclusiveMinimum},
			{"exclusiveMaximum", f.limits.exclusiveMaximum},
			{"multipleOf", f.limits.multipleOf},
		} {
			if l.value != "" {
				s.set(l.key, l.value)
			}
		}
	case BooleanField:
		s.set("type", "boolean")
	case TableField:
		s.set("type", "array")
		if !draft {
			setIf(&s, "minItems", f.limits.minItems)
		}
		setIf(&s, "maxItems", f.limits.maxItems)
		s.set("items", objectSchema(f.Columns, draft))
	}
	s.set("x-ui", f.ui(order))
	return s
}

func (f Field) ui(order int) object {
	ui := object{{"order", order}, {"label", f.Label}}
	setIf(&ui, "help", f.Help)
	setIf(&ui, "unit", f.Unit)
	if f.Widget != "" {
		ui.set("widget", f.Widget)
	}
	if len(f.Options) > 0 {
		var options object
		for _, o := range f.Options {
			options.set(o.Value, o.Label)
		}
		ui.set("options", options)
	}
	return ui
}

func setIf[T any](o *object, key string, value *T) {
	if value != nil {
		o.set(key, *value)
	}
}

// schemas compiles the two schemas of every form.
func (b *builder) schemas() {
	compiler := newCompiler()
	for i := range b.book.steps {
		s := &b.book.steps[i]
		full := append(object{{"$schema", dialect}}, objectSchema(s.form.fields, false)...)
		draft := append(object{{"$schema", dialect}}, objectSchema(s.form.fields, true)...)
		var err error
		if s.form.schema, s.form.full, err = compileSchema(compiler, string(s.id), full); err != nil {
			b.lose(0, "form of step %s: %v", s.id, err)
		}
		if _, s.form.draft, err = compileSchema(compiler, string(s.id)+"-draft", draft); err != nil {
			b.lose(0, "form of step %s: %v", s.id, err)
		}
	}
}

// newCompiler makes a compiler that checks formats, which 2020-12 leaves out unless asked, and opens no references.
func newCompiler() *jsonschema.Compiler {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(noReferences{})
	for _, kind := range []FieldKind{PersonField, ContactField} {
		c.RegisterFormat(&jsonschema.Format{Name: string(kind), Validate: isID})
	}
	return c
}

func compileSchema(c *jsonschema.Compiler, name string, schema object) (json.RawMessage, *jsonschema.Schema, error) {
	text, err := json.Marshal(schema)
	if err != nil {
		return nil, nil, fmt.Errorf("encode the schema: %w", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, nil, fmt.Errorf("decode the schema: %w", err)
	}
	url := "playbook:///" + name
	if err := c.AddResource(url, doc); err != nil {
		return nil, nil, fmt.Errorf("add the schema: %w", err)
	}
	compiled, err := c.Compile(url)
	if err != nil {
		return nil, nil, fmt.Errorf("compile the schema: %w", err)
	}
	return text, compiled, nil
}

// noReferences refuses every reference out of a schema: a form is complete in itself, and the library's own loader would
// read files of this machine.
type noReferences struct{}

var errReference = errors.New("references are not opened")

// Load implements jsonschema.URLLoader.
func (noReferences) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s: %w", url, errReference)
}

var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

var errNoID = errors.New("no ID")

// isID checks the format of a person or contact: an ID. Whether anybody has it is for a condition to ask.
func isID(v any) error {
	s, ok := v.(string)
	if ok && !idForm.MatchString(s) {
		return errNoID
	}
	return nil
}
