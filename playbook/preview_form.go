package playbook

import (
	"encoding/json"
	"slices"
)

// fieldChanges compares two forms: fields, and the columns of tables that are in both.
func fieldChanges(before, after []Field, content map[string]any) []FieldChange {
	var list []FieldChange
	name := func(f Field) string { return f.Name }
	for _, p := range pairs(before, after, name, sameField) {
		_, filled := stripped(content)[p.key]
		list = append(list, FieldChange{Path: p.key, Edit: p.edit, OnFile: filled, Before: alone(p.before), After: alone(p.after)})
	}
	for _, f := range after {
		old, both := field(before, f.Name)
		if !both || old.Kind != TableField || f.Kind != TableField {
			continue
		}
		for _, p := range pairs(old.Columns, f.Columns, name, sameField) {
			list = append(list, FieldChange{
				Path: f.Name + "/" + p.key, Edit: p.edit, OnFile: inRows(content[f.Name], p.key), Before: alone(p.before), After: alone(p.after),
			})
		}
	}
	return list
}

// sameField tells whether two fields take the same values and are asked for alike. Labels and help do not count, and
// columns are compared by themselves.
func sameField(a, b any) bool {
	x, _ := a.(Field)
	y, _ := b.(Field)
	return x.Required == y.Required && x.values() == y.values()
}

// values is the schema of what a field takes, without what the page needs.
func (f Field) values() string {
	schema := slices.DeleteFunc(f.schema(0, false), func(m member) bool { return m.key == "x-ui" || m.key == "items" })
	text, err := json.Marshal(schema)
	if err != nil {
		return f.Name // a field whose schema cannot be written was refused when the playbook was loaded
	}
	return string(text)
}

// alone is a field without its columns.
func alone(f *Field) *Field {
	if f == nil {
		return nil
	}
	one := *f
	one.Columns = nil
	return &one
}

// inRows tells whether a row of a table has a value in a column.
func inRows(table any, column string) bool {
	rows, _ := table.([]any)
	return slices.ContainsFunc(rows, func(row any) bool {
		cells, _ := row.(map[string]any)
		_, filled := stripped(cells)[column]
		return filled
	})
}
