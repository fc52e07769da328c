package calendar_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/calendar"
)

const (
	day    = 7*time.Hour + 30*time.Minute // one working day of the default hours
	hour   = time.Hour
	minute = time.Minute
)

func TestAdd_countsOfficeTimeOnly(t *testing.T) {
	t.Parallel()
	c := only2026(t)
	tests := []struct {
		name string
		from string
		d    time.Duration
		want string
	}{
		{"within the morning", "2026-03-10 09:30:00", 2 * hour, "2026-03-10 11:30:00"},
		{"over lunch", "2026-03-10 11:00:00", 2 * hour, "2026-03-10 14:30:00"},
		{"up to lunch stays before it", "2026-03-10 11:00:00", 1 * hour, "2026-03-10 12:00:00"},
		{"up to closing stays there", "2026-03-10 17:00:00", 1 * hour, "2026-03-10 18:00:00"},
		{"one microsecond past closing is the next morning", "2026-03-10 17:00:00", 1*hour + time.Microsecond, "2026-03-11 09:00:00.000001"},
		{"over night", "2026-03-10 17:00:00", 2 * hour, "2026-03-11 10:00:00"},
		{"over a weekend", "2026-03-13 17:00:00", 2 * hour, "2026-03-16 10:00:00"},
		{"four office hours from the afternoon", "2026-03-10 16:00:00", 4 * hour, "2026-03-11 11:00:00"},
		{"from the night", "2026-03-10 03:00:00", 1 * hour, "2026-03-10 10:00:00"},
		{"from lunch", "2026-03-10 12:40:00", 1 * hour, "2026-03-10 14:30:00"},
		{"from a Sunday", "2026-03-15 11:00:00", 1 * hour, "2026-03-16 10:00:00"},

		{"one day keeps the time of day", "2026-03-10 10:00:00", day, "2026-03-11 10:00:00"},
		{"one day from lunch start is the next lunch start", "2026-03-10 12:00:00", day, "2026-03-11 12:00:00"},
		{"one day from opening is the closing of that day", "2026-03-10 09:00:00", day, "2026-03-10 18:00:00"},
		{"one day from closing is the next closing", "2026-03-10 18:00:00", day, "2026-03-11 18:00:00"},
		{"two days over a weekend", "2026-03-12 16:15:00", 2 * day, "2026-03-16 16:15:00"},
		{"ten days are two weeks", "2026-03-10 10:00:00", 10 * day, "2026-03-24 10:00:00"},

		{"over Spring Festival and its make-up Saturday", "2026-02-13 10:00:00", 2 * day, "2026-02-24 10:00:00"},
		{"from Spring Festival", "2026-02-18 10:00:00", hour, "2026-02-24 10:00:00"},
		{"a make-up Saturday is worked", "2026-02-27 17:00:00", 2 * hour, "2026-02-28 10:00:00"},
		{"a plain Saturday is not", "2026-03-06 17:00:00", 2 * hour, "2026-03-09 10:00:00"},
		{"over Labour Day", "2026-04-30 14:00:00", day, "2026-05-06 14:00:00"},
		{"make-up Saturday after Labour Day", "2026-05-08 14:00:00", day, "2026-05-09 14:00:00"},
		{"make-up Sunday before Mid-Autumn", "2026-09-18 14:00:00", day, "2026-09-20 14:00:00"},
		{"over National Day", "2026-09-30 17:00:00", 2 * hour, "2026-10-08 10:00:00"},
		{"the National Day week ends with a make-up Saturday", "2026-09-30 10:00:00", 3 * day, "2026-10-10 10:00:00"},
		{"and goes on on Monday", "2026-09-30 10:00:00", 4 * day, "2026-10-12 10:00:00"},
		{"up to closing before National Day", "2026-09-30 17:00:00", hour, "2026-09-30 18:00:00"},
		{"year end, by weekdays only", "2026-12-31 17:00:00", 2 * hour, "2027-01-01 10:00:00"},
		{"long after the data", "2026-12-31 10:00:00", 261 * day, "2027-12-31 10:00:00"},

		{"nothing while open", "2026-03-10 10:00:00", 0, "2026-03-10 10:00:00"},
		{"nothing at opening", "2026-03-10 09:00:00", 0, "2026-03-10 09:00:00"},
		{"nothing at lunch", "2026-03-10 12:00:00", 0, "2026-03-10 13:30:00"},
		{"nothing at closing", "2026-03-10 18:00:00", 0, "2026-03-11 09:00:00"},
		{"nothing on a holiday", "2026-10-03 10:00:00", 0, "2026-10-08 09:00:00"},

		{"back within the morning", "2026-03-10 11:30:00", -2 * hour, "2026-03-10 09:30:00"},
		{"back over lunch", "2026-03-10 14:30:00", -2 * hour, "2026-03-10 11:00:00"},
		{"back to the end of lunch stays there", "2026-03-10 14:30:00", -1 * hour, "2026-03-10 13:30:00"},
		{"back to opening stays there", "2026-03-10 10:00:00", -1 * hour, "2026-03-10 09:00:00"},
		{"back past opening", "2026-03-10 10:00:00", -1*hour - time.Microsecond, "2026-03-09 17:59:59.999999"},
		{"back one hour from closing", "2026-03-10 18:00:00", -1 * hour, "2026-03-10 17:00:00"},
		{"back from the night", "2026-03-10 22:00:00", -1 * hour, "2026-03-10 17:00:00"},
		{"back over National Day", "2026-10-08 10:00:00", -2 * hour, "2026-09-30 17:00:00"},
		{"back two days over Spring Festival", "2026-02-24 10:00:00", -2 * day, "2026-02-13 10:00:00"},

		{"nanoseconds are cut", "2026-03-10 10:00:00.000000999", hour + 999, "2026-03-10 11:00:00"},
		{"less than a microsecond is nothing", "2026-03-10 18:00:00", 999, "2026-03-11 09:00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := c.Add(in(t, c, tt.from), tt.d)
			require.Equal(t, tt.want, wall(t, c, got))
		})
	}
}

