package leadsheet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/activities/leadsheet"
)

// Two codes with a valid check character.
const (
	codeA = "91350100M000100Y43"
	codeB = "91350100M000101Y4Q"
)

func TestRead_tellsDuplicatesFromTwins(t *testing.T) {
	t.Parallel()
	header := []string{"单位名称", "统一社会信用代码", "片区", "联系人", "手机", "办公电话"}
	first := []string{"江苏晨风集团股份有限公司", codeA, "经济开发区", "孙丽", "13805240011", "0527-8435001"}
	plain := []string{"江苏晨风集团股份有限公司", "", "经济开发区", "孙丽", "13805240011", "0527-8435001"}
	for name, tc := range map[string]struct {
		one, two []string
		problems []string
	}{
		"equal codes beat different names":       {first, []string{"别的公司", codeA, "市区", "某某", "13805240099", ""}, []string{"A3 duplicate_in_file"}},
		"different codes beat equal names":       {first, []string{"晨风集团", codeB, "经济开发区", "孙丽", "13805240011", ""}, []string{}},
		"the same name, the code known once":     {first, []string{"晨风集团", "", "经济开发区", "李明", "13805240099", ""}, []string{"A3 duplicate_in_file"}},
		"the same name, the code known later":    {plain, []string{"晨风集团", codeA, "经济开发区", "李明", "13805240099", ""}, []string{"A3 duplicate_in_file"}},
		"the same name in another territory":     {plain, []string{"晨风集团", "", "市区", "孙丽", "13805240011", ""}, []string{}},
		"territories differ in width only":       {plain, []string{"晨风集团", "", " 经济开发区 ", "李明", "13805240099", ""}, []string{"A3 duplicate_in_file"}},
		"a known mobile under another name":      {plain, []string{"三鼎织带有限公司", "", "市区", "孙丽", "138 0524 0011", ""}, []string{"E3 probable_duplicate"}},
		"a known landline under another name":    {plain, []string{"三鼎织带有限公司", "", "市区", "孙丽", "", "(0527)8435001"}, []string{"F3 probable_duplicate"}},
		"both numbers known under another name":  {plain, []string{"三鼎织带有限公司", "", "市区", "孙丽", "13805240011", "05278435001"}, []string{"E3 probable_duplicate", "F3 probable_duplicate"}},
		"a known number in the other's column":   {plain, []string{"三鼎织带有限公司", "", "市区", "孙丽", "0527-8435001", ""}, []string{"F3 probable_duplicate"}},
		"compared by number and by nothing else": {plain, []string{"三鼎织带有限公司", "", "市区", "孙丽", "13805240012", ""}, []string{}},
	} {
		sheet := read(t, table(t, header, tc.one, tc.two))
		require.Equal(t, tc.problems, codes(sheet), name)
		for _, problem := range sheet.Problems {
			require.Equal(t, 2, problem.Other, name)
		}
	}
}

func TestRead_doesNotCompareWithRowsThatWereRefused(t *testing.T) {
	t.Parallel()
	sheet := read(t, table(t,
		[]string{"单位名称", "联系人", "手机", "收集日期"},
		[]string{"江苏晨风集团", "孙丽", "13805240011", "2026-31-18"},
		[]string{"晨风集团", "孙丽", "13805240011", "2026-11-18"},
	))
	require.Equal(t, []string{"D2 bad_date"}, codes(sheet))
	require.Equal(t, 3, sheet.Rows[0].Number)
}

func TestSheet_reportsANumberThatAnImporterKnows(t *testing.T) {
	t.Parallel()
	sheet := read(t, sample(t, "leads-suqian.csv"))
	problem := sheet.KnownPhone(sheet.Rows[0], "0527-8435001")
	require.Equal(t, leadsheet.Problem{
		Row: 2, Column: "办公电话", Cell: "J2", Code: leadsheet.ProbableDuplicate, Value: "0527-8435001",
	}, problem)
	require.Equal(t, "电话“0527-8435001”已登记在另一客户名下，疑似重复", problem.Text("zh"))
	require.NotContains(t, problem.Text("en"), "row", "the other account is not in this file")
	require.Equal(t, "I2", sheet.KnownPhone(sheet.Rows[0], "13805240011").Cell)
}

func TestLead_keyIsTheCreditCodeElseNameAndTerritory(t *testing.T) {
	t.Parallel()
	lead := leadsheet.Lead{Name: "江苏晨风集团", Territory: "经济开发区"}
	require.Equal(t, "name/晨风/经济开发区", lead.Key())
	lead.CreditCode = codeA
	require.Equal(t, "code/"+codeA, lead.Key())
	require.Equal(t, "name/晨风/经济开发区", lead.NameKey())
}
