package store_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
	"closedloop/testkit"
)

func TestRestore_bringsEveryAccountBackWithItsChainItsTimerAndItsKeys(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.walked()
	before := w.state(id)
	log, err := w.Whole(ctx, view.Viewer{All: true}, id)
	require.NoError(t, err)

	var dump bytes.Buffer
	require.NoError(t, w.Dump(ctx, &dump))
	elsewhere := open(t, testkit.Database(t), store.Options{})
	require.NoError(t, elsewhere.Restore(ctx, bytes.NewReader(dump.Bytes())))

	after, err := elsewhere.Whole(ctx, view.Viewer{All: true}, id)
	require.NoError(t, err)
	require.Equal(t, log, after)
	broken, err := deal.Verify(after)
	require.NoError(t, err)
	require.Nil(t, broken)
	restored, err := elsewhere.Account(ctx, view.Viewer{All: true}, id)
	require.NoError(t, err)
	require.Equal(t, before, restored.State, "the same clocks, so the same timers")
	differences, err := elsewhere.CompareAll(ctx)
	require.NoError(t, err)
	require.Empty(t, differences)
	home, err := w.Installation(ctx)
	require.NoError(t, err)
	there, err := elsewhere.Installation(ctx)
	require.NoError(t, err)
	require.Equal(t, home, there, "keys and hashes of texts depend on it")

	var again bytes.Buffer
	require.NoError(t, elsewhere.Dump(ctx, &again))
	require.Equal(t, dump.Bytes(), again.Bytes(), "nothing is lost and nothing is added")
}

func TestRestore_refusesADatabaseThatSomebodyLivesIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var dump bytes.Buffer
	require.NoError(t, w.Dump(t.Context(), &dump))
	require.ErrorIs(t, w.Restore(t.Context(), &dump), store.ErrNotEmpty)
}

func TestRestore_takesAllOrNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.walked()
	var dump bytes.Buffer
	require.NoError(t, w.Dump(t.Context(), &dump))
	elsewhere := open(t, testkit.Database(t), store.Options{})
	require.Error(t, elsewhere.Restore(t.Context(), bytes.NewReader(dump.Bytes()[:dump.Len()/2])))
	org, err := elsewhere.Org(t.Context())
	require.NoError(t, err)
	require.Empty(t, org.People)
	require.NoError(t, elsewhere.Restore(t.Context(), &dump))
}
