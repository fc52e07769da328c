package calendar

import (
	"cmp"
	"slices"
)

// A CompanyDay is one run of days on which the company itself decides: closed
// although others work, or worked although they do not. It goes before holidays
// and make-up days.
type CompanyDay struct {
	ZH, EN   string // its name
	From, To Date   // both included
	Worked   bool
}

// CompanyDays lists the days the company decides about, in the order of the file.
func (y Year) CompanyDays() []CompanyDay { return slices.Clone(y.company) }

// Known reports whether the public holidays of the year are known. A year that
// has company days only stays provisional.
func (y Year) Known() bool { return !y.unknown }

// A DayKind says why a day is worked or not, although the week may say otherwise.
type DayKind string

// The kinds of days that somebody named.
const (
	HolidayDay  DayKind = "holiday"
	MakeUpDay   DayKind = "make_up"
	CompanysDay DayKind = "company"
)

// A NamedDay is a day about which the calendar says more than the week does.
type NamedDay struct {
	Date   Date
	Worked bool
	Kind   DayKind
	ZH, EN string // name of the holiday, or of the company's day
}

// NamedDays lists the days of a year that somebody named, ascending, as they
// count in the end: the company's word goes before the notice's.
func (c *Calendar) NamedDays(year int) []NamedDay {
	found := map[Date]NamedDay{}
	y := c.years[year]
	for _, h := range y.holidays {
		for day := h.From; day.Compare(h.To) <= 0; day = day.AddDays(1) {
			found[day] = NamedDay{Date: day, Kind: HolidayDay, ZH: h.ZH, EN: h.EN}
		}
		for _, day := range h.MakeUp {
			found[day] = NamedDay{Date: day, Worked: true, Kind: MakeUpDay, ZH: h.ZH, EN: h.EN}
		}
	}
	for _, d := range y.company {
		for day := d.From; day.Compare(d.To) <= 0; day = day.AddDays(1) {
			found[day] = NamedDay{Date: day, Worked: d.Worked, Kind: CompanysDay, ZH: d.ZH, EN: d.EN}
		}
	}
	list := make([]NamedDay, 0, len(found))
	for _, day := range found {
		list = append(list, day)
	}
	slices.SortFunc(list, func(a, b NamedDay) int { return a.Date.Compare(b.Date) })
	return list
}

// WorkingDays counts the working days of a year.
func (c *Calendar) WorkingDays(year int) int {
	first, next := Date{Year: year, Month: 1, Day: 1}, Date{Year: year + 1, Month: 1, Day: 1}
	return int(c.days.count(next.number()) - c.days.count(first.number()))
}

// Year is what is known of a year; ok is false when there is nothing at all.
func (c *Calendar) Year(number int) (year Year, ok bool) {
	year, ok = c.years[number]
	return year, ok
}

// With is this calendar with another office and with some years replaced. A
// nil office keeps the one there is.
func (c *Calendar) With(office *Office, years ...Year) (*Calendar, error) {
	all := make(map[int]Year, len(c.years)+len(years))
	for number, y := range c.years {
		all[number] = y
	}
	for _, y := range years {
		all[y.number] = y
	}
	list := make([]Year, 0, len(all))
	for _, y := range all {
		list = append(list, y)
	}
	slices.SortFunc(list, func(a, b Year) int { return cmp.Compare(a.number, b.number) })
	if office == nil {
		office = &c.office
	}
	return New(*office, list...)
}
