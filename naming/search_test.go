package naming_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/naming"
)

func TestPinyin_readsNamesAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"晨风集团":          {"chenfengjituan", "cfjt"},
		"江苏晨风集团股份有限公司":  {"jiangsuchenfengjituangufenyouxiangongsi", "jscfjtgfyxgs"},
		"重庆长安汽车":        {"chongqingchanganqiche", "cqcaqc"},
		"三一重工":          {"sanyizhonggong", "syzg"},
		"中国工商银行宿迁分行":    {"zhongguogongshangyinhangsuqianfenhang", "zggsyhsqfh"},
		"沭阳农商行":         {"shuyangnongshanghang", "synsh"},
		"宿迁市行政审批局":      {"suqianshixingzhengshenpiju", "sqsxzspj"},
		"中国旅行社":         {"zhongguolvxingshe", "zglxs"},
		"包装行业协会":        {"baozhuanghangyexiehui", "bzhyxh"},
		"大厦门窗厂":         {"dashamenchuangchang", "dsmcc"},
		"康乐器材":          {"kangleqicai", "klqc"},
		"宿迁市长江路超市":      {"suqianshichangjiangluchaoshi", "sqscjlcs"},
		"厦门大厦":          {"xiamendasha", "xmds"},
		"音乐之声乐器行":       {"yinyuezhishengyueqixing", "yyzsyqx"},
		"快乐购":           {"kuailegou", "klg"},
		"单县单车厂":         {"shanxiandanchechang", "sxdcc"},
		"成都都江堰水务":       {"chengdudujiangyanshuiwu", "cddjysw"},
		"长城成长基金":        {"changchengchengzhangjijin", "ccczjj"},
		"立信会计师事务所":      {"lixinkuaijishishiwusuo", "lxkjssws"},
		"格力空调":          {"gelikongtiao", "glkt"},
		"精密模具厂":         {"jingmimujuchang", "jmmjc"},
		"六安瓜片":          {"luanguapian", "lagp"},
		"蚌埠铝业":          {"bengbulvye", "bbly"},
		"战略投资":          {"zhanluetouzi", "zltz"},
		"ＴＣＬ科技（惠州）":     {"tclkejihuizhou", "tclkjhz"},
		"3M中国":          {"3mzhongguo", "3mzg"},
		"臺灣積體電路":        {"taiwanjitidianlu", "twjtdl"},
		"Nestlé 雀巢":     {"nestlequechao", "nestleqc"},
		"Müller (Lüye)": {"mullerlvye", "mullerlvye"},
		"江苏·阳光":         {"jiangsuyangguang", "jsyg"},
		"（）":            {"", ""},
		"":              {"", ""},
	} {
		full, initials := naming.Pinyin(name)
		require.Equal(t, want, [2]string{full, initials}, name)
	}
}

func TestSearchText_isFoundByWhatPeopleType(t *testing.T) {
	t.Parallel()
	text := naming.SearchText("江苏晨风集团股份有限公司（宿迁）", "KA-2026-0042", "91350100M000100Y43", "Morning Wind", "西安辰风")
	for _, typed := range []string{
		"", " ", "晨风", "晨風", "江苏晨风集团股份有限公司（宿迁）", "江苏晨风集团股份有限公司宿迁", "集团 江苏", "风", "有限公司(宿迁)",
		"chenfeng", "ChenFeng", "chen feng", "chén fēng", "chen'feng", "ｃｈｅｎｆｅｎｇ", "jituan suqian", "feng ji", "chenf", "chen f",
		"cfjt", "CFJT", "c f j t", "jscfjt", "晨feng", "晨f", "xi'an", "xi an chen feng", "xacf",
		"KA-2026-0042", "ka20260042", "2026-0042", "0042", "９１３５０１００", "m000100y43", "Morning", "wind morning", "晨风 suqian 0042",
	} {
		for _, term := range naming.Query(typed) {
			require.Contains(t, text, term, "%q", typed)
		}
	}
	for _, typed := range []string{"晨光", "晨风 南京", "chenguang", "cfjtx", "0043", "feng chen", "%", "_", "晨%集", "’", "chenfeng nanjing"} {
		missed := false
		for _, term := range naming.Query(typed) {
			missed = missed || !strings.Contains(text, term)
		}
		require.True(t, missed, "%q is not there", typed)
	}
}

