package deal

import (
	"slices"
	"time"
)

// Coming is one thing that will happen by itself: when, to whom, and why.
type Coming struct {
	At          time.Time
	Clock       string
	Kind        ClockKind
	Topic       Topic // of the agenda
	Rung        RungName
	Due         time.Time  // of the clock
	To          []PersonID // as things stand now, in the hands of whoever stands in at that instant
	Provisional bool       // a year on the way has no holiday data yet
}

// Notice is the kind of notice that people will get; a rung that only marks a breach has one that nobody gets.
func (c Coming) Notice() NoticeKind { return Clock{Kind: c.Kind, Topic: c.Topic}.notice(c.Rung) }

// DueList is everything that an account's clocks will do, in order of time, if nobody does anything. Rungs that only
// mark a breach are in it with nobody to tell. Of a paused account it knows the day it resumes: what comes after is
// counted from then on.
func DueList(s State, org Org) []Coming {
	out := []Coming{}
	for _, c := range s.Clocks {
		if c.held() {
			continue
		}
		for _, r := range c.Rungs {
			out = append(out, Coming{
				At: r.At, Clock: c.ID, Kind: c.Kind, Topic: c.Topic, Rung: r.Name, Due: c.Due, To: audience(s, org, c, r, later(r.At, s.LastAt)), Provisional: c.Provisional,
			})
		}
	}
	slices.SortStableFunc(out, func(a, b Coming) int { return a.At.Compare(b.At) })
	return out
}
