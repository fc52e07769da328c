package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/calendar"
)

// lunch are office hours with a break.
const lunch = `
zone: Asia/Shanghai
week: [mon, tue, wed, thu, fri]
hours: [{open: "09:00", close: "12:00"}, {open: "13:30", close: "18:00"}]
`

// fair is what a region says of 2026: it works on a day of the spring festival and on a Saturday, and rests for a week in June.
const fair = `{"company_days":[
	{"name":{"zh":"展会","en":"Fair"},"from":"2026-02-17","worked":true},
	{"name":{"zh":"展会","en":"Fair"},"from":"2026-03-14","worked":true},
	{"name":{"zh":"搬家","en":"Move"},"from":"2026-06-08","to":"2026-06-14"}]}`

// regional is a calendar with what a region says of its office hours and of 2026 laid over it.
func regional(t testing.TB, whole *calendar.Calendar, office, year string) *calendar.Calendar {
	t.Helper()
	var hours calendar.OfficeDocument
	require.NoError(t, json.Unmarshal([]byte(office), &hours))
	o, err := hours.Regional(whole.Office())
	require.NoError(t, err)
	var days calendar.YearDocument
	require.NoError(t, json.Unmarshal([]byte(year), &days))
	var below *calendar.Year
	if y, ok := whole.Year(2026); ok {
		below = &y
	}
	y, err := days.Regional(2026, below)
	require.NoError(t, err)
	c, err := whole.With(&o, y)
	require.NoError(t, err)
	return c.InRegion("coast")
}

func TestRegionalYear_goesBeforeWhatTheOrganisationSaysOfTheSameDay(t *testing.T) {
	t.Parallel()
	whole := over(t, 2026, `{"company_days":[{"name":{"zh":"厂庆","en":"Anniversary"},"from":"2026-03-12","to":"2026-03-14"}]}`)
	c := regional(t, whole, `{}`, fair)
	for day, worked := range map[string]bool{
		"2026-03-12": false, // the organisation's day off counts here as well
		"2026-03-14": true,  // about which the region says otherwise
		"2026-02-17": true,  // a public holiday
		"2026-06-10": false, "2026-06-15": true,
		"2026-02-28": true, // a make-up Saturday of the notice
	} {
		require.Equal(t, worked, c.IsWorkingDay(date(t, day)), day)
	}
	require.False(t, whole.IsWorkingDay(date(t, "2026-03-14")))
	y, ok := c.Year(2026)
	require.True(t, ok)
	require.True(t, y.Known())
	require.Len(t, y.CompanyDays(), 4)
}

func TestRegionalYear_mayBringHolidaysThatNobodyElseHas(t *testing.T) {
	t.Parallel()
	var days calendar.YearDocument
	require.NoError(t, json.Unmarshal([]byte(`{"source":{"title":"x"},"holidays":[]}`), &days))
	y, err := days.Regional(2031, nil)
	require.NoError(t, err)
	require.True(t, y.Known())
	y, err = calendar.YearDocument{}.Regional(2031, nil)
	require.NoError(t, err)
	require.False(t, y.Known(), "the region does not know more than the organisation")
	_, err = calendar.YearDocument{Holidays: []calendar.HolidayDocument{}}.Regional(2031, nil)
	var faults calendar.Faults
	require.ErrorAs(t, err, &faults)
	require.Equal(t, calendar.NoSource, faults[0].Code)
}

func TestRegionalOffice_keepsWhatItDoesNotName(t *testing.T) {
	t.Parallel()
	whole := only2026(t).Office()
	same, err := calendar.OfficeDocument{}.Regional(whole)
	require.NoError(t, err)
	require.Equal(t, whole, same)
	away, err := calendar.OfficeDocument{Zone: "Asia/Urumqi", Week: []string{"sun", "mon"}}.Regional(whole)
	require.NoError(t, err)
	require.Equal(t, "Asia/Urumqi", away.Zone())
	require.Equal(t, []time.Weekday{time.Sunday, time.Monday}, away.Week())
	require.Equal(t, whole.Hours(), away.Hours())
	for _, zone := range []string{"Local", "Middle/Earth", "../x"} {
		_, err = calendar.OfficeDocument{Zone: zone}.Regional(whole)
		var faults calendar.Faults
		require.ErrorAs(t, err, &faults, zone)
		require.Equal(t, calendar.Faults{{Pointer: "/zone", Code: calendar.BadZone, Args: []string{zone}}}, faults)
	}
	_, err = calendar.OfficeDocument{Zone: "Asia/Urumqi", Week: []string{"mon"}, Hours: whole.Document().Hours}.Office("Asia/Shanghai")
	var faults calendar.Faults
	require.ErrorAs(t, err, &faults)
	require.Equal(t, calendar.FixedZone, faults[0].Code)
}

func TestInRegion_namesTheRegionInTheVersionAndMovesNothing(t *testing.T) {
	t.Parallel()
	whole := only2026(t)
	north := whole.InRegion("north")
	require.Equal(t, "north:"+whole.Version(), north.Version())
	require.Equal(t, "south:"+whole.Version(), north.InRegion("south").Version())
	require.Equal(t, whole.Rules(), north.Rules())
	at := in(t, whole, "2026-03-02 10:00:00")
	require.Equal(t, whole.Add(at, whole.Day()), north.Add(at, whole.Day()))
	require.NotContains(t, whole.Version(), ":")
}

func TestIsRegion_takesWhatFitsIntoAVersion(t *testing.T) {
	t.Parallel()
	for name, is := range map[string]bool{
		"north": true, "n": true, "north-7": true, "abcdefghijklmnopqrstuvwxyz-12345": true,
		"": false, "North": false, "7n": false, "-n": false, "a+b": false, "a:b": false, "a b": false, "华北": false, "abcdefghijklmnopqrstuvwxyz-123456": false,
	} {
		require.Equal(t, is, calendar.IsRegion(name), name)
	}
}

func TestParseFile_takesAYearOfCompanyDaysAlone(t *testing.T) {
	t.Parallel()
	_, year, err := calendar.ParseFile("coast-2026.yaml", []byte("year: 2026\ncompany_days: [{name: {zh: 展会, en: Fair}, from: 2026-03-14, worked: true}]\n"))
	require.NoError(t, err)
	require.Nil(t, year.Document().Holidays, "nothing is said about them")
	require.Len(t, year.Document().CompanyDays, 1)
	_, _, err = calendar.ParseFile("coast-2026.yaml", []byte("year: 2026\n"))
	require.ErrorContains(t, err, "name one of the two")
	_, err = calendar.ParseYear([]byte("year: 2026\ncompany_days: []\n"))
	require.ErrorContains(t, err, "holidays: the list is missing", "what the program ships says both")
}
