package leadsheet

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"closedloop/naming"
)

// values reads the cells of one row by field and collects what is wrong with them.
type values struct {
	sheet    string // before the places of cells: "跟进记录!", empty for the first sheet
	row      int    // as the sheet counts
	cells    []cell
	columns  map[Field]Column
	epoch    time.Time // of date serials
	problems []Problem
}

// lead reads every field once. A field with a problem stays empty.
func (v *values) lead() Lead {
	return Lead{
		Name:            v.required(FieldName),
		CreditCode:      v.creditCode(),
		Premises:        kindOf(v, FieldPremises, ParsePremises, UnknownPremises),
		Territory:       v.text(FieldTerritory),
		Address:         v.text(FieldAddress),
		Industry:        v.text(FieldIndustry),
		Contact:         v.contact(),
		Others:          v.others(),
		Items:           v.text(FieldItems),
		MonthlyInbound:  v.volume(FieldMonthlyInbound),
		MonthlyOutbound: v.volume(FieldMonthlyOutbound),
		Rival:           v.text(FieldRival),
		RivalVolume:     v.volume(FieldRivalVolume),
		Settlement:      v.text(FieldSettlement),
		Needs:           v.text(FieldNeeds),
		Source:          kindOf(v, FieldSource, ParseSource, UnknownSource),
		CollectedBy:     v.text(FieldCollectedBy),
		CollectedOn:     v.day(FieldCollectedOn),
		Note:            v.text(FieldNote),
		History:         v.history(),
	}
}

// text is what stands in a field, without blanks at its ends; empty when there is nothing, or nothing that can be used.
func (v *values) text(field Field) string {
	column, found := v.columns[field]
	if !found || column.index >= len(v.cells) {
		return ""
	}
	cell := v.cells[column.index]
	text := unquoted(strings.TrimSpace(cell.text))
	switch {
	case !cell.formula && isBlankMark(text):
	case cell.formula || looksLikeFormula(text):
		v.report(field, Formula, text)
	case !isText(text):
		v.report(field, BadText, text)
	case utf8.RuneCountInString(text) > cellChars:
		v.report(field, TooLong, strconv.Itoa(utf8.RuneCountInString(text)))
	default:
		return text
	}
	return ""
}

// datum is [values.text] for numbers and codes, where words such as 无 say that there is nothing.
func (v *values) datum(field Field) string {
	if text := v.text(field); !isNothing(text) {
		return text
	}
	return ""
}

// required is [values.text] where something must stand.
func (v *values) required(field Field) string {
	before := len(v.problems)
	text := v.text(field)
	if text == "" && len(v.problems) == before {
		v.report(field, Required, "")
	}
	return text
}

// contact reads the first person and the numbers.
func (v *values) contact() Contact {
	before := len(v.problems)
	person, empty := v.person(1)
	if person.Name == "" && !v.reported(FieldContact) {
		v.report(FieldContact, Required, "")
	}
	numbers := !empty && (person.Mobile != "" || person.Phone != "")
	if !numbers && !v.reported(FieldMobile) && !v.reported(FieldPhone) {
		if _, found := v.columns[FieldMobile]; found {
			v.report(FieldMobile, Required, "")
		} else {
			v.report(FieldPhone, Required, "")
		}
	}
	v.sortFrom(before)
	return person
}

// others reads the further people of a row. A group of cells with nothing in it is nobody; a number needs a name.
func (v *values) others() []Contact {
	var people []Contact
	for n := 2; n <= mostContacts; n++ {
		before := len(v.problems)
		person, empty := v.person(n)
		if empty || len(v.problems) > before {
			continue
		}
		if person.Name == "" {
			v.nameless(n)
			continue
		}
		person.group = n
		people = append(people, person)
	}
	return people
}

// nameless reports a further person without a name, where the sheet has no column for it at the number.
func (v *values) nameless(n int) {
	at := FieldContact.Numbered(n)
	for _, field := range []Field{FieldMobile, FieldPhone, FieldTitle} {
		if _, found := v.columns[at]; !found {
			at = field.Numbered(n)
		}
	}
	v.report(at, Required, "").Column = FieldContact.Numbered(n).Label()
}

// person reads the n-th person, each number put where its kind belongs.
func (v *values) person(n int) (person Contact, empty bool) {
	person = Contact{Name: v.text(FieldContact.Numbered(n)), Title: v.text(FieldTitle.Numbered(n))}
	person.Mobile, person.Phone = v.phone(FieldMobile.Numbered(n)), v.phone(FieldPhone.Numbered(n))
	landlineAsMobile := person.Mobile != "" && !naming.IsMobile(person.Mobile)
	mobileAsLandline := person.Mobile == "" && naming.IsMobile(person.Phone)
	if landlineAsMobile && (person.Phone == "" || naming.IsMobile(person.Phone)) || mobileAsLandline {
		person.Mobile, person.Phone = person.Phone, person.Mobile
	}
	return person, person == Contact{}
}

// reported tells whether something is wrong with a field already.
func (v *values) reported(field Field) bool {
	cell := v.place(field)
	return slices.ContainsFunc(v.problems, func(p Problem) bool { return p.Cell == cell })
}

// sortFrom puts problems in the order of their columns where they were found in another one.
func (v *values) sortFrom(first int) {
	slices.SortStableFunc(v.problems[first:], func(a, b Problem) int {
		return cmp.Compare(columnIndex(strings.TrimPrefix(a.Cell, v.sheet)), columnIndex(strings.TrimPrefix(b.Cell, v.sheet)))
	})
}

func (v *values) phone(field Field) string {
	text := v.datum(field)
	if text == "" {
		return ""
	}
	number, err := naming.Phone(text)
	if err != nil {
		v.report(field, BadPhone, text)
	}
	return number
}

func (v *values) creditCode() string {
	text := v.datum(FieldCreditCode)
	if text == "" {
		return ""
	}
	code, err := naming.CreditCode(text)
	if err != nil {
		v.report(FieldCreditCode, BadCreditCode, text)
	}
	return code
}

func (v *values) volume(field Field) *int {
	text := v.datum(field)
	if text == "" {
		return nil
	}
	pieces, ok := parseVolume(text)
	if !ok {
		v.report(field, BadVolume, text)
		return nil
	}
	return &pieces
}

func (v *values) day(field Field) time.Time {
	text := v.datum(field)
	if text == "" {
		return time.Time{}
	}
	day, ok := parseDay(text, v.epoch)
	if !ok {
		v.report(field, BadDate, text)
		return time.Time{}
	}
	return day
}

// kindOf reads a member of a closed set. Nothing is nothing; an unknown word is a problem, never a default.
func kindOf[K ~string](v *values, field Field, parse func(string) (K, bool), unknown Code) K {
	text := v.text(field)
	if text == "" {
		return ""
	}
	kind, ok := parse(text)
	if !ok {
		v.report(field, unknown, text)
	}
	return kind
}

// report notes a problem with a field and answers it for what else it should say.
func (v *values) report(field Field, code Code, value string) *Problem {
	v.problems = append(v.problems, Problem{
		Row: v.row, Column: v.columns[field].Header, Cell: v.place(field), Code: code, Value: quote(value),
	})
	return &v.problems[len(v.problems)-1]
}

// place is where a field stands in this row.
func (v *values) place(field Field) string {
	return v.sheet + v.columns[field].Letter + strconv.Itoa(v.row)
}