func TestQuery_saysWhatMustBeContained(t *testing.T) {
	t.Parallel()
	for typed, terms := range map[string][]string{
		"":                                nil,
		" 　\t":                            nil,
		"%":                               {"%"},
		"chen feng":                       {"chenfeng"},
		"chen feng suqian":                {"chenfeng", "suqian"},
		"acme components":                 {"acme", "components"},
		"晨风":                              {"晨风", "chenfeng"},
		"晨风集团":                            {"晨风集团"},
		"银行":                              {"银行", "yin"}, // 行 has two readings
		"重":                               {"重"},
		"鄂":                               {"鄂"}, // e is no trigram
		"晨feng":                           {"chenfeng"},
		"TCL长虹":                           {"tcl长虹"}, // so has 长
		"TCL科技":                           {"tclkeji"},
		"lǜ yè":                           {"lvye"},
		"zhànlüè":                         {"zhanlue"},
		"晨风 晨风":                           {"晨风", "chenfeng"},
		"aa bb cc dd ee ff gg hh longest": {"longest", "aa", "bb", "cc", "dd", "ee", "ff", "gg"},
	} {
		require.Equal(t, terms, naming.Query(typed), "%q", typed)
	}
}

// Whoever types a part of a name finds it, whatever the readings of its characters.
func TestQuery_findsEveryPartOfEveryName(t *testing.T) {
	t.Parallel()
	var names []string
	for _, p := range corpus(t) {
		names = append(names, p.one, p.other)
	}
	names = append(names, "重庆长安汽车", "工行行长", "厦门厦工重工", "音乐厅", "乐清乐器行")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "name")
		chars := []rune(name)
		from := rapid.IntRange(0, len(chars)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(chars)).Draw(t, "to")
		part := string(chars[from:to])
		if !strings.ContainsFunc(part, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			return
		}
		text := naming.SearchText(name)
		for _, term := range naming.Query(part) {
			require.Contains(t, text, term, "%q of %q", part, name)
		}
		full, initials := naming.Pinyin(name)
		for _, typed := range []string{full, initials, strings.ToUpper(initials)} {
			for _, term := range naming.Query(typed) {
				require.Contains(t, text, term, "%q of %q", typed, name)
			}
		}
	})
}

func FuzzQuery(f *testing.F) {
	f.Add("江苏晨风集团", "chen feng")
	f.Add("Müller 重庆", "xi'an")
	f.Add("\xff", "\u0301ü")
	f.Add("工行a 银 行", "a\u0301 か\u3099")
	f.Fuzz(func(t *testing.T, name, typed string) {
		for _, text := range []string{naming.SearchText(name), naming.SearchText(name, typed)} {
			require.Equal(t, text, naming.Search(text), "stored as it is searched")
		}
		for _, term := range naming.Query(typed) {
			require.NotEmpty(t, term)
			require.True(t, utf8.ValidString(term))
		}
		plain := strings.Map(func(r rune) rune {
			if r < unicode.MaxASCII || r >= '一' && r < '龦' {
				return r
			}
			return -1
		}, name)
		for _, term := range naming.Query(plain) {
			if naming.SearchText(plain) != "" {
				require.Contains(t, naming.SearchText(plain), term, "%q finds itself", plain)
			}
		}
	})
}

func BenchmarkSearchText(b *testing.B) {
	for b.Loop() {
		naming.SearchText("江苏长电科技股份有限公司宿迁分公司", "KA-2026-0042", "91350100M000100Y43")
	}
}
