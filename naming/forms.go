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

// asideForms are said in brackets only: 某某餐饮店(个体), 某某学校(筹).
var asideForms = []string{"个体", "筹", "筹建", "合伙", "独资"}

// isForm tells whether a text in brackets is a legal form and nothing else.
func isForm(s string) bool {
	return slices.Contains(forms, s) || slices.Contains(asideForms, s)
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
	"分公司", "支公司", "分行", "支行", "分理处", "营业部", "营业厅", "营业所", "分店", "分厂", "分部", "分社", "分所", "代表处",
	"办事处", "联络处", "项目部", "网点",
}

// cutBranch leaves the house of which a name is a branch: all that follows its legal form, or its being a bank, or its
// distinctive part where a known place follows. 工商银行宿城支行 → 工商银行, 长电科技宿迁分公司 → 长电科技.
func cutBranch(s string) string {
	for _, branch := range branches {
		body, found := strings.CutSuffix(s, branch)
		if !found {
			continue
		}
		for _, anchor := range []string{"公司", "银行", "信用社", "联社"} {
			if at := strings.LastIndex(body, anchor); at >= 0 {
				return body[:at+len(anchor)]
			}
		}
		if house := beforePlace(body); house != body {
			return house
		}
		if strings.HasPrefix(branch, "分") || strings.HasPrefix(branch, "支") {
			return body
		}
	}
	return s
}

// beforePlace is the part of a name before the first known place in it, provided that part is distinctive.
func beforePlace(s string) string {
	runes := []rune(s)
	for i := 2; i < len(runes); i++ {
		if _, width := regionAt(runes[i:]); width > 0 && distinctive(runes[:i]) {
			return string(runes[:i])
		}
	}
	return s
}

// publicWords anywhere in a name without legal form, or at the end of one, make it a public body or an institution.
var publicWords = []string{
	"医院", "法院", "检察院", "公安", "派出所", "政府", "委员会", "管委会", "居委会", "村委会", "街道办", "税务局", "海关", "监狱", "看守所",
	"大学", "学院", "中学", "小学", "学校", "幼儿园", "党校", "科学院", "研究院", "图书馆", "博物馆", "档案馆", "美术馆", "卫生院", "卫生服务",
	"疾控", "疾病预防", "血站", "公证处", "仲裁", "消防救援", "电视台", "广播电台", "福利院", "殡仪馆",
}

// publicEndings make a name a public body when it ends in them.
var publicEndings = []string{
	"局", "支队", "大队", "总队", "人大", "政协", "省委", "市委", "县委", "区委", "一中", "二中", "三中", "四中", "五中", "六中",
	"一小", "二小", "三小", "四小", "五小", "六小", "一院", "二院", "三院", "四院", "中医院",
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
	return slices.ContainsFunc(publicEndings, endsIn) ||
		slices.ContainsFunc(publicWords, func(word string) bool { return strings.Contains(s, word) })
}
