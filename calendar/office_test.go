package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/calendar"
)

const goodOffice = `zone: Asia/Shanghai
week: [mon, tue, sat]
hours:
  - {open: "09:00", close: "12:00"}
  - {open: 13:30, close: 24:00}
`

func TestParseOffice_readsZoneWeekAndHours(t *testing.T) {
	t.Parallel()
	o, err := calendar.ParseOffice([]byte(goodOffice))
	require.NoError(t, err)
	require.Equal(t, "Asia/Shanghai", o.Zone())
	require.Equal(t, []time.Weekday{time.Monday, time.Tuesday, time.Saturday}, o.Week())
	require.Equal(t, []calendar.Span{
		{Open: 9 * time.Hour, Close: 12 * time.Hour},
		{Open: 13*time.Hour + 30*time.Minute, Close: 24 * time.Hour},
	}, o.Hours())
}

func TestParseOffice_refusesWithLineAndReason(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		old, new string // replacement in goodOffice
		line     int
		reason   string
	}{
		{"unknown field", "zone:", "tz: UTC\nzone:", 1, "field tz is not known here"},
		{"no zone", "zone: Asia/Shanghai\n", "", 0, "name a time zone"},
		{"zone of the machine", "Asia/Shanghai", "Local", 1, "name a time zone"},
		{"unknown zone", "Asia/Shanghai", "Asia/Suqian", 1, "unknown time zone Asia/Suqian"},
		{"path as zone", "Asia/Shanghai", "../../etc/passwd", 1, "zone: "},
		{"no week", "week: [mon, tue, sat]\n", "", 0, "at least one working weekday"},
		{"unknown weekday", "tue", "Dienstag", 2, `"Dienstag" is none of sun, mon`},
		{"weekday twice", "tue", "mon", 2, "mon stands twice"},
		{"no hours", goodOffice[strings.Index(goodOffice, "hours"):], "", 0, "at least one pair of open and close"},
		{"no closing", `, close: "12:00"`, "", 4, "entry 1 needs both open and close"},
		{"closing at opening", "12:00", "09:00", 4, "closing at 09:00 is not after opening at 09:00"},
		{"overlap", "13:30", "11:30", 5, "opening at 11:30 must be later than the closing before it"},
		{"no break between", "13:30", "12:00", 5, "opening at 12:00 must be later than the closing before it"},
		{"not a time", "13:30", "half past one", 5, `"half past one" is not a time of day written as HH:MM`},
		{"after the day", "24:00", "24:01", 5, `"24:01" is not a time of day`},
		{"one digit", `"09:00"`, `"9:00"`, 4, `"9:00" is not a time of day`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(goodOffice, tt.old, tt.new, 1)
			require.NotEqual(t, goodOffice, text)
			_, err := calendar.ParseOffice([]byte(text))
			var faults *calendar.FileError
			require.ErrorAs(t, err, &faults)
			require.Len(t, faults.Problems, 1, "%v", err)
			require.Contains(t, faults.Problems[0].Reason, tt.reason)
			require.Equal(t, tt.line, faults.Problems[0].Line, "%v", err)
		})
	}
}

func TestNew_refusesHoursThatMeetAChangeOfTheClocks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, zone, week, open, close string
		refused                       bool
	}{
		{"Sunday night shift", "America/New_York", "sun", "00:00", "08:00", true},
		{"opening in the missing hour", "America/New_York", "sun", "02:30", "08:00", true},
		{"closing in the repeated hour", "America/New_York", "sun", "00:00", "01:30", true},
		{"opening when the missing hour ends", "America/New_York", "sun", "03:00", "08:00", true},
		{"Sunday morning", "America/New_York", "sun", "03:30", "08:00", false},
		{"Saturday up to midnight", "America/New_York", "sat", "00:00", "24:00", false},
		{"Thursday up to an hour that is repeated", "Africa/Cairo", "thu", "08:00", "24:00", true},
		{"Saturday up to the midnight that is skipped", "America/Havana", "sat", "08:00", "24:00", true},
		{"night shift without summer time", "Asia/Shanghai", "sun", "00:00", "24:00", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o, err := calendar.ParseOffice([]byte("zone: " + tt.zone + "\nweek: [" + tt.week + "]\nhours: [{open: \"" +
				tt.open + "\", close: \"" + tt.close + "\"}]\n"))
			require.NoError(t, err)
			_, err = calendar.New(o)
			if tt.refused {
				require.ErrorContains(t, err, "meet the change of the clocks of 20")
				require.ErrorContains(t, err, tt.zone)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func TestNew_refusesAMakeUpDayOnWhichTheClocksChange(t *testing.T) {
	t.Parallel()
	o, err := calendar.ParseOffice([]byte("zone: America/New_York\nweek: [mon]\nhours: [{open: \"00:00\", close: \"08:00\"}]\n"))
	require.NoError(t, err)
	_, err = calendar.New(o)
	require.NoError(t, err)
	y, err := calendar.ParseYear([]byte(`
year: 2027
source: {title: made up, checked: 2026-11-20}
holidays: [{name: {zh: 一, en: one}, from: 2027-03-10, to: 2027-03-10, days: 1, make_up: [2027-03-14]}]
`))
	require.NoError(t, err)
	_, err = calendar.New(o, y)
	require.ErrorContains(t, err, "office hours 00:00–08:00 meet the change of the clocks of 2027-03-14T03:00:00-04:00 in America/New_York")
}

func TestNew_refusesPartsNobodyParsed(t *testing.T) {
	t.Parallel()
	_, err := calendar.New(calendar.Office{})
	require.ErrorContains(t, err, "ParseOffice")
	o, err := calendar.ParseOffice([]byte(goodOffice))
	require.NoError(t, err)
	_, err = calendar.New(o, calendar.Year{})
	require.ErrorContains(t, err, "ParseYear")
	y, err := calendar.ParseYear([]byte(goodYear))
	require.NoError(t, err)
	_, err = calendar.New(o, y, y)
	require.ErrorContains(t, err, "two files for 2027")
}
