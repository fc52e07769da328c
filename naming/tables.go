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

//go:embed data/words.txt
var wordsText string

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

// generic holds the words that describe any organisation of a trade.
var generic = sync.OnceValue(func() map[string]bool {
	table := make(map[string]bool, 700)
	for line := range dataLines(wordsText) {
		for _, word := range strings.Fields(line) {
			table[word] = true
		}
	}
	return table
})

// Longest entries of the tables, in characters: no lookup needs to try more.
const (
	longestRegion = 5
	longestWord   = 7
)

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
