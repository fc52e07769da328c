package naming_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/naming"
)

func TestKey_tellsOneOrganisationFromTwo(t *testing.T) {
	t.Parallel()
	for _, p := range corpus(t) {
		one, other := naming.Key(p.one), naming.Key(p.other)
		require.Equal(t, p.kind == same, one == other, "%s %s %s: the keys are %s and %s", p.one, p.kind, p.other, one, other)
	}
}

func TestKey_leavesWhatTellsWhoItIs(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{
		"江苏晨风集团股份有限公司":      "晨风",
		"江苏长电科技股份有限公司宿迁分公司": "长电科技",
		"浦东发展银行上海分行":        "浦东发展银行",
		"苏州电瓷厂(宿迁)有限公司":     "苏州电瓷厂",
		"宿迁市中级人民法院":         "宿迁中级人民法院",
		"宿迁软件产业园管理有限公司":     "宿迁软件产业园管理",
		"中国移动通信集团江苏有限公司":    "中国移动",
		"宁德时代新能源科技股份有限公司":   "宁德时代新能源科技",
		"江苏省宿迁市宿城区人民法院":     "宿城区人民法院",
		"南京市鼓楼区人民法院":        "南京鼓楼区人民法院",
		"宿迁市第3人民医院":         "宿迁第三人民医院",
	} {
		require.Equal(t, key, naming.Key(name))
	}
}

func TestKey_fallsBackToTheFoldedNameWhenNothingWouldBeLeft(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{
		"有限公司":  "有限公司",
		"（宿迁）":  "宿迁",
		"。。。":   "。。。",
		"江苏":    "江苏",
		"Co.":   "co",
		"　\t\n": "",
		"":      "",
	} {
		require.Equal(t, key, naming.Key(name), "key of %q", name)
	}
}

func TestKey_keepsTheCompaniesOfTheSampleSheetApart(t *testing.T) {
	t.Parallel()
	names := []string{
		"江苏晨风集团股份有限公司", "三鼎织带有限公司", "实信织带", "华兴玻璃有限公司", "娃哈哈饮料(宿迁)有限公司", "宿迁软件产业园管理有限公司",
		"可成科技(宿迁)有限公司", "美德科技有限公司", "达模电子有限公司", "尼吉康电子(宿迁)有限公司", "江苏长电科技股份有限公司宿迁分公司",
		"华融太阳能有限公司", "苏州电瓷厂(宿迁)有限公司", "宿迁市第一人民医院", "宿迁市中级人民法院", "宿迁某某商贸",
	}
	seen := map[string]string{}
	for _, name := range names {
		key := naming.Key(name)
		require.NotContains(t, seen, key, "%s and %s", name, seen[key])
		seen[key] = name
	}
}

func TestKey_isIdempotentForAnyName(t *testing.T) {
	t.Parallel()
	parts := rapid.SampledFrom([]string{
		"江苏", "省", "宿迁", "市", "宿城区", "吉林市", "中国", "晨风", "长电", "新", "科技", "银行", "集团", "股份", "有限公司", "公司", "分公司", "支行",
		"(", ")", "（宿迁）", "（集团）", "医院", "法院", "大学", "co", " ", "ltd", ".", "臺灣", "龍", "ＡＢ", "\x00", "\xff", "\u0301", "か", "\u3099", "İ", "路",
		"工行", "浦发", "中石化", "中国", "国家税务总局", "第", "12", "3", "中学", "政府", "宁德时代", "沭阳县", "曹县", "镇", "街道", "族自治县", "吴江", "开发区", "店",
	})
	rapid.Check(t, func(t *rapid.T) {
		name := strings.Join(rapid.SliceOfN(parts, 0, 12).Draw(t, "parts"), "") + rapid.String().Draw(t, "tail")
		checkKey(t, name)
	})
}

func FuzzKey(f *testing.F) {
	f.Add("江苏长电科技股份有限公司宿迁分公司")
	f.Add("（宿迁）有限公司")
	f.Add("\xff\x00（")
	f.Add(strings.Repeat("江苏", 150))
	f.Fuzz(func(t *testing.T, name string) { checkKey(t, name) })
}

func checkKey(t require.TestingT, name string) {
	key := naming.Key(name)
	require.True(t, utf8.ValidString(key), "key of %q is valid UTF-8", name)
	require.Equal(t, key, naming.Key(key), "key of the key of %q", name)
	require.Equal(t, naming.Search(name) == "", key == "", "only a blank name has no key: %q", name)
	folded := naming.Search(name)
	require.Equal(t, folded, naming.Search(folded), "folding %q again", name)
}

func TestSearch_foldsButKeepsTheWholeName(t *testing.T) {
	t.Parallel()
	require.Equal(t, "可成科技(宿迁)有限公司", naming.Search(" 可成科技（宿遷）有限公司\u200b "))
	require.Equal(t, "acme 元件 ltd.", naming.Search("ＡＣＭＥ　元件\tLtd."))
	require.Equal(t, "台湾\ufffd", naming.Search("臺灣\xff"))
}

func TestKey_staysQuickForEndlessNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("江苏", 100_000)
	require.Equal(t, long, naming.Key(long), "longer than any name: compared as it stands")
}

func BenchmarkKey(b *testing.B) {
	for b.Loop() {
		naming.Key("江苏长电科技股份有限公司宿迁分公司")
	}
}
