package naming

import (
	"slices"
	"strings"
)

// placeEndings may follow the bare name of a place; longer ones first.
var placeEndings = []string{
	"维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "自治州", "自治县", "地区", "省", "市", "盟", "州", "县",
}

// notEndings are words that open like the ending of a place but belong to what follows: 宿迁+市场管理, not 宿迁市+场管理.
var notEndings = []string{"市场", "市政", "市民", "市容", "市区", "省级", "县级", "县域", "州际"}

// zones are districts that carry their kind in full.
var zones = []string{
	"经济技术开发区", "高新技术产业开发区", "高新技术开发区", "经济开发区", "工业园区", "综合保税区", "自由贸易试验区", "自贸区", "保税区",
	"高新区", "开发区", "新区",
}

// regionAt is the known place at the start of the text and its width in characters with its ending; width 0 is none.
func regionAt(text []rune) (name string, width int) {
	for n := min(longestRegion, len(text)); n >= 2; n-- {
		name := string(text[:n])
		if _, known := regions()[name]; known {
			return name, n + endingWidth(text[n:])
		}
	}
	return "", 0
}

// endingWidth is the width of 省, 市 and the like after a bare name.
func endingWidth(text []rune) int {
	after := string(text[:min(len(text), 6)])
	if slices.ContainsFunc(notEndings, func(word string) bool { return strings.HasPrefix(after, word) }) {
		return 0
	}
	for _, ending := range placeEndings {
		if strings.HasPrefix(after, ending) {
			return len([]rune(ending))
		}
	}
	return 0
}

// districtWidth is the width of a district after a place: 宿城区, 浦东新区, 经济开发区. Words that merely end alike, such as
// 小区 and 社区, are none.
func districtWidth(text []rune) int {
	after := string(text[:min(len(text), 10)])
	for _, zone := range zones {
		if strings.HasPrefix(after, zone) {
			return len([]rune(zone))
		}
	}
	for n := 3; n <= min(4, len(text)); n++ {
		last, before := text[n-1], text[n-2]
		if (last == '区' || last == '县') && !strings.ContainsRune("小社片街园景地市", before) {
			return n
		}
	}
	return 0
}

// chain is a run of places that opens a name, such as 江苏省宿迁市宿城区.
type chain struct {
	places   []string // bare names, from large to small
	smallest int      // where the last of them begins, in characters
	known    int      // where it ends, with its ending
	end      int      // where the chain ends, with a district
}

// chainAt reads the places at the start of a text. A smaller place counts only below its own province.
func chainAt(text []rune) chain {
	var c chain
	for {
		name, width := regionAt(text[c.end:])
		if width == 0 {
			break
		}
		next := regions()[name]
		if n := len(c.places); n > 0 {
			above := regions()[c.places[n-1]]
			if next.province != above.province || next.level <= above.level {
				break
			}
		}
		c.places = append(c.places, name)
		c.smallest, c.known, c.end = c.end, c.end+width, c.end+width
	}
	if len(c.places) > 0 {
		c.end += districtWidth(text[c.end:])
	}
	return c
}

// isPlace tells whether a text consists of places only: (宿迁), (中国), (江苏省宿迁市宿城区).
func isPlace(s string) bool {
	runes := []rune(s)
	c := chainAt(runes)
	return len(c.places) > 0 && c.end == len(runes)
}

// trimPlaces takes the region off the front and the end of a company's name when what remains still tells who it is.
// Otherwise the region stays, in canonical form.
func trimPlaces(s string) string {
	runes := []rune(s)
	c := chainAt(runes)
	switch {
	case len(c.places) == 0:
	case c.places[0] == "中国":
		// 中国建设银行 = 建设银行, but 中国移动 and 中国银行 are nothing without it.
		if len(runes)-c.known >= 4 {
			runes = runes[c.known:]
		}
	case distinctive(runes[c.end:]) && !opensStreet(runes[c.end:]):
		runes = runes[c.end:]
	default:
		runes = []rune(canonicalPlace(s))
	}
	for i := max(2, len(runes)-12); i < len(runes); i++ {
		if isPlace(string(runes[i:])) && distinctive(runes[:i]) {
			return string(runes[:i])
		}
	}
	return string(runes)
}

// canonicalPlace writes the region that opens a name in one form: the smallest known place, bare. 江苏省宿迁市中级人民法院 and
// 宿迁中级人民法院 are one court.
func canonicalPlace(s string) string {
	runes := []rune(s)
	c := chainAt(runes)
	if len(c.places) == 0 || c.known == len(runes) {
		return s
	}
	return c.places[len(c.places)-1] + string(runes[c.known:])
}

// opensStreet tells whether a text continues the name of a street or a water: 上海+滩, 南京+东路, 苏州+河.
func opensStreet(text []rune) bool {
	s := string(text[:min(2, len(text))])
	return slices.ContainsFunc([]string{"路", "街", "滩", "桥", "河", "湖", "塔", "东路", "西路", "南路", "北路", "中路"},
		func(word string) bool { return strings.HasPrefix(s, word) })
}

// distinctive tells whether a text names somebody: two characters or more remain beside the words of its trade.
func distinctive(text []rune) bool {
	left := 0
	for i := 0; i < len(text); {
		width := wordAt(text[i:])
		if width == 0 {
			left++
			width = 1
		}
		i += width
	}
	return left >= 2
}

// wordAt is the width of the longest generic word at the start of the text, 0 for none.
func wordAt(text []rune) int {
	for n := min(longestWord, len(text)); n > 0; n-- {
		if generic()[string(text[:n])] {
			return n
		}
	}
	return 0
}
