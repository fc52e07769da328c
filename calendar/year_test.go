package calendar_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/calendar"
)

const goodYear = `year: 2027
source:
  title: a notice
  published: 2026-11-01
  url: https://www.gov.cn/notice
  checked: "2026-11-20"
holidays:
  - name: {zh: 元旦, en: New Year's Day}
    from: 2027-01-01
    to: "2027-01-03"
    days: 3
    make_up: ["2027-01-09", 2027-01-10]
`

func TestParseYear_readsWhatTheNoticeSays(t *testing.T) {
	t.Parallel()
	y, err := calendar.ParseYear([]byte(goodYear))
	require.NoError(t, err)
	require.Equal(t, 2027, y.Number())
	require.Equal(t, calendar.Source{
		Title:     "a notice",
		Published: date(t, "2026-11-01"),
		URL:       "https://www.gov.cn/notice",
		Checked:   date(t, "2026-11-20"),
	}, y.Source())
	require.Equal(t, []calendar.Holiday{{
		ZH: "元旦", EN: "New Year's Day",
		From: date(t, "2027-01-01"), To: date(t, "2027-01-03"),
		MakeUp: []calendar.Date{date(t, "2027-01-09"), date(t, "2027-01-10")},
	}}, y.Holidays())
}

func TestParseYear_handsOutCopies(t *testing.T) {
	t.Parallel()
	y, err := calendar.ParseYear([]byte(goodYear))
	require.NoError(t, err)
	y.Holidays()[0].MakeUp[0] = calendar.Date{}
	require.Equal(t, date(t, "2027-01-09"), y.Holidays()[0].MakeUp[0])
}

func TestParseYear_refusesWithLineAndReason(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		old, new string // replacement in goodYear
		line     int
		reason   string
	}{
		{"unknown field", "holidays:", "holiday: []\nholidays:", 7, "field holiday is not known here"},
		{"unknown field inside", "    days: 3", "    days: 3\n    off: 3", 12, "field off is not known here"},
		{"field given twice", "    days: 3", "    days: 3\n    days: 3", 12, `mapping key "days" already defined at line 11`},
		{"no year", "year: 2027\n", "", 0, "year: say which year"},
		{"year out of range", "year: 2027", "year: 20277", 1, "20277 is not between 2000 and 2100"},
		{"year that is no number", "year: 2027", "year: next", 1, "cannot unmarshal"},
		{"year that is a list", "year: 2027", "year: [2027]", 1, "want a single value"},
		{"no notice", "  title: a notice\n", "", 0, "source.title: name the notice"},
		{"empty notice", "a notice", `""`, 3, "source.title: name the notice"},
		{"not checked", "  checked: \"2026-11-20\"\n", "", 0, "source.checked: say on which day"},
		{"checked too early", "2026-11-20", "2026-10-20", 6, "2026-10-20 is before the notice was published on 2026-11-01"},
		{"broken link", "https://www.gov.cn", "javascript:alert", 5, "source.url: not a web address"},
		{"no list of holidays", goodYear[strings.Index(goodYear, "holidays:"):], "", 0, "holidays: the list is missing"},
		{"one name only", ", en: New Year's Day", "", 8, "holiday 1: name it in zh and in en"},
		{"no end", "    to: \"2027-01-03\"\n", "", 8, "holiday 1: from and to are both needed"},
		{"end before start", "from: 2027-01-01", "from: 2027-01-05", 10, "2027-01-03 is before from 2027-01-05"},
		{"day that does not exist", "2027-01-03", "2027-02-30", 10, `"2027-02-30" is not an existing day`},
		{"day in another form", "2027-01-03", "2027/1/3", 10, `"2027/1/3" is not an existing day`},
		{"wrong year in from", "from: 2027-01-01", "from: 2026-12-31", 9, "2026-12-31 is not in 2027; it belongs into the file of 2026"},
		{"wrong year in make_up", "2027-01-10]", "2028-01-10]", 12, "2028-01-10 is not in 2027; it belongs into the file of 2028"},
		{"longer than a holiday is", "2027-01-03", "2027-03-01", 10, "is 60 days, longer than any holiday"},
		{"another number of days", "days: 3", "days: 4", 11, "2027-01-01 to 2027-01-03 is 3 days, not 4"},
		{"number of days missing", "    days: 3\n", "", 8, "repeat the number of days the notice gives"},
		{"make-up on a weekday", "2027-01-10]", "2027-01-11]", 12, "2027-01-11 is a Monday, which is worked anyway"},
		{"make-up twice", "2027-01-10]", "2027-01-09]", 12, "stands as make-up working day here and as make-up working day on line 12"},
		{"make-up that is a holiday", "2027-01-10]", "2027-01-03]", 12, "stands as make-up working day here and as holiday on line 9"},
		{"two documents", "year: 2027", "---\nyear: 2027\n---\nyear: 2028\n---", 0, "more than one document"},
		{"no YAML", "year: 2027", "year: {2027", 1, "did not find expected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(goodYear, tt.old, tt.new, 1)
			require.NotEqual(t, goodYear, text)
			_, err := calendar.ParseYear([]byte(text))
			var faults *calendar.FileError
			require.ErrorAs(t, err, &faults)
			require.Len(t, faults.Problems, 1, "%v", err)
			require.Contains(t, faults.Problems[0].Reason, tt.reason)
			require.Equal(t, tt.line, faults.Problems[0].Line, "%v", err)
		})
	}
}

