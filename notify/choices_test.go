package notify_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/notify"
)

// office is open Monday to Friday from 09:00 to 12:00 and from 13:30 to 18:00 in
// Shanghai, but on the days that are off.
type office struct{ off map[string]bool }

func (o office) NextWorking(t time.Time) time.Time {
	at := t.In(shanghai)
	for range 400 {
		y, m, d := at.Date()
		midnight := time.Date(y, m, d, 0, 0, 0, 0, shanghai)
		weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
		if !weekend && !o.off[at.Format(time.DateOnly)] {
			for _, hours := range [][2]time.Duration{{9 * time.Hour, 12 * time.Hour}, {13*time.Hour + 30*time.Minute, 18 * time.Hour}} {
				opens, closes := midnight.Add(hours[0]), midnight.Add(hours[1])
				if at.Before(opens) {
					return opens
				}
				if at.Before(closes) {
					return at
				}
			}
		}
		at = midnight.AddDate(0, 0, 1)
	}
	return at
}

// never is a calendar of a company that does not work.
type never struct{}

func (never) NextWorking(t time.Time) time.Time {
	return t.Truncate(24 * time.Hour).Add(-5 * time.Hour)
}

func timeOfDay(t *testing.T, s string) notify.TimeOfDay {
	t.Helper()
	at, err := notify.ParseTimeOfDay(s)
	require.NoError(t, err)
	require.Equal(t, s, at.String())
	return at
}

// choice makes choices of quiet hours and digests: "20:00-08:00", "08:30", "17:00".
func choice(t *testing.T, quiet string, digests ...string) notify.Choices {
	t.Helper()
	c := notify.Choices{Location: shanghai}
	if quiet != "" {
		c.Quiet = notify.Quiet{From: timeOfDay(t, quiet[:5]), To: timeOfDay(t, quiet[6:])}
	}
	for _, at := range digests {
		c.Digests = append(c.Digests, timeOfDay(t, at))
	}
	require.NoError(t, c.Validate())
	return c
}

func TestChoices_sayWhenANoticeGoesOut(t *testing.T) {
	t.Parallel()
	holiday := office{off: map[string]bool{"2026-05-01": true, "2026-05-04": true, "2026-05-05": true}}
	tests := []struct {
		what     string
		choices  notify.Choices
		at, now  string
		want     string
		calendar notify.Calendar
	}{
		{"nothing chosen, at night", choice(t, ""), "2026-03-02 23:00", "2026-03-02 23:00", "2026-03-02 23:00", office{}},
		{"before quiet hours", choice(t, "20:00-08:00"), "2026-03-02 19:59", "2026-03-02 19:59", "2026-03-02 19:59", office{}},
		{"the first quiet minute", choice(t, "20:00-08:00"), "2026-03-02 20:00", "2026-03-02 20:00", "2026-03-03 09:00", office{}},
		{"after midnight", choice(t, "20:00-08:00"), "2026-03-03 03:00", "2026-03-03 03:00", "2026-03-03 09:00", office{}},
		{"the first minute after", choice(t, "20:00-08:00"), "2026-03-03 08:00", "2026-03-03 08:00", "2026-03-03 08:00", office{}},
		{"Friday night", choice(t, "20:00-08:00"), "2026-03-06 21:00", "2026-03-06 21:00", "2026-03-09 09:00", office{}},
		{"the night before a holiday", choice(t, "20:00-08:00"), "2026-04-30 21:00", "2026-04-30 21:00", "2026-05-06 09:00", holiday},
		{"quiet into the morning", choice(t, "20:00-10:15"), "2026-03-02 22:00", "2026-03-02 22:00", "2026-03-03 10:15", office{}},
		{"quiet over lunch and beyond", choice(t, "11:30-14:00"), "2026-03-02 11:45", "2026-03-02 11:45", "2026-03-02 14:00", office{}},
		{"quiet all morning", choice(t, "08:00-12:30"), "2026-03-02 09:10", "2026-03-02 09:10", "2026-03-02 13:30", office{}},
		{"quiet whenever the office is open", choice(t, "08:00-18:30"), "2026-03-02 09:10", "2026-03-02 09:10", "2026-03-02 18:30", office{}},
		{"quiet but for one working minute", choice(t, "18:00-17:59"), "2026-03-06 18:00", "2026-03-06 18:00", "2026-03-09 17:59", office{}},
		{"a calendar that never opens", choice(t, "20:00-08:00"), "2026-03-02 20:00", "2026-03-02 20:00", "2026-03-03 08:00", never{}},
		{"late by day", choice(t, "20:00-08:00"), "2026-03-02 10:00", "2026-03-02 15:00", "2026-03-02 15:00", office{}},
		{"late by night", choice(t, "20:00-08:00"), "2026-03-02 19:00", "2026-03-02 23:00", "2026-03-03 09:00", office{}},
		{"not yet fired", choice(t, "20:00-08:00"), "2026-03-03 21:00", "2026-03-02 10:00", "2026-03-04 09:00", office{}},
		{"digest later today", choice(t, "", "08:30", "17:00"), "2026-03-02 10:00", "2026-03-02 10:00", "2026-03-02 17:00", office{}},
		{"digest right now", choice(t, "", "08:30", "17:00"), "2026-03-02 17:00", "2026-03-02 17:00", "2026-03-02 17:00", office{}},
		{"digest tomorrow", choice(t, "", "17:00", "08:30"), "2026-03-02 17:01", "2026-03-02 17:01", "2026-03-03 08:30", office{}},
		{"digest in quiet hours", choice(t, "20:00-09:00", "08:30"), "2026-03-06 10:00", "2026-03-06 10:00", "2026-03-09 09:00", office{}},
		{"digest missed", choice(t, "", "08:30"), "2026-03-02 08:00", "2026-03-02 11:00", "2026-03-02 11:00", office{}},
	}
	for _, test := range tests {
		got := test.choices.Due(instant(t, test.at), instant(t, test.now), test.calendar)
		require.Equal(t, test.want, got.In(shanghai).Format("2006-01-02 15:04"), test.what)
	}
}

