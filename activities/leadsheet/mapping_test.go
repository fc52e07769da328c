package leadsheet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/activities/leadsheet"
)

func mapping(t *testing.T, said map[string]string) leadsheet.Mapping {
	t.Helper()
	m, err := leadsheet.ParseMapping(said)
	require.NoError(t, err)
	return m
}

// foreign is a sheet in which no column is called as in the template.
func foreign(t *testing.T) []byte {
	t.Helper()
	return table(t,
		[]string{"厂商全称", "负责人", "通讯(手机)", "通讯(座机)", "首访", "序号"},
		[]string{"甲乙电子有限公司", "刘洋", "13805240030", "0527-8435001", "2026-11-03", "1"},
		[]string{"丙丁纺织有限公司", "马强", "13805240031", "", "2026-11-04", "2"},
	)
}

func TestReadAs_takesColumnsForWhatAMappingSays(t *testing.T) {
	t.Parallel()
	require.Equal(t, leadsheet.MissingColumn, refusal(t, foreign(t), leadsheet.Limits{}))
	m := mapping(t, map[string]string{
		"厂商全称": "name", "负责人": "contact", "通讯(手机)": "mobile", "通讯（座机）": "phone", "首访": "collected_on", "序号": "ignore",
	})
	sheet, err := leadsheet.ReadAs(foreign(t), leadsheet.Limits{}, m)
	require.NoError(t, err)
	require.Empty(t, sheet.Problems)
	require.Empty(t, sheet.Notes, "a column that is left out on purpose is not worth a note")
	require.Equal(t, "甲乙电子有限公司", sheet.Rows[0].Lead.Name)
	require.Equal(t, leadsheet.Contact{Name: "刘洋", Mobile: "13805240030", Phone: "0527-8435001"}, sheet.Rows[0].Lead.Contact)
	require.Equal(t, 3, sheet.Rows[0].Lead.CollectedOn.Day())
}

func TestReadAs_putsAMappingBeforeTheWordsOfTheTemplate(t *testing.T) {
	t.Parallel()
	file := table(t, []string{"单位名称", "联系人", "手机", "备注"}, []string{"甲乙电子", "刘洋", "13805240030", "月底拜访"})
	sheet, err := leadsheet.ReadAs(file, leadsheet.Limits{}, mapping(t, map[string]string{"备注": "needs"}))
	require.NoError(t, err)
	require.Equal(t, "月底拜访", sheet.Rows[0].Lead.Needs)
	require.Empty(t, sheet.Rows[0].Lead.Note)
}

func TestReadAs_refusesTwoColumnsForOneField(t *testing.T) {
	t.Parallel()
	m := mapping(t, map[string]string{"厂商全称": "name", "负责人": "contact", "通讯(手机)": "mobile", "通讯(座机)": "mobile"})
	_, err := leadsheet.ReadAs(foreign(t), leadsheet.Limits{}, m)
	var refused *leadsheet.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, leadsheet.DuplicateColumn, refused.Code)
	require.Contains(t, refused.Text("zh"), "通讯(手机), 通讯(座机) (D1) → mobile")
}

func TestParseMapping_refusesWhatCannotBeMeant(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said map[string]string
		code leadsheet.Code
	}{
		"a field that does not exist":    {map[string]string{"厂商": "colour"}, leadsheet.UnknownField},
		"a group that does not exist":    {map[string]string{"厂商": "name_2"}, leadsheet.UnknownField},
		"a tenth contact":                {map[string]string{"电话": "mobile_10"}, leadsheet.UnknownField},
		"a group written in another way": {map[string]string{"电话": "mobile_02"}, leadsheet.UnknownField},
		"one column twice":               {map[string]string{"电话": "mobile", " 电话 ": "phone"}, leadsheet.AmbiguousHeader},
		"no column":                      {map[string]string{"--": "mobile"}, leadsheet.UnknownHeader},
	} {
		_, err := leadsheet.ParseMapping(c.said)
		var refused *leadsheet.Error
		require.ErrorAs(t, err, &refused, name)
		require.Equal(t, c.code, refused.Code, name)
	}
	m := mapping(t, map[string]string{"电话2": "mobile_2", "电话": "mobile_1"})
	require.Equal(t, leadsheet.Mapping{"电话2": "mobile_2", "电话": "mobile"}, m)
	require.Equal(t, leadsheet.Mapping{"电话2": "mobile_2", "电话": "mobile", "地址": "address"},
		m.Over(leadsheet.Mapping{"电话": "phone", "地址": "address"}))
}

func TestInspect_saysWhatEveryColumnIsOrMayBe(t *testing.T) {
	t.Parallel()
	in, err := leadsheet.Inspect(foreign(t), leadsheet.Limits{}, nil)
	require.NoError(t, err)
	guesses := map[string]leadsheet.Field{}
	for _, column := range in.Columns {
		require.Empty(t, column.Field, column.Header)
		guesses[column.Letter] = column.Guess
	}
	require.Equal(t, leadsheet.FieldName, guesses["A"], "by its values")
	require.Equal(t, leadsheet.FieldMobile, guesses["C"])
	require.Equal(t, leadsheet.FieldPhone, guesses["D"])
	require.Equal(t, leadsheet.FieldCollectedOn, guesses["E"])
	require.Empty(t, guesses["F"], "a running number is nothing")
	require.Equal(t, []string{"甲乙电子有限公司", "丙丁纺织有限公司"}, in.Columns[0].Samples)
	require.Equal(t, []string{"单位名称", "联系人", "手机"}, in.Missing, "a guess is not taken for an answer")

	in, err = leadsheet.Inspect(foreign(t), leadsheet.Limits{}, mapping(t, map[string]string{"通讯(手机)": "mobile", "通讯(座机)": "mobile"}))
	require.NoError(t, err)
	require.Equal(t, []leadsheet.Field{leadsheet.FieldMobile}, in.Doubled)
	require.True(t, in.Columns[2].Mapped)

	in, err = leadsheet.Inspect(sample(t, "leads-suqian.xlsx"), leadsheet.Limits{}, nil)
	require.NoError(t, err)
	require.Empty(t, in.Missing)
	require.Len(t, in.Columns, 21)
	for _, column := range in.Columns {
		require.NotEmpty(t, column.Field, column.Header)
	}
	_, err = leadsheet.Inspect([]byte("%PDF-1.7"), leadsheet.Limits{}, nil)
	require.Error(t, err)
}

func TestInspect_guessesByTheName(t *testing.T) {
	t.Parallel()
	in, err := leadsheet.Inspect(table(t,
		[]string{"客户单位名称(全称)", "主联系人姓名", "联系人移动电话", "详细通讯地址", "月均出口件量", "拜访跟进情况", "天气"},
		[]string{"甲乙", "刘洋", "13805240030", "发展大道1号", "420", "已拜访", "晴"},
	), leadsheet.Limits{}, nil)
	require.NoError(t, err)
	var guesses []leadsheet.Field
	for _, column := range in.Columns {
		guesses = append(guesses, column.Guess)
	}
	require.Equal(t, []leadsheet.Field{
		leadsheet.FieldName, leadsheet.FieldContact, leadsheet.FieldMobile, leadsheet.FieldAddress, leadsheet.FieldMonthlyOutbound,
		leadsheet.FieldFollowUp, "",
	}, guesses)
}
