//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"closedloop/deal/dossier"
)

// uploaded is a document as it came back.
type uploaded struct {
	ID      string           `json:"id"`
	Content dossier.Document `json:"content"`
}

func TestDocument_survivesAKillAndMovesWithTheInstallation(t *testing.T) {
	t.Parallel()
	p := started(t, "CLOSEDLOOP_FILES_STORE=directory")
	d := p.as(t, "rep1").opens(t, territory1)
	bytesOf := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("0123456789abcdef\n"), 30_000)...)
	var one uploaded
	d.attach(t, dossier.Document{Name: "签字协议.pdf", Purpose: dossier.AgreementDocument, Step: "sign"}, bytesOf).ok(t, &one)
	require.Equal(t, int64(len(bytesOf)), one.Content.Size)
	path := d.path("/documents/" + one.ID + "/content")
	same := func(w person) {
		t.Helper()
		a := w.get(t, path).ok(t, nil)
		require.True(t, bytes.Equal(bytesOf, a.body))
		require.Equal(t, `"`+one.Content.SHA256+`"`, a.header.Get("ETag"))
	}
	same(p.as(t, "rep1"))
	part := p.as(t, "manager1").get(t, path, header("Range", "bytes=0-7"))
	require.Equal(t, []any{http.StatusPartialContent, "%PDF-1.7"}, []any{part.status, string(part.body)})
	p.as(t, "manager2").get(t, path).refused(t, http.StatusNotFound, "not_found")
	d.attach(t, dossier.Document{Name: "a.pdf", Purpose: dossier.OtherDocument}, []byte("<html>")).
		refused(t, http.StatusUnsupportedMediaType, "file_markup")

	p.kill(t)
	p.restart(t)
	same(p.as(t, "rep1"))
	files, err := filepath.Glob(filepath.Join(p.data(), "files", one.Content.SHA256[:2], one.Content.SHA256))
	require.NoError(t, err)
	require.Len(t, files, 1)

	dump := filepath.Join(t.TempDir(), "dump.tar")
	said, code := p.tool(t, "dump", dump, "--data", p.data())
	require.Zero(t, code, said)
	there := newProduct(t)
	there.start(t, "--no-demo")
	said, code = there.tool(t, "restore", dump, "--data", there.data())
	require.Zero(t, code, said)
	there.kill(t)
	there.start(t, "--no-demo")
	same(there.as(t, "rep1"))
}

func TestExport_ofARunningProductIsReadBack(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	d := p.as(t, "rep1").opens(t, territory1)
	a := d.read(t)
	query := "/accounts?" + url.Values{"q": {a.Name}, "format": {"csv"}}.Encode()
	file, ok := bytes.CutPrefix(p.as(t, "manager1").get(t, query, in("zh")).ok(t, nil).body, []byte("\xef\xbb\xbf"))
	require.True(t, ok)
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 3)
	require.Equal(t, []string{"编号", "客户名称"}, rows[0][:2])
	require.Equal(t, []string{a.Number, a.Name}, rows[1][:2])
	require.Contains(t, rows[2][0], "共 1 行")

	book, err := excelize.OpenReader(bytes.NewReader(d.get(t, d.path("/timeline?format=xlsx")).ok(t, nil).body))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, book.Close()) })
	events, err := book.GetRows("Timeline")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(events), 2)
	p.as(t, "manager2").get(t, d.path("/contacts?format=xlsx")).refused(t, http.StatusNotFound, "not_found")
}
