package api_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/api"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/view"
)

// days is the installation's calendar, in memory: the shipped one, and what was said over it.
type days struct {
	said     []view.CalendarChange // newest first
	previews int
}

func (d *days) newest() (all []view.CalendarChange) {
	type part struct {
		region string
		year   int
	}
	seen := map[part]bool{}
	for _, c := range d.said {
		if at := (part{c.Region, c.Year}); !seen[at] {
			all = append(all, c)
			seen[at] = true
		}
	}
	return all
}

// lay puts one word over a calendar; whole is the organisation's.
func lay(now, whole *calendar.Calendar, c view.CalendarChange) (*calendar.Calendar, error) {
	if c.Year == 0 {
		var text calendar.OfficeDocument
		if err := json.Unmarshal(c.Document, &text); err != nil {
			return nil, err
		}
		office, err := text.Office(calendar.Default().Office().Zone())
		if c.Region != "" {
			office, err = text.Regional(whole.Office())
		}
		if err != nil {
			return nil, err
		}
		return now.With(&office)
	}
	var text calendar.YearDocument
	if err := json.Unmarshal(c.Document, &text); err != nil {
		return nil, err
	}
	base, make := calendar.Default(), text.Year
	if c.Region != "" {
		base, make = whole, text.Regional
	}
	var below *calendar.Year
	if y, ok := base.Year(c.Year); ok {
		below = &y
	}
	year, err := make(c.Year, below)
	if err != nil {
		return nil, err
	}
	return now.With(nil, year)
}

func (d *days) with(said []view.CalendarChange, region string) (*calendar.Calendar, error) {
	over := func(now *calendar.Calendar, of string) (*calendar.Calendar, error) {
		whole := now
		for _, c := range said {
			if c.Region != of {
				continue
			}
			var err error
			if now, err = lay(now, whole, c); err != nil {
				return nil, err
			}
		}
		return now, nil
	}
	now, err := over(calendar.Default(), "")
	if err != nil || region == "" {
		return now, err
	}
	if now, err = over(now, region); err != nil {
		return nil, err
	}
	return now.InRegion(region), nil
}

func (d *days) Now(_ context.Context, region string) (*calendar.Calendar, []view.CalendarChange, error) {
	now, err := d.with(d.newest(), region)
	return now, d.newest(), err
}

func (d *days) Provisional(region string, from, to time.Time) bool {
	now, err := d.with(d.newest(), region)
	return err != nil || now.Provisional(from, to)
}

func (d *days) Changes(_ context.Context, region string, _ view.CalendarChange, _ int) ([]view.CalendarChange, error) {
	var all []view.CalendarChange
	for _, c := range d.said {
		if c.Region == region {
			all = append(all, c)
		}
	}
	return all, nil
}

func (d *days) over(c view.CalendarChange) (*calendar.Calendar, error) {
	var present int64
	for _, one := range d.newest() {
		if one.Year == c.Year && one.Region == c.Region {
			present = one.Revision
		}
	}
	if present != c.Revision {
		return nil, deal.ErrStale
	}
	return d.with(append([]view.CalendarChange{c}, d.newest()...), c.Region)
}

func (d *days) Change(_ context.Context, c view.CalendarChange) error {
	_, err := d.over(c)
	if err == nil {
		c.Revision++
		c.At = noon()
		d.said = append([]view.CalendarChange{c}, d.said...)
	}
	return err
}

func (d *days) Preview(_ context.Context, c view.CalendarChange) (*calendar.Calendar, api.CalendarPreview, error) {
	next, err := d.over(c)
	if err != nil {
		return nil, api.CalendarPreview{}, err
	}
	d.previews++
	return next, api.CalendarPreview{Before: calendar.Default().Version(), After: next.Version(), Accounts: 2, Deadlines: 3}, nil
}

const (
	anniversary = `{"company_days":[{"name":{"zh":"厂庆","en":"Anniversary"},"from":"2026-03-12"},{"name":{"zh":"盘点","en":"Stocktaking"},"from":"2026-03-14","worked":true}]}`
	newYear     = `{"source":{"title":"国务院办公厅通知"},"holidays":[{"name":{"zh":"元旦","en":"New Year"},"from":"2027-01-01","to":"2027-01-03","make_up":["2027-01-09"]}]}`
)

