package leadsheet_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"closedloop/activities/leadsheet"
)

func TestRead_refusesWhatIsNoSheet(t *testing.T) {
	t.Parallel()
	ole := "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 512)
	word := with(t, rebuild(t, sample(t, "leads-suqian.xlsx"), func(name string, content []byte) []byte {
		if name == "_rels/.rels" {
			return bytes.ReplaceAll(content, []byte("xl/workbook.xml"), []byte("word/document.xml"))
		}
		return content
	}, nil), map[string]string{"word/document.xml": "<document/>"})
	var program bytes.Buffer
	out := zip.NewWriter(&program)
	writePart(t, out, "META-INF/MANIFEST.MF", []byte("Main-Class: x"))
	require.NoError(t, out.Close())
	var nothing bytes.Buffer
	require.NoError(t, zip.NewWriter(&nothing).Close())

	for name, tc := range map[string]struct {
		file []byte
		code leadsheet.Code
	}{
		"nothing":                  {nil, leadsheet.Empty},
		"blanks":                   {[]byte("\n\n ,,\n"), leadsheet.Empty},
		"PDF":                      {[]byte("%PDF-1.7\n1 0 obj\n<< >>\nendobj\n"), leadsheet.NotASheet},
		"PDF, binary":              {[]byte("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n\x00\x01"), leadsheet.NotASheet},
		"picture":                  {[]byte("\x89PNG\r\n\x1a\n\x00\x00"), leadsheet.NotASheet},
		"web page":                 {[]byte(" <html><table><tr><td>单位名称</td></tr></table></html>"), leadsheet.NotASheet},
		"JSON":                     {[]byte(`{"单位名称":"x"}`), leadsheet.NotASheet},
		"old .xls":                 {[]byte(ole), leadsheet.NotASheet},
		"workbook with a password": {[]byte(ole + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"), leadsheet.Encrypted},
		"UTF-16":                   {[]byte("\xFF\xFE\x55\x53"), leadsheet.BadEncoding},
		"Word document":            {word, leadsheet.NotASheet},
		"program":                  {program.Bytes(), leadsheet.NotASheet},
		"empty archive":            {nothing.Bytes(), leadsheet.NotASheet},
		"archive's first bytes":    {[]byte("PK\x03\x04"), leadsheet.Malformed},
		"a letter":                 {[]byte("Dear Sir,\nplease"), leadsheet.MissingColumn},
	} {
		require.Equal(t, tc.code, refusal(t, tc.file, leadsheet.Limits{}), name)
	}
}

func TestRead_namesTheLineWhereCSVBreaks(t *testing.T) {
	t.Parallel()
	file := append(lead(t), "三鼎,\"织带\"有限公司\n"...)
	_, err := leadsheet.Read(file, leadsheet.Limits{})
	var refused *leadsheet.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, leadsheet.Malformed, refused.Code)
	require.Contains(t, refused.Text("en"), "line 3")

	open := append(lead(t), "\"三鼎,织带\n\n"...)
	require.Equal(t, leadsheet.Malformed, refusal(t, open, leadsheet.Limits{}), "an open quotation mark must not swallow the rest")
}

func TestRead_takesBrokenBytesForTheProblemOfTheirRow(t *testing.T) {
	t.Parallel()
	file := sample(t, "leads-suqian.csv")
	at := bytes.Index(file, []byte("实信织带"))
	file[at+1] = 0xFF
	sheet := read(t, file)
	require.Equal(t, "A4 bad_text", codes(sheet)[0])
	require.Len(t, sheet.Rows, 14, "the other rows are read as the UTF-8 they are")

	gb18030, err := simplifiedchinese.GB18030.NewEncoder().Bytes(sample(t, "leads-suqian.csv"))
	require.NoError(t, err)
	name, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte("实信织带"))
	require.NoError(t, err)
	gb18030[bytes.Index(gb18030, name)] = 0xFF
	require.Equal(t, "A4 bad_text", codes(read(t, gb18030))[0])
}

