package naming_test

import (
	"encoding/csv"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// pair is a line of the corpus; its head says what the kinds mean.
type pair struct{ kind, one, other string }

const (
	same  = "="
	alike = "~"
	two   = "!"
)

func corpus(t *testing.T) []pair {
	t.Helper()
	file, err := os.Open("testdata/pairs.tsv")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	reader := csv.NewReader(file)
	reader.Comma, reader.Comment, reader.LazyQuotes, reader.FieldsPerRecord = '\t', '#', true, 3
	lines, err := reader.ReadAll()
	require.NoError(t, err)
	pairs := make([]pair, len(lines))
	for i, line := range lines {
		pairs[i] = pair{line[0], line[1], line[2]}
	}
	return pairs
}

func TestCorpus_isLargeAndSaysNothingTwice(t *testing.T) {
	t.Parallel()
	seen, kinds := map[[2]string]bool{}, map[string]int{}
	for _, p := range corpus(t) {
		require.NotEqual(t, p.one, p.other)
		require.False(t, seen[[2]string{p.one, p.other}] || seen[[2]string{p.other, p.one}], "%s and %s stand twice", p.one, p.other)
		seen[[2]string{p.one, p.other}] = true
		kinds[p.kind]++
	}
	require.Len(t, kinds, 3, "kinds of lines: %v", kinds)
	require.GreaterOrEqual(t, len(seen), 250)
	require.GreaterOrEqual(t, kinds[same], 100)
	require.GreaterOrEqual(t, kinds[alike], 50)
	require.GreaterOrEqual(t, kinds[two], 100)
}
