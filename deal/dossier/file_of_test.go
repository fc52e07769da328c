package dossier_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// Somebody's name that is erased from the evidence is no new evidence; an edit is.
func TestFileOf_aLiftedVetoStaysLiftedUntilSomebodyEditsIt(t *testing.T) {
	t.Parallel()
	s := deal.State{Lifts: []deal.Subject{{Type: deal.RecordSubject, ID: "veto/v", Version: 2}}}
	body, err := dossier.Encode(dossier.Veto{Item: "bad_payer", Hit: true, On: "2026-03-01", Evidence: "█████ said so"})
	require.NoError(t, err)
	for _, c := range []struct {
		version, edited int64
		open            int
	}{
		{version: 1, open: 1},
		{version: 2, open: 0},
		{version: 3, edited: 2, open: 0},
		{version: 3, open: 1},
		{version: 4, edited: 3, open: 1},
	} {
		file, err := dossier.FileOf([]deal.Document{{Kind: "veto", ID: "v", Version: c.version, Edited: c.edited, Body: body}})
		require.NoError(t, err)
		require.Len(t, dossier.OpenVetoes(dossier.Entries[dossier.Veto](file), dossier.LiftsOf(s)), c.open, "%+v", c)
	}
}
