package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Documents are what an administrator says about one year or about the office:
// the JSON of the API and of the database. Days are written as 2006-01-02 and
// times of day as 15:04. What is wrong with one comes as Faults, which name the
// field by its JSON pointer and put the rest into other people's words.

// A YearDocument is what is said about one year.
type YearDocument struct {
	Source      *SourceDocument   `json:"source,omitempty" doc:"where the holidays come from; needed with them"`
	Holidays    []HolidayDocument `json:"holidays,omitzero" maxItems:"60" doc:"public holidays with their make-up days; absent: those of the program's files, if it has the year; empty: a year without any"`
	CompanyDays []CompanyDocument `json:"company_days,omitzero" maxItems:"200" doc:"days about which the company decides; they go before holidays and make-up days"`
}

// A SourceDocument says where holidays come from.
type SourceDocument struct {
	Title     string `json:"title" minLength:"1" maxLength:"200" doc:"of the notice"`
	Number    string `json:"number,omitempty" maxLength:"100"`
	Published string `json:"published,omitempty" doc:"YYYY-MM-DD"`
	URL       string `json:"url,omitempty" maxLength:"500"`
	Checked   string `json:"checked,omitempty" doc:"YYYY-MM-DD: when somebody last compared the dates with the notice"`
}

// A NameDocument is a name in both languages.
type NameDocument struct {
	ZH string `json:"zh" minLength:"1" maxLength:"60"`
	EN string `json:"en" minLength:"1" maxLength:"60"`
}

// A HolidayDocument is one run of days off.
type HolidayDocument struct {
	Name   NameDocument `json:"name"`
	From   string       `json:"from" doc:"YYYY-MM-DD"`
	To     string       `json:"to,omitempty" doc:"YYYY-MM-DD, included; absent: a single day"`
	MakeUp []string     `json:"make_up,omitempty" maxItems:"31" doc:"Saturdays and Sundays that are worked in exchange"`
}

// A CompanyDocument is one run of days about which the company decides.
type CompanyDocument struct {
	Name   NameDocument `json:"name"`
	From   string       `json:"from" doc:"YYYY-MM-DD"`
	To     string       `json:"to,omitempty" doc:"YYYY-MM-DD, included; absent: a single day"`
	Worked bool         `json:"worked,omitempty" doc:"true: the office is open on these days, whatever the week or a notice says"`
}

// An OfficeDocument is the working week with the office hours. The time zone
// of the organisation belongs to the installation; a region may name its own,
// and what it leaves out is as the organisation has it.
type OfficeDocument struct {
	Week  []string `json:"week,omitempty" minItems:"1" maxItems:"7" doc:"sun, mon, tue, wed, thu, fri, sat: worked unless a holiday says otherwise; a region may leave it out"`
	Hours []Hours  `json:"hours,omitempty" minItems:"1" maxItems:"12" doc:"ascending, with a break between; a region may leave them out"`
	Zone  string   `json:"zone,omitempty" maxLength:"64" doc:"such as Asia/Urumqi; of regions only: that of the organisation belongs to the installation"`
}

// Hours are one stretch of office hours.
type Hours struct {
	Open  string `json:"open" doc:"HH:MM"`
	Close string `json:"close" doc:"HH:MM; 24:00 is midnight"`
}

// A Fault is one thing that is wrong with a document.
type Fault struct {
	Pointer string // JSON pointer to the field
	Code    FaultCode
	Args    []string
}

// A FaultCode is a kind of fault, for programs.
type FaultCode string

