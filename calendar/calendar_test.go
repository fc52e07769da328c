package calendar_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/calendar"
)

// The State Council's notice for 2026 (国办发明电〔2025〕7号), written down a
// second time and in another form than the file.
func TestDefault_isTheNoticeOf2026(t *testing.T) {
	t.Parallel()
	c := calendar.Default()
	off := map[string]bool{}
	for _, run := range []struct {
		from string
		days int
	}{{"2026-01-01", 3}, {"2026-02-15", 9}, {"2026-04-04", 3}, {"2026-05-01", 5}, {"2026-06-19", 3}, {"2026-09-25", 3}, {"2026-10-01", 7}} {
		for i := range run.days {
			off[date(t, run.from).AddDays(i).String()] = true
		}
	}
	makeUp := map[string]bool{
		"2026-01-04": true, "2026-02-14": true, "2026-02-28": true,
		"2026-05-09": true, "2026-09-20": true, "2026-10-10": true,
	}
	for day := date(t, "2026-01-01"); day.Year == 2026; day = day.AddDays(1) {
		weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
		want := makeUp[day.String()] || (!weekend && !off[day.String()])
		require.Equal(t, want, c.IsWorkingDay(day), day.String())
	}
	require.Equal(t, "国办发明电〔2025〕7号", only2026(t).Years()[0].Source().Number)
	require.Equal(t, "Asia/Shanghai", c.Office().Zone())
}

// A new version makes every account's dates be computed again, so it changes
// on purpose only.
func TestDefault_hasThisVersion(t *testing.T) {
	t.Parallel()
	require.Equal(t, "833f2ee7b4d7", calendar.Default().Version())
}

func TestVersion_changesWithEverythingThatMovesDates(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	add := func(name string, c *calendar.Calendar) {
		require.Empty(t, seen[c.Version()], "%s has the version of another calendar", name)
		seen[c.Version()] = name
	}
	replace := func(text, from, to string) string {
		require.Contains(t, text, from)
		return strings.Replace(text, from, to, 1)
	}
	add("base", newCalendar(t, goodOffice, goodYear))
	add("zone", newCalendar(t, replace(goodOffice, "Asia/Shanghai", "Asia/Taipei"), goodYear))
	add("week", newCalendar(t, replace(goodOffice, "tue", "wed"), goodYear))
	add("hours", newCalendar(t, replace(goodOffice, "09:00", "09:01"), goodYear))
	add("make-up day", newCalendar(t, goodOffice, replace(goodYear, "2027-01-10]", "2027-01-17]")))
	add("holiday", newCalendar(t, goodOffice, replace(replace(goodYear, "2027-01-03", "2027-01-04"), "days: 3", "days: 4")))
	add("no data", newCalendar(t, goodOffice))
	add("empty year", newCalendar(t, goodOffice, "year: 2026\nsource: {title: none, checked: 2026-11-20}\nholidays: []\n"))
}

func TestVersion_ignoresWhatMovesNoDate(t *testing.T) {
	t.Parallel()
	base := newCalendar(t, goodOffice, goodYear).Version()
	require.Len(t, base, 12)
	for name, c := range map[string]*calendar.Calendar{
		"order of the week": newCalendar(t, strings.Replace(goodOffice, "mon, tue, sat", "sat, tue, mon", 1), goodYear),
		"name":              newCalendar(t, goodOffice, strings.Replace(goodYear, "New Year's Day", "New Year", 1)),
		"notice":            newCalendar(t, goodOffice, strings.Replace(goodYear, "a notice", "the notice", 1)),
		"checked":           newCalendar(t, goodOffice, strings.Replace(goodYear, "2026-11-20", "2026-11-21", 1)),
		"comment":           newCalendar(t, goodOffice, "# by hand\n"+goodYear),
	} {
		require.Equal(t, base, c.Version(), name)
	}
}

