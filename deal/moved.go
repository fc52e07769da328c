package deal

import (
	"slices"
	"time"
)

// Moved counts the clocks of an account that run and that would end, or speak up, at another instant with another
// calendar. It changes nothing: it is what a change of the calendar would do, before it is made.
func (s State) Moved(w Working) int {
	n := 0
	for _, c := range s.Clocks {
		if !c.held() && c.moves(s, w) {
			n++
		}
	}
	return n
}

// moves tells whether the clock would stand otherwise with another calendar.
func (c Clock) moves(s State, w Working) bool {
	next := c
	next.Rungs = slices.Clone(c.Rungs)
	switch c.Kind {
	case ResumeClock:
		opens, err := w.Opening(s.ResumeOn)
		return err == nil && !instant(opens).Equal(c.Due)
	case AgendaClock: // its rungs stand at the opening of their days; what it is due on stays
		if c.timed() {
			next.place(w)
		}
		for i, r := range next.Rungs {
			if at, err := w.Opening(r.Day); err == nil && r.Day != "" {
				next.Rungs[i].At = instant(at)
			}
		}
	case StepClock, ApprovalClock, FollowUpClock, RecheckClock, SpecialistClock:
		next.place(w)
	}
	return !next.Due.Equal(c.Due) || !slices.EqualFunc(next.instants(), c.instants(), time.Time.Equal)
}

// instants are those of the clock's rungs, in order of time.
func (c Clock) instants() []time.Time {
	var all []time.Time
	for _, r := range c.Rungs {
		all = append(all, r.At)
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// PlacedUntil is the last instant of the clocks that run; zero when none does. A change of the calendar behind it moves
// nothing of the account.
func (s State) PlacedUntil() time.Time {
	var last time.Time
	for _, c := range s.Clocks {
		if c.held() {
			continue
		}
		for _, at := range append(c.instants(), c.Due) {
			if at.After(last) {
				last = at
			}
		}
	}
	return last
}