// The kinds of faults.
const (
	BadDate       FaultCode = "calendar_date"        // the value
	BadYear       FaultCode = "calendar_year"        // the lowest and the highest year
	OutsideYear   FaultCode = "calendar_other_year"  // the day, the year
	Backwards     FaultCode = "calendar_backwards"   // from, to
	TooLong       FaultCode = "calendar_too_long"    // the most days
	NamedTwice    FaultCode = "calendar_twice"       // the day
	NoWeekend     FaultCode = "calendar_no_weekend"  // the day
	NoSource      FaultCode = "calendar_no_source"   //
	CheckedEarly  FaultCode = "calendar_checked"     //
	BadLink       FaultCode = "calendar_link"        //
	BadWeekday    FaultCode = "calendar_weekday"     // the value
	WeekdayTwice  FaultCode = "calendar_weekday_two" // the value
	BadTime       FaultCode = "calendar_time"        // the value
	HoursReversed FaultCode = "calendar_hours"       // open, close
	HoursTouch    FaultCode = "calendar_hours_touch" // open
	NoHours       FaultCode = "calendar_no_hours"    //
	NoWeek        FaultCode = "calendar_no_week"     //
	ClocksChange  FaultCode = "calendar_clocks"      // what Go says of it
	BadZone       FaultCode = "calendar_zone"        // the value
	FixedZone     FaultCode = "calendar_zone_fixed"  // the installation's
)

// FaultCodes are all kinds of faults.
func FaultCodes() []FaultCode {
	return []FaultCode{
		BadDate, BadYear, OutsideYear, Backwards, TooLong, NamedTwice, NoWeekend, NoSource, CheckedEarly, BadLink,
		BadWeekday, WeekdayTwice, BadTime, HoursReversed, HoursTouch, NoHours, NoWeek, ClocksChange, BadZone, FixedZone,
	}
}

// Faults is everything that is wrong with a document.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, 0, len(f))
	for _, one := range f {
		lines = append(lines, one.Pointer+": "+string(one.Code)+" "+strings.Join(one.Args, " "))
	}
	return strings.Join(lines, "\n")
}

func (f *Faults) add(pointer string, code FaultCode, args ...string) {
	*f = append(*f, Fault{Pointer: pointer, Code: code, Args: args})
}

func (f *Faults) date(pointer, text string) (Date, bool) {
	d, err := ParseDate(text)
	if err != nil {
		f.add(pointer, BadDate, cut(text))
	}
	return d, err == nil
}

// cut keeps what is repeated of a wrong input short.
func cut(text string) string {
	if r := []rune(text); len(r) > maxEcho {
		return string(r[:maxEcho])
	}
	return text
}

// Year makes the document the year of that number. Holidays that it does not
// name are those of shipped, the year of the program's files, which may be nil;
// so are the company days. The error is Faults.
func (d YearDocument) Year(number int, shipped *Year) (Year, error) {
	out, err := d.over(number, shipped)
	if d.CompanyDays == nil && shipped != nil {
		out.company = shipped.company
	}
	return out, err
}

// Regional makes the document the year of a region. Holidays that it does not
// name are those of the organisation's year, which may be nil. The company days
// of the organisation count in the region as well, unless the region says
// something else about the same day. The error is Faults.
func (d YearDocument) Regional(number int, organisation *Year) (Year, error) {
	out, err := d.over(number, organisation)
	if organisation != nil {
		out.company = slices.Concat(organisation.company, out.company) // the later word on a day counts
	}
	return out, err
}

// over is the year with the holidays of base where the document has none, and
// with the company days of the document alone.
func (d YearDocument) over(number int, base *Year) (Year, error) {
	r := documentReader{year: number, seen: map[Date]bool{}}
	if number < minYear || number > maxYear {
		r.add("", BadYear, strconv.Itoa(minYear), strconv.Itoa(maxYear))
		return Year{}, r.Faults
	}
	out := Year{number: number}
	switch {
	case d.Holidays != nil:
		out.source = r.source(d.Source)
		for i, h := range d.Holidays {
			out.holidays = append(out.holidays, r.holiday("/holidays/"+strconv.Itoa(i), h))
		}
	case base != nil:
		out.source, out.holidays, out.unknown = base.source, base.holidays, base.unknown
	default:
		out.unknown = true
	}
	r.seen = map[Date]bool{}
	for i, c := range d.CompanyDays {
		at := "/company_days/" + strconv.Itoa(i)
		from, to, _ := r.run(at, c.From, c.To)
		out.company = append(out.company, CompanyDay{ZH: c.Name.ZH, EN: c.Name.EN, From: from, To: to, Worked: c.Worked})
	}
	if len(r.Faults) > 0 {
		return Year{}, r.Faults
	}
	return out, nil
}

