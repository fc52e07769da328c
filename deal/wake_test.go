package deal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
)

// nextDue is the earliest instant at which time does something to an account, which wakes behind it; zero without any.
func nextDue(s deal.State) time.Time {
	list := deal.DueList(s, deal.Org{})
	if len(list) == 0 {
		return time.Time{}
	}
	return list[0].At
}

// waiting is an account whose one clock runs from an instant to another, with one rung at the end.
func waiting(id deal.AccountID, kind deal.ClockKind, from, due, rung time.Time) deal.State {
	return deal.State{Account: id, Clocks: []deal.Clock{{ID: "c", Kind: kind, From: from, Due: due, Rungs: []deal.Rung{{Name: deal.Remind, At: rung}}}}}
}

// behind is how long after the one rung of a clock of some length an account wakes.
func behind(id deal.AccountID, length time.Duration) time.Duration {
	from := at("2026-03-02 09:00")
	due := from.Add(length)
	return waiting(id, deal.FollowUpClock, from, due, due).WakeAt().Sub(due)
}

func TestWakeAt_isBehindWhatIsDueWithinTheWindowOfItsClock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := at("2026-03-02 09:00")
		var clocks []deal.Clock
		for i := range rapid.IntRange(1, 6).Draw(t, "clocks") {
			length := time.Duration(rapid.Int64Range(0, int64(20*day)).Draw(t, "length")).Truncate(time.Microsecond)
			c := deal.Clock{ID: fmt.Sprint(i), Kind: deal.StepClock, From: from, Due: from.Add(length)}
			for _, share := range []time.Duration{2, 1} {
				c.Rungs = append(c.Rungs, deal.Rung{Name: deal.Remind, At: from.Add(length / share).Truncate(time.Microsecond)})
			}
			clocks = append(clocks, c)
		}
		s := deal.State{Account: deal.AccountID(rapid.StringN(1, 36, -1).Draw(t, "id")), Clocks: clocks}
		due, wake := nextDue(s), s.WakeAt()
		require.False(t, wake.Before(due), "a tick must not find that nothing is due")
		require.Equal(t, wake.Truncate(time.Microsecond), wake)
		bound := false // by the window of some clock
		for _, c := range clocks {
			window := min(c.Due.Sub(c.From)/10, deal.WakeWindow)
			require.False(t, wake.After(c.Rungs[0].At.Add(window)), "no rung waits for longer than its window, whatever the others do")
			bound = bound || !wake.Before(c.Rungs[0].At)
		}
		require.True(t, bound)
		require.Equal(t, wake, s.WakeAt())
	})
}

func TestWakeAt_keepsWhatIsShortPunctual(t *testing.T) {
	t.Parallel()
	for length, window := range map[time.Duration]time.Duration{
		0: 0, 9 * time.Microsecond: 0, 10 * time.Second: time.Second, 50 * time.Minute: deal.WakeWindow, 365 * day: deal.WakeWindow,
	} {
		latest := time.Duration(0)
		for i := range 200 {
			latest = max(latest, behind(deal.AccountID(fmt.Sprint(i)), length))
		}
		require.LessOrEqual(t, latest, window, length)
		require.GreaterOrEqual(t, latest, window*9/10, "%s: the whole window is used", length)
	}
}

// What was overdue when it was planned has no length, and its next rung stands at an opening hour that others share.
func TestWakeAt_spreadsMattersThatWereOverdueWhenTheyWerePlanned(t *testing.T) {
	t.Parallel()
	planned := at("2026-03-02 09:00")
	late, rung := planned.Add(-day), planned.Add(day)
	require.Equal(t, rung.Add(behind(account, 365*day)), waiting(account, deal.AgendaClock, planned, late, rung).WakeAt())
	require.Equal(t, rung, waiting(account, deal.StepClock, planned, late, rung).WakeAt(), "a step's clock has a length, or is punctual")
}

// Whoever is asked as a clock starts is asked then.
func TestWakeAt_isNotDelayedForWhatIsDueWhenItsClockStarts(t *testing.T) {
	t.Parallel()
	from := at("2026-03-02 09:00")
	for _, rung := range []time.Time{from, from.Add(-day)} {
		require.Equal(t, rung, waiting(account, deal.AgendaClock, from, from.Add(day), rung).WakeAt())
	}
	require.True(t, waiting(account, deal.AgendaClock, from, from.Add(day), from.Add(time.Hour)).WakeAt().After(from.Add(time.Hour)))
}

// Timers of running accounts were armed by what is pinned here, and histories are replayed by it.
func TestWakeAt_isTheSameForAnAccountForEver(t *testing.T) {
	t.Parallel()
	pinned := map[deal.AccountID]time.Duration{
		"0190a000-0000-7000-8000-000000000001": 4_843_854 * time.Microsecond,
		"0190a000-0000-7000-8000-000000000002": 57_391_215 * time.Microsecond,
		"ffffffff-ffff-7fff-bfff-ffffffffffff": 148_953_128 * time.Microsecond,
	}
	for id, want := range pinned {
		require.Equal(t, want, behind(id, 30*day), id)
		require.Equal(t, want, behind(id, 90*day), "the window is as wide, so the place in it is the same")
	}
}

// Ten thousand accounts that are due at one instant are spread as evenly as by chance: in 100 slots of the window, the sum of
// squares stays below what chance exceeds once in a thousand times (chi-square with 99 degrees of freedom: 148.2).
func TestWakeAt_spreadsAccountsEvenly(t *testing.T) {
	t.Parallel()
	const accounts, slots = 10_000, 100
	var filled [slots]int
	for i := range accounts {
		j := behind(deal.AccountID(fmt.Sprintf("0190a000-0000-7000-8000-%012d", i)), 30*day)
		require.Less(t, j, deal.WakeWindow)
		filled[int(j*slots/deal.WakeWindow)]++
	}
	const want = float64(accounts) / slots
	chi := 0.0
	for _, n := range filled {
		chi += (float64(n) - want) * (float64(n) - want) / want
	}
	require.Less(t, chi, 148.2)
}

// Two rungs of one account within a window are one tick, in order, each with its own instant.
func TestTick_firesWhatCameDueWithinTheWindowInOrder(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	first := w.clock(t, "step/step").Rungs[0].At
	w.do(t, rep1, deal.SetFollowUp{At: first.Add(time.Microsecond), Note: note("call")})
	var within []deal.Coming
	wake := w.state.WakeAt()
	require.False(t, wake.Before(first))
	for _, c := range deal.DueList(w.state, w.facts.Org) {
		if !c.At.After(wake) {
			within = append(within, c)
		}
	}
	require.Greater(t, len(within), 1, "the follow-up is due a moment after the step's reminder")
	w.now = wake
	events := w.do(t, deal.System, deal.Tick{Due: wake})
	require.Len(t, events, len(within))
	for i, e := range events {
		b, ok := e.Body.(deal.RungReached)
		require.True(t, ok)
		require.Equal(t, []any{within[i].Clock, within[i].Rung, within[i].At}, []any{b.Clock, b.Rung, b.Due})
		require.Equal(t, wake.Sub(b.Due), b.Late)
		require.Equal(t, wake, e.At)
	}
	require.True(t, nextDue(w.state).After(wake))
}
