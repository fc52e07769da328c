package leadsheet_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"closedloop/activities/leadsheet"
	"closedloop/activities/leadsheet/leadsheettest"
)

func TestRead_takesFifteenLeadsFromTheSampleAndSaysWhyFiveRowsAreRefused(t *testing.T) {
	t.Parallel()
	comma := sample(t, "leads-suqian.csv")
	gb18030, err := simplifiedchinese.GB18030.NewEncoder().Bytes(comma)
	require.NoError(t, err)
	expected := read(t, comma)
	for name, file := range map[string][]byte{
		"xlsx":        sample(t, "leads-suqian.xlsx"),
		"csv":         comma,
		"csv, BOM":    append([]byte("\xEF\xBB\xBF"), comma...),
		"csv, GB":     gb18030,
		"csv, CRLF":   bytes.ReplaceAll(comma, []byte("\n"), []byte("\r\n")),
		"tabs":        bytes.ReplaceAll(comma, []byte(","), []byte("\t")),
		"semicolons":  bytes.ReplaceAll(comma, []byte(","), []byte(";")),
		"no last EOL": bytes.TrimRight(comma, "\n"),
	} {
		sheet := read(t, file)
		require.Len(t, sheet.Rows, 15, name)
		for i, row := range sheet.Rows {
			require.Equal(t, i+2, row.Number, name)
		}
		require.Equal(t, []int{17, 18, 19, 20, 21}, sheet.Refused(), name)
		require.Equal(t, []string{
			"A17 duplicate_in_file", "A18 duplicate_in_file", "G19 required", "I19 required", "L19 bad_volume", "M19 bad_volume",
			"A20 required", "A21 formula", "T21 bad_date",
		}, codes(sheet), name)
		require.Equal(t, expected, sheet, "%s says the same as the CSV", name)
		require.Empty(t, sheet.Notes, name)
	}
	require.Equal(t, 2, expected.Problems[0].Other)
	require.Equal(t, 12, expected.Problems[1].Other)
}

func TestRead_takesEveryFieldFromItsColumn(t *testing.T) {
	t.Parallel()
	number := func(n int) *int { return &n }
	row := read(t, sample(t, "leads-suqian.xlsx")).Rows[0]
	require.Equal(t, 2, row.Number)
	require.Len(t, row.Cells, 21, "as written, for the workbook of refused rows")
	require.Equal(t, leadsheet.Lead{
		Name: "江苏晨风集团股份有限公司", Premises: leadsheet.Factory, Territory: "经济开发区", Address: "宿迁经济开发区发展大道18号",
		Industry: "服装", Contact: leadsheet.Contact{Name: "孙丽", Title: "物流主管", Mobile: "13805240011", Phone: "0527-8435001"},
		Items: "成衣样品 面辅料", MonthlyInbound: number(420), MonthlyOutbound: number(960), Rival: "顺丰", RivalVolume: number(900),
		Settlement: "月结", Needs: "样衣次日达 退换货上门", Source: leadsheet.DoorToDoor, CollectedBy: "张伟",
		CollectedOn: time.Date(2026, time.November, 9, 0, 0, 0, 0, time.UTC), Note: "外贸旺季10-12月",
	}, row.Lead)
	require.Equal(t, "name/晨风/经济开发区", row.Lead.Key())
	require.Equal(t, []string{"13805240011", "0527-8435001"}, row.Lead.Phones())
}

func TestRead_findsColumnsInAnyOrderAndNotesThoseItDoesNotKnow(t *testing.T) {
	t.Parallel()
	rows := rowsOf(t, sample(t, "leads-suqian.csv"))
	expected := read(t, table(t, rows...))
	for i, row := range rows {
		turned := []string{"心情"}
		if i > 0 {
			turned[0] = "=1+1" // not read, so not judged
		}
		for at := len(row) - 1; at >= 0; at-- {
			turned = append(turned, row[at])
		}
		rows[i] = turned
	}
	sheet := read(t, table(t, rows...))
	require.Equal(t, leadsOf(expected), leadsOf(sheet))
	require.Equal(t, expected.Refused(), sheet.Refused())
	require.Equal(t, []leadsheet.Problem{{Row: 1, Column: "心情", Cell: "A1", Code: leadsheet.UnknownColumn}}, sheet.Notes)
	require.Contains(t, codes(sheet), "K19 bad_volume", "月进口件量 is column K now")
}

func leadsOf(s leadsheet.Sheet) map[int]leadsheet.Lead {
	leads := map[int]leadsheet.Lead{}
	for _, row := range s.Rows {
		leads[row.Number] = row.Lead
	}
	return leads
}

