package calendar

import (
	"fmt"
	"time"
)

// A Date is a civil day, without a time of day and without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// maxEcho is how many characters of a wrong input an error message repeats.
const maxEcho = 40

// ParseDate reads a day written as 2006-01-02. Days that do not exist, such as
// 2026-02-30, are refused.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("%.*q is not an existing day written as YYYY-MM-DD", maxEcho, s)
	}
	return DateOf(t), nil
}

// DateOf is the day that t shows in its own location. For the day at the
// office, see [Calendar.DateAt].
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{Year: year, Month: month, Day: day}
}

// String writes the day as 2006-01-02.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday {
	return d.midnight().Weekday()
}

// AddDays is the civil day n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date {
	return DateOf(d.midnight().AddDate(0, 0, n))
}

// Compare is -1 when d comes before other, 0 when they are the same day and +1
// when d comes after it.
func (d Date) Compare(other Date) int {
	return d.midnight().Compare(other.midnight())
}

// MarshalText writes the day as 2006-01-02, also for JSON and YAML.
func (d Date) MarshalText() ([]byte, error) {
	return []byte(d.String()), nil
}

// UnmarshalText reads a day as ParseDate does.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

func (d Date) midnight() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// secondsPerDay of the civil count of days, where every day is equally long.
const secondsPerDay = 24 * 60 * 60

// number counts civil days from 1970-01-01, which is 0.
func (d Date) number() int64 {
	return d.midnight().Unix() / secondsPerDay // exact: midnight in UTC
}

func dateOfNumber(n int64) Date {
	return DateOf(time.Unix(n*secondsPerDay, 0).UTC())
}
