package dossier

import "closedloop/deal"

// Schema is the JSON Schema of a kind in a language ("zh", or English), for the API's documentation and for forms;
// nothing for something that is no kind. What [Record.Validate] wants besides is in its sentences.
func Schema(k Kind, lang string) map[string]any {
	info, ok := KindOf(k)
	if !ok {
		return nil
	}
	s := object(Describe(k), lang)
	s["title"] = info.Label.In(lang)
	return s
}

func object(fields []FieldInfo, lang string) map[string]any {
	properties := map[string]any{}
	for _, f := range fields {
		properties[f.Name] = f.schema(lang)
	}
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}

func (f FieldInfo) schema(lang string) map[string]any {
	s := map[string]any{}
	kind := "string"
	switch f.Type {
	case TextField, PersonField, DayField, InstantField, unknownField:
	case ChoiceField:
		values := []any{""}
		for _, m := range f.Choices {
			values = append(values, m.Value)
		}
		s["enum"] = values
		s["description"] = choiceWords(f.Choices, lang)
	case WholeField:
		kind = "integer"
	case YesNoField:
		kind = "boolean"
	case GroupField:
		kind = "object"
		s = object(f.Fields, lang)
	case RowsField:
		kind = "array"
		s["items"], s["maxItems"] = object(f.Fields, lang), maxRows
	case ListField:
		kind = "array"
		s["items"], s["maxItems"] = map[string]any{"type": "string"}, maxRows
	}
	if f.Type == DayField {
		s["pattern"] = `^(\d{4}-\d{2}-\d{2})?$`
	}
	s["type"], s["title"] = kind, f.Label.In(lang)
	if f.Nullable {
		s["type"] = []any{kind, "null"}
	}
	return s
}

func choiceWords(members []Member, lang string) string {
	words := ""
	for i, m := range members {
		if i > 0 {
			words += deal.Text{ZH: "，", EN: ", "}.In(lang)
		}
		words += m.Value + " = " + m.Label.In(lang)
	}
	return words
}
