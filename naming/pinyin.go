package naming

import (
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// Pinyin spells a name as people type it: full is 晨风集团 → chenfengjituan, initials is cfjt. Both are in lower case without
// tones or blanks, ü is v as on a keyboard, and Latin letters and digits stay as they are in both. Of characters with
// several readings the one usual in names counts: data/readings.txt has the words in which the dictionary's first reading
// is not it (重庆, 银行, 厦门). A name without letters and digits has neither.
func Pinyin(name string) (full, initials string) {
	var whole, first strings.Builder
	text := []rune(letters(name))
	for len(text) > 0 {
		syllables := readingAt(text)
		for i, syllable := range syllables {
			whole.WriteString(syllable)
			if syllable == string(text[i]) {
				first.WriteString(syllable)
			} else {
				first.WriteString(syllable[:1])
			}
		}
		text = text[len(syllables):]
	}
	return whole.String(), first.String()
}

// readingAt reads the longest entry of the table at the start of the text, or else one character: one syllable for each.
func readingAt(text []rune) []string {
	if n := longestOf(readings(), text, longestReading); n > 0 {
		return readings()[string(text[:n])]
	}
	return dictionaryReading(text[0])
}

// dictionaryReading is the first reading of a character. What is no Chinese character, or one that the dictionary does not
// have, reads as itself.
func dictionaryReading(char rune) []string {
	if found := pinyin.SinglePinyin(char, pinyin.Args{Style: pinyin.Normal}); len(found) > 0 && found[0] != "" {
		// The dictionary writes 略 as lve; everybody types lue.
		return []string{strings.Replace(found[0], "ve", "ue", 1)}
	}
	return []string{string(char)}
}

// readsAlike tells whether a character has one reading whatever stands beside it.
func readsAlike(char rune) bool { return !unsteady()[char] }
