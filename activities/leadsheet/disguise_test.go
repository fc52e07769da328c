package leadsheet_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/activities/leadsheet"
)

// Code and links are found by what they are, whatever their parts are called.
func TestRead_refusesCodeAndLinksInDisguise(t *testing.T) {
	t.Parallel()
	file := sample(t, "leads-suqian.xlsx")
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	edited := func(part, before, insert string) []byte {
		found := false
		out := rebuild(t, file, func(name string, content []byte) []byte {
			if name != part {
				return content
			}
			found = bytes.Contains(content, []byte(before))
			return bytes.Replace(content, []byte(before), []byte(insert+before), 1)
		}, map[string]string{"xl/theme/theme9.xml": "<x/>"})
		require.True(t, found, "%s has no %s", part, before)
		return out
	}
	rel := func(kind, target, mode string) string {
		return `<Relationship Id="rId99" Type="` + kind + `" Target="` + target + `"` + mode + `/>`
	}
	const book, end, away = "xl/_rels/workbook.xml.rels", "</Relationships>", ` TargetMode="External"`
	sheet := func(content string) []byte {
		return with(t, file, map[string]string{
			"xl/worksheets/_rels/sheet1.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + content + end,
		})
	}
	for name, c := range map[string]struct {
		file []byte
		code leadsheet.Code
	}{
		"code under another name":       {edited(book, end, rel("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "theme/theme9.xml", "")), leadsheet.Macro},
		"a macro sheet":                 {edited(book, end, rel("http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet", "theme/theme9.xml", "")), leadsheet.Macro},
		"a workbook of macros":          {edited("[Content_Types].xml", "</Types>", `<Override PartName="/xl/theme/theme9.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>`), leadsheet.Macro},
		"a part declared as code":       {edited("[Content_Types].xml", "</Types>", `<Override PartName="/xl/theme/theme9.xml" ContentType="application/vnd.ms-office.vbaProject"/>`), leadsheet.Macro},
		"a data connection":             {edited(book, end, rel(office+"connections", "theme/theme9.xml", "")), leadsheet.ExternalLink},
		"a picture from elsewhere":      {sheet(rel(office+"image", "https://example.com/x.png", away)), leadsheet.ExternalLink},
		"an object from elsewhere":      {sheet(rel(office+"oleObject", "file:///c:/x.doc", away)), leadsheet.ExternalLink},
		"a control on the sheet":        {sheet(rel(office+"control", "../theme/theme9.xml", "")), leadsheet.Macro},
		"a hyperlink, which only leads": {sheet(rel(office+"hyperlink", "https://example.com/", away)), ""},
	} {
		if c.code == "" {
			require.Len(t, read(t, c.file).Rows, 15, name)
			continue
		}
		require.Equal(t, c.code, refusal(t, c.file, leadsheet.Limits{}), name)
	}
}
