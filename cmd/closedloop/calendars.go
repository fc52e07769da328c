package main

import (
	"encoding/json"
	"fmt"

	"closedloop/calendar"
	"closedloop/deal/view"
)

// calendars are those in force: the organisation's, and those of the regions in which something counts otherwise.
type calendars struct {
	organisation *calendar.Calendar
	regions      map[string]*calendar.Calendar
}

// of is the calendar of a region.
func (c *calendars) of(region string) *calendar.Calendar {
	if own, ok := c.regions[region]; ok {
		return own
	}
	return c.organisation
}

// versions are those in force by region; the organisation's is that of none.
func (c *calendars) versions() map[string]string {
	all := map[string]string{"": c.organisation.Version()}
	for region, own := range c.regions {
		all[region] = own.Version()
	}
	return all
}

// join makes the calendars of everything that was said. What cannot be used is left out, with its fault under its index.
func (m *almanac) join(said []view.CalendarChange) (*calendars, map[int]error) {
	faults := map[int]error{}
	over := func(base *calendar.Calendar, region string, lay func(*calendar.Calendar, view.CalendarChange) (*calendar.Calendar, error)) *calendar.Calendar {
		for i, c := range said {
			if c.Region != region {
				continue
			}
			joined, err := lay(base, c)
			if err != nil {
				faults[i] = err
				continue
			}
			base = joined
		}
		return base
	}
	out := &calendars{organisation: over(m.files, "", m.general), regions: map[string]*calendar.Calendar{}}
	for _, c := range said {
		if _, done := out.regions[c.Region]; c.Region == "" || done {
			continue
		}
		regional := func(base *calendar.Calendar, c view.CalendarChange) (*calendar.Calendar, error) {
			return local(base, out.organisation, c)
		}
		out.regions[c.Region] = over(out.organisation, c.Region, regional)
	}
	for region, own := range out.regions {
		if own.Version() == out.organisation.Version() { // nothing counts otherwise there
			delete(out.regions, region)
			continue
		}
		out.regions[region] = own.InRegion(region)
	}
	return out, faults
}

// general lays one word about the organisation over a calendar.
func (m *almanac) general(base *calendar.Calendar, c view.CalendarChange) (*calendar.Calendar, error) {
	if c.Year == 0 {
		d, err := officeIn(c)
		if err != nil {
			return nil, err
		}
		office, err := d.Office(m.files.Office().Zone())
		if err != nil {
			return nil, err //nolint:wrapcheck // faults of the document
		}
		return with(base, &office)
	}
	d, err := yearIn(c)
	if err != nil {
		return nil, err
	}
	year, err := d.Year(c.Year, known(m.files, c.Year))
	if err != nil {
		return nil, err //nolint:wrapcheck // faults of the document
	}
	return with(base, nil, year)
}

// local lays one word about a region over a calendar that began as the organisation's.
func local(base, organisation *calendar.Calendar, c view.CalendarChange) (*calendar.Calendar, error) {
	if c.Year == 0 {
		d, err := officeIn(c)
		if err != nil {
			return nil, err
		}
		office, err := d.Regional(organisation.Office())
		if err != nil {
			return nil, err //nolint:wrapcheck // faults of the document
		}
		return with(base, &office)
	}
	d, err := yearIn(c)
	if err != nil {
		return nil, err
	}
	if d.Holidays == nil && len(d.CompanyDays) == 0 {
		return base, nil
	}
	year, err := d.Regional(c.Year, known(organisation, c.Year))
	if err != nil {
		return nil, err //nolint:wrapcheck // faults of the document
	}
	return with(base, nil, year)
}

func officeIn(c view.CalendarChange) (calendar.OfficeDocument, error) {
	var d calendar.OfficeDocument
	if err := json.Unmarshal(c.Document, &d); err != nil {
		return d, fmt.Errorf("read office hours: %w", err)
	}
	return d, nil
}

func yearIn(c view.CalendarChange) (calendar.YearDocument, error) {
	var d calendar.YearDocument
	if err := json.Unmarshal(c.Document, &d); err != nil {
		return d, fmt.Errorf("read year: %w", err)
	}
	return d, nil
}

// known is what a calendar has of a year; nil when that is nothing.
func known(c *calendar.Calendar, number int) *calendar.Year {
	if y, ok := c.Year(number); ok {
		return &y
	}
	return nil
}

// with joins; what fits nowhere can only be office hours that meet a change of the clocks on a day that is worked.
func with(base *calendar.Calendar, office *calendar.Office, years ...calendar.Year) (*calendar.Calendar, error) {
	joined, err := base.With(office, years...)
	if err != nil {
		return nil, calendar.Faults{{Code: calendar.ClocksChange, Args: []string{err.Error()}}}
	}
	return joined, nil
}
