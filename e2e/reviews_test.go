//go:build e2e

package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/testkit"
)

type monthly struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Totals  data   `json:"totals"`
	Actions []data `json:"actions"`
	Missing []data `json:"missing"`
}

// TestReviews_areHeldMonthByMonth holds the review of last month and of this one, on playbook quick whose deadlines pass in
// seconds, and looks the ring that was gone through up in the case library.
func TestReviews_areHeldMonthByMonth(t *testing.T) {
	t.Parallel()
	p := started(t, "CLOSEDLOOP_PLAYBOOKS_DEFAULT=quick")
	rep, manager, director, ops := p.as(t, "rep1"), p.as(t, "manager1"), p.as(t, "director1"), p.as(t, "ops1")
	missed := rep.opens(t, territory1) // nobody hands it over in time

	d := rep.opens(t, territory1)
	name := d.read(t).Name
	d.walk(t, deal.Archive)
	d.meet(t, deal.Archive)
	d.fill(t, deal.Archive, data{"documents_complete": true, "lessons": name + "看重夜间温控,先试运两周再谈价"})
	d.advance(t, deal.Archive).ok(t, nil)
	library := all[data](t, rep, "/cases", url.Values{"q": {"温控 试运"}})
	require.Len(t, library, 1)
	require.Equal(t, []any{"won", name, false}, []any{library[0]["outcome"], library[0]["customer"], library[0]["hidden"]})
	hidden := all[data](t, p.as(t, "rep3"), "/cases", url.Values{"q": {"温控"}})
	require.Len(t, hidden, 1)
	require.Equal(t, []any{"", true}, []any{hidden[0]["customer"], hidden[0]["hidden"]})
	require.NotContains(t, hidden[0]["lessons"], name)
	require.Empty(t, all[data](t, p.as(t, "rep3"), "/cases", url.Values{"q": {name}}))

	team := p.person(t, "rep1").Team
	require.NotEmpty(t, team)
	this := inOfficeTime().Format("2006-01")
	last := inOfficeTime().AddDate(0, 0, -inOfficeTime().Day()).Format("2006-01")
	rep.post(t, "/reviews", data{"team": team, "month": last}).refused(t, http.StatusForbidden, "not_your_role")
	var before monthly
	opened := director.post(t, "/reviews", data{"team": team, "month": last}, key("last"))
	opened.ok(t, &before)
	require.Equal(t, http.StatusCreated, opened.status)
	before2 := monthly{}
	director.post(t, "/reviews", data{"team": team, "month": last}, key("again")).ok(t, &before2)
	require.Equal(t, before.ID, before2.ID)
	of := func(r monthly, below string) string { return "/reviews/" + r.ID + below }
	sign := func(r monthly) answer { return director.post(t, of(r, "/sign"), data{}) }
	sign(before).refused(t, http.StatusUnprocessableEntity, "review_incomplete")
	director.post(t, of(before, "/decisions"), data{"text": "夜间加一班车"}).ok(t, nil)
	day := inOfficeTime().AddDate(0, 0, 9).Format("2006-01-02")
	manager.post(t, of(before, "/actions"), data{"owner": p.person(t, "rep1").ID, "due_on": day, "text": "回访试运客户"}).ok(t, nil)
	sign(before).ok(t, nil)
	director.post(t, of(before, "/decisions"), data{"text": "x"}).refused(t, http.StatusConflict, "review_signed")

	testkit.Eventually(t, allWithin, func() bool {
		for _, one := range all[data](t, rep, "/accounts", url.Values{"overdue": {"true"}}) {
			if one["id"] == missed.id {
				return true
			}
		}
		return false
	}, "the handover deadline passes")
	var now monthly
	ops.post(t, "/reviews", data{"team": team, "month": this}).ok(t, &now)
	require.Len(t, now.Actions, 1, "what was not done comes along")
	require.Equal(t, []any{1.0, last}, []any{now.Actions[0]["carried"], now.Actions[0]["month"]})
	rows := all[data](t, director, of(now, "/accounts"), nil)
	require.NotEmpty(t, rows)
	breaches := all[data](t, rep, of(now, "/breaches"), nil)
	require.NotEmpty(t, breaches)
	rep.get(t, of(now, "/accounts")).refused(t, http.StatusForbidden, "not_your_role")
	p.as(t, "rep3").get(t, of(now, "")).refused(t, http.StatusNotFound, "not_found")
	missed.meet(t, deal.Collect)
	missed.advance(t, deal.Collect).ok(t, nil)
	require.Equal(t, rows, all[data](t, director, of(now, "/accounts"), nil), "the snapshot stays")
	require.NotEmpty(t, director.get(t, of(now, "/accounts?format=csv")).body)

	director.post(t, of(now, "/decisions"), data{"text": "每天下午核对移交"}).ok(t, nil)
	sign(now).refused(t, http.StatusUnprocessableEntity, "review_incomplete")
	for i, b := range all[data](t, manager, of(now, "/breaches"), nil) {
		who := manager
		if i == 0 && b["owner"].(map[string]any)["login"] == "rep1" {
			who = rep
		}
		who.send(t, http.MethodPut, of(now, "/breaches/"+b["id"].(string)), data{"reason": "客户资料迟到"}).ok(t, nil)
	}
	var mine string
	for _, task := range all[data](t, rep, "/tasks", url.Values{"status": {"open"}}) {
		if ref, _ := task["ref"].(string); strings.HasPrefix(ref, "review-action/") {
			mine, _ = task["id"].(string)
		}
	}
	rep.post(t, "/tasks/"+mine+"/done", data{"reason": "已回访"}).ok(t, nil)
	sign(now).ok(t, &now)
	require.Equal(t, "signed", now.Status)
	require.Equal(t, []any{"done", "已回访"}, []any{now.Actions[0]["status"], now.Actions[0]["done_note"]})
	require.Empty(t, all[data](t, director, "/reviews", url.Values{"month": {this}, "status": {"open"}, "team": {team}}))
}
