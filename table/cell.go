package table

import (
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
)

// kind says what a cell holds.
type kind int

const (
	blank kind = iota
	text
	whole
	decimal
	day
	instant
)

// Cell is one value of a row. The zero value is an empty cell.
type Cell struct {
	kind kind
	text string
	n    int64
	at   time.Time
}

// Text is what people wrote, or a word; blank when empty.
func Text(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{kind: text, text: s}
}

// Whole is a number.
func Whole(n int64) Cell { return Cell{kind: whole, n: n} }

// Decimal is an amount such as "1250000.00"; blank when empty, text when it is no decimal number.
func Decimal(s string) Cell {
	digits := strings.TrimPrefix(s, "-")
	_, ok := new(big.Rat).SetString(digits)
	if !ok || strings.Trim(digits, "0123456789.") != "" {
		return Text(s)
	}
	return Cell{kind: decimal, text: s}
}

// Day is a date written YYYY-MM-DD; blank when empty, text when it is none.
func Day(s string) Cell {
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Text(s)
	}
	return Cell{kind: day, at: at}
}

// Instant is a point in time; blank when it is zero. Writers show it in their zone.
func Instant(at time.Time) Cell {
	if at.IsZero() {
		return Cell{}
	}
	return Cell{kind: instant, at: at}
}

// Forms of dates in CSV, and of the cut-off everywhere.
const instantForm = "2006-01-02 15:04:05"

// plain is the cell as CSV has it.
func (c Cell) plain(zone *time.Location) string {
	switch c.kind {
	case text:
		return Neutral(c.text)
	case whole:
		return strconv.FormatInt(c.n, 10)
	case decimal:
		return c.text
	case day:
		return c.at.Format(time.DateOnly)
	case instant:
		return c.at.In(zone).Format(instantForm)
	case blank:
	}
	return ""
}

// Neutral is a text that no spreadsheet takes for a formula: one that begins like a formula gets an apostrophe in front.
func Neutral(s string) string {
	if Dangerous(s) {
		return "'" + s
	}
	return s
}

// Dangerous tells whether a spreadsheet may take a text for a formula: after blanks and invisible characters it begins
// with =, +, - or @, in any width, or it begins with a tab or a line break, behind which some programs begin anew.
func Dangerous(s string) bool {
	for i, r := range s {
		switch {
		case i == 0 && (r == '\t' || r == '\r' || r == '\n' || r == 0):
			return true
		case unicode.IsSpace(r), unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\ufeff':
			continue
		}
		return strings.ContainsRune("=+-@＝＋－＠﹦﹢﹣﹫−", r)
	}
	return false
}

// longestCell is how many UTF-16 units a cell of a workbook takes; the last one is kept for an ellipsis.
const longestCell = 32767

// fitting cuts a text to what a cell takes.
func fitting(s string) string {
	if len(s) <= longestCell || len(utf16.Encode([]rune(s))) <= longestCell {
		return s
	}
	units := 0
	for i, r := range s {
		if units += max(1, utf16.RuneLen(r)); units >= longestCell {
			return s[:i] + "…"
		}
	}
	return s
}
