package naming

// Grams are the pairs of neighbouring characters of a name's [Key] by which names that resemble it are looked up: those
// that say more than the words of a trade, or all of them where nothing else is said. A name that shares none of them is
// hardly similar. A key of one character has none.
func Grams(name string) []string {
	text := []rune(Key(name))
	house := longestOf(houses(), text, longestHouse)
	if end := chainAt(text).end; house == 0 && end < len(text) {
		text = text[end:] // the place says where, not who
	}
	weights := weigh(text, house)
	telling, all := []string{}, []string{}
	for i := range max(0, len(text)-1) {
		pair := string(text[i : i+2])
		all = append(all, pair)
		if weights[i]+weights[i+1] > 2*weightOfTrade {
			telling = append(telling, pair)
		}
	}
	if len(telling) == 0 {
		return all
	}
	return telling
}
