package table

import (
	"encoding/csv"
	"fmt"
	"io"
	"time"
)

// mark lets Excel see that a file is UTF-8.
const mark = "\xef\xbb\xbf"

// csvWriter writes RFC 4180 with a byte order mark.
type csvWriter struct {
	out  *csv.Writer
	zone *time.Location
	line []string
}

func newCSV(w io.Writer, h Head) (*csvWriter, error) {
	if _, err := io.WriteString(w, mark); err != nil {
		return nil, fmt.Errorf("begin CSV: %w", err)
	}
	c := &csvWriter{out: csv.NewWriter(w), zone: h.Zone, line: make([]string, len(h.Columns))}
	c.out.UseCRLF = true
	for i, title := range h.Columns {
		c.line[i] = Neutral(title)
	}
	if err := c.out.Write(c.line); err != nil {
		return nil, fmt.Errorf("write headings: %w", err)
	}
	return c, nil
}

// Row implements [Writer].
func (c *csvWriter) Row(cells []Cell) error {
	for i := range c.line {
		c.line[i] = ""
		if i < len(cells) {
			c.line[i] = cells[i].plain(c.zone)
		}
	}
	if err := c.out.Write(c.line); err != nil {
		return fmt.Errorf("write row: %w", err)
	}
	return nil
}

// Close implements [Writer].
func (c *csvWriter) Close(foot Foot) error {
	for _, line := range []string{foot.Line, foot.Cut} {
		if line == "" {
			continue
		}
		if err := c.Row([]Cell{Text(line)}); err != nil {
			return err
		}
	}
	return c.Flush()
}

// Flush sends the rows that came so far.
func (c *csvWriter) Flush() error {
	c.out.Flush()
	if err := c.out.Error(); err != nil {
		return fmt.Errorf("send rows: %w", err)
	}
	return nil
}

// Abandon implements [Writer]; there is nothing to clean up.
func (*csvWriter) Abandon() {}
