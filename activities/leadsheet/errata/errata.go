package errata

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"closedloop/activities/leadsheet"
)

// Format is the kind of file.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
)

// Book is what was not taken of one sheet.
type Book struct {
	Lang   string // of the reasons
	Header []string
	Lines  []Line // of the first sheet

	TrailName   string // of the second sheet; empty: there was none
	TrailHeader []string
	Trail       []Line
}

// Line is one row that was not taken.
type Line struct {
	Number int
	Cells  []string
	Faults []Fault
}

// Fault is one reason against a row.
type Fault struct {
	Cell string // such as L19, or 跟进记录!C5
	Text string // in the reader's language
}

// WholeSheet is the row under which reasons are reported that are about no row of the first sheet.
const WholeSheet = 0

// Assemble puts rows and reasons together. Reasons by row of the first sheet come from where the import keeps them; those
// about a line of the second sheet are handed to it by the cell they name.
func Assemble(lang string, raw leadsheet.Raw, faults map[int][]Fault) Book {
	book := Book{Lang: lang, Header: raw.Header, TrailName: raw.TrailName, TrailHeader: raw.TrailHeader}
	prefix := raw.TrailName + "!"
	byLine := map[int][]Fault{}
	for _, of := range faults {
		for _, fault := range of {
			if place, found := strings.CutPrefix(fault.Cell, prefix); found && raw.TrailName != "" {
				number := rowOf(place)
				byLine[number] = append(byLine[number], Fault{Cell: place, Text: fault.Text})
			}
		}
	}
	for _, line := range raw.Lines {
		book.Lines = append(book.Lines, Line{Number: line.Number, Cells: line.Cells, Faults: faults[line.Number]})
	}
	for _, line := range raw.Trail {
		book.Trail = append(book.Trail, Line{Number: line.Number, Cells: line.Cells, Faults: byLine[line.Number]})
	}
	byNumber := func(a, b Line) int { return cmp.Compare(a.Number, b.Number) }
	slices.SortFunc(book.Lines, byNumber)
	slices.SortFunc(book.Trail, byNumber)
	return book
}

// rowOf is the row of a place such as L19; 0 when it has none.
func rowOf(place string) int {
	n, err := strconv.Atoi(strings.TrimLeft(place, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	if err != nil {
		return 0
	}
	return n
}

// marked are the columns of a line, from 0, that hold a bad cell.
func (l Line) marked() map[int]bool {
	bad := map[int]bool{}
	for _, fault := range l.Faults {
		if column := leadsheet.ColumnOf(fault.Cell); column >= 0 && !strings.Contains(fault.Cell, "!") {
			bad[column] = true
		}
	}
	return bad
}

// reasons are all texts of a line, one below the other, each once.
func (l Line) reasons() string {
	var texts []string
	for _, fault := range l.Faults {
		text := fault.Text
		if fault.Cell != "" {
			text = fault.Cell + ": " + text
		}
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "\n")
}

// table is one sheet with the two columns of our own behind the widest line.
func (b Book) table(header []string, lines []Line) (head []string, width int) {
	width = len(header)
	for _, line := range lines {
		width = max(width, len(line.Cells))
	}
	head = make([]string, width, width+2)
	copy(head, header)
	return append(head, leadsheet.RowHeader(b.Lang), leadsheet.ReasonHeader(b.Lang)), width
}
