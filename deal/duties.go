package deal

import (
	"slices"
	"time"
)

// Duty is what somebody has to have done by an instant, so that a clock of the account does not run out.
type Duty struct {
	Clock       string
	Kind        ClockKind
	Topic       Topic // of the agenda
	Due         time.Time
	For         []PersonID // whose turn it is, as things stand now
	Provisional bool       // a year on the way has no holiday data yet
}

// Duties are what an account's running clocks wait for, in order of time; what is overdue is still among them. Of a paused
// account it is the day it resumes.
func Duties(s State, org Org) []Duty {
	var out []Duty
	for _, c := range s.Clocks {
		if c.held() || c.Due.IsZero() {
			continue
		}
		turn := audience(s, org, c, Rung{Name: Remind}, later(c.Due, s.LastAt))
		out = append(out, Duty{Clock: c.ID, Kind: c.Kind, Topic: c.Topic, Due: c.Due, For: turn, Provisional: c.Provisional})
	}
	slices.SortStableFunc(out, func(a, b Duty) int { return a.Due.Compare(b.Due) })
	return out
}
