package leadsheet

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"closedloop/naming"
)

// history reads the follow-ups of a row: one for each group of columns that says what was done. A text that names several
// days, a line for each, is several.
func (v *values) history() []Note {
	var notes []Note
	for n := 1; n <= mostFollowUps; n++ {
		text := v.text(FieldFollowUp.Numbered(n))
		note := Note{
			On: v.day(FieldFollowUpOn.Numbered(n)), By: v.text(FieldFollowUpBy.Numbered(n)), How: v.text(FieldFollowUpHow.Numbered(n)),
			Text: text,
		}
		if text == "" {
			continue
		}
		notes = append(notes, split(note, v.epoch)...)
	}
	return notes
}

// datedLine is a line that begins with a day: 2026-11-03 上门拜访, 2026年11月3日：电话.
var datedLine = regexp.MustCompile(`^\s*(\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?)[\s:：,，、.]+(\S.*)$`)

// split takes a note apart whose lines have days of their own. One with a day in its own column stays whole.
func split(note Note, epoch time.Time) []Note {
	if !note.On.IsZero() {
		return []Note{note}
	}
	var notes []Note
	for line := range strings.Lines(note.Text) {
		line = strings.TrimSpace(line)
		if m := datedLine.FindStringSubmatch(line); m != nil {
			if day, ok := parseDay(strings.ReplaceAll(m[1], " ", ""), epoch); ok {
				notes = append(notes, Note{On: day, By: note.By, How: note.How, Text: strings.TrimSpace(m[2])})
				continue
			}
		}
		if len(notes) == 0 {
			return []Note{note} // it does not begin with a day: it is one text
		}
		if line != "" {
			notes[len(notes)-1].Text += "\n" + line
		}
	}
	return notes
}

// trail reads the second sheet: follow-ups of the customers of the first one, told by credit code or name. What is wrong
// with a follow-up refuses its customer, since a row is taken as a whole or not at all.
func (r *reading) trail(from opened, mapping Mapping) error {
	src, err := from.trail()
	if err != nil {
		return err
	}
	header, err := src.next()
	if errors.Is(err, io.EOF) {
		return nil // an empty sheet is none
	}
	if err != nil {
		return err
	}
	r.sheet.Raw.TrailName, r.sheet.Raw.TrailHeader = from.trailName, header.texts()
	columns, err := trailColumns(header, mapping)
	if err != nil {
		return err
	}
	follow := follower{reading: r, index: indexOf(r.sheet.Rows), bad: map[int]bool{}}
	for _, line := range r.sheet.Raw.Lines {
		follow.bad[line.Number] = true
	}
	for n := 1; ; n++ {
		rec, err := src.next()
		if errors.Is(err, io.EOF) {
			follow.settle()
			return nil
		}
		if err != nil {
			return err
		}
		if n > r.limits.Rows {
			return refuse(TooManyRows, strconv.Itoa(r.limits.Rows), nil)
		}
		if err := r.count(rec); err != nil {
			return err
		}
		v := values{sheet: from.trailName + "!", row: rec.row, cells: rec.cells, columns: columns, epoch: r.epoch}
		if err := follow.line(&v, RawLine{Number: rec.row, Cells: rec.texts()}); err != nil {
			return err
		}
	}
}

// trailColumns finds the columns of the second sheet: who it is about and what was done must be there.
func trailColumns(header record, mapping Mapping) (map[Field]Column, error) {
	columns := map[Field]Column{}
	for _, h := range headsOf(header, mapping) {
		field := h.field
		if meant, other := map[Field]Field{ // on this sheet a plain date is that of the follow-up, and so on
			FieldCollectedOn: FieldFollowUpOn, FieldCollectedBy: FieldFollowUpBy, FieldNote: FieldFollowUp,
		}[field]; other {
			field = meant
		}
		if _, twice := columns[field]; twice && field != h.field {
			continue
		}
		columns[field] = h.Column
	}
	_, name := columns[FieldName]
	_, code := columns[FieldCreditCode]
	var missing []string
	if !name && !code {
		missing = append(missing, headers(FieldName)[0])
	}
	if _, found := columns[FieldFollowUp]; !found {
		missing = append(missing, headers(FieldFollowUp)[0])
	}
	if missing != nil {
		return nil, refuse(MissingColumn, strings.Join(missing, ", "), nil)
	}
	return columns, nil
}

