package naming

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// forms are legal forms at the end of a name, longer ones before their own endings.
var forms = []string{
	"股份有限责任公司", "股份有限公司", "有限责任公司", "责任有限公司", "股份公司", "有限公司", "总公司", "公司",
	"特殊普通合伙", "普通合伙", "有限合伙", "合伙企业", "个人独资企业", "个人独资", "个体工商户", "有限责任", "股份", "集团", "有限",
}

// asideForms are said in brackets only: 某某餐饮店(个体), 某某学校(筹), 某某公司(总部).
var asideForms = []string{
	"个体", "筹", "筹建", "合伙", "独资", "自然人独资", "法人独资", "国有独资", "国有控股", "外商独资", "中外合资", "台港澳", "港澳台独资", "上市",
	"总部", "本部", "总店", "总行", "已注销", "注销", "存续", "新", "老客户", "新客户", "重点客户",
}

// asideOpenings begin what is said in brackets about the name, not as a part of it: (原晨风服装厂), (简称晨风).
var asideOpenings = []string{"原", "曾用名", "简称", "以下简称", "又名", "英文名"}

// isRemark tells whether a text in brackets is a legal form or says something about the name, and nothing else.
func isRemark(s string) bool {
	return slices.Contains(forms, s) || slices.Contains(asideForms, s) ||
		slices.ContainsFunc(asideOpenings, func(opening string) bool { return strings.HasPrefix(s, opening) })
}

// trimForms takes the legal forms off the end, one after the other: 集团股份有限公司 is two of them. Two characters must
// remain, so that 大集团 and 新公司 keep a name.
func trimForms(s string) string {
	for !slices.Contains(forms, s) {
		at := slices.IndexFunc(forms, func(form string) bool {
			rest, found := strings.CutSuffix(s, form)
			return found && utf8.RuneCountInString(rest) >= 2
		})
		if at < 0 {
			return s
		}
		s = strings.TrimSuffix(s, forms[at])
	}
	return s
}

// latinForms are legal forms of names in Latin letters, as words.
var latinForms = []string{"co", "ltd", "limited", "company", "inc", "incorporated", "corp", "corporation", "llc", "gmbh", "plc", "kk"}

// trimLatinForms takes Co., Ltd. and the like off the end, as long as another word remains.
func trimLatinForms(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '.' || r == '，' })
	end := len(words)
	for end > 1 && slices.Contains(latinForms, words[end-1]) {
		end--
	}
	if end == len(words) {
		return s
	}
	return strings.Join(words[:end], " ")
}

// branches are the words by which a name says that it is a part of a larger house.
var branches = []string{
	"分公司", "支公司", "分行", "支行", "分理处", "营业部", "营业厅", "营业所", "分店", "分厂", "分部", "分社", "分所", "代表处", "总行", "总部", "本部",
	"办事处", "联络处", "项目部", "网点",
}

// outlets are parts of a house only behind its full name: 某某超市有限公司宿迁店 is a branch, 好再来饭店 is not.
var outlets = []string{"店", "工厂", "厂", "基地", "仓库", "仓", "门市部", "经营部", "餐厅", "加油站", "充电站", "服务站", "服务部"}

// cutBranch leaves the house of which a name is a branch: all that follows its legal form, or its being a bank, or its
// distinctive part where a known place follows. 工商银行宿城支行 → 工商银行, 长电科技宿迁分公司 → 长电科技.
func cutBranch(s string) string {
	for _, branch := range branches {
		body, found := strings.CutSuffix(s, branch)
		if !found {
			continue
		}
		if house, found := upTo(body, "公司", "银行", "农商行", "信用社", "联社"); found {
			return house
		}
		if house := beforePlace(body); house != body {
			return house
		}
		if slices.ContainsFunc([]string{"分", "支", "总", "本"}, func(part string) bool { return strings.HasPrefix(branch, part) }) {
			return body
		}
	}
	for _, outlet := range outlets {
		if body, found := strings.CutSuffix(s, outlet); found {
			if house, found := upTo(body, "有限公司", "有限责任公司"); found {
				return house
			}
		}
	}
	return s
}

// upTo is a text up to the end of the last of these words in it; of several words the first that occurs counts.
func upTo(s string, words ...string) (string, bool) {
	for _, word := range words {
		if at := strings.LastIndex(s, word); at >= 0 {
			return s[:at+len(word)], true
		}
	}
	return s, false
}

// beforePlace is the part of a name before the first known place in it, provided that part is distinctive.
func beforePlace(s string) string {
	runes := []rune(s)
	for i := 2; i < len(runes); i++ {
		_, region := regionAt(runes[i:])
		_, district := districtAt(runes[i:])
		if region+district > 0 && distinctive(runes[:i]) {
			return strings.TrimSuffix(string(runes[:i]), "驻")
		}
	}
	return s
}

// spellHouse writes a house with branches everywhere in the one form of the table: 工行宿城支行 → 工商银行宿城支行.
func spellHouse(s string) string {
	runes := []rune(s)
	n := longestOf(houses(), runes, longestHouse)
	if n == 0 {
		return s
	}
	rest := string(runes[n:])
	is := func(test func(string, string) bool) func(string) bool {
		return func(word string) bool { return test(rest, word) }
	}
	_, region := regionAt(runes[n:])
	_, district := districtAt(runes[n:])
	if rest != "" && region+district == 0 && !slices.ContainsFunc(forms, is(strings.HasPrefix)) &&
		!slices.ContainsFunc(branches, is(strings.HasSuffix)) {
		return s
	}
	return houses()[string(runes[:n])] + rest
}
