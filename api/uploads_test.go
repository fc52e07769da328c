package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/filetype"
)

func hashOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func TestUpload_filesADocumentWithItsBytes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.upload(rep1, form{
		name: "签字协议.pdf", kind: "application/pdf", file: somePDF, fields: [][2]string{{"purpose", "agreement"}, {"step", "sign"}},
	}, key("k"))
	out := a.ok(201)
	require.Equal(t, at(mine, "/documents/"+out["id"].(string)), a.Header().Get("Location"))
	require.Equal(t, `"1"`, a.Header().Get("ETag"))
	require.Equal(t, map[string]any{
		"name": "签字协议.pdf", "media_type": "application/pdf", "size": float64(len(somePDF)), "sha256": hashOf(somePDF), "purpose": "agreement",
		"step": "sign",
	}, content(out))
	require.Equal(t, somePDF, string(r.uploads.kept[hashOf(somePDF)]))

	// Again, with another boundary and the file in front: the same answer. With other bytes: not.
	again := form{name: "签字协议.pdf", file: somePDF, fields: [][2]string{{"purpose", "agreement"}, {"step", "sign"}}, last: true}
	require.Equal(t, out, r.upload(rep1, again, key("k")).ok(201))
	again.file += "x"
	r.upload(rep1, again, key("k")).problem(422, "key_reused")
	require.Len(t, r.files.now, 1)
	clear(r.requests) // the answer was lost
	again.file = somePDF
	require.Equal(t, out["id"], r.upload(rep1, again, key("k")).ok(201)["id"])
	require.Len(t, r.files.now, 1)
}

func TestUpload_namesAreNamesAndNothingElse(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		`C:\\Users\\li\\协议.pdf`: "协议.pdf", "../../etc/a.pdf": "a.pdf", "..": "document.pdf", "": "document.pdf", "a\u202efdp.pdf": "afdp.pdf",
		"a\tb.pdf": "ab.pdf", "  a.pdf ": "a.pdf",
	} {
		r := newRig(t)
		out := r.upload(rep1, form{name: sent, file: somePDF, fields: [][2]string{{"purpose", "other"}}}).ok(201)
		require.Equal(t, want, content(out)["name"], "%q", sent)
	}
	r := newRig(t)
	out := r.upload(rep1, form{name: "scan0001.pdf", file: somePDF, fields: [][2]string{{"purpose", "other"}, {"name", "营业执照.pdf"}}}).ok(201)
	require.Equal(t, "营业执照.pdf", content(out)["name"])
}

func TestUpload_refusesInBothLanguagesWhatIsNotLetIn(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.Limits.FileBytes = 2 << 10 })
	other := [][2]string{{"purpose", "other"}}
	for name, c := range map[string]struct {
		form    form
		status  int
		code    string
		item    string
		pointer string
	}{
		"a page":               {form{name: "a.html", file: "<html>", fields: other}, 415, "file_markup", "file_markup", "/file"},
		"a page named txt":     {form{name: "a.txt", file: "<!doctype html>", fields: other}, 415, "file_markup", "file_markup", "/file"},
		"a drawing":            {form{name: "a.svg", file: "<svg/>", fields: other}, 415, "file_markup", "file_markup", "/file"},
		"a program":            {form{name: "a.pdf", file: "MZ", fields: other}, 415, "file_executable", "file_executable", "/file"},
		"a lie in the name":    {form{name: "a.png", file: somePDF, fields: other}, 415, "file_type_differs", "file_type_differs", "/file"},
		"a lie in the type":    {form{name: "a.pdf", kind: "image/png", file: somePDF, fields: other}, 415, "file_type_differs", "file_type_differs", "/file"},
		"a new name that lies": {form{name: "a.pdf", file: somePDF, fields: append([][2]string{{"name", "a.exe"}}, other...)}, 415, "file_type_differs", "file_type_differs", "/file"},
		"nothing in it":        {form{name: "a.pdf", fields: other}, 422, "invalid_request", "file_empty", "/file"},
		"a byte too much":      {form{name: "a.txt", file: strings.Repeat("x", 2<<10+1), fields: other}, 413, "file_too_large", "file_too_large", "/file"},
		"far too much":         {form{name: "a.txt", file: strings.Repeat("x", 200<<10), fields: other}, 413, "file_too_large", "file_too_large", "/file"},
		"no purpose":           {form{name: "a.pdf", file: somePDF}, 422, "invalid_request", "invalid_value", "/purpose"},
		"no such purpose":      {form{name: "a.pdf", file: somePDF, fields: [][2]string{{"purpose", "fun"}}}, 422, "invalid_request", "invalid_value", "/purpose"},
		"no such step":         {form{name: "a.pdf", file: somePDF, fields: append([][2]string{{"step", "dance"}}, other...)}, 422, "invalid_request", "invalid_value", "/step"},
		"a part nobody knows":  {form{name: "a.pdf", file: somePDF, fields: [][2]string{{"sha256", "x"}}}, 422, "invalid_request", "unexpected_part", "/sha256"},
		"a part twice":         {form{name: "a.pdf", file: somePDF, fields: append(other, other...)}, 422, "invalid_request", "several_values", "/purpose"},
		"a file twice":         {form{name: "a.pdf", file: somePDF, fields: [][2]string{{"file", "x"}}}, 422, "invalid_request", "several_values", "/file"},
		"a huge field":         {form{name: "a.pdf", file: somePDF, fields: [][2]string{{"purpose", strings.Repeat("x", 5<<10)}}}, 422, "invalid_request", "too_long", "/purpose"},
		"no text in a field":   {form{name: "a.pdf", file: somePDF, fields: [][2]string{{"purpose", "\x00"}}}, 422, "invalid_request", "bad_text", "/purpose"},
	} {
		said := map[string]api.Problem{}
		for _, lang := range []string{"zh", "en"} {
			r.lang = lang
			said[lang] = r.upload(rep1, c.form).problem(c.status, c.code)
			require.Equal(t, c.item, said[lang].Errors[0].Code, name)
			require.Equal(t, c.pointer, said[lang].Errors[0].Pointer, name)
			require.NotEmpty(t, said[lang].Errors[0].Hint, name)
		}
		require.NotEqual(t, said["zh"].Errors[0].Detail, said["en"].Errors[0].Detail, name)
	}
	require.Empty(t, r.files.now)
	require.Empty(t, r.uploads.kept)
	exact := form{name: "a.txt", file: strings.Repeat("x", 2<<10), fields: other}
	r.upload(rep1, exact).ok(201)
}

