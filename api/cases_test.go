package api_test

import (
	"context"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

// library is a case library of one case, of an account that rep1's line sees.
type library struct {
	kept  view.Case
	asked []view.CaseFilter
}

func (l *library) seen(v view.Viewer) view.Case {
	c := l.kept
	if c.Visible = v.All || v.Person.Team == team || v.Person.Team == area; !c.Visible {
		c.Customer, c.Account, c.Number = "", "", ""
	}
	return c
}

func (l *library) Cases(_ context.Context, v view.Viewer, f view.CaseFilter) ([]view.Case, string, error) {
	l.asked = append(l.asked, f)
	if f.Page.Cursor == "bad" {
		return nil, "", view.ErrBadCursor
	}
	return []view.Case{l.seen(v)}, "", nil
}

func (l *library) Case(_ context.Context, v view.Viewer, id string) (view.Case, error) {
	if id != l.kept.ID {
		return view.Case{}, deal.ErrNotFound
	}
	return l.seen(v), nil
}

func (l *library) ReviseCase(_ context.Context, v view.Viewer, id string, version int64, texts deal.CaseTexts) (view.Case, error) {
	switch {
	case id != l.kept.ID:
		return view.Case{}, deal.ErrNotFound
	case !l.kept.RevisedBy(v.Person):
		return view.Case{}, view.ErrReadOnly
	case version != l.kept.Version:
		return l.kept, deal.ErrStale
	}
	l.kept.CaseTexts, l.kept.UpdatedBy = texts, v.Person.ID
	l.kept.Version++
	return l.seen(v), nil
}

func newCaseRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.cases.kept = view.Case{
		Number: "KA-2026-0001", StartedAt: noon(), UpdatedAt: noon(), UpdatedBy: rep1,
		Case: deal.Case{
			ID: "case1", Account: mine, Version: 3, Outcome: deal.WonCase, Step: deal.Archive, Grade: deal.GradeA, Cycle: 1, Team: team, Owner: rep1,
			Author: rep1, WonAt: noon(), EndedAt: noon(), Customer: "晨风集团", Industry: "服装",
			CaseTexts: deal.CaseTexts{Product: "冷链", Lessons: "先试后签", Worked: "驻场"},
		},
	}
	return r
}

func TestCases_areForEverybodyAndHideTheCustomer(t *testing.T) {
	t.Parallel()
	r := newCaseRig(t)
	for _, p := range r.org.People {
		if !p.Active {
			continue
		}
		body := r.do(p.ID, "GET", "/api/v1/cases/case1", nil).ok(200)
		sees := p.Team != "" || p.Role == deal.SalesOps || p.Role == deal.Auditor
		require.Equal(t, !sees, body["hidden"], p.Login)
		require.Equal(t, "先试后签", body["lessons"], p.Login)
		if !sees {
			require.NotContains(t, body, "account", p.Login)
			require.Empty(t, body["customer"], p.Login)
		}
	}
	r.do(rep1, "GET", "/api/v1/cases/other", nil).problem(404, "not_found")
	r.do("", "GET", "/api/v1/cases", nil).problem(401, "unauthenticated")
}

func TestCases_areAskedForByDaysOfTheHouse(t *testing.T) {
	t.Parallel()
	r := newCaseRig(t)
	r.do(rep1, "GET", "/api/v1/cases?q=%E5%86%B7%E9%93%BE&industry=x&rival=y&outcome=won&grade=A&team="+string(team)+"&from=2026-01-01&to=2026-01-31&limit=7", nil).ok(200)
	f := r.cases.asked[0]
	require.Equal(t, view.CaseFilter{
		Query: "冷链", Industry: "x", Rival: "y", Outcome: deal.WonCase, Grade: deal.GradeA, Team: team, Page: view.Page{Limit: 7},
		Since: time.Date(2026, 1, 1, 0, 0, 0, 0, shanghai()), Until: time.Date(2026, 2, 1, 0, 0, 0, 0, shanghai()),
	}, f)
	for query, pointer := range map[string]string{"from=2026-02-30": "query/from", "outcome=good": "query/outcome", "cursor=bad": "query/cursor", "grade=E": "query/grade"} {
		require.Equal(t, pointer, r.do(rep1, "GET", "/api/v1/cases?"+query, nil).problem(422, "invalid_request").Errors[0].Pointer, query)
	}
}

func TestCases_areExported(t *testing.T) {
	t.Parallel()
	r := newCaseRig(t)
	r.lang = "zh"
	a := r.do(admin, "GET", "/api/v1/cases?format=csv", nil)
	require.Equal(t, 200, a.Code)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.Body.String(), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"客户编号", "客户名称", "行业", "等级", "结果"}, rows[0][:5])
	require.Equal(t, []string{"", "", "服装", "A", "赢单"}, rows[1][:5])
}

func TestReviseCase_wantsTheVersionThatWasRead(t *testing.T) {
	t.Parallel()
	r := newCaseRig(t)
	const path = "/api/v1/cases/case1"
	r.do(rep1, "PATCH", path, `{"lessons":"先签后试"}`).problem(428, "version_required")
	r.do(rep1, "PATCH", path, `{"lessons":"先签后试"}`, header{"If-Match", `"2"`}).problem(412, "stale_version")
	r.do(rep1, "PATCH", path, `{"outcome":"lost"}`, header{"If-Match", `"3"`}).problem(422, "invalid_request")
	for _, other := range []deal.PersonID{rep2, manager, director, auditor, admin, collector} {
		r.do(other, "PATCH", path, `{"lessons":"x"}`, header{"If-Match", `"3"`}).problem(403, "not_your_role")
	}
	a := r.do(rep1, "PATCH", path, `{"lessons":"先签后试"}`, header{"If-Match", `"3"`})
	require.Equal(t, []any{"先签后试", "驻场"}, []any{a.ok(200)["lessons"], a.json()["worked"]})
	require.Equal(t, `"4"`, a.Header().Get("ETag"))
	r.do(ops, "PATCH", path, `{"lessons":"x"}`, header{"If-Match", `"4"`}).ok(200)
}
