package naming

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed data/simplify.txt
var simplifyText string

//go:embed data/regions.txt
var regionsText string

//go:embed data/districts.txt
var districtsText string

//go:embed data/words.txt
var wordsText string

//go:embed data/brands.txt
var brandsText string

//go:embed data/houses.txt
var housesText string

//go:embed data/readings.txt
var readingsText string

// simplified maps a traditional character to its simplified form.
var simplified = sync.OnceValue(func() map[rune]rune {
	table := make(map[rune]rune, 3000)
	for line := range dataLines(simplifyText) {
		for _, pair := range strings.Fields(line) {
			runes := []rune(pair)
			table[runes[0]] = runes[1]
		}
	}
	return table
})

// place is one administrative division that names open or close with.
type place struct {
	province int // line of the table; a smaller place counts only after nothing or after its own province
	level    int // 0 country or province, 1 prefecture, 2 county
}

// regions maps the bare name of a division to its place.
var regions = sync.OnceValue(func() map[string]place {
	table := make(map[string]place, 700)
	province := 0
	for line := range dataLines(regionsText) {
		level := 0
		for _, name := range strings.Fields(line) {
			if name == "|" {
				level = 2
				continue
			}
			table[name] = place{province: province, level: level}
			level = max(level, 1)
		}
		province++
	}
	return table
})

// districts maps the full name of a district, such as 宿城区, to the cities that have one of this name.
var districts = sync.OnceValue(func() map[string][]string {
	table := make(map[string][]string, 1000)
	for line := range dataLines(districtsText) {
		fields := strings.Fields(line)
		for _, name := range fields[1:] {
			name = strings.TrimSuffix(name, "区") + "区"
			table[name] = append(table[name], fields[0])
		}
	}
	return table
})

// generic holds the words that describe any organisation of a trade.
var generic = sync.OnceValue(func() map[string]bool { return wordSet(wordsText) })

// brands are the names that open like a place but are none.
var brands = sync.OnceValue(func() map[string]bool { return wordSet(brandsText) })

// houses maps each spelling of a house with many branches to the one that keys have.
var houses = sync.OnceValue(func() map[string]string {
	table := make(map[string]string, 100)
	for line := range dataLines(housesText) {
		spellings := strings.Fields(line)
		for _, spelling := range spellings {
			table[spelling] = spellings[0]
		}
	}
	return table
})

// readings maps a character or a word to its syllables, where they are not the first that the dictionary has.
var readings = sync.OnceValue(func() map[string][]string {
	table := make(map[string][]string, 300)
	for line := range dataLines(readingsText) {
		fields := strings.Fields(line)
		table[fields[0]] = fields[1:]
	}
	return table
})

// unsteady holds the characters that a word of the table reads otherwise than they are read alone.
var unsteady = sync.OnceValue(func() map[rune]bool {
	table := make(map[rune]bool, 100)
	for word, syllables := range readings() {
		for i, char := range []rune(word) {
			if readingAt([]rune{char})[0] != syllables[i] {
				table[char] = true
			}
		}
	}
	return table
})

// Longest entries of the tables, in characters: no lookup needs to try more.
const (
	longestRegion   = 5
	longestDistrict = 6
	longestWord     = 7
	longestBrand    = 5
	longestHouse    = 12
	longestReading  = 4
)

// longestOf is the width of the longest entry of a table at the start of the text, 0 for none. No entry is longer than
// the limit.
func longestOf[V any](table map[string]V, text []rune, limit int) int {
	for n := min(limit, len(text)); n > 0; n-- {
		if _, found := table[string(text[:n])]; found {
			return n
		}
	}
	return 0
}

func wordSet(text string) map[string]bool {
	table := make(map[string]bool, 800)
	for line := range dataLines(text) {
		for _, word := range strings.Fields(line) {
			table[word] = true
		}
	}
	return table
}

// dataLines yields the lines that are neither empty nor comments.
func dataLines(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if !yield(line) {
				return
			}
		}
	}
}
