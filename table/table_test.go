package table_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"closedloop/table"
)

// shanghai is where the organisation of the tests works.
func shanghai() *time.Location { return time.FixedZone("Asia/Shanghai", 8*60*60) }

func head(columns ...string) table.Head {
	return table.Head{Title: "客户", Columns: columns, Zone: shanghai(), AboutTitle: "说明", About: [][2]string{{"筛选", "step=plan"}}}
}

// written is a list as a file.
func written(t testing.TB, f table.Format, h table.Head, foot table.Foot, rows ...[]table.Cell) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := table.New(f, &b, h)
	require.NoError(t, err)
	for _, row := range rows {
		require.NoError(t, w.Row(row))
	}
	require.NoError(t, w.Close(foot))
	return b.Bytes()
}

func csvRows(t testing.TB, file []byte) [][]string {
	t.Helper()
	body, ok := bytes.CutPrefix(file, []byte("\xef\xbb\xbf"))
	require.True(t, ok, "Excel needs the mark to see UTF-8")
	in := csv.NewReader(bytes.NewReader(body))
	in.FieldsPerRecord = -1
	rows, err := in.ReadAll()
	require.NoError(t, err)
	return rows
}

func opened(t testing.TB, file []byte) *excelize.File {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

// one of each kind of cell.
func oneOfEach() []table.Cell {
	return []table.Cell{
		table.Text("晨风集团, \"苏\"\n二行"), table.Whole(-420), table.Decimal("1250000.05"), table.Day("2026-03-02"),
		table.Instant(time.Date(2026, 3, 2, 17, 30, 15, 999, time.UTC)), table.Text(""),
		{},
	}
}

func TestCSV_isReadBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	file := written(t, table.CSV, head("名称", "数量", "金额", "日期", "时间", "空", "空"), table.Foot{Line: "截至 2026-03-02"}, oneOfEach(), nil)
	require.Equal(t, [][]string{
		{"名称", "数量", "金额", "日期", "时间", "空", "空"},
		{"晨风集团, \"苏\"\n二行", "-420", "1250000.05", "2026-03-02", "2026-03-03 01:30:15", "", ""},
		{"", "", "", "", "", "", ""},
		{"截至 2026-03-02", "", "", "", "", "", ""},
	}, csvRows(t, file))
	require.Contains(t, string(file), "\r\n", "lines end as RFC 4180 wants")
}

func TestWorkbook_hasNumbersAsNumbersAndDatesAsDates(t *testing.T) {
	t.Parallel()
	f := opened(t, written(t, table.Workbook, head("a", "b", "c", "d", "e", "f"), table.Foot{Line: "截至 2026-03-02", Cut: "还有更多"}, oneOfEach()))
	require.Equal(t, []string{"客户", "说明"}, f.GetSheetList())
	for cell, want := range map[string]struct {
		kind   excelize.CellType
		raw    string
		showed string
	}{
		"A1": {excelize.CellTypeInlineString, "a", "a"},
		"A2": {excelize.CellTypeInlineString, "晨风集团, \"苏\"\n二行", "晨风集团, \"苏\"\n二行"},
		"B2": {excelize.CellTypeUnset, "-420", "-420"},
		"C2": {excelize.CellTypeUnset, "1250000.05", "1,250,000.05"},
		"D2": {excelize.CellTypeUnset, "46083", "2026-03-02"},
		"E2": {excelize.CellTypeUnset, "46084.0626736111", "2026-03-03 01:30:15"},
		"F2": {excelize.CellTypeUnset, "", ""},
		"A3": {excelize.CellTypeInlineString, "还有更多", "还有更多"},
	} {
		kind, err := f.GetCellType("客户", cell)
		require.NoError(t, err)
		require.Equal(t, want.kind, kind, cell)
		raw, err := f.GetCellValue("客户", cell, excelize.Options{RawCellValue: true})
		require.NoError(t, err)
		require.Equal(t, want.raw, raw, cell)
		showed, err := f.GetCellValue("客户", cell)
		require.NoError(t, err)
		require.Equal(t, want.showed, showed, cell)
	}
	about, err := f.GetRows("说明")
	require.NoError(t, err)
	require.Equal(t, [][]string{{"客户", "截至 2026-03-02"}, {"", "还有更多"}, {"筛选", "step=plan"}}, about)
	properties, err := f.GetDocProps()
	require.NoError(t, err)
	require.Equal(t, "截至 2026-03-02", properties.Description)
}

// hostile are texts that a spreadsheet would evaluate, or that break a file.
func hostile() []string {
	return []string{
		"=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", "\n=1+1", "\tx", "\rx", "  =1+1", "\u3000＝1+1", "＝1+1", "＋1",
		"－1", "＠x", "﹦1", "\u00a0=1", "\ufeff=1", "\u200b=1", "\u202e=1", " \t -1", `=HYPERLINK("http://example.com","x")`, "−1", "\u2060@x",
	}
}

