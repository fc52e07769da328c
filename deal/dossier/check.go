package dossier

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"closedloop/deal"
)

// Lengths of texts in characters, of lists in rows, of an answer in refusals.
const (
	nameLength   = 200
	noteLength   = 4000 // contract.md §4
	idLength     = 64
	maxRows      = 200
	maxRefusals  = 200
	maxMinor     = 100_000_000_000_000 // minor units; with more, products leave the whole numbers
	maxVolume    = 1_000_000_000       // pieces or kilograms a month
	currencyCode = 3
)

// check collects what is wrong with a record.
type check struct {
	today Day
	no    deal.Refusals
}

// begin starts the check of a record with what holds for all of them: texts that can be stored, lists of a sane length.
func begin(r Record, now time.Time) *check {
	c := &check{today: DayOf(now)}
	c.sound("", valueOf(r))
	return c
}

// done is what was found, cut where nobody reads on.
func (c *check) done() deal.Refusals { return c.no[:min(len(c.no), maxRefusals)] }

// cell is the JSON pointer of a field in a row of a list.
func cell(list string, row int, field string) string {
	return list + "/" + strconv.Itoa(row) + "/" + field
}

// refuse adds a reason. The sentence goes on after the name of the field, so English begins with a space.
func (c *check) refuse(code deal.Code, at, zh, en, hintZH, hintEN string) {
	n := name(at)
	c.no = append(c.no, deal.Refusal{
		Code: code, Field: at,
		Text: deal.Text{ZH: n.ZH + zh + "。", EN: n.EN + en + "."}, Hint: deal.Text{ZH: hintZH + "。", EN: hintEN + "."},
	})
}

func (c *check) invalid(bad bool, at, zh, en, hintZH, hintEN string) {
	if bad {
		c.refuse(deal.CodeInvalidValue, at, zh, en, hintZH, hintEN)
	}
}

// missing says that something mandatory is not there.
func (c *check) missing(code deal.Code, at string) {
	c.refuse(code, at, "还没有填写", " is not filled in", "填写后重试", "Fill it in and send again")
}

// line is a short text that must be there.
func (c *check) line(at, value string) {
	if strings.TrimSpace(value) == "" {
		c.missing(deal.CodeInvalidValue, at)
		return
	}
	c.someLine(at, value)
}

// someLine is a short text that may be there.
func (c *check) someLine(at, value string) {
	n := utf8.RuneCountInString(value)
	c.invalid(n > nameLength && n <= noteLength, at, "太长", " is too long",
		fmt.Sprintf("最多写 %d 个字符", nameLength), fmt.Sprintf("Write at most %d characters", nameLength))
	c.invalid(strings.ContainsFunc(value, func(r rune) bool { return r != 0 && unicode.IsControl(r) }), at,
		"只能写一行", " takes a single line", "去掉换行和控制字符", "Remove line breaks and control characters")
}

// text is a longer text that must be there.
func (c *check) text(at, value string) {
	if strings.TrimSpace(value) == "" {
		c.missing(deal.CodeInvalidValue, at)
	}
}

// reason is what somebody has to say for themselves: evidence, a reason, a lesson.
func (c *check) reason(at, value string) {
	if strings.TrimSpace(value) == "" {
		c.missing(deal.CodeReasonMissing, at)
	}
}

// between is a whole number in bounds.
func (c *check) between(at string, n, least, most int) {
	c.invalid(n < least || n > most, at, "超出范围", " is out of range",
		fmt.Sprintf("填写 %d 到 %d 之间的整数", least, most), fmt.Sprintf("Write a whole number from %d to %d", least, most))
}

// score is a number of points that may not be given yet, which is 0.
func (c *check) someScore(at string, n int) {
	if n != 0 {
		c.between(at, n, 1, mostPoints)
	}
}

// mostPoints is the best on every scale of 1 to 5.
const mostPoints = 5

// quantity is a count that cannot be negative.
func (c *check) quantity(at string, n, most int64) {
	c.invalid(n < 0 || n > most, at, "超出范围", " is out of range",
		fmt.Sprintf("填写 0 到 %d 之间的整数", most), fmt.Sprintf("Write a whole number from 0 to %d", most))
}

