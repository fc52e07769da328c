package errata

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"closedloop/activities/leadsheet"
)

// WriteCSV writes the first sheet as CSV in UTF-8 with a byte-order mark, which Excel needs to see. A second sheet does not
// fit; its reasons stand with their customers.
func (b Book) WriteCSV(to io.Writer) error {
	if _, err := io.WriteString(to, "\uFEFF"); err != nil {
		return fmt.Errorf("write errata: %w", err)
	}
	out := csv.NewWriter(to)
	out.UseCRLF = true
	head, width := b.table(b.Header, b.Lines)
	rows := [][]string{neutral(head)}
	for _, line := range b.Lines {
		cells := make([]string, width, width+2)
		copy(cells, line.Cells)
		rows = append(rows, neutral(append(cells, strconv.Itoa(line.Number), line.reasons())))
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write errata: %w", err)
	}
	return nil
}

// neutral puts an apostrophe before what a spreadsheet would take for a formula; the reader takes it off again.
func neutral(cells []string) []string {
	out := make([]string, len(cells))
	for i, cell := range cells {
		if out[i] = strings.ReplaceAll(cell, "\x00", ""); leadsheet.Risky(out[i]) {
			out[i] = "'" + out[i]
		}
	}
	return out
}
