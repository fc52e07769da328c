package calendar_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/calendar"
)

// Hours for tests that need another office than the one compiled in.
const (
	newYork = `
zone: America/New_York
week: [mon, tue, wed, thu, fri]
hours: [{open: "09:00", close: "17:00"}]
`
	alwaysOpen = `
zone: UTC
week: [sun, mon, tue, wed, thu, fri, sat]
hours: [{open: "00:00", close: "24:00"}]
`
	wednesdays = `
zone: Asia/Shanghai
week: [wed]
hours: [{open: "10:00", close: "12:00"}]
`
	// Three stretches, six days, and clocks that change at half past the hour.
	lordHowe = `
zone: Australia/Lord_Howe
week: [mon, tue, wed, thu, fri, sat]
hours:
  - {open: "07:15", close: "08:00"}
  - {open: "08:01", close: "12:30"}
  - {open: "20:00", close: "24:00"}
`
)

// newCalendar makes a calendar of an office file and the files of years.
func newCalendar(t testing.TB, office string, years ...string) *calendar.Calendar {
	t.Helper()
	o, err := calendar.ParseOffice([]byte(office))
	require.NoError(t, err)
	parsed := make([]calendar.Year, 0, len(years))
	for _, text := range years {
		y, err := calendar.ParseYear([]byte(text))
		require.NoError(t, err)
		parsed = append(parsed, y)
	}
	c, err := calendar.New(o, parsed...)
	require.NoError(t, err)
	return c
}

// only2026 is the calendar compiled in with 2026 as its only year, so that a
// file for another year changes no expectation.
func only2026(t testing.TB) *calendar.Calendar {
	t.Helper()
	shipped := calendar.Default()
	for _, y := range shipped.Years() {
		if y.Number() == 2026 {
			c, err := calendar.New(shipped.Office(), y)
			require.NoError(t, err)
			return c
		}
	}
	require.FailNow(t, "no data for 2026")
	return nil
}

// in reads a wall-clock time of the calendar's zone.
func in(t testing.TB, c *calendar.Calendar, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation(c.Office().Zone())
	require.NoError(t, err)
	at, err := time.ParseInLocation("2006-01-02 15:04:05.999999999", text, zone)
	require.NoError(t, err)
	return at
}

// wall writes an instant as in reads it, after checking that it is in UTC.
func wall(t testing.TB, c *calendar.Calendar, at time.Time) string {
	t.Helper()
	require.Equal(t, time.UTC, at.Location(), "instants are returned in UTC")
	zone, err := time.LoadLocation(c.Office().Zone())
	require.NoError(t, err)
	return at.In(zone).Format("2006-01-02 15:04:05.999999999")
}

func date(t testing.TB, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}
