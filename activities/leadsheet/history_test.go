package leadsheet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"closedloop/activities/leadsheet"
)

func november(day int) time.Time { return time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC) }

func TestRead_readsSeveralContactsOfARow(t *testing.T) {
	t.Parallel()
	sheet := read(t, table(t,
		[]string{"单位名称", "联系人1", "职务1", "电话1", "联系人2", "联系人2职务", "联系人2电话", "第3联系人", "手机3"},
		[]string{"甲乙电子", "刘洋", "采购", "13805240030", "马强", "总经理", "0527-8435001", "", ""},
		[]string{"丙丁电子", "孙丽", "", "13805240031", "", "", "", "周敏", ""},
		[]string{"戊己电子", "赵敏", "", "13805240032", "", "财务", "13805240099", "", ""},
	))
	require.Empty(t, sheet.Notes)
	require.Equal(t, []string{"E4 required"}, codes(sheet), "a number without a name")
	first := sheet.Rows[0].Lead
	require.Equal(t, leadsheet.Contact{Name: "刘洋", Title: "采购", Mobile: "13805240030"}, first.Contact)
	require.Len(t, first.Others, 1)
	require.Equal(t, "马强 总经理 0527-8435001", first.Others[0].Name+" "+first.Others[0].Title+" "+first.Others[0].Phone)
	require.Equal(t, []string{"13805240030", "0527-8435001"}, first.Phones())
	require.Equal(t, "周敏", sheet.Rows[1].Lead.Others[0].Name, "a further person may have no number")

	twin := read(t, table(t, []string{"单位名称", "联系人", "手机", "联系人2", "手机2"},
		[]string{"甲乙电子", "刘洋", "13805240030", "", ""}, []string{"丙丁电子", "孙丽", "13805240031", "刘洋", "13805240030"}))
	require.Equal(t, []string{"E3 probable_duplicate"}, codes(twin), "numbers of everybody are compared")
	alone := read(t, table(t, []string{"单位名称", "联系人", "手机", "手机2"}, []string{"甲乙电子", "刘洋", "13805240030", "13805240031"}))
	require.Equal(t, []string{"D2 required"}, codes(alone))
	require.Equal(t, "联系人2", alone.Problems[0].Column)
}

func TestRead_readsTheFollowUpsOfARow(t *testing.T) {
	t.Parallel()
	sheet := read(t, table(t,
		[]string{"单位名称", "联系人", "手机", "跟进记录1", "跟进日期1", "跟进人1", "跟进2", "跟进2日期", "跟进方式2"},
		[]string{"甲乙电子", "刘洋", "13805240030", "上门拜访，有意向", "2026-11-03", "张伟", "电话确认", "2026/11/10", "电话"},
		[]string{"丙丁电子", "孙丽", "13805240031", "", "", "张伟", "", "", ""},
		[]string{"戊己电子", "赵敏", "13805240032", "来访", "去年", "", "", "", ""},
	))
	require.Empty(t, sheet.Notes)
	require.Equal(t, []string{"E4 bad_date"}, codes(sheet))
	require.Equal(t, []leadsheet.Note{
		{On: november(3), By: "张伟", Text: "上门拜访，有意向"}, {On: november(10), How: "电话", Text: "电话确认"},
	}, sheet.Rows[0].Lead.History)
	require.Empty(t, sheet.Rows[1].Lead.History, "who follows up has not yet done anything")
}

func TestRead_takesATextApartThatNamesSeveralDays(t *testing.T) {
	t.Parallel()
	header := []string{"单位名称", "联系人", "手机", "跟进记录"}
	sheet := read(t, table(t, header,
		[]string{"甲乙电子", "刘洋", "13805240030", "2026-11-03 上门拜访\n谈了价格\n2026年11月10日：电话，约试寄"},
		[]string{"丙丁电子", "孙丽", "13805240031", "有意向\n2026-11-03 再约"},
	))
	require.Equal(t, []leadsheet.Note{
		{On: november(3), Text: "上门拜访\n谈了价格"}, {On: november(10), Text: "电话，约试寄"},
	}, sheet.Rows[0].Lead.History)
	require.Equal(t, []leadsheet.Note{{Text: "有意向\n2026-11-03 再约"}}, sheet.Rows[1].Lead.History)
}