func TestParseYear_refusesADateInTwoHolidays(t *testing.T) {
	t.Parallel()
	_, err := calendar.ParseYear([]byte(goodYear + `  - name: {zh: 春节, en: Spring Festival}
    from: 2027-01-02
    to: 2027-01-04
    days: 3
`))
	require.EqualError(t, err, `line 14: 2027-01-02 stands as holiday here and as holiday on line 9
line 14: 2027-01-03 stands as holiday here and as holiday on line 9`)
}

func TestParseYear_listsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("a notice", `""`, "days: 3", "days: 9", "2027-01-10]", "2027-01-12]").Replace(goodYear)
	_, err := calendar.ParseYear([]byte(text))
	require.EqualError(t, err, `line 3: source.title: name the notice the dates come from
line 11: days: 2027-01-01 to 2027-01-03 is 3 days, not 9
line 12: make_up: 2027-01-12 is a Tuesday, which is worked anyway`)

	text = strings.NewReplacer("2027-01-03", "soon", "2027-01-10]", "later]").Replace(goodYear)
	_, err = calendar.ParseYear([]byte(text))
	require.EqualError(t, err, `line 10: "soon" is not an existing day written as YYYY-MM-DD
line 12: "later" is not an existing day written as YYYY-MM-DD`)
}

func TestParseYear_refusesAnEmptyAndAHugeFile(t *testing.T) {
	t.Parallel()
	_, err := calendar.ParseYear(nil)
	require.EqualError(t, err, "the file is empty")
	_, err = calendar.ParseYear([]byte(strings.Repeat("#\n", 1<<20)))
	require.ErrorContains(t, err, "more than the 262144 allowed")
}

func TestParseYear_acceptsAYearWithoutHolidays(t *testing.T) {
	t.Parallel()
	y, err := calendar.ParseYear([]byte("year: 2027\nsource: {title: none, checked: 2026-11-20}\nholidays: []\n"))
	require.NoError(t, err)
	require.Empty(t, y.Holidays())
}

func TestParseYear_survivesDamagedFiles(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := []byte(goodYear)
		for range rapid.IntRange(1, 5).Draw(rt, "damages") {
			at := rapid.IntRange(0, len(text)-1).Draw(rt, "at")
			piece := rapid.SampledFrom([]string{"", "\n", ":", "- ", "[", "]", "{", "~", "&a ", "*a", "2027-01-02", "\x00", "\xff", "  "}).Draw(rt, "piece")
			cut := min(rapid.IntRange(0, 4).Draw(rt, "cut"), len(text)-at)
			text = append(append(append([]byte{}, text[:at]...), piece...), text[at+cut:]...)
		}
		holds(rt, text)
	})
}

func FuzzParseYear(f *testing.F) {
	f.Add([]byte(goodYear))
	f.Add([]byte(crowded))
	f.Add([]byte("year: &a [*a]"))
	f.Add([]byte("holidays: [{from: 2027-01-01, to: 9999-12-31}]"))
	f.Fuzz(func(t *testing.T, text []byte) { holds(t, text) })
}

// holds is true of any content: it is refused with reasons, or makes a calendar.
func holds(t require.TestingT, text []byte) {
	y, err := calendar.ParseYear(text)
	if err != nil {
		var faults *calendar.FileError
		require.ErrorAs(t, err, &faults)
		require.NotEmpty(t, faults.Problems)
		for _, p := range faults.Problems {
			require.NotEmpty(t, p.Reason)
		}
		return
	}
	office, err := calendar.ParseOffice([]byte(newYork))
	require.NoError(t, err)
	c, err := calendar.New(office, y)
	require.NoError(t, err)
	start := time.Date(y.Number(), 1, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, 300*c.Day(), c.Between(start, c.Add(start, 300*c.Day())))
}

func TestDate_isWrittenAndReadAsText(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(map[string]calendar.Date{"on": date(t, "2026-10-10")})
	require.NoError(t, err)
	require.JSONEq(t, `{"on":"2026-10-10"}`, string(text))
	var back map[string]calendar.Date
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, calendar.Date{Year: 2026, Month: time.October, Day: 10}, back["on"])
	require.ErrorContains(t, json.Unmarshal([]byte(`{"on":"10.10.2026"}`), &back), "written as YYYY-MM-DD")
}

func TestParseDate_repeatsOnlyTheBeginningOfALongText(t *testing.T) {
	t.Parallel()
	_, err := calendar.ParseDate(strings.Repeat("日", 100_000))
	require.Error(t, err)
	require.Less(t, len(err.Error()), 300)
}

func TestDate_countsCivilDays(t *testing.T) {
	t.Parallel()
	d := date(t, "2026-12-31")
	require.Equal(t, date(t, "2027-01-01"), d.AddDays(1))
	require.Equal(t, date(t, "2026-02-28"), date(t, "2026-03-01").AddDays(-1))
	require.Equal(t, time.Thursday, d.Weekday())
	require.Equal(t, -1, d.Compare(d.AddDays(1)))
	require.Zero(t, d.Compare(d))
	require.Equal(t, 1, d.Compare(d.AddDays(-1)))
}
