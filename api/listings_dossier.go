package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/table"
)

// listing is a list of records of the kind: where each stands on file, and its fields as they are described, groups field
// by field, rows one below the other in a cell.
func (k *recordKind) listing() listing {
	type T = documentBody
	l := listing{title: k.Label}
	l.columns = append(l.columns,
		num("轮次", "Cycle", func(d T) int64 { return int64(d.Cycle) }),
		num("版本", "Version", func(d T) int64 { return d.Version }),
	)
	l.columns = append(l.columns, fieldColumns(k.fields, deal.Text{}, nil)...)
	l.columns = append(l.columns,
		when("建立时间", "Created", func(d T) *time.Time { return d.CreatedAt }),
		when("更新时间", "Updated", func(d T) *time.Time { return d.UpdatedAt }),
		somebody("更新人", "Updated by", func(d T) *personBody { return d.UpdatedBy }),
		txt("ID", "ID", func(d T) string { return d.ID }),
	)
	return l
}

// fieldColumns are the columns of fields below a place in the content.
func fieldColumns(fields []dossier.FieldInfo, below deal.Text, path []string) []column {
	var all []column
	for _, f := range fields {
		title := f.Label
		if below != (deal.Text{}) {
			title = deal.Text{ZH: below.ZH + "·" + f.Label.ZH, EN: below.EN + ": " + f.Label.EN}
		}
		at := append(append([]string{}, path...), wireName(f))
		if f.Type == dossier.GroupField {
			all = append(all, fieldColumns(f.Fields, title, at)...)
			continue
		}
		all = append(all, column{title, func(l look, item any) table.Cell {
			d, ok := item.(documentBody)
			if !ok {
				return table.Cell{}
			}
			return l.fieldCell(f, inContent(d.Content, at))
		}})
	}
	return all
}

// inContent finds a value in the content of a record; nil where there is none, or where it is masked.
func inContent(content json.RawMessage, path []string) any {
	in := json.NewDecoder(bytes.NewReader(content))
	in.UseNumber()
	var v any
	if err := in.Decode(&v); err != nil {
		return nil
	}
	for _, name := range path {
		object, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = object[name]
	}
	return v
}

// fieldCell writes one field of a record.
func (l look) fieldCell(f dossier.FieldInfo, v any) table.Cell {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return table.Whole(n)
		}
		return table.Decimal(v.String())
	case string:
		switch {
		case isMoney(f):
			return table.Decimal(v)
		case f.Type == dossier.DayField:
			return table.Day(v)
		}
	}
	return table.Text(l.fieldText(f, v))
}

// fieldText writes one field where several share a cell.
func (l look) fieldText(f dossier.FieldInfo, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return deal.Text{ZH: "是", EN: "yes"}.In(l.lang)
		}
		return deal.Text{ZH: "否", EN: "no"}.In(l.lang)
	case string:
		switch f.Type {
		case dossier.ChoiceField:
			for _, m := range f.Choices {
				if m.Value == v {
					return m.Label.In(l.lang)
				}
			}
		case dossier.PersonField:
			if p, ok := l.org.Person(deal.PersonID(v)); ok {
				return p.Name
			}
		case dossier.TextField, dossier.DayField, dossier.InstantField, dossier.WholeField, dossier.YesNoField, dossier.GroupField, dossier.RowsField, dossier.ListField:
		}
		return v
	case []any:
		return l.rowsText(f, v)
	case map[string]any:
		return l.groupText(f.Fields, v)
	}
	return fmt.Sprint(v)
}

// rowsText puts rows one below the other, and a plain list in one line.
func (l look) rowsText(f dossier.FieldInfo, rows []any) string {
	between, item := ", ", f
	if f.Type == dossier.RowsField {
		between = "\n"
	}
	if item.Type = dossier.TextField; len(f.Choices) > 0 {
		item.Type = dossier.ChoiceField
	}
	return strings.Join(mapped(rows, func(row any) string { return l.fieldText(item, row) }), between)
}

// groupText names each field of a row that has something in it.
func (l look) groupText(fields []dossier.FieldInfo, object map[string]any) string {
	var parts []string
	for _, f := range fields {
		if text := l.fieldText(f, object[wireName(f)]); text != "" {
			parts = append(parts, f.Label.In(l.lang)+": "+text)
		}
	}
	return strings.Join(parts, "; ")
}
