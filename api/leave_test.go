package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestLeave_isForOneselfOrByTheLineAbove(t *testing.T) {
	t.Parallel()
	week := `"first_day":"2026-03-09","last_day":"2026-03-13","kind":"annual"`
	for name, c := range map[string]struct {
		as     deal.PersonID
		body   string
		status int
		code   string
		item   string
		at     string
	}{
		"oneself":                {rep1, `{` + week + `}`, 201, "", "", ""},
		"today":                  {rep1, `{"first_day":"2026-03-02","last_day":"2026-03-02","kind":"sick"}`, 201, "", "", ""},
		"with a deputy":          {rep1, `{` + week + `,"deputy":"` + string(rep2) + `"}`, 201, "", "", ""},
		"the manager":            {manager, `{"person":"` + string(rep1) + `",` + week + `}`, 201, "", "", ""},
		"the director":           {director, `{"person":"` + string(rep1) + `",` + week + `}`, 201, "", "", ""},
		"an administrator":       {admin, `{"person":"` + string(director) + `",` + week + `}`, 201, "", "", ""},
		"days that are over":     {manager, `{"person":"` + string(rep1) + `","first_day":"2026-02-24","last_day":"2026-02-25","kind":"sick"}`, 201, "", "", ""},
		"a colleague":            {rep2, `{"person":"` + string(rep1) + `",` + week + `}`, 403, "not_your_role", "", ""},
		"upwards":                {rep1, `{"person":"` + string(manager) + `",` + week + `}`, 403, "not_your_role", "", ""},
		"somebody unknown":       {admin, `{"person":"x",` + week + `}`, 422, "invalid_request", "unknown_person", "/person"},
		"somebody gone":          {admin, `{"person":"` + string(gone) + `",` + week + `}`, 422, "invalid_request", "unknown_person", "/person"},
		"own days of last week":  {rep1, `{"first_day":"2026-02-24","last_day":"2026-03-03","kind":"sick"}`, 422, "invalid_request", "leave_in_past", "/first_day"},
		"too long ago":           {manager, `{"person":"` + string(rep1) + `","first_day":"2026-01-29","last_day":"2026-03-03","kind":"sick"}`, 422, "invalid_request", "leave_in_past", "/first_day"},
		"backwards":              {rep1, `{"first_day":"2026-03-13","last_day":"2026-03-09","kind":"annual"}`, 422, "invalid_request", "leave_backwards", "/last_day"},
		"for ever":               {rep1, `{"first_day":"2026-03-13","last_day":"2096-03-09","kind":"annual"}`, 422, "invalid_request", "date_too_far", "/last_day"},
		"an unknown kind":        {rep1, `{"first_day":"2026-03-09","last_day":"2026-03-13","kind":"fishing"}`, 422, "invalid_request", "not_one_of", "/kind"},
		"no day":                 {rep1, `{"first_day":"2026-02-30","last_day":"2026-03-13","kind":"annual"}`, 422, "invalid_request", "not_date", "/first_day"},
		"days taken before":      {ops, `{"first_day":"2026-03-20","last_day":"2026-03-24","kind":"annual"}`, 409, "leave_overlaps", "leave_overlaps", "/first_day"},
		"oneself as the deputy":  {rep1, `{` + week + `,"deputy":"` + string(rep1) + `"}`, 422, "invalid_request", "same_person", "/deputy"},
		"a deputy who has left":  {rep1, `{` + week + `,"deputy":"` + string(gone) + `"}`, 422, "invalid_request", "unknown_person", "/deputy"},
		"a deputy in a circle":   {manager, `{` + week + `,"deputy":"` + string(director) + `"}`, 409, "delegation_cycle", "delegation_cycle", "/deputy"},
		"a deputy on leave, too": {rep1, `{"first_day":"2026-03-23","last_day":"2026-03-24","kind":"annual","deputy":"` + string(ops) + `"}`, 409, "deputy_away", "deputy_away", "/deputy"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.org.Delegations = []deal.Delegation{{ID: "d1", From: director, To: manager, Since: noon(), Until: noon().AddDate(0, 1, 0)}}
			r.do(ops, "POST", "/api/v1/leave", `{"first_day":"2026-03-23","last_day":"2026-03-27","kind":"annual"}`).ok(201)
			a := r.do(c.as, "POST", "/api/v1/leave", c.body, key("k"))
			if c.code != "" {
				p := a.problem(c.status, c.code)
				if c.item != "" {
					require.Equal(t, c.item, p.Errors[0].Code)
					require.Equal(t, c.at, p.Errors[0].Pointer)
				}
				require.Len(t, r.leaves, 1)
				require.Len(t, r.org.Delegations, 1)
				return
			}
			first := a.ok(c.status)
			require.Equal(t, first, r.do(c.as, "POST", "/api/v1/leave", c.body, key("k")).ok(c.status))
			require.Len(t, r.leaves, 2)
		})
	}
}

