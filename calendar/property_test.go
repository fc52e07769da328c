package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/calendar"
)

// subjects are the calendars every property is held against: the one compiled
// in, one with summer time, one without any closing, and an odd one.
func subjects(t *testing.T) map[string]*calendar.Calendar {
	t.Helper()
	return map[string]*calendar.Calendar{
		"default":     only2026(t),
		"summer time": newCalendar(t, newYork),
		"always open": newCalendar(t, alwaysOpen),
		"odd":         newCalendar(t, lordHowe, crowded),
		"weekends":    newCalendar(t, wednesdays, manyMakeUps()),
		"company":     over(t, 2026, mayDay),
		"year end":    over(t, 2027, turn),
		"berlin":      newCalendar(t, strings.Replace(lunch, "Asia/Shanghai", "Europe/Berlin", 1), crowded),
		"region":      regional(t, only2026(t), `{}`, fair),
		"region away": regional(t, over(t, 2026, mayDay), `{"zone":"Europe/Berlin","week":["mon","tue","wed","thu","fri","sat"]}`, fair),
	}
}

// crowded is a year full of days that differ from the week.
const crowded = `
year: 2026
source: {title: made up, checked: 2026-01-01}
holidays:
  - {name: {zh: 一, en: one}, from: 2026-01-01, to: 2026-01-31, days: 31, make_up: [2026-02-01, 2026-02-08, 2026-02-15, 2026-02-22]}
  - {name: {zh: 二, en: two}, from: 2026-03-01, to: 2026-03-31, days: 31}
  - {name: {zh: 三, en: three}, from: 2026-04-01, to: 2026-04-30, days: 30, make_up: [2026-12-27]}
  - {name: {zh: 四, en: four}, from: 2026-12-31, to: 2026-12-31, days: 1}
`

// turn is a second year with data: its New Year joins the end of the first, and the Saturday after it is worked.
const turn = `{"source":{"title":"made up"},"holidays":[{"name":{"zh":"元旦","en":"New Year"},"from":"2027-01-01","to":"2027-01-03","make_up":["2027-01-09"]}]}`

// manyMakeUps is a year in which every weekend of the first half is worked.
func manyMakeUps() string {
	var list []string
	first := calendar.Date{Year: 2026, Month: time.January, Day: 3}
	for week := range 26 {
		list = append(list, first.AddDays(7*week).String(), first.AddDays(7*week+1).String())
	}
	return "year: 2026\nsource: {title: made up, checked: 2026-01-01}\n" +
		"holidays: [{name: {zh: 一, en: one}, from: 2026-12-30, to: 2026-12-30, days: 1, make_up: [" + strings.Join(list, ", ") + "]}]\n"
}

func forEach(t *testing.T, property func(rt *rapid.T, c *calendar.Calendar)) {
	t.Helper()
	for name, c := range subjects(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) { property(rt, c) })
		})
	}
}

// instants lie in and around the year with data, often on a boundary.
func instants(c *calendar.Calendar) *rapid.Generator[time.Time] {
	zone, err := time.LoadLocation(c.Office().Zone())
	if err != nil {
		panic(err)
	}
	return rapid.Custom(func(rt *rapid.T) time.Time {
		day := rapid.IntRange(-400, 800).Draw(rt, "day")
		if rapid.Bool().Draw(rt, "on a boundary") {
			span := rapid.SampledFrom(c.Office().Hours()).Draw(rt, "span")
			at := rapid.SampledFrom([]time.Duration{span.Open, span.Close}).Draw(rt, "edge")
			shift := rapid.SampledFrom([]time.Duration{-time.Microsecond, 0, time.Microsecond}).Draw(rt, "shift")
			return time.Date(2026, 1, 1+day, 0, 0, int(at.Seconds()), 0, zone).Add(shift)
		}
		micros := rapid.Int64Range(0, 24*time.Hour.Microseconds()-1).Draw(rt, "time of day")
		return time.Date(2026, 1, 1+day, 0, 0, int(micros/1e6), int(micros%1e6)*1000, zone)
	})
}

// durations reach from nothing to a year either way, often in whole days.
func durations(c *calendar.Calendar) *rapid.Generator[time.Duration] {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(-300, 300), func(n int) time.Duration { return time.Duration(n) * c.Day() }),
		rapid.Map(rapid.IntRange(-200, 200), func(n int) time.Duration { return time.Duration(n) * 30 * time.Minute }),
		rapid.Map(rapid.Int64Range(-1e13, 1e13), func(n int64) time.Duration { return time.Duration(n) * time.Microsecond }),
	)
}