func TestUpload_isTheOnlyWayToFileADocument(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := `{"name":"a.pdf","media_type":"application/pdf","size":1,"sha256":"` + strings.Repeat("a", 64) + `","purpose":"other"}`
	p := r.do(rep1, "POST", at(mine, "/documents"), body).problem(415, "upload_required")
	require.Contains(t, p.Errors[0].Hint, "multipart/form-data")
	for _, kind := range []string{"", "multipart/form-data", "multipart/mixed; boundary=b", "application/pdf"} {
		r.do(rep1, "POST", at(mine, "/documents"), somePDF, header{"Content-Type", kind}).problem(415, "upload_required")
	}
	for body, item := range map[string]string{"": "file_missing", "--b--\r\n": "file_missing", "--b\r\nhalf": "bad_upload"} {
		p := r.do(rep1, "POST", at(mine, "/documents"), body, header{"Content-Type", "multipart/form-data; boundary=b"}).problem(422, "invalid_request")
		require.Equal(t, item, p.Errors[0].Code, body)
	}
	require.Empty(t, r.files.now)
}

func TestUpload_judgesRightsBeforeItReadsAnything(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	f := form{name: "a.html", file: "<html>"}
	r.upload("", f).problem(401, "unauthenticated")
	r.upload(rep2, f).problem(404, "not_found")
	r.upload(auditor, f).problem(403, "not_your_role")
	r.state.Status = deal.Closed
	r.upload(rep1, f).problem(409, "already_closed")
}

func TestUpload_leavesNoTemporaryFilesBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	r := newRig(t)
	r.upload(rep1, form{name: "a.pdf", file: somePDF, fields: [][2]string{{"purpose", "other"}}}).ok(201)
	r.upload(rep1, form{name: "a.pdf", file: "<html>"}).problem(415, "file_markup")
	r.do(rep1, "POST", at(mine, "/documents"), "--b\r\nhalf", header{"Content-Type", "multipart/form-data; boundary=b"}).problem(422, "invalid_request")
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Empty(t, left)
	require.NoError(t, os.RemoveAll(dir))
	require.Equal(t, 500, r.upload(rep1, form{name: "a.pdf", file: somePDF}).Code, "without a place for temporary files")
}

func TestUpload_bringsBytesAnewWhenSomebodyTookThemAway(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	f := form{name: "a.pdf", file: somePDF, fields: [][2]string{{"purpose", "other"}}}
	r.uploads.lose = 2
	r.upload(rep1, f).ok(201)
	require.Equal(t, 3, r.uploads.times)
	r.uploads.lose, r.uploads.kept = 100, nil
	r.upload(rep1, f).problem(503, "unavailable")
}

func TestUpload_ofManyAtOnceIsBusy(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *api.Options) { o.Limits.FileUploads = 1 })
	slow := &slowSheet{begun: make(chan struct{}), goOn: make(chan struct{})}
	done := make(chan answer)
	go func() {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, at(mine, "/documents"), slow)
		done <- r.send(rep1, req, "multipart/form-data; boundary=b")
	}()
	<-slow.begun
	a := r.upload(rep1, form{name: "a.pdf", file: somePDF, fields: [][2]string{{"purpose", "other"}}})
	a.problem(429, "busy")
	require.NotEmpty(t, a.Header().Get("Retry-After"))
	close(slow.goOn)
	(<-done).problem(422, "invalid_request")
}

