package playbook

import (
	"encoding/json"
	"math"
	"strings"
	"time"
)

// A record is what conditions see of a form, a table's row or anything on file. A key that is missing reads as empty.
type record = map[string]any

// recordOf converts content by the form's fields: whole numbers to int64, others to float64, tables to rows. What does
// not fit its field is left out, as if it were missing: the schema speaks about it, conditions never stumble over it.
func recordOf(fields []Field, content map[string]any) record {
	r := record{}
	for _, f := range fields {
		if v, ok := f.convert(content[f.Name]); ok {
			r[f.Name] = v
		}
	}
	return r
}

func (f Field) convert(v any) (any, bool) {
	switch f.Kind {
	case TextField:
		s, ok := v.(string)
		return s, ok && strings.TrimSpace(s) != ""
	case EnumField:
		s, ok := v.(string)
		return s, ok && f.option(s)
	case DateField:
		s, ok := v.(string)
		return s, ok && isDate(s)
	case PersonField, ContactField:
		s, ok := v.(string)
		return s, ok && idForm.MatchString(s)
	case IntegerField:
		n, ok := whole(v)
		return n, ok && f.limits.hold(n)
	case NumberField:
		n, ok := number(v)
		return n, ok && f.limits.hold(n)
	case BooleanField:
		b, ok := v.(bool)
		return b, ok
	case TableField:
		list, ok := v.([]any)
		rows := make([]any, 0, len(list))
		for _, item := range list {
			if row, isRow := item.(map[string]any); isRow {
				rows = append(rows, recordOf(f.Columns, row))
			}
		}
		return rows, ok
	}
	return nil, false
}

// hold tells whether a number lies within the bounds of its field. Saving a form sees to that; but an account that was
// moved may bring numbers from another form, and a product of two must not overflow in a condition.
func (l limits) hold(n any) bool {
	var value float64
	switch n := n.(type) {
	case int64:
		value = float64(n) // exact: whole numbers end at 2^53
	case float64:
		value = n
	}
	for _, b := range []struct {
		bound json.Number
		holds func(bound float64) bool
	}{
		{l.minimum, func(bound float64) bool { return value >= bound }},
		{l.maximum, func(bound float64) bool { return value <= bound }},
		{l.exclusiveMinimum, func(bound float64) bool { return value > bound }},
		{l.exclusiveMaximum, func(bound float64) bool { return value < bound }},
	} {
		if bound, err := b.bound.Float64(); b.bound != "" && (err != nil || !b.holds(bound)) {
			return false
		}
	}
	return true
}

// whole reads a whole number out of what JSON decoders and Go programs make of one.
func whole(v any) (any, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, true
		}
		f, err := v.Float64()
		return wholeFloat(f, err == nil)
	case float64:
		return wholeFloat(v, true)
	}
	return nil, false
}

// maxExact is 2^53: below it every whole number is a float64 of its own.
const maxExact = 1 << 53

func wholeFloat(f float64, ok bool) (any, bool) {
	if !ok || f != math.Trunc(f) || math.Abs(f) > maxExact {
		return nil, false
	}
	return int64(f), true
}

func number(v any) (any, bool) {
	switch v := v.(type) {
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	n, ok := whole(v)
	if i, isInt := n.(int64); ok && isInt {
		return float64(i), true
	}
	return nil, false
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
