package playbook

import "encoding/json"

// complete checks what only shows once the whole field was read, and puts bounds where the playbook says nothing.
func (b *builder) complete(f *Field, what string, line int) {
	switch f.Kind {
	case TextField:
		f.limits.maxLength = orInt(f.limits.maxLength, maxTextLength)
		if f.limits.minLength != nil && *f.limits.minLength > *f.limits.maxLength {
			b.add(line, "%s: minLength is above maxLength", what)
		}
		if f.limits.pattern != "" && f.Help == nil {
			b.add(line, "%s: a pattern needs x-ui.help that says how to write the value", what)
		}
	case TableField:
		f.limits.maxItems = orInt(f.limits.maxItems, maxRows)
		if f.limits.minItems != nil && *f.limits.minItems > *f.limits.maxItems {
			b.add(line, "%s: minItems is above maxItems", what)
		}
		if len(f.Columns) == 0 {
			b.add(line, "%s: a table needs items with columns", what)
		}
	case IntegerField:
		f.limits.minimum = orNumber(f.limits.minimum, f.limits.exclusiveMinimum, minWhole)
		f.limits.maximum = orNumber(f.limits.maximum, f.limits.exclusiveMaximum, maxWhole)
		b.numbers(f, what, line)
	case NumberField:
		b.numbers(f, what, line)
	case EnumField:
		for _, o := range f.Options {
			if o.Label.ZH == "" || o.Label.EN == "" {
				b.add(line, "%s: x-ui.options lacks a label in zh and en for %q", what, o.Value)
			}
		}
	case DateField, BooleanField, PersonField, ContactField:
	}
	if f.Kind != EnumField && len(f.Options) > 0 {
		b.add(line, "%s: only an enum has options", what)
	}
}

func (b *builder) numbers(f *Field, what string, line int) {
	low, high := f.limits.minimum, f.limits.maximum
	if low == "" {
		low = f.limits.exclusiveMinimum
	}
	if high == "" {
		high = f.limits.exclusiveMaximum
	}
	if low != "" && high != "" && rat(low).Cmp(rat(high)) > 0 {
		b.add(line, "%s: the minimum is above the maximum", what)
	}
	if f.Unit == nil {
		b.add(line, "%s: x-ui.unit is missing: a number says what it counts", what)
	}
}

func orInt(have *int, otherwise int) *int {
	if have != nil {
		return have
	}
	return &otherwise
}

func orNumber(have, exclusive json.Number, otherwise json.Number) json.Number {
	if have != "" || exclusive != "" {
		return have
	}
	return otherwise
}
