package dossier_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func pointers(no deal.Refusals) (at []string) {
	for _, r := range no {
		at = append(at, r.Field)
	}
	return at
}

func TestDocument_keepsWhatTheServerFoundInItsBytes(t *testing.T) {
	t.Parallel()
	onFile := dossier.Document{
		Name: "a.pdf", MediaType: "application/pdf", Size: 7, SHA256: strings.Repeat("a", 64), Purpose: dossier.OtherDocument,
	}
	for name, c := range map[string]struct {
		edit func(*dossier.Document)
		bad  []string
	}{
		"as it was":    {func(*dossier.Document) {}, nil},
		"left out":     {func(d *dossier.Document) { d.MediaType, d.Size, d.SHA256 = "", 0, "" }, nil},
		"another name": {func(d *dossier.Document) { d.Name, d.Purpose, d.Step = "b.pdf", dossier.TenderDocument, deal.Plan }, nil},
		"another type": {func(d *dossier.Document) { d.MediaType = "image/png" }, []string{"/media_type"}},
		"another size": {func(d *dossier.Document) { d.Size = 8 }, []string{"/size"}},
		"another hash": {func(d *dossier.Document) { d.SHA256 = strings.Repeat("b", 64) }, []string{"/sha256"}},
		"other bytes":  {func(d *dossier.Document) { d.MediaType, d.Size, d.SHA256 = "x/y", 8, "c" }, []string{"/media_type", "/size", "/sha256"}},
	} {
		edited := onFile
		c.edit(&edited)
		got, no := edited.Amended(onFile)
		require.Equal(t, c.bad, pointers(no), name)
		require.Equal(t, []any{onFile.MediaType, onFile.Size, onFile.SHA256}, []any{got.MediaType, got.Size, got.SHA256}, name)
		require.Equal(t, []any{edited.Name, edited.Purpose, edited.Step}, []any{got.Name, got.Purpose, got.Step}, name)
	}
}

func TestAgreement_isDisprovedByAnotherHashOfItsDocument(t *testing.T) {
	t.Parallel()
	sum, other := strings.Repeat("a", 64), strings.Repeat("b", 64)
	documents := []dossier.Entry[dossier.Document]{{ID: "d1", Body: dossier.Document{SHA256: sum}}}
	for name, c := range map[string]struct {
		evidence *dossier.Evidence
		bad      []string
	}{
		"none yet":           {nil, nil},
		"the document":       {&dossier.Evidence{Document: "d1", SHA256: sum}, nil},
		"another hash":       {&dossier.Evidence{Document: "d1", SHA256: other}, []string{"/evidence/sha256"}},
		"no such document":   {&dossier.Evidence{Document: "d2", SHA256: other}, nil},
		"hash in capitals":   {&dossier.Evidence{Document: "d1", SHA256: strings.ToUpper(sum)}, []string{"/evidence/sha256"}},
		"a hash and no name": {&dossier.Evidence{SHA256: sum}, nil},
	} {
		require.Equal(t, c.bad, pointers(dossier.Agreement{Evidence: c.evidence}.Disproof(documents)), name)
	}
}
