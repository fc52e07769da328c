package deal

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Clock is one thing that time does to an account: a deadline with its ladder, a follow-up, a date to wake up.
// What is still to come stands in Rungs, in order of time; a rung that has fired is gone.
type Clock struct {
	ID          string    `json:"id"` // unique in the account: "step/<deadline>", "approval/<id>/<level>" or with "/<seat>" behind it, "agenda/<matter>", "follow_up", "recheck", "resume"
	Kind        ClockKind `json:"kind"`
	Until       Until     `json:"until,omitempty"`
	From        time.Time `json:"from"` // when it started, or was resumed
	Length      Span      `json:"length"`
	Due         time.Time `json:"due"`
	Breached    bool      `json:"breached,omitempty"`
	Rungs       []Rung    `json:"rungs,omitempty"`
	Quiet       bool      `json:"quiet,omitempty"` // rungs outside office hours wait for the next working minute
	Provisional bool      `json:"provisional,omitempty"`
	Calendar    string    `json:"calendar"` // version of the calendar that the instants were computed with

	// Of the agenda: what it is about, for whom, what its dates follow from, and the day up to which it has fired.
	Topic  Topic    `json:"topic,omitempty"`
	For    PersonID `json:"for,omitempty"`
	Basis  string   `json:"basis,omitempty"`
	Passed string   `json:"passed,omitempty"`

	Ask []Audience `json:"ask,omitempty"` // see [Appointment]
}

// Rung is one coming act of a clock. Offset counts from the clock's start, so that a new calendar can place it anew.
type Rung struct {
	Name   RungName  `json:"name"`
	Offset Span      `json:"offset"`
	At     time.Time `json:"at"`
	Breach bool      `json:"breach,omitempty"` // stands at 100 %: reaching it is a breach of the deadline
	Day    string    `json:"day,omitempty"`    // of the agenda: the civil day (YYYY-MM-DD) that it is meant for, whatever the office's hours
}

// ClockKind says what a clock belongs to.
type ClockKind string

// The kinds of clocks.
const (
	StepClock       ClockKind = "step"
	ApprovalClock   ClockKind = "approval"
	FollowUpClock   ClockKind = "follow_up"
	RecheckClock    ClockKind = "recheck"
	ResumeClock     ClockKind = "resume"
	SpecialistClock ClockKind = "specialist" // an offered step waits for its answer
	AgendaClock     ClockKind = "agenda"     // what a record is about comes due
)

// HandoverDeadline is the deadline of collect: a lead is handed over before the end of the same working day. Missing it
// marks the lead as late for ever.
const (
	HandoverDeadline = "step"
	followUpClock    = "follow_up"
	recheckClock     = "recheck"
	resumeClock      = "resume"
)

// start arms a clock with its ladder.
func start(f Facts, id string, kind ClockKind, from time.Time, within Span, ladder []LadderRung) Clock {
	from = instant(from)
	c := Clock{ID: id, Kind: kind, From: from, Length: within, Quiet: f.Book.QuietHours && kind != ResumeClock}
	if within.Unit == DayEnd { // the end of the day is an instant of its own; its length follows from it
		c.Length = within.left(from, within.end(from, f.Working), f.Working)
	}
	marked, limits := false, kind == StepClock || kind == ApprovalClock
	for _, r := range ladder {
		breach := limits && r.Before == nil && r.After == nil && r.Percent == 100
		marked = marked || breach
		c.Rungs = append(c.Rungs, Rung{Name: r.Name, Offset: c.offset(r, f.Working), Breach: breach})
	}
	if limits && !marked {
		c.Rungs = append(c.Rungs, Rung{Name: Due, Offset: c.Length, Breach: true})
	}
	c.place(f.Working)
	return c
}

// offset is how far after the clock's start a rung of a playbook's ladder stands.
func (c Clock) offset(r LadderRung, w Working) Span {
	full := c.Length.share(100, w)
	var away Span // before (negative) or after the deadline
	switch {
	case r.Before != nil:
		away = r.Before.share(100, w)
		away.Length = -away.Length
	case r.After != nil:
		away = r.After.share(100, w)
	default:
		return c.Length.share(r.Percent, w)
	}
	if away.Unit == full.Unit {
		return Span{Unit: full.Unit, Length: max(0, full.Length+away.Length)}
	}
	at := away.end(c.Length.end(c.From, w), w) // in another time than the deadline: count from the instant it ends
	return CalendarTime(max(0, at.Sub(c.From)))
}

// place computes every instant of the clock from its start, with the calendar at hand.
func (c *Clock) place(w Working) {
	c.Due = c.Length.end(c.From, w)
	last := c.Due
	for i := range c.Rungs {
		at := c.Rungs[i].Offset.end(c.From, w)
		if c.Quiet {
			at = w.NextWorking(at)
		}
		c.Rungs[i].At = at
		if at.After(last) {
			last = at
		}
	}
	slices.SortStableFunc(c.Rungs, func(a, b Rung) int { return a.At.Compare(b.At) })
	c.Provisional = w.Provisional(c.From, last)
	c.Calendar = w.Version()
}

// hold returns the clock with what it has left at now instead of instants; [Clock.resume] starts it again.
func (c Clock) hold(now time.Time, w Working) Clock {
	c.Rungs = slices.Clone(c.Rungs)
	for i, r := range c.Rungs {
		c.Rungs[i].Offset = c.Length.left(now, r.At, w) // in the clock's own time, so that no rung overtakes the deadline
		c.Rungs[i].At = time.Time{}
	}
	c.Length = c.Length.left(now, c.Due, w)
	c.Due = time.Time{}
	c.From = time.Time{}
	return c
}

// held tells whether the clock stands still.
func (c Clock) held() bool { return c.From.IsZero() }

// resume lets a held clock run on with the time it had left.
func (c Clock) resume(now time.Time, w Working) Clock {
	c.From = instant(now)
	c.Rungs = slices.Clone(c.Rungs)
	c.place(w)
	return c
}

// next is the earliest rung still to come.
func (c Clock) next() (Rung, bool) {
	if c.held() || len(c.Rungs) == 0 {
		return Rung{}, false
	}
	return c.Rungs[0], true
}

// stepClocks arms the deadlines of a step. Who comes back to it after the review of the lead has no review to wait for.
func stepClocks(f Facts, s Step, now time.Time, reviewed bool) []Clock {
	var clocks []Clock
	for _, d := range f.Book.Step(s).Deadlines {
		if reviewed && d.Until == UntilIntake {
			continue
		}
		c := start(f, "step/"+d.Name, StepClock, now, d.Within, d.Ladder)
		c.Until = d.Until
		clocks = append(clocks, c)
	}
	return clocks
}

// approvalClock is the ID of the clock of one level.
func approvalClock(id string, level int) string {
	return "approval/" + id + "/" + strconv.Itoa(level)
}

// seatClock is the ID of the clock of one seat whose holder came later than the others of its level.
func seatClock(id string, level, seat int) string {
	return approvalClock(id, level) + "/" + strconv.Itoa(seat+1)
}

// ofApproval finds the approval that a clock or a task belongs to; empty when it belongs to something else.
func ofApproval(ref string) string {
	rest, ok := strings.CutPrefix(ref, "approval/")
	if !ok {
		return ""
	}
	id, _, _ := strings.Cut(rest, "/")
	return id
}
