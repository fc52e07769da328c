package calendar_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/calendar"
)

func document(t *testing.T, text string) calendar.YearDocument {
	t.Helper()
	var d calendar.YearDocument
	require.NoError(t, json.Unmarshal([]byte(text), &d))
	return d
}

// over lays a document over the shipped calendar.
func over(t *testing.T, year int, text string) *calendar.Calendar {
	t.Helper()
	base := only2026(t)
	var files *calendar.Year
	if y, ok := base.Year(year); ok {
		files = &y
	}
	y, err := document(t, text).Year(year, files)
	require.NoError(t, err)
	c, err := base.With(nil, y)
	require.NoError(t, err)
	return c
}

const (
	founders = `{"company_days":[{"name":{"zh":"厂庆","en":"Founders' day"},"from":"2026-03-12"},{"name":{"zh":"盘点","en":"Stocktaking"},"from":"2026-03-14","to":"2026-03-15","worked":true}]}`
	mayDay   = `{"company_days":[{"name":{"zh":"赶工","en":"Rush"},"from":"2026-05-01","worked":true},{"name":{"zh":"放假","en":"Off"},"from":"2026-05-09"}]}`
)

func TestCompanyDays_goBeforeWeekHolidaysAndMakeUpDays(t *testing.T) {
	t.Parallel()
	c := over(t, 2026, founders)
	require.False(t, c.IsWorkingDay(date(t, "2026-03-12")), "a Thursday off")
	require.True(t, c.IsWorkingDay(date(t, "2026-03-14")), "a Saturday on")
	require.True(t, c.IsWorkingDay(date(t, "2026-03-15")))
	require.Equal(t, "2026-03-13 10:00:00", wall(t, c, c.Add(in(t, c, "2026-03-11 10:00:00"), c.Day())))
	require.Equal(t, "2026-03-14 10:00:00", wall(t, c, c.Add(in(t, c, "2026-03-13 10:00:00"), c.Day())))
	base := only2026(t)
	require.False(t, base.IsWorkingDay(date(t, "2026-05-01")))
	require.True(t, base.IsWorkingDay(date(t, "2026-05-09")))
	c = over(t, 2026, mayDay)
	require.True(t, c.IsWorkingDay(date(t, "2026-05-01")), "worked, although it is a holiday")
	require.False(t, c.IsWorkingDay(date(t, "2026-05-09")), "closed, although it is made up")
	require.Equal(t, base.WorkingDays(2026), c.WorkingDays(2026))
	require.False(t, c.Provisional(in(t, c, "2026-01-01 00:00:00"), in(t, c, "2026-12-31 00:00:00")), "the notice's days are still known")
}

func TestNamedDays_sayWhatCountsInTheEnd(t *testing.T) {
	t.Parallel()
	days := map[string]calendar.NamedDay{}
	for _, d := range over(t, 2026, mayDay).NamedDays(2026) {
		days[d.Date.String()] = d
	}
	require.Len(t, days, 33+6, "33 days off and 6 make-up days, none of them twice")
	require.Equal(t, calendar.CompanysDay, days["2026-05-01"].Kind)
	require.Equal(t, calendar.CompanysDay, days["2026-05-09"].Kind)
	require.Equal(t, calendar.HolidayDay, days["2026-05-02"].Kind)
	require.Equal(t, calendar.MakeUpDay, days["2026-02-14"].Kind)
	require.True(t, days["2026-02-14"].Worked)
}

func TestCompanyDays_leaveAYearWithoutHolidaysProvisional(t *testing.T) {
	t.Parallel()
	c := over(t, 2027, strings.ReplaceAll(founders, "2026-", "2027-"))
	require.True(t, c.Provisional(in(t, c, "2027-03-01 00:00:00"), in(t, c, "2027-03-02 00:00:00")))
	require.False(t, c.IsWorkingDay(date(t, "2027-03-12")), "the company's word counts all the same")
	y, ok := c.Year(2027)
	require.True(t, ok)
	require.False(t, y.Known())
	require.Nil(t, y.Document().Holidays)
	known := over(t, 2027, `{"source":{"title":"x"},"holidays":[]}`)
	require.False(t, known.Provisional(in(t, known, "2027-03-01 00:00:00"), in(t, known, "2027-03-02 00:00:00")))
}

func TestYearDocument_comesBackAsItWas(t *testing.T) {
	t.Parallel()
	for _, text := range []string{founders, mayDay, `{}`} {
		c := over(t, 2026, text)
		y, _ := c.Year(2026)
		encoded, err := json.Marshal(y.Document())
		require.NoError(t, err)
		again, err := document(t, string(encoded)).Year(2026, nil)
		require.NoError(t, err)
		require.Equal(t, y.Document(), again.Document())
	}
	y, _ := over(t, 2026, `{}`).Year(2026)
	require.Equal(t, only2026(t).Version(), over(t, 2026, `{}`).Version(), "nothing said: the files")
	require.Equal(t, "国办发明电〔2025〕7号", y.Source().Number)
}

