package naming

import (
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
	for word := range generic() {
		require.LessOrEqual(t, len([]rune(word)), longestWord, word)
		require.Equal(t, word, Search(word), "words are compared in folded form")
	}
}
