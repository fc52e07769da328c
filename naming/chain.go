package naming

import "slices"

// chain is a run of places that opens a name, such as 江苏省宿迁市宿城区.
type chain struct {
	places   []string // bare names of the known divisions, from large to small
	known    int      // where the last of them ends, with its ending, in characters
	district string   // what follows in full, such as 宿城区 or 曹县; empty for none and for a zone
	end      int      // where the chain ends, with district, zone and town
	bare     int      // where it ends when a district without 区 counts too: 苏州吴江…; else as end
	sure     bool     // every part stands in a table
}

// chainAt reads the places at the start of a text. A smaller place counts only below its own province, a district without
// its 区 only after its own city.
func chainAt(text []rune) chain {
	c := chain{sure: true}
	for {
		name, width := regionAt(text[c.end:])
		if width == 0 || !c.takes(name) {
			break
		}
		c.places = append(c.places, name)
		c.end += width
	}
	c.known = c.end
	c.readDistrict(text[c.end:])
	if c.end > 0 {
		c.end += zoneWidth(text[c.end:])
		c.end += townWidth(text[c.end:])
	}
	c.bare = max(c.end, c.bare)
	return c
}

// takes tells whether a division may follow those already read.
func (c *chain) takes(name string) bool {
	if len(c.places) == 0 {
		return true
	}
	next, above := regions()[name], regions()[c.places[len(c.places)-1]]
	return next.province == above.province && next.level > above.level
}

// readDistrict reads a district or a county: one of the table anywhere, others by their form.
func (c *chain) readDistrict(text []rune) {
	name, width := districtAt(text)
	if width > 0 && (len(c.places) == 0 || slices.ContainsFunc(districts()[name], c.has)) {
		c.district, c.end = name, c.end+width
		return
	}
	if width := countyWidth(text); width > 0 {
		c.district, c.end, c.sure = string(text[:width]), c.end+width, false
		return
	}
	if len(c.places) == 0 {
		return
	}
	if width := unknownDistrictWidth(text); width > 0 {
		c.district, c.end, c.sure = string(text[:width]), c.end+width, false
		return
	}
	for n := min(4, len(text)); n >= 2; n-- {
		if slices.ContainsFunc(districts()[string(text[:n])+"区"], c.has) {
			if zone := zoneWidth(text[n:]); zone > 0 {
				c.end += n
				return
			}
			c.bare = c.end + n
			return
		}
	}
}

// has tells whether a city is where the chain stands, or lies in the province that it stands in.
func (c *chain) has(city string) bool {
	last := c.places[len(c.places)-1]
	return last == city || regions()[last].level == 0 && regions()[last].province == regions()[city].province
}

// isPlace tells whether a text consists of known places only: (宿迁), (中国), (江苏省宿迁市宿城区).
func isPlace(s string) bool {
	runes := []rune(s)
	c := chainAt(runes)
	return c.end > 0 && c.sure && (c.end == len(runes) || c.bare == len(runes))
}

// trimPlaces takes the region off the front and the end of a company's name when what remains still tells who it is.
// Otherwise the region stays, in canonical form.
func trimPlaces(s string) string {
	runes := []rune(s)
	c := chainAt(runes)
	stands := func(cut int) bool { return distinctive(runes[cut:]) && !belongsToPlace(runes[cut:]) }
	switch {
	case c.end == 0:
	case len(c.places) > 0 && c.places[0] == "中国":
		// 中国东方航空 = 东方航空, but 中国移动 and 中国平安 are nothing without it.
		if len(runes)-c.known >= 4 && stands(c.known) && longestOf(houses(), runes, longestHouse) == 0 {
			runes = runes[c.known:]
		}
	case stands(c.bare):
		runes = runes[c.bare:]
	case stands(c.end):
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

// canonicalPlace writes the region that opens a name in one form: a district or county that there is once in the country
// alone, anything else behind the smallest known division, bare. 江苏省宿迁市中级人民法院 and 宿迁中级人民法院 are one court,
// 宿迁市宿城区人民法院 and 宿城区人民法院 too; 鼓楼区 remains 南京鼓楼区.
func canonicalPlace(s string) string {
	runes := []rune(s)
	c := chainAt(runes)
	switch {
	case len(c.places) == 0 || c.known == len(runes):
		return s
	case c.district != "" && (len(districts()[c.district]) == 1 || isCounty(c.district)):
		return string(runes[c.known:])
	}
	return c.places[len(c.places)-1] + string(runes[c.known:])
}

// isCounty tells a county from a district: the full names of counties are unique in the country.
func isCounty(district string) bool { return []rune(district)[len([]rune(district))-1] == '县' }
