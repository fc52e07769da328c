package calendar

import (
	"slices"
	"time"
)

// Rules are what stands behind a version: everything that moves a date, and
// nothing else. They are kept as JSON, so that a calendar that is no longer in
// force can be compared with the one that is.
type Rules struct {
	Zone  string   `json:"zone"`
	Week  []string `json:"week"`
	Hours []Hours  `json:"hours"`
	Years []int    `json:"years"` // whose public holidays are known, ascending
	Swaps []Swap   `json:"days"`  // that differ from the week, ascending
}

// Swap is a day that is not as the week says.
type Swap struct {
	Date   Date `json:"date"`
	Worked bool `json:"worked"`
}

// Rules are those of this calendar.
func (c *Calendar) Rules() Rules {
	office := c.office.Document()
	slices.SortFunc(office.Week, func(a, b string) int { // the order of the file means nothing
		x, _ := parseWeekday(a)
		y, _ := parseWeekday(b)
		return int(x - y)
	})
	r := Rules{Zone: c.office.Zone(), Week: office.Week, Hours: office.Hours, Years: []int{}, Swaps: []Swap{}}
	for _, y := range c.Years() {
		if !y.unknown {
			r.Years = append(r.Years, y.number)
		}
	}
	for _, s := range c.days.swaps {
		r.Swaps = append(r.Swaps, Swap{Date: dateOfNumber(s.day), Worked: s.worked})
	}
	return r
}

// Since is the instant before which two versions give the same dates to
// whatever ends before it: the beginning of the first day that one of them
// treats otherwise, or of the first year of which one knows more. All is true
// when every date may differ: other hours, another week or zone, or rules that
// are the same under two versions, so that the difference lies elsewhere.
func (r Rules) Since(other Rules) (since time.Time, all bool) {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil || r.Zone != other.Zone || !slices.Equal(r.Week, other.Week) || !slices.Equal(r.Hours, other.Hours) {
		return time.Time{}, true
	}
	first, found := Date{}, false
	differ := func(day Date) {
		if !found || day.Compare(first) < 0 {
			first, found = day, true
		}
	}
	for _, year := range alone(r.Years, other.Years) {
		differ(Date{Year: year, Month: time.January, Day: 1})
	}
	for _, s := range alone(r.Swaps, other.Swaps) {
		differ(s.Date)
	}
	if !found {
		return time.Time{}, true
	}
	return time.Date(first.Year, first.Month, first.Day, 0, 0, 0, 0, zone).UTC(), false
}

// alone are the elements that stand in one list only.
func alone[T comparable](a, b []T) []T {
	var list []T
	for _, v := range a {
		if !slices.Contains(b, v) {
			list = append(list, v)
		}
	}
	for _, v := range b {
		if !slices.Contains(a, v) {
			list = append(list, v)
		}
	}
	return list
}
