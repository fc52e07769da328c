package calendar

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones resolve on machines without a zone database
)

// A Calendar answers when the office is open. It never changes after New and
// may be used by any number of goroutines. Package documentation explains what
// a working day is and how boundaries are treated.
type Calendar struct {
	office  Office
	zone    *time.Location
	years   map[int]Year
	days    days
	hours   []stretch // the office hours, ascending
	day     int64     // microseconds of one working day
	version string    // with the region's name in front of it, where it is one's
}

// A stretch is a Span in microseconds since 00:00 on the wall clock.
type stretch struct {
	open, close int64
}

// New makes a calendar. It refuses two files for one year, and office hours
// that meet a change of the clocks on a working day: in such an hour “the same
// office time” does not exist or exists twice.
func New(office Office, years ...Year) (*Calendar, error) {
	if office.zone == nil || len(office.week) == 0 || len(office.hours) == 0 {
		return nil, errors.New("calendar without office hours: read them with ParseOffice")
	}
	c := &Calendar{office: office, zone: office.zone, years: make(map[int]Year, len(years))}
	for _, y := range years {
		if y.number == 0 {
			return nil, errors.New("calendar with an empty year: read years with ParseYear")
		}
		if _, twice := c.years[y.number]; twice {
			return nil, fmt.Errorf("calendar with two files for %d", y.number)
		}
		c.years[y.number] = y
	}
	c.days = newDays(office.week, years)
	for _, span := range office.hours {
		c.hours = append(c.hours, stretch{open: span.Open.Microseconds(), close: span.Close.Microseconds()})
		c.day += (span.Close - span.Open).Microseconds()
	}
	changes := clockChanges(c.zone)
	for _, change := range changes {
		if err := c.admit(change); err != nil {
			return nil, err
		}
	}
	c.version = c.fingerprint(changes)
	return c, nil
}

// Office is the zone, the week and the hours this calendar was made of.
func (c *Calendar) Office() Office { return c.office }

// Years lists the years that something is known of, ascending. Those that know
// their public holidays are not provisional; every other year is.
func (c *Calendar) Years() []Year {
	list := make([]Year, 0, len(c.years))
	for _, y := range c.years {
		list = append(list, y)
	}
	slices.SortFunc(list, func(a, b Year) int { return cmp.Compare(a.number, b.number) })
	return list
}

// Version names the rules behind every result: two calendars with the same
// version give the same dates, and one that could give another date has
// another version. Names, sources and order of the files do not enter.
func (c *Calendar) Version() string { return c.version }

// InRegion is this calendar under the name of a region, with which its version
// then begins: "north:5f0c41d2a9be". The same rules of two regions are two
// versions, so that every date tells whose calendar it was computed with.
func (c *Calendar) InRegion(name string) *Calendar {
	out := *c
	out.version = name + regionMark + c.version[strings.LastIndex(c.version, regionMark)+1:]
	return &out
}

// regionMark stands between the name of a region and the hash of its rules.
const regionMark = ":"

// MaxRegion is the length of the longest name of a region.
const MaxRegion = 32

// IsRegion tells whether a text can be the name of a region: small letters,
// digits and hyphens, beginning with a letter.
func IsRegion(name string) bool {
	for i, r := range name {
		letter := r >= 'a' && r <= 'z'
		if !letter && (i == 0 || (r != '-' && (r < '0' || r > '9'))) {
			return false
		}
	}
	return name != "" && len(name) <= MaxRegion
}

// Provisional reports whether the period from one instant to the other, ends
// included, touches a year without data. Dates computed across such a year
// know weekdays only and are to be computed again once its file exists.
func (c *Calendar) Provisional(from, to time.Time) bool {
	first, last := from.In(c.zone).Year(), to.In(c.zone).Year()
	if first > last {
		first, last = last, first
	}
	for year := first; year <= last; year++ {
		if y, there := c.years[year]; !there || y.unknown {
			return true // so the loop is never longer than the list of years
		}
	}
	return false
}

// conventions is the edition of the boundary rules in the package comment. It
// is part of every version: whoever changes the rules raises it.
const conventions = 1

func (c *Calendar) fingerprint(changes []clockChange) string {
	var b strings.Builder
	fmt.Fprintf(&b, "conventions %d\nzone %s\n", conventions, c.zone)
	_, offset := clocksFrom.In(c.zone).Zone()
	fmt.Fprintf(&b, "offset %d\n", offset)
	for _, change := range changes {
		fmt.Fprintf(&b, "clocks %d %d\n", change.at.Unix(), change.after)
	}
	fmt.Fprintf(&b, "week %v\n", c.days.week)
	for _, s := range c.hours {
		fmt.Fprintf(&b, "hours %d %d\n", s.open, s.close)
	}
	for _, y := range c.Years() {
		if !y.unknown {
			fmt.Fprintf(&b, "year %d\n", y.number)
		}
	}
	for _, s := range c.days.swaps {
		fmt.Fprintf(&b, "day %d %t\n", s.day, s.worked)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:6])
}