func TestCalendar_showsEveryNamedDayWithItsSource(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, person := range []deal.PersonID{rep1, collector, manager, director, ops, auditor, admin} {
		out := r.do(person, "GET", "/api/v1/calendar", nil).ok(200)
		require.InDelta(t, 2026, out["year"], 0, "this year")
		require.Equal(t, false, out["provisional"])
		require.Equal(t, "files", out["holidays_from"])
		require.InDelta(t, 0, out["revision"], 0)
	}
	a := r.do(admin, "PUT", "/api/v1/calendar/2026", anniversary, match("0"))
	out := a.ok(200)
	require.Equal(t, `"1"`, a.Header().Get("ETag"))
	require.Equal(t, "files", out["holidays_from"], "the notice's days stay")
	require.Equal(t, "郑爽", out["changed_by"].(map[string]any)["name"])
	found := map[string]map[string]any{}
	for _, d := range out["days"].([]any) {
		found[d.(map[string]any)["date"].(string)] = d.(map[string]any)
	}
	require.Equal(t, map[string]any{"date": "2026-03-12", "worked": false, "kind": "company", "from": "administrators", "name": map[string]any{"zh": "厂庆", "en": "Anniversary"}}, found["2026-03-12"])
	require.Equal(t, true, found["2026-03-14"]["worked"])
	require.Equal(t, "files", found["2026-02-14"]["from"])
	require.Equal(t, "make_up", found["2026-02-14"]["kind"])
	require.Contains(t, r.logs.String(), "calendar changed")

	list := r.do(rep1, "GET", "/api/v1/calendar/changes", nil).ok(200)["items"].([]any)
	require.Len(t, list, 1)
	require.Equal(t, "2026", list[0].(map[string]any)["part"])
	require.Contains(t, list[0].(map[string]any)["document"], "company_days")
}

func TestCalendar_aYearWithoutHolidaysIsProvisionalUntilSomebodyBringsThem(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	out := r.do(rep1, "GET", "/api/v1/calendar?year=2027", nil).ok(200)
	require.Equal(t, true, out["provisional"])
	require.Equal(t, "none", out["holidays_from"])
	out = r.do(admin, "PUT", "/api/v1/calendar/2027", strings.ReplaceAll(anniversary, "2026-03-1", "2027-05-1"), match("0")).ok(200)
	require.Equal(t, true, out["provisional"], "the company's days do not tell the holidays")
	out = r.do(admin, "PUT", "/api/v1/calendar/2027", newYear, match("1")).ok(200)
	require.Equal(t, false, out["provisional"])
	require.Equal(t, "administrators", out["holidays_from"])
	require.InDelta(t, 2, out["revision"], 0)
	require.Len(t, out["days"], 4)
}

func TestTasks_markDatesThatCrossAYearWithoutHolidays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	mark := func() any {
		r.tasks[0].Status, r.tasks[0].OpenedAt = deal.TaskOpen, time.Date(2026, 12, 28, 2, 0, 0, 0, time.UTC)
		r.tasks[0].Due = time.Date(2027, 1, 4, 2, 0, 0, 0, time.UTC)
		return r.do(manager, "GET", "/api/v1/tasks", nil).ok(200)["items"].([]any)[0].(map[string]any)["provisional"]
	}
	require.Equal(t, true, mark())
	r.do(admin, "PUT", "/api/v1/calendar/2027", newYear, match("0")).ok(200)
	require.Nil(t, mark(), "it goes when the holidays are known")
}

func TestCalendar_onlyAdministratorsChangeIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, person := range []deal.PersonID{rep1, collector, manager, director, ops, auditor} {
		for _, preview := range []string{"", "?preview=true"} {
			r.do(person, "PUT", "/api/v1/calendar/2026"+preview, anniversary, match("0")).problem(403, "not_your_role")
			r.do(person, "PUT", "/api/v1/calendar/office-hours"+preview, `{"week":["mon"],"hours":[{"open":"09:00","close":"17:00"}]}`, match("0")).problem(403, "not_your_role")
		}
	}
	require.Empty(t, r.days.said)
	require.Zero(t, r.days.previews)
}

func TestCalendar_changesNameTheVersionTheyRead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(admin, "PUT", "/api/v1/calendar/2026", anniversary).problem(428, "version_required")
	r.do(admin, "PUT", "/api/v1/calendar/2026", anniversary, match("0")).ok(200)
	p := r.do(admin, "PUT", "/api/v1/calendar/2026", anniversary, match("0")).problem(412, "stale_version")
	require.EqualValues(t, 1, *p.Version)
	r.do(admin, "PUT", "/api/v1/calendar/2026?preview=true", anniversary, match("0")).problem(412, "stale_version")
	r.do(admin, "PUT", "/api/v1/calendar/2026", `{}`, match("1")).ok(200)
	require.Len(t, r.days.said, 2)
}

func TestCalendar_aPreviewSaysWhatWouldMoveAndChangesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	out := r.do(admin, "PUT", "/api/v1/calendar/2026?preview=true", anniversary, match("0")).ok(200)
	preview := out["preview"].(map[string]any)
	require.InDelta(t, 3, preview["deadlines"], 0)
	require.InDelta(t, 2, preview["accounts"], 0)
	require.NotEqual(t, preview["before"], preview["after"])
	require.Equal(t, preview["after"], out["calendar_version"])
	require.InDelta(t, 0, out["revision"], 0)
	require.Empty(t, r.days.said)
}

