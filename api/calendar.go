package api

import (
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

// Calendars keeps the working time of the organisation.
type Calendars interface {
	// Now is the calendar in force, and the newest word of administrators on each year and on the office hours (year 0).
	Now(ctx context.Context) (*calendar.Calendar, []view.CalendarChange, error)
	// Changes is the record of changes, newest first, behind one of them.
	Changes(ctx context.Context, after view.CalendarChange, limit int) ([]view.CalendarChange, error)
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
	Year int `query:"year" minimum:"0" maximum:"2100" doc:"0 or absent: this year"`
}

type putYearInput struct {
	Year    int  `path:"year" minimum:"2000" maximum:"2100"`
	Preview bool `query:"preview" doc:"say what would move, and change nothing"`
	Conditional
	Body calendar.YearDocument
}

type putOfficeInput struct {
	Preview bool `query:"preview" doc:"say what would move, and change nothing"`
	Conditional
	Body calendar.OfficeDocument
}

// calendarOrigin is where a part of the calendar comes from.
type calendarOrigin string

const (
	fromFiles  calendarOrigin = "files"
	fromAdmins calendarOrigin = "administrators"
	fromNobody calendarOrigin = "none"
)

// wordBody says who had the last word on a part of the calendar.
type wordBody struct {
	Version   string           `json:"calendar_version" doc:"of the whole calendar: deadlines carry it"`
	Revision  int64            `json:"revision" doc:"of this part; 0: as the program's files have it"`
	ChangedBy *personBody      `json:"changed_by,omitempty"`
	ChangedAt *time.Time       `json:"changed_at"`
	Preview   *CalendarPreview `json:"preview,omitempty" doc:"nothing was changed: this is what it would be"`
}

type yearBody struct {
	wordBody
	Year        int                        `json:"year"`
	Provisional bool                       `json:"provisional" doc:"public holidays are not known yet: dates know the week and the company's days only, and are placed anew when they are"`
	Holidays    []calendar.HolidayDocument `json:"holidays"`
	HolidaysBy  calendarOrigin             `json:"holidays_from" enum:"files,administrators,none"`
	Source      *calendar.SourceDocument   `json:"source,omitempty"`
	CompanyDays []calendar.CompanyDocument `json:"company_days"`
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
	From   calendarOrigin        `json:"from" enum:"files,administrators" doc:"who named it"`
}

type officeBody struct {
	wordBody
	calendar.OfficeDocument
	Zone       string `json:"zone" doc:"of the installation; not to be changed here"`
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
	year.Description = "Replaces what was said before. Without holidays those of the program's files count, with company_days on top." + after
	registerWithin(a, previewTime, year, a.putYear)
	office := op(http.MethodPut, "/calendar/office-hours", "put-office-hours", "setup", "Change the working week and the office hours")
	office.Description = "For every deadline that runs, too." + after
	registerWithin(a, previewTime, office, a.putOffice)
}

func (a *API) calendarYear(ctx context.Context, in *yearInput) (*yearOutput, error) {
	now, said, err := a.Calendars.Now(ctx)
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	number := in.Year
	if number == 0 {
		number = a.today().Year()
	}
	body := yearOf(ctx, now, said, number)
	return &yearOutput{etag(body.Revision), body}, nil
}

func (a *API) calendarOffice(ctx context.Context, _ *struct{}) (*officeOutput, error) {
	now, said, err := a.Calendars.Now(ctx)
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	body := officeOf(ctx, now, said)
	return &officeOutput{etag(body.Revision), body}, nil
}

func (a *API) putYear(ctx context.Context, in *putYearInput) (*yearOutput, error) {
	preview, now, said, err := a.changeCalendar(ctx, in.Conditional, in.Year, in.Body, in.Preview)
	if err != nil {
		return nil, err
	}
	body := yearOf(ctx, now, said, in.Year)
	body.Preview = preview
	return &yearOutput{etag(body.Revision), body}, nil
}

func (a *API) putOffice(ctx context.Context, in *putOfficeInput) (*officeOutput, error) {
	preview, now, said, err := a.changeCalendar(ctx, in.Conditional, officeHours, in.Body, in.Preview)
	if err != nil {
		return nil, err
	}
	body := officeOf(ctx, now, said)
	body.Preview = preview
	return &officeOutput{etag(body.Revision), body}, nil
}

// changeCalendar says a word, or looks at what it would do, and gives the calendar as it is, or would be, then.
func (a *API) changeCalendar(
	ctx context.Context, match Conditional, year int, document any, preview bool,
) (*CalendarPreview, *calendar.Calendar, []view.CalendarChange, error) {
	if err := needRole(ctx, deal.Admin); err != nil {
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
	word := view.CalendarChange{Year: year, Revision: revision, Document: text, By: me}
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
		return nil, nil, nil, a.badCalendar(ctx, year, err)
	}
	now, said, err := a.Calendars.Now(ctx)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read calendar: %w", err)
	}
	if preview {
		kept := said
		said = nil
		for _, one := range kept {
			if one.Year != year {
				said = append(said, one)
			}
		}
		return would, next, append(said, word), nil
	}
	a.Logger.InfoContext(ctx, "calendar changed", "trace_id", callOf(ctx).trace, "actor", me, "year", year, "revision", revision+1, "calendar", now.Version())
	return nil, now, said, nil
}

