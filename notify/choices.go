package notify

import (
	"errors"
	"fmt"
	"time"
)

// TimeOfDay is a time on the clock of the wall, in minutes since midnight.
type TimeOfDay int

const minutesADay = 24 * 60

// ParseTimeOfDay reads 08:30. The end of a day is 00:00.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("time of day %q: want hours and minutes as in 08:30", s)
	}
	return TimeOfDay(t.Hour()*60 + t.Minute()), nil
}

// String writes it as 08:30.
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

func (t TimeOfDay) valid() bool { return t >= 0 && t < minutesADay }

// on is the instant of this time on the day of at, some days later.
func (t TimeOfDay) on(at time.Time, days int) time.Time {
	y, m, d := at.Date()
	return time.Date(y, m, d+days, int(t)/60, int(t)%60, 0, 0, at.Location())
}

// Calendar knows working time. *calendar.Calendar is one.
type Calendar interface {
	// NextWorking is the first instant from t on at which the office is open.
	NextWorking(t time.Time) time.Time
}

// Quiet is the time of day during which a person hears nothing. It may go over
// midnight. From equal to To is none.
type Quiet struct {
	From TimeOfDay // the first quiet minute
	To   TimeOfDay // the first minute after it
}

// Choices are what a person chose for one channel.
type Choices struct {
	Off      bool           // nothing over this channel
	Quiet    Quiet          //
	Digests  []TimeOfDay    // when bundles go out; empty: each notice at once
	AtOnce   int            // more notices than this for one instant become one bundle; 0: no limit
	Location *time.Location // of the person's clock; nil is the calendar's business: an error
}

// Validate lists everything that is wrong with the choices.
func (c Choices) Validate() error {
	var problems []error
	if !c.Quiet.From.valid() || !c.Quiet.To.valid() {
		problems = append(problems, errors.New("quiet hours: want times from 00:00 to 23:59"))
	}
	for _, at := range c.Digests {
		if !at.valid() {
			problems = append(problems, errors.New("digests: want times from 00:00 to 23:59"))
		}
	}
	if c.AtOnce < 0 {
		problems = append(problems, errors.New("at once: want 0 or more"))
	}
	if c.Location == nil {
		problems = append(problems, errors.New("time zone is missing"))
	}
	return errors.Join(problems...)
}

// Due is when a notice of the instant at goes out if it is looked at now: at its
// digest or at once, and in neither case in quiet hours. One that is late, because
// nobody sent anything for a while, is due now, but not at night.
func (c Choices) Due(at, now time.Time, calendar Calendar) time.Time {
	due := later(c.digest(at), now)
	return c.hold(due, calendar)
}

// digest is the first time of a bundle from at on.
func (c Choices) digest(at time.Time) time.Time {
	if len(c.Digests) == 0 {
		return at
	}
	local := at.In(c.Location)
	var best time.Time
	for _, slot := range c.Digests {
		next := slot.on(local, 0)
		if next.Before(at) {
			next = slot.on(local, 1)
		}
		if best.IsZero() || next.Before(best) {
			best = next
		}
	}
	return best
}

// hold moves an instant out of the quiet hours, to the next working minute. When
// the quiet hours end within office hours that is where they end; when they cover
// all of them, there is no such minute, and their end must do.
func (c Choices) hold(at time.Time, calendar Calendar) time.Time {
	end, quiet := c.quietUntil(at)
	if !quiet {
		return at
	}
	first := end
	// A day has at most a few openings, and a holiday is one jump: what is not found
	// in two weeks of openings is not there.
	for range 60 {
		next := calendar.NextWorking(end)
		if end, quiet = c.quietUntil(next); !quiet {
			return next
		}
	}
	return first
}

// quietUntil says when the quiet hours end that at lies in.
func (c Choices) quietUntil(at time.Time) (end time.Time, quiet bool) {
	if c.Quiet.From == c.Quiet.To {
		return time.Time{}, false
	}
	local := at.In(c.Location)
	for _, days := range []int{-1, 0} { // the night that began yesterday, and today's
		from, to := c.Quiet.From.on(local, days), c.Quiet.To.on(local, days)
		if c.Quiet.To < c.Quiet.From {
			to = c.Quiet.To.on(local, days+1)
		}
		if !at.Before(from) && at.Before(to) {
			return to, true
		}
	}
	return time.Time{}, false
}
