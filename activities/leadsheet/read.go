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

	Raw Raw `json:"-"` // as written, for the workbook of refused rows
}

// Row is one lead with its place in the sheet.
type Row struct {
	Number int  `json:"number"` // as the sheet counts: the header is row 1
	Lead   Lead `json:"lead"`

	Cells []string  `json:"-"` // as written; a formula with its equals sign
	Trail []RawLine `json:"-"` // its lines on the second sheet
}

// Raw is what a sheet says in its own words about what was refused.
type Raw struct {
	Header      []string  // column names of the first sheet
	Lines       []RawLine // rows that were refused, in their order
	TrailName   string    // of the second sheet; empty: there is none
	TrailHeader []string
	Trail       []RawLine // lines of the second sheet about rows that were refused, or about nobody
}

// RawLine is one line of a sheet.
type RawLine struct {
	Number int      `json:"number"`
	Cells  []string `json:"cells"`
}

// Refused lists the rows that have problems, each once. A problem of row 0 is about no row of the first sheet.
func (s Sheet) Refused() []int {
	var rows []int
	for _, problem := range s.Problems {
		if problem.Row > 0 && (len(rows) == 0 || rows[len(rows)-1] != problem.Row) {
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

// Against is a reason against a good row that an importer finds outside this sheet, at a field of it.
func (s Sheet) Against(row Row, field Field, code Code, value string) Problem {
	v := values{row: row.Number, columns: s.Columns}
	if _, found := s.Columns[field]; !found {
		field = FieldName
	}
	return *v.report(field, code, value)
}

// Read reads a lead sheet from the bytes of an uploaded file, by the column names of the template.
func Read(file []byte, limits Limits) (Sheet, error) { return ReadAs(file, limits, nil) }

// ReadAs reads a lead sheet from the bytes of an uploaded file. What it is – .xlsx, or CSV in UTF-8 or GB18030 – is told by
// its content, never by its name. Of a workbook the first visible sheet counts, and one called 跟进记录 or so for the
// history of its customers. Row 1 holds the column names; a mapping says what they mean where the template does not.
//
// Rows that cannot be opened are no error: they are in [Sheet.Problems]. An error is always an [*Error] and means that
// nothing of the file was taken over.
func ReadAs(file []byte, limits Limits, mapping Mapping) (Sheet, error) {
	limits = limits.orDefault()
	src, err := open(file, limits)
	if err != nil {
		return Sheet{}, err
	}
	r := reading{limits: limits, epoch: src.epoch, known: newSeen(), sheet: Sheet{Rows: []Row{}, Problems: []Problem{}}}
	if err := r.leads(src.main, mapping); err != nil {
		return Sheet{}, err
	}
	if src.trail != nil {
		if err := r.trail(src, mapping); err != nil {
			return Sheet{}, err
		}
	}
	return r.sheet, nil
}

// reading is a sheet on its way in.
type reading struct {
	limits Limits
	epoch  time.Time
	known  seen
	sheet  Sheet
	bytes  int // of text so far
}

// count keeps account of what stays in memory.
func (r *reading) count(rec record) error {
	for _, c := range rec.cells {
		r.bytes += len(c.text)
	}
	if r.bytes > textBytes {
		return refuse(TooLarge, megabytes(textBytes), nil)
	}
	return nil
}

// leads reads the first sheet.
func (r *reading) leads(src source, mapping Mapping) error {
	header, err := src.next()
	if errors.Is(err, io.EOF) {
		return refuse(Empty, "", nil)
	}
	if err != nil {
		return err
	}
	r.sheet.Raw.Header = header.texts()
	if r.sheet.Columns, r.sheet.Notes, err = readHeader(header, mapping); err != nil {
		return err
	}
	for n := 1; ; n++ {
		rec, err := src.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if n > r.limits.Rows {
			return refuse(TooManyRows, strconv.Itoa(r.limits.Rows), nil)
		}
		if err := r.count(rec); err != nil {
			return err
		}
		v := values{row: rec.row, cells: rec.cells, columns: r.sheet.Columns, epoch: r.epoch}
		lead := v.lead()
		who := identify(lead)
		r.known.check(lead, who, &v)
		if len(v.problems) == 0 {
			r.known.add(rec.row, lead, who)
			r.sheet.Rows = append(r.sheet.Rows, Row{Number: rec.row, Lead: lead, Cells: rec.texts()})
			continue
		}
		r.sheet.Raw.Lines = append(r.sheet.Raw.Lines, RawLine{Number: rec.row, Cells: rec.texts()})
		if err := r.against(v.problems); err != nil {
			return err
		}
	}
}

// against keeps problems, as long as there is any use in listing them.
func (r *reading) against(problems []Problem) error {
	r.sheet.Problems = append(r.sheet.Problems, problems...)
	if len(r.sheet.Problems) > r.limits.Problems {
		first := r.sheet.Problems[0]
		return refuse(TooManyProblems, first.Cell+" "+string(first.Code), nil)
	}
	return nil
}

// texts are the cells as written, also those that mean nothing.
func (r record) texts() []string {
	out := make([]string, len(r.cells))
	for i, c := range r.cells {
		out[i] = strings.TrimSpace(c.text)
	}
	return out
}

// opened is a file that turned out to be a table.
type opened struct {
	main  source
	epoch time.Time // of date serials

	trail     func() (source, error) // the second sheet, with follow-ups; nil: there is none
	trailName string
}

// open tells what a file is and opens it.
func open(file []byte, limits Limits) (opened, error) {
	switch {
	case int64(len(file)) > limits.FileBytes:
		return opened{}, refuse(TooLarge, megabytes(limits.FileBytes), nil)
	case len(file) == 0:
		return opened{}, refuse(Empty, "", nil)
	case bytes.HasPrefix(file, []byte("PK\x03\x04")), bytes.HasPrefix(file, []byte("PK\x05\x06")):
		return openWorkbook(file, limits)
	case bytes.HasPrefix(file, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		// An old .xls, a Word document, or the container in which Excel puts a workbook with a password.
		if bytes.Contains(file, utf16Bytes("EncryptedPackage")) {
			return opened{}, refuse(Encrypted, "", nil)
		}
		return opened{}, refuse(NotASheet, "", nil)
	case bytes.HasPrefix(file, []byte("\xFF\xFE")), bytes.HasPrefix(file, []byte("\xFE\xFF")):
		return opened{}, refuse(BadEncoding, "", nil) // UTF-16, or a sound file
	case isForeign(file):
		return opened{}, refuse(NotASheet, "", nil)
	}
	src, err := openCSV(file, limits)
	if err != nil {
		return opened{}, err
	}
	return opened{main: src, epoch: epoch1900()}, nil
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
