package deal_test

import (
	"fmt"
	"slices"
	"time"
)

// shanghai is the organisation's zone; a fixed one, since China keeps no summer time.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// officeDay is one working day of [office]: 09–12 and 13–18.
const officeDay = 8 * time.Hour

// office is working time for the tests: Monday to Friday, 09–12 and 13–18, with days off. A result that falls where
// the office closes is the closing when time was added, and the opening after it when none was.
type office struct {
	version     string
	off         []string // days off, YYYY-MM-DD
	provisional int      // the first year without data; 0: there is none
}

const day = 24 * time.Hour

// monday is the day from which the fake counts.
var monday = time.Date(2018, 1, 1, 0, 0, 0, 0, shanghai)

func (o office) Version() string { return o.version }

func (o office) Day() time.Duration { return officeDay }

func (o office) Provisional(from, to time.Time) bool {
	return o.provisional != 0 && max(from.In(shanghai).Year(), to.In(shanghai).Year()) >= o.provisional
}

func (o office) Date(at time.Time) string { return at.In(shanghai).Format(time.DateOnly) }

func (o office) Opening(date string) (time.Time, error) {
	at, err := time.ParseInLocation(time.DateOnly, date, shanghai)
	if err != nil {
		return time.Time{}, fmt.Errorf("read day: %w", err)
	}
	return o.NextWorking(at), nil
}

func (o office) NextWorking(at time.Time) time.Time { return o.latest(o.worked(at)) }

func (o office) EndOfDay(at time.Time) time.Time {
	n, clock := split(at)
	if clock >= 18*hour {
		n++
	}
	for !o.open(n) {
		n++
	}
	return join(n, 18*hour)
}

func (o office) Add(from time.Time, d time.Duration) time.Time {
	micros := d.Microseconds()
	if micros <= 0 {
		return o.latest(o.worked(from) + micros)
	}
	return o.latest(o.worked(from) + micros - 1).Add(time.Microsecond)
}

func (o office) Between(from, to time.Time) time.Duration {
	return time.Duration(o.worked(to)-o.worked(from)) * time.Microsecond
}

// Microseconds of an hour, of office time in a day, and of a day: a Duration is too short for the year 9999.
const (
	hour   = int64(time.Hour / time.Microsecond)
	worked = int64(officeDay / time.Microsecond)
	whole  = 24 * hour
)

// worked is the office time from monday to at.
func (o office) worked(at time.Time) int64 {
	n, clock := split(at)
	total := int64(o.count(n)) * worked
	if !o.open(n) {
		return total
	}
	return total + min(max(clock-9*hour, 0), 3*hour) + min(max(clock-13*hour, 0), 5*hour)
}

// latest is the last instant with that much office time behind it.
func (o office) latest(behind int64) time.Time {
	want := int(behind / worked)
	rest := behind - int64(want)*worked
	n := want / 5 * 7
	for !o.open(n) || o.count(n) < want {
		n++
	}
	if rest < 3*hour {
		return join(n, 9*hour+rest)
	}
	return join(n, 10*hour+rest)
}

// count is how many working days lie before day n.
func (o office) count(n int) int {
	days := n/7*5 + min(n%7, 5)
	for _, off := range o.off {
		if k := number(off); k < n && k%7 < 5 {
			days--
		}
	}
	return days
}

func (o office) open(n int) bool {
	return n%7 < 5 && !slices.ContainsFunc(o.off, func(off string) bool { return number(off) == n })
}

func number(date string) int {
	at, err := time.ParseInLocation(time.DateOnly, date, shanghai)
	if err != nil {
		panic(err) // a mistake in a test
	}
	n, _ := split(at)
	return n
}

// split is the number of days since monday, and the time of the day.
func split(at time.Time) (n int, clock int64) {
	since := at.UnixMicro() - monday.UnixMicro()
	return int(since / whole), since % whole
}

func join(n int, clock int64) time.Time {
	return time.UnixMicro(monday.UnixMicro() + int64(n)*whole + clock).UTC()
}
