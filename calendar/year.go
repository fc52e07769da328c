package calendar

import (
	"net/url"
	"slices"
	"time"
)

// A Year holds the holidays, make-up working days and company days of one civil
// year. Only ParseYear and [YearDocument.Year] make a usable one.
type Year struct {
	number   int
	source   Source
	holidays []Holiday
	company  []CompanyDay
	unknown  bool // its public holidays are not known
}

// A Source says where the dates of a Year come from.
type Source struct {
	Title     string // of the notice
	Number    string // of the notice; may be empty
	Published Date   // zero when the file does not say
	URL       string // may be empty
	Checked   Date   // when somebody last compared the file with the notice
}

// A Holiday is one run of days off with the days that are worked in exchange.
type Holiday struct {
	ZH, EN   string // its name
	From, To Date   // both included
	MakeUp   []Date // Saturdays and Sundays that are worked (调休)
}

// Number is the year itself, such as 2026.
func (y Year) Number() int { return y.number }

// Source is where the dates come from.
func (y Year) Source() Source { return y.source }

// Holidays lists the holidays in the order of the file.
func (y Year) Holidays() []Holiday {
	list := slices.Clone(y.holidays)
	for i := range list {
		list[i].MakeUp = slices.Clone(list[i].MakeUp)
	}
	return list
}

// The years a file may describe: wide enough for every deadline, narrow enough
// to catch a slip of the finger.
const minYear, maxYear = 2000, 2100

// maxHoliday is longer than any public holiday and catches a wrong month.
const maxHoliday = 31

type yearFile struct {
	Year   lined[int] `yaml:"year"`
	Source struct {
		Title     lined[string] `yaml:"title"`
		Number    lined[string] `yaml:"number"`
		Published lined[Date]   `yaml:"published"`
		URL       lined[string] `yaml:"url"`
		Checked   lined[Date]   `yaml:"checked"`
	} `yaml:"source"`
	Holidays []holidayEntry `yaml:"holidays"`
	Company  []companyEntry `yaml:"company_days"`
}

type companyEntry struct {
	Name struct {
		ZH lined[string] `yaml:"zh"`
		EN lined[string] `yaml:"en"`
	} `yaml:"name"`
	From   lined[Date] `yaml:"from"`
	To     lined[Date] `yaml:"to"`
	Worked bool        `yaml:"worked"`
}

type holidayEntry struct {
	Name struct {
		ZH lined[string] `yaml:"zh"`
		EN lined[string] `yaml:"en"`
	} `yaml:"name"`
	From   lined[Date]   `yaml:"from"`
	To     lined[Date]   `yaml:"to"`
	Days   lined[int]    `yaml:"days"`
	MakeUp []lined[Date] `yaml:"make_up"`
}

// line is a line of the entry to point at when a field is missing.
func (h holidayEntry) line() int {
	for _, line := range []int{h.Name.ZH.line, h.Name.EN.line, h.From.line, h.To.line, h.Days.line} {
		if line > 0 {
			return line
		}
	}
	return 0
}

// ParseYear reads the file of one year; docs/calendar.md describes the format.
// The error is a *FileError that lists everything wrong with it.
func ParseYear(data []byte) (Year, error) {
	return parseYear("", data, false)
}

// parseYear reads a year. One of the company alone names neither holidays nor
// a source, and knows nothing about them.
func parseYear(name string, data []byte, companyAlone bool) (Year, error) {
	faults := &FileError{File: name}
	var file yearFile
	if !decode(data, &file, faults) {
		return Year{}, faults
	}
	r := yearReader{FileError: faults, year: file.Year.value, seen: map[Date]use{}}
	companyAlone = companyAlone && file.Holidays == nil && file.Source == yearFile{}.Source
	r.head(file, companyAlone)
	holidays := make([]Holiday, 0, len(file.Holidays))
	for i, entry := range file.Holidays {
		holidays = append(holidays, r.holiday(i+1, entry))
	}
	r.seen = map[Date]use{} // the company may decide otherwise about a day that the notice names
	company := make([]CompanyDay, 0, len(file.Company))
	for i, entry := range file.Company {
		company = append(company, r.companyDay(i+1, entry))
	}
	if err := faults.orNil(); err != nil {
		return Year{}, err
	}
	return Year{number: r.year, source: file.origin(), holidays: holidays, company: company, unknown: companyAlone}, nil
}

func (f yearFile) origin() Source {
	return Source{
		Title:     f.Source.Title.value,
		Number:    f.Source.Number.value,
		Published: f.Source.Published.value,
		URL:       f.Source.URL.value,
		Checked:   f.Source.Checked.value,
	}
}

// yearReader checks the entries of one file and collects its faults.
type yearReader struct {
	*FileError
	year int
	seen map[Date]use // every date named so far
}

// use says what a date was named as, and on which line.
type use struct {
	line    int
	makeUp  bool
	company bool
}

func (u use) String() string {
	if u.company {
		return "company day"
	}
	if u.makeUp {
		return "make-up working day"
	}
	return "holiday"
}

