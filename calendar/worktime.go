package calendar

import (
	"math"
	"time"
)

const (
	microsPerSecond = int64(time.Second / time.Microsecond)
	nanosPerMicro   = int64(time.Microsecond)
)

// Day is the office time of one working day: n working days are n*Day().
func (c *Calendar) Day() time.Duration {
	return time.Duration(c.day * nanosPerMicro)
}

// Add is the instant d of office time after from, or before it when d is
// negative. The result lies within office hours or, for a positive d, may be
// the closing of the office; the package documentation has the conventions.
func (c *Calendar) Add(from time.Time, d time.Duration) time.Time {
	step := d.Microseconds()
	at := c.worktime(from) + step
	if step > 0 {
		return c.earliest(at)
	}
	return c.latest(at)
}

// Between is the office time from one instant to the other, negative when to
// comes first. More than 292 years of it are cut to the longest Duration.
func (c *Calendar) Between(from, to time.Time) time.Duration {
	micros := c.worktime(to) - c.worktime(from)
	switch {
	case micros > math.MaxInt64/nanosPerMicro:
		return math.MaxInt64
	case micros < math.MinInt64/nanosPerMicro:
		return math.MinInt64
	default:
		return time.Duration(micros * nanosPerMicro)
	}
}

// NextWorking is t while the office is open, otherwise the next opening.
func (c *Calendar) NextWorking(t time.Time) time.Time {
	return c.latest(c.worktime(t))
}

// EndOfDay is the last closing of the working day t lies in or, when t is at or
// after it or on a day off, that of the next working day.
func (c *Calendar) EndOfDay(t time.Time) time.Time {
	day, micros := c.wall(t)
	end := c.hours[len(c.hours)-1].close
	if micros >= end {
		day++
	}
	return c.instant(c.days.next(day), end)
}

// Opening is the first opening of the day or, when it is not worked, that of
// the next working day.
func (c *Calendar) Opening(day Date) time.Time {
	return c.instant(c.days.next(day.number()), c.hours[0].open)
}

// IsWorkingDay reports whether the office opens on the day.
func (c *Calendar) IsWorkingDay(day Date) bool {
	return c.days.worked(day.number())
}

// DateAt is the civil day at the office at the instant t.
func (c *Calendar) DateAt(t time.Time) Date {
	return DateOf(t.In(c.zone))
}

// worktime is the office time, in microseconds, from 1970 to t. It stands still
// while the office is closed.
func (c *Calendar) worktime(t time.Time) int64 {
	day, micros := c.wall(t)
	passed := c.days.count(day) * c.day
	if !c.days.worked(day) {
		return passed
	}
	for _, s := range c.hours {
		if micros <= s.open {
			break
		}
		passed += min(micros, s.close) - s.open
	}
	return passed
}

// latest is the last instant at which worktime is what it says: an opening
// rather than the closing before it.
func (c *Calendar) latest(worktime int64) time.Time {
	return c.instant(c.moment(worktime))
}

// earliest is the first instant at which worktime is what it says: a closing
// rather than the opening after it. That is the end of the last microsecond
// worked before.
func (c *Calendar) earliest(worktime int64) time.Time {
	day, micros := c.moment(worktime - 1)
	return c.instant(day, micros+1)
}

// moment is where the microsecond that begins at worktime is worked, in the
// terms of wall.
func (c *Calendar) moment(worktime int64) (day, micros int64) {
	n, rest := floorDiv(worktime, c.day)
	day = c.days.nth(n)
	last := len(c.hours) - 1
	for _, s := range c.hours[:last] {
		length := s.close - s.open
		if rest < length {
			return day, s.open + rest
		}
		rest -= length
	}
	return day, c.hours[last].open + rest
}

// wall is the number of the civil day at the office and the wall-clock time in
// microseconds since 00:00.
func (c *Calendar) wall(t time.Time) (day, micros int64) {
	local := t.In(c.zone)
	hour, minute, second := local.Clock()
	seconds := int64(hour*60+minute)*60 + int64(second)
	return DateOf(local).number(), seconds*microsPerSecond + int64(local.Nanosecond())/nanosPerMicro
}

// instant is the reverse of wall. It goes through the wall clock, because a day
// on which the clocks change is not 24 hours long.
func (c *Calendar) instant(day, micros int64) time.Time {
	date := dateOfNumber(day)
	second, rest := micros/microsPerSecond, micros%microsPerSecond
	return time.Date(date.Year, date.Month, date.Day, 0, 0, int(second), int(rest*nanosPerMicro), c.zone).UTC()
}