func TestFormulas_areNeutralInBothFormats(t *testing.T) {
	t.Parallel()
	var rows [][]table.Cell
	for _, s := range hostile() {
		rows = append(rows, []table.Cell{table.Text(s), table.Text("harmless = 1")})
	}
	h := head("=1+1", "x")
	h.Title, h.About = "=1+1", [][2]string{{"=2", "=3"}}
	lines := csvRows(t, written(t, table.CSV, h, table.Foot{Line: "=4"}, rows...))
	require.Equal(t, []string{"'=1+1", "x"}, lines[0])
	for i, s := range hostile() {
		require.Equal(t, "'"+strings.ReplaceAll(s, "\r", ""), lines[i+1][0], "%q", s) // a writer of CRLF drops single ones
		require.Equal(t, "harmless = 1", lines[i+1][1])
	}
	require.Equal(t, "'=4", lines[len(lines)-1][0])

	f := opened(t, written(t, table.Workbook, h, table.Foot{Line: "=4", Cut: "=5"}, rows...))
	for _, name := range f.GetSheetList() {
		all, err := f.GetRows(name)
		require.NoError(t, err)
		for r, row := range all {
			for c, value := range row {
				at, err := excelize.CoordinatesToCellName(c+1, r+1)
				require.NoError(t, err)
				formula, err := f.GetCellFormula(name, at)
				require.NoError(t, err)
				require.Empty(t, formula, "%s of %s", at, name)
				kind, err := f.GetCellType(name, at)
				require.NoError(t, err)
				require.Contains(t, []excelize.CellType{excelize.CellTypeInlineString, excelize.CellTypeSharedString}, kind, "%s is %q", at, value)
			}
		}
	}
	for i, s := range hostile() {
		at, err := excelize.CoordinatesToCellName(1, i+2)
		require.NoError(t, err)
		value, err := f.GetCellValue("=1+1", at)
		require.NoError(t, err)
		require.Equal(t, s, value)
		style, err := f.GetCellStyle("=1+1", at)
		require.NoError(t, err)
		require.NotNil(t, f.Styles.CellXfs.Xf[style].QuotePrefix, "%q stays text when somebody edits it", s)
		require.True(t, *f.Styles.CellXfs.Xf[style].QuotePrefix)
	}
	style, err := f.GetCellStyle("=1+1", "B2")
	require.NoError(t, err)
	require.Nil(t, f.Styles.CellXfs.Xf[style].QuotePrefix)
}

