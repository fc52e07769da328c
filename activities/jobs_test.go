package activities_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/workflows/contract"
)

// diary remembers jobs in memory.
type diary struct {
	mu    sync.Mutex
	taken bool
	born  time.Time
	runs  map[string]view.JobRun // by period; there is one job
}

func (d *diary) TryLock(context.Context, string) (func(), bool, error) {
	return func() {}, !d.taken, nil
}

func (d *diary) Born(context.Context) (time.Time, error) { return d.born, nil }

func (d *diary) JobReach(context.Context, string) (done, began string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, period := range slices.Sorted(maps.Keys(d.runs)) {
		if began == "" {
			began = period
		}
		if d.runs[period].State == view.JobDone {
			done = period
		}
	}
	return done, began, nil
}

func (d *diary) JobRun(_ context.Context, _, period string) (view.JobRun, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	run, ok := d.runs[period]
	if !ok {
		return run, deal.ErrNotFound
	}
	return run, nil
}

func (d *diary) BeginJobRun(_ context.Context, job, period string, at time.Time) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	run := d.runs[period]
	if run.State == view.JobDone {
		return true, nil
	}
	d.runs[period] = view.JobRun{Job: job, Period: period, State: view.JobRunning, StartedAt: at, Attempts: run.Attempts + 1}
	return false, nil
}

func (d *diary) EndJobRun(_ context.Context, _, period string, at time.Time, detail map[string]int, failure string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	run := d.runs[period]
	run.State, run.FinishedAt, run.Detail, run.Error = view.JobDone, at, detail, failure
	if failure != "" {
		run.State, run.FinishedAt = view.JobFailed, time.Time{}
	}
	d.runs[period] = run
	return nil
}

// shop is one daily job, due at one o'clock of the next day, on a clock that is set by hand.
type shop struct {
	*activities.Jobs

	diary  *diary
	now    time.Time
	ran    []string
	broken bool
}

func newShop(t *testing.T, now, born string) *shop {
	t.Helper()
	s := &shop{diary: &diary{runs: map[string]view.JobRun{}, born: moment(t, born)}, now: moment(t, now)}
	var err error
	s.Jobs, err = activities.NewJobs(s.diary, func() time.Time { return s.now }, slog.New(slog.DiscardHandler), activities.Job{
		Name: "daily", Schedule: contract.Schedule{Job: "daily", Zone: "UTC"}, Periods: activities.Days{Zone: time.UTC},
		DueAt: func(_ context.Context, period string) (time.Time, error) {
			day, err := time.Parse(time.DateOnly, period)
			return day.Add(25 * time.Hour), err
		},
		Run: func(_ context.Context, period string) (map[string]int, error) {
			if s.broken {
				return nil, errors.New("no ink")
			}
			s.ran = append(s.ran, period)
			return map[string]int{"pages": 1}, nil
		},
	})
	require.NoError(t, err)
	return s
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04", text)
	require.NoError(t, err)
	return at
}

func (s *shop) do(t *testing.T, period string) contract.SweepResult {
	t.Helper()
	result, err := s.Do(t.Context(), contract.SweepInput{Job: "daily", Period: period})
	require.NoError(t, err)
	return result
}

func TestJobs_doEachPeriodOnceHoweverOftenTheyAreStarted(t *testing.T) {
	t.Parallel()
	s := newShop(t, "2026-05-05 00:59", "2026-01-01 00:00")
	require.Equal(t, []string{"2026-05-03"}, s.do(t, "").Ran, "the newest that is over; nobody waits for what came before")
	require.Empty(t, s.do(t, "").Ran)
	s.now = moment(t, "2026-05-05 01:00")
	require.Equal(t, []string{"2026-05-04"}, s.do(t, "").Ran)
	require.Empty(t, s.do(t, "2026-05-04").Ran)
	require.Equal(t, []string{"2026-05-03", "2026-05-04"}, s.ran)
}

func TestJobs_missedForThreeDaysAreMadeUpInOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t, "2026-05-05 02:00", "2026-01-01 00:00")
	s.do(t, "")
	s.now = moment(t, "2026-05-08 02:00")
	late, err := s.Overdue(t.Context(), s.now.Add(-2*time.Minute))
	require.NoError(t, err)
	require.Equal(t, []contract.SweepInput{{Job: "daily", Period: "2026-05-07"}}, late)
	require.Equal(t, []string{"2026-05-05", "2026-05-06", "2026-05-07"}, s.do(t, "2026-05-07").Ran)
	late, err = s.Overdue(t.Context(), s.now)
	require.NoError(t, err)
	require.Empty(t, late)
}

// T6: the clock jumps seven days, and everybody who can start the job does.
func TestT6_aClockThatJumpsRunsEachDayAtMostOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, "2026-05-05 02:00", "2026-01-01 00:00")
	s.do(t, "")
	s.now = s.now.AddDate(0, 0, 7)
	for range 3 {
		s.do(t, "")
		s.do(t, "2026-05-08")
		s.do(t, "2026-05-11")
	}
	require.Len(t, s.ran, 8)
	require.Equal(t, slices.Sorted(slices.Values(s.ran)), s.ran)
	s.now = s.now.AddDate(0, 0, -7) // and back
	require.Empty(t, s.do(t, "").Ran)
	require.Len(t, s.ran, 8)
}

