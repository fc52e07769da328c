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
var notEndings = []string{
	"市场", "市政工", "市政建", "市政设", "市政园", "市政公", "市政环", "市民", "市容", "市区", "市南区", "市北区", "市中区", "市委", "省委", "省级", "省心",
	"省电", "县委", "县级", "县域", "州际", "盟友",
}

// zones are districts that carry their kind in full.
var zones = []string{
	"经济技术开发区", "高新技术产业开发区", "高新技术开发区", "高新技术产业园区", "经济开发区", "工业园区", "综合保税区", "自由贸易试验区",
	"自贸区", "保税区", "高新区", "开发区", "新区",
}

// regionAt is the known place at the start of the text and its width in characters with its ending; width 0 is none.
func regionAt(text []rune) (name string, width int) {
	if longestOf(brands(), text, longestBrand) > 0 {
		return "", 0
	}
	n := longestOf(regions(), text, longestRegion)
	if n == 0 {
		return "", 0
	}
	ending := endingWidth(text[n:])
	if _, district := districtAt(text); ending == 0 && district > n {
		return "", 0 // 新北区 lies in 常州, not in 新北
	}
	return string(text[:n]), n + ending
}

// endingWidth is the width of 省, 市, 朝鲜族自治州 and the like after a bare name.
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
	return autonomousWidth(text)
}

// autonomousWidth is the width of 回族自治县, 土家族苗族自治州 and the like at the start of the text.
func autonomousWidth(text []rune) int {
	for n := 4; n <= min(len(text), 12); n++ {
		if (text[n-1] == '州' || text[n-1] == '县') && strings.HasSuffix(string(text[:n-1]), "自治") {
			return n
		}
	}
	return 0
}

// districtAt is the full name of a district from the table at the start of the text; width 0 is none.
func districtAt(text []rune) (name string, width int) {
	for n := min(longestDistrict, len(text)); n >= 3; n-- {
		if name := string(text[:n]); len(districts()[name]) > 0 {
			return name, n
		}
	}
	return "", 0
}

// countyWidth is the width of a county that is in no table, such as 曹县 and 孟村回族自治县.
func countyWidth(text []rune) int {
	for n := 2; n <= min(4, len(text)); n++ {
		word := n < len(text) && strings.ContainsRune("域级", text[n]) // 县域, 县级
		if text[n-1] == '县' && !word && !strings.ContainsRune("全各本市", text[n-2]) {
			return n
		}
	}
	for n := 2; n <= 4 && n < len(text); n++ {
		if width := autonomousWidth(text[n:]); width > 0 {
			return n + width
		}
	}
	return 0
}

// zoneWidth is the width of an economic zone.
func zoneWidth(text []rune) int {
	after := string(text[:min(len(text), 10)])
	for _, zone := range zones {
		if strings.HasPrefix(after, zone) {
			return len([]rune(zone))
		}
	}
	return 0
}

// unknownDistrictWidth is the width of a district after a city of which the table does not have it. Words that merely
// end alike, such as 小区 and 社区, are none.
func unknownDistrictWidth(text []rune) int {
	for n := 3; n <= min(4, len(text)); n++ {
		if text[n-1] == '区' && !strings.ContainsRune("小社片街园景地市厂校矿灾牧林山新库", text[n-2]) {
			return n
		}
	}
	return 0
}

// townWidth is the width of a town or a street office after a larger place: 张浦镇, 幸福街道.
func townWidth(text []rune) int {
	for n := 3; n <= min(4, len(text)); n++ {
		if text[n-1] == '镇' && !strings.ContainsRune("小古新重特", text[n-2]) || n < len(text) && text[n-1] == '街' && text[n] == '道' {
			if _, other := regionAt(text); other > 0 {
				return 0 // 宿迁+景德镇陶瓷
			}
			if text[n-1] == '街' {
				n++
			}
			return n
		}
	}
	return 0
}

// belongsToPlace tells whether a text continues what is called after a place: 上海+滩, 南京+东路, 苏州+大学出版社.
func belongsToPlace(text []rune) bool {
	s := string(text[:min(4, len(text))])
	return slices.ContainsFunc([]string{
		"路", "街", "滩", "桥", "河", "湖", "塔", "港口", "港务", "港集", "站", "东站", "西站", "南站", "北站", "东路", "西路", "南路", "北路", "中路", "大道", "古城",
		"大学", "学院", "中学", "小学", "师范", "职业技术学院", "医院", "机场", "火车站", "高铁", "地铁", "海关", "日报", "晚报", "市委", "市政府",
	}, func(word string) bool { return strings.HasPrefix(s, word) })
}

// distinctive tells whether a text names somebody: a house known everywhere, or two characters or more beside the words
// of its trade.
func distinctive(text []rune) bool {
	if n := longestOf(houses(), text, longestHouse); n > 0 && houses()[string(text[:n])] == string(text[:n]) {
		return true
	}
	left := 0
	for i := 0; i < len(text); {
		width := longestOf(generic(), text[i:], longestWord)
		if width == 0 {
			left++
			width = 1
		}
		i += width
	}
	return left >= 2
}
