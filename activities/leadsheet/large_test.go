package leadsheet_test

import (
	"archive/zip"
	"bytes"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/activities/leadsheet"
	"closedloop/activities/leadsheet/leadsheettest"
)

// TestRead_takesTwentyThousandRowsOfAWorkbook is not parallel: it measures what the process holds.
func TestRead_takesTwentyThousandRowsOfAWorkbook(t *testing.T) {
	const rows = 20_000
	var b bytes.Buffer
	require.NoError(t, leadsheettest.Workbook(&b, rows, 7)) // of 21 columns, written by another program
	file := bytes.Clone(b.Bytes())
	archive, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	var part uint64
	for _, f := range archive.File {
		part = max(part, f.UncompressedSize64)
	}
	require.Greater(t, part, uint64(16<<20), "the worksheet is more than a part may have elsewhere")
	b.Reset()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sheet, err := leadsheet.Read(file, leadsheet.Limits{})
	require.NoError(t, err)
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Empty(t, sheet.Problems)
	require.Len(t, sheet.Rows, rows)
	held := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d rows: %d KiB, the worksheet %d KiB, in memory %d MiB", rows, len(file)>>10, part>>10, held>>20)
	require.Less(t, held, int64(40<<20))

	require.NoError(t, leadsheettest.Generate(&b, rows, 7))
	require.Equal(t, leadsOf(read(t, b.Bytes())), leadsOf(sheet), "as in the CSV")
}
