package playbook

import (
	"encoding/json"
	"slices"

	"closedloop/deal"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// FieldKind is what a field of a form holds. There are no other kinds: what the page cannot show is refused when the
// playbook loads.
type FieldKind string

// The kinds of fields. A table holds rows of the others.
const (
	TextField    FieldKind = "text"
	EnumField    FieldKind = "enum"
	DateField    FieldKind = "date" // YYYY-MM-DD
	IntegerField FieldKind = "integer"
	NumberField  FieldKind = "number"
	BooleanField FieldKind = "boolean"
	PersonField  FieldKind = "person"  // ID of one of us
	ContactField FieldKind = "contact" // ID of a contact of the account
	TableField   FieldKind = "table"
)

// form is the form of one step. Two schemas follow from one list of fields: full is what the gate asks for, draft lets
// everything be missing.
type form struct {
	fields []Field
	full   *jsonschema.Schema
	draft  *jsonschema.Schema
	schema json.RawMessage // of full, for people and programs
}

// Field is one field of a form, or one column of a table.
type Field struct {
	Name     string     `json:"name"`
	Kind     FieldKind  `json:"kind"`
	Required bool       `json:"required"` // by the gate; a draft may leave everything out
	Label    deal.Text  `json:"label"`
	Help     *deal.Text `json:"help,omitempty"`
	Unit     *deal.Text `json:"unit,omitempty"`    // of a number
	Widget   string     `json:"widget,omitempty"`  // textarea, money (an integer of minor units)
	Options  []Option   `json:"options,omitempty"` // of an enum
	Columns  []Field    `json:"columns,omitempty"` // of a table

	limits limits
}

// Option is one choice of an enum.
type Option struct {
	Value string    `json:"value"`
	Label deal.Text `json:"label"`
}

// limits are the bounds of a field as its schema has them; nil: no bound.
type limits struct {
	minLength, maxLength *int
	minItems, maxItems   *int
	pattern              string

	minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf json.Number
}

// Bounds that hold where a playbook says nothing. Whole numbers beyond 2^53 lose digits in a browser.
const (
	maxTextLength = 4000
	maxRows       = 200
	maxWhole      = "9007199254740991"
	minWhole      = "-9007199254740991"
)

// field finds a field by name.
func field(fields []Field, name string) (Field, bool) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// option tells whether a value is one of an enum's.
func (f Field) option(value string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == value })
}
