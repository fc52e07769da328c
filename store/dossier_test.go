package store_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
)

func document(kind, id, body string) deal.Document {
	return deal.Document{Kind: kind, ID: id, Body: json.RawMessage(body)}
}

func TestDocuments_keepEveryVersionAndCountThem(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	rep := w.as("rep1")
	first, err := w.AddDocument(ctx, rep, id, document("need", "n1", `{"text":"faster"}`), true)
	require.NoError(t, err)
	require.Equal(t, int64(1), first.Version)
	require.Equal(t, 1, first.Cycle)
	require.Equal(t, w.people["rep1"], first.UpdatedBy)

	present, err := w.AddDocument(ctx, rep, id, document("need", "n1", `{"text":"other"}`), true)
	require.ErrorIs(t, err, deal.ErrStale)
	require.Equal(t, first, present, "the one that is there comes back")

	second := first
	second.Body = json.RawMessage(`{"text":"faster and cheaper"}`)
	second, err = w.ChangeDocument(ctx, rep, id, second)
	require.NoError(t, err)
	require.Equal(t, int64(2), second.Version)
	present, err = w.ChangeDocument(ctx, rep, id, first)
	require.ErrorIs(t, err, deal.ErrStale)
	require.Equal(t, second, present)

	versions, err := w.Versions(ctx, rep, id, "need", "n1")
	require.NoError(t, err)
	require.Len(t, versions, 2)
	require.JSONEq(t, `{"text":"faster"}`, string(versions[0].Body))
	require.ErrorIs(t, w.DeleteDocument(ctx, rep, id, first, nil), deal.ErrStale)
	require.NoError(t, w.DeleteDocument(ctx, rep, id, second, nil))
	_, err = w.Document(ctx, rep, id, "need", "n1")
	require.ErrorIs(t, err, deal.ErrNotFound)
}

func TestDocuments_belongToTheirCycleOrToTheAccount(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.walked() // its second cycle
	rep := w.as("rep1")
	life, err := w.AddDocument(ctx, rep, id, document("rival", "r1", `{}`), false)
	require.NoError(t, err)
	require.Zero(t, life.Cycle)
	_, err = w.AddDocument(ctx, rep, id, document("need", "n2", `{}`), true)
	require.NoError(t, err)
	for cycle, want := range map[int]int{0: 1, 1: 0, 2: 1, store.AllCycles: 1} {
		got, err := w.Documents(ctx, rep, id, "need", cycle)
		require.NoError(t, err)
		require.Len(t, got, want, cycle)
	}
	_, records, err := w.AccountWithRecords(ctx, rep, id)
	require.NoError(t, err)
	require.Len(t, records.Dossier, 2, "gates see both")
}

func TestDocuments_areOutOfSightForOthersAndClosedWithTheAccount(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	added, err := w.AddDocument(ctx, w.as("rep1"), id, document("need", "n1", `{}`), true)
	require.NoError(t, err)
	_, err = w.Document(ctx, w.as("rep3"), id, "need", "n1")
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = w.AddDocument(ctx, w.as("rep3"), id, document("need", "n2", `{}`), true)
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = w.AddDocument(ctx, w.as("auditor1"), id, document("need", "n2", `{}`), true)
	require.ErrorIs(t, err, view.ErrReadOnly)
	w.do(id, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("moved away")})
	var state *view.StateError
	_, err = w.ChangeDocument(ctx, w.as("rep1"), id, added)
	require.ErrorAs(t, err, &state)
}

func TestSince_tellsWhatEveryRecordWasAtAnInstant(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	rep := w.as("rep1")
	first, err := w.AddDocument(ctx, rep, id, document("need", "n1", `{"text":"faster"}`), true)
	require.NoError(t, err)
	then := first.UpdatedAt
	first.Body = json.RawMessage(`{"text":"cheaper"}`)
	_, err = w.ChangeDocument(ctx, rep, id, first)
	require.NoError(t, err)
	_, err = w.AddDocument(ctx, rep, id, document("need", "n2", `{}`), true)
	require.NoError(t, err)
	later, err := w.Since(ctx, rep, id, then)
	require.NoError(t, err)
	require.Len(t, later, 2)
	var was deal.Document
	require.NoError(t, json.Unmarshal(later[0].Before, &was))
	require.JSONEq(t, `{"text":"faster"}`, string(was.Body))
	require.Nil(t, later[1].Before, "n2 was not there yet")
}
