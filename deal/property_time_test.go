package deal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
)

// happening is one thing that time did: which rung, when it was due, what it asked of whom.
type happening struct {
	clock  string
	rung   deal.RungName
	due    time.Time
	breach bool
	tasks  string
	told   string
}

// happenings are what time did, without when it was noticed.
func happenings(events []deal.Event) []happening {
	var list []happening
	for _, e := range events {
		h := happening{told: fmt.Sprint(told([]deal.Event{e}))}
		for _, task := range e.Tasks {
			h.tasks += fmt.Sprintf("%s %s %s %s;", task.Kind, task.Assignee, task.Ref, task.Due)
		}
		switch b := e.Body.(type) {
		case deal.RungReached:
			h.clock, h.rung, h.due, h.breach = b.Clock, b.Rung, b.Due, b.Breach
		case deal.ResumedBody:
			h.clock, h.rung = "resume", deal.Resume
		default:
			h.clock = string(e.Kind)
		}
		list = append(list, h)
	}
	return list
}

// punctually ticks whenever the account wakes, until an instant or until nothing is due any more. What is due by then and
// would wake later happens at the end.
func punctually(t tb, w *world, until time.Time) []deal.Event {
	t.Helper()
	var all []deal.Event
	for range 1000 {
		due := nextDue(w.state)
		if due.IsZero() || due.After(until) {
			return all
		}
		wake := earlier(w.state.WakeAt(), until)
		if wake.After(w.now) {
			w.now = wake
		}
		events := w.do(t, deal.System, deal.Tick{Due: wake})
		require.NotEmpty(t, events, "a tick at its instant does something")
		all = append(all, events...)
	}
	require.Fail(t, "an account that never comes to rest")
	return nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// A process that was away for weeks does the same as one that was there, a little later (trust-and-speed.md T3).
func TestTick_thatComesLateDoesWhatPunctualOnesDid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := begin(t, drawn{t})
		w := m.wander(rapid.IntRange(0, 25).Draw(t, "moves"))
		if !w.state.Exists() {
			return
		}
		w.now = counts(w.command(rep1, deal.Load{}), w.state)
		w.replan(t)                   // what was written is known
		w.facts.Org.Delegations = nil // a delegation that ends in between changes who is told, rightly
		away := one(m, "away", time.Hour, day, 10*day, 60*day, 400*day)

		there, late := w.copy(), w.copy()
		until := w.now.Add(away)
		want := happenings(punctually(t, there, until))
		late.now = until
		require.Equal(t, want, happenings(late.do(t, deal.System, deal.Tick{Due: until})))
		require.Equal(t, there.state.Status, late.state.Status)
		require.Equal(t, there.state.Clocks, late.state.Clocks)
		require.Equal(t, there.todo(), late.todo())

		again := late.do(t, deal.System, deal.Tick{Due: until})
		require.Empty(t, again, "a tick for an instant that was handled does nothing")
	})
}

// Pauses cost nobody working time and give nobody any: what a clock consumed while it ran, and what it has left, are
// together what it had.
func TestPause_keepsWhatEveryClockHasLeft(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		w.facts.Book.QuietHours = false // so that a rung has its own instant and not the next working minute
		w.open(t).walk(t, rapid.SampledFrom(deal.Steps()).Draw(t, "step"))
		w.do(t, manager1, deal.SetGrade{Grade: deal.GradeB, Reason: note("grade")})
		if kind := wanted(place{step: w.state.Step}); stepKinds()[kind] == w.state.Step {
			w.do(t, rep1, w.ask(kind))
		}
		type run struct{ office, calendar time.Duration }
		var ran run
		since, first := w.now, w.state.Clocks
		hours := w.facts.Working
		for range rapid.IntRange(1, 5).Draw(t, "pauses") {
			w.now = w.now.Add(time.Duration(rapid.IntRange(0, 60*24*3).Draw(t, "minutes at work")) * time.Minute)
			resumeOn := w.now.In(shanghai).AddDate(0, 0, rapid.IntRange(1, 30).Draw(t, "days off")).Format(time.DateOnly)
			w.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: resumeOn})
			ran.office += hours.Between(since, w.now)
			ran.calendar += w.now.Sub(since)
			opens, err := hours.Opening(resumeOn)
			require.NoError(t, err)
			require.Equal(t, opens, nextDue(w.state), "a paused account wakes on its day and no sooner")
			if rapid.Bool().Draw(t, "early") {
				w.now = w.now.Add(time.Duration(rapid.IntRange(0, int(opens.Sub(w.now).Minutes())).Draw(t, "minutes")) * time.Minute)
				w.do(t, manager1, deal.ResumeNow{})
				since = w.now
			} else { // nobody is there on the day, and a tick comes later; nothing else is due before it
				since, w.now = opens, opens
				events := w.do(t, deal.System, deal.Tick{Due: opens})
				require.Equal(t, deal.ResumedKind, events[0].Kind)
			}
		}
		for _, was := range first {
			i := slices.IndexFunc(w.state.Clocks, func(c deal.Clock) bool { return c.ID == was.ID })
			require.GreaterOrEqual(t, i, 0)
			now := w.state.Clocks[i]
			left, consumed := func(from, to time.Time) time.Duration { return to.Sub(from) }, ran.calendar
			if was.Length.Unit != deal.Calendar {
				left, consumed = hours.Between, ran.office
			}
			require.Equal(t, max(0, left(was.From, was.Due)-consumed), left(since, now.Due), "deadline of %s", was.ID)
			for _, rung := range now.Rungs {
				j := slices.IndexFunc(was.Rungs, func(r deal.Rung) bool { return r.Name == rung.Name })
				had := left(was.From, was.Rungs[j].At)
				require.Equal(t, max(0, had-consumed), left(since, rung.At), "%s of %s", rung.Name, was.ID)
			}
		}
	})
}