func TestBetween_isSignedOfficeTime(t *testing.T) {
	t.Parallel()
	c := only2026(t)
	tests := []struct {
		name     string
		from, to string
		want     time.Duration
	}{
		{"a morning", "2026-03-10 09:00:00", "2026-03-10 12:00:00", 3 * hour},
		{"lunch", "2026-03-10 12:00:00", "2026-03-10 13:30:00", 0},
		{"from inside lunch", "2026-03-10 12:59:00", "2026-03-10 13:31:00", minute},
		{"a whole day", "2026-03-10 00:00:00", "2026-03-11 00:00:00", day},
		{"a weekend", "2026-03-13 18:00:00", "2026-03-16 09:00:00", 0},
		{"backwards", "2026-03-11 10:00:00", "2026-03-10 17:00:00", -2 * hour},
		{"the National Day holiday", "2026-09-30 18:00:00", "2026-10-08 09:00:00", 0},
		{"the week of Spring Festival's make-up Saturday", "2026-02-23 00:00:00", "2026-03-02 00:00:00", 5 * day},
		{"all of 2026", "2026-01-01 00:00:00", "2027-01-01 00:00:00", 248 * day},
		{"all of 2027, by weekdays", "2027-01-01 00:00:00", "2028-01-01 00:00:00", 261 * day},
		{"before 1970", "1969-12-29 00:00:00", "1970-01-05 00:00:00", 5 * day},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			from, to := in(t, c, tt.from), in(t, c, tt.to)
			require.Equal(t, tt.want, c.Between(from, to))
			require.Equal(t, -tt.want, c.Between(to, from))
		})
	}
}

func TestBetween_cutsWhatADurationCannotHold(t *testing.T) {
	t.Parallel()
	c := newCalendar(t, alwaysOpen)
	first, last := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, time.Duration(math.MaxInt64), c.Between(first, last))
	require.Equal(t, time.Duration(math.MinInt64), c.Between(last, first))
}

func TestDay_isTheOfficeTimeOfOneDay(t *testing.T) {
	t.Parallel()
	require.Equal(t, 7*time.Hour+30*time.Minute, calendar.Default().Day())
	require.Equal(t, 8*time.Hour, newCalendar(t, newYork).Day())
	require.Equal(t, 24*time.Hour, newCalendar(t, alwaysOpen).Day())
}

func TestEndOfDay_isTheClosingStillAhead(t *testing.T) {
	t.Parallel()
	c := only2026(t)
	tests := []struct{ name, at, want string }{
		{"before opening", "2026-03-10 00:00:00", "2026-03-10 18:00:00"},
		{"while open", "2026-03-10 10:00:00", "2026-03-10 18:00:00"},
		{"at lunch", "2026-03-10 12:30:00", "2026-03-10 18:00:00"},
		{"just before closing", "2026-03-10 17:59:59.999999999", "2026-03-10 18:00:00"},
		{"at closing", "2026-03-10 18:00:00", "2026-03-11 18:00:00"},
		{"in the evening", "2026-03-10 21:00:00", "2026-03-11 18:00:00"},
		{"on Friday evening", "2026-03-13 21:00:00", "2026-03-16 18:00:00"},
		{"on a Sunday", "2026-03-15 10:00:00", "2026-03-16 18:00:00"},
		{"on a make-up Saturday", "2026-05-09 10:00:00", "2026-05-09 18:00:00"},
		{"on National Day", "2026-10-01 10:00:00", "2026-10-08 18:00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, wall(t, c, c.EndOfDay(in(t, c, tt.at))))
		})
	}
}

