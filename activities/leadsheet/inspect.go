package leadsheet

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
)

// Inspection is what a sheet looks like before it is read: its columns, what they were taken for, what stands in them.
type Inspection struct {
	Columns []Seen
	Missing []string // required columns that were not recognised, by the words of the template
	Doubled []Field  // fields that more than one column was taken for
	Trail   []string // column names of the second sheet, if there is one
}

// Seen is one column of a sheet.
type Seen struct {
	Header  string // as written
	Letter  string
	Field   Field    // empty: not recognised
	Mapped  bool     // by a mapping and not by its name
	Guess   Field    // of a column that was not recognised: what it may be; empty: no idea
	Samples []string // different values of the first rows
}

// How much of a sheet an inspection looks at.
const (
	inspectedRows = 200
	sampleValues  = 5
	sampledValues = 50 // looked at for a guess
)

// Inspect looks at the beginning of a sheet. Only what [Read] could never read is an error; columns that are missing, not
// known or doubled are what it is asked for.
func Inspect(file []byte, limits Limits, mapping Mapping) (Inspection, error) {
	limits = limits.orDefault()
	table, err := open(file, limits)
	if err != nil {
		return Inspection{}, err
	}
	src := table.main
	header, err := src.next()
	if errors.Is(err, io.EOF) {
		return Inspection{}, refuse(Empty, "", nil)
	}
	if err != nil {
		return Inspection{}, err
	}
	heads := headsOf(header, mapping)
	values := make([][]string, len(heads))
	for range inspectedRows {
		rec, err := src.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Inspection{}, err
		}
		for i, h := range heads {
			if h.index < len(rec.cells) {
				values[i] = sampled(values[i], rec.cells[h.index])
			}
		}
	}
	in := inspection(heads, values)
	if table.trail != nil {
		if in.Trail, err = trailHeaders(table); err != nil {
			return Inspection{}, err
		}
	}
	return in, nil
}

func trailHeaders(table opened) ([]string, error) {
	src, err := table.trail()
	if err != nil {
		return nil, err
	}
	header, err := src.next()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	return header.texts(), err
}

// Knows tells whether the sheet has a column with that name.
func (in Inspection) Knows(key string) bool {
	return slices.ContainsFunc(in.Columns, func(c Seen) bool { return HeaderKey(c.Header) == key }) ||
		slices.ContainsFunc(in.Trail, func(header string) bool { return HeaderKey(header) == key })
}

// Check refuses a mapping of columns that the sheet does not have; said is as in [ParseMapping].
func (in Inspection) Check(said map[string]string) error {
	for _, header := range slices.Sorted(maps.Keys(said)) {
		if !in.Knows(HeaderKey(header)) {
			return refuse(UnknownHeader, quote(header), nil)
		}
	}
	return nil
}

// IsMapping tells whether an error is about the mapping and not about the file.
func (e *Error) IsMapping() bool {
	return e.Code == UnknownField || e.Code == UnknownHeader || e.Code == AmbiguousHeader
}

// sampled adds a value unless it is nothing, there already, or more than enough.
func sampled(values []string, c cell) []string {
	text := quote(strings.TrimSpace(c.text))
	if isBlankMark(text) || len(values) >= sampledValues || slices.Contains(values, text) {
		return values
	}
	return append(values, text)
}

func inspection(heads []head, values [][]string) Inspection {
	in := Inspection{Columns: []Seen{}, Missing: []string{}, Doubled: []Field{}}
	columns := map[Field]Column{}
	for _, h := range heads {
		if _, twice := columns[h.field]; twice && h.field != "" && h.field != FieldIgnored && !slices.Contains(in.Doubled, h.field) {
			in.Doubled = append(in.Doubled, h.field)
		}
		columns[h.field] = h.Column
	}
	for i, h := range heads {
		seen := Seen{Header: h.Header, Letter: h.Letter, Field: h.field, Mapped: h.mapped, Samples: values[i][:min(len(values[i]), sampleValues)]}
		if h.field == "" {
			seen.Guess = guess(h.name, values[i], func(f Field) bool { _, taken := columns[f]; return taken })
			if seen.Guess != "" {
				columns[seen.Guess] = h.Column
			}
		}
		if seen.Samples == nil {
			seen.Samples = []string{}
		}
		in.Columns = append(in.Columns, seen)
	}
	for _, seen := range in.Columns {
		if seen.Guess != "" {
			delete(columns, seen.Guess)
		}
	}
	in.Missing = append(in.Missing, missingIn(columns)...)
	return in
}
