package leadsheet

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// sheetSource streams the rows of one worksheet.
type sheetSource struct {
	part    *xmlPart
	shared  textTable
	columns int // limit
	row     int // the last one read
	cells   []cell
}

// next reads up to the end of the next row with content. After the last row it reads on to the end of the part, so that
// a sheet cut off or corrupted anywhere is refused and not taken for a short one.
func (s *sheetSource) next() (record, error) {
	for {
		token, err := s.part.next()
		if err != nil {
			s.part.close()
			return record{}, err
		}
		element, ok := token.(xml.StartElement)
		if !ok || element.Name.Local != "row" {
			continue
		}
		if err := s.readRow(element); err != nil {
			s.part.close()
			return record{}, err
		}
		if len(s.cells) > 0 {
			return record{row: s.row, cells: s.cells}, nil
		}
	}
}

// readRow reads the cells of the row just begun, up to its last cell with content.
func (s *sheetSource) readRow(row xml.StartElement) error {
	number := s.row + 1
	if written := attribute(row, "r"); written != "" {
		var err error
		if number, err = strconv.Atoi(written); err != nil || number <= s.row || number > lastSheetRow {
			return s.part.broken(err)
		}
	}
	s.row, s.cells = number, s.cells[:0]
	column := -1
	for {
		token, err := s.part.next()
		if errors.Is(err, io.EOF) {
			return s.part.broken(io.ErrUnexpectedEOF)
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.EndElement:
			if t.Name.Local == "row" {
				return nil
			}
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			at := column + 1
			if reference := attribute(t, "r"); reference != "" {
				if at = columnIndex(reference); at <= column {
					return s.part.broken(nil)
				}
			}
			column = at
			value, err := s.readCell(attribute(t, "t"))
			if err != nil {
				return err
			}
			if strings.TrimSpace(value.text) == "" && !value.formula {
				continue
			}
			if at >= s.columns {
				return refuse(TooManyColumns, strconv.Itoa(s.columns), nil)
			}
			for len(s.cells) < at {
				s.cells = append(s.cells, cell{})
			}
			s.cells = append(s.cells, value)
		}
	}
}

// readCell reads the cell just begun. A formula is noted and its stored result ignored.
func (s *sheetSource) readCell(kind string) (cell, error) {
	var value cell
	for {
		token, err := s.part.next()
		if errors.Is(err, io.EOF) {
			return cell{}, s.part.broken(io.ErrUnexpectedEOF)
		}
		if err != nil {
			return cell{}, err
		}
		switch t := token.(type) {
		case xml.EndElement:
			if t.Name.Local == "c" {
				return value, nil
			}
		case xml.StartElement:
			switch t.Name.Local {
			case "f":
				value.formula = true
				if value.text, err = s.part.text(); err != nil {
					return cell{}, err
				}
				value.text = "=" + value.text
			case "v":
				written, err := s.part.text()
				if err != nil {
					return cell{}, err
				}
				if value.formula {
					continue
				}
				if value, err = s.value(kind, written); err != nil {
					return cell{}, err
				}
			case "is":
				text, err := s.part.richText()
				if err != nil {
					return cell{}, err
				}
				if !value.formula {
					value.text = unescape(text)
				}
			}
		}
	}
}

// value is what a cell of a kind (ECMA-376, ST_CellType) shows for what is written in it.
func (s *sheetSource) value(kind, written string) (cell, error) {
	switch kind {
	case "s":
		index, err := strconv.Atoi(strings.TrimSpace(written))
		text, found := s.shared.at(index)
		if err != nil || !found {
			return cell{}, s.part.broken(err)
		}
		return cell{text: text}, nil
	case "e": // #REF! and the like: what a formula left behind
		return cell{text: written, formula: true}, nil
	case "b":
		if written == "1" {
			return cell{text: "TRUE"}, nil
		}
		return cell{text: "FALSE"}, nil
	case "", "n":
		return cell{text: plainNumber(written)}, nil
	}
	return cell{text: unescape(written)}, nil
}

// plainNumber writes whole numbers without exponent or decimals: Excel keeps the phone number 13805240011 as
// 1.3805240011E10. Other numbers stay as written.
func plainNumber(written string) string {
	written = strings.TrimSpace(written)
	const exact = 1 << 53 // beyond it a float is no longer every whole number
	number, err := strconv.ParseFloat(written, 64)
	if err != nil || math.Abs(number) >= exact || number != math.Trunc(number) {
		return written
	}
	return strconv.FormatInt(int64(number), 10)
}

// columnIndex is the column of a reference such as L19, from 0; -1 when it is none.
func columnIndex(reference string) int {
	index := 0
	for i := range len(reference) {
		letter := reference[i] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			if i == 0 {
				return -1
			}
			break
		}
		if index = index*26 + int(letter-'A') + 1; index > 16_384 { // Excel's last column is XFD
			return -1
		}
	}
	return index - 1
}

// escaped is a character that XML cannot hold, in the way of ECMA-376 (ST_Xstring).
var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape resolves such characters. _x005F_ is an underscore that was escaped itself.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escaped.ReplaceAllStringFunc(s, func(code string) string {
		n, err := strconv.ParseUint(code[2:6], 16, 32)
		if err != nil {
			return code
		}
		return string(rune(n))
	})
}
