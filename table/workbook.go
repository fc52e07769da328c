package table

import (
	"archive/zip"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// workbook writes a list to the first sheet and what is to know about it to the second one. Rows lie in a buffer of
// bounded size and then in a temporary file; the archive goes straight to its reader.
type workbook struct {
	w      io.Writer
	head   Head
	file   *excelize.File
	rows   *excelize.StreamWriter
	styles styles
	n      int // rows written
	cells  []any
}

// styles are numbers of formats in the workbook.
type styles struct{ head, text, quoted, whole, decimal, day, instant, note int }

// Widths of columns, in characters.
const (
	usualWidth = 18
	aboutWidth = 40
)

// firstSheet is what the library calls the sheet that a new workbook has.
const firstSheet = "Sheet1"

func newWorkbook(w io.Writer, h Head) (*workbook, error) {
	b := &workbook{w: w, head: h, file: excelize.NewFile(), cells: make([]any, 0, len(h.Columns))}
	if err := b.begin(); err != nil {
		b.Abandon()
		return nil, fmt.Errorf("begin workbook: %w", err)
	}
	return b, nil
}

func (b *workbook) begin() (err error) {
	title := sheetName(b.head.Title)
	if err := b.file.SetSheetName(firstSheet, title); err != nil {
		return err
	}
	if err := b.makeStyles(); err != nil {
		return err
	}
	if b.rows, err = b.file.NewStreamWriter(title); err != nil {
		return err
	}
	frozen := &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}
	if err := b.rows.SetPanes(frozen); err != nil {
		return err
	}
	if err := b.rows.SetColWidth(1, max(1, len(b.head.Columns)), usualWidth); err != nil {
		return err
	}
	for _, heading := range b.head.Columns {
		b.cells = append(b.cells, excelize.Cell{StyleID: b.styles.head, Value: heading})
	}
	return b.write()
}

// sheetName is a title without what a sheet cannot be called.
func sheetName(title string) string {
	title = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r < ' ' {
			return -1
		}
		return r
	}, title), "' ")
	for utf8.RuneCountInString(title) > excelize.MaxSheetNameLength {
		_, size := utf8.DecodeLastRuneInString(title)
		title = title[:len(title)-size]
	}
	if title == "" {
		return firstSheet
	}
	return title
}

// Formats of numbers; "@" is text that stays text when somebody edits it.
const (
	asText    = 49
	asWhole   = 1
	asDecimal = "#,##0.00##"
	asDay     = "yyyy-mm-dd"
	asInstant = "yyyy-mm-dd hh:mm:ss"
)

func (b *workbook) makeStyles() error {
	custom := func(format string) *excelize.Style { return &excelize.Style{CustomNumFmt: &format} }
	top := &excelize.Alignment{Vertical: "top"}
	for _, s := range []struct {
		id    *int
		style *excelize.Style
	}{
		{&b.styles.head, &excelize.Style{NumFmt: asText, Font: &excelize.Font{Bold: true}}},
		{&b.styles.text, &excelize.Style{NumFmt: asText}},
		{&b.styles.quoted, &excelize.Style{NumFmt: asText, Alignment: top}}, // made different, since equal ones are shared
		{&b.styles.whole, &excelize.Style{NumFmt: asWhole}},
		{&b.styles.decimal, custom(asDecimal)},
		{&b.styles.day, custom(asDay)},
		{&b.styles.instant, custom(asInstant)},
		{&b.styles.note, &excelize.Style{NumFmt: asText, Font: &excelize.Font{Italic: true}}},
	} {
		id, err := b.file.NewStyle(s.style)
		if err != nil {
			return err
		}
		*s.id = id
	}
	quoted := true // the library has no option for it: what the apostrophe in front of a cell's content becomes in a file
	b.file.Styles.CellXfs.Xf[b.styles.quoted].QuotePrefix = &quoted
	return nil
}

// write sends the cells of the next row.
func (b *workbook) write() error {
	b.n++
	err := b.rows.SetRow("A"+strconv.Itoa(b.n), b.cells)
	b.cells = b.cells[:0]
	return err
}