func TestNextWorking_isTheInstantItselfWhileOpen(t *testing.T) {
	t.Parallel()
	c := only2026(t)
	tests := []struct{ name, at, want string }{
		{"while open", "2026-03-10 10:00:00.5", "2026-03-10 10:00:00.5"},
		{"at opening", "2026-03-10 09:00:00", "2026-03-10 09:00:00"},
		{"just before lunch", "2026-03-10 11:59:59.999999", "2026-03-10 11:59:59.999999"},
		{"at lunch", "2026-03-10 12:00:00", "2026-03-10 13:30:00"},
		{"at closing", "2026-03-10 18:00:00", "2026-03-11 09:00:00"},
		{"early in the morning", "2026-03-10 05:00:00", "2026-03-10 09:00:00"},
		{"on a holiday", "2026-02-15 10:00:00", "2026-02-24 09:00:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, wall(t, c, c.NextWorking(in(t, c, tt.at))))
		})
	}
}

func TestOpening_isOnTheDayOrTheNextWorkingDay(t *testing.T) {
	t.Parallel()
	c := only2026(t)
	for day, want := range map[string]string{
		"2026-03-10": "2026-03-10 09:00:00", // a Tuesday
		"2026-03-14": "2026-03-16 09:00:00", // a Saturday
		"2026-02-28": "2026-02-28 09:00:00", // a make-up Saturday
		"2026-10-01": "2026-10-08 09:00:00", // National Day
		"2026-01-01": "2026-01-04 09:00:00", // New Year, then a make-up Sunday
	} {
		require.Equal(t, want, wall(t, c, c.Opening(date(t, day))), day)
	}
}

func TestAdd_keepsTheOfficeTimeWhenTheClocksChange(t *testing.T) {
	t.Parallel()
	c := newCalendar(t, newYork)
	tests := []struct {
		name, from string
		d          time.Duration
		want       string
	}{
		{"into summer time", "2026-03-06 16:00:00", 2 * hour, "2026-03-09 10:00:00"},
		{"out of summer time", "2026-10-30 16:00:00", 2 * hour, "2026-11-02 10:00:00"},
		{"back over the change", "2026-03-09 10:00:00", -2 * hour, "2026-03-06 16:00:00"},
		{"half a year", "2026-01-05 09:30:00", 130 * 8 * hour, "2026-07-06 09:30:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, wall(t, c, c.Add(in(t, c, tt.from), tt.d)))
		})
	}
}

func TestAdd_isPlainTimeWhenTheOfficeNeverCloses(t *testing.T) {
	t.Parallel()
	c := newCalendar(t, alwaysOpen)
	from := time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC)
	for _, d := range []time.Duration{-90 * 24 * time.Hour, -time.Second, 0, time.Second, 2 * time.Second, 90 * 24 * time.Hour} {
		require.Equal(t, from.Add(d), c.Add(from, d))
	}
	require.Equal(t, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), c.EndOfDay(from))
}

func TestDateAt_isTheDayAtTheOffice(t *testing.T) {
	t.Parallel()
	evening := time.Date(2026, 3, 10, 20, 0, 0, 0, time.UTC)
	require.Equal(t, date(t, "2026-03-11"), calendar.Default().DateAt(evening))
	require.Equal(t, date(t, "2026-03-10"), newCalendar(t, newYork).DateAt(evening))
}

func TestCalendar_survivesAbsurdInstants(t *testing.T) {
	t.Parallel()
	c := only2026(t)
	for _, at := range []time.Time{{}, time.Unix(math.MaxInt64/2, 0), time.Unix(math.MinInt64/2, 0)} {
		for _, d := range []time.Duration{math.MinInt64, 0, math.MaxInt64} {
			require.NotPanics(t, func() {
				c.Between(c.Add(at, d), c.EndOfDay(at))
				c.NextWorking(at)
				c.Provisional(at, time.Unix(0, 0))
			})
		}
	}
}
