package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/store"
)

// settled reads the whole outbox, after everything got its position.
func (w *world) settled() []view.OutboxEntry {
	w.t.Helper()
	for {
		n, err := w.SettleOutbox(w.t.Context())
		require.NoError(w.t, err)
		if n == 0 {
			break
		}
	}
	entries, err := w.Outbox(w.t.Context(), 0, "", 1000)
	require.NoError(w.t, err)
	return entries
}

func TestOutbox_holdsEveryNoticeOfACommandOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	w.do(id, "rep1", deal.Advance{From: deal.Collect})
	inbox, _, err := w.Notices(t.Context(), w.as("manager1"), false, view.Page{})
	require.NoError(t, err)
	require.NotEmpty(t, inbox)

	entries := w.settled()
	require.Equal(t, w.count("notifications"), len(entries))
	var own []view.OutboxEntry
	for i, e := range entries {
		require.Equal(t, int64(i+1), e.Position)
		require.Equal(t, view.AccountNotice, e.Source)
		if e.To == w.people["manager1"] {
			own = append(own, e)
		}
	}
	read, err := w.Outbox(t.Context(), 0, w.people["manager1"], 10)
	require.NoError(t, err)
	require.Equal(t, own, read)
	require.Equal(t, inbox[0].ID, read[len(read)-1].Notice)
	require.Equal(t, inbox[0].At, read[len(read)-1].At)
	first, last, err := w.OutboxEnds(t.Context())
	require.NoError(t, err)
	require.Equal(t, []int64{1, int64(len(entries))}, []int64{first, last})

	require.NoError(t, w.Rebuild(t.Context(), id))
	require.Equal(t, entries, w.settled(), "what is made anew from the log is not said anew")
}

// A transaction that wrote first and is seen last must not be passed over: neither the order of insertion nor that of
// transaction numbers is the order of becoming visible.
func TestOutbox_passesNobodyOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settled()
	slow, quick := connect(t, w.url), connect(t, w.url)
	insert := func(conn *pgx.Conn, id string) pgx.Tx {
		tx, err := conn.Begin(t.Context())
		require.NoError(t, err)
		_, err = tx.Exec(t.Context(), "INSERT INTO outbox (notice_id, person_id, source, at) VALUES ($1, 'somebody', 'person', now())", id)
		require.NoError(t, err)
		return tx
	}
	first := insert(slow, "first")
	second := insert(quick, "second")
	require.NoError(t, second.Commit(t.Context()))
	entries := w.settled()
	require.Len(t, entries, 1)
	require.Equal(t, "second", entries[0].Notice)

	require.NoError(t, first.Commit(t.Context()))
	w.settled()
	behind, err := w.Outbox(t.Context(), entries[0].Position, "", 10)
	require.NoError(t, err)
	require.Len(t, behind, 1)
	require.Equal(t, "first", behind[0].Notice)
}

func TestOutbox_givesEachPositionOnceToManyWhoSettle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settled()
	w.exec("INSERT INTO outbox (notice_id, person_id, source, at) SELECT 'n' || i, 'somebody', 'person', now() FROM generate_series(1, 1800) i")
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() {
			for {
				n, err := w.SettleOutbox(t.Context())
				if n == 0 || err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
	seen := map[string]bool{}
	var after int64
	for {
		entries, err := w.Outbox(t.Context(), after, "", 700)
		require.NoError(t, err)
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			require.Equal(t, after+1, e.Position)
			require.False(t, seen[e.Notice])
			after, seen[e.Notice] = e.Position, true
		}
	}
	require.Len(t, seen, 1800)
}

