package naming

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTables_areWellFormed(t *testing.T) {
	t.Parallel()
	for traditional, simple := range simplified() {
		_, chained := simplified()[simple]
		require.False(t, chained, "%c becomes %c, which becomes something else", traditional, simple)
	}
	require.Greater(t, len(simplified()), 2_800)

	seen := map[string]bool{}
	for line := range dataLines(regionsText) {
		for _, name := range strings.Fields(line) {
			if name == "|" {
				continue
			}
			require.False(t, seen[name], "%s stands twice", name)
			seen[name] = true
			require.LessOrEqual(t, len([]rune(name)), longestRegion, name)
			require.Equal(t, name, Search(name), "places are compared in folded form")
		}
	}
	require.Len(t, regions(), len(seen))
}

func TestTables_haveOnlyWordsThatLookupsFind(t *testing.T) {
	t.Parallel()
	check := func(word string, longest int) {
		require.LessOrEqual(t, len([]rune(word)), longest, word)
		require.Equal(t, word, Search(word), "words are compared in folded form")
	}
	for word := range generic() {
		check(word, longestWord)
	}
	for name, cities := range districts() {
		check(name, longestDistrict)
		require.Equal(t, slices.Compact(slices.Sorted(slices.Values(cities))), slices.Sorted(slices.Values(cities)), name)
		for _, city := range cities {
			require.Contains(t, regions(), city, "the city of %s", name)
		}
	}
	for name := range brands() {
		check(name, longestBrand)
		region := longestOf(regions(), []rune(name), longestRegion)
		require.True(t, region > 0 || districts()[string([]rune(name)[:3])] != nil, "%s does not open like a place and needs no line", name)
	}
	for spelling, house := range houses() {
		check(spelling, longestHouse)
		require.Equal(t, house, houses()[house], "%s is spelt %s, which is spelt otherwise", spelling, house)
	}
}

func TestReadings_sayOnlyWhatTheDictionaryDoesNot(t *testing.T) {
	t.Parallel()
	lines := 0
	for line := range dataLines(readingsText) {
		fields := strings.Fields(line)
		word := fields[0]
		require.Equal(t, word, Search(word), "words are compared in folded form")
		require.LessOrEqual(t, len([]rune(word)), longestReading, word)
		require.Len(t, fields[1:], len([]rune(word)), "a syllable for every character of %s", word)
		for _, read := range fields[1:] {
			require.Regexp(t, syllable, read, word)
		}
		differs := strings.Join(fields[1:], " ") != strings.Join(readWithout(word), " ")
		require.True(t, differs || shields(word), "%s needs no line", word)
		lines++
	}
	require.Len(t, readings(), lines, "every word stands once")
}

// shields tells whether another word of the table begins with the last character of this one.
func shields(word string) bool {
	chars := []rune(word)
	for other := range readings() {
		if len([]rune(other)) > 1 && strings.HasPrefix(other, string(chars[len(chars)-1])) {
			return true
		}
	}
	return false
}

// readWithout reads a word as if it had no line of its own.
func readWithout(word string) []string {
	var read []string
	text := []rune(word)
	for len(text) > 0 {
		next := readingAt(text)
		if len(next) == len([]rune(word)) {
			longest := min(longestReading, len(text)-1)
			if n := longestOf(readings(), text, longest); n > 0 {
				next = readings()[string(text[:n])]
			} else {
				next = dictionaryReading(text[0])
			}
		}
		read, text = append(read, next...), text[len(next):]
	}
	return read
}

func TestChineseNumber_isSpoken(t *testing.T) {
	t.Parallel()
	for digits, spoken := range map[string]string{
		"1": "一", "9": "九", "10": "十", "12": "十二", "20": "二十", "21": "二十一", "99": "九十九", "03": "三", "0": "0", "00": "0",
	} {
		require.Equal(t, spoken, chineseNumber(digits))
	}
}