// badCalendar says what is wrong with a word, field by field.
func (a *API) badCalendar(ctx context.Context, year int, err error) error {
	var faults calendar.Faults
	switch {
	case errors.As(err, &faults):
		f := no(http.StatusUnprocessableEntity, catalogue.CalendarRefused)
		for _, one := range faults {
			f.reasons = append(f.reasons, reason{code: string(one.Code), pointer: one.Pointer, args: one.Args})
		}
		return f
	case errors.Is(err, deal.ErrStale):
		_, said, err := a.Calendars.Now(ctx)
		if err != nil {
			return fmt.Errorf("read calendar: %w", err)
		}
		word, _ := wordOn(said, year)
		return stale(word.Revision)
	}
	return fmt.Errorf("change calendar: %w", err)
}

// wordOn is the newest word on a year, or on the office hours.
func wordOn(said []view.CalendarChange, year int) (view.CalendarChange, bool) {
	for _, one := range said {
		if one.Year == year {
			return one, true
		}
	}
	return view.CalendarChange{}, false
}

func wordOf(ctx context.Context, c *calendar.Calendar, word view.CalendarChange) wordBody {
	return wordBody{
		Version: c.Version(), Revision: word.Revision, ChangedBy: personIn(who(ctx).org, word.By), ChangedAt: instant(word.At),
	}
}

func yearOf(ctx context.Context, c *calendar.Calendar, said []view.CalendarChange, number int) yearBody {
	word, spoken := wordOn(said, number)
	var written calendar.YearDocument
	if spoken { // what cannot be read does not count, and is in the log of the process
		_ = json.Unmarshal(word.Document, &written)
	}
	year, there := c.Year(number)
	document := year.Document()
	body := yearBody{
		wordBody: wordOf(ctx, c, word), Year: number, Provisional: !there || !year.Known(), HolidaysBy: fromNobody, Source: document.Source,
		Holidays: document.Holidays, CompanyDays: document.CompanyDays, WorkingDays: c.WorkingDays(number), Office: c.Office().Document(),
		Zone: c.Office().Zone(), Days: []namedDayBody{},
	}
	if body.Holidays == nil {
		body.Holidays = []calendar.HolidayDocument{}
	}
	switch {
	case written.Holidays != nil:
		body.HolidaysBy = fromAdmins
	case !body.Provisional:
		body.HolidaysBy = fromFiles
	}
	companys := fromFiles
	if written.CompanyDays != nil {
		companys = fromAdmins
	}
	for _, d := range c.NamedDays(number) {
		from := body.HolidaysBy
		if d.Kind == calendar.CompanysDay {
			from = companys
		}
		body.Days = append(body.Days, namedDayBody{
			Date: d.Date.String(), Worked: d.Worked, Kind: string(d.Kind), Name: calendar.NameDocument{ZH: d.ZH, EN: d.EN}, From: from,
		})
	}
	return body
}

func officeOf(ctx context.Context, c *calendar.Calendar, said []view.CalendarChange) officeBody {
	word, _ := wordOn(said, officeHours)
	return officeBody{
		wordBody: wordOf(ctx, c, word), OfficeDocument: c.Office().Document(), Zone: c.Office().Zone(), DayMinutes: int(c.Day() / time.Minute),
	}
}

// most is how many changes the record gives: years of edits.
const most = 2000

func (a *API) calendarChanges(ctx context.Context, in *struct{ Paging }) (*reply[list[calendarChangeBody]], error) {
	all, err := a.Calendars.Changes(ctx, view.CalendarChange{}, most)
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
