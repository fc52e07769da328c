package api

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/deal/dossier"
)

// recordOperation is an operation on a kind of record. Handlers read bodies themselves, so that the domain's own sentences
// say what is wrong; here the OpenAPI file learns what they take and give.
type recordOperation struct {
	huma.Operation

	kind     *recordKind
	registry huma.Registry
}

func (a *API) recordOp(k *recordKind, method, path, id, summary string) recordOperation {
	return recordOperation{
		Operation: op(method, path, id, "dossier", k.Label.EN+": "+summary), kind: k, registry: a.huma.OpenAPI().Components.Schemas,
	}
}

// takes says that the body is a record.
func (o recordOperation) takes() recordOperation {
	o.RequestBody = &huma.RequestBody{
		Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: o.kind.schema(o.registry)}},
	}
	o.SkipValidateBody = true
	return o
}

// answer says that the answer is a record on file.
func (o recordOperation) answer(status int) huma.Operation {
	o.DefaultStatus = status
	return o.with(status, o.kind.documentSchema(o.registry))
}

// list says that the answer is a page of them.
func (o recordOperation) list() huma.Operation {
	page := plainSchema[list[documentBody]](o.registry)
	o.Metadata[listingKey] = o.kind.listing()
	page.Properties["items"] = &huma.Schema{Type: huma.TypeArray, Items: o.kind.documentSchema(o.registry)}
	return o.with(http.StatusOK, component(o.registry, o.kind.schemaName()+"Page", page))
}

func (o recordOperation) with(status int, s *huma.Schema) huma.Operation {
	o.Responses = map[string]*huma.Response{strconv.Itoa(status): {
		Description: http.StatusText(status), Content: map[string]*huma.MediaType{"application/json": {Schema: s}},
	}}
	return o.Operation
}

// schemaName is the kind in the schemas: ServicePlanRecord.
func (k *recordKind) schemaName() string {
	var b strings.Builder
	for _, word := range strings.Split(string(k.Kind), "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String() + "Record"
}

// schema is that of the record itself.
func (k *recordKind) schema(r huma.Registry) *huma.Schema {
	s := objectSchema(k.fields)
	s.Description = k.Label.EN + " (" + k.Label.ZH + "). A field that is left out is empty; what must be there is said when it is missing."
	return component(r, k.schemaName(), s)
}

// documentSchema is that of the record on file.
func (k *recordKind) documentSchema(r huma.Registry) *huma.Schema {
	s := plainSchema[documentBody](r)
	s.Properties["content"] = k.schema(r)
	return component(r, k.schemaName()+"OnFile", s)
}

// component puts a schema among the named ones and answers a reference to it.
func component(r huma.Registry, name string, s *huma.Schema) *huma.Schema {
	r.Map()[name] = s
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

// plainSchema is the schema of a type, for changing.
func plainSchema[T any](r huma.Registry) *huma.Schema {
	return huma.SchemaFromType(r, reflect.TypeFor[T]())
}

func objectSchema(fields []dossier.FieldInfo) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, AdditionalProperties: false}
	for _, f := range fields {
		s.Properties[wireName(f)] = fieldSchema(f)
	}
	return s
}

// wireName is what a field is called in JSON.
func wireName(f dossier.FieldInfo) string {
	if isMoney(f) {
		return strings.TrimSuffix(f.Name, minorSuffix)
	}
	return f.Name
}

func fieldSchema(f dossier.FieldInfo) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Description: f.Label.EN + " (" + f.Label.ZH + ")", Nullable: f.Nullable}
	switch f.Type {
	case dossier.TextField, dossier.PersonField:
		s.MaxLength = ptr(textLength)
	case dossier.DayField:
		s.Pattern = `^(\d{4}-\d{2}-\d{2})?$`
	case dossier.InstantField:
		s.Description += "; written by the system, RFC 3339 or empty"
	case dossier.ChoiceField:
		s.Enum = []any{""}
		for _, m := range f.Choices {
			s.Enum = append(s.Enum, m.Value)
		}
	case dossier.WholeField:
		if isMoney(f) {
			s.Pattern = `^(\d{1,15}(\.\d{1,2})?)?$`
			s.Examples = []any{"1250000.00"}
		} else {
			s.Type = huma.TypeInteger
		}
	case dossier.YesNoField:
		s.Type = huma.TypeBoolean
	case dossier.GroupField:
		group := objectSchema(f.Fields)
		group.Description, group.Nullable = s.Description, s.Nullable
		return group
	case dossier.RowsField:
		s.Type, s.Items = huma.TypeArray, objectSchema(f.Fields)
	case dossier.ListField:
		s.Type, s.Items = huma.TypeArray, &huma.Schema{Type: huma.TypeString}
	}
	return s
}

// textLength is the longest text anywhere (contract.md §4).
const textLength = 4000

// recordIn is a record inside another answer, such as the battle map.
type recordIn[R dossier.Record] struct {
	kind   *recordKind
	record R
}

// MarshalJSON writes the record the way its own resource does.
func (r recordIn[R]) MarshalJSON() ([]byte, error) { return r.kind.content(r.record) }

// Schema is that of the record's own resource.
func (recordIn[R]) Schema(r huma.Registry) *huma.Schema {
	var none R
	for _, k := range recordKinds() {
		if k.Kind == none.Kind() {
			return k.schema(r)
		}
	}
	return &huma.Schema{}
}