// price is an amount in minor units with its currency, neither of which may be there yet.
func (c *check) price(minorAt string, minor int64, currencyAt, currency string) {
	c.quantity(minorAt, minor, maxMinor)
	if currency == "" {
		if minor != 0 {
			c.missing(deal.CodeInvalidValue, currencyAt)
		}
		return
	}
	isLetter := func(r rune) bool { return r >= 'A' && r <= 'Z' }
	c.invalid(len(currency) != currencyCode || strings.Trim(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || !isLetter(rune(currency[0])),
		currencyAt, "不是币种代码", " is no currency code", "填写三位大写字母，例如 CNY", "Write three capital letters, CNY for example")
}

// day is a date that must be there.
func (c *check) day(at string, d Day) {
	if d == "" {
		c.missing(deal.CodeInvalidValue, at)
		return
	}
	c.someDay(at, d)
}

// someDay is a date that may be there.
func (c *check) someDay(at string, d Day) {
	c.invalid(d != "" && !d.Valid(), at, "不是日期", " is no date", "按 YYYY-MM-DD 填写日历上的日期", "Write a day of the calendar as YYYY-MM-DD")
}

// happened is the day of something that has happened.
func (c *check) happened(at string, d Day) {
	c.day(at, d)
	c.notAhead(at, d)
}

func (c *check) notAhead(at string, d Day) {
	if d.Valid() && d > c.today {
		c.refuse(deal.CodeDateInFuture, at, "在今天之后", " lies ahead", "填写实际发生的日期", "Write the day on which it happened")
	}
}

// after wants a day to come after another, when both are there.
func (c *check) after(at string, d, earlier Day, zh, en string) {
	c.invalid(d.Valid() && earlier.Valid() && d <= earlier, at, "必须晚于"+zh, " must be later than "+en, "更正两个日期之一", "Correct one of the two dates")
}

var idForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]*$`)

// id is the ID of a contact, a person or another record.
func (c *check) id(at, id string) {
	if id == "" {
		c.missing(deal.CodeInvalidValue, at)
		return
	}
	c.someID(at, id)
}

func (c *check) someID(at, id string) {
	c.invalid(id != "" && (len(id) > idLength || !idForm.MatchString(id)), at, "不是编号", " is no ID", "从名单中选择", "Choose from the list")
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (c *check) sha256(at, hash string) {
	c.invalid(!hashForm.MatchString(hash), at, "不是 SHA-256", " is no SHA-256",
		"填写文件的 SHA-256，64 位小写十六进制", "Write the SHA-256 of the file as 64 lower-case hexadecimal digits")
}

// lines are short texts, none of them empty.
func (c *check) lines(at string, lines []string) {
	for i, line := range lines {
		c.line(at+"/"+strconv.Itoa(i), line)
	}
}

// ids are IDs, each of them once.
func (c *check) ids(at string, ids []string) {
	seen := map[string]bool{}
	for i, id := range ids {
		place := at + "/" + strconv.Itoa(i)
		c.id(place, id)
		c.invalid(id != "" && seen[id], place, "重复了", " is there twice", "删除其中一行", "Remove one of the rows")
		seen[id] = true
	}
}

// unique wants every value of a column once; keyOf is "" for a row without one.
func unique[T any](c *check, list string, rows []T, field string, keyOf func(T) string) {
	seen := map[string]bool{}
	for i, row := range rows {
		key := keyOf(row)
		c.invalid(key != "" && seen[key], cell(list, i, field), "重复了", " is there twice", "合并或删除其中一行", "Merge the rows or remove one")
		seen[key] = true
	}
}

// chosen is a value of a closed set that must be there.
func chosen[T ~string](c *check, at string, v T, s set[T]) {
	if v == "" {
		c.missing(deal.CodeInvalidValue, at)
		return
	}
	maybe(c, at, v, s)
}

// maybe is a value of a closed set that may be there.
func maybe[T ~string](c *check, at string, v T, s set[T]) {
	if v == "" || s.has(v) {
		return
	}
	var zh, en, values []string
	for _, o := range s {
		zh = append(zh, string(o.value)+"（"+o.label.ZH+"）")
		en = append(en, string(o.value)+" ("+o.label.EN+")")
		values = append(values, string(o.value))
	}
	c.refuse(deal.CodeInvalidValue, at, "不是可选的值", " is none of the choices", "选择其一："+strings.Join(zh, "、"), "Choose one of "+strings.Join(en, ", "))
	c.no[len(c.no)-1].Args = values
}
