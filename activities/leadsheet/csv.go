package leadsheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// csvSource reads CSV records and counts rows as a spreadsheet would.
type csvSource struct {
	reader  *csv.Reader
	inside  int // line breaks inside quoted cells so far: lines of the file that are no rows of the sheet
	columns int
	cells   []cell
}

// openCSV decodes a file and finds its separator.
func openCSV(file []byte, limits Limits) (*csvSource, error) {
	text := bufio.NewReaderSize(decode(file), 64<<10)
	start, err := text.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, refuse(BadEncoding, "", err)
	}
	reader := csv.NewReader(text)
	reader.Comma = separator(start)
	reader.FieldsPerRecord = -1
	reader.ReuseRecord = true
	return &csvSource{reader: reader, columns: limits.Columns}, nil
}

// decode answers the text of a file as UTF-8 without byte-order mark. Excel in China saves CSV as GB18030, without saying so.
// A file is taken for GB18030 when most of its lines with more than ASCII are no UTF-8; a single broken line in a UTF-8
// file is that row's problem and does not turn the others into nonsense.
func decode(file []byte) io.Reader {
	if rest, marked := bytes.CutPrefix(file, []byte("\xEF\xBB\xBF")); marked {
		return bytes.NewReader(rest)
	}
	if utf8.Valid(file) {
		return bytes.NewReader(file)
	}
	good, bad := 0, 0
	for line := range bytes.Lines(file) {
		switch {
		case !utf8.Valid(line):
			bad++
		case bytes.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }):
			good++
		}
	}
	if good > bad {
		return bytes.NewReader(file)
	}
	return simplifiedchinese.GB18030.NewDecoder().Reader(bytes.NewReader(file))
}

// separator is the character that separates the column names: a comma, unless tabs or semicolons are more frequent.
func separator(start []byte) rune {
	header, _, _ := bytes.Cut(start, []byte("\n"))
	best := ','
	for _, candidate := range "\t;" {
		if bytes.Count(header, []byte(string(candidate))) > bytes.Count(header, []byte(string(best))) {
			best = candidate
		}
	}
	return best
}

func (s *csvSource) next() (record, error) {
	for {
		fields, err := s.reader.Read()
		if errors.Is(err, io.EOF) {
			return record{}, io.EOF
		}
		if err != nil {
			return record{}, s.broken(err)
		}
		line, _ := s.reader.FieldPos(0)
		row := line - s.inside
		s.cells = s.cells[:0]
		content := 0
		for i, field := range fields {
			s.inside += strings.Count(field, "\n")
			if strings.TrimSpace(field) != "" {
				content = i + 1
			}
			s.cells = append(s.cells, cell{text: field})
		}
		if content > s.columns {
			return record{}, refuse(TooManyColumns, strconv.Itoa(s.columns), nil)
		}
		if content > 0 {
			return record{row: row, cells: s.cells[:content]}, nil
		}
	}
}

// broken names the line where the CSV cannot be read on.
func (s *csvSource) broken(err error) error {
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		return refuse(Malformed, fmt.Sprintf("CSV, line %d, column %d", parse.Line, parse.Column), err)
	}
	return refuse(BadEncoding, "", err)
}
