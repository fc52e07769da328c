package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/api/catalogue"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/view"
)

// Calendars keeps the working time of the organisation and of its regions.
type Calendars interface {
	// Now is the calendar of a region (empty: of the organisation) in force, and the newest word of administrators on each
	// year and on the office hours (year 0), on those of the organisation as well as on those of the region.
	Now(ctx context.Context, region string) (*calendar.Calendar, []view.CalendarChange, error)
	// Provisional tells whether a date that was counted from one instant to another one in a region crosses a year whose
	// public holidays nobody knows yet. It asks nobody.
	Provisional(region string, from, to time.Time) bool
	// Changes is the record of changes of a region, or of the organisation, newest first, behind one of them.
	Changes(ctx context.Context, region string, after view.CalendarChange, limit int) ([]view.CalendarChange, error)
	// Change stores a word; its revision is the one it was made from, another one on file is [deal.ErrStale]. Preview says
	// what it would move, and changes nothing. [calendar.Faults] are for whoever wrote the word.
	Change(ctx context.Context, c view.CalendarChange) error
	Preview(ctx context.Context, c view.CalendarChange) (*calendar.Calendar, CalendarPreview, error)
}

// CalendarPreview is what a change of the calendar would move.
type CalendarPreview struct {
	Before    string `json:"before" doc:"version in force"`
	After     string `json:"after" doc:"version it would have; the same one: nothing moves"`
	Accounts  int    `json:"accounts" doc:"accounts with a running deadline or reminder that would move"`
	Deadlines int    `json:"deadlines" doc:"such deadlines, with their reminders"`
}

type yearInput struct {
	RegionQuery
	Year int `query:"year" minimum:"0" maximum:"2100" doc:"0 or absent: this year"`
}

type putYearInput struct {
	RegionQuery
	Year    int  `path:"year" minimum:"2000" maximum:"2100"`
	Preview bool `query:"preview" doc:"say what would move, and change nothing"`
	Conditional
	Body calendar.YearDocument
}

type putOfficeInput struct {
	RegionQuery
	Preview bool `query:"preview" doc:"say what would move, and change nothing"`
	Conditional
	Body calendar.OfficeDocument
}

// calendarOrigin is where a part of the calendar comes from.
type calendarOrigin string

const (
	fromFiles  calendarOrigin = "files"
	fromAdmins calendarOrigin = "administrators"
	fromRegion calendarOrigin = "region" // administrators, about this region alone
	fromNobody calendarOrigin = "none"
)

// wordBody says who had the last word on a part of the calendar.
type wordBody struct {
	Region    string           `json:"region" doc:"whose calendar it is; empty: the organisation's"`
	Teams     []string         `json:"teams,omitempty" doc:"of a region: the names of the teams that count with it"`
	Version   string           `json:"calendar_version" doc:"of the whole calendar: deadlines carry it. That of a region in which something counts otherwise begins with its name"`
	Revision  int64            `json:"revision" doc:"of this part; 0: as the program's files have it, of a region: as the organisation has it"`
	ChangedBy *personBody      `json:"changed_by,omitempty"`
	ChangedAt *time.Time       `json:"changed_at"`
	Preview   *CalendarPreview `json:"preview,omitempty" doc:"nothing was changed: this is what it would be"`
}

type yearBody struct {
	wordBody
	Year        int                        `json:"year"`
	Provisional bool                       `json:"provisional" doc:"public holidays are not known yet: dates know the week and the company's days only, and are placed anew when they are"`
	Holidays    []calendar.HolidayDocument `json:"holidays"`
	HolidaysBy  calendarOrigin             `json:"holidays_from" enum:"files,administrators,region,none"`
	Source      *calendar.SourceDocument   `json:"source,omitempty"`
	CompanyDays []calendar.CompanyDocument `json:"company_days" doc:"of a region: its own, beside those of the organisation"`
	Days        []namedDayBody             `json:"days" doc:"every day that somebody named, as it counts in the end"`
	WorkingDays int                        `json:"working_days"`
	Office      calendar.OfficeDocument    `json:"office"`
	Zone        string                     `json:"zone"`
}