// isOpen says, in the plainest way, whether the office is open at t.
func isOpen(c *calendar.Calendar, t time.Time) bool {
	zone, _ := time.LoadLocation(c.Office().Zone())
	local := t.In(zone)
	if !c.IsWorkingDay(calendar.DateOf(local)) {
		return false
	}
	hour, minute, second := local.Clock()
	at := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second +
		time.Duration(local.Nanosecond())
	for _, span := range c.Office().Hours() {
		if span.Open <= at && at < span.Close {
			return true
		}
	}
	return false
}

func TestProperty_betweenIsWhatAddAdded(t *testing.T) {
	t.Parallel()
	forEach(t, func(rt *rapid.T, c *calendar.Calendar) {
		from, d := instants(c).Draw(rt, "from"), durations(c).Draw(rt, "d")
		require.Equal(rt, d, c.Between(from, c.Add(from, d)))
	})
}

func TestProperty_addUndoesBetween(t *testing.T) {
	t.Parallel()
	forEach(t, func(rt *rapid.T, c *calendar.Calendar) {
		from, to := instants(c).Draw(rt, "from"), instants(c).Draw(rt, "to")
		d := c.Between(from, to)
		require.Equal(rt, c.NextWorking(to), c.NextWorking(c.Add(from, d)))
		require.Equal(rt, -d, c.Between(to, from))
	})
}

func TestProperty_moreTimeNeverEndsEarlier(t *testing.T) {
	t.Parallel()
	forEach(t, func(rt *rapid.T, c *calendar.Calendar) {
		from := instants(c).Draw(rt, "from")
		less, more := durations(c).Draw(rt, "less"), durations(c).Draw(rt, "more")
		if less > more {
			less, more = more, less
		}
		a, b := c.Add(from, less), c.Add(from, more)
		if less == more {
			require.Equal(rt, a, b)
		} else {
			require.True(rt, a.Before(b), "%s and %s", a, b)
		}
	})
}

func TestProperty_aLaterStartNeverEndsEarlier(t *testing.T) {
	t.Parallel()
	forEach(t, func(rt *rapid.T, c *calendar.Calendar) {
		early, late := instants(c).Draw(rt, "early"), instants(c).Draw(rt, "late")
		if early.After(late) {
			early, late = late, early
		}
		d := durations(c).Draw(rt, "d")
		require.False(rt, c.Add(late, d).Before(c.Add(early, d)))
		require.False(rt, c.NextWorking(late).Before(c.NextWorking(early)))
		require.False(rt, c.EndOfDay(late).Before(c.EndOfDay(early)))
	})
}

func TestProperty_daysForwardAndBackLeadHome(t *testing.T) {
	t.Parallel()
	forEach(t, func(rt *rapid.T, c *calendar.Calendar) {
		from := instants(c).Draw(rt, "from")
		n := time.Duration(rapid.IntRange(1, 300).Draw(rt, "n"))
		require.Equal(rt, c.NextWorking(from), c.Add(c.Add(from, n*c.Day()), -n*c.Day()))
	})
}

func TestProperty_addingInPiecesIsAddingAtOnce(t *testing.T) {
	t.Parallel()
	forEach(t, func(rt *rapid.T, c *calendar.Calendar) {
		from := instants(c).Draw(rt, "from")
		a, b := durations(c).Draw(rt, "a"), durations(c).Draw(rt, "b")
		require.Equal(rt, c.NextWorking(c.Add(from, a+b)), c.NextWorking(c.Add(c.Add(from, a), b)))
	})
}

func TestProperty_resultsLieWithinOfficeHours(t *testing.T) {
	t.Parallel()
	forEach(t, func(rt *rapid.T, c *calendar.Calendar) {
		from, d := instants(c).Draw(rt, "from"), durations(c).Draw(rt, "d")
		got := c.Add(from, d)
		require.Equal(rt, time.UTC, got.Location())
		require.Equal(rt, got, got.Truncate(time.Microsecond))
		if d > 0 {
			got = got.Add(-time.Microsecond) // a closing belongs to the time worked before it
		}
		require.True(rt, isOpen(c, got), "%s is outside office hours", got)
	})
}

func TestProperty_aDayEndsAtTheSameOfficeTimeOneWorkingDayLater(t *testing.T) {
	t.Parallel()
	forEach(t, func(rt *rapid.T, c *calendar.Calendar) {
		start := c.NextWorking(instants(c).Draw(rt, "from"))
		next := c.DateAt(start).AddDays(1)
		for !c.IsWorkingDay(next) {
			next = next.AddDays(1)
		}
		zone, err := time.LoadLocation(c.Office().Zone())
		require.NoError(rt, err)
		end := c.NextWorking(c.Add(start, c.Day())).In(zone)
		require.Equal(rt, next, calendar.DateOf(end))
		require.Equal(rt, start.In(zone).Format("15:04:05.999999"), end.Format("15:04:05.999999"))
	})
}

