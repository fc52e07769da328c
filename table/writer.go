package table

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Head is what stands over a list.
type Head struct {
	// Title is the name of the list, and of the workbook's first sheet.
	Title string
	// Columns are the headings.
	Columns []string
	// Zone is where days begin.
	Zone *time.Location
	// About is told about the list on a sheet of its own, in pairs of what and how; CSV has no place for it.
	About      [][2]string
	AboutTitle string
}

// Foot is what stands under a list.
type Foot struct {
	// Line says until when the list goes and how long it is. In CSV it is the last line, so that a file without it is not
	// complete; a workbook says it on the sheet about the list.
	Line string
	// Cut says that the list goes on; empty when it does not. It is the last line in both formats.
	Cut string
}

// Writer takes a list row by row. It must be ended with Close or given up with Abandon.
type Writer interface {
	// Row writes the next one, with a cell for each column.
	Row(cells []Cell) error
	// Close ends the list and writes what has not been written.
	Close(foot Foot) error
	// Abandon forgets what has not been written. After Close it does nothing.
	Abandon()
}

// Format is a kind of file.
type Format string

// The kinds of files.
const (
	CSV      Format = "csv"
	Workbook Format = "xlsx"
)

// ContentType is the media type of a file.
func (f Format) ContentType() string {
	if f == Workbook {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// New begins a file. CSV is written as rows come; a workbook, whose archive cannot be written in pieces, goes through a
// temporary file and is written by Close.
func New(f Format, w io.Writer, h Head) (Writer, error) {
	switch f {
	case CSV:
		return newCSV(w, h)
	case Workbook:
		return newWorkbook(w, h)
	}
	return nil, fmt.Errorf("no table can be written as %q", f)
}

// FileName is the name of a file: what it lists and until when, for any system of files.
func FileName(title string, at time.Time, f Format) string {
	title = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`\/:*?"<>|`, r) {
			return '-'
		}
		return r
	}, title)
	return title + "-" + at.Format("20060102-150405") + "." + string(f)
}