func TestLeave_withADeputyDelegatesForExactlyThatTime(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", "/api/v1/leave", `{"first_day":"2026-03-09","last_day":"2026-03-13","kind":"annual","deputy":"`+string(rep2)+`"}`).ok(201)
	d := r.do(rep1, "GET", "/api/v1/delegations", nil).ok(200)["items"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"2026-03-08T16:00:00Z", "2026-03-13T16:00:00Z"}, []any{d["since"], d["until"]}, "midnights in Shanghai")
	r.do(rep1, "POST", "/api/v1/leave", `{"first_day":"2026-03-02","last_day":"2026-03-02","kind":"sick","deputy":"`+string(rep2)+`"}`).ok(201)
	require.Equal(t, noon(), r.org.Delegations[1].Since, "from now on, since the day has begun")
}

func TestLeave_isSeenByThoseItConcerns(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	id := r.do(rep1, "POST", "/api/v1/leave", `{"first_day":"2026-03-09","last_day":"2026-03-13","kind":"sick","deputy":"`+string(collector)+`"}`).ok(201)["id"].(string)
	for who, n := range map[deal.PersonID]int{rep1: 1, collector: 1, manager: 1, director: 1, admin: 1, ops: 1, auditor: 1, rep2: 0} {
		require.Len(t, r.do(who, "GET", "/api/v1/leave", nil).ok(200)["items"], n, who)
		require.Len(t, r.do(who, "GET", "/api/v1/leave?person="+string(rep1)+"&from=2026-03-13&to=2026-03-20", nil).ok(200)["items"], n, who)
		require.Empty(t, r.do(who, "GET", "/api/v1/leave?person="+string(rep1)+"&from=2026-03-14", nil).ok(200)["items"], who)
	}
	r.do(rep2, "DELETE", "/api/v1/leave/"+id, nil).problem(404, "not_found")
	r.do(collector, "DELETE", "/api/v1/leave/"+id, nil).problem(403, "not_your_role")
	r.do(rep1, "DELETE", "/api/v1/leave/unknown", nil).problem(404, "not_found")
	for _, who := range []deal.PersonID{rep1, manager} {
		require.Equal(t, 204, r.do(who, "DELETE", "/api/v1/leave/"+id, nil).Code)
	}
	require.False(t, r.leaves[0].EndedAt.IsZero())
}

func TestLeave_notesAreForThosePeopleWhoMayNoteThem(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", "/api/v1/leave", `{"first_day":"2026-03-09","last_day":"2026-03-13","kind":"sick","note":"hospital","deputy":"`+string(collector)+`"}`).ok(201)
	for who, note := range map[deal.PersonID]string{rep1: "hospital", manager: "hospital", director: "hospital", admin: "hospital", collector: "", ops: "", auditor: ""} {
		item := r.do(who, "GET", "/api/v1/leave", nil).ok(200)["items"].([]any)[0].(map[string]any)
		require.Equal(t, note, item["note"], who)
	}
}

func TestDays_thatNoCalendarHasAreRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, list := range []string{"leave", "bulletins", "cases"} {
		for _, end := range []string{"from", "to"} {
			p := r.do(rep1, "GET", "/api/v1/"+list+"?"+end+"=0000-01-01", nil).problem(422, "invalid_request")
			require.Equal(t, "not_date query/"+end, p.Errors[0].Code+" "+p.Errors[0].Pointer)
		}
	}
}