// rowsBy finds rows by what a follow-up may call a customer.
type rowsBy struct {
	codes, names, keys map[string][]int // places in Rows; keys are name and territory
}

func indexOf(rows []Row) rowsBy {
	by := rowsBy{map[string][]int{}, map[string][]int{}, map[string][]int{}}
	for i, row := range rows {
		who := identify(row.Lead)
		if row.Lead.CreditCode != "" {
			by.codes[row.Lead.CreditCode] = append(by.codes[row.Lead.CreditCode], i)
		}
		by.names[who.name] = append(by.names[who.name], i)
		by.keys[who.nameKey] = append(by.keys[who.nameKey], i)
	}
	return by
}

// find answers the places of a customer: by credit code where there is one, else by name within its territory, else by
// name alone.
func (by rowsBy) find(name, code, territory string) []int {
	if code != "" {
		return by.codes[code]
	}
	if name == "" {
		return nil
	}
	if territory != "" {
		return by.keys[naming.UpsertKey(name, "", territory)]
	}
	return by.names[naming.Key(name)]
}

// follower hands follow-ups to their customers.
type follower struct {
	*reading

	index rowsBy
	bad   map[int]bool // rows of the first sheet that are refused

	refused map[string]bool // their names and codes, once they were asked for
}

// line hands one follow-up to its customer. One about a row that the first sheet refused goes back with it.
func (f *follower) line(v *values, raw RawLine) error {
	name, code, territory := v.text(FieldName), v.creditCode(), v.text(FieldTerritory)
	notes := v.history()
	if len(notes) == 0 && !v.reported(FieldFollowUp) {
		v.report(FieldFollowUp, Required, "")
	}
	at := FieldName
	if name == "" {
		at = FieldCreditCode
	}
	found := f.index.find(name, code, territory)
	switch {
	case len(found) == 1:
		row := &f.sheet.Rows[found[0]]
		row.Trail = append(row.Trail, raw)
		if len(v.problems) == 0 {
			row.Lead.History = append(row.Lead.History, notes...)
			return nil
		}
		f.bad[row.Number] = true
		for i := range v.problems {
			v.problems[i].Row = row.Number
		}
		return f.against(v.problems)
	case len(found) == 0 && len(f.bad) > 0 && f.amongRefused(name, code):
		f.sheet.Raw.Trail = append(f.sheet.Raw.Trail, raw)
		return nil
	case len(found) > 1:
		v.report(at, AmbiguousCustomer, name+code)
	default:
		v.report(at, UnknownCustomer, name+code)
	}
	f.sheet.Raw.Trail = append(f.sheet.Raw.Trail, raw)
	for i := range v.problems {
		v.problems[i].Row = 0 // about no row of the first sheet
	}
	return f.against(v.problems)
}

// amongRefused tells whether a customer is one of those whom the first sheet refused.
func (f *follower) amongRefused(name, code string) bool {
	if f.refused == nil {
		f.refused = map[string]bool{}
		for _, line := range f.sheet.Raw.Lines {
			if written, err := naming.CreditCode(f.cellOf(line, FieldCreditCode)); err == nil {
				f.refused[written] = true
			}
			if written := f.cellOf(line, FieldName); written != "" {
				f.refused[naming.Key(written)] = true
			}
		}
	}
	return code != "" && f.refused[code] || name != "" && f.refused[naming.Key(name)]
}

func (f *follower) cellOf(line RawLine, field Field) string {
	column, found := f.sheet.Columns[field]
	if !found || column.index >= len(line.Cells) {
		return ""
	}
	return line.Cells[column.index]
}

// settle moves customers with a bad follow-up from the good rows to the refused ones.
func (f *follower) settle() {
	good := f.sheet.Rows[:0]
	for _, row := range f.sheet.Rows {
		if !f.bad[row.Number] {
			good = append(good, row)
			continue
		}
		f.sheet.Raw.Lines = append(f.sheet.Raw.Lines, RawLine{Number: row.Number, Cells: row.Cells})
		f.sheet.Raw.Trail = append(f.sheet.Raw.Trail, row.Trail...)
	}
	f.sheet.Rows = good
	byNumber := func(a, b RawLine) int { return a.Number - b.Number }
	slices.SortFunc(f.sheet.Raw.Lines, byNumber)
	slices.SortFunc(f.sheet.Raw.Trail, byNumber)
	slices.SortStableFunc(f.sheet.Problems, func(a, b Problem) int { return a.Row - b.Row })
}
