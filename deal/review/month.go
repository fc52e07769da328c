package review

import (
	"fmt"
	"time"

	"closedloop/deal"
)

// Month is a month of the organisation's calendar: "2026-05". Months sort as texts.
type Month string

const layout = "2006-01"

// ParseMonth reads a month.
func ParseMonth(s string) (Month, error) {
	if _, err := time.Parse(layout, s); err != nil || len(s) != len(layout) {
		return "", fmt.Errorf("%q is no month such as 2026-05", s)
	}
	return Month(s), nil
}

// MonthOf is the month that an instant lies in, where the organisation works.
func MonthOf(at time.Time, zone *time.Location) Month { return Month(at.In(zone).Format(layout)) }

// Next is the month after it.
func (m Month) Next() Month { return m.move(1) }

// Previous is the month before it.
func (m Month) Previous() Month { return m.move(-1) }

func (m Month) move(by int) Month {
	t, err := time.Parse(layout, string(m))
	if err != nil {
		return m
	}
	return Month(t.AddDate(0, by, 0).Format(layout))
}

// FirstDay is its first day, YYYY-MM-DD.
func (m Month) FirstDay() string { return string(m) + "-01" }

// Begins is the instant at which it begins.
func (m Month) Begins(zone *time.Location) time.Time {
	t, err := time.ParseInLocation(layout, string(m), zone)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// Rules are the house's numbers for reviews.
type Rules struct {
	Due    int // working days of the next month within which a review is signed
	Remind int // working days before that its chair is reminded
}

// OpensAt is when a month is reviewed: the office's first opening of the next month.
func OpensAt(m Month, w deal.Working) (time.Time, error) {
	at, err := w.Opening(m.Next().FirstDay())
	if err != nil {
		return time.Time{}, fmt.Errorf("find the first working day after %s: %w", m, err)
	}
	return at, nil
}

// DueAt is until when it is to be signed: the closing time of a working day of the next month.
func (r Rules) DueAt(m Month, w deal.Working) (time.Time, error) {
	at, err := OpensAt(m, w)
	if err != nil {
		return time.Time{}, err
	}
	return w.EndOfDay(w.Add(at, time.Duration(r.Due-1)*w.Day())), nil
}

// RemindAt is when the chair is reminded that a review is due.
func (r Rules) RemindAt(due time.Time, w deal.Working) time.Time {
	return w.Add(due, -time.Duration(r.Remind)*w.Day())
}
