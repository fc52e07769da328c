package leadsheet

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"closedloop/naming"
)

// Column is where a field stands in a sheet.
type Column struct {
	Header string `json:"header"` // as written
	Letter string `json:"letter"` // such as L
	index  int    // from 0
}

// plainHeader reduces a column name to what recognises it: 手机号码（必填）* and 手机号码 are the same.
func plainHeader(s string) string {
	s = naming.Search(s)
	if at := strings.IndexByte(s, '('); at > 0 {
		s = s[:at]
	}
	return lettersOf(s)
}

func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// head is one column name of a sheet and what it was taken for.
type head struct {
	Column

	row    int    // as the sheet counts
	name   string // as written, without blanks at its ends
	field  Field  // empty: not known
	mapped bool   // by somebody's mapping
}

func (h head) place() string { return h.Letter + strconv.Itoa(h.row) }

// headsOf reads the column names. A mapping goes before what the template says.
func headsOf(header record, mapping Mapping) []head {
	var heads []head
	for i, cell := range header.cells {
		name := strings.TrimSpace(cell.text)
		if name == "" {
			continue
		}
		h := head{Column: Column{Header: quote(name), Letter: columnLetter(i), index: i}, row: header.row, name: name}
		if h.field, h.mapped = mapping[HeaderKey(name)]; !h.mapped {
			h.field = fieldOf(name)
		}
		heads = append(heads, h)
	}
	return heads
}

// readHeader finds the columns. What is not known becomes a note; a required column that is missing, and one that is
// there twice, refuse the sheet.
func readHeader(header record, mapping Mapping) (map[Field]Column, []Problem, error) {
	columns := map[Field]Column{}
	notes := []Problem{}
	for _, h := range headsOf(header, mapping) {
		switch first, twice := columns[h.field]; {
		case h.field == "":
			notes = append(notes, Problem{Row: h.row, Column: h.Header, Cell: h.place(), Code: UnknownColumn})
		case h.field == FieldIgnored:
		case twice:
			return nil, nil, refuse(DuplicateColumn, first.Header+", "+h.Header+" ("+h.place()+") → "+string(h.field), nil)
		default:
			columns[h.field] = h.Column
		}
	}
	if missing := missingIn(columns); missing != nil {
		return nil, nil, refuse(MissingColumn, strings.Join(missing, ", "), nil)
	}
	return columns, notes, nil
}

// missingIn names the required columns that are not there.
func missingIn(columns map[Field]Column) []string {
	var missing []string
	for _, anyOf := range [][]Field{{FieldName}, {FieldContact}, {FieldMobile, FieldPhone}} {
		if !slices.ContainsFunc(anyOf, func(field Field) bool { _, found := columns[field]; return found }) {
			missing = append(missing, headers(anyOf[0])[0])
		}
	}
	return missing
}

// fieldOf recognises a column name by the words of the template, with the number of its group: 联系人2, 电话2, 联系人2电话,
// 第2联系人. What is not known is empty.
func fieldOf(name string) Field {
	plain := plainHeader(name)
	if field, found := knownHeaders()[plain]; found {
		return field
	}
	if base, n := withoutNumber(plain); n > 0 {
		for _, word := range []string{base, strings.TrimPrefix(base, "联系人"), strings.TrimPrefix(base, "跟进")} {
			if field, found := knownHeaders()[word]; found && n <= groups(field) && groups(field) > 1 {
				return field.Numbered(n)
			}
		}
	}
	return ""
}

// withoutNumber takes the one number off a column name; 0 says that there is none, or more than one. A number that stands
// in the middle joins what is before it to what is behind: 联系人2电话 is the second 联系人电话.
func withoutNumber(plain string) (base string, n int) {
	first := strings.IndexFunc(plain, isDigit)
	if first < 0 {
		return plain, 0
	}
	last := strings.LastIndexFunc(plain, isDigit)
	n, err := strconv.Atoi(plain[first : last+1])
	if err != nil {
		return plain, 0
	}
	return strings.TrimSuffix(plain[:first], "第") + plain[last+1:], n
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// columnLetter is the name of a column: 0 is A, 25 is Z, 26 is AA.
func columnLetter(index int) string {
	var letters []byte
	for n := index + 1; n > 0; n = (n - 1) / 26 {
		letters = append(letters, byte('A'+(n-1)%26))
	}
	slices.Reverse(letters)
	return string(letters)
}

// quote shortens what stands in a cell for a message, on one line.
func quote(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
	n := 0
	for at := range s {
		if n++; n > valueChars {
			return s[:at] + "…"
		}
	}
	return s
}
