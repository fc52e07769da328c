package errata

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"closedloop/activities/leadsheet"
)

// cellChars is what Excel keeps in a cell.
const cellChars = 32_767

// styles are the looks of cells; every cell is text, so that phone numbers keep their zeros.
type styles struct{ head, plain, bad, reason int }

// WriteXLSX writes a workbook with the bad cells filled red and a column of reasons, and the second sheet if there was one.
func (b Book) WriteXLSX(to io.Writer) (err error) {
	f := excelize.NewFile()
	defer func() {
		if closed := f.Close(); err == nil && closed != nil {
			err = fmt.Errorf("write errata: %w", closed)
		}
	}()
	look, err := looks(f)
	if err != nil {
		return err
	}
	name := "Leads"
	if strings.HasPrefix(b.Lang, "zh") {
		name = "客户资料"
	}
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return fmt.Errorf("write errata: %w", err)
	}
	if err := b.fill(f, name, b.Header, b.Lines, look); err != nil {
		return err
	}
	if b.TrailName != "" && len(b.Trail) > 0 {
		if _, err := f.NewSheet(b.TrailName); err != nil {
			return fmt.Errorf("write errata: %w", err)
		}
		if err := b.fill(f, b.TrailName, b.TrailHeader, b.Trail, look); err != nil {
			return err
		}
	}
	if err := f.Write(to); err != nil {
		return fmt.Errorf("write errata: %w", err)
	}
	return nil
}

func looks(f *excelize.File) (styles, error) {
	const text = 49 // number format @
	var s styles
	red := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFC7CE"}}
	dark := &excelize.Font{Color: "9C0006"}
	for _, one := range []struct {
		to    *int
		style excelize.Style
	}{
		{&s.head, excelize.Style{NumFmt: text, Font: &excelize.Font{Bold: true}}},
		{&s.plain, excelize.Style{NumFmt: text}},
		{&s.bad, excelize.Style{NumFmt: text, Fill: red, Font: dark}},
		{&s.reason, excelize.Style{NumFmt: text, Font: dark, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
	} {
		id, err := f.NewStyle(&one.style)
		if err != nil {
			return s, fmt.Errorf("write errata: %w", err)
		}
		*one.to = id
	}
	return s, nil
}

// fill streams one sheet.
func (b Book) fill(f *excelize.File, name string, header []string, lines []Line, look styles) error {
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return fmt.Errorf("write errata: %w", err)
	}
	head, width := b.table(header, lines)
	// Widths come before the first row in a stream.
	for _, of := range []struct {
		first, last int
		width       float64
	}{{1, max(1, width), 16}, {width + 1, width + 1, 10}, {width + 2, width + 2, 70}} {
		if err := out.SetColWidth(of.first, of.last, of.width); err != nil {
			return fmt.Errorf("write errata: %w", err)
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("write errata: %w", err)
	}
	row := make([]any, 0, width+2)
	for _, text := range head {
		row = append(row, excelize.Cell{StyleID: look.head, Value: asText(text)})
	}
	if err := out.SetRow("A1", row); err != nil {
		return fmt.Errorf("write errata: %w", err)
	}
	for i, line := range lines {
		bad := line.marked()
		row = row[:0]
		for at := range width {
			style, text := look.plain, ""
			if at < len(line.Cells) {
				text = line.Cells[at]
			}
			if bad[at] {
				style = look.bad
			}
			row = append(row, excelize.Cell{StyleID: style, Value: asText(text)})
		}
		row = append(row, excelize.Cell{StyleID: look.plain, Value: strconv.Itoa(line.Number)},
			excelize.Cell{StyleID: look.reason, Value: asText(line.reasons())})
		if err := out.SetRow("A"+strconv.Itoa(i+2), row); err != nil {
			return fmt.Errorf("write errata: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write errata: %w", err)
	}
	return nil
}

// asText is a text as a cell can hold it. The writer puts it down as text, which no program evaluates.
func asText(s string) string {
	s = leadsheet.Printable(s)
	for utf8.RuneCountInString(s) > cellChars {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}
