package naming

import (
	"strings"
	"unicode/utf8"
)

// maxKeyLength bounds the work for one name, in characters. The longest registered company names have about 60.
const maxKeyLength = 200

// Key is the comparison key of an organisation's name (domain.md §4). Two names with one key are probably one
// organisation within a territory:
//
//	江苏晨风集团股份有限公司 = 江苏晨风集团 = 晨风集团
//	江苏长电科技股份有限公司宿迁分公司 = 长电科技
//	宿迁市第一人民医院 ≠ 宿迁市第三人民医院
//
// Key is idempotent, never panics and answers valid UTF-8. A name of which nothing would be left, and one longer than
// 200 characters, is its own key in folded form (see [Search]); only a blank name has the empty key.
func Key(name string) string {
	key := Search(name)
	if utf8.RuneCountInString(key) > maxKeyLength {
		return key
	}
	for {
		next := reduce(key)
		if next == key {
			return key
		}
		key = next
	}
}

// reduce takes one layer off a folded name. It answers its argument when nothing is to be taken off, or nothing would
// be left. Layers only shorten, with two exceptions that end by themselves: a digit becomes a numeral, and the spelling of
// a house becomes that of the table, which is no other spelling.
func reduce(folded string) string {
	outside, asides := splitBrackets(folded)
	public := isPublic(compact(strings.Join(outside, "")))
	text := unifyWords(Search(compact(trimLatinForms(joinBrackets(outside, asides, public)))))
	if public {
		text = canonicalPlace(trimOpening(trimForms(text)))
	} else {
		text = trimPlaces(trimForms(cutBranch(spellHouse(text))))
	}
	if text == "" {
		return folded
	}
	return text
}

// Kinds of brackets after folding; NFKC has already made the full-width round and square ones ASCII.
const (
	opening = "([{〔【〈《「『"
	closing = ")]}〕】〉》」』"
)

// splitBrackets separates what stands outside brackets from what stands inside: outside[i] is followed by asides[i].
// Brackets that do not match are punctuation like any other.
func splitBrackets(s string) (outside, asides []string) {
	for {
		open := strings.IndexAny(s, opening)
		if open < 0 {
			return append(outside, s), asides
		}
		_, width := utf8.DecodeRuneInString(s[open:])
		length := strings.IndexAny(s[open+width:], closing)
		if length < 0 {
			return append(outside, s), asides
		}
		outside = append(outside, s[:open])
		asides = append(asides, s[open+width:open+width+length])
		s = s[open+width+length:]
		_, width = utf8.DecodeRuneInString(s)
		s = s[width:]
	}
}

// joinBrackets puts a name together again without the asides that say only where, or in which legal form, or remark on it: (宿迁), (集团), (原晨风服装厂).
// Any other aside is part of the name. Public bodies keep theirs: (南院区) is a different house.
func joinBrackets(outside, asides []string, public bool) string {
	if compact(strings.Join(outside, "")) == "" {
		return strings.Join(asides, " ")
	}
	var b strings.Builder
	b.WriteString(outside[0])
	for i, aside := range asides {
		bare := compact(aside)
		if !isRemark(bare) && (public || !isPlace(bare)) {
			b.WriteString(" " + aside + " ")
		}
		b.WriteString(outside[i+1])
	}
	return b.String()
}
