package leadsheet_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"closedloop/activities/leadsheet"
)

// sample is a file of testdata.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return file
}

// read reads a sheet that must be readable.
func read(t testing.TB, file []byte) leadsheet.Sheet {
	t.Helper()
	sheet, err := leadsheet.Read(file, leadsheet.Limits{})
	require.NoError(t, err)
	return sheet
}

// refusal is the code with which a file is refused.
func refusal(t testing.TB, file []byte, limits leadsheet.Limits) leadsheet.Code {
	t.Helper()
	sheet, err := leadsheet.Read(file, limits)
	require.Error(t, err, "%.40q", file)
	var refused *leadsheet.Error
	require.ErrorAs(t, err, &refused)
	require.Empty(t, sheet.Rows, "nothing of a refused file is taken over")
	require.NotEmpty(t, refused.Text("zh"))
	require.NotEmpty(t, refused.Hint("en"))
	return refused.Code
}

// table writes rows as CSV.
func table(t testing.TB, rows ...[]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	require.NoError(t, w.WriteAll(rows))
	return b.Bytes()
}

// rowsOf reads CSV back into rows.
func rowsOf(t testing.TB, file []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	require.NoError(t, err)
	return rows
}

// lead is a sheet with one good row in which some columns are replaced: column, value, column, value …
func lead(t testing.TB, changes ...string) []byte {
	t.Helper()
	rows := rowsOf(t, sample(t, "leads-suqian.csv"))[:2]
	for i := 0; i < len(changes); i += 2 {
		at := indexOf(rows[0], changes[i])
		require.GreaterOrEqual(t, at, 0, changes[i])
		rows[1][at] = changes[i+1]
	}
	return table(t, rows...)
}

func indexOf(row []string, value string) int {
	for i, cell := range row {
		if cell == value {
			return i
		}
	}
	return -1
}

// workbook writes an .xlsx with the header of the sample and what fill adds.
func workbook(t testing.TB, fill func(f *excelize.File, sheet string)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { require.NoError(t, f.Close()) }()
	for i, header := range rowsOf(t, sample(t, "leads-suqian.csv"))[0] {
		cell, err := excelize.CoordinatesToCellName(i+1, 1)
		require.NoError(t, err)
		require.NoError(t, f.SetCellStr("Sheet1", cell, header))
	}
	fill(f, "Sheet1")
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.Bytes()
}

// rebuild copies the archive of a workbook, giving every part to change: nil leaves a part out. extra parts are added.
func rebuild(t testing.TB, file []byte, change func(name string, content []byte) []byte, extra map[string]string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, part := range in.File {
		r, err := part.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		if content = change(part.Name, content); content != nil {
			writePart(t, out, part.Name, content)
		}
	}
	for name, content := range extra {
		writePart(t, out, name, []byte(content))
	}
	require.NoError(t, out.Close())
	return b.Bytes()
}

// with adds parts to a workbook.
func with(t testing.TB, file []byte, extra map[string]string) []byte {
	t.Helper()
	return rebuild(t, file, func(_ string, content []byte) []byte { return content }, extra)
}

// sheetXML replaces the worksheet of the sample by rows written as XML.
func sheetXML(t testing.TB, rows string) []byte {
	t.Helper()
	return rebuild(t, sample(t, "leads-suqian.xlsx"), func(name string, content []byte) []byte {
		if strings.HasPrefix(name, "xl/worksheets/") {
			return []byte(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + rows + `</sheetData></worksheet>`)
		}
		return content
	}, nil)
}

// headerXML is a first row with the required columns, as inline texts.
const headerXML = `<row r="1"><c r="A1" t="inlineStr"><is><t>单位名称</t></is></c><c r="B1" t="inlineStr"><is><t>联系人</t></is></c>` +
	`<c r="C1" t="inlineStr"><is><t>手机</t></is></c><c r="D1" t="inlineStr"><is><t>收集日期</t></is></c><c r="E1" t="inlineStr"><is><t>备注</t></is></c></row>`

func writePart(t testing.TB, out *zip.Writer, name string, content []byte) {
	t.Helper()
	w, err := out.Create(name)
	require.NoError(t, err)
	_, err = w.Write(content)
	require.NoError(t, err)
}

// codes lists cell and code of every problem.
func codes(sheet leadsheet.Sheet) []string {
	list := []string{}
	for _, problem := range sheet.Problems {
		list = append(list, problem.Cell+" "+string(problem.Code))
	}
	return list
}
