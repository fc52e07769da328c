package dossier

import "time"

// Day is a civil day, YYYY-MM-DD; empty while not known. Days compare as texts.
type Day string

// DayOf is the day of an instant in the instant's own zone.
func DayOf(at time.Time) Day { return Day(at.Format(time.DateOnly)) }

// Valid tells whether this is a day of the calendar in the span of years that people plan in.
func (d Day) Valid() bool {
	at, err := time.Parse(time.DateOnly, string(d))
	return err == nil && at.Year() >= firstYear && at.Year() <= lastYear
}

// The years of valid days: far enough for birthdays and for the longest agreements, near enough to notice a typo.
const (
	firstYear = 1900
	lastYear  = 2199
)

// Add is the day n days later, earlier when n is negative; empty for what is no day.
func (d Day) Add(n int) Day { return d.shift(0, n) }

// AddMonths is the same day n months later. A month that is too short runs over into the next one, as [time.Time.AddDate] does.
func (d Day) AddMonths(n int) Day { return d.shift(n, 0) }

func (d Day) shift(months, days int) Day {
	at, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return ""
	}
	return DayOf(at.AddDate(0, months, days))
}

// Until is how many days lie between d and other, negative when other is earlier; 0 when one of them is no day.
func (d Day) Until(other Day) int {
	from, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return 0
	}
	to, err := time.Parse(time.DateOnly, string(other))
	if err != nil {
		return 0
	}
	return int(to.Sub(from) / (24 * time.Hour)) // both are midnights of UTC, which knows no summer time
}
