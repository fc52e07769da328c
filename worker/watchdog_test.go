package worker_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/worker"
	"closedloop/workflows/contract"
)

// house is a fleet and its engine in memory.
type house struct {
	mu       sync.Mutex
	taken    bool // another process's watchdog is awake
	overdue  []deal.AccountID
	open     []deal.AccountID
	stale    []deal.AccountID
	marks    []deal.Mark // accounts whose records changed
	known    string
	identity string
	away     error // of the engine
	nudged   map[deal.AccountID]int
	sent     []deal.Command
	asked    []time.Time // instants before which accounts were overdue
	released int

	sweptBefore []time.Time
	late        []contract.SweepInput // jobs that nobody did
	due         []time.Time           // instants by which they were due
	swept       []contract.SweepInput
	prepared    int
	placed      bool                         // accounts that were sent the calendar are not stale any more
	absent      map[deal.AccountID]time.Time // since when their tasks are in the wrong hands
}

func (h *house) TryLock(context.Context, string) (func(), bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return func() { h.mu.Lock(); h.released++; h.mu.Unlock() }, !h.taken, nil
}

func (h *house) Overdue(_ context.Context, before time.Time, after view.Sleeper, limit int) ([]view.Sleeper, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, before)
	var late []view.Sleeper
	for _, id := range h.overdue {
		if id > after.Account && len(late) < limit {
			late = append(late, view.Sleeper{Account: id, WakeAt: before})
		}
	}
	return late, nil
}

func (h *house) OpenAccounts(_ context.Context, after deal.AccountID, limit int) ([]deal.AccountID, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var ids []deal.AccountID
	for _, id := range h.open {
		if id > after && len(ids) < limit {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (h *house) StaleCalendar(_ context.Context, versions map[string]string, after deal.AccountID, limit int) ([]view.Stale, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var stale []view.Stale
	for _, id := range h.stale {
		if id > after && len(stale) < limit {
			stale = append(stale, view.Stale{Account: id, Seq: 7, Wanted: versions[""]})
		}
	}
	return stale, nil
}

func (h *house) EngineIdentity(context.Context) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.known, nil
}

func (h *house) SetEngineIdentity(_ context.Context, identity string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.known = identity
	return nil
}

func (h *house) SweepStaged(context.Context, time.Time) (int64, error) { return 0, nil }

func (h *house) SweepFiles(_ context.Context, before time.Time) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sweptBefore = append(h.sweptBefore, before)
	return 1, nil
}

func (h *house) Nudge(_ context.Context, id deal.AccountID) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.away != nil {
		return h.away
	}
	h.nudged[id]++
	return nil
}

func (h *house) Send(_ context.Context, cmd deal.Command) (deal.Receipt, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sent = append(h.sent, cmd)
	if h.placed {
		h.stale = slices.DeleteFunc(h.stale, func(id deal.AccountID) bool { return id == cmd.Account })
	}
	return deal.Receipt{}, h.away
}

func (h *house) Identity(context.Context) (string, error) { return h.identity, nil }

func (h *house) Prepare(context.Context) error { return nil }

// jobs and sweeps are the house as the watchdog asks it about jobs.
type (
	jobs   house
	sweeps house
)

func (j *jobs) Overdue(_ context.Context, by time.Time) ([]contract.SweepInput, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.due = append(j.due, by)
	return j.late, nil
}

func (s *sweeps) Prepare(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prepared++
	return nil
}

func (s *sweeps) Start(_ context.Context, in contract.SweepInput) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.swept = append(s.swept, in)
	return s.away
}

// watch lets a watchdog look for some time; time skips itself.
func watch(t *testing.T, h *house, during time.Duration, meanwhile func()) *worker.Watchdog {
	t.Helper()
	h.nudged = map[deal.AccountID]int{}
	w, err := worker.NewWatchdog(worker.WatchdogOptions{
		Fleet: h, Engine: h, Installation: "house", Calendars: func(context.Context) (map[string]string, error) { return map[string]string{"": "v2"}, nil }, Interval: time.Minute, Grace: time.Minute,
		Jobs: (*jobs)(h), Sweeps: (*sweeps)(h),
		Logger: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	require.NoError(t, err)
	w.Start(t.Context())
	<-time.After(during)
	synctest.Wait()
	meanwhile()
	w.Stop()
	return w
}

func TestWatchdog_nudgesAccountsThatOversleptAndCountsThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{known: "e1", identity: "e1", overdue: []deal.AccountID{"a", "b"}}
		began := time.Now()
		w := watch(t, h, 90*time.Second, func() {})
		require.Equal(t, map[deal.AccountID]int{"a": 2, "b": 2}, h.nudged, "at once, and a minute later")
		require.Equal(t, 4, w.Rescued())
		require.Equal(t, began.Add(-time.Minute), h.asked[0], "nobody is woken within the grace")
		require.Equal(t, 2, h.released)
	})
}

