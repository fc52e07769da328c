package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestRegions_administratorsGiveThemToTeams(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	team := string(r.org.Teams[0].ID)
	for _, person := range []deal.PersonID{rep1, collector, manager, director, ops, auditor} {
		r.do(person, "PATCH", "/api/v1/teams/"+team, `{"region":"north"}`).problem(403, "not_your_role")
	}
	out := r.do(admin, "PATCH", "/api/v1/teams/"+team, `{"region":"north"}`).ok(200)
	require.Equal(t, "north", out["region"])
	for _, one := range r.do(rep1, "GET", "/api/v1/teams", nil).ok(200)["items"].([]any) {
		listed := one.(map[string]any)
		if listed["id"] == team {
			require.Equal(t, "north", listed["region"])
		}
	}
	require.Contains(t, r.logs.String(), "region of a team changed")
	year := r.do(rep1, "GET", "/api/v1/calendar?region=north", nil).ok(200)
	require.Equal(t, "north", year["region"])
	require.Contains(t, year["teams"], out["name"])

	r.do(admin, "PATCH", "/api/v1/teams/nobody", `{"region":"north"}`).problem(404, "not_found")
	for _, bad := range []string{"North", "a b", "-a", "7a", "华北", "abcdefghijklmnopqrstuvwxyz-0123456"} {
		p := r.do(admin, "PATCH", "/api/v1/teams/"+team, `{"region":"`+bad+`"}`).problem(422, "invalid_request")
		require.Equal(t, "calendar_region", p.Errors[0].Code, bad)
		require.Equal(t, "/region", p.Errors[0].Pointer)
		require.NotEmpty(t, p.Errors[0].Hint)
	}
	out = r.do(admin, "PATCH", "/api/v1/teams/"+team, `{"region":""}`).ok(200)
	require.NotContains(t, out, "region")
}

func TestRegions_anAreaHandsItsOwnDownToItsTeams(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var area, below string
	for _, one := range r.org.Teams {
		if one.Parent != "" {
			area, below = string(one.Parent), string(one.ID)
		}
	}
	require.NotEmpty(t, below)
	r.do(admin, "PATCH", "/api/v1/teams/"+area, `{"region":"east"}`).ok(200)
	for _, one := range r.do(rep1, "GET", "/api/v1/teams", nil).ok(200)["items"].([]any) {
		if listed := one.(map[string]any); listed["id"] == below {
			require.Equal(t, "east", listed["region"])
		}
	}
}

func TestRegionalCalendar_liesOverThatOfTheOrganisation(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	whole := r.do(admin, "PUT", "/api/v1/calendar/2026", anniversary, match("0")).ok(200)
	const fair = `{"company_days":[{"name":{"zh":"展会","en":"Fair"},"from":"2026-03-12","worked":true},{"name":{"zh":"搬家","en":"Move"},"from":"2026-03-16","to":"2026-03-17"}]}`
	out := r.do(admin, "PUT", "/api/v1/calendar/2026?region=north&preview=true", fair, match("0")).ok(200)
	require.NotEqual(t, whole["calendar_version"], out["calendar_version"])
	require.Equal(t, whole["calendar_version"], r.do(rep1, "GET", "/api/v1/calendar?region=south", nil).ok(200)["calendar_version"].(string)[len("south:"):])

	out = r.do(admin, "PUT", "/api/v1/calendar/2026?region=north", fair, match("0")).ok(200)
	require.Equal(t, "north", out["region"])
	require.Contains(t, out["calendar_version"], "north:")
	require.Equal(t, "files", out["holidays_from"])
	require.Len(t, out["company_days"], 2, "its own, for the next edit")
	from, worked := map[string]any{}, map[string]any{}
	for _, d := range out["days"].([]any) {
		day := d.(map[string]any)
		from[day["date"].(string)], worked[day["date"].(string)] = day["from"], day["worked"]
	}
	require.Equal(t, "region", from["2026-03-12"], "its word goes before the organisation's")
	require.Equal(t, true, worked["2026-03-12"])
	require.Equal(t, "administrators", from["2026-03-14"], "which counts where the region says nothing")
	require.Equal(t, "region", from["2026-03-17"])
	require.Equal(t, "files", from["2026-02-14"])

	again := r.do(rep1, "GET", "/api/v1/calendar", nil).ok(200)
	require.Equal(t, whole["calendar_version"], again["calendar_version"], "the organisation's is what it was")
	require.InDelta(t, 1, again["revision"], 0)
	require.Len(t, r.do(rep1, "GET", "/api/v1/calendar/changes", nil).ok(200)["items"], 1)
	require.Len(t, r.do(rep1, "GET", "/api/v1/calendar/changes?region=north", nil).ok(200)["items"], 1)
	r.do(admin, "PUT", "/api/v1/calendar/2026?region=north", fair, match("0")).problem(412, "stale_version")
	for _, path := range []string{"?region=North", "/office-hours?region=North", "/changes?region=a%20b"} {
		p := r.do(rep1, "GET", "/api/v1/calendar"+path, nil).problem(422, "invalid_request")
		require.Equal(t, "query/region", p.Errors[0].Pointer)
	}
	r.do(admin, "PUT", "/api/v1/calendar/2026?region=7", fair, match("0")).problem(422, "invalid_request")
}

func TestRegionalOfficeHours_haveAZoneOfTheirOwnAndLeaveOutWhatStays(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const hours = "/api/v1/calendar/office-hours"
	out := r.do(admin, "PUT", hours+"?region=west", `{"zone":"Asia/Urumqi"}`, match("0")).ok(200)
	require.Equal(t, "Asia/Urumqi", out["zone"])
	require.InDelta(t, 450, out["day_minutes"], 0)
	require.Len(t, out["week"], 5)
	require.Equal(t, "Asia/Shanghai", r.do(rep1, "GET", hours, nil).ok(200)["zone"])
	require.Equal(t, "Asia/Urumqi", r.do(rep1, "GET", "/api/v1/calendar?region=west", nil).ok(200)["zone"])
	out = r.do(admin, "PUT", hours+"?region=west", `{"hours":[{"open":"10:00","close":"18:00"}]}`, match("1")).ok(200)
	require.Equal(t, "Asia/Shanghai", out["zone"], "what is said replaces what was said before")
	require.InDelta(t, 480, out["day_minutes"], 0)
	out = r.do(admin, "PUT", hours+"?region=west", `{}`, match("2")).ok(200)
	require.InDelta(t, 450, out["day_minutes"], 0)
	for _, lang := range []string{"en", "zh"} {
		r.lang = lang
		p := r.do(admin, "PUT", hours+"?region=west", `{"zone":"Middle/Earth"}`, match("3")).problem(422, "calendar_refused")
		require.Equal(t, "/zone", p.Errors[0].Pointer)
		require.Contains(t, p.Errors[0].Detail, "Middle/Earth")
		p = r.do(admin, "PUT", hours, `{"zone":"Asia/Urumqi","week":["mon"],"hours":[{"open":"09:00","close":"17:00"}]}`, match("0")).problem(422, "calendar_refused")
		require.Equal(t, "calendar_zone_fixed", p.Errors[0].Code)
		require.Contains(t, p.Errors[0].Detail, "Asia/Shanghai")
		p = r.do(admin, "PUT", hours, `{}`, match("0")).problem(422, "calendar_refused")
		require.Len(t, p.Errors, 2, "the organisation needs a week and hours")
	}
}