func TestOfficeHours_areReadByAllAndChangedByAdministrators(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.do(rep1, "GET", "/api/v1/calendar/office-hours", nil)
	out := a.ok(200)
	require.Equal(t, `"0"`, a.Header().Get("ETag"))
	require.Equal(t, "Asia/Shanghai", out["zone"])
	require.InDelta(t, 450, out["day_minutes"], 0)
	hours := `{"week":["mon","tue","wed","thu","fri","sat"],"hours":[{"open":"08:30","close":"12:00"},{"open":"13:00","close":"17:30"}]}`
	out = r.do(admin, "PUT", "/api/v1/calendar/office-hours", hours, match("0")).ok(200)
	require.InDelta(t, 480, out["day_minutes"], 0)
	require.InDelta(t, 1, out["revision"], 0)
	require.Len(t, out["week"], 6)
	require.Equal(t, out["calendar_version"], r.do(rep1, "GET", "/api/v1/calendar", nil).ok(200)["calendar_version"])
}

func TestCalendar_namesEveryFieldThatIsWrongInBothLanguages(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	holiday := func(rest string) string {
		return `{"source":{"title":"x"},"holidays":[{"name":{"zh":"一","en":"one"},` + rest + `}]}`
	}
	for name, c := range map[string]struct{ path, body, code, pointer, en, zh string }{
		"no date":       {"2026", holiday(`"from":"2026-02-30"`), "calendar_date", "/holidays/0/from", "2026-02-30 is not an existing day", "“2026-02-30”不是存在的日期"},
		"another year":  {"2026", holiday(`"from":"2027-01-01"`), "calendar_other_year", "/holidays/0/from", "2027-01-01 is not in 2026", "2027-01-01 不在 2026 年"},
		"backwards":     {"2026", holiday(`"from":"2026-05-05","to":"2026-05-01"`), "calendar_backwards", "/holidays/0/to", "before the beginning 2026-05-05", "早于开始日 2026-05-05"},
		"too long":      {"2026", holiday(`"from":"2026-05-01","to":"2026-07-01"`), "calendar_too_long", "/holidays/0/to", "at most 31 days", "最多 31 天"},
		"no weekend":    {"2026", holiday(`"from":"2026-05-01","make_up":["2026-05-06"]`), "calendar_no_weekend", "/holidays/0/make_up/0", "no Saturday or Sunday", "不是周六或周日"},
		"twice":         {"2026", holiday(`"from":"2026-05-02","make_up":["2026-05-02"]`), "calendar_twice", "/holidays/0/make_up/0", "stands here twice", "出现了两次"},
		"no source":     {"2026", `{"holidays":[]}`, "calendar_no_source", "/source", "where the holidays come from", "来源"},
		"a link":        {"2026", `{"source":{"title":"x","url":"gov.cn"},"holidays":[]}`, "calendar_link", "/source/url", "no web address", "不是网址"},
		"checked early": {"2026", `{"source":{"title":"x","published":"2026-02-02","checked":"2026-02-01"},"holidays":[]}`, "calendar_checked", "/source/checked", "before the notice", "早于通知"},
		"company day":   {"2026", `{"company_days":[{"name":{"zh":"一","en":"one"},"from":"tomorrow"}]}`, "calendar_date", "/company_days/0/from", "tomorrow", "tomorrow"},
		"weekday":       {"office-hours", `{"week":["monday"],"hours":[{"open":"09:00","close":"17:00"}]}`, "calendar_weekday", "/week/0", "monday is no weekday", "“monday”不是星期"},
		"weekday twice": {"office-hours", `{"week":["mon","mon"],"hours":[{"open":"09:00","close":"17:00"}]}`, "calendar_weekday_two", "/week/1", "twice", "两次"},
		"time":          {"office-hours", `{"week":["mon"],"hours":[{"open":"9","close":"17:00"}]}`, "calendar_time", "/hours/0/open", "9 is no time of day", "“9”不是时间"},
		"reversed":      {"office-hours", `{"week":["mon"],"hours":[{"open":"17:00","close":"09:00"}]}`, "calendar_hours", "/hours/0/close", "not after opening at 17:00", "不晚于上班时间 17:00"},
		"touching":      {"office-hours", `{"week":["mon"],"hours":[{"open":"09:00","close":"12:00"},{"open":"12:00","close":"18:00"}]}`, "calendar_hours_touch", "/hours/1/open", "opening at 12:00", "12:00 不晚于"},
	} {
		for lang, says := range map[string]string{"en": c.en, "zh": c.zh} {
			r.lang = lang
			for _, preview := range []string{"", "?preview=true"} {
				p := r.do(admin, "PUT", "/api/v1/calendar/"+c.path+preview, c.body, match("0")).problem(422, "calendar_refused")
				require.Equal(t, c.code, p.Errors[0].Code, name)
				require.Equal(t, c.pointer, p.Errors[0].Pointer, name)
				require.Contains(t, p.Errors[0].Detail, says, name)
				require.NotEmpty(t, p.Errors[0].Hint, name)
			}
		}
	}
	r.lang = "en"
	for _, year := range []string{"0", "1999", "2101"} { // 0 would be the office hours
		p := r.do(admin, "PUT", "/api/v1/calendar/"+year, `{}`, match("0")).problem(422, "invalid_request")
		require.Equal(t, "path/year", p.Errors[0].Pointer)
	}
	r.do(admin, "PUT", "/api/v1/calendar/2026", `{"hollidays":[]}`, match("0")).problem(422, "invalid_request")
	require.Empty(t, r.days.said)
}
