package calendar

import (
	"fmt"
	"sort"
	"time"
)

// The years in which changes of the clocks are looked at: no deadline of this
// product is older, and zone rules are not known further ahead in any case.
var (
	clocksFrom = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)
	clocksTo   = time.Date(maxYear+1, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// A clockChange is one switch to or from summer time, or to another zone.
type clockChange struct {
	at            time.Time
	before, after int // seconds east of Greenwich
}

// clockStep is shorter than any time for which a country ever changed its
// clocks (Morocco does so for the month of Ramadan), so that no change hides
// between two looks.
const clockStep = 7 * secondsPerDay

// clockChanges looks for the changes itself, because Time.ZoneBounds ends every
// year after the zone file's last entry on its 365th day, also in leap years.
func clockChanges(zone *time.Location) []clockChange {
	offset := func(second int64) int {
		_, seconds := time.Unix(second, 0).In(zone).Zone()
		return seconds
	}
	var changes []clockChange
	end := clocksTo.Unix()
	for second := clocksFrom.Unix(); second < end; second += clockStep {
		before, after := offset(second), offset(second+clockStep)
		if before == after {
			continue
		}
		n := sort.Search(clockStep, func(i int) bool { return offset(second+int64(i)) == after })
		at := time.Unix(second+int64(n), 0).In(zone)
		changes = append(changes, clockChange{at: at, before: before, after: after})
	}
	return changes
}

// admit refuses a change of the clocks whose missing or repeated wall-clock
// time touches the office hours of a working day.
func (c *Calendar) admit(change clockChange) error {
	wall := change.at.Unix()
	first := wall + int64(min(change.before, change.after))
	last := wall + int64(max(change.before, change.after))
	firstDay, _ := floorDiv(first, secondsPerDay)
	lastDay, _ := floorDiv(last, secondsPerDay)
	for day := firstDay - 1; day <= lastDay; day++ { // from the day before: it may close at 24:00
		if !c.days.worked(day) {
			continue
		}
		start := day * secondsPerDay
		for i, s := range c.hours {
			if start+s.open/microsPerSecond <= last && first <= start+s.close/microsPerSecond {
				span := c.office.hours[i]
				return fmt.Errorf("office hours %s–%s meet the change of the clocks of %s in %s",
					clock(span.Open), clock(span.Close), change.at.Format(time.RFC3339), c.zone)
			}
		}
	}
	return nil
}
