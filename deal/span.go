package deal

import (
	"fmt"
	"time"
)

// Unit says in which time a span runs. One working day is never 24 hours.
type Unit string

// Office time runs while the organisation works; calendar time always runs. A span to the end of the day has no
// length of its own: it ends when the working day closes.
const (
	Office   Unit = "office"
	Days     Unit = "working_days"
	Calendar Unit = "calendar"
	DayEnd   Unit = "day_end"
)

// Span is a length of time in a stated unit. Length counts office or calendar time; Count counts working days.
type Span struct {
	Unit   Unit          `json:"unit"`
	Length time.Duration `json:"length,omitempty"` // Office, Calendar
	Count  int           `json:"count,omitempty"`  // Days
}

// OfficeTime, WorkingDays, CalendarTime and EndOfDay make spans.
func OfficeTime(d time.Duration) Span   { return Span{Unit: Office, Length: d} }
func WorkingDays(n int) Span            { return Span{Unit: Days, Count: n} }
func CalendarTime(d time.Duration) Span { return Span{Unit: Calendar, Length: d} }
func EndOfDay() Span                    { return Span{Unit: DayEnd} }

func (s Span) String() string {
	switch s.Unit {
	case Days:
		return fmt.Sprintf("%d working days", s.Count)
	case DayEnd:
		return "end of the working day"
	case Office, Calendar:
		return fmt.Sprintf("%s %s time", s.Length, s.Unit)
	}
	return "no time"
}

// Working is the organisation's working time, bound to one version of its calendar. Instants come back in UTC,
// truncated to microseconds.
type Working interface {
	// Add goes d of office time forward from the instant (backward when negative).
	Add(from time.Time, d time.Duration) time.Time
	// Between is the office time from one instant to another, negative when to is earlier.
	Between(from, to time.Time) time.Duration
	// Day is the office time of one working day.
	Day() time.Duration
	// EndOfDay is the closing time of the working day that the instant lies in, or of the next one.
	EndOfDay(at time.Time) time.Time
	// Opening is the opening time of the civil day (YYYY-MM-DD), or of the next working day after it.
	Opening(day string) (time.Time, error)
	// NextWorking is the instant itself within office hours, else the next opening.
	NextWorking(at time.Time) time.Time
	// Date is the civil day (YYYY-MM-DD) of the instant where the organisation works.
	Date(at time.Time) string
	// Provisional tells whether a year between the instants lacks holiday data.
	Provisional(from, to time.Time) bool
	// Version identifies everything that these answers depend on.
	Version() string
}

// end is the instant at which a span that starts at from is over.
func (s Span) end(from time.Time, w Working) time.Time {
	switch s.Unit {
	case Office:
		return w.Add(from, s.Length)
	case Days:
		return w.Add(from, time.Duration(s.Count)*w.Day())
	case DayEnd:
		return w.EndOfDay(from)
	case Calendar:
		return instant(from.Add(s.Length))
	}
	return instant(from)
}

// share is the span's given percentage, counted from its start. The end of a day has no shares: all of it is at its end.
func (s Span) share(percent int, w Working) Span {
	switch s.Unit {
	case Days:
		return OfficeTime(percentOf(time.Duration(s.Count)*w.Day(), percent))
	case Office, Calendar:
		return Span{Unit: s.Unit, Length: percentOf(s.Length, percent)}
	case DayEnd:
	}
	return s
}

// percentOf divides before it multiplies: three years times a hundred are more nanoseconds than a Duration holds.
func percentOf(d time.Duration, percent int) time.Duration {
	p := time.Duration(percent)
	return d/100*p + d%100*p/100
}

// left is what a span still has to run at now when it ends at end: in calendar time if it runs in calendar time,
// in office time otherwise.
func (s Span) left(now, end time.Time, w Working) Span {
	if s.Unit == Calendar {
		return CalendarTime(max(0, end.Sub(now)))
	}
	return OfficeTime(max(0, w.Between(now, end)))
}

// zeroTime is no instant.
var zeroTime time.Time

// farthest is how far ahead a date may lie that somebody chooses. Beyond some centuries a Duration ends, and with it
// what can be computed; a century is more than anybody plans for.
const farthest = 100 * 366 * 24 * time.Hour

// tooFar tells whether an instant lies too far ahead to be computed with.
func tooFar(now, at time.Time) bool { return at.Sub(now) > farthest }

// instant is how every moment enters an event: UTC, microseconds, as Postgres keeps it.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