// documentReader checks the days of a document and remembers what was named.
type documentReader struct {
	Faults

	year int
	seen map[Date]bool
}

func (r *documentReader) source(d *SourceDocument) Source {
	if d == nil || strings.TrimSpace(d.Title) == "" {
		r.add("/source", NoSource)
		return Source{}
	}
	out := Source{Title: d.Title, Number: d.Number, URL: d.URL}
	if d.Published != "" {
		out.Published, _ = r.date("/source/published", d.Published)
	}
	if d.Checked != "" {
		out.Checked, _ = r.date("/source/checked", d.Checked)
	}
	if out.Published != (Date{}) && out.Checked != (Date{}) && out.Checked.Compare(out.Published) < 0 {
		r.add("/source/checked", CheckedEarly)
	}
	if d.URL != "" && !webAddress(d.URL) {
		r.add("/source/url", BadLink)
	}
	return out
}

func (r *documentReader) holiday(at string, h HolidayDocument) Holiday {
	out := Holiday{ZH: h.Name.ZH, EN: h.Name.EN}
	out.From, out.To, _ = r.run(at, h.From, h.To)
	for i, text := range h.MakeUp {
		pointer := at + "/make_up/" + strconv.Itoa(i)
		day, ok := r.date(pointer, text)
		if !ok || !r.within(pointer, day) {
			continue
		}
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday {
			r.add(pointer, NoWeekend, day.String())
		}
		r.note(pointer, day)
		out.MakeUp = append(out.MakeUp, day)
	}
	return out
}

// run reads a run of days and takes note of each.
func (r *documentReader) run(at, fromText, toText string) (from, to Date, ok bool) {
	from, ok = r.date(at+"/from", fromText)
	to = from
	if toText != "" {
		var there bool
		to, there = r.date(at+"/to", toText)
		ok = ok && there
	}
	if !ok || !r.within(at+"/from", from) || !r.within(at+"/to", to) {
		return from, to, false
	}
	length := int(to.number()-from.number()) + 1
	switch {
	case length < 1:
		r.add(at+"/to", Backwards, from.String(), to.String())
		return from, to, false
	case length > maxHoliday:
		r.add(at+"/to", TooLong, strconv.Itoa(maxHoliday))
		return from, to, false
	}
	for i := range length {
		r.note(at+"/from", from.AddDays(i))
	}
	return from, to, true
}

func (r *documentReader) within(pointer string, day Date) bool {
	if day.Year == r.year {
		return true
	}
	r.add(pointer, OutsideYear, day.String(), strconv.Itoa(r.year))
	return false
}

func (r *documentReader) note(pointer string, day Date) {
	if r.seen[day] {
		r.add(pointer, NamedTwice, day.String())
	}
	r.seen[day] = true
}

// Office makes the document the office in the time zone of the installation.
// The error is Faults.
func (d OfficeDocument) Office(zone string) (Office, error) {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return Office{}, fmt.Errorf("load time zone: %w", err)
	}
	var faults Faults
	if d.Zone != "" && d.Zone != zone {
		faults.add("/zone", FixedZone, zone)
	}
	return d.office(location, faults)
}

// Regional makes the document the office of a region: what it leaves out is as
// the organisation has it. The error is Faults.
func (d OfficeDocument) Regional(organisation Office) (Office, error) {
	var faults Faults
	zone := organisation.location()
	if d.Zone != "" {
		location, err := time.LoadLocation(d.Zone)
		if err != nil || d.Zone == "Local" { // which is another zone on every machine
			faults.add("/zone", BadZone, cut(d.Zone))
		} else {
			zone = location
		}
	}
	whole := organisation.Document()
	if d.Week == nil {
		d.Week = whole.Week
	}
	if d.Hours == nil {
		d.Hours = whole.Hours
	}
	return d.office(zone, faults)
}

