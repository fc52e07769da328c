package naming

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// SearchText is what a search box looks in: the folded name without punctuation, its pinyin and its initials, and the same
// of every further text (aliases, the number, the credit code), one blank between them. It belongs into a column with a
// trigram index; see [Query] for what to look for. When the readings in data/ change, stored texts are made again.
func SearchText(name string, extras ...string) string {
	var parts []string
	add := func(part string) {
		if part != "" && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	for _, text := range append([]string{name}, extras...) {
		plain := letters(text)
		if plain == "" {
			continue
		}
		full, initials := Pinyin(plain)
		add(plain)
		add(full)
		add(initials)
	}
	return strings.Join(parts, " ")
}

// maxTerms bounds the work of one search: nobody types more words.
const maxTerms = 8

// Query is what must all be contained in a [SearchText] for somebody's words to be found, the longest eight of it: words
// folded as names are, without punctuation. A blank query has no terms and finds everything; what has neither letters nor
// digits is its own term and finds nothing.
//
//   - Single syllables and letters in a row are one word of pinyin or initials: "chen feng" and "xi'an" are chenfeng, xian.
//   - A word of Chinese and Latin characters is looked for as pinyin (晨feng, TCL科技), unless one of them, such as 行, is read
//     differently beside others.
//   - One or two Chinese characters make no trigram. The pinyin of those with one reading goes with them for the index.
func Query(q string) []string {
	var terms []string
	add := func(term string) {
		if term != "" && !slices.Contains(terms, term) {
			terms = append(terms, term)
		}
	}
	run := ""
	for _, word := range strings.Fields(Search(q)) {
		word = letters(word)
		if syllable.MatchString(word) {
			run += word
			continue
		}
		add(run)
		run = ""
		for _, term := range termsOf(word) {
			add(term)
		}
	}
	add(run)
	if len(terms) == 0 {
		add(Search(q))
	}
	if len(terms) > maxTerms {
		slices.SortStableFunc(terms, func(a, b string) int { return len(b) - len(a) })
		terms = terms[:maxTerms]
	}
	return terms
}

// termsOf is a word as it is looked for.
func termsOf(word string) []string {
	chars := []rune(word)
	han, steady := 0, ""
	for _, char := range chars {
		if unicode.Is(unicode.Han, char) {
			han++
		}
		if readsAlike(char) {
			steady += string(char)
		}
	}
	full, _ := Pinyin(steady)
	switch {
	case han > 0 && han < len(chars) && steady == word:
		return []string{full}
	case han == len(chars) && han < trigram && len(full) >= trigram:
		return []string{word, full}
	}
	return []string{word}
}

// trigram is the least that an index of trigrams can look for, in characters.
const trigram = 3

// Plain is a long text as words of [Query] look for it: folded and without punctuation, and without the pinyin that
// [SearchText] adds to names.
func Plain(text string) string { return letters(text) }

// syllable is one syllable of pinyin, whole or only its first letter.
var syllable = regexp.MustCompile(`^([a-z]|(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?` +
	`(iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ui|ao|ou|iu|ie|ue|er|an|en|in|un|ia|ua|uo|[aeiouv]))$`)

// letters keeps the letters and digits of a folded name, without accents: Nestlé is typed nestle and Müller muller. Only
// after l and n is ü the vowel of pinyin, which is typed v, and lue where e follows.
func letters(name string) string {
	folded := Search(compact(Search(name)))
	if !strings.ContainsFunc(folded, isAccented) {
		return folded
	}
	folded = strings.NewReplacer("lü", "lv", "nü", "nv", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v").Replace(folded)
	folded = strings.Map(func(char rune) rune {
		if isAccented(char) {
			return []rune(norm.NFD.String(string(char)))[0]
		}
		return char
	}, folded)
	return Search(strings.NewReplacer("lve", "lue", "nve", "nue").Replace(folded))
}

// isAccented tells whether a character is a Latin letter that is no plain one.
func isAccented(char rune) bool { return char > unicode.MaxASCII && unicode.Is(unicode.Latin, char) }