type namedDayBody struct {
	Date   string                `json:"date"`
	Worked bool                  `json:"worked"`
	Kind   string                `json:"kind" enum:"holiday,make_up,company"`
	Name   calendar.NameDocument `json:"name"`
	From   calendarOrigin        `json:"from" enum:"files,administrators,region" doc:"who named it"`
}

type officeBody struct {
	wordBody
	calendar.OfficeDocument
	Zone       string `json:"zone" doc:"of the installation, or of the region"`
	DayMinutes int    `json:"day_minutes" doc:"office time of one working day"`
}

type calendarChangeBody struct {
	Part      string      `json:"part" doc:"a year, or office-hours"`
	Revision  int64       `json:"revision"`
	ChangedBy *personBody `json:"changed_by,omitempty"`
	ChangedAt time.Time   `json:"changed_at"`
	Document  jsonText    `json:"document" doc:"what was said"`
}

// jsonText is JSON as it was written.
type jsonText string

// MarshalJSON writes it as it is.
func (t jsonText) MarshalJSON() ([]byte, error) { return []byte(t), nil }

// Schema lets it be any object.
func (jsonText) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeObject} }

type yearOutput struct {
	ETag string `header:"ETag" doc:"for If-Match of the next PUT of this year"`
	Body yearBody
}

type officeOutput struct {
	ETag string `header:"ETag" doc:"for If-Match of the next PUT"`
	Body officeBody
}

// previewTime is how long a look at all running accounts may take.
const previewTime = 30 * time.Second

const officeHours = 0 // instead of a year

func (a *API) calendarRoutes() {
	register(a, op(http.MethodGet, "/calendar", "get-calendar", "setup", "A year's working days, and where each of them comes from"), a.calendarYear)
	register(a, op(http.MethodGet, "/calendar/office-hours", "get-office-hours", "setup", "The working week and the office hours"), a.calendarOffice)
	register(a, op(http.MethodGet, "/calendar/changes", "list-calendar-changes", "setup", "Who changed the calendar, newest first"), a.calendarChanges)
	const after = " For administrators. Every process computes with it before its next deadline; the deadlines of running accounts that " +
		"it moves are placed anew within minutes, on record in their logs."
	year := op(http.MethodPut, "/calendar/{year}", "put-calendar-year", "setup", "Say what the holidays and the company's days of a year are")
	year.Description = "Replaces what was said before. Without holidays those of the program's files count, with company_days on top; of a " +
		"region, those of the organisation, and its company days beside those of the organisation." + after
	registerWithin(a, previewTime, year, a.putYear)
	office := op(http.MethodPut, "/calendar/office-hours", "put-office-hours", "setup", "Change the working week and the office hours")
	office.Description = "For every deadline that runs, too. A region may have a time zone of its own, and what it leaves out is as the " +
		"organisation has it: {} gives up what it had." + after
	registerWithin(a, previewTime, office, a.putOffice)
}

func (a *API) calendarYear(ctx context.Context, in *yearInput) (*yearOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	now, said, err := a.Calendars.Now(ctx, in.Region)
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	number := in.Year
	if number == 0 {
		number = a.today().Year()
	}
	body := yearOf(ctx, now, said, in.Region, number)
	return &yearOutput{etag(body.Revision), body}, nil
}

func (a *API) calendarOffice(ctx context.Context, in *struct{ RegionQuery }) (*officeOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	now, said, err := a.Calendars.Now(ctx, in.Region)
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	body := officeOf(ctx, now, said, in.Region)
	return &officeOutput{etag(body.Revision), body}, nil
}

func (a *API) putYear(ctx context.Context, in *putYearInput) (*yearOutput, error) {
	preview, now, said, err := a.changeCalendar(ctx, in.Conditional, in.RegionQuery, in.Year, in.Body, in.Preview)
	if err != nil {
		return nil, err
	}
	body := yearOf(ctx, now, said, in.Region, in.Year)
	body.Preview = preview
	return &yearOutput{etag(body.Revision), body}, nil
}