func TestChoices_followThePersonsClock(t *testing.T) {
	t.Parallel()
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	c := choice(t, "22:00-07:00", "07:30")
	c.Location = newYork
	// Clocks go forward at 02:00 on 8 March 2026.
	for at, want := range map[string]string{"2026-03-07 20:00": "2026-03-08 07:30", "2026-03-08 01:59": "2026-03-08 07:30"} {
		from, err := time.ParseInLocation("2006-01-02 15:04", at, newYork)
		require.NoError(t, err)
		require.Equal(t, want, c.Due(from, from, office{}).In(newYork).Format("2006-01-02 15:04"), at)
	}
}

func TestChoices_neverSendInQuietHoursWhileTheOfficeIsOpenOutsideThem(t *testing.T) {
	t.Parallel()
	for _, quiet := range []string{"20:00-08:00", "00:00-09:30", "12:00-13:00", "18:00-17:00", "17:00-16:59", "23:59-00:00"} {
		c := choice(t, quiet)
		for minute := 0; minute < 10*24*60; minute += 17 {
			at := instant(t, "2026-03-02 00:00").Add(time.Duration(minute) * time.Minute)
			due := c.Due(at, at, office{})
			require.False(t, due.Before(at))
			local := due.In(shanghai)
			now := notify.TimeOfDay(local.Hour()*60 + local.Minute())
			from, to := c.Quiet.From, c.Quiet.To
			inside := now >= from && now < to
			if to < from {
				inside = now >= from || now < to
			}
			require.False(t, inside, "%s: fired %s, sent %s", quiet, at, local)
			require.Equal(t, due, c.Due(at, due, office{}), "asking again at the instant sends it")
		}
	}
}

func TestChoices_validateListsEverything(t *testing.T) {
	t.Parallel()
	err := notify.Choices{Quiet: notify.Quiet{From: -1}, Digests: []notify.TimeOfDay{1440}, AtOnce: -1}.Validate()
	for _, what := range []string{"quiet hours", "digests", "at once", "time zone"} {
		require.ErrorContains(t, err, what)
	}
	for _, bad := range []string{"", "8:30", "24:00", "08:60", "0830", "08:30:00", "八点半"} {
		_, err := notify.ParseTimeOfDay(bad)
		require.Error(t, err, bad)
	}
}

func notices(t *testing.T, ats ...string) []notify.Notice {
	t.Helper()
	var list []notify.Notice
	for i, at := range ats {
		list = append(list, notify.Notice{ID: fmt.Sprint("n", i), At: instant(t, at)})
	}
	return list
}