func TestDownload_givesAnAttachmentToThoseInScope(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	out := r.upload(rep1, form{
		name: "a.pdf", file: somePDF, fields: [][2]string{{"purpose", "agreement"}, {"name", `签字 协议".pdf`}},
	}).ok(201)
	path := at(mine, "/documents/"+out["id"].(string)+"/content")
	for _, who := range []deal.PersonID{rep1, manager, director, auditor} {
		a := r.do(who, "GET", path, nil)
		require.Equal(t, 200, a.Code)
		require.Equal(t, somePDF, a.Body.String())
		for name, want := range map[string]string{
			"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "ETag": `"` + hashOf(somePDF) + `"`, "Accept-Ranges": "bytes",
			"Cache-Control": "private, no-cache", "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
		} {
			require.Equal(t, want, a.Header().Get(name), name)
		}
		require.Equal(t, `attachment; filename="__ ___.pdf"; filename*=UTF-8''%E7%AD%BE%E5%AD%97%20%E5%8D%8F%E8%AE%AE%22.pdf`, a.Header().Get("Content-Disposition"))
	}
	for _, who := range []deal.PersonID{rep2, collector, admin} {
		r.do(who, "GET", path, nil).problem(404, "not_found")
	}
	r.do("", "GET", path, nil).problem(401, "unauthenticated")
	r.do(rep1, "GET", at(mine, "/documents/none/content"), nil).problem(404, "not_found")
	r.do(rep1, "GET", at(foreign, "/documents/"+out["id"].(string)+"/content"), nil).problem(404, "not_found")

	part := r.do(rep1, "GET", path, nil, header{"Range", "bytes=1-3"})
	require.Equal(t, 206, part.Code)
	require.Equal(t, "PDF", part.Body.String())
	require.Equal(t, 416, r.do(rep1, "GET", path, nil, header{"Range", "bytes=1000-"}).Code)
	known := r.do(rep1, "GET", path, nil, header{"If-None-Match", `"` + hashOf(somePDF) + `"`})
	require.Equal(t, 304, known.Code)
	require.Empty(t, known.Body.String())

	clear(r.uploads.kept)
	r.do(rep1, "GET", path, nil).problem(404, "bytes_not_on_file")
}

func TestDownload_thatBreaksDoesNotLookComplete(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	out := r.upload(rep1, form{name: "a.txt", file: strings.Repeat("x", 100_000), fields: [][2]string{{"purpose", "other"}}}).ok(201)
	r.uploads.cut = 50_000
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { r.do(rep1, "GET", at(mine, "/documents/"+out["id"].(string)+"/content"), nil) })
	require.Contains(t, r.logs.String(), "answer broken off")
}

func TestDocument_isDescribedAnewAndStaysWhatItIs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	out := r.file("/documents", "").ok(201)
	path := at(mine, "/documents/"+out["id"].(string))
	for body, pointer := range map[string]string{
		`{"name":"b.pdf","purpose":"tender","sha256":"` + strings.Repeat("b", 64) + `"}`: "/sha256",
		`{"name":"b.pdf","purpose":"tender","size":7}`:                                   "/size",
		`{"name":"b.exe","purpose":"tender"}`:                                            "/name",
		`{"name":"b.pdf","purpose":"tender","media_type":"image/png"}`:                   "/media_type",
	} {
		p := r.do(rep1, "PUT", path, body, match("1")).problem(422, "invalid_request")
		require.Len(t, p.Errors, 1, body)
		require.Equal(t, pointer, p.Errors[0].Pointer)
	}
	changed := content(r.do(rep1, "PUT", path, `{"name":"b.pdf","purpose":"tender"}`, match("1")).ok(200))
	require.Equal(t, hashOf(somePDF), changed["sha256"])
	require.Equal(t, "application/pdf", changed["media_type"])
	require.Equal(t, "tender", changed["purpose"])
}

func TestAgreement_takesForItsEvidenceWhatTheDocumentHashesTo(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.file("/documents", "").ok(201)["id"].(string)
	evidence := func(document, sum string) string {
		return `{"number":"A-1","evidence":{"document":"` + document + `","sha256":"` + sum + `"}}`
	}
	p := r.do(rep1, "POST", at(mine, "/agreements"), evidence(id, strings.Repeat("b", 64))).problem(422, "invalid_request")
	require.Equal(t, "/evidence/sha256", p.Errors[0].Pointer)
	p = r.do(rep1, "POST", at(mine, "/agreements"), evidence("none", hashOf(somePDF))).problem(422, "invalid_request")
	require.Equal(t, "/evidence/document", p.Errors[0].Pointer)
	r.do(rep1, "POST", at(mine, "/agreements"), evidence(id, hashOf(somePDF))).ok(201)
}

func TestUpload_hasASentenceForEveryReason(t *testing.T) {
	t.Parallel()
	c := catalogue.New()
	for _, code := range filetype.Codes() {
		said, known := c.Reason(string(code))
		require.True(t, known, code)
		require.NotEqual(t, said.Text.ZH, said.Text.EN)
		require.NotEmpty(t, said.Hint.ZH)
	}
}

func TestOptions_wantAPlaceForFiles(t *testing.T) {
	t.Parallel()
	o := newRig(t).options
	o.Files = nil
	o.Limits.FileBytes = dossier.LargestFile + 1
	_, err := api.New(o)
	require.ErrorContains(t, err, "Files")
	require.ErrorContains(t, err, "a size of Limits")
}
