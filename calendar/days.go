package calendar

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// days counts working days without walking over them: the working week gives
// the number up to any day by division, and the few days of the year files that
// differ from the week correct it.
type days struct {
	week  [7]bool  // worked, by day number modulo 7; 1970-01-01 was a Thursday
	upTo  [8]int64 // working days among the first n days of such a week
	swaps []swap   // ascending

	lowest, highest int64 // of the corrections in swaps, 0 included
}

// A swap is a day that the week alone would get wrong.
type swap struct {
	day    int64 // number of the day
	worked bool
	sum    int64 // correction for every later day: this swap and all before it
}

func newDays(week []time.Weekday, years []Year) days {
	var d days
	for i := range d.week {
		d.week[i] = slices.Contains(week, dateOfNumber(int64(i)).Weekday())
		d.upTo[i+1] = d.upTo[i]
		if d.week[i] {
			d.upTo[i+1]++
		}
	}
	said := map[int64]bool{}
	for _, y := range years {
		for _, h := range y.holidays {
			mark(said, h.From, h.To, false)
			for _, day := range h.MakeUp {
				mark(said, day, day, true)
			}
		}
	}
	for _, y := range years { // the company's word goes before the notice's
		for _, c := range y.company {
			mark(said, c.From, c.To, c.Worked)
		}
	}
	for day, worked := range said {
		d.swap(day, worked)
	}
	slices.SortFunc(d.swaps, func(a, b swap) int { return cmp.Compare(a.day, b.day) })
	var sum int64
	for i := range d.swaps {
		if d.swaps[i].worked {
			sum++
		} else {
			sum--
		}
		d.swaps[i].sum = sum
		d.lowest, d.highest = min(d.lowest, sum), max(d.highest, sum)
	}
	return d
}

// mark notes what is said about a run of days.
func mark(said map[int64]bool, from, to Date, worked bool) {
	for day := from.number(); day <= to.number(); day++ {
		said[day] = worked
	}
}

// swap notes a day of a year file, unless the week says the same.
func (d *days) swap(day int64, worked bool) {
	if d.usual(day) != worked {
		d.swaps = append(d.swaps, swap{day: day, worked: worked})
	}
}

func (d *days) usual(day int64) bool {
	_, weekday := floorDiv(day, 7)
	return d.week[weekday]
}

// worked reports whether the day is a working day.
func (d *days) worked(day int64) bool {
	if i := d.before(day); i < len(d.swaps) && d.swaps[i].day == day {
		return d.swaps[i].worked
	}
	return d.usual(day)
}

// before is the number of swaps before the day.
func (d *days) before(day int64) int {
	return sort.Search(len(d.swaps), func(i int) bool { return d.swaps[i].day >= day })
}

// count is the number of working days from 1970-01-01 up to the day, which is
// not counted itself; it is negative before 1970.
func (d *days) count(day int64) int64 {
	weeks, weekday := floorDiv(day, 7)
	n := weeks*d.upTo[7] + d.upTo[weekday]
	if i := d.before(day); i > 0 {
		n += d.swaps[i-1].sum
	}
	return n
}

// nth is the working day that has n working days before it.
func (d *days) nth(n int64) int64 {
	// The corrections are bounded, and so is the stretch to search: a few weeks.
	first, _ := floorDiv(n-d.highest, d.upTo[7])
	last, _ := floorDiv(n-d.lowest, d.upTo[7])
	from, to := (first-1)*7, (last+2)*7
	return from + int64(sort.Search(int(to-from), func(i int) bool {
		return d.count(from+int64(i)+1) > n
	}))
}

// next is the day itself when it is worked, or the next working day.
func (d *days) next(day int64) int64 {
	return d.nth(d.count(day))
}

// floorDiv divides by a positive number and rounds down, also below zero.
func floorDiv(a, b int64) (quotient, remainder int64) {
	quotient, remainder = a/b, a%b
	if remainder < 0 {
		quotient--
		remainder += b
	}
	return quotient, remainder
}
