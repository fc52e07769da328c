package naming_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/naming"
)

func TestGrams_areThePairsThatSayMoreThanTheTrade(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"江苏晨风集团股份有限公司": {"晨风"},
		"晨风服饰":         {"晨风", "风服"},
		"":             {},
		"宿迁市第一人民医院":    {"宿迁"},
	} {
		require.Equal(t, want, naming.Grams(name), name)
	}
}

// Names that people are shown as similar share a pair with few exceptions: by it they are found among all names.
func TestGrams_findWhatIsSimilar(t *testing.T) {
	t.Parallel()
	missed, shown := 0, 0
	for _, p := range corpus(t) {
		if naming.Similarity(p.one, p.other) < naming.SimilarFrom {
			continue
		}
		shown++
		if !slices.ContainsFunc(naming.Grams(p.one), func(g string) bool { return slices.Contains(every(p.other), g) }) {
			missed++
		}
	}
	require.Greater(t, shown, 50)
	require.LessOrEqual(t, missed*50, shown, "%d of %d", missed, shown)
}

// every is what the database indexes: all pairs of neighbouring characters of a key.
func every(name string) []string {
	key := []rune(naming.Key(name))
	var all []string
	for i := range max(0, len(key)-1) {
		all = append(all, string(key[i:i+2]))
	}
	return all
}

func TestGrams_areAlwaysPairsOfTheKey(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOfN(rapid.RuneFrom([]rune("晨风集团有限公司宿迁市第一医院科技A1（）")), 0, 30, -1).Draw(t, "name")
		for _, g := range naming.Grams(name) {
			require.Contains(t, every(name), g)
		}
	})
}