func (a *API) putOffice(ctx context.Context, in *putOfficeInput) (*officeOutput, error) {
	preview, now, said, err := a.changeCalendar(ctx, in.Conditional, in.RegionQuery, officeHours, in.Body, in.Preview)
	if err != nil {
		return nil, err
	}
	body := officeOf(ctx, now, said, in.Region)
	body.Preview = preview
	return &officeOutput{etag(body.Revision), body}, nil
}

// changeCalendar says a word, or looks at what it would do, and gives the calendar as it is, or would be, then.
func (a *API) changeCalendar(
	ctx context.Context, match Conditional, of RegionQuery, year int, document any, preview bool,
) (*CalendarPreview, *calendar.Calendar, []view.CalendarChange, error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, nil, nil, err
	}
	if err := of.check(); err != nil {
		return nil, nil, nil, err
	}
	revision, err := match.version()
	if err != nil {
		return nil, nil, nil, err
	}
	text, err := json.Marshal(document)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("encode calendar: %w", err)
	}
	me := who(ctx).person.ID
	word := view.CalendarChange{Region: of.Region, Year: year, Revision: revision, Document: text, By: me}
	var would *CalendarPreview
	var next *calendar.Calendar
	if preview {
		var p CalendarPreview
		next, p, err = a.Calendars.Preview(ctx, word)
		would = &p
	} else {
		err = a.Calendars.Change(ctx, word)
	}
	if err != nil {
		return nil, nil, nil, a.badCalendar(ctx, of.Region, year, err)
	}
	now, said, err := a.Calendars.Now(ctx, of.Region)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read calendar: %w", err)
	}
	if preview {
		kept := said
		said = nil
		for _, one := range kept {
			if one.Region != of.Region || one.Year != year {
				said = append(said, one)
			}
		}
		return would, next, append(said, word), nil
	}
	a.Logger.InfoContext(ctx, "calendar changed", "trace_id", callOf(ctx).trace, "actor", me, "region", of.Region, "year", year, "revision", revision+1, "calendar", now.Version())
	return nil, now, said, nil
}

// badCalendar says what is wrong with a word, field by field.
func (a *API) badCalendar(ctx context.Context, region string, year int, err error) error {
	var faults calendar.Faults
	switch {
	case errors.As(err, &faults):
		f := no(http.StatusUnprocessableEntity, catalogue.CalendarRefused)
		for _, one := range faults {
			f.reasons = append(f.reasons, reason{code: string(one.Code), pointer: one.Pointer, args: one.Args})
		}
		return f
	case errors.Is(err, deal.ErrStale):
		_, said, err := a.Calendars.Now(ctx, region)
		if err != nil {
			return fmt.Errorf("read calendar: %w", err)
		}
		word, _ := wordOn(said, region, year)
		return stale(word.Revision)
	}
	return fmt.Errorf("change calendar: %w", err)
}

// wordOn is the newest word on a year, or on the office hours, of a region or of the organisation.
func wordOn(said []view.CalendarChange, region string, year int) (view.CalendarChange, bool) {
	for _, one := range said {
		if one.Region == region && one.Year == year {
			return one, true
		}
	}
	return view.CalendarChange{}, false
}

func wordOf(ctx context.Context, c *calendar.Calendar, region string, word view.CalendarChange) wordBody {
	return wordBody{
		Region: region, Teams: teamsIn(who(ctx).org, region), Version: c.Version(), Revision: word.Revision, ChangedBy: personIn(who(ctx).org, word.By), ChangedAt: instant(word.At),
	}
}

// yearWritten is what administrators said of a year. What cannot be read does not count, and is in the log of the process.
func yearWritten(said []view.CalendarChange, region string, number int) (word view.CalendarChange, written calendar.YearDocument) {
	word, spoken := wordOn(said, region, number)
	if spoken {
		_ = json.Unmarshal(word.Document, &written)
	}
	return word, written
}

