package activities

import (
	"fmt"
	"time"

	"closedloop/calendar"
	"closedloop/deal"
)

// Working makes the rules' working time of a calendar.
func Working(c *calendar.Calendar) deal.Working { return working{c} }

type working struct{ *calendar.Calendar }

func (w working) EndOfDay(at time.Time) time.Time { return w.Calendar.EndOfDay(at) }

func (w working) Opening(day string) (time.Time, error) {
	d, err := calendar.ParseDate(day)
	if err != nil {
		return time.Time{}, fmt.Errorf("read day: %w", err)
	}
	return w.Calendar.Opening(d), nil
}

func (w working) Date(at time.Time) string { return w.DateAt(at).String() }

// FixedCalendar is a calendar that does not change while the process runs, the same in every region.
type FixedCalendar struct{ Calendar *calendar.Calendar }

// Working is the calendar's working time.
func (f FixedCalendar) Working(string) deal.Working { return Working(f.Calendar) }
