package activities

import (
	"fmt"
	"time"
)

// Periods are stretches of time that follow one another. Their names sort in the order of time.
type Periods interface {
	// Of is the period that an instant lies in.
	Of(at time.Time) string
	// Next and Previous are its neighbours; a name that is none of a period is an error.
	Next(period string) (string, error)
	Previous(period string) (string, error)
}

// Days are the days of a zone: "2026-05-04".
type Days struct{ Zone *time.Location }

// Of implements [Periods].
func (d Days) Of(at time.Time) string { return at.In(d.Zone).Format(time.DateOnly) }

// Next implements [Periods].
func (d Days) Next(period string) (string, error) { return move(time.DateOnly, period, 0, 1) }

// Previous implements [Periods].
func (d Days) Previous(period string) (string, error) { return move(time.DateOnly, period, 0, -1) }

// Months are the months of a zone: "2026-05".
type Months struct{ Zone *time.Location }

const month = "2006-01"

// Of implements [Periods].
func (m Months) Of(at time.Time) string { return at.In(m.Zone).Format(month) }

// Next implements [Periods].
func (m Months) Next(period string) (string, error) { return move(month, period, 1, 0) }

// Previous implements [Periods].
func (m Months) Previous(period string) (string, error) { return move(month, period, -1, 0) }

func move(layout, period string, months, days int) (string, error) {
	t, err := time.Parse(layout, period)
	if err != nil {
		return "", fmt.Errorf("read period: %w", err)
	}
	return t.AddDate(0, months, days).Format(layout), nil
}
