package naming

import (
	"cmp"
	"slices"
)

// SimilarFrom is the score from which [Similar] shows a name, in basis points. It is where the corpus in testdata shows
// the approver most of what is worth a look and little else; TestSimilarity_separatesTheCorpus has the measurement.
const SimilarFrom = 5_200

// oneKey is the score of names with one key, and almost the highest of names with two.
const (
	oneKey  = 10_000
	twoKeys = 9_900
)

// Match is a name that resembles another.
type Match struct {
	Index int    // among the candidates
	Name  string // as the candidate was given
	Score int    // see [Similarity], in basis points
}

// Similarity says how much two names resemble each other, in basis points: 10,000 for names with one [Key], 0 for names
// that share nothing or say different numbers or places (宿迁市第一人民医院, 宿迁市第三人民医院, 南京市第一人民医院). It is the Dice coefficient of
// the pairs of neighbouring characters of both keys, where the words of a trade count less than what is said beside them.
//
// It serves suggestions to people, never decisions: 晨风集团 and 晨风服饰 resemble each other and are two. It looks at characters,
// not at sounds: 宏达 and 鸿达 are two names that people tell apart in writing.
func Similarity(a, b string) int { return resemblanceOf(a).to(resemblanceOf(b)) }

// Similar finds the candidates that resemble a name, the most similar first, those of one score in their order.
func Similar(name string, candidates []string) []Match {
	of := resemblanceOf(name)
	var found []Match
	for i, candidate := range candidates {
		if score := of.to(resemblanceOf(candidate)); score >= SimilarFrom {
			found = append(found, Match{Index: i, Name: candidate, Score: score})
		}
	}
	slices.SortStableFunc(found, func(a, b Match) int { return cmp.Compare(b.Score, a.Score) })
	return found
}

// Weights of a character in a pair. Four to one is where the corpus separates best; places count by their equality only.
const (
	weightOfName  = 4
	weightOfTrade = 1
)

// resemblance is what names are compared by.
type resemblance struct {
	key    string
	place  string // the region that opens the key, because the rest does not tell who it is
	number string // 第一 → 一, 十二中 → 十二
	pairs  map[[2]rune][]int
	total  int // of all weights
}

// resemblanceOf weighs the pairs of neighbouring characters of a name's key. The first and the last character make a pair
// with nothing (0), so that names that begin or end alike resemble each other even when they have two characters.
func resemblanceOf(name string) resemblance {
	key := Key(name)
	text := []rune(key)
	r := resemblance{key: key, number: numberIn(key), pairs: make(map[[2]rune][]int, len(text)+1)}
	house := longestOf(houses(), text, longestHouse)
	if end := chainAt(text).end; house == 0 && end < len(text) {
		r.place, text = string(text[:end]), text[end:]
	}
	weights := weigh(text, house)
	before, weightBefore := rune(0), 0
	for i, char := range text {
		r.add(before, char, weightBefore+weights[i])
		before, weightBefore = char, weights[i]
	}
	r.add(before, 0, weightBefore)
	return r
}

func (r *resemblance) add(a, b rune, weight int) {
	r.pairs[[2]rune{a, b}] = append(r.pairs[[2]rune{a, b}], weight)
	r.total += weight
}

// weigh gives each character its weight. The name of a house known everywhere is no word of a trade, whatever it says.
func weigh(text []rune, house int) []int {
	weights := slices.Repeat([]int{weightOfName}, len(text))
	for i := house; i < len(text); {
		width := longestOf(generic(), text[i:], longestWord)
		for j := range width {
			weights[i+j] = weightOfTrade
		}
		i += max(width, 1)
	}
	return weights
}

// to is the similarity of two names. A number that only one of them says halves it: 实验小学 and 第二实验小学.
func (r resemblance) to(other resemblance) int {
	differ := func(a, b string) bool { return a != "" && b != "" && a != b }
	switch {
	case r.key == other.key && r.key != "":
		return oneKey
	case differ(r.number, other.number), differ(r.place, other.place), r.total+other.total == 0:
		return 0
	}
	shared := 0
	for pair, weights := range r.pairs {
		for i, weight := range other.pairs[pair] {
			if i < len(weights) {
				shared += min(weight, weights[i])
			}
		}
	}
	score := 2 * oneKey * shared / (r.total + other.total)
	if r.number != other.number {
		score /= 2
	}
	return min(score, twoKeys)
}
