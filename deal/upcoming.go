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
	acts := s.acts()
	out := make([]Coming, len(acts))
	for i := 0; i < len(acts); {
		tick := later(acts[i].wake, s.LastAt) // whoever stands in then hears
		for ; i < len(acts) && !acts[i].rung.At.After(tick); i++ {
			c, r := acts[i].clock, acts[i].rung
			out[i] = Coming{
				At: r.At, Clock: c.ID, Kind: c.Kind, Topic: c.Topic, Rung: r.Name, Due: c.Due, To: audience(s, org, c, r, tick), Provisional: c.Provisional,
			}
		}
	}
	return out
}

// act is a rung of a running clock, and the next wake of the account if it is the first one left.
type act struct {
	clock Clock
	rung  Rung
	wake  time.Time
}

// acts are all rungs in order of time.
func (s State) acts() []act {
	var acts []act
	for _, c := range s.Clocks {
		if c.held() {
			continue
		}
		for _, r := range c.Rungs {
			acts = append(acts, act{c, r, s.wakeFor(c, r)})
		}
	}
	slices.SortStableFunc(acts, func(a, b act) int { return a.rung.At.Compare(b.rung.At) })
	for i := len(acts) - 2; i >= 0; i-- { // what is due later may wake sooner, and what is due by then happens with it
		if next := acts[i+1].wake; next.Before(acts[i].wake) {
			acts[i].wake = next
		}
	}
	return acts
}