func TestRead_knowsEnglishColumnNamesAndAsideMarks(t *testing.T) {
	t.Parallel()
	sheet := read(t, table(t,
		[]string{"Company Name*", "Contact (required)", "Mobile phone", "Territory", "Monthly_Inbound", "来源（必填）"},
		[]string{"可成科技(宿迁)有限公司", "蒋波", "+86 138-0524-0017", "苏宿工业园", "1,380", "Referral"},
	))
	require.Empty(t, sheet.Notes)
	require.Equal(t, leadsheet.Referral, sheet.Rows[0].Lead.Source)
	require.Equal(t, 1380, *sheet.Rows[0].Lead.MonthlyInbound)
	require.Equal(t, "13805240017", sheet.Rows[0].Lead.Contact.Mobile)
}

func TestRead_refusesSheetsWithoutTheColumnsItNeeds(t *testing.T) {
	t.Parallel()
	_, err := leadsheet.Read(table(t, []string{"单位名称", "地址"}, []string{"某厂", "某路"}), leadsheet.Limits{})
	var refused *leadsheet.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, leadsheet.MissingColumn, refused.Code)
	require.Equal(t, "缺少必需的列：联系人, 手机", refused.Text("zh-CN"))
	require.Contains(t, refused.Error(), "missing_column")

	twice := table(t, []string{"单位名称", "公司名称", "联系人", "手机"}, []string{"甲厂", "乙厂", "刘洋", "13805240030"})
	require.Equal(t, leadsheet.DuplicateColumn, refusal(t, twice, leadsheet.Limits{}))
	require.Len(t, read(t, table(t, []string{"单位名称", "联系人", "座机"}, []string{"某厂", "刘洋", "0527-8435001"})).Rows, 1)
	require.Equal(t, []string{"C2 required"}, codes(read(t, table(t, []string{"单位名称", "联系人", "座机"}, []string{"某厂", "刘洋", ""}))))
}

func TestRead_countsRowsAsASpreadsheetDoes(t *testing.T) {
	t.Parallel()
	file := "单位名称,联系人,手机,备注\n" +
		"甲乙电子,刘洋,13805240030,\"两行\n备注\"\n" +
		"\n" +
		",,,\n" +
		"丙丁电子,马超,1,\n"
	sheet := read(t, []byte(file))
	require.Equal(t, 2, sheet.Rows[0].Number)
	require.Equal(t, "两行\n备注", sheet.Rows[0].Lead.Note)
	require.Equal(t, []string{"C5 bad_phone"}, codes(sheet), "a blank line and an empty row are rows of the sheet, a line break in a cell is none")

	gap := read(t, workbook(t, func(f *excelize.File, sheet string) {
		require.NoError(t, f.SetCellStr(sheet, "A7", "丙丁电子"))
	}))
	require.Equal(t, []int{7}, gap.Refused())
}

func TestRead_reportsEverythingThatIsWrongWithARow(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		column, value string
		code          leadsheet.Code
	}{
		{"单位名称", "  ", leadsheet.Required},
		{"单位名称", "—", leadsheet.Required},
		{"单位名称", "=1+1", leadsheet.Formula},
		{"备注", "＝HYPERLINK(\"x\")", leadsheet.Formula},
		{"备注", "+cmd|' /C calc'!A0", leadsheet.Formula},
		{"备注", "-2+3+cmd", leadsheet.Formula},
		{"备注", "@SUM(1)", leadsheet.Formula},
		{"备注", "\t=1", leadsheet.Formula},
		{"备注", "a\x00b", leadsheet.BadText},
		{"备注", "a\x1bb", leadsheet.BadText},
		{"备注", strings.Repeat("长", 100_000), leadsheet.TooLong},
		{"备注", strings.Repeat("长", 4_001), leadsheet.TooLong},
		{"统一社会信用代码", "91350100M000100Y44", leadsheet.BadCreditCode},
		{"场所类型", "宫殿", leadsheet.UnknownPremises},
		{"联系人", "", leadsheet.Required},
		{"手机", "1380524001", leadsheet.BadPhone},
		{"办公电话", "8435001", leadsheet.BadPhone},
		{"月进口件量", "-5", leadsheet.BadVolume},
		{"月出口件量", "约300", leadsheet.BadVolume},
		{"竞争对手月件量", "1.5", leadsheet.BadVolume},
		{"月进口件量", "12,34", leadsheet.BadVolume},
		{"月进口件量", "9999999999", leadsheet.BadVolume},
		{"信息来源", "做梦", leadsheet.UnknownSource},
		{"收集日期", "2026-02-30", leadsheet.BadDate},
		{"收集日期", "2026-11/09", leadsheet.BadDate},
		{"收集日期", "昨天", leadsheet.BadDate},
		{"收集日期", "1926-11-09", leadsheet.BadDate},
		{"收集日期", "0", leadsheet.BadDate},
	} {
		sheet := read(t, lead(t, tc.column, tc.value))
		require.Empty(t, sheet.Rows, "%s = %.20q", tc.column, tc.value)
		require.Len(t, sheet.Problems, 1, "%s = %.20q", tc.column, tc.value)
		problem := sheet.Problems[0]
		require.Equal(t, tc.code, problem.Code, "%s = %.20q", tc.column, tc.value)
		require.Equal(t, tc.column, problem.Column)
		require.Equal(t, 2, problem.Row)
		require.LessOrEqual(t, len([]rune(problem.Value)), 81)
	}
	everything := read(t, lead(t, "单位名称", "", "场所类型", "宫殿", "联系人", "", "手机", "1", "办公电话", "2", "月进口件量", "x", "收集日期", "x"))
	require.Equal(t, []string{
		"A2 required", "C2 unknown_premises", "G2 required", "I2 bad_phone", "J2 bad_phone", "L2 bad_volume", "T2 bad_date",
	}, codes(everything))
}

