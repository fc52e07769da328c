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

// punctually ticks at every instant at which something is due, until an instant or until nothing is due any more.
func punctually(t tb, w *world, until time.Time) []deal.Event {
	t.Helper()
	var all []deal.Event
	for range 1000 {
		due := w.state.WakeAt()
		if due.IsZero() || due.After(until) {
			return all
		}
		if due.After(w.now) {
			w.now = due
		}
		events := w.do(t, deal.System, deal.Tick{Due: due})
		require.NotEmpty(t, events, "a tick at its instant does something")
		all = append(all, events...)
	}
	require.Fail(t, "an account that never comes to rest")
	return nil
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

// The list of what is coming is what comes, if nobody does anything (trust-and-speed.md T7).
func TestDueList_isWhatHappensWhenNobodyActs(t *testing.T) {
	t.Parallel()
	traces, things := 0, 0
	for n := 0; traces < 10_000; n++ {
		m := begin(t, seed(n))
		for range 25 {
			m.drift()
			if _, no := m.w.try(m.command()); len(no) > 0 || !m.w.state.Exists() {
				continue
			}
			traces++
			things += coming(t, m.w)
		}
	}
	require.Greater(t, things, 3*traces, "accounts on which something is due")
}

// coming compares the list with what ticks do, and tells how long it is. Of a paused account the list knows the day
// on which it resumes.
func coming(t tb, w *world) int {
	t.Helper()
	s, facts := w.state, w.facts
	facts.Agenda = nil        // what the records ask for after that is not in the list yet
	facts.Records = records() // as submitted: nobody edits what a request is about
	for _, a := range s.Approvals {
		if a.Status != deal.Pending {
			continue
		}
		if a.Subject.Type == deal.FormSubject {
			facts.Records.Forms[deal.Step(a.Subject.ID).Number()-1].Version = a.Subject.Version
		}
		for i, d := range facts.Records.Dossier {
			if a.Subject.Type == deal.RecordSubject && a.Subject.ID == d.Kind+"/"+d.ID {
				facts.Records.Dossier[i].Version = a.Subject.Version
			}
		}
	}
	list := deal.DueList(s, facts.Org)
	for i := 0; i < len(list); {
		tick := deal.Command{Account: account, Actor: deal.System, At: s.WakeAt(), Name: deal.TickName, Body: deal.Tick{Due: s.WakeAt()}}
		events, no := deal.Decide(s, tick, facts)
		require.Empty(t, no)
		require.NotEmpty(t, events)
		for _, e := range events {
			require.Less(t, i, len(list), "%s was not in the list", e.Kind)
			c := list[i]
			i++
			b, rung := e.Body.(deal.RungReached)
			if rung && (c.Clock != b.Clock || c.Kind != b.ClockKind || c.Rung != b.Rung || !c.At.Equal(b.Due)) {
				require.Fail(t, "something else happened", "want %v, got %v", c, b)
			}
			for _, person := range c.To {
				hears := slices.ContainsFunc(e.Notices, func(n deal.Notice) bool { return n.To == person })
				require.True(t, hears, "%s should hear of %s", person, c.Rung)
			}
			if c.Kind != deal.AgendaClock || len(c.To) > 0 { // who is asked hears even where nobody stands above
				require.Equal(t, len(c.To) == 0, len(e.Notices) == 0)
			}
			if !rung {
				require.Equal(t, deal.ResumedKind, e.Kind)
				require.Equal(t, deal.Resume, c.Rung)
				return i // what stood still counts from here
			}
		}
		s = deal.Fold(s, events...)
	}
	require.True(t, s.WakeAt().IsZero(), "something is due that was not in the list")
	return len(list)
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
			require.Equal(t, opens, w.state.WakeAt(), "a paused account wakes on its day and no sooner")
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