// TestRead_neverTakesPartOfADamagedWorkbookForTheWhole cuts the sample at every fiftieth byte.
func TestRead_neverTakesPartOfADamagedWorkbookForTheWhole(t *testing.T) {
	t.Parallel()
	file := sample(t, "leads-suqian.xlsx")
	for length := 8; length < len(file); length += 50 {
		require.Equal(t, leadsheet.Malformed, refusal(t, file[:length], leadsheet.Limits{}), "cut at %d", length)
	}
	for name, xml := range map[string]string{
		"ends in a row":       headerXML + `<row r="2"><c r="A2" t="inlineStr"><is><t>甲</t></is></c>`,
		"not nested":          headerXML + `<row r="2"><c r="A2"></row></c>`,
		"rows out of order":   headerXML + `<row r="3"/><row r="2"/>`,
		"row of no number":    headerXML + `<row r="x"/>`,
		"row beyond the last": headerXML + `<row r="2000000"/>`,
		"cells out of order":  headerXML + `<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>`,
		"cell of no column":   headerXML + `<row r="2"><c r="7"><v>1</v></c></row>`,
		"unknown text":        headerXML + `<row r="2"><c r="A2" t="s"><v>999999</v></c></row>`,
		"text of no number":   headerXML + `<row r="2"><c r="A2" t="s"><v>-1</v></c></row>`,
		"U+0000":              headerXML + "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>\x00</t></is></c></row>",
		"broken UTF-8":        headerXML + "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>\xFF</t></is></c></row>",
		"document type":       `<!DOCTYPE x [<!ENTITY a "b">]>` + headerXML,
		"unknown entity":      headerXML + `<row r="2"><c r="A2" t="inlineStr"><is><t>&lol;</t></is></c></row>`,
		"nested too deep":     headerXML + strings.Repeat("<x>", 100) + strings.Repeat("</x>", 100),
	} {
		require.Equal(t, leadsheet.Malformed, refusal(t, sheetXML(t, xml), leadsheet.Limits{}), name)
	}
	damaged := rebuild(t, file, func(name string, content []byte) []byte {
		if strings.HasPrefix(name, "xl/worksheets/") {
			return nil
		}
		return content
	}, nil)
	require.Equal(t, leadsheet.Malformed, refusal(t, damaged, leadsheet.Limits{}), "no worksheet")
}

func TestRead_refusesCodeLinksAndSecrets(t *testing.T) {
	t.Parallel()
	file := sample(t, "leads-suqian.xlsx")
	for part, code := range map[string]leadsheet.Code{
		"xl/vbaProject.bin":                leadsheet.Macro,
		"xl/VBAPROJECT.BIN":                leadsheet.Macro,
		"/xl/macrosheets/sheet1.xml":       leadsheet.Macro,
		`xl\activeX\activeX1.bin`:          leadsheet.Macro,
		"xl/externalLinks/link1.xml":       leadsheet.ExternalLink,
		"xl/connections.xml":               leadsheet.ExternalLink,
		"xl/queryTables/queryTable1.xml":   leadsheet.ExternalLink,
		"XL/Workbook.xml":                  leadsheet.Malformed, // two readers would see two workbooks
		"/xl/worksheets/sheet1.xml":        leadsheet.Malformed,
		"docProps/thumbnail.jpeg/../x.xml": "",
	} {
		added := with(t, file, map[string]string{part: "x"})
		if code == "" {
			require.Len(t, read(t, added).Rows, 15, part)
			continue
		}
		require.Equal(t, code, refusal(t, added, leadsheet.Limits{}), part)
	}
	linked := rebuild(t, file, func(name string, content []byte) []byte {
		if name == "xl/_rels/workbook.xml.rels" {
			return bytes.Replace(content, []byte("</Relationships>"),
				[]byte(`<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink" `+
					`Target="file:///c:/x.xlsx" TargetMode="External"/></Relationships>`), 1)
		}
		return content
	}, nil)
	require.Equal(t, leadsheet.ExternalLink, refusal(t, linked, leadsheet.Limits{}))

	locked := bytes.Clone(file)
	directory := bytes.Index(locked, []byte("PK\x01\x02"))
	locked[directory+8] |= 1
	require.Equal(t, leadsheet.Encrypted, refusal(t, locked, leadsheet.Limits{}))
}