func TestOutboxWatch_wakesReadersOfThisAndOtherProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := open(t, w.url, store.Options{})
	// Neither looks by itself within this test: what wakes it is the word of the commit, or the notification.
	here, there := w.WatchOutbox(store.WatchOptions{Every: time.Hour}), other.WatchOutbox(store.WatchOptions{Every: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	go func() { done <- here.Run(ctx) }()
	go func() { done <- there.Run(ctx) }()
	wokenHere, stopHere := here.Subscribe()
	defer stopHere()
	wokenThere, stopThere := there.Subscribe()
	defer stopThere()

	read := func(s *store.Store, woken <-chan struct{}, after int64) int64 {
		for {
			entries, err := s.Outbox(t.Context(), after, "", 100)
			require.NoError(t, err)
			if len(entries) > 0 {
				return entries[len(entries)-1].Position
			}
			select {
			case <-woken:
			case <-t.Context().Done():
				require.FailNow(t, "nobody was woken")
			}
		}
	}
	var mine, theirs int64
	for _, name := range []string{"晨风集团", "远大集团", "华阳集团"} {
		id := w.lead("rep1", customer(name))
		w.do(id, "rep1", deal.Advance{From: deal.Collect})
		mine, theirs = read(w.Store, wokenHere, mine), read(other, wokenThere, theirs)
	}
	cancel()
	require.NoError(t, <-done)
	require.NoError(t, <-done)
}

func TestOutboxWatch_findsWhatNobodyTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	watch := w.WatchOutbox(store.WatchOptions{Every: 20 * time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- watch.Run(ctx) }()
	woken, stop := watch.Subscribe()
	defer stop()
	<-woken // the word for the beginning
	w.exec("INSERT INTO outbox (notice_id, person_id, source, at) VALUES ('n', 'somebody', 'person', now())")
	// A connection that is cut off is made again meanwhile.
	w.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%' AND pid <> pg_backend_pid()")
	for {
		entries, err := w.Outbox(t.Context(), 0, "somebody", 1)
		require.NoError(t, err)
		if len(entries) == 1 {
			break
		}
		<-woken
	}
	cancel()
	require.NoError(t, <-done)
}

// Streams hang on it: who is logged out, or has left, hears nothing more, whichever process ended it.
func TestOutboxWatch_tellsAtOnceWhoseAccessWasEnded(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	elsewhere := open(t, w.url, store.Options{})
	watch := w.WatchOutbox(store.WatchOptions{Every: time.Hour})
	watching, stop := context.WithCancel(ctx)
	over := make(chan error, 1)
	go func() { over <- watch.Run(watching) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-over) })
	rep1, rep2 := w.people["rep1"], w.people["rep2"]
	first, leave := watch.SubscribeAccess(rep1)
	defer leave()
	second, leaveToo := watch.SubscribeAccess(rep2)
	defer leaveToo()
	heard := func(ended <-chan struct{}, what string) {
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			require.Fail(t, what)
		}
	}
	heard(first, "what happened before it listened")
	heard(second, "what happened before it listened")
	require.NoError(t, w.NewSession(ctx, digest("session"), rep1, time.Now().Add(time.Hour)))
	require.NoError(t, elsewhere.EndSession(ctx, digest("session")))
	heard(first, "a logout at another process")
	require.NoError(t, elsewhere.SetActive(ctx, rep2, false, time.Now()))
	heard(second, "a departure at another process")
	require.Empty(t, first, "it is nobody else's")
}

func TestSweepOutbox_takesWhatIsOlderThanThirtyDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settled()
	now := time.Now()
	for _, age := range []time.Duration{31 * 24 * time.Hour, 29 * 24 * time.Hour} {
		w.exec("INSERT INTO outbox (notice_id, person_id, source, at) VALUES ($1, 'somebody', 'person', $2)", age.String(), now.Add(-age))
	}
	w.settled()
	_, err := w.SweepStaged(t.Context(), now)
	require.NoError(t, err)
	left := w.settled()
	require.Len(t, left, 1)
	first, last, err := w.OutboxEnds(t.Context())
	require.NoError(t, err)
	require.Equal(t, []int64{2, 2}, []int64{first, last})
}
