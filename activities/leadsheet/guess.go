package leadsheet

import (
	"slices"
	"strings"

	"closedloop/naming"
)

// guess says what a column may be whose name is not known: by its name where that resembles a word of the template, else
// by what stands in it. It is for people to confirm; nothing is read by it.
func guess(header string, values []string, taken func(Field) bool) Field {
	best, score := Field(""), 0
	for _, field := range AllFields() {
		if taken(field) {
			continue
		}
		points := resemblance(plainHeader(header), field) + evidence(field, values)
		if points > score {
			best, score = field, points
		}
	}
	if score < leastPoints {
		return ""
	}
	return best
}

// Points of a guess. A name that contains a word of the template is worth as much as values of which most fit.
const (
	fullPoints  = 100
	leastPoints = 55
)

// resemblance compares a column name with the words of a field: 100 for one that contains the other, less for one that
// shares pairs of characters.
func resemblance(plain string, field Field) int {
	best := 0
	for _, word := range headers(field) {
		long := len([]rune(word)) >= 2 && len([]rune(plain)) >= 2
		switch {
		case long && (strings.Contains(plain, word) || strings.Contains(word, plain)):
			// The longer the part they share, the better: 联系人电话 is rather 电话 than 联系人 by what stands in it.
			shared := min(len([]rune(word)), len([]rune(plain)))
			best = max(best, min(fullPoints, 56+4*shared))
		default:
			best = max(best, dice(plain, word)*fullPoints/100)
		}
	}
	return best
}

// dice is the share of pairs of neighbouring characters that two words have in common, in percent.
func dice(a, b string) int {
	one, two := pairs(a), pairs(b)
	if len(one) == 0 || len(two) == 0 {
		return 0
	}
	common := 0
	for _, pair := range one {
		if i := slices.Index(two, pair); i >= 0 {
			common++
			two = slices.Delete(two, i, i+1)
		}
	}
	return 200 * common / (len(one) + len(two) + common)
}

func pairs(s string) []string {
	text := []rune(s)
	var out []string
	for i := 1; i < len(text); i++ {
		out = append(out, string(text[i-1:i+1]))
	}
	return out
}

// evidence is how well values fit a field that can be told by its values; most of them must.
func evidence(field Field, values []string) int {
	fits := fitting(field)
	if fits == nil || len(values) == 0 {
		return 0
	}
	count := 0
	for _, value := range values {
		if fits(value) {
			count++
		}
	}
	if share := 100 * count / len(values); share >= 60 {
		return share
	}
	return 0
}

// fitting tells a field's values from others; nil for a field that can hold anything.
func fitting(field Field) func(string) bool {
	return map[Field]func(string) bool{
		FieldName:        looksLikeHouse,
		FieldCreditCode:  func(s string) bool { _, err := naming.CreditCode(s); return err == nil },
		FieldMobile:      func(s string) bool { number, err := naming.Phone(s); return err == nil && naming.IsMobile(number) },
		FieldPhone:       func(s string) bool { number, err := naming.Phone(s); return err == nil && !naming.IsMobile(number) },
		FieldPremises:    func(s string) bool { _, ok := ParsePremises(s); return ok },
		FieldSource:      func(s string) bool { _, ok := ParseSource(s); return ok },
		FieldCollectedOn: func(s string) bool { _, ok := parseDay(s, epoch1900()); return ok },
	}[field]
}

// looksLikeHouse recognises the name of an organisation by its end.
func looksLikeHouse(s string) bool {
	s = naming.Search(s)
	return slices.ContainsFunc([]string{"公司", "集团", "厂", "医院", "学校", "大学", "中学", "银行", "局", "中心", "合作社", "ltd", "inc"},
		func(end string) bool { return strings.HasSuffix(s, end) })
}