func TestParseFile_tellsOfficeAndYearApartAndReadsCompanyDays(t *testing.T) {
	t.Parallel()
	office, year, err := calendar.ParseFile("ours.yaml", []byte(newYork))
	require.NoError(t, err)
	require.Nil(t, year)
	require.Equal(t, "America/New_York", office.Zone())
	text := "year: 2026\nsource: {title: x, checked: 2026-01-01}\nholidays: []\ncompany_days:\n  - {name: {zh: 厂庆, en: Day}, from: 2026-03-12, to: 2026-03-13}\n  - {name: {zh: 盘点, en: Stock}, from: 2026-03-14, worked: true}\n"
	office, year, err = calendar.ParseFile("cn-2026.yaml", []byte(text))
	require.NoError(t, err)
	require.Nil(t, office)
	require.Len(t, year.CompanyDays(), 2)
	require.True(t, year.CompanyDays()[1].Worked)
	for bad, says := range map[string]string{
		strings.Replace(text, "to: 2026-03-13", "to: 2026-03-11", 1):     "line 5: to: 2026-03-11 is before from 2026-03-12",
		strings.Replace(text, "from: 2026-03-14", "from: 2026-03-13", 1): "line 6: 2026-03-13 stands as company day here",
		strings.Replace(text, "from: 2026-03-14", "from: 2027-03-14", 1): "line 6: from: 2027-03-14 is not in 2026",
		strings.Replace(text, "from: 2026-03-14, ", "", 1):               "company day 2: from is missing",
		strings.Replace(text, "{zh: 盘点, en: Stock}", "{zh: 盘点}", 1):      "line 6: company day 2: name it in zh and in en",
	} {
		_, _, err := calendar.ParseFile("cn-2026.yaml", []byte(bad))
		require.ErrorContains(t, err, says)
	}
}

func TestOfficeDocument_refusesHoursThatMeetAChangeOfTheClocks(t *testing.T) {
	t.Parallel()
	d := calendar.OfficeDocument{Week: []string{"sun"}, Hours: []calendar.Hours{{Open: "01:00", Close: "05:00"}}}
	_, err := d.Office("America/New_York")
	var faults calendar.Faults
	require.ErrorAs(t, err, &faults)
	require.Equal(t, calendar.ClocksChange, faults[0].Code)
	_, err = d.Office("Asia/Shanghai")
	require.NoError(t, err)
	_, err = d.Office("Middle/Earth")
	require.Error(t, err)
	for _, empty := range []calendar.OfficeDocument{{Hours: d.Hours}, {Week: d.Week}} {
		_, err = empty.Office("Asia/Shanghai")
		require.ErrorAs(t, err, &faults)
	}
}

func TestSince_isTheFirstDayThatCountsOtherwise(t *testing.T) {
	t.Parallel()
	base := only2026(t)
	changed := over(t, 2026, founders)
	since, all := changed.Rules().Since(base.Rules())
	require.False(t, all)
	require.Equal(t, "2026-03-12 00:00:00", wall(t, base, since))
	back, _ := base.Rules().Since(changed.Rules())
	require.Equal(t, since, back, "the same both ways")
	since, all = over(t, 2027, `{"source":{"title":"x"},"holidays":[]}`).Rules().Since(base.Rules())
	require.False(t, all)
	require.Equal(t, "2027-01-01 00:00:00", wall(t, base, since), "its dates are no longer provisional")
	for name, office := range map[string]string{"zone": newYork, "week": alwaysOpen} {
		_, all = newCalendar(t, office).Rules().Since(base.Rules())
		require.True(t, all, name)
	}
	_, all = base.Rules().Since(base.Rules())
	require.True(t, all, "two versions with the same rules differ in what rules do not say")
}

// What ends before the difference ends at the same instant with both calendars: it needs no look.
func TestSince_beforeItNothingMoves(t *testing.T) {
	t.Parallel()
	before, after := only2026(t), over(t, 2026, founders)
	since, _ := after.Rules().Since(before.Rules())
	for day := date(t, "2026-01-05"); day.Compare(date(t, "2026-03-12")) < 0; day = day.AddDays(1) {
		for _, d := range []time.Duration{0, time.Hour, before.Day(), 5 * before.Day()} {
			from := in(t, before, day.String()+" 11:00:00")
			a, b := before.Add(from, d), after.Add(from, d)
			if a.Before(since) {
				require.Equal(t, a, b)
			} else {
				require.False(t, b.Before(since))
			}
		}
	}
}
