package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Span is a stretch of opening hours within one day, as wall-clock time
// counted from 00:00. The office is open at Open and closed at Close.
type Span struct {
	Open, Close time.Duration
}

// An Office is the time zone, the working week and the office hours of the
// organisation. Only ParseOffice makes a usable one.
type Office struct {
	zone  *time.Location
	week  []time.Weekday // in the order of the file
	hours []Span         // ascending, apart from each other, never empty
}

// Zone is the name of the time zone, such as Asia/Shanghai.
func (o Office) Zone() string { return o.location().String() }

// Week lists the weekdays that are worked when no holiday says otherwise.
func (o Office) Week() []time.Weekday { return slices.Clone(o.week) }

// Hours lists the opening hours of a working day, ascending.
func (o Office) Hours() []Span { return slices.Clone(o.hours) }

func (o Office) location() *time.Location {
	if o.zone == nil {
		return time.UTC // the zero Office, which New refuses
	}
	return o.zone
}

type officeFile struct {
	Zone  lined[string]   `yaml:"zone"`
	Week  []lined[string] `yaml:"week"`
	Hours []struct {
		Open  lined[clock] `yaml:"open"`
		Close lined[clock] `yaml:"close"`
	} `yaml:"hours"`
}

// ParseOffice reads an office file; docs/calendar.md describes the format. The
// error is a *FileError that lists everything wrong with it.
func ParseOffice(data []byte) (Office, error) {
	return parseOffice("", data)
}

func parseOffice(name string, data []byte) (Office, error) {
	faults := &FileError{File: name}
	var file officeFile
	if !decode(data, &file, faults) {
		return Office{}, faults
	}
	office := Office{zone: readZone(file.Zone, faults), week: readWeek(file.Week, faults), hours: file.spans(faults)}
	if err := faults.orNil(); err != nil {
		return Office{}, err
	}
	return office, nil
}

func readZone(name lined[string], faults *FileError) *time.Location {
	// "Local" and "" are names to Go, but mean another zone on every machine.
	if name.value == "" || name.value == "Local" {
		faults.add(name.line, "zone: name a time zone, such as Asia/Shanghai")
		return nil
	}
	zone, err := time.LoadLocation(name.value)
	if err != nil {
		faults.add(name.line, "zone: %v", err)
	}
	return zone
}

func readWeek(names []lined[string], faults *FileError) []time.Weekday {
	if len(names) == 0 {
		faults.add(0, "week: name at least one working weekday, such as mon")
	}
	week := make([]time.Weekday, 0, len(names))
	for _, name := range names {
		day, known := parseWeekday(name.value)
		switch {
		case !known:
			faults.add(name.line, "week: %q is none of sun, mon, tue, wed, thu, fri, sat", name.value)
		case slices.Contains(week, day):
			faults.add(name.line, "week: %s stands twice", name.value)
		default:
			week = append(week, day)
		}
	}
	return week
}

func parseWeekday(name string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if name == strings.ToLower(day.String()[:3]) {
			return day, true
		}
	}
	return 0, false
}

func (f officeFile) spans(faults *FileError) []Span {
	if len(f.Hours) == 0 {
		faults.add(0, "hours: give at least one pair of open and close")
	}
	spans := make([]Span, 0, len(f.Hours))
	for i, h := range f.Hours {
		span := Span{Open: time.Duration(h.Open.value), Close: time.Duration(h.Close.value)}
		line := max(h.Open.line, h.Close.line)
		switch {
		case h.Open.line == 0 || h.Close.line == 0:
			faults.add(line, "hours: entry %d needs both open and close", i+1)
		case span.Open >= span.Close:
			faults.add(line, "hours: closing at %s is not after opening at %s", h.Close.value, h.Open.value)
		case len(spans) > 0 && span.Open <= spans[len(spans)-1].Close:
			faults.add(line, "hours: opening at %s must be later than the closing before it", h.Open.value)
		default:
			spans = append(spans, span)
		}
	}
	return spans
}

// A clock is a wall-clock time of day in whole minutes, from 00:00 to 24:00.
type clock time.Duration

func (c clock) String() string {
	minutes := int(time.Duration(c) / time.Minute)
	return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
}

// UnmarshalText reads HH:MM; 24:00 is the end of the day.
func (c *clock) UnmarshalText(text []byte) error {
	s := string(text)
	if s == "24:00" {
		*c = clock(24 * time.Hour)
		return nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return fmt.Errorf("%.*q is not a time of day written as HH:MM", maxEcho, s)
	}
	*c = clock(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
	return nil
}