// trailed is a workbook with three customers, of whom the last is refused, and follow-ups on a second sheet.
func trailed(t *testing.T, lines ...[]any) leadsheet.Sheet {
	t.Helper()
	return read(t, workbook(t, func(f *excelize.File, sheet string) {
		require.NoError(t, f.SetSheetRow(sheet, "A2", &[]any{"甲乙电子有限公司", "", "", "市区", "", "", "刘洋", "", "13805240030"}))
		require.NoError(t, f.SetSheetRow(sheet, "A3", &[]any{"丙丁电子有限公司", "", "", "市区", "", "", "孙丽", "", "13805240031"}))
		require.NoError(t, f.SetSheetRow(sheet, "A4", &[]any{"戊己电子有限公司", "", "", "市区", "", "", "赵敏", "", "123"}))
		_, err := f.NewSheet("跟进记录")
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow("跟进记录", "A1", &[]any{"客户名称", "片区", "日期", "跟进人", "跟进内容"}))
		for i, line := range lines {
			cell, err := excelize.CoordinatesToCellName(1, i+2)
			require.NoError(t, err)
			require.NoError(t, f.SetSheetRow("跟进记录", cell, &line))
		}
	}))
}

func TestRead_handsTheLinesOfASecondSheetToTheirCustomers(t *testing.T) {
	t.Parallel()
	sheet := trailed(t,
		[]any{"甲乙电子", "", "2026-11-03", "张伟", "上门"}, []any{"丙丁电子有限公司", "市区", "2026-11-04", "王芳", "来电"},
		[]any{"甲乙电子有限公司", "市区", "2026-11-05", "张伟", "试寄"}, []any{"戊己电子有限公司", "", "2026-11-06", "张伟", "上门"},
	)
	require.Equal(t, []string{"I4 bad_phone"}, codes(sheet))
	require.Equal(t, []leadsheet.Note{
		{On: november(3), By: "张伟", Text: "上门"}, {On: november(5), By: "张伟", Text: "试寄"},
	}, sheet.Rows[0].Lead.History)
	require.Equal(t, "王芳", sheet.Rows[1].Lead.History[0].By)
	require.Len(t, sheet.Rows[0].Trail, 2)
	require.Equal(t, "跟进记录", sheet.Raw.TrailName)
	require.Equal(t, []leadsheet.RawLine{{Number: 5, Cells: []string{"戊己电子有限公司", "", "2026-11-06", "张伟", "上门"}}}, sheet.Raw.Trail,
		"what belongs to a refused customer goes back with it")
}

func TestRead_refusesACustomerWithABadFollowUpAsAWhole(t *testing.T) {
	t.Parallel()
	sheet := trailed(t,
		[]any{"甲乙电子", "", "2026-11-03", "张伟", "上门"}, []any{"甲乙电子", "", "昨天", "张伟", "=1+1"}, []any{"别人", "", "2026-11-03", "张伟", "上门"},
	)
	require.Equal(t, []string{"跟进记录!A4 unknown_customer", "跟进记录!E3 formula", "跟进记录!C3 bad_date", "I4 bad_phone"}, codes(sheet))
	require.Equal(t, []int{0, 2, 2, 4}, []int{sheet.Problems[0].Row, sheet.Problems[1].Row, sheet.Problems[2].Row, sheet.Problems[3].Row})
	require.Equal(t, []int{2, 4}, sheet.Refused())
	require.Len(t, sheet.Rows, 1)
	require.Equal(t, 3, sheet.Rows[0].Number)
	require.Equal(t, 2, sheet.Raw.Lines[0].Number)
	require.Len(t, sheet.Raw.Trail, 3)
}