func yearOf(ctx context.Context, c *calendar.Calendar, said []view.CalendarChange, region string, number int) yearBody {
	word, own := yearWritten(said, region, number)
	_, whole := yearWritten(said, "", number)
	year, there := c.Year(number)
	document := year.Document()
	body := yearBody{
		wordBody: wordOf(ctx, c, region, word), Year: number, Provisional: !there || !year.Known(), HolidaysBy: fromNobody, Source: document.Source,
		Holidays: document.Holidays, CompanyDays: document.CompanyDays, WorkingDays: c.WorkingDays(number), Office: c.Office().Document(),
		Zone: c.Office().Zone(), Days: []namedDayBody{},
	}
	if body.Holidays == nil {
		body.Holidays = []calendar.HolidayDocument{}
	}
	local := map[string]bool{} // days about which the region itself decides
	if region != "" {
		body.CompanyDays = own.CompanyDays
		if body.CompanyDays == nil {
			body.CompanyDays = []calendar.CompanyDocument{}
		}
		local = daysIn(own.CompanyDays)
	}
	switch {
	case region != "" && own.Holidays != nil:
		body.HolidaysBy = fromRegion
	case whole.Holidays != nil:
		body.HolidaysBy = fromAdmins
	case !body.Provisional:
		body.HolidaysBy = fromFiles
	}
	companys := fromFiles
	if whole.CompanyDays != nil {
		companys = fromAdmins
	}
	for _, d := range c.NamedDays(number) {
		from := body.HolidaysBy
		switch {
		case d.Kind == calendar.CompanysDay && local[d.Date.String()]:
			from = fromRegion
		case d.Kind == calendar.CompanysDay:
			from = companys
		}
		body.Days = append(body.Days, namedDayBody{
			Date: d.Date.String(), Worked: d.Worked, Kind: string(d.Kind), Name: calendar.NameDocument{ZH: d.ZH, EN: d.EN}, From: from,
		})
	}
	return body
}

// daysIn are the days that stretches cover.
func daysIn(stretches []calendar.CompanyDocument) map[string]bool {
	days := map[string]bool{}
	for _, s := range stretches {
		from, err := calendar.ParseDate(s.From)
		to, toErr := calendar.ParseDate(cmp.Or(s.To, s.From))
		if err != nil || toErr != nil {
			continue // it was checked before it was kept
		}
		for day := from; day.Compare(to) <= 0; day = day.AddDays(1) {
			days[day.String()] = true
		}
	}
	return days
}

func officeOf(ctx context.Context, c *calendar.Calendar, said []view.CalendarChange, region string) officeBody {
	word, _ := wordOn(said, region, officeHours)
	return officeBody{
		wordBody: wordOf(ctx, c, region, word), OfficeDocument: c.Office().Document(), Zone: c.Office().Zone(), DayMinutes: int(c.Day() / time.Minute),
	}
}

// most is how many changes the record gives: years of edits.
const most = 2000

type calendarChangesInput struct {
	RegionQuery
	Paging
}

func (a *API) calendarChanges(ctx context.Context, in *calendarChangesInput) (*reply[list[calendarChangeBody]], error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	all, err := a.Calendars.Changes(ctx, in.Region, view.CalendarChange{}, most)
	if err != nil {
		return nil, fmt.Errorf("list changes of the calendar: %w", err)
	}
	page, next, err := pageOf(all, in.Paging, func(c view.CalendarChange) string {
		return strconv.Itoa(c.Year) + "/" + strconv.FormatInt(c.Revision, 10)
	})
	if err != nil {
		return nil, err
	}
	org := who(ctx).org
	return listOf(mapped(page, func(c view.CalendarChange) calendarChangeBody { return calendarChangeOf(org, c) }), next), nil
}

func calendarChangeOf(org deal.Org, c view.CalendarChange) calendarChangeBody {
	body := calendarChangeBody{Part: strconv.Itoa(c.Year), Revision: c.Revision, ChangedBy: personIn(org, c.By), ChangedAt: c.At.UTC(), Document: jsonText(c.Document)}
	if c.Year == officeHours {
		body.Part = "office-hours"
	}
	return body
}
