package deal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// instantsOf is a clock's deadline and what it will do, without what was computed beside.
func instantsOf(c deal.Clock) []time.Time {
	all := []time.Time{c.Due}
	for _, r := range c.Rungs {
		all = append(all, r.At)
	}
	return all
}

// What a look before a change of the calendar counts is what the change then moves.
func TestMoved_countsWhatARecomputeMoves(t *testing.T) {
	t.Parallel()
	resting := newWorld()
	resting.facts.Book.Recheck = deal.WorkingDays(3)
	resting.open(t).walk(t, deal.Archive)
	resting.do(t, rep1, deal.Advance{From: deal.Archive})
	paused := standingIn(t, deal.Survey)
	paused.do(t, rep1, deal.Pause{Reason: note("fair"), ResumeOn: "2026-03-09"})
	dated := newWorld().keepAgenda()
	dated.open(t).walk(t, deal.Maintain)
	dated.put("a1", dossier.Agreement{EndsOn: "2026-05-11"})
	dated.replan(t)
	moved := 0
	for name, w := range map[string]*world{"a request": asked(t), "a rest": resting, "a pause": paused, "an agreement": dated, "a step": standingIn(t, deal.Plan)} {
		require.NotZero(t, w.state.PlacedUntil(), name)
		for _, off := range [][]string{nil, {"2026-03-03"}, {"2026-03-04", "2026-03-09"}, {"2026-03-11", "2026-03-12"}, {"2026-05-04"}, {"2027-07-07"}} {
			before := *w
			next := office{version: "cal-" + name + time.Duration(len(off)).String(), off: off}
			would := before.state.Moved(next)
			before.facts.Working = next
			if before.facts.Agenda != nil {
				before.keepAgenda() // with this calendar
			}
			before.do(t, deal.System, deal.Recompute{})
			did := 0
			for _, c := range before.state.Clocks {
				for _, was := range w.state.Clocks {
					if was.ID == c.ID && !was.From.IsZero() && !sameInstants(instantsOf(was), instantsOf(c)) {
						did++
					}
				}
			}
			require.Equal(t, did, would, "%s with %v off", name, off)
			moved += did
		}
		require.Zero(t, w.state.Moved(w.facts.Working), "the calendar there is moves nothing")
	}
	require.Greater(t, moved, 8)
}

func sameInstants(a, b []time.Time) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(b[i]) {
			return false
		}
	}
	return true
}
