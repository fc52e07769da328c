package filetype_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"closedloop/filetype"
)

// archive packs parts, in order.
func archive(t *testing.T, parts ...[2]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		f, err := w.Create(p[0])
		require.NoError(t, err)
		_, err = f.Write([]byte(p[1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.String()
}

const (
	wordMain  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
	sheetMain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
	slideMain = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
)

// listing is a list of contents with a main part of a type.
func listing(main string, more ...string) [2]string {
	return [2]string{
		"[Content_Types].xml",
		`<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/main.xml" ContentType="` +
			main + `"/>` + strings.Join(more, "") + `</Types>`,
	}
}

func utf16le(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func judge(name, declared, content string) (string, filetype.Code) {
	media, err := filetype.Judge(name, declared, strings.NewReader(content), int64(len(content)))
	var refused *filetype.Refused
	if errors.As(err, &refused) {
		return media, refused.Code
	}
	if err != nil {
		return media, filetype.Code(err.Error())
	}
	return media, ""
}

func TestJudge_goesByTheBytes(t *testing.T) {
	t.Parallel()
	const (
		pdf  = "%PDF-1.7\n1 0 obj\n"
		png  = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
		jpeg = "\xff\xd8\xff\xe0\x00\x10JFIF"
		webp = "RIFF\x24\x00\x00\x00WEBPVP8 "
	)
	word, sheet := archive(t, listing(wordMain)), archive(t, listing(sheetMain))
	for name, c := range map[string]struct{ name, declared, content, media string }{
		"pdf":                     {"协议.pdf", "application/pdf", pdf, filetype.PDF},
		"pdf in capitals":         {"A.PDF", "", pdf, filetype.PDF},
		"pdf without a name":      {"", "application/octet-stream", pdf, filetype.PDF},
		"png":                     {"a.png", "image/png", png, filetype.PNG},
		"jpeg":                    {"a.jpeg", "image/jpg", jpeg, filetype.JPEG},
		"webp":                    {"a.webp", "image/webp", webp, filetype.WebP},
		"docx":                    {"a.docx", filetype.Word, word, filetype.Word},
		"docx sent as an archive": {"a.docx", "application/zip", word, filetype.Word},
		"xlsx":                    {"a.xlsx", "", sheet, filetype.Excel},
		"pptx":                    {"a.pptx", "", archive(t, listing(slideMain)), filetype.Slide},
		"list of contents last":   {"a.xlsx", "", archive(t, [2]string{"main.xml", "<x/>"}, listing(sheetMain)), filetype.Excel},
		"text":                    {"a.txt", "text/plain; charset=utf-8", "你好\r\n", filetype.Text},
		"text with a mark":        {"a.txt", "", "\xef\xbb\xbf你好", filetype.Text},
		"text in UTF-16":          {"a.txt", "", utf16le("你好𠮷"), filetype.Text},
		"text in GB 18030":        {"a.txt", "", "\xc4\xe3\xba\xc3\x81\x30\x81\x30, abc", filetype.Text},
		"csv":                     {"a.csv", "application/vnd.ms-excel", "a,b\n1,2\n", filetype.CSV},
		"csv in GB 18030":         {"a.csv", "text/csv", "\xb5\xa5\xce\xbb\xc3\xfb\xb3\xc6,b\n", filetype.CSV},
		"csv by declaration":      {"", "text/csv", "a,b\n", filetype.CSV},
		"one letter":              {"a.txt", "", "x", filetype.Text},
		"a comparison":            {"a.txt", "", "< 5 t a month\n", filetype.Text},
		"a name with two dots":    {"报价.v2.pdf", "", pdf, filetype.PDF},
	} {
		media, refused := judge(c.name, c.declared, c.content)
		require.Empty(t, refused, name)
		require.Equal(t, c.media, media, name)
	}
}

func TestJudge_refusesWhatIsNotLetIn(t *testing.T) {
	t.Parallel()
	const pdf = "%PDF-1.7\n1 0 obj\n"
	word, sheet := archive(t, listing(wordMain)), archive(t, listing(sheetMain))
	macroed := "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
	for name, c := range map[string]struct {
		name, declared, content string
		code                    filetype.Code
	}{
		"nothing":                        {"a.pdf", "", "", filetype.Empty},
		"a page":                         {"a.txt", "", "<!DOCTYPE html><p>", filetype.Markup},
		"a page as csv":                  {"a.csv", "", " \n<HTML><script>", filetype.Markup},
		"a page behind a mark":           {"a.txt", "", "\xef\xbb\xbf<script>", filetype.Markup},
		"a page in UTF-16":               {"a.txt", "", utf16le("<html>"), filetype.Markup},
		"a page behind a comment":        {"a.txt", "", "<!-- x --><html>", filetype.Markup},
		"a drawing":                      {"a.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"/>`, filetype.Markup},
		"a drawing as picture":           {"a.png", "image/png", `<?xml version="1.0"?><svg/>`, filetype.Markup},
		"a program":                      {"a.pdf", "", "MZ\x90\x00", filetype.Executable},
		"a program of Linux":             {"a.pdf", "", "\x7fELF\x02", filetype.Executable},
		"a script":                       {"a.txt", "", "#!/bin/sh\nrm", filetype.Executable},
		"a script behind a mark":         {"a.txt", "", "\xef\xbb\xbf#!/bin/sh\n", filetype.Executable},
		"a script by its name":           {"a.bat", "", "del *\r\n", filetype.Contradicted},
		"a program by its name":          {"协议.pdf.exe", "", pdf, filetype.Contradicted},
		"... with blanks behind it":      {"协议.exe. .", "", pdf, filetype.Contradicted},
		"a picture named pdf":            {"a.pdf", "", "\x89PNG\r\n\x1a\n", filetype.Contradicted},
		"a pdf declared as picture":      {"a.pdf", "image/png", pdf, filetype.Contradicted},
		"docx named xlsx":                {"a.xlsx", "", word, filetype.Contradicted},
		"xlsx declared as docx":          {"a.xlsx", filetype.Word, sheet, filetype.Contradicted},
		"xlsx named xlsm":                {"a.xlsm", "", sheet, filetype.Contradicted},
		"xlsm":                           {"a.xlsm", "", archive(t, listing(macroed)), filetype.Macros},
		"xlsm named xlsx":                {"a.xlsx", "", archive(t, listing(macroed)), filetype.Macros},
		"xlsx with a macro inside":       {"a.xlsx", "", archive(t, listing(sheetMain), [2]string{"xl/vbaProject.bin", "x"}), filetype.Macros},
		"... under another name":         {"a.xlsx", "", archive(t, listing(sheetMain, `<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>`)), filetype.Macros},
		"... with a backslash":           {"a.xlsx", "", archive(t, listing(sheetMain), [2]string{`xl\macrosheets\sheet1.xml`, "x"}), filetype.Macros},
		"docx with controls":             {"a.docx", "", archive(t, listing(wordMain), [2]string{"word/activeX/activeX1.xml", "x"}), filetype.Macros},
		"docx with a program":            {"a.docx", "", archive(t, listing(wordMain), [2]string{"word/embeddings/setup.EXE", "x"}), filetype.Macros},
		"an archive":                     {"a.zip", "", archive(t, [2]string{"a.txt", "x"}), filetype.NotAllowed},
		"an archive named docx":          {"a.docx", "", archive(t, [2]string{"a.txt", "x"}), filetype.NotAllowed},
		"an archive with an empty list":  {"a.docx", "", archive(t, listing("x")), filetype.NotAllowed},
		"two lists of contents":          {"a.docx", "", archive(t, listing(wordMain), [2]string{"[content_types].XML", "<x/>"}), filetype.Damaged},
		"two main parts":                 {"a.docx", "", archive(t, listing(wordMain, `<Override PartName="/y" ContentType="`+sheetMain+`"/>`)), filetype.Damaged},
		"half an archive":                {"a.docx", "", word[:len(word)/2], filetype.Damaged},
		"a list that is no XML":          {"a.docx", "", archive(t, [2]string{"[Content_Types].xml", "<Types"}), filetype.Damaged},
		"a list that is a bomb":          {"a.docx", "", archive(t, [2]string{"[Content_Types].xml", strings.Repeat(" ", 2<<20)}), filetype.Damaged},
		"an old document":                {"a.doc", "", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", filetype.OldOffice},
		"a document with a password":     {"a.docx", "", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", filetype.OldOffice},
		"rich text":                      {"a.txt", "", `{\rtf1 x}`, filetype.NotAllowed},
		"a film":                         {"a.mp4", "", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", filetype.NotAllowed},
		"a moving picture":               {"a.gif", "", "GIF89a\x01\x00", filetype.NotAllowed},
		"no text":                        {"a.txt", "", "\x01\x02\x03", filetype.NotAllowed},
		"no text further behind":         {"a.txt", "", strings.Repeat("text ", 1000) + "\x00", filetype.NotAllowed},
		"text of no encoding":            {"a.txt", "", "abc \xff\xff abc", filetype.Unreadable},
		"half a character":               {"a.txt", "", "abc\xc4", filetype.Unreadable},
		"half a character of UTF-16":     {"a.txt", "", utf16le("你好")[:5], filetype.Unreadable},
		"a type declared that is not in": {"a.txt", "text/html", "hello", filetype.Contradicted},
	} {
		_, refused := judge(c.name, c.declared, c.content)
		require.Equal(t, c.code, refused, name)
	}
}

type broken struct{}

var errBroken = errors.New("disk on fire")

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errBroken }

func TestJudge_saysWhenItCannotRead(t *testing.T) {
	t.Parallel()
	_, err := filetype.Judge("a.pdf", "", broken{}, 10)
	require.ErrorIs(t, err, errBroken)
}

func TestAllowed_typesHaveExtensions(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, media := range filetype.Allowed() {
		require.NotEmpty(t, filetype.Extensions(media), media)
		for _, extension := range filetype.Extensions(media) {
			require.Empty(t, seen[extension], extension)
			seen[extension] = media
		}
	}
	require.Empty(t, filetype.Extensions("text/html"))
}

func TestFits_goesByTheEnding(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"a.pdf": true, "a.PDF": true, "a": true, "a.exe": false, "a.pdf.exe": false, "a.exe.": false, "a.exe.pdf": true, ".pdf": true, "": true,
	} {
		require.Equal(t, want, filetype.Fits(name, filetype.PDF), name)
	}
	require.True(t, filetype.Fits("a.doc", "application/msword"), "filed before types were judged")
}

func FuzzJudge(f *testing.F) {
	f.Add("a.pdf", "", "%PDF-1.7")
	f.Add("a.docx", "application/zip", "PK\x03\x04")
	f.Add("a.txt", "text/plain", "\xff\xfe\x00\xd8")
	f.Fuzz(func(t *testing.T, name, declared, content string) {
		media, refused := judge(name, declared, content)
		if refused == "" && filetype.Extensions(media) == nil {
			t.Fatalf("let in as %q", media)
		}
	})
}
