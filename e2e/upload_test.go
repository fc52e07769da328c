//go:build e2e

package e2e_test

import (
	"archive/zip"
	"bytes"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/testkit"
)

// upload sends a file as the body itself.
func (w person) upload(t *testing.T, name string, file []byte, set ...with) answer {
	t.Helper()
	return w.post(t, "/imports?filename="+name, file, append([]with{header("Content-Type", "application/octet-stream")}, set...)...)
}

// imported uploads a sheet and waits for the end of its import.
func (w person) imported(t *testing.T, name string, file []byte, set ...with) importStatus {
	t.Helper()
	var s importStatus
	w.upload(t, name, file, set...).ok(t, &s)
	w.awaitImport(t, &s)
	return s
}

func (w person) awaitImport(t *testing.T, s *importStatus) {
	t.Helper()
	testkit.Eventually(t, startWithin, func() bool {
		w.get(t, "/imports/"+s.ID).ok(t, s)
		return s.Status != "running"
	}, "the import ends")
}

func TestImport_namesEveryBadRowInBothLanguages(t *testing.T) {
	t.Parallel()
	p := started(t)
	file, err := os.ReadFile(sheet("leads-suqian.xlsx"))
	require.NoError(t, err)
	ops := p.as(t, "ops1")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "客户资料.xlsx")
	require.NoError(t, err)
	_, err = part.Write(file)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	var s importStatus
	ops.post(t, "/imports", body.Bytes(), header("Content-Type", form.FormDataContentType())).ok(t, &s)
	ops.awaitImport(t, &s)
	require.Equal(t, importStatus{ID: s.ID, Filename: "客户资料.xlsx", Status: "done", Total: 20, Opened: 15, Refused: 5}, s)

	type place struct {
		Row        int
		Cell, Code string
	}
	read := func(lang string) (places []place) {
		t.Helper()
		var problems list[importProblem]
		ops.get(t, "/imports/"+s.ID+"/errors?limit=200", in(lang)).ok(t, &problems)
		for _, e := range problems.Items {
			places = append(places, place{e.Row, e.Cell, e.Code})
			require.NotEmpty(t, e.Column, "row %d names its column", e.Row)
			require.Equal(t, lang == "zh", chinese(strings.NewReplacer(e.Column, "", e.Value, "").Replace(e.Text)), e.Text)
		}
		return places
	}
	zh := read("zh")
	require.Equal(t, zh, read("en"))
	require.Equal(t, []place{
		{17, "A17", "duplicate_in_file"},
		{18, "A18", "duplicate_in_file"},
		{19, "G19", "required"},
		{19, "I19", "required"},
		{19, "L19", "bad_volume"},
		{19, "M19", "bad_volume"},
		{20, "A20", "required"},
		{21, "A21", "formula"},
		{21, "T21", "bad_date"},
	}, zh)
	again := ops.imported(t, "leads.xlsx", file)
	require.Equal(t, []int{0, 15, 5}, []int{again.Opened, again.Unchanged, again.Refused})
	p.as(t, "rep1").get(t, "/imports/"+s.ID).refused(t, http.StatusNotFound, "not_found")
	requireFolded(t, p)
}

// workbook packs parts into the archive that a workbook is.
func workbook(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	for name, content := range parts {
		w, err := archive.Create(name)
		require.NoError(t, err)
		_, err = w.Write([]byte(content))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	return file.Bytes()
}

func TestImport_refusesWhatIsNoSheetAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	good, err := os.ReadFile(sheet("leads-suqian.xlsx"))
	require.NoError(t, err)
	const types = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`
	for _, row := range []struct {
		name   string
		file   []byte
		status int
		code   string
		reason string
	}{
		{"a PDF", []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"), 415, "not_a_sheet", "not_a_sheet"},
		{"a picture", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), 415, "not_a_sheet", "not_a_sheet"},
		{"a web page", []byte("<!DOCTYPE html><html></html>"), 422, "sheet_refused", "not_a_sheet"},
		{"nothing", []byte{}, 422, "invalid_request", "sheet_missing"},
		{"half a workbook", good[:len(good)/2], 422, "sheet_refused", "malformed"},
		{"a workbook without a sheet", workbook(t, map[string]string{"[Content_Types].xml": types}), 422, "sheet_refused", "not_a_sheet"},
		{"a zip bomb", workbook(t, map[string]string{"[Content_Types].xml": types, "xl/worksheets/sheet1.xml": strings.Repeat(" ", 40<<20)}), 422, "sheet_refused", "zip_bomb"},
		{"a table of something else", []byte("日期,天气\n2026-11-02,晴\n"), 422, "sheet_refused", "missing_column"},
		{"19 MB without contacts", append([]byte("单位名称\n"), bytes.Repeat([]byte("x"), 19<<20)...), 422, "sheet_refused", "missing_column"},
		{"a file of 21 MB", bytes.Repeat([]byte("x"), 21<<20), 413, "body_too_large", "body_too_large"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			ops := p.as(t, "ops1")
			said := map[string]problem{}
			for _, lang := range []string{"zh", "en"} {
				said[lang] = ops.upload(t, "leads.xlsx", row.file, in(lang)).refused(t, row.status, row.code)
			}
			require.Equal(t, []string{row.reason}, said["zh"].codes())
			require.Equal(t, []string{row.reason}, said["en"].codes())
			zh, en := said["zh"].Errors[0], said["en"].Errors[0]
			if row.status != http.StatusRequestEntityTooLarge { // of which nothing was read
				require.Equal(t, "/file", zh.Pointer)
			}
			require.True(t, chinese(zh.Detail) && chinese(zh.Hint), "%+v", zh)
			require.NotEqual(t, zh.Detail, en.Detail) // columns have Chinese names in both
			require.False(t, chinese(en.Hint), "%+v", en)
			require.NotEmpty(t, en.Hint)
		})
	}
	p.as(t, "ops1").post(t, "/imports", []byte("--x\r\n\r\n--x--\r\n"), header("Content-Type", "multipart/form-data; boundary=x")).
		refused(t, http.StatusUnprocessableEntity, "invalid_request")
}