func (r *yearReader) head(f yearFile, companyAlone bool) {
	if f.Year.line == 0 {
		r.add(0, "year: say which year the file describes")
	} else if r.year < minYear || r.year > maxYear {
		r.add(f.Year.line, "year: %d is not between %d and %d", r.year, minYear, maxYear)
	}
	if companyAlone {
		if f.Company == nil {
			r.add(0, "holidays and company_days: name one of the two")
		}
		return
	}
	src := f.Source
	if src.Title.value == "" {
		r.add(src.Title.line, "source.title: name the notice the dates come from")
	}
	if src.Checked.line == 0 {
		r.add(0, "source.checked: say on which day the dates were compared with the notice")
	} else if src.Published.line > 0 && src.Checked.value.Compare(src.Published.value) < 0 {
		r.add(src.Checked.line, "source.checked: %s is before the notice was published on %s", src.Checked.value, src.Published.value)
	}
	if link := src.URL.value; link != "" {
		if !webAddress(link) {
			r.add(src.URL.line, "source.url: not a web address that begins with https://")
		}
	}
	if f.Holidays == nil {
		r.add(0, "holidays: the list is missing; write [] for a year without holidays")
	}
}

// webAddress tells whether a link leads to a page.
func webAddress(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

func (r *yearReader) holiday(n int, h holidayEntry) Holiday {
	if h.Name.ZH.value == "" || h.Name.EN.value == "" {
		r.add(h.line(), "holiday %d: name it in zh and in en", n)
	}
	out := Holiday{ZH: h.Name.ZH.value, EN: h.Name.EN.value, From: h.From.value, To: h.To.value}
	if h.From.line == 0 || h.To.line == 0 {
		r.add(h.line(), "holiday %d: from and to are both needed; a single day has the same twice", n)
	} else {
		r.days(h)
	}
	for _, day := range h.MakeUp {
		r.makeUp(day)
		out.MakeUp = append(out.MakeUp, day.value)
	}
	return out
}

// companyDay checks one run of days that the company decides about.
func (r *yearReader) companyDay(n int, c companyEntry) CompanyDay {
	line := max(c.From.line, c.Name.ZH.line, c.Name.EN.line)
	if c.Name.ZH.value == "" || c.Name.EN.value == "" {
		r.add(line, "company day %d: name it in zh and in en", n)
	}
	if c.To.line == 0 {
		c.To = c.From
	}
	out := CompanyDay{ZH: c.Name.ZH.value, EN: c.Name.EN.value, From: c.From.value, To: c.To.value, Worked: c.Worked}
	if c.From.line == 0 {
		r.add(line, "company day %d: from is missing", n)
		return out
	}
	if !r.inYear(c.From, "from") || !r.inYear(c.To, "to") {
		return out
	}
	length := int(out.To.number()-out.From.number()) + 1
	switch {
	case length < 1:
		r.add(c.To.line, "to: %s is before from %s", out.To, out.From)
	case length > maxHoliday:
		r.add(c.To.line, "to: %s to %s is %d days, longer than any company stays closed", out.From, out.To, length)
	}
	for i := range min(length, maxHoliday) {
		r.note(out.From.AddDays(i), use{line: c.From.line, company: true})
	}
	return out
}

// days checks the run of days off and takes note of each of them.
func (r *yearReader) days(h holidayEntry) {
	length := int(h.To.value.number()-h.From.value.number()) + 1
	switch {
	case !r.inYear(h.From, "from") || !r.inYear(h.To, "to"):
		return
	case length < 1:
		r.add(h.To.line, "to: %s is before from %s", h.To.value, h.From.value)
		return
	case length > maxHoliday:
		r.add(h.To.line, "to: %s to %s is %d days, longer than any holiday", h.From.value, h.To.value, length)
		return
	case h.Days.line == 0:
		r.add(h.line(), "days: repeat the number of days the notice gives; %s to %s is %d", h.From.value, h.To.value, length)
	case h.Days.value != length:
		r.add(h.Days.line, "days: %s to %s is %d days, not %d", h.From.value, h.To.value, length, h.Days.value)
	}
	for i := range length {
		r.note(h.From.value.AddDays(i), use{line: h.From.line})
	}
}

// makeUp checks one day that is worked in exchange.
func (r *yearReader) makeUp(day lined[Date]) {
	if !r.inYear(day, "make_up") {
		return
	}
	if w := day.value.Weekday(); w != time.Saturday && w != time.Sunday {
		r.add(day.line, "make_up: %s is a %s, which is worked anyway", day.value, w)
	}
	r.note(day.value, use{line: day.line, makeUp: true})
}

func (r *yearReader) inYear(day lined[Date], field string) bool {
	if day.value.Year == r.year || r.year < minYear || r.year > maxYear { // a wrong year is one fault, not fifty
		return true
	}
	r.add(day.line, "%s: %s is not in %d; it belongs into the file of %d", field, day.value, r.year, day.value.Year)
	return false
}

func (r *yearReader) note(day Date, as use) {
	if before, found := r.seen[day]; found {
		r.add(as.line, "%s stands as %s here and as %s on line %d", day, as, before, before.line)
		return
	}
	r.seen[day] = as
}