// Row implements [Writer].
func (b *workbook) Row(cells []Cell) error {
	for _, c := range cells {
		b.cells = append(b.cells, b.cell(c))
	}
	if err := b.write(); err != nil {
		return fmt.Errorf("write row %d: %w", b.n, err)
	}
	return nil
}

// cell is a cell for the library. Text goes in as an inline string whatever it looks like: nothing here is a formula.
func (b *workbook) cell(c Cell) any {
	switch c.kind {
	case text:
		style := b.styles.text
		if Dangerous(c.text) {
			style = b.styles.quoted
		}
		return excelize.Cell{StyleID: style, Value: fitting(c.text)}
	case whole:
		return excelize.Cell{StyleID: b.styles.whole, Value: c.n}
	case decimal:
		n, err := strconv.ParseFloat(c.text, 64)
		if digits := strings.Trim(strings.ReplaceAll(strings.TrimPrefix(c.text, "-"), ".", ""), "0"); err != nil || len(digits) > exactDigits {
			return excelize.Cell{StyleID: b.styles.text, Value: c.text}
		}
		return excelize.Cell{StyleID: b.styles.decimal, Value: n}
	case day, instant:
		if c.at.Year() <= beforeCounting {
			return excelize.Cell{StyleID: b.styles.text, Value: c.plain(b.head.Zone)}
		}
		if c.kind == instant {
			return excelize.Cell{StyleID: b.styles.instant, Value: serial(c.at.In(b.head.Zone))}
		}
		return excelize.Cell{StyleID: b.styles.day, Value: serial(c.at)}
	case blank:
	}
	return nil
}

// exactDigits is how many digits of a number a spreadsheet keeps; a longer one is written as text, exact.
const exactDigits = 15

// beforeCounting is the last year before workbooks can count days, give or take a leap day that never was.
const beforeCounting = 1900

// serial is what a clock on the wall shows, as a workbook counts it: in days since 1899-12-30, to the second.
func serial(at time.Time) float64 {
	wall := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
	return wall.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Seconds() / (24 * 60 * 60)
}

// Close implements [Writer].
func (b *workbook) Close(foot Foot) error {
	defer b.Abandon()
	if foot.Cut != "" {
		b.cells = append(b.cells, excelize.Cell{StyleID: b.styles.note, Value: foot.Cut})
		if err := b.write(); err != nil {
			return fmt.Errorf("write the last row: %w", err)
		}
	}
	if err := b.rows.Flush(); err != nil {
		return fmt.Errorf("end the rows: %w", err)
	}
	if err := b.about(foot); err != nil {
		return fmt.Errorf("write about the list: %w", err)
	}
	// The library would put the archive together in memory first.
	b.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(b.w) })
	if err := b.file.Write(io.Discard); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// about writes the second sheet and the properties of the workbook.
func (b *workbook) about(foot Foot) error {
	title := sheetName(b.head.AboutTitle)
	if strings.EqualFold(title, sheetName(b.head.Title)) {
		title = "About"
	}
	if _, err := b.file.NewSheet(title); err != nil {
		return err
	}
	if err := b.file.SetColWidth(title, "A", "B", aboutWidth); err != nil {
		return err
	}
	lines := append([][2]string{{b.head.Title, foot.Line}, {"", foot.Cut}}, b.head.About...)
	row := 0
	for _, line := range lines {
		if line[1] == "" {
			continue
		}
		row++
		for column, value := range line {
			at, err := excelize.CoordinatesToCellName(column+1, row)
			if err != nil {
				return err
			}
			style := b.styles.text
			if Dangerous(value) {
				style = b.styles.quoted
			}
			if err := b.file.SetCellStr(title, at, fitting(value)); err != nil {
				return err
			}
			if err := b.file.SetCellStyle(title, at, at, style); err != nil {
				return err
			}
		}
	}
	return b.file.SetDocProps(&excelize.DocProperties{Creator: "closedloop", Title: b.head.Title, Description: foot.Line})
}

// Abandon implements [Writer]: the temporary file goes.
func (b *workbook) Abandon() { _ = b.file.Close() }