func TestRead_acceptsWhatPeopleMeanTheSameBy(t *testing.T) {
	t.Parallel()
	ninth := time.Date(2026, time.November, 9, 0, 0, 0, 0, time.UTC)
	for _, written := range []string{
		"2026-11-09", "2026-11-9", "2026/11/9", "2026.11.09", "2026年11月9日", "２０２６－１１－０９", "20261109", "46335", "46335.75",
		"2026-11-09 08:30", "2026-11-09T00:00:00Z", "2026/11/9 0:00:00",
	} {
		sheet := read(t, lead(t, "收集日期", written))
		require.Empty(t, sheet.Problems, written)
		require.Equal(t, ninth, sheet.Rows[0].Lead.CollectedOn, written)
	}
	for written, pieces := range map[string]int{"0": 0, "420": 420, "４２０": 420, " 1,200 ": 1200, "1，234，567": 1234567} {
		sheet := read(t, lead(t, "月进口件量", written))
		require.Empty(t, sheet.Problems, written)
		require.Equal(t, pieces, *sheet.Rows[0].Lead.MonthlyInbound, written)
	}
	blank := read(t, lead(t, "月进口件量", "无", "办公电话", "暂无", "收集日期", "/", "统一社会信用代码", "不详", "片区", "-"))
	require.Empty(t, blank.Problems)
	require.Nil(t, blank.Rows[0].Lead.MonthlyInbound)
	require.True(t, blank.Rows[0].Lead.CollectedOn.IsZero())
	require.Empty(t, blank.Rows[0].Lead.Territory)

	swapped := read(t, lead(t, "手机", "0527-8435001", "办公电话", "13805240011"))
	require.Equal(t, leadsheet.Contact{Name: "孙丽", Title: "物流主管", Mobile: "13805240011", Phone: "0527-8435001"}, swapped.Rows[0].Lead.Contact)
	landline := read(t, lead(t, "手机", "0527-8435001", "办公电话", ""))
	require.Equal(t, leadsheet.Contact{Name: "孙丽", Title: "物流主管", Phone: "0527-8435001"}, landline.Rows[0].Lead.Contact)
	plus := read(t, lead(t, "手机", "+86 138-0524-0011", "备注", strings.Repeat("长", 4_000)))
	require.Empty(t, plus.Problems, "a country code is no formula, and 4,000 characters are allowed")
}

func TestRead_readsAThousandGeneratedRows(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, leadsheettest.Generate(&b, 1_000, 1))
	comma := read(t, b.Bytes())
	require.Len(t, comma.Rows, 1_000)
	require.Empty(t, comma.Problems)
	rows := rowsOf(t, b.Bytes())
	book := read(t, workbook(t, func(f *excelize.File, sheet string) {
		for i, row := range rows {
			require.NoError(t, f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row))
		}
	}))
	require.Equal(t, comma, book)
}

func TestRead_keepsToItsLimits(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	require.NoError(t, leadsheettest.Generate(&b, 11, 1))
	require.Equal(t, leadsheet.TooManyRows, refusal(t, b.Bytes(), leadsheet.Limits{Rows: 10}))
	require.Equal(t, leadsheet.TooManyColumns, refusal(t, b.Bytes(), leadsheet.Limits{Columns: 20}))
	require.Equal(t, leadsheet.TooLarge, refusal(t, b.Bytes(), leadsheet.Limits{FileBytes: 1000}))
	require.Equal(t, leadsheet.TooManyProblems, refusal(t, sample(t, "leads-suqian.csv"), leadsheet.Limits{Problems: 8}))
	require.Equal(t, leadsheet.TooLarge, refusal(t, bytes.Repeat([]byte("a"), 20<<20+1), leadsheet.Limits{}))
	exact, err := leadsheet.Read(b.Bytes(), leadsheet.Limits{Rows: 11, Columns: 21})
	require.NoError(t, err)
	require.Len(t, exact.Rows, 11)
	wide := table(t, append(rowsOf(t, b.Bytes())[0], make([]string, 500)...))
	require.Empty(t, read(t, wide).Rows, "empty columns do not count")
}
