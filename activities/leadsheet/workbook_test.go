package leadsheet_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"closedloop/activities/leadsheet"
)

func TestRead_readsEveryKindOfCell(t *testing.T) {
	t.Parallel()
	file := workbook(t, func(f *excelize.File, sheet string) {
		require.NoError(t, f.SetCellRichText(sheet, "A2", []excelize.RichTextRun{{Text: "可成"}, {Text: "科技", Font: &excelize.Font{Bold: true}}}))
		require.NoError(t, f.SetCellStr(sheet, "G2", "蒋_x005F_波 <&>"))
		require.NoError(t, f.SetCellValue(sheet, "I2", 13805240017))
		require.NoError(t, f.SetCellValue(sheet, "L2", 380.0))
		require.NoError(t, f.SetCellValue(sheet, "M2", 1500))
		require.NoError(t, f.SetCellBool(sheet, "U2", true))
		require.NoError(t, f.SetCellValue(sheet, "T2", time.Date(2026, time.November, 12, 15, 30, 0, 0, time.UTC)))
	})
	second, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	defer func() { require.NoError(t, second.Close()) }()
	rows, err := second.GetRows("Sheet1", excelize.Options{RawCellValue: true})
	require.NoError(t, err)

	sheet := read(t, file)
	require.Empty(t, sheet.Problems)
	lead := sheet.Rows[0].Lead
	require.Equal(t, rows[1][0], lead.Name, "excelize reads the same")
	require.Equal(t, rows[1][6], lead.Contact.Name, "excelize reads the same")
	require.Equal(t, rows[1][8], lead.Contact.Mobile, "excelize reads the same")
	require.Equal(t, "可成科技", lead.Name)
	require.Equal(t, 380, *lead.MonthlyInbound)
	require.Equal(t, time.Date(2026, time.November, 12, 0, 0, 0, 0, time.UTC), lead.CollectedOn)
	require.Equal(t, "TRUE", lead.Note)
}

func TestRead_readsWhatOtherProgramsWrite(t *testing.T) {
	t.Parallel()
	file := sheetXML(t, headerXML+
		`<row><c t="str"><v>甲乙电子</v></c><c t="inlineStr"><is><r><t>刘</t></r><r><t>洋</t></r><rPh sb="0" eb="1"><t>リュウ</t></rPh></is></c>`+
		`<c><v>1.3805240030E10</v></c><c t="d"><v>2026-11-09T00:00:00</v></c></row>`+
		`<row r="9"><c r="A9" t="inlineStr"><is><t xml:space="preserve"> 丙丁电子 </t></is></c><c r="B9" t="inlineStr"><is><t>马_x0041_</t></is></c>`+
		`<c r="C9" t="inlineStr"><is><t>13805240031</t></is></c><c r="D9"><v>46335</v></c><c r="XFD9" t="inlineStr"><is><t> </t></is></c></row>`)
	sheet := read(t, file)
	require.Empty(t, sheet.Problems)
	require.Equal(t, "甲乙电子", sheet.Rows[0].Lead.Name)
	require.Equal(t, leadsheet.Contact{Name: "刘洋", Mobile: "13805240030"}, sheet.Rows[0].Lead.Contact)
	require.Equal(t, 9, sheet.Rows[1].Number)
	require.Equal(t, "丙丁电子", sheet.Rows[1].Lead.Name)
	require.Equal(t, "马A", sheet.Rows[1].Lead.Contact.Name)
	require.Equal(t, sheet.Rows[0].Lead.CollectedOn, sheet.Rows[1].Lead.CollectedOn)

	old := rebuild(t, file, func(name string, content []byte) []byte {
		if name == "xl/workbook.xml" {
			return bytes.Replace(content, []byte("<workbookPr "), []byte(`<workbookPr date1904="1" `), 1)
		}
		return content
	}, nil)
	require.Equal(t, 2030, read(t, old).Rows[1].Lead.CollectedOn.Year(), "serials of old Macs count from 1904")
	require.Equal(t, leadsheet.TooManyColumns, refusal(t, inSheet(t, file, `<is><t> </t></is>`, `<is><t>x</t></is>`), leadsheet.Limits{}))
	hidden := sheetXML(t, headerXML+`<row r="2"><c r="A2" t="inlineStr"><is><t>甲_x0000_</t></is></c></row>`)
	require.Equal(t, "A2 bad_text", codes(read(t, hidden))[0], "U+0000 in the disguise of XML")
}

// inSheet changes the worksheet of a workbook.
func inSheet(t *testing.T, file []byte, from, to string) []byte {
	t.Helper()
	return rebuild(t, file, func(name string, content []byte) []byte {
		if strings.HasPrefix(name, "xl/worksheets/") {
			return bytes.ReplaceAll(content, []byte(from), []byte(to))
		}
		return content
	}, nil)
}

func TestRead_neverEvaluatesAFormulaNorTrustsItsResult(t *testing.T) {
	t.Parallel()
	good := func(f *excelize.File, sheet string) {
		require.NoError(t, f.SetSheetRow(sheet, "A2", &[]any{"甲乙电子", "", "", "", "", "", "刘洋", "", "13805240030", "", "", 420}))
	}
	formula := workbook(t, func(f *excelize.File, sheet string) {
		good(f, sheet)
		require.NoError(t, f.SetCellFormula(sheet, "L2", "400+20")) // the result 420 stays stored beside it
	})
	sheet := read(t, formula)
	require.Equal(t, []string{"L2 formula"}, codes(sheet))
	require.Equal(t, "=400+20", sheet.Problems[0].Value)

	failed := sheetXML(t, headerXML+`<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>`)
	require.Equal(t, "A2 formula", codes(read(t, failed))[0])
	empty := sheetXML(t, headerXML+`<row r="2"><c r="A2"><f>WEBSERVICE("x")</f></c></row>`)
	require.Equal(t, "A2 formula", codes(read(t, empty))[0])
	shared := sheetXML(t, headerXML+`<row r="2"><c r="A2" t="str"><f t="shared" si="0"/><v>甲乙电子</v></c></row>`)
	require.Equal(t, "A2 formula", codes(read(t, shared))[0])
}

func TestRead_readsTheFirstVisibleSheet(t *testing.T) {
	t.Parallel()
	file := workbook(t, func(f *excelize.File, sheet string) {
		require.NoError(t, f.SetSheetRow(sheet, "A2", &[]any{"甲乙电子", "", "", "", "", "", "刘洋", "", "13805240030"}))
		_, err := f.NewSheet("说明")
		require.NoError(t, err)
		require.NoError(t, f.MoveSheet("说明", sheet))
		require.NoError(t, f.SetSheetVisible("说明", false))
	})
	require.Len(t, read(t, file).Rows, 1)
}

func TestRead_letsHyperlinksPass(t *testing.T) {
	t.Parallel()
	file := workbook(t, func(f *excelize.File, sheet string) {
		require.NoError(t, f.SetSheetRow(sheet, "A2", &[]any{"甲乙电子", "", "", "", "", "", "刘洋", "", "13805240030"}))
		require.NoError(t, f.SetCellHyperLink(sheet, "A2", "https://example.com/", "External"))
	})
	require.Len(t, read(t, file).Rows, 1)
}
