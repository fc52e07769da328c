package store_test

import (
	"bytes"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/calendar"
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

	require.NoError(t, w.KeepCalendarRules(ctx, "as-at-home", calendar.Rules{}))
	var dump bytes.Buffer
	require.NoError(t, w.Dump(ctx, &dump))
	elsewhere := open(t, testkit.Database(t), store.Options{})
	require.NoError(t, elsewhere.KeepCalendarRules(ctx, "as-at-home", calendar.Rules{}), "a process has run there before")
	require.NoError(t, elsewhere.Restore(ctx, bytes.NewReader(dump.Bytes()), store.Seals{}))

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

// onRead does something before the first byte is read.
type onRead struct {
	io.Reader

	first sync.Once
	do    func()
}

func (r *onRead) Read(p []byte) (int, error) {
	r.first.Do(r.do)
	return r.Reader.Read(p)
}

func TestRestore_isNotInTheWayOfAJobThatTheFreshHouseStarts(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	const job, period = "daily-digest", "2026-03-02"
	_, err := w.BeginJobRun(ctx, job, period, w.at)
	require.NoError(t, err)
	require.NoError(t, w.EndJobRun(ctx, job, period, w.at, nil, ""))
	var dump bytes.Buffer
	require.NoError(t, w.Dump(ctx, &dump))

	url := testkit.Database(t)
	elsewhere, conn := open(t, url, store.Options{}), connect(t, url)
	type begun struct {
		done bool
		err  error
	}
	started := make(chan begun, 1)
	here := &onRead{Reader: &dump, do: func() {
		go func() {
			done, err := elsewhere.BeginJobRun(ctx, job, period, w.at)
			started <- begun{done, err}
		}()
		testkit.Eventually(t, time.Minute, func() bool {
			var waits bool
			require.NoError(t, conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'job_runs'::regclass)").Scan(&waits))
			return waits || len(started) > 0
		}, "the job begins in the middle of it")
	}}
	require.NoError(t, elsewhere.Restore(ctx, here, store.Seals{}))
	require.Equal(t, begun{done: true}, <-started, "the house that has come did it already")
}

func TestRestore_refusesADatabaseThatSomebodyLivesIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var dump bytes.Buffer
	require.NoError(t, w.Dump(t.Context(), &dump))
	require.ErrorIs(t, w.Restore(t.Context(), &dump, store.Seals{}), store.ErrNotEmpty)
}

func TestRestore_takesAllOrNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.walked()
	var dump bytes.Buffer
	require.NoError(t, w.Dump(t.Context(), &dump))
	elsewhere := open(t, testkit.Database(t), store.Options{})
	require.Error(t, elsewhere.Restore(t.Context(), bytes.NewReader(dump.Bytes()[:dump.Len()/2]), store.Seals{}))
	org, err := elsewhere.Org(t.Context())
	require.NoError(t, err)
	require.Empty(t, org.People)
	require.NoError(t, elsewhere.Restore(t.Context(), &dump, store.Seals{}))
}

// A table that is forgotten in a dump is lost with the house that is moved.
func TestDump_forgetsNoTable(t *testing.T) {
	t.Parallel()
	rows, err := connect(t, testkit.Database(t)).Query(t.Context(),
		"SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname")
	require.NoError(t, err)
	there, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	stays := map[string]string{
		"goose_db_version": "of the schema, which is there", "sessions": "logins that are open",
		"account_search": "follows from account_profile", "org_version": "raised by triggers", "playbook_version": "raised by triggers",
		"calendar_version": "raised by triggers",
	}
	there = slices.DeleteFunc(there, func(table string) bool { return stays[table] != "" })
	require.ElementsMatch(t, there, store.Dumped())
}