func TestPlan_sendsNoticesOneByOneUnlessADigestBundlesThem(t *testing.T) {
	t.Parallel()
	now := instant(t, "2026-03-02 22:00")
	waiting := notices(t, "2026-03-02 21:50", "2026-03-02 21:40", "2026-03-02 21:40")

	alone := choice(t, "20:00-08:00").Plan(waiting, now, office{})
	require.Len(t, alone, 3)
	for i, want := range []string{"n1", "n2", "n0"} {
		require.Equal(t, want, alone[i].ID, "in the order in which they were fired")
		require.False(t, alone[i].Bundled())
		require.True(t, alone[i].Due.Equal(instant(t, "2026-03-03 09:00")))
	}

	bundled := choice(t, "", "08:30").Plan(waiting, now, office{})
	require.Len(t, bundled, 1)
	require.True(t, bundled[0].Bundled())
	require.Equal(t, []notify.Notice{waiting[1], waiting[2], waiting[0]}, bundled[0].Notices)
	require.True(t, bundled[0].Due.Equal(instant(t, "2026-03-03 08:30")))

	single := choice(t, "", "08:30").Plan(waiting[:1], now, office{})
	require.Equal(t, "n0", single[0].ID, "a digest of one is that notice")
	require.Empty(t, notify.Choices{Off: true, Location: shanghai}.Plan(waiting, now, office{}))
	require.Empty(t, choice(t, "").Plan(nil, now, office{}))
}

func TestPlan_keepsDigestsOfDifferentTimesApart(t *testing.T) {
	t.Parallel()
	parcels := choice(t, "", "08:30", "17:00").Plan(
		notices(t, "2026-03-02 18:00", "2026-03-02 09:00", "2026-03-02 10:00", "2026-03-03 08:00"), instant(t, "2026-03-02 08:00"), office{})
	require.Len(t, parcels, 2)
	require.True(t, parcels[0].Due.Equal(instant(t, "2026-03-02 17:00")))
	require.Len(t, parcels[0].Notices, 2)
	require.True(t, parcels[1].Due.Equal(instant(t, "2026-03-03 08:30")))
	require.Len(t, parcels[1].Notices, 2)
}

func TestPlan_bundlesAStorm(t *testing.T) {
	t.Parallel()
	c := choice(t, "")
	c.AtOnce = 3
	now := instant(t, "2026-03-02 10:00")
	require.Len(t, c.Plan(notices(t, "2026-03-02 09:57", "2026-03-02 09:58", "2026-03-02 09:59"), now, office{}), 3)
	storm := c.Plan(notices(t, "2026-03-02 09:56", "2026-03-02 09:57", "2026-03-02 09:58", "2026-03-02 09:59"), now, office{})
	require.Len(t, storm, 1)
	require.Len(t, storm[0].Notices, 4)
}

func TestPlan_givesABundleAnIDOfItsNoticesAlone(t *testing.T) {
	t.Parallel()
	c := choice(t, "", "08:30")
	list := notices(t, "2026-03-02 09:00", "2026-03-02 10:00", "2026-03-02 11:00")
	first := c.Plan(list, instant(t, "2026-03-02 12:00"), office{})
	again := c.Plan([]notify.Notice{list[2], list[0], list[1], list[0]}, instant(t, "2026-03-02 13:00"), office{})
	require.Equal(t, first, again, "whatever the order, whenever it is asked, a row twice")
	require.NotEqual(t, first[0].ID, c.Plan(list[:2], instant(t, "2026-03-02 12:00"), office{})[0].ID)
	require.Regexp(t, `^[A-Za-z0-9_-]{1,128}$`, first[0].ID)
}

func TestBundle_joinsTheTextsForOnePerson(t *testing.T) {
	t.Parallel()
	a, b := aMail("a"), aMail("b")
	b.Subject, b.Text, b.Link = "跟进到期", "", ""
	m, err := notify.Bundle("dig_1", "2 条通知", "https://closedloop.example/notices", []notify.Message{a, b})
	require.NoError(t, err)
	require.Equal(t, notify.Message{
		ID: "dig_1", To: a.To, Lang: "zh", Subject: "2 条通知", Link: "https://closedloop.example/notices", At: b.At,
		Text: "• 审批待办：样品申请\n" + a.Text + "\n" + a.Link + "\n\n• 跟进到期",
	}, m)
	b.To = "somebody@else.example"
	_, err = notify.Bundle("dig_1", "s", "", []notify.Message{a, b})
	require.Error(t, err)
	_, err = notify.Bundle("dig_1", "s", "", nil)
	require.Error(t, err)
}
