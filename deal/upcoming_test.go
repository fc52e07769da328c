package deal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// The list of what is coming is what comes, if nobody does anything (trust-and-speed.md T7): at the same instants, from the
// same clocks, to the same people in the same words, and nothing else. Delegations begin and end on the way, people are on
// leave or have left, and what the records ask for later on is added by the agenda, never to what was listed.
func TestDueList_isWhatHappensWhenNobodyActs(t *testing.T) {
	t.Parallel()
	traces, things, after := 0, 0, 0
	for n := 0; traces < 10_000; n++ {
		m := begin(t, seed(n))
		for range 25 {
			m.drift()
			if _, no := m.w.try(m.command()); len(no) > 0 || !m.w.state.Exists() {
				continue
			}
			traces++
			w := m.w.copy()
			w.facts.Org.Delegations = m.delegations()
			w.facts.Org.Leaves = m.leaves()
			listed, later := comes(t, w)
			things += listed
			after += later
		}
	}
	require.Greater(t, things, 3*traces, "accounts on which something is due")
	require.Greater(t, after, traces/2, "and on which the agenda goes on")
}

// delegations are some that run, begin or end while the account is watched.
func (m mover) delegations() []deal.Delegation {
	var all []deal.Delegation
	people := []deal.PersonID{rep1, rep2, rep3, manager1, manager2, director1, finance1, ops1, left1}
	for i := range m.pick("delegations", 6) {
		since := m.w.now.Add(time.Duration(m.pick("since", 40*24)-5*24) * time.Hour)
		d := deal.Delegation{
			ID: fmt.Sprint("d", i), From: one(m, "from", people...), To: one(m, "to", people...),
			Since: since, Until: since.Add(time.Duration(1+m.pick("for", 30*24)) * time.Hour),
		}
		if d.From != d.To {
			all = append(all, d)
		}
	}
	return all
}

// leaves are some absences of the same weeks.
func (m mover) leaves() []deal.Leave {
	var all []deal.Leave
	for i := range m.pick("leaves", 3) {
		since := m.w.now.Truncate(day).Add(time.Duration(m.pick("from", 40)-5) * day)
		until := since.Add(time.Duration(1+m.pick("days", 14)) * day)
		all = append(all, deal.Leave{
			ID: fmt.Sprint("l", i), Person: one(m, "who", rep1, rep2, manager1, manager2, director1), Since: since, Until: until,
			First: since.In(shanghai).Format(time.DateOnly), Last: until.Add(-day).In(shanghai).Format(time.DateOnly),
		})
	}
	return all
}

// speech is what one rung says to whom.
type speech struct {
	clock string
	at    time.Time
	says  []string // "kind person"
}

func (s speech) String() string { return fmt.Sprintf("%s at %s: %v", s.clock, wall(s.at), s.says) }

// listed is what the list says of each rung.
func listed(list []deal.Coming) []speech {
	var all []speech
	for _, c := range list {
		s := speech{clock: c.Clock, at: c.At, says: []string{}}
		for _, p := range c.To {
			s.says = append(s.says, fmt.Sprintf("%s %s", c.Notice(), p))
		}
		slices.Sort(s.says)
		all = append(all, s)
	}
	return all
}

// settled is the world with nothing left that a command would do beside what time does: requests are about what was
// submitted, and the clocks follow from the records, the calendar and the people there are.
func settled(t tb, w *world) {
	t.Helper()
	w.facts.Records = records()
	for _, a := range w.state.Approvals {
		if a.Status != deal.Pending {
			continue
		}
		if a.Subject.Type == deal.FormSubject {
			w.facts.Records.Forms[deal.Step(a.Subject.ID).Number()-1].Version = a.Subject.Version
		}
		for i, d := range w.facts.Records.Dossier {
			if a.Subject.Type == deal.RecordSubject && a.Subject.ID == d.Kind+"/"+d.ID {
				w.facts.Records.Dossier[i].Version = a.Subject.Version
			}
		}
	}
	if w.state.LastAt.After(w.now) {
		w.now = w.state.LastAt
	}
	w.replan(t)
}

// comes compares the list with what ticks do: how many things it held, and how many the agenda added. Of a paused account
// the list knows the day on which it resumes.
func comes(t tb, w *world) (things, later int) {
	t.Helper()
	settled(t, w)
	list := deal.DueList(w.state, w.facts.Org)
	want := listed(list)
	things = len(want)
	for range 5000 {
		wake := w.state.WakeAt()
		if len(want) == 0 || wake.IsZero() {
			break
		}
		if wake.After(w.now) {
			w.now = wake
		}
		by := w.now
		events := w.do(t, deal.System, deal.Tick{Due: wake})
		require.NotEmpty(t, events, "a tick at the wake finds something due")
		for _, e := range events {
			s := speech{at: wake, says: told([]deal.Event{e})}
			slices.Sort(s.says)
			switch b := e.Body.(type) {
			case deal.RungReached:
				s.clock, s.at = b.Clock, b.Due
			case deal.ResumedBody:
				s.clock = "resume"
				if i := slices.IndexFunc(want, func(l speech) bool { return l.clock == "resume" && !l.at.After(wake) }); i >= 0 {
					s.at = want[i].at // the event says when it was noticed
				}
			case deal.AgendaPlanned:
				continue // dates of the agenda beyond those that were listed
			default:
				require.Fail(t, "something that nobody listed", "%s", e.Kind)
			}
			i := slices.IndexFunc(want, func(l speech) bool { return l.clock == s.clock && l.at.Equal(s.at) })
			if i < 0 {
				b, rung := e.Body.(deal.RungReached)
				require.True(t, rung && b.ClockKind == deal.AgendaClock, "%v was not listed in %v", s, want)
				later++
				continue
			}
			for _, before := range want[:i] {
				require.True(t, before.at.Equal(s.at), "%v comes before %v", s, before)
			}
			require.Equal(t, want[i], s)
			want = slices.Delete(want, i, i+1)
			if s.clock == "resume" {
				return things - len(want), later // what stood still counts from here
			}
		}
		for _, left := range want {
			require.True(t, left.at.After(by), "%v was due at %s and did not happen", left, wall(by))
		}
	}
	require.Empty(t, want, "listed, and never came")
	return things, later
}

func TestDueList_turnsToWhoeverStandsInWhenTheRungIsReached(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Analyse)
	list := deal.DueList(w.state, w.facts.Org)
	first := list[0]
	require.Equal(t, []deal.PersonID{rep1}, first.To)
	w.facts.Org.Delegations = []deal.Delegation{{ID: "d", From: rep1, To: rep2, Since: first.At, Until: first.At.Add(time.Hour)}}
	for _, c := range deal.DueList(w.state, w.facts.Org) {
		within := !c.At.Before(first.At) && c.At.Before(first.At.Add(time.Hour))
		if slices.Contains([]deal.RungName{deal.Remind, deal.Urge}, c.Rung) {
			require.Equal(t, within, slices.Contains(c.To, rep2), "%s at %s", c.Rung, wall(c.At))
		}
	}
}