func TestJobs_beginWithTheHouse(t *testing.T) {
	t.Parallel()
	s := newShop(t, "2026-05-05 02:00", "2026-05-05 01:30")
	require.Empty(t, s.do(t, "").Ran, "nothing is due of the time before")
	s.now = moment(t, "2026-05-06 02:00")
	require.Equal(t, []string{"2026-05-05"}, s.do(t, "").Ran)
	require.Equal(t, []string{"2026-04-30"}, s.do(t, "2026-04-30").Ran, "unless somebody asks for it by name")
}

func TestJobs_thatFailSayWhyAndAreTriedAgainBeforeAnythingLater(t *testing.T) {
	t.Parallel()
	s := newShop(t, "2026-05-05 02:00", "2026-01-01 00:00")
	s.broken = true
	_, err := s.Do(t.Context(), contract.SweepInput{Job: "daily"})
	require.ErrorContains(t, err, "no ink")
	run, err := s.diary.JobRun(t.Context(), "daily", "2026-05-04")
	require.NoError(t, err)
	require.Equal(t, view.JobFailed, run.State)
	require.Equal(t, "no ink", run.Error)
	s.now = s.now.Add(time.Minute)
	late, err := s.Overdue(t.Context(), s.now)
	require.NoError(t, err)
	require.Empty(t, late, "it was tried a minute ago")
	s.now = s.now.AddDate(0, 0, 1)
	late, err = s.Overdue(t.Context(), s.now)
	require.NoError(t, err)
	require.Equal(t, []contract.SweepInput{{Job: "daily", Period: "2026-05-05"}}, late)
	_, err = s.Do(t.Context(), late[0])
	require.Error(t, err)
	require.Empty(t, s.ran, "the later day waits for the earlier one")
	s.broken = false
	require.Equal(t, []string{"2026-05-04", "2026-05-05"}, s.do(t, "2026-05-05").Ran)
	run, err = s.diary.JobRun(t.Context(), "daily", "2026-05-04")
	require.NoError(t, err)
	require.Equal(t, 3, run.Attempts)
	require.Empty(t, run.Error)
}

func TestJobs_refuseWhatIsNoPeriodOfTheirsOrNotOver(t *testing.T) {
	t.Parallel()
	s := newShop(t, "2026-05-05 02:00", "2026-01-01 00:00")
	for period, want := range map[string]error{"2026-05": view.ErrBadPeriod, "yesterday": view.ErrBadPeriod, "2026-05-05": view.ErrNotOver} {
		require.ErrorIs(t, s.Check(t.Context(), "daily", period), want, period)
		_, err := s.Do(t.Context(), contract.SweepInput{Job: "daily", Period: period})
		require.ErrorIs(t, err, want, period)
	}
	require.ErrorIs(t, s.Check(t.Context(), "weekly", "2026-05-04"), deal.ErrNotFound)
	require.NoError(t, s.Check(t.Context(), "daily", "2026-05-04"))
	s.diary.taken = true
	require.Equal(t, contract.SweepResult{Busy: true}, s.do(t, ""))
	require.Empty(t, s.ran)
}

func TestPeriods_followOneAnotherInTheirZone(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	at := moment(t, "2026-12-31 16:00") // midnight there
	for _, c := range []struct {
		periods               activities.Periods
		of, previous, further string
	}{
		{activities.Days{Zone: zone}, "2027-01-01", "2026-12-31", "2027-01-02"}, {activities.Months{Zone: zone}, "2027-01", "2026-12", "2027-02"},
	} {
		require.Equal(t, c.of, c.periods.Of(at))
		next, err := c.periods.Next(c.of)
		require.NoError(t, err)
		require.Equal(t, c.further, next)
		previous, err := c.periods.Previous(c.of)
		require.NoError(t, err)
		require.Equal(t, c.previous, previous)
		_, err = c.periods.Next("2026-13-01x")
		require.Error(t, err)
	}
}

func TestJobs_tellWhatTheyOweAndWhatComesNext(t *testing.T) {
	t.Parallel()
	s := newShop(t, "2026-05-05 02:00", "2026-05-05 01:30")
	standing := func() view.JobStanding {
		all, err := s.Standing(t.Context())
		require.NoError(t, err)
		require.Len(t, all, 1)
		return all[0]
	}
	require.Equal(t, view.JobStanding{Job: "daily", Next: "2026-05-05", NextAt: moment(t, "2026-05-06 01:00")}, standing(), "a new house owes nothing")
	s.now = moment(t, "2026-05-06 02:00")
	s.do(t, "")
	now := standing()
	require.Equal(t, []string{"2026-05-05", "2026-05-06"}, []string{now.Done, now.Next})
	require.Equal(t, view.JobDone, now.Last.State)
	s.broken, s.now = true, moment(t, "2026-05-09 02:00")
	_, err := s.Do(t.Context(), contract.SweepInput{Job: "daily"})
	require.Error(t, err)
	now = standing()
	require.Equal(t, []string{"2026-05-06", "2026-05-07", "2026-05-08"}, now.Missed)
	require.Equal(t, []string{"2026-05-05", "2026-05-09"}, []string{now.Done, now.Next})
	require.Equal(t, "no ink", now.Last.Error)
}
