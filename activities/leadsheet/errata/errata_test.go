package errata_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"closedloop/activities/leadsheet"
	"closedloop/activities/leadsheet/errata"
)

// book is the errata of the sample sheet, which has five bad rows.
func book(t *testing.T, lang string) errata.Book {
	t.Helper()
	file, err := os.ReadFile("../testdata/leads-suqian.xlsx")
	require.NoError(t, err)
	return of(t, lang, file)
}

func of(t *testing.T, lang string, file []byte) errata.Book {
	t.Helper()
	sheet, err := leadsheet.Read(file, leadsheet.Limits{})
	require.NoError(t, err)
	faults := map[int][]errata.Fault{}
	for _, p := range sheet.Problems {
		faults[p.Row] = append(faults[p.Row], errata.Fault{Cell: p.Cell, Text: p.Text(lang)})
	}
	return errata.Assemble(lang, sheet.Raw, faults)
}

func TestWriteXLSX_marksTheBadCellsAndSaysWhy(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	require.NoError(t, book(t, "zh").WriteXLSX(&file))
	f, err := excelize.OpenReader(bytes.NewReader(file.Bytes()))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	rows, err := f.GetRows("客户资料")
	require.NoError(t, err)
	require.Len(t, rows, 6, "a header and five rows")
	require.Equal(t, []string{"原表行号", "退回原因"}, rows[0][21:])
	require.Equal(t, "单位名称", rows[0][0])
	var numbers []string
	for _, row := range rows[1:] {
		numbers = append(numbers, row[21])
	}
	require.Equal(t, []string{"17", "18", "19", "20", "21"}, numbers)
	require.Contains(t, rows[3][22], "L19: “月进口件量”必须是不小于 0 的整数")
	fill := func(cell string) []string {
		id, err := f.GetCellStyle("客户资料", cell)
		require.NoError(t, err)
		style, err := f.GetStyle(id)
		require.NoError(t, err)
		return style.Fill.Color
	}
	require.Equal(t, []string{"FFC7CE"}, fill("L4"), "the bad volume of row 19")
	require.Empty(t, fill("B4"))
	for _, cell := range []string{"A6", "L4"} {
		formula, err := f.GetCellFormula("客户资料", cell)
		require.NoError(t, err)
		require.Empty(t, formula, "what looked like a formula is text")
	}
}

func TestWriteXLSX_canBeCorrectedAndSentAgain(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	require.NoError(t, book(t, "en").WriteXLSX(&file))
	again, err := leadsheet.Read(file.Bytes(), leadsheet.Limits{})
	require.NoError(t, err)
	require.Empty(t, again.Notes, "our own columns are passed over")
	require.Empty(t, rowNumbers(again)[0], "nothing was corrected yet, but for duplicates of rows that are not here")

	f, err := excelize.OpenReader(bytes.NewReader(file.Bytes()))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	for cell, value := range map[string]string{"G4": "刘洋", "I4": "13805249999", "L4": "10", "M4": "20", "A6": "新的公司", "T6": "2026-11-20"} {
		require.NoError(t, f.SetCellStr("Leads", cell, value))
	}
	var corrected bytes.Buffer
	require.NoError(t, f.Write(&corrected))
	sheet, err := leadsheet.Read(corrected.Bytes(), leadsheet.Limits{})
	require.NoError(t, err)
	require.Contains(t, rowNumbers(sheet)[1], 4)
	require.Contains(t, rowNumbers(sheet)[1], 6)
}

// rowNumbers are the good rows that were refused for a reason in themselves, and all good rows.
func rowNumbers(s leadsheet.Sheet) [2][]int {
	var numbers [2][]int
	for _, row := range s.Rows {
		numbers[1] = append(numbers[1], row.Number)
		if row.Number > 3 { // rows 2 and 3 were duplicates of rows that were taken
			numbers[0] = append(numbers[0], row.Number)
		}
	}
	return numbers
}

func TestWriteCSV_neutralisesFormulasAndComesBackAsItWas(t *testing.T) {
	t.Parallel()
	sheet := "单位名称,联系人,手机,备注\n" +
		"甲,刘洋,+86 138-0524-0030,=1+1\n" +
		"乙,\"=cmd|' /C calc'!A0\",13805240031,-5\n" +
		"丙,孙丽,123,\"＝HYPERLINK(\"\"x\"\")\"\n"
	var file bytes.Buffer
	require.NoError(t, of(t, "en", []byte(sheet)).WriteCSV(&file))
	require.True(t, bytes.HasPrefix(file.Bytes(), []byte("\xEF\xBB\xBF")))
	rows, err := csv.NewReader(bytes.NewReader(file.Bytes()[3:])).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	for _, row := range rows {
		for _, cell := range row {
			require.False(t, leadsheet.Risky(cell), "%q", cell)
		}
	}
	again := of(t, "en", file.Bytes())
	require.Equal(t, []string{"甲", "刘洋", "'+86 138-0524-0030", "'=1+1"}, again.Lines[0].Cells[:4])
	require.Contains(t, again.Lines[0].Faults[0].Text, "formula", "a formula stays one until it is corrected, and the number is read")
	require.Len(t, again.Lines[0].Faults, 1)
}

func TestWriteXLSX_bringsTheSecondSheetBack(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	set := func(sheet string, rows ...[]any) {
		for i, row := range rows {
			cell, err := excelize.CoordinatesToCellName(1, i+1)
			require.NoError(t, err)
			require.NoError(t, f.SetSheetRow(sheet, cell, &row))
		}
	}
	set("Sheet1", []any{"单位名称", "联系人", "手机"}, []any{"甲乙电子", "刘洋", "13805240030"}, []any{"丙丁电子", "孙丽", "13805240031"})
	_, err := f.NewSheet("跟进记录")
	require.NoError(t, err)
	set("跟进记录", []any{"单位名称", "跟进日期", "跟进内容"}, []any{"甲乙电子", "昨天", "上门"}, []any{"丙丁电子", "2026-11-03", "上门"}, []any{"甲乙电子", "2026-11-04", "来电"})
	var source bytes.Buffer
	require.NoError(t, f.Write(&source))
	require.NoError(t, f.Close())

	var file bytes.Buffer
	require.NoError(t, of(t, "zh", source.Bytes()).WriteXLSX(&file))
	out, err := excelize.OpenReader(bytes.NewReader(file.Bytes()))
	require.NoError(t, err)
	rows, err := out.GetRows("跟进记录")
	require.NoError(t, err)
	require.Len(t, rows, 3, "both follow-ups of the refused customer")
	require.Contains(t, rows[1][4], "B2: ")
	require.NoError(t, out.SetCellStr("跟进记录", "B2", "2026-11-02"))
	var corrected bytes.Buffer
	require.NoError(t, out.Write(&corrected))
	require.NoError(t, out.Close())
	sheet, err := leadsheet.Read(corrected.Bytes(), leadsheet.Limits{})
	require.NoError(t, err)
	require.Empty(t, sheet.Problems)
	require.Len(t, sheet.Rows[0].Lead.History, 2)
}
