package dossier

import (
	"reflect"

	"closedloop/deal"
)

// Set is a closed set as the API and its documentation show it.
type Set struct {
	Name    string // lower snake
	Members []Member
	goType  reflect.Type
}

// Sets returns every closed set that records, facts and computations use, with labels in both languages.
func Sets() []Set {
	return []Set{
		shown("account_kind", accountKinds()), shown("arbitration_result", arbitrationResults()), shown("buying_phase", buyingPhases()), shown("buying_role", buyingRoles()),
		shown("centre", centres()), shown("gift_kind", giftKinds()), shown("review_result", reviewResults()), shown("support_result", supportResults()),
		shown("champion_rung", championRungs()), shown("commitment_type", commitmentTypes()), shown("credit_colour", colours()),
		shown("document_purpose", documentPurposes()), shown("focus", focuses()), shown("gatekeeper_kind", gatekeeperKinds()),
		shown("key_account_test", tests()), shown("man_cell", cells()), shown("need_origin", needOrigins()), shown("pillar", pillars()),
		shown("purpose", purposes()), shown("relation_type", relationTypes()), shown("release_cause", releaseCauses()), shown("sector", sectors()), shown("side", sides()),
		shown("temper", tempers()), shown("trend", trends()), shown("value_item", valueItems()), shown("verdict", verdicts()),
		shown("voting", votings()),
	}
}

func shown[T ~string](name string, s set[T]) Set {
	return Set{Name: name, Members: s.members(), goType: reflect.TypeFor[T]()}
}

// FieldType says what a field of a record holds.
type FieldType string

// The types of fields. Days are YYYY-MM-DD and instants RFC 3339; a reference is an ID; choices are closed sets, rows are lists of groups and
// lists are lists of texts or IDs.
const (
	TextField    FieldType = "text"
	DayField     FieldType = "day"
	ChoiceField  FieldType = "choice"
	WholeField   FieldType = "whole"
	InstantField FieldType = "instant"
	YesNoField   FieldType = "yes_no"
	PersonField  FieldType = "person"
	GroupField   FieldType = "group"
	RowsField    FieldType = "rows"
	ListField    FieldType = "list"
	unknownField FieldType = ""
)

// FieldInfo describes a field of a record.
type FieldInfo struct {
	Name     string
	Label    deal.Text
	Type     FieldType
	Nullable bool        // null says that it is not known; the others are empty then
	Choices  []Member    // of a choice; it may be empty besides
	Fields   []FieldInfo // of a group, and of each row
}

// Describe lists the fields of a kind in the order in which they are written; nothing for something that is no kind.
func Describe(k Kind) []FieldInfo {
	info, ok := KindOf(k)
	if !ok {
		return nil
	}
	return describe(reflect.TypeOf(info.New()), Sets())
}

func describe(t reflect.Type, sets []Set) []FieldInfo {
	var out []FieldInfo
	for _, m := range membersOf(t) {
		f := FieldInfo{Name: m.name, Label: FieldLabel(m.name)}
		ft := t.Field(m.index).Type
		if ft.Kind() == reflect.Pointer {
			ft, f.Nullable = ft.Elem(), true
		}
		f.Type, f.Choices = fieldType(ft, sets)
		if f.Type == RowsField {
			ft = ft.Elem()
		}
		if f.Type == RowsField || f.Type == GroupField {
			f.Fields = describe(ft, sets)
		}
		out = append(out, f)
	}
	return out
}

func fieldType(t reflect.Type, sets []Set) (FieldType, []Member) {
	for _, s := range sets {
		if s.goType == t {
			return ChoiceField, s.Members
		}
	}
	switch t {
	case reflect.TypeFor[Day]():
		return DayField, nil
	case reflect.TypeFor[Instant]():
		return InstantField, nil
	case reflect.TypeFor[deal.PersonID]():
		return PersonField, nil
	case reflect.TypeFor[deal.Step](), reflect.TypeFor[string]():
		return TextField, nil
	}
	switch t.Kind() { //nolint:exhaustive // a test holds records to these kinds
	case reflect.Int, reflect.Int64:
		return WholeField, nil
	case reflect.Bool:
		return YesNoField, nil
	case reflect.Struct:
		return GroupField, nil
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return RowsField, nil
		}
		return ListField, nil
	}
	return unknownField, nil
}