func TestWatchdog_comesToEveryAccountThatOversleptHoweverManyCannotBeWoken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{known: "e1", identity: "e1"}
		for i := range 1200 { // more than two looks; whoever is nudged stays overdue
			h.overdue = append(h.overdue, deal.AccountID(strconv.Itoa(100000+i)))
		}
		watch(t, h, 150*time.Second, func() {})
		require.Len(t, h.nudged, 1200, "three looks come to all of them")
		for id, times := range h.nudged {
			require.Equal(t, 1, times, id)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := &house{known: "e1", identity: "e1"}
		for i := range 700 {
			h.overdue = append(h.overdue, deal.AccountID(strconv.Itoa(100000+i)))
		}
		watch(t, h, 150*time.Second, func() {})
		require.Equal(t, 2, h.nudged["100000"], "and begin anew at the end")
		require.Equal(t, 1, h.nudged["100699"])
	})
}

func TestWatchdog_startsEveryOpenAccountInAnEngineThatIsNewToThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{known: "e1", identity: "e2"}
		for i := range 1200 { // more than two pages
			h.open = append(h.open, deal.AccountID(strconv.Itoa(100000+i)))
		}
		watch(t, h, 90*time.Second, func() {})
		require.Len(t, h.nudged, 1200)
		for id, times := range h.nudged {
			require.Equal(t, 1, times, id)
		}
		require.Equal(t, "e2", h.known)
	})
}

func TestWatchdog_remembersANewEngineOnlyOnceAllAccountsAreThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{known: "e1", identity: "e2", open: []deal.AccountID{"a"}, away: errors.New("engine is busy")}
		watch(t, h, 90*time.Second, func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			require.Equal(t, "e1", h.known, "the next look has to try again")
		})
		require.Empty(t, h.nudged)
	})
}

func TestWatchdog_sleepsWhileAnotherOneIsAwake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{taken: true, known: "e1", identity: "e2", open: []deal.AccountID{"a"}, overdue: []deal.AccountID{"a"}}
		w := watch(t, h, 90*time.Second, func() {})
		require.Empty(t, h.nudged)
		require.Zero(t, w.Rescued())
	})
}

func TestWatchdog_replansAccountsThatKnowAnotherCalendarOncePerVersion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{known: "e1", identity: "e1", stale: []deal.AccountID{"a"}}
		watch(t, h, 90*time.Second, func() {})
		require.Len(t, h.sent, 2)
		require.Equal(t, deal.RecomputeName, h.sent[0].Name)
		require.Equal(t, deal.System, h.sent[0].Actor)
		require.Equal(t, h.sent[0].Key, h.sent[1].Key, "the log answers the second one")
	})
}

func TestWatchdog_replansAtMostTwentyAccountsASecondAndGoesOnAtTheNextLook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{known: "e1", identity: "e1", placed: true}
		for i := range 1000 { // two looks: each spends half of its minute on it
			h.stale = append(h.stale, deal.AccountID(strconv.Itoa(100000+i)))
		}
		watch(t, h, 31*time.Second, func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			require.Len(t, h.sent, 600)
		})
		watch(t, h, 59*time.Second, func() {})
		require.Len(t, h.sent, 1000, "another process goes on where this one ended")
		require.Empty(t, h.stale)
	})
}

func TestWatchdog_comesToEveryStaleAccountHoweverManyCannotBeMoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{known: "e1", identity: "e1"}
		for i := range 900 { // whoever is sent the calendar stays stale
			h.stale = append(h.stale, deal.AccountID(strconv.Itoa(100000+i)))
		}
		watch(t, h, 119*time.Second, func() {})
		require.Len(t, h.sent, 900)
		require.Equal(t, deal.AccountID("100899"), h.sent[899].Account)
	})
}

func TestNewWatchdog_wantsAllItsParts(t *testing.T) {
	t.Parallel()
	_, err := worker.NewWatchdog(worker.WatchdogOptions{})
	require.Error(t, err)
}

func TestWatchdog_looksForForgottenUploadsOnceAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{known: "e1", identity: "e1"}
		began := time.Now()
		watch(t, h, 90*time.Minute, func() {})
		day := 24 * time.Hour
		require.Equal(t, []time.Time{began.Add(-day), began.Add(time.Hour - day)}, h.sweptBefore, "and spares those of the last day")
	})
}

func TestWatchdog_startsJobsThatNobodyDidInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{known: "e1", identity: "e1", late: []contract.SweepInput{{Job: "daily-quota", Period: "2026-05-04"}, {Job: "daily-digest", Period: "2026-05-03"}}}
		began := time.Now()
		watch(t, h, 59*time.Second, func() {})
		require.Equal(t, h.late, h.swept)
		require.Equal(t, []time.Time{began.Add(-2 * time.Minute)}, h.due, "the engine's own schedule goes first")
		require.Zero(t, h.prepared, "the engine is the one of before")
	})
}

func TestWatchdog_makesTheSchedulesOfAnEngineThatIsNew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{known: "e1", identity: "e2"}
		watch(t, h, 150*time.Second, func() {})
		require.Equal(t, 1, h.prepared)
	})
}
