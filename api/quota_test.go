package api_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

// quotaBooks are breaches, bulletins and a board in memory. Everybody sees them.
type quotaBooks struct {
	breaches  []view.QuotaBreach
	bulletins []view.Bulletin
	lines     []view.QuotaLine
	no        deal.Refusals
	asked     []any
}

func (q *quotaBooks) Breaches(_ context.Context, _ view.Viewer, state view.BreachState, _ view.Page) ([]view.QuotaBreach, string, error) {
	q.asked = append(q.asked, state)
	return q.breaches, "", nil
}

func (q *quotaBooks) DecideBreach(_ context.Context, v view.Viewer, id string, decision view.BreachState, comment string, at time.Time) (view.QuotaBreach, deal.Refusals, error) {
	i := slices.IndexFunc(q.breaches, func(b view.QuotaBreach) bool { return b.ID == id })
	if i < 0 {
		return view.QuotaBreach{}, nil, deal.ErrNotFound
	}
	b := &q.breaches[i]
	if len(q.no) > 0 {
		return *b, q.no, nil
	}
	b.State, b.DecidedBy, b.DecidedAt = decision, v.Person.ID, at
	b.Steps = append(b.Steps, view.BreachStep{Step: decision, At: at, By: v.Person.ID, People: []deal.PersonID{b.Person}, Comment: comment})
	return *b, nil, nil
}

func (q *quotaBooks) Bulletin(_ context.Context, _ view.Viewer, id string) (view.Bulletin, error) {
	for _, b := range q.bulletins {
		if b.ID == id {
			return b, nil
		}
	}
	return view.Bulletin{}, deal.ErrNotFound
}

func (q *quotaBooks) Bulletins(_ context.Context, _ view.Viewer, f view.BulletinFilter) ([]view.Bulletin, string, error) {
	q.asked = append(q.asked, f)
	return q.bulletins, "", nil
}

func (q *quotaBooks) AnswerBy(asked time.Time) time.Time { return asked.Add(48 * time.Hour) }

func (q *quotaBooks) Board(_ context.Context, month string, wanted func(deal.Person) bool) ([]view.QuotaLine, error) {
	q.asked = append(q.asked, month)
	return slices.DeleteFunc(slices.Clone(q.lines), func(l view.QuotaLine) bool { return !wanted(deal.Person{ID: l.Person, Team: l.Team}) }), nil
}

func (q *quotaBooks) Correct(_ context.Context, old view.Bulletin, by deal.PersonID, reason string) (view.Bulletin, bool, error) {
	if old.Issue != len(q.bulletins) {
		return view.Bulletin{}, false, nil
	}
	issue := old
	issue.ID, issue.Issue, issue.Replaces, issue.Reason, issue.PublishedBy = "b2", 2, old.ID, reason, by
	q.bulletins = append(q.bulletins, issue)
	return issue, true, nil
}

func TestBreaches_areDecidedByConfirmingOrWaiving(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.quota.breaches = []view.QuotaBreach{{
		ID: view.BreachRef + "b", Person: rep1, Team: team, First: "2026-02-25", Last: "2026-02-27", Days: 3, State: view.BreachReasoned, OpenedAt: noon(),
		Reason: "培训", ReasonBy: manager, Steps: []view.BreachStep{{Step: view.BreachFound, At: noon(), By: deal.System, People: []deal.PersonID{manager}}},
	}}
	item := r.do(director, "GET", "/api/v1/quota/breaches?state=reasoned", nil).ok(200)["items"].([]any)[0].(map[string]any)
	require.Equal(t, []any{view.BreachReasoned}, r.quota.asked)
	require.Equal(t, "b", item["id"])
	require.Equal(t, "陈静", item["reason_by"].(map[string]any)["name"])
	require.Equal(t, "found", item["steps"].([]any)[0].(map[string]any)["step"])

	path := "/api/v1/quota/breaches/b/decision"
	out := r.do(director, "POST", path, `{"decision":"waive"}`).problem(422, "invalid_request")
	require.Equal(t, "/comment", out.Errors[0].Pointer)
	r.do(director, "POST", path, `{"decision":"forget"}`).problem(422, "invalid_request")
	r.do(director, "POST", "/api/v1/quota/breaches/x/decision", `{"decision":"confirm"}`).problem(404, "not_found")
	r.quota.no = deal.Refusals{{Code: deal.CodeNotYourRole}}
	r.do(rep1, "POST", path, `{"decision":"confirm"}`).problem(403, "not_your_role")
	r.quota.no = nil
	done := r.do(director, "POST", path, `{"decision":"waive","comment":"on a course"}`, key("k")).ok(200)
	require.Equal(t, "waived", done["state"])
	require.Equal(t, done, r.do(director, "POST", path, `{"decision":"waive","comment":"on a course"}`, key("k")).ok(200))
	require.Len(t, r.quota.breaches[0].Steps, 2)
}

