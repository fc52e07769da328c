package dossier

import (
	"reflect"

	"closedloop/deal"
)

// FactType is the type of a fact as conditions see it.
type FactType string

// Yes or no, a whole number, a text.
const (
	BoolFact FactType = "bool"
	IntFact  FactType = "int"
	TextFact FactType = "string"
)

// FactInfo describes one fact.
type FactInfo struct {
	Name  string
	Type  FactType
	Label deal.Text
}

// AllFacts describes every fact, in the order of [Facts].
func AllFacts() []FactInfo {
	t := reflect.TypeFor[Facts]()
	labels := factLabels()
	var out []FactInfo
	for _, m := range membersOf(t) {
		info := FactInfo{Name: m.name, Type: TextFact, Label: labels[m.name]}
		switch t.Field(m.index).Type.Kind() { //nolint:exhaustive // a test holds facts to three types
		case reflect.Bool:
			info.Type = BoolFact
		case reflect.Int64:
			info.Type = IntFact
		}
		out = append(out, info)
	}
	return out
}

// Values are the facts by name, each a bool, an int64 or a string.
func (f Facts) Values() map[string]any {
	v := reflect.ValueOf(f)
	out := make(map[string]any, v.NumField())
	for _, m := range membersOf(v.Type()) {
		out[m.name] = v.Field(m.index).Interface()
	}
	return out
}
