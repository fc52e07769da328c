package naming

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Search is a name folded for comparing: valid UTF-8, compatibility forms unified (full-width letters and digits become
// half-width), traditional characters simplified, lower case, invisible characters gone, runs of white space one blank.
// Apply it to both sides; for search boxes there are [SearchText] and [Query]. Search(Search(s)) == Search(s).
func Search(name string) string {
	folded := strings.ToValidUTF8(name, string(unicode.ReplacementChar))
	for {
		// One pass nearly always suffices. A second is needed when lower-casing or simplifying a character makes a
		// sequence that composes, so the result is the point where nothing changes any more.
		next := strings.Join(strings.Fields(strings.ToLower(strings.Map(foldRune, norm.NFKC.String(folded)))), " ")
		if next == folded {
			return folded
		}
		folded = next
	}
}

// foldRune simplifies one character, turns every blank and control character into a space and drops invisible ones.
func foldRune(r rune) rune {
	switch {
	case r < unicode.MaxASCII && r > ' ':
		return r
	case unicode.IsSpace(r), unicode.IsControl(r):
		return ' '
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
		return -1
	}
	if simple, ok := simplified()[r]; ok {
		return simple
	}
	return r
}

// compact keeps letters, marks and digits only: what is left is compared without regard to punctuation.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
