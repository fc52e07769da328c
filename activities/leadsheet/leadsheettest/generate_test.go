package leadsheettest_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/activities/leadsheet"
	"closedloop/activities/leadsheet/leadsheettest"
	"closedloop/naming"
)

func TestGenerate_writesGoodRowsOfWhichNoTwoAreAlike(t *testing.T) {
	t.Parallel()
	const n = 20_000
	var b bytes.Buffer
	require.NoError(t, leadsheettest.Generate(&b, n, 7))
	sheet, err := leadsheet.Read(b.Bytes(), leadsheet.Limits{})
	require.NoError(t, err)
	require.Empty(t, sheet.Problems)
	require.Empty(t, sheet.Notes)
	require.Len(t, sheet.Rows, n)
	names := map[string]bool{}
	for _, row := range sheet.Rows {
		names[naming.Key(row.Lead.Name)] = true
	}
	require.Len(t, names, n, "the names differ, not only name and territory together")
}

func TestGenerate_isTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	sheet := func(seed int64) string {
		var b bytes.Buffer
		require.NoError(t, leadsheettest.Generate(&b, 10, seed))
		return b.String()
	}
	require.Equal(t, sheet(1), sheet(1))
	require.NotEqual(t, sheet(1), sheet(2))
}

func TestGenerate_refusesMoreThanItCanTellApart(t *testing.T) {
	t.Parallel()
	require.Error(t, leadsheettest.Generate(&bytes.Buffer{}, leadsheettest.Capacity+1, 1))
	require.Error(t, leadsheettest.Generate(&bytes.Buffer{}, -1, 1))
	require.NoError(t, leadsheettest.Generate(&bytes.Buffer{}, leadsheettest.Capacity, 1))
}
