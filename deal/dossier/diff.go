package dossier

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
)

// Change is one field in which two versions of a record differ.
type Change struct {
	Op      ChangeOp `json:"op"`
	Pointer string   `json:"pointer"` // into the newer version; into the older one for what was removed
	From    any      `json:"from"`    // as JSON has it; null for what was added
	To      any      `json:"to"`      // null for what was removed
}

// ChangeOp says what happened to a field or a row.
type ChangeOp string

// A value was changed, a row added or removed.
const (
	FieldChanged ChangeOp = "changed"
	RowAdded     ChangeOp = "added"
	RowRemoved   ChangeOp = "removed"
)

// Diff compares two versions of a record field by field, in the order in which they are written. Rows that were put in
// or taken out show as such, not as changes of everything below them.
func Diff(older, newer Record) ([]Change, error) {
	if older.Kind() != newer.Kind() {
		return nil, fmt.Errorf("compare a %s with a %s: %w", older.Kind(), newer.Kind(), ErrUnknownKind)
	}
	a, err := generic(older)
	if err != nil {
		return nil, err
	}
	b, err := generic(newer)
	if err != nil {
		return nil, err
	}
	var d differ
	d.compare("", a, b, valueOf(older).Type())
	return d, nil
}

// generic is a record as JSON has it.
func generic(r Record) (any, error) {
	body, err := Encode(r)
	if err != nil {
		return nil, err
	}
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, fmt.Errorf("compare a %s: %w", r.Kind(), err)
	}
	return v, nil
}

type differ []Change

func (d *differ) compare(at string, a, b any, t reflect.Type) {
	if reflect.DeepEqual(a, b) {
		return
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			for _, m := range membersOf(t) {
				d.compare(at+"/"+m.name, x[m.name], y[m.name], t.Field(m.index).Type)
			}
			return
		}
	case []any:
		if y, ok := b.([]any); ok {
			d.rows(at, x, y, t.Elem())
			return
		}
	}
	*d = append(*d, Change{Op: FieldChanged, Pointer: at, From: a, To: b})
}

// rows compares two lists. What they begin and end with in common stays; of the rest, rows at the same place are
// compared, and the longer one has more.
func (d *differ) rows(at string, a, b []any, t reflect.Type) {
	shorter := min(len(a), len(b))
	head := 0
	for head < shorter && reflect.DeepEqual(a[head], b[head]) {
		head++
	}
	tail := 0
	for tail < shorter-head && reflect.DeepEqual(a[len(a)-1-tail], b[len(b)-1-tail]) {
		tail++
	}
	for i := head; i < max(len(a), len(b))-tail; i++ {
		place := at + "/" + strconv.Itoa(i)
		switch {
		case i >= len(a)-tail:
			*d = append(*d, Change{Op: RowAdded, Pointer: place, To: b[i]})
		case i >= len(b)-tail:
			*d = append(*d, Change{Op: RowRemoved, Pointer: place, From: a[i]})
		default:
			d.compare(place, a[i], b[i], t)
		}
	}
}
