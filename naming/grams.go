package naming

// Grams are the pairs of neighbouring characters of a name's [Key] by which names that resemble it are looked up: those
// that say more than the words of a trade. Where nothing else is said they are those of the place, which tells public bodies
// apart, and all of them where there is none. A name that shares none of them is hardly similar. A key of one character has
// none.
func Grams(name string) []string {
	text := []rune(Key(name))
	house := longestOf(houses(), text, longestHouse)
	var place []rune
	if end := chainAt(text).end; house == 0 && end < len(text) {
		place, text = text[:end], text[end:]
	}
	weights := weigh(text, house)
	telling := []string{}
	for i, pair := range neighbours(text) {
		if weights[i]+weights[i+1] > 2*weightOfTrade {
			telling = append(telling, pair)
		}
	}
	switch {
	case len(telling) > 0:
		return telling
	case len(place) > 1:
		return neighbours(place)
	}
	return neighbours(text)
}

// neighbours are the pairs of neighbouring characters.
func neighbours(text []rune) []string {
	pairs := []string{}
	for i := range max(0, len(text)-1) {
		pairs = append(pairs, string(text[i:i+2]))
	}
	return pairs
}
