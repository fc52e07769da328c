package leadsheet

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"closedloop/naming"
)

// cell is one cell as a source delivers it.
type cell struct {
	text    string
	formula bool // the value came from a formula, or is an error that only a formula leaves behind
}

// blankMarks are what people draw into a cell that has nothing in it.
func isBlankMark(s string) bool {
	switch s {
	case "", "-", "--", "—", "——", "－", "/", "／", `\`:
		return true
	}
	return false
}

// isNothing tells whether a cell of numbers or codes says in words that there is nothing.
func isNothing(s string) bool {
	switch s {
	case "无", "暂无", "没有", "不详", "n/a", "N/A":
		return true
	}
	return false
}

// plainSigned is a number with its sign, or a phone number with its country code: the texts that may begin with + or -.
var plainSigned = regexp.MustCompile(`^[+-]\s*\d[\d\s.,()-]*$`)

// looksLikeFormula tells whether a spreadsheet would take a text for a formula. A minus or plus before a plain number is
// none; what a program elsewhere makes of a text with = or @ is not for us to try. Full-width signs count as well.
func looksLikeFormula(s string) bool {
	folded := naming.Search(firstChars(s, 64))
	if folded == "" {
		return false
	}
	switch folded[0] {
	case '=', '@':
		return true
	case '+', '-':
		return !plainSigned.MatchString(folded)
	}
	return false
}

// unquoted takes off the apostrophe that keeps a spreadsheet from taking a text for a formula: exports put it there, and
// a corrected sheet brings it back.
func unquoted(s string) string {
	rest, found := strings.CutPrefix(s, "'")
	if found && rest != "" && strings.ContainsRune("=+-@\t＝＋－＠", []rune(rest)[0]) {
		return strings.TrimSpace(rest)
	}
	return s
}

// Risky tells whether a spreadsheet could take a text for a formula, whatever it is: exports put an apostrophe before it.
func Risky(s string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u3000"))
	return s != "" && (strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) || s[0] == '\t' || s[0] == '\r')
}

// Printable leaves out what neither XML nor people can read.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\uFFFE' || r == '\uFFFF' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}

// ColumnOf is the column of a place such as L19, from 0; -1 when it is none.
func ColumnOf(place string) int { return columnIndex(place) }

// firstChars is the beginning of a text, enough to recognise a formula without folding a whole note.
func firstChars(s string, n int) string {
	for at := range s {
		if n--; n < 0 {
			return s[:at]
		}
	}
	return s
}

// isText tells whether a value is text that can be stored: valid UTF-8 without U+0000, without the replacement character
// that stands for lost bytes, and without control characters other than line breaks and tabs.
func isText(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r == unicode.ReplacementChar || unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	return true
}

// grouped is a whole number, with or without thousands separators.
var grouped = regexp.MustCompile(`^(\d{1,9}|\d{1,3}(,\d{3}){1,2})$`)

// parseVolume reads pieces a month.
func parseVolume(s string) (int, bool) {
	folded := naming.Search(s)
	if !grouped.MatchString(folded) {
		return 0, false
	}
	n, err := strconv.Atoi(strings.ReplaceAll(folded, ",", ""))
	return n, err == nil
}

// Days as people write them, and what Excel keeps: days since 1899-12-30, or since 1904-01-01 in workbooks from old Macs,
// with the time of day as a fraction. A time of day is accepted and ignored.
var (
	writtenDay = regexp.MustCompile(`^(\d{4})([-/.年])(\d{1,2})([-/.月])(\d{1,2})日?(?:[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?z?)?$`)
	packedDay  = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	serialDay  = regexp.MustCompile(`^(\d{5})(?:\.\d+)?$`)
)

// parseDay reads a day of the years 2000 to 2099 as midnight UTC. 2026-02-30 is no day.
func parseDay(s string, epoch time.Time) (time.Time, bool) {
	s = naming.Search(s)
	var day time.Time
	switch {
	case writtenDay.MatchString(s):
		m := writtenDay.FindStringSubmatch(s)
		if m[2] != m[4] && m[2]+m[4] != "年月" {
			return time.Time{}, false
		}
		return calendarDay(m[1], m[3], m[5])
	case packedDay.MatchString(s):
		m := packedDay.FindStringSubmatch(s)
		return calendarDay(m[1], m[2], m[3])
	case serialDay.MatchString(s):
		days, err := strconv.Atoi(serialDay.FindStringSubmatch(s)[1])
		if err != nil {
			return time.Time{}, false
		}
		day = epoch.AddDate(0, 0, days)
	}
	return day, inRange(day)
}

func calendarDay(year, month, day string) (time.Time, bool) {
	y, errY := strconv.Atoi(year)
	m, errM := strconv.Atoi(month)
	d, errD := strconv.Atoi(day)
	date := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	real := errY == nil && errM == nil && errD == nil && date.Month() == time.Month(m) && date.Day() == d
	return date, real && inRange(date)
}

// inRange keeps slips of the keyboard such as 2206 or 0202 out.
func inRange(day time.Time) bool { return day.Year() >= 2000 && day.Year() <= 2099 }

// The days from which serial numbers count. The first is two days before 1900-01-01, because Excel counts from one and
// believes in a 29 February 1900.
func epoch1900() time.Time { return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC) }
func epoch1904() time.Time { return time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC) }