func (d OfficeDocument) office(zone *time.Location, faults Faults) (Office, error) {
	out := Office{zone: zone}
	if len(d.Week) == 0 {
		faults.add("/week", NoWeek)
	}
	for i, name := range d.Week {
		pointer := "/week/" + strconv.Itoa(i)
		day, known := parseWeekday(name)
		switch {
		case !known:
			faults.add(pointer, BadWeekday, cut(name))
		case slices.Contains(out.week, day):
			faults.add(pointer, WeekdayTwice, name)
		default:
			out.week = append(out.week, day)
		}
	}
	if len(d.Hours) == 0 {
		faults.add("/hours", NoHours)
	}
	for i, h := range d.Hours {
		faults.hours("/hours/"+strconv.Itoa(i), h, &out)
	}
	if len(faults) > 0 {
		return Office{}, faults
	}
	if _, err := New(out); err != nil {
		return Office{}, Faults{{Pointer: "/hours", Code: ClocksChange, Args: []string{err.Error()}}}
	}
	return out, nil
}

// hours adds one stretch to the office.
func (f *Faults) hours(at string, h Hours, out *Office) {
	var opens, closes clock
	bad := false
	for _, one := range []struct {
		pointer, text string
		into          *clock
	}{{at + "/open", h.Open, &opens}, {at + "/close", h.Close, &closes}} {
		if err := one.into.UnmarshalText([]byte(one.text)); err != nil {
			f.add(one.pointer, BadTime, cut(one.text))
			bad = true
		}
	}
	span := Span{Open: time.Duration(opens), Close: time.Duration(closes)}
	switch {
	case bad:
	case span.Open >= span.Close:
		f.add(at+"/close", HoursReversed, h.Open, h.Close)
	case len(out.hours) > 0 && span.Open <= out.hours[len(out.hours)-1].Close:
		f.add(at+"/open", HoursTouch, h.Open)
	default:
		out.hours = append(out.hours, span)
	}
}

// Document is the office as a document.
func (o Office) Document() OfficeDocument {
	d := OfficeDocument{Week: []string{}, Hours: []Hours{}}
	for _, day := range o.week {
		d.Week = append(d.Week, strings.ToLower(day.String()[:3]))
	}
	for _, s := range o.hours {
		d.Hours = append(d.Hours, Hours{Open: clock(s.Open).String(), Close: clock(s.Close).String()})
	}
	return d
}

// Document is the year as a document. A year whose holidays are not known has
// none, which is not the same as an empty list.
func (y Year) Document() YearDocument {
	d := YearDocument{CompanyDays: []CompanyDocument{}}
	if !y.unknown && y.number != 0 {
		d.Source = &SourceDocument{
			Title: y.source.Title, Number: y.source.Number, Published: day(y.source.Published), URL: y.source.URL, Checked: day(y.source.Checked),
		}
		d.Holidays = []HolidayDocument{}
		for _, h := range y.holidays {
			out := HolidayDocument{Name: NameDocument{h.ZH, h.EN}, From: day(h.From), To: day(h.To)}
			for _, m := range h.MakeUp {
				out.MakeUp = append(out.MakeUp, day(m))
			}
			d.Holidays = append(d.Holidays, out)
		}
	}
	for _, c := range y.company {
		d.CompanyDays = append(d.CompanyDays, CompanyDocument{Name: NameDocument{c.ZH, c.EN}, From: day(c.From), To: day(c.To), Worked: c.Worked})
	}
	return d
}

// day writes a date, and nothing for none.
func day(d Date) string {
	if d == (Date{}) {
		return ""
	}
	return d.String()
}
