package leadsheet

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sheet is what a lead sheet says.
type Sheet struct {
	Rows     []Row            `json:"rows"`     // leads that may be opened, in the order of the sheet
	Problems []Problem        `json:"problems"` // every reason against every other row, in the order of the sheet
	Notes    []Problem        `json:"notes"`    // columns that were not read
	Columns  map[Field]Column `json:"columns"`  // where each field stands
}

// Row is one lead with its place in the sheet.
type Row struct {
	Number int  `json:"number"` // as the sheet counts: the header is row 1
	Lead   Lead `json:"lead"`
}

// Refused lists the rows that have problems, each once.
func (s Sheet) Refused() []int {
	var rows []int
	for _, problem := range s.Problems {
		if len(rows) == 0 || rows[len(rows)-1] != problem.Row {
			rows = append(rows, problem.Row)
		}
	}
	return rows
}

// KnownPhone is the problem of a good row whose number an importer finds under another name outside this sheet.
func (s Sheet) KnownPhone(row Row, number string) Problem {
	v := values{row: row.Number, columns: s.Columns}
	return *v.report(phoneField(row.Lead, number, s.Columns), ProbableDuplicate, number)
}

// source delivers the rows of a sheet one by one. Rows without content are left out.
type source interface {
	next() (record, error) // io.EOF after the last row; every other error is an *Error
}

// record is one row. Its cells are valid until the next call.
type record struct {
	row   int
	cells []cell
}

// Read reads a lead sheet from the bytes of an uploaded file. What it is – .xlsx, or CSV in UTF-8 or GB18030 – is told by
// its content, never by its name. Of a workbook the first visible sheet counts. Row 1 holds the column names.
//
// Rows that cannot be opened are no error: they are in [Sheet.Problems]. An error is always an [*Error] and means that
// nothing of the file was taken over.
func Read(file []byte, limits Limits) (Sheet, error) {
	limits = limits.orDefault()
	src, epoch, err := open(file, limits)
	if err != nil {
		return Sheet{}, err
	}
	header, err := src.next()
	if errors.Is(err, io.EOF) {
		return Sheet{}, refuse(Empty, "", nil)
	}
	if err != nil {
		return Sheet{}, err
	}
	sheet := Sheet{Rows: []Row{}, Problems: []Problem{}}
	if sheet.Columns, sheet.Notes, err = readHeader(header); err != nil {
		return Sheet{}, err
	}
	known := newSeen()
	for n := 1; ; n++ {
		rec, err := src.next()
		if errors.Is(err, io.EOF) {
			return sheet, nil
		}
		if err != nil {
			return Sheet{}, err
		}
		if n > limits.Rows {
			return Sheet{}, refuse(TooManyRows, strconv.Itoa(limits.Rows), nil)
		}
		v := values{row: rec.row, cells: rec.cells, columns: sheet.Columns, epoch: epoch}
		lead := v.lead()
		who := identify(lead)
		known.check(lead, who, &v)
		if len(v.problems) == 0 {
			known.add(rec.row, lead, who)
			sheet.Rows = append(sheet.Rows, Row{Number: rec.row, Lead: lead})
			continue
		}
		sheet.Problems = append(sheet.Problems, v.problems...)
		if len(sheet.Problems) > limits.Problems {
			return Sheet{}, refuse(TooManyProblems, sheet.Problems[0].Cell+" "+string(sheet.Problems[0].Code), nil)
		}
	}
}

// open tells what a file is and opens it.
func open(file []byte, limits Limits) (source, time.Time, error) {
	switch {
	case int64(len(file)) > limits.FileBytes:
		return nil, time.Time{}, refuse(TooLarge, megabytes(limits.FileBytes), nil)
	case len(file) == 0:
		return nil, time.Time{}, refuse(Empty, "", nil)
	case bytes.HasPrefix(file, []byte("PK\x03\x04")), bytes.HasPrefix(file, []byte("PK\x05\x06")):
		return openWorkbook(file, limits)
	case bytes.HasPrefix(file, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		// An old .xls, a Word document, or the container in which Excel puts a workbook with a password.
		if bytes.Contains(file, utf16Bytes("EncryptedPackage")) {
			return nil, time.Time{}, refuse(Encrypted, "", nil)
		}
		return nil, time.Time{}, refuse(NotASheet, "", nil)
	case bytes.HasPrefix(file, []byte("\xFF\xFE")), bytes.HasPrefix(file, []byte("\xFE\xFF")):
		return nil, time.Time{}, refuse(BadEncoding, "", nil) // UTF-16, or a sound file
	case isForeign(file):
		return nil, time.Time{}, refuse(NotASheet, "", nil)
	}
	src, err := openCSV(file, limits)
	return src, epoch1900(), err
}

// isForeign recognises what is no table: binary content where the column names should be, and formats that look like text.
func isForeign(file []byte) bool {
	start, _, _ := bytes.Cut(file[:min(len(file), 4096)], []byte("\n"))
	if bytes.IndexByte(start, 0) >= 0 {
		return true
	}
	return slices.ContainsFunc([]string{"%PDF", "<", "{", "\x89PNG", "\xFF\xD8\xFF", "GIF8", "Rar!", "7z\xBC\xAF", "\x1F\x8B"},
		func(magic string) bool { return strings.HasPrefix(strings.TrimSpace(string(start)), magic) })
}

// utf16Bytes is ASCII text as Windows writes it.
func utf16Bytes(ascii string) []byte {
	var b []byte
	for i := range len(ascii) {
		b = append(b, ascii[i], 0)
	}
	return b
}

func megabytes(n int64) string { return strconv.FormatInt(n>>20, 10) + " MB" }