func TestNeutral_leavesNothingThatBeginsLikeAFormula(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "晨风", "1+1", "a=b", "'=1", "(=1)", "13805240011", "0.5", "　晨风", "..="} {
		require.Equal(t, s, table.Neutral(s))
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ \t\r\n=+@＝＋－＠-]{0,4}[a-z=]{0,4}`)).Draw(t, "s")
		if table.Dangerous(table.Neutral(s)) {
			t.Fatalf("%q is still dangerous", table.Neutral(s))
		}
		trimmed := strings.TrimLeft(s, " \t\r\n\u3000\u00a0")
		if trimmed != "" && strings.ContainsRune("=+-@", rune(trimmed[0])) && table.Neutral(s) == s {
			t.Fatalf("%q was let through", s)
		}
	})
}

// Whatever people wrote comes back, in both formats, and nothing of it is evaluated or breaks the file.
func FuzzText(f *testing.F) {
	for _, s := range append(hostile(), "_x000D_", "<&>\"'", "\x00\x01\x1f", "\xff", strings.Repeat("长", 40_000), "]]>", "a;=1+1") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		lines := csvRows(t, written(t, table.CSV, head("a", "b"), table.Foot{}, []table.Cell{table.Text(s), table.Text("end")}))
		require.Len(t, lines, 2)
		require.Equal(t, "end", lines[1][1])
		require.False(t, table.Dangerous(lines[1][0]))
		book := opened(t, written(t, table.Workbook, head("a", "b"), table.Foot{}, []table.Cell{table.Text(s), table.Text("end")}))
		end, err := book.GetCellValue("客户", "B2")
		require.NoError(t, err)
		require.Equal(t, "end", end)
		formula, err := book.GetCellFormula("客户", "A2")
		require.NoError(t, err)
		require.Empty(t, formula)
	})
}

func TestCells_keepWhatTheyCannotRead(t *testing.T) {
	t.Parallel()
	odd := []table.Cell{table.Decimal("much"), table.Decimal("1e9"), table.Decimal(""), table.Day("soon"), table.Day(""), table.Instant(time.Time{}), table.Day("1850-01-01")}
	rows := csvRows(t, written(t, table.CSV, head("a", "b", "c", "d", "e", "f", "g"), table.Foot{}, odd))
	require.Equal(t, []string{"much", "1e9", "", "soon", "", "", "1850-01-01"}, rows[1])
	f := opened(t, written(t, table.Workbook, head("a", "b", "c", "d", "e", "f", "g"), table.Foot{}, odd))
	got, err := f.GetRows("客户")
	require.NoError(t, err)
	require.Equal(t, []string{"much", "1e9", "", "soon", "", "", "1850-01-01"}, got[1])
}

func TestWorkbook_losesNoDigitOfAnAmount(t *testing.T) {
	t.Parallel()
	f := opened(t, written(t, table.Workbook, head("a"), table.Foot{},
		[]table.Cell{table.Decimal("9999999999999.99")}, []table.Cell{table.Decimal("99999999999999.99")}, []table.Cell{table.Decimal("-1000000000000000.00")}))
	for cell, want := range map[string]string{"A2": "9999999999999.99", "A3": "99999999999999.99", "A4": "-1000000000000000"} {
		raw, err := f.GetCellValue("客户", cell, excelize.Options{RawCellValue: true})
		require.NoError(t, err)
		require.Equal(t, want, raw)
	}
	for cell, want := range map[string]excelize.CellType{"A2": excelize.CellTypeUnset, "A3": excelize.CellTypeInlineString} {
		kind, err := f.GetCellType("客户", cell)
		require.NoError(t, err)
		require.Equal(t, want, kind)
	}
}

func TestWorkbook_cutsTextsThatNoCellTakes(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("a", 32767), strings.Repeat("𠮷", 16383)} {
		f := opened(t, written(t, table.Workbook, head("a"), table.Foot{}, []table.Cell{table.Text(s)}, []table.Cell{table.Text(s + s)}))
		whole, err := f.GetCellValue("客户", "A2")
		require.NoError(t, err)
		require.Equal(t, s, whole)
		cut, err := f.GetCellValue("客户", "A3")
		require.NoError(t, err)
		require.True(t, strings.HasSuffix(cut, "…"))
		require.True(t, strings.HasPrefix(s+s, strings.TrimSuffix(cut, "…")))
	}
}

func TestWorkbook_namesItsSheetsAsFarAsNamesMayBe(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"a/b:c*d?e[f]": "abcdef", "": "Sheet1", "'x'": "x", "说明": "说明", strings.Repeat("长", 40): strings.Repeat("长", 31),
	} {
		h := head("a")
		h.Title = title
		list := opened(t, written(t, table.Workbook, h, table.Foot{Line: "x"})).GetSheetList()
		require.Equal(t, want, list[0])
		require.Len(t, list, 2)
	}
}

func TestFileName_fitsEverySystem(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 5, 0, 0, shanghai())
	require.Equal(t, "客户-20260302-090500.csv", table.FileName("客户", at, table.CSV))
	require.Equal(t, "a-b-c-20260302-090500.xlsx", table.FileName("a/b:c", at, table.Workbook))
}

func TestNew_knowsItsFormats(t *testing.T) {
	t.Parallel()
	_, err := table.New("pdf", io.Discard, head("a"))
	require.ErrorContains(t, err, "pdf")
	require.Equal(t, "text/csv; charset=utf-8", table.CSV.ContentType())
	require.Equal(t, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", table.Workbook.ContentType())
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriters_sayWhenTheirReaderIsGone(t *testing.T) {
	t.Parallel()
	_, err := table.New(table.CSV, full{}, head("a"))
	require.ErrorIs(t, err, errFull)
	w, err := table.New(table.Workbook, full{}, head("a"))
	require.NoError(t, err)
	require.ErrorIs(t, w.Close(table.Foot{}), errFull)
}

// The rows of a large list go through a temporary file, which goes whether the list is ended or given up.
func TestWorkbook_leavesNoTemporaryFileBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	left := func() int {
		names, err := filepath.Glob(filepath.Join(dir, "*"))
		require.NoError(t, err)
		return len(names)
	}
	for _, end := range []func(table.Writer) error{
		func(w table.Writer) error { return w.Close(table.Foot{}) },
		func(w table.Writer) error { w.Abandon(); return nil },
	} {
		w, err := table.New(table.Workbook, io.Discard, head("a"))
		require.NoError(t, err)
		for range 2000 {
			require.NoError(t, w.Row([]table.Cell{table.Text(strings.Repeat("x", 10_000))}))
		}
		require.Equal(t, 1, left())
		require.NoError(t, end(w))
		w.Abandon()
		require.Zero(t, left())
	}
	_, err := os.Stat(dir)
	require.NoError(t, err)
}