func TestBoard_showsTheCallersOwnTeamAndWhatTheyLead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.quota.lines = []view.QuotaLine{
		{Person: rep1, Name: "王芳", Team: team, Leads: 2, Owed: 3, Short: 1, Streak: 1}, {Person: "far", Name: "远", Team: "elsewhere", Leads: 1},
	}
	for who, want := range map[deal.PersonID]int{rep1: 1, manager: 1, auditor: 2} {
		require.Len(t, r.do(who, "GET", "/api/v1/reports/quota?month=2026-02", nil).ok(200)["items"], want, who)
	}
	require.Len(t, r.do(auditor, "GET", "/api/v1/reports/quota?team=elsewhere", nil).ok(200)["items"], 1)
	require.Equal(t, "2026-03", r.quota.asked[len(r.quota.asked)-1], "this month")
	r.do(rep1, "GET", "/api/v1/reports/quota?month=2026-13", nil).problem(422, "invalid_request")
	lines := r.do(rep1, "GET", "/api/v1/reports/quota?format=csv", nil).lines()
	require.Equal(t, "王芳", lines[1][0])
}

func TestBulletins_areCorrectedByAnotherIssue(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.quota.bulletins = []view.Bulletin{{
		ID: "b1", Number: 7, Team: team, Day: "2026-02-27", Issue: 1, PublishedBy: deal.System, PublishedAt: noon(),
		Lines: []view.QuotaLine{{Person: rep1, Name: "王芳", Team: team, Leads: 2, Owed: 1}},
	}}
	item := r.do(rep1, "GET", "/api/v1/bulletins?from=2026-02-01&to=2026-02-28&team=x", nil).ok(200)["items"].([]any)[0].(map[string]any)
	require.Equal(t, []any{view.BulletinFilter{Team: "x", From: "2026-02-01", To: "2026-02-28", Page: view.Page{Limit: 50}}}, r.quota.asked)
	require.InDelta(t, 7, item["number"], 0)
	r.do(rep1, "GET", "/api/v1/bulletins?from=yesterday", nil).problem(422, "invalid_request")
	require.Equal(t, "王芳", r.do(rep1, "GET", "/api/v1/bulletins/b1", nil).ok(200)["lines"].([]any)[0].(map[string]any)["name"])
	r.do(rep1, "GET", "/api/v1/bulletins/b9", nil).problem(404, "not_found")

	path := "/api/v1/bulletins/b1/corrections"
	r.do(manager, "POST", path, `{"reason":"x"}`).problem(403, "not_your_role")
	r.do(ops, "POST", path, `{"reason":" "}`).problem(422, "invalid_request")
	out := r.do(ops, "POST", path, `{"reason":"补录"}`).ok(201)
	require.Equal(t, "b1", out["replaces"])
	require.Equal(t, "补录", out["reason"])
	r.do(ops, "POST", path, `{"reason":"again"}`).problem(409, "not_the_newest_issue")
}
