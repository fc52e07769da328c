package naming

import (
	"regexp"
	"slices"
	"strings"
)

// publicWords anywhere in a name without legal form, or at the end of one, make it a public body or an institution.
var publicWords = []string{
	"医院", "法院", "检察院", "公安", "派出所", "政府", "委员会", "管委会", "居委会", "村委会", "街道办", "税务局", "海关", "监狱", "看守所",
	"大学", "学院", "中学", "小学", "学校", "幼儿园", "党校", "科学院", "研究院", "图书馆", "博物馆", "档案馆", "美术馆", "卫生院", "卫生服务",
	"疾控", "疾病预防", "血站", "公证处", "仲裁", "消防救援", "电视台", "广播电台", "福利院", "殡仪馆", "省委", "市委", "县委", "区委",
}

// publicEndings make a name a public body when it ends in them.
var publicEndings = []string{
	"局", "厅", "支队", "大队", "总队", "人大", "政协", "附中", "附小", "实小", "中医院",
}

// isPublic tells whether a name, without brackets, is that of a public body: such names keep their region. A name with
// a legal form is a company, whatever it deals with, unless what it is called ends like an institution.
func isPublic(s string) bool {
	bare := trimForms(s)
	endsIn := func(ending string) bool { return strings.HasSuffix(bare, ending) }
	if bare != s {
		return slices.ContainsFunc(publicWords, endsIn)
	}
	if strings.Contains(s, "公司") {
		return false
	}
	return slices.ContainsFunc(publicEndings, endsIn) || numberedShort.MatchString(s) ||
		slices.ContainsFunc(publicWords, func(word string) bool { return strings.Contains(s, word) })
}

// shorter spells what people write in two ways in the shorter of them. Nothing here makes two organisations one: a place
// has one 一中, and 农村商业银行, 农商银行 and 农商行 are the same word.
var shorter = strings.NewReplacer(
	"农村商业银行", "农商行", "农商银行", "农商行", "人民政府", "政府",
)

var (
	numbered       = regexp.MustCompile(`第(\d{1,2})`)
	numberedShort  = regexp.MustCompile(`[一二三四五六七八九十](中|小|院)$`)
	numberSaid     = regexp.MustCompile(`第([一二三四五六七八九十]+)|([一二三四五六七八九十]+)[中小院局处]|(\d+)`)
	numberedSchool = regexp.MustCompile(`第([一二三四五六七八九十]+)(中|小)学`)
)

// publicOpenings say whose body it is without telling it from others: 中共宿迁市委, 中华人民共和国宿迁海关.
var publicOpenings = []string{"中华人民共和国", "中国共产党", "中共", "国家税务总局"}

// trimOpening takes such an opening off a name that goes on with a place.
func trimOpening(s string) string {
	for _, opening := range publicOpenings {
		if rest, found := strings.CutPrefix(s, opening); found && chainAt([]rune(rest)).end > 0 {
			return rest
		}
	}
	return s
}

// unifyWords brings words and numbers that are written in several ways into one form: 第3 → 第三, 第三中学 → 三中.
func unifyWords(s string) string {
	s = numbered.ReplaceAllStringFunc(s, func(found string) string { return "第" + chineseNumber(strings.TrimPrefix(found, "第")) })
	return numberedSchool.ReplaceAllString(shorter.Replace(s), "$1$2")
}

// numberIn are the numbers by which bodies of one kind are told apart: 一 of 第一人民医院 and of 宿迁一中. The 三 of 三一重工 is none.
func numberIn(key string) string {
	var numbers []string
	for _, found := range numberSaid.FindAllStringSubmatch(key, -1) {
		numbers = append(numbers, strings.Join(found[1:], ""))
	}
	return strings.Join(numbers, " ")
}

// chineseNumber writes a number of one or two digits as it is spoken: 3 → 三, 12 → 十二, 20 → 二十. Zero stays a digit.
func chineseNumber(digits string) string {
	names := []rune("零一二三四五六七八九")
	digits = strings.TrimLeft(digits, "0")
	switch len(digits) {
	case 0:
		return "0"
	case 1:
		return string(names[digits[0]-'0'])
	}
	var spoken string
	if digits[0] > '1' {
		spoken = string(names[digits[0]-'0'])
	}
	spoken += "十"
	if digits[1] > '0' {
		spoken += string(names[digits[1]-'0'])
	}
	return spoken
}
