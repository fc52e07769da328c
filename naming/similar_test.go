package naming_test

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/naming"
)

// outcome counts how a decision did, in basis points.
type outcome struct{ hits, misses, alarms int }

func (o *outcome) count(expected, shown bool) {
	switch {
	case expected && shown:
		o.hits++
	case expected:
		o.misses++
	case shown:
		o.alarms++
	}
}

func (o outcome) precision() int { return 10_000 * o.hits / max(1, o.hits+o.alarms) }
func (o outcome) recall() int    { return 10_000 * o.hits / max(1, o.hits+o.misses) }

// The bounds lie a little below what was measured, so that a new line in the corpus may cost something, and a mistake in
// the rules shows.
func TestSimilarity_separatesTheCorpus(t *testing.T) {
	t.Parallel()
	var all, keysDiffer outcome
	for _, p := range corpus(t) {
		shown := naming.Similarity(p.one, p.other) >= naming.SimilarFrom
		all.count(p.kind != two, shown)
		if p.kind != same {
			keysDiffer.count(p.kind == alike, shown)
		}
		if p.kind == alike && !shown || p.kind == two && shown {
			t.Logf("%5d %s %s %s", naming.Similarity(p.one, p.other), p.one, p.kind, p.other)
		}
	}
	t.Logf("threshold %d, all pairs: precision %d, recall %d, %+v", naming.SimilarFrom, all.precision(), all.recall(), all)
	t.Logf("pairs with two keys: precision %d, recall %d, %+v", keysDiffer.precision(), keysDiffer.recall(), keysDiffer)
	require.GreaterOrEqual(t, all.precision(), 9_500)
	require.GreaterOrEqual(t, all.recall(), 9_500)
	require.GreaterOrEqual(t, keysDiffer.precision(), 8_000)
	require.GreaterOrEqual(t, keysDiffer.recall(), 8_000)
}

func TestSimilarity_neverSuggestsAnotherNumberOrPlace(t *testing.T) {
	t.Parallel()
	for one, other := range map[string]string{
		"宿迁市第一人民医院":  "宿迁市第三人民医院",
		"宿迁市第1中学":    "宿迁三中",
		"宿迁市中级人民法院":  "淮安市中级人民法院",
		"南京市鼓楼区人民法院": "徐州市鼓楼区人民法院",
		"沭阳农商行":      "江苏泗阳农村商业银行股份有限公司",
		"宿迁城市建设投资公司": "淮安城市建设投资公司",
		"江苏第一建筑有限公司": "江苏第二建筑有限公司",
		"沭阳县第二人民医院":  "沭阳县第十二人民医院",
		"中铁四局集团有限公司": "中铁十二局集团有限公司",
		"365网络有限公司":  "58网络有限公司",
		"":           "",
		"晨风集团":       "尼吉康电子",
		"　":          "晨风集团",
	} {
		require.Zero(t, naming.Similarity(one, other), "%s and %s", one, other)
	}
}

func TestSimilarity_isSymmetricAndWithinItsRange(t *testing.T) {
	t.Parallel()
	parts := rapid.SampledFrom([]string{"江苏", "宿迁", "晨风", "长电", "科技", "银行", "第一", "医院", "集团", "有限公司", "工行", "12", "co", " ", "\xff"})
	names := rapid.Custom(func(t *rapid.T) string {
		name := ""
		for _, part := range rapid.SliceOfN(parts, 0, 6).Draw(t, "parts") {
			name += part
		}
		return name + rapid.StringN(0, 3, -1).Draw(t, "tail")
	})
	rapid.Check(t, func(t *rapid.T) {
		one, other := names.Draw(t, "one"), names.Draw(t, "other")
		score := naming.Similarity(one, other)
		require.Equal(t, score, naming.Similarity(other, one))
		require.GreaterOrEqual(t, score, 0)
		require.LessOrEqual(t, score, 10_000)
		require.Equal(t, naming.Key(one) == naming.Key(other) && naming.Key(one) != "", score == 10_000)
	})
}

func TestSimilar_showsTheMostSimilarFirst(t *testing.T) {
	t.Parallel()
	found := naming.Similar("江苏晨风集团股份有限公司", []string{
		"晨风国际贸易有限公司", "尼吉康电子(宿迁)有限公司", "晨风集团宿迁分公司", "晨光集团", "江苏晨风服饰有限公司", "晨风集团",
	})
	names := make([]string, len(found))
	for i, match := range found {
		names[i] = match.Name
		require.True(t, utf8.ValidString(match.Name))
		require.Equal(t, naming.Similarity("晨风集团", match.Name), match.Score)
	}
	require.Equal(t, []string{"晨风集团宿迁分公司", "晨风集团", "江苏晨风服饰有限公司", "晨风国际贸易有限公司"}, names)
	require.Equal(t, []int{2, 5, 4, 0}, []int{found[0].Index, found[1].Index, found[2].Index, found[3].Index})
	require.Empty(t, naming.Similar("晨风集团", nil))
}

func BenchmarkSimilar(b *testing.B) {
	candidates := make([]string, 0, 100)
	for range 25 {
		candidates = append(candidates, "江苏长电科技股份有限公司宿迁分公司", "宿迁市第一人民医院", "江苏晨风服饰有限公司", "可成科技(宿迁)有限公司")
	}
	for b.Loop() {
		naming.Similar("江苏晨风集团股份有限公司", candidates)
	}
}