func TestProperty_nextWorkingIsTheFirstOpenInstant(t *testing.T) {
	t.Parallel()
	forEach(t, func(rt *rapid.T, c *calendar.Calendar) {
		at := instants(c).Draw(rt, "at")
		next := c.NextWorking(at)
		require.Equal(rt, isOpen(c, at), next.Equal(at))
		require.False(rt, next.Before(at))
		require.True(rt, isOpen(c, next))
		require.Zero(rt, c.Between(at, next))
		require.Equal(rt, next, c.Add(at, 0))
	})
}

func TestProperty_endOfDayClosesTheDayOfTheNextOpenInstant(t *testing.T) {
	t.Parallel()
	forEach(t, func(rt *rapid.T, c *calendar.Calendar) {
		at := instants(c).Draw(rt, "at")
		end := c.EndOfDay(at)
		require.True(rt, end.After(at))
		require.Equal(rt, c.Add(c.Opening(c.DateAt(c.NextWorking(at))), c.Day()), end)
	})
}

// TestProperty_officeTimeIsWhatAWalkFinds compares with a walk over every day,
// which is slow and too plain to be wrong.
func TestProperty_officeTimeIsWhatAWalkFinds(t *testing.T) {
	t.Parallel()
	forEach(t, func(rt *rapid.T, c *calendar.Calendar) {
		from, to := instants(c).Draw(rt, "from"), instants(c).Draw(rt, "to")
		if from.After(to) {
			from, to = to, from
		}
		require.Equal(rt, walk(c, from, to), c.Between(from, to))
	})
}

func walk(c *calendar.Calendar, from, to time.Time) time.Duration {
	zone, _ := time.LoadLocation(c.Office().Zone())
	var sum time.Duration
	last := c.DateAt(to)
	for day := c.DateAt(from); day.Compare(last) <= 0; day = day.AddDays(1) {
		if !c.IsWorkingDay(day) {
			continue
		}
		for _, span := range c.Office().Hours() {
			opening := time.Date(day.Year, day.Month, day.Day, 0, 0, int(span.Open.Seconds()), 0, zone)
			closing := time.Date(day.Year, day.Month, day.Day, 0, 0, int(span.Close.Seconds()), 0, zone)
			if opening.Before(from) {
				opening = from
			}
			if closing.After(to) {
				closing = to
			}
			sum += max(0, closing.Sub(opening))
		}
	}
	return sum
}

// The turn of the year joins a year with data to one with or without: it is crossed like any other night.
func TestProperty_theTurnOfTheYearIsCrossedLikeAnyOtherNight(t *testing.T) {
	t.Parallel()
	forEach(t, func(rt *rapid.T, c *calendar.Calendar) {
		zone, err := time.LoadLocation(c.Office().Zone())
		require.NoError(rt, err)
		year := rapid.IntRange(2026, 2028).Draw(rt, "year")
		from := c.NextWorking(time.Date(year-1, 12, rapid.IntRange(22, 31).Draw(rt, "day"), rapid.IntRange(0, 23).Draw(rt, "hour"), 0, 0, 0, zone))
		n := time.Duration(rapid.IntRange(1, 30).Draw(rt, "n"))
		there := c.Add(from, n*c.Day())
		require.Equal(rt, from, c.Add(there, -n*c.Day()), "n days forward and n days back")
		require.Equal(rt, n*c.Day(), walk(c, from, there))
		require.True(rt, c.Add(from, (n+1)*c.Day()).After(there))
	})
}

// Two versions of a calendar give the same dates to whatever ends before the first day that they treat otherwise.
func TestProperty_nothingMovesThatEndsBeforeTheDifference(t *testing.T) {
	t.Parallel()
	before := only2026(t)
	shipped, _ := before.Year(2026)
	rapid.Check(t, func(rt *rapid.T) {
		first := calendar.Date{Year: 2026, Month: 1, Day: 1}
		day := first.AddDays(rapid.IntRange(0, 364).Draw(rt, "day"))
		said := calendar.YearDocument{CompanyDays: []calendar.CompanyDocument{{
			Name: calendar.NameDocument{ZH: "一", EN: "one"}, From: day.String(), Worked: !before.IsWorkingDay(day),
		}}}
		year, err := said.Year(2026, &shipped)
		require.NoError(rt, err)
		after, err := before.With(nil, year)
		require.NoError(rt, err)
		since, all := after.Rules().Since(before.Rules())
		require.False(rt, all)
		require.Equal(rt, day, before.DateAt(since))
		from, d := instants(before).Draw(rt, "from"), max(0, durations(before).Draw(rt, "d"))
		if a, b := before.Add(from, d), after.Add(from, d); a.Before(since) {
			require.Equal(rt, a, b)
		} else if from.Before(since) {
			require.False(rt, b.Before(since))
		}
	})
}