func TestDelegations_endEarly(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	add := func(body string) string {
		return r.do(rep1, "POST", "/api/v1/delegations", body).ok(201)["id"].(string)
	}
	runs := add(`{"to":"` + string(rep2) + `","since":"2026-03-02T11:59:00Z","until":"2026-03-10T00:00:00Z"}`)
	comes := add(`{"to":"` + string(collector) + `","since":"2026-04-01T00:00:00Z","until":"2026-04-10T00:00:00Z"}`)
	r.do(collector, "DELETE", "/api/v1/delegations/"+runs, nil).problem(404, "not_found")
	r.do(ops, "DELETE", "/api/v1/delegations/"+runs, nil).problem(403, "not_your_role")
	require.Equal(t, 204, r.do(rep2, "DELETE", "/api/v1/delegations/"+runs, nil).Code, "nobody is held to standing in")
	require.Equal(t, 204, r.do(manager, "DELETE", "/api/v1/delegations/"+comes, nil).Code)
	require.Len(t, r.org.Delegations, 1)
	require.Equal(t, noon(), r.org.Delegations[0].Until)
	r.do(manager, "DELETE", "/api/v1/delegations/"+comes, nil).problem(404, "not_found")
}

func TestDelegations_standInARowOfThreeAtMost(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	until := `,"until":"2026-03-10T00:00:00Z"}`
	for from, to := range map[deal.PersonID]deal.PersonID{rep1: rep2, rep2: collector, collector: manager} {
		r.do(from, "POST", "/api/v1/delegations", `{"to":"`+string(to)+`"`+until).ok(201)
	}
	p := r.do(manager, "POST", "/api/v1/delegations", `{"to":"`+string(director)+`"`+until).problem(409, "delegation_chain")
	require.Equal(t, "/to", p.Errors[0].Pointer)
	r.do(ops, "POST", "/api/v1/delegations", `{"to":"`+string(rep1)+`"`+until).problem(409, "delegation_chain")
	r.do(ops, "POST", "/api/v1/delegations", `{"to":"`+string(rep2)+`"`+until).ok(201)
}

func TestUsers_areSwitchedOffByAdministrators(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	path := "/api/v1/users/" + string(rep2)
	r.do(manager, "PATCH", path, `{"active":false}`).problem(403, "not_your_role")
	r.do(admin, "PATCH", "/api/v1/users/nobody", `{"active":false}`).problem(404, "not_found")
	r.do(admin, "PATCH", "/api/v1/users/"+string(admin), `{"active":false}`).problem(409, "own_access")
	r.do(admin, "PATCH", path, `{}`).problem(422, "invalid_request")
	for range 2 {
		require.Equal(t, false, r.do(admin, "PATCH", path, `{"active":false}`).ok(200)["active"])
		r.do(rep2, "GET", "/api/v1/me", nil).problem(401, "unauthenticated")
	}
	require.Equal(t, true, r.do(admin, "PATCH", path, `{"active":true}`).ok(200)["active"])
	r.do(rep2, "GET", "/api/v1/me", nil).ok(200)
}

// Two who look at the same instant see nothing of each other.
func TestDelegations_areJudgedOnceMoreWhenNobodyElseAddsOne(t *testing.T) {
	t.Parallel()
	for path, c := range map[string]struct{ body, pointer string }{
		"/api/v1/delegations": {`{"to":"` + string(rep2) + `","until":"2026-03-10T00:00:00Z"}`, "/to"},
		"/api/v1/leave":       {`{"first_day":"2026-03-03","last_day":"2026-03-04","kind":"annual","deputy":"` + string(rep2) + `"}`, "/deputy"},
	} {
		r := newRig(t)
		r.meanwhile = &deal.Delegation{ID: "other", From: rep2, To: rep1, Since: noon(), Until: noon().Add(100 * time.Hour)}
		p := r.do(rep1, "POST", path, c.body).problem(409, "delegation_cycle")
		require.Equal(t, c.pointer, p.Errors[0].Pointer)
		require.Len(t, r.org.Delegations, 1)
		require.Empty(t, r.leaves)
	}
}
