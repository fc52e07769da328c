package quota_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal/quota"
)

var rules = quota.Rules{PerDay: 1, Streak: 3}

// days reads a line of days from the first of May on: '.' asks for a lead and got none, a digit got so many, 'w' is a weekend
// or holiday, 'W' one with a lead, 'l' is leave, 'L' leave with a lead.
func days(line string) []quota.Day {
	var all []quota.Day
	for i, c := range line {
		d := quota.Day{Date: fmt.Sprintf("2026-05-%02d", i+1), Working: true}
		switch c {
		case 'w':
			d.Working = false
		case 'W':
			d.Working, d.Leads = false, 1
		case 'l':
			d.Leave = true
		case 'L':
			d.Leave, d.Leads = true, 1
		case '.':
		default:
			d.Leads = int(c - '0')
		}
		all = append(all, d)
	}
	return all
}

func TestInARow_isPausedByDaysThatAskForNothingAndEndedByALead(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]int{
		"": 0, "1": 0, ".": 1, "..": 2, "1..": 2, "..1": 0, ".1.": 1,
		"..ww.": 3, "..wwww..": 4, ".ll.": 2, "ll.": 1, "..l": 2, "..W.": 1, "..L.": 1, "..W": 0, "wwww": 0, "lll": 0,
		"..2.": 1, ".0.": 3,
	} {
		n, _ := rules.InARow(days(line), "")
		require.Equal(t, want, n, line)
	}
	_, first := rules.InARow(days("1.w.l."), "")
	require.Equal(t, "2026-05-02", first)
}

func TestBreached_onTheThirdDayAndAgainAfterThreeMore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line, before string
		want         quota.Breach
		is           bool
	}{
		{"...", "", quota.Breach{First: "2026-05-01", Last: "2026-05-03", Days: 3}, true},
		{"..", "", quota.Breach{}, false},
		{"", "", quota.Breach{}, false},
		{"...w", "", quota.Breach{}, false}, // told on the day itself
		{"...l", "", quota.Breach{}, false}, // leave pauses
		{"..ww.", "", quota.Breach{First: "2026-05-01", Last: "2026-05-05", Days: 3}, true},
		{"..l.", "", quota.Breach{First: "2026-05-01", Last: "2026-05-04", Days: 3}, true},
		{"....", "2026-05-03", quota.Breach{}, false},
		{"......", "2026-05-03", quota.Breach{First: "2026-05-04", Last: "2026-05-06", Days: 3}, true},
		{"...1...", "2026-05-03", quota.Breach{First: "2026-05-05", Last: "2026-05-07", Days: 3}, true},
		{"...1..", "2026-05-03", quota.Breach{}, false},
		{"..W.", "", quota.Breach{}, false},
		{"...", "2026-05-03", quota.Breach{}, false}, // it is on record
	} {
		got, is := rules.Breached(days(c.line), c.before)
		require.Equal(t, c.is, is, "%+v", c)
		if is {
			require.Equal(t, c.want, got, c.line)
		}
	}
	two := quota.Rules{PerDay: 2, Streak: 2}
	_, is := two.Breached(days("11"), "")
	require.True(t, is, "one is too few where two are owed")
	_, is = two.Breached(days("31"), "")
	require.False(t, is, "the surplus of a day is that day's")
}

func TestSum_countsWhatWasOwedAndBrought(t *testing.T) {
	t.Parallel()
	list := days("12.wWlL.")
	list[1].Late = 1
	require.Equal(t, quota.Sum{Owed: 4, Leads: 5, Short: 2, Late: 1, Leave: 2}, rules.Sum(list))
}
