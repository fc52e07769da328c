package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// A person is gone from every account that ever knew them: the one they came from by a merger, and those below that read them.
func TestEraseContact_reachesMergedAccountsAndThoseBelow(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	ids := w.accounts("晨风集团", "晨风服饰", "晨风一厂")
	into, from, plant := ids[0], ids[1], ids[2]
	rep := w.as("rep1")
	contact, err := w.AddContact(ctx, rep, from, deal.Contact{Name: "慕容复", Mobile: "13905240099"})
	require.NoError(t, err)
	renamed := contact
	renamed.Name = "慕容博"
	_, err = w.PatchContact(ctx, rep, from, contact.Version, renamed)
	require.NoError(t, err)
	w.do(plant, "manager1", under(into))
	w.merger(from, into)
	body, err := dossier.Encode(dossier.Need{Need: "慕容复要求更快", Contact: contact.ID, Evidence: "慕容博说的"})
	require.NoError(t, err)
	_, err = w.AddDocument(ctx, rep, plant, deal.Document{Kind: "need", ID: "n1", Body: body}, true)
	require.NoError(t, err)
	require.Contains(t, w.everything(), "慕容")

	_, err = w.EraseContact(ctx, rep, into, contact.ID, "asked for", erasing)
	require.NoError(t, err)
	done, err := w.EraseContact(ctx, w.as("manager1"), into, contact.ID, "asked for", erasing)
	require.NoError(t, err)
	require.True(t, done.Done())
	left := w.everything()
	for _, word := range []string{"慕容复", "慕容博", "13905240099"} {
		require.NotContains(t, left, word)
	}
	for _, id := range ids {
		log, err := w.Whole(ctx, w.as("manager1"), id)
		require.NoError(t, err)
		broken, err := deal.Verify(log)
		require.NoError(t, err)
		require.Nil(t, broken)
	}
	w.sound()
}