func TestProvisional_isAnyPeriodThatTouchesAYearWithoutData(t *testing.T) {
	t.Parallel()
	c := only2026(t)
	tests := []struct {
		from, to string
		want     bool
	}{
		{"2026-01-01 00:00:00", "2026-12-31 23:59:59.999999", false},
		{"2026-12-31 23:59:59", "2027-01-01 00:00:00", true},
		{"2025-12-31 23:59:59.999999", "2026-01-01 00:00:00", true},
		{"2025-06-01 00:00:00", "2027-06-01 00:00:00", true},
		{"2027-06-01 00:00:00", "2027-06-01 00:00:00", true},
		{"0001-01-01 00:00:00", "9999-12-31 00:00:00", true},
	}
	for _, tt := range tests {
		from, to := in(t, c, tt.from), in(t, c, tt.to)
		require.Equal(t, tt.want, c.Provisional(from, to), "%s to %s", tt.from, tt.to)
		require.Equal(t, tt.want, c.Provisional(to, from), "%s to %s", tt.to, tt.from)
	}
	// 2026-12-31 23:00 in London is 2027 at the office.
	require.True(t, c.Provisional(time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC), time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC)))
}

func TestLoad_takesTheFilesOfTheDirectoryFirst(t *testing.T) {
	t.Parallel()
	c, err := calendar.Load(fstest.MapFS{
		"cn-2027.yaml":          {Data: []byte(goodYear)},
		"README.md":             {Data: []byte("who to ask")},
		".cn-2028.yaml":         {Data: []byte("an editor's leftover")},
		"old.yaml/cn-2026.yaml": {Data: []byte("kept for the record")},
	})
	require.NoError(t, err)
	require.True(t, c.IsWorkingDay(date(t, "2026-02-14")), "the year compiled in stays")
	require.False(t, c.IsWorkingDay(date(t, "2027-01-01")))
	require.False(t, c.Provisional(in(t, c, "2026-12-31 10:00:00"), in(t, c, "2027-01-04 10:00:00")))
	require.Equal(t, "2027-01-04 10:00:00", wall(t, c, c.Add(in(t, c, "2026-12-31 17:00:00"), 2*time.Hour)))

	c, err = calendar.Load(fstest.MapFS{
		"office.yaml":  {Data: []byte(newYork)},
		"us-2026.yaml": {Data: []byte("year: 2026\nsource: {title: none, checked: 2026-11-20}\nholidays: []\n")},
	})
	require.NoError(t, err)
	require.Equal(t, "America/New_York", c.Office().Zone())
	require.True(t, c.IsWorkingDay(date(t, "2026-10-01")), "the year compiled in is replaced")

	c, err = calendar.Load(fstest.MapFS{})
	require.NoError(t, err)
	require.Equal(t, calendar.Default().Version(), c.Version())
}

func TestLoad_namesTheFileThatIsBroken(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"fault inside", fstest.MapFS{"cn-2027.yaml": {Data: []byte(strings.Replace(goodYear, "days: 3", "days: 4", 1))}}, "cn-2027.yaml: line 11: days: "},
		{"fault in the office", fstest.MapFS{"office.yaml": {Data: []byte("zone: Mars")}}, "office.yaml: line 1: zone: unknown time zone Mars"},
		{"name that means nothing", fstest.MapFS{"holidays.yaml": {}}, "holidays.yaml: want the name office.yaml or region-year.yaml"},
		{"wrong ending", fstest.MapFS{"cn-2027.yml": {}}, "cn-2027.yml: want the name"},
		{"another year inside", fstest.MapFS{"cn-2028.yaml": {Data: []byte(goodYear)}}, "cn-2028.yaml: the file describes 2027"},
		{"two for one year", fstest.MapFS{"cn-2027.yaml": {Data: []byte(goodYear)}, "us-2027.yaml": {Data: []byte(goodYear)}}, "us-2027.yaml: another file of the directory describes 2027"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := calendar.Load(tt.files)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestLoad_namesEveryBrokenFile(t *testing.T) {
	t.Parallel()
	_, err := calendar.Load(fstest.MapFS{"a.yaml": {}, "b.yaml": {}})
	require.ErrorContains(t, err, "a.yaml")
	require.ErrorContains(t, err, "b.yaml")
}

func TestLoad_refusesADirectoryThatIsMissing(t *testing.T) {
	t.Parallel()
	missing, err := fstest.MapFS{"x/y": {}}.Sub("z")
	require.NoError(t, err)
	_, err = calendar.Load(missing)
	require.ErrorContains(t, err, "list the files")
}