// TestRead_refusesBombsCheaply is not parallel: it measures what the process allocates, which for each of these files
// would be far more if it were unpacked or parsed as it asks to be.
func TestRead_refusesBombsCheaply(t *testing.T) {
	file := sample(t, "leads-suqian.xlsx")
	sheet := func(xml string) []byte { return sheetXML(t, headerXML+xml) }
	noise := func(n int) string { // compresses to about a third: the ratio alone does not give it away
		var b strings.Builder
		for i := uint64(1); b.Len() < 64<<10; i++ {
			fmt.Fprintf(&b, "<v>%x</v>", i*0x9E3779B97F4A7C15)
		}
		return strings.Repeat(b.String(), n/b.Len()+1) // too far apart for deflate to notice
	}
	many := map[string]string{}
	for i := range 1_000 {
		many[fmt.Sprintf("xl/media/%d", i)] = ""
	}
	pictures := map[string]string{}
	for i := range 7 {
		pictures[fmt.Sprintf("xl/media/%d", i)] = noise(3 << 20)
	}
	for name, tc := range map[string]struct {
		file []byte
		code leadsheet.Code
	}{
		"one part of zeros":        {with(t, file, map[string]string{"xl/media/0": strings.Repeat("\x00", 32<<20)}), leadsheet.ZipBomb},
		"a sheet of blanks":        {sheet(strings.Repeat(" ", 15<<20)), leadsheet.ZipBomb},
		"a part above 16 MB":       {with(t, file, map[string]string{"xl/media/0": noise(17 << 20)}), leadsheet.TooLarge},
		"parts above 100 MB":       {with(t, file, pictures), leadsheet.TooLarge},
		"a thousand parts":         {with(t, file, many), leadsheet.ZipBomb},
		"a directory of 100,000":   {append(bytes.Clone(file), bytes.Repeat([]byte("PK\x01\x02"+strings.Repeat("\x00", 42)), 100_000)...), leadsheet.ZipBomb},
		"a size that lies":         {understated(t, sheet(strings.Repeat(" ", 20<<20))), leadsheet.Malformed},
		"one endless text":         {sheet(`<row r="2"><c r="A2" t="inlineStr"><is><t>` + strings.ReplaceAll(noise(4<<20), "<", "") + `</t></is></c></row>`), leadsheet.ZipBomb},
		"one endless tag":          {sheet(`<row r="2" ` + attributes(200_000) + `/>`), leadsheet.ZipBomb},
		"a text in endless pieces": {sheet(`<row r="2"><c r="A2" t="inlineStr"><is>` + strings.ReplaceAll(noise(4<<20), "v>", "t>") + `</is></c></row>`), leadsheet.ZipBomb},
		"elements without end":     {sheet(noiseTags(1 << 20)), leadsheet.Malformed},
	} {
		limits := leadsheet.Limits{FileBytes: 20 << 20, PartBytes: 16 << 20, UnzippedBytes: 20 << 20}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		code := refusal(t, tc.file, limits)
		runtime.ReadMemStats(&after)
		require.Equal(t, tc.code, code, name)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20), "memory spent on %s", name)
	}
}

// understated makes the directory of an archive say that every part is tiny.
func understated(t *testing.T, file []byte) []byte {
	t.Helper()
	file = bytes.Clone(file)
	for at := 0; ; {
		found := bytes.Index(file[at:], []byte("PK\x01\x02"))
		if found < 0 {
			return file
		}
		at += found
		if size := binary.LittleEndian.Uint32(file[at+24:]); size > 1<<20 {
			binary.LittleEndian.PutUint32(file[at+24:], 1000)
		}
		at += 4
	}
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `a%x="%x" `, i, uint64(i+1)*0x9E3779B97F4A7C15)
	}
	return b.String()
}

func noiseTags(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<a%x>", uint32(i)*0x9E3779B1)
	}
	return b.String()
}
