package dossier

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"closedloop/deal/view"
)

// Blot stands in the place of what was erased.
const Blot = "█████"

// Eraser takes a person out of the account's file: out of records by reference ([Erase]), and out of texts by name and
// number. It implements [view.Eraser].
//
// A name that somebody else of the account bears as well, and one of a single character, stays in texts: nobody could say
// who was meant. So does the name inside a longer one (the customer's own, say). Numbers are found however they are
// grouped.
type Eraser struct {
	contact string
	names   []string
	numbers []string
	keep    []string // longer names in which a name may stand
	find    *regexp.Regexp
}

// NewEraser learns how the person was called.
func NewEraser(p view.Person) *Eraser {
	e := &Eraser{contact: p.Contact}
	others := []string{p.Profile.Name}
	others = append(others, p.Profile.Aliases...)
	for _, c := range p.Others {
		others = append(others, c.Name)
	}
	for _, c := range p.Versions {
		if name := strings.TrimSpace(c.Name); utf8.RuneCountInString(name) > 1 && !slices.Contains(others, name) && name != Blot {
			e.names = append(e.names, name)
		}
		for _, number := range []string{c.Mobile, c.Phone} {
			if digits := digitsOf(number); len(digits) >= fewestDigits {
				e.numbers = append(e.numbers, digits)
			}
		}
	}
	e.names, e.numbers = distinct(e.names), distinct(e.numbers)
	for _, name := range e.names {
		for _, other := range others {
			if strings.Contains(other, name) {
				e.keep = append(e.keep, other)
			}
		}
	}
	e.keep = distinct(e.keep)
	e.find = e.pattern()
	return e
}

// fewestDigits of a number that can be meant by it: shorter ones are amounts, days, house numbers.
const fewestDigits = 7

// countryDigits is what a number of China begins with abroad, and what people leave out.
const countryDigits = "86"

// digitsOf is a number without its grouping and without the country.
func digitsOf(number string) string {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) && r < utf8.RuneSelf {
			return r
		}
		return -1
	}, number)
	if strings.HasPrefix(strings.TrimSpace(number), "+"+countryDigits) {
		digits = strings.TrimPrefix(digits, countryDigits)
	}
	return digits
}

// distinct are the texts once, the longest first, so that a part does not hide the whole.
func distinct(texts []string) []string {
	slices.SortFunc(texts, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(texts)
}

// pattern finds what is to be kept (first group) before what is to go.
func (e *Eraser) pattern() *regexp.Regexp {
	var keep, gone []string
	for _, text := range e.keep {
		keep = append(keep, regexp.QuoteMeta(text))
	}
	for _, name := range e.names {
		gone = append(gone, regexp.QuoteMeta(name))
	}
	for _, number := range e.numbers {
		gone = append(gone, `(?:\+?`+countryDigits+`[ \-]?)?`+strings.Join(strings.Split(number, ""), `[ \-]?`))
	}
	if len(gone) == 0 {
		return nil
	}
	if len(keep) == 0 {
		keep = []string{`[^\s\S]`} // nothing
	}
	return regexp.MustCompile(`(` + strings.Join(keep, "|") + `)|` + strings.Join(gone, "|"))
}

// Text implements [view.Eraser].
func (e *Eraser) Text(text string) (string, bool) {
	if e.find == nil {
		return text, false
	}
	changed := false
	var out strings.Builder
	at := 0
	for _, m := range e.find.FindAllStringSubmatchIndex(text, -1) {
		kept := m[2] >= 0 && m[3] > m[2]
		if kept || m[0] == m[1] || within(text, m[0], m[1]) {
			continue
		}
		out.WriteString(text[at:m[0]])
		out.WriteString(Blot)
		at, changed = m[1], true
	}
	out.WriteString(text[at:])
	return out.String(), changed
}

// within tells whether what was found is part of a longer number or, in letters that are written with blanks between
// words, of a longer word: Li is no part of List. Chinese has no such blanks.
func within(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	first, _ := utf8.DecodeRuneInString(text[from:])
	last, _ := utf8.DecodeLastRuneInString(text[:to])
	after, _ := utf8.DecodeRuneInString(text[to:])
	return asciiDigit(last) && (asciiDigit(after) || asciiDigit(first) && asciiDigit(before)) ||
		spaced(before) && spaced(first) || spaced(last) && spaced(after)
}

func asciiDigit(r rune) bool { return r >= '0' && r <= '9' }

// spaced tells whether a letter belongs to a script in which blanks part words.
func spaced(r rune) bool { return unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek) }

// JSON implements [view.Eraser]: every text in it, whatever its place. Keys are of the format, and stay.
func (e *Eraser) JSON(content json.RawMessage) (json.RawMessage, bool, error) {
	if e.find == nil || len(content) == 0 {
		return content, false, nil
	}
	in := json.NewDecoder(bytes.NewReader(content))
	in.UseNumber()
	var tree any
	if err := in.Decode(&tree); err != nil {
		return nil, false, fmt.Errorf("read what is on file: %w", err)
	}
	tree, changed := e.tree(tree)
	if !changed {
		return content, false, nil
	}
	out, err := json.Marshal(tree)
	if err != nil {
		return nil, false, fmt.Errorf("encode what is on file: %w", err)
	}
	return out, true, nil
}

func (e *Eraser) tree(v any) (any, bool) {
	changed := false
	switch v := v.(type) {
	case string:
		return e.Text(v)
	case []any:
		for i, row := range v {
			clean, c := e.tree(row)
			v[i], changed = clean, changed || c
		}
	case map[string]any:
		for key, field := range v {
			clean, c := e.tree(field)
			v[key], changed = clean, changed || c
		}
	}
	return v, changed
}

// Document implements [view.Eraser].
func (e *Eraser) Document(kind string, body json.RawMessage) (without json.RawMessage, changed, gone bool, err error) {
	if _, known := KindOf(Kind(kind)); !known { // of another release: nothing refers to anybody as far as this one knows
		without, changed, err = e.JSON(body)
		return without, changed, false, err
	}
	record, err := Load(Kind(kind), body)
	if err != nil {
		return nil, false, false, fmt.Errorf("read a %s: %w", kind, err)
	}
	record, how := Erase(record, e.contact)
	if how == Removed {
		return nil, true, true, nil
	}
	without = body
	if how == Rewritten {
		if without, err = Encode(record); err != nil {
			return nil, false, false, fmt.Errorf("encode a %s: %w", kind, err)
		}
	}
	without, mentioned, err := e.JSON(without)
	return without, how == Rewritten || mentioned, false, err
}

// Mentions implements [view.Eraser].
func (e *Eraser) Mentions() []string {
	return slices.Concat([]string{e.contact}, e.names, e.numbers)
}
