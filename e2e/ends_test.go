//go:build e2e

package e2e_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestPause_stopsTheClocksUntilADay(t *testing.T) {
	t.Parallel()
	d := inOffice(t).as(t, "rep1").opens(t, territory1)
	before := d.read(t)
	day := inOfficeTime().AddDate(0, 0, 30).Format(time.DateOnly)
	a := d.act(t, "pause", data{"reason": "客户停产检修", "resume_on": day})
	require.Equal(t, []any{"paused", day}, []any{a.Status, a.ResumeOn})
	require.Nil(t, a.Deadline)
	require.ElementsMatch(t, []string{"resume", "close", "merge", "offer-step"}, a.AllowedCommands)
	for word, body := range map[string]data{
		"advance": {"from": "collect"}, "grade": {"grade": "A", "reason": "x"}, "follow-up": {"at": time.Now().Add(time.Hour)},
		"pause": {"reason": "x", "resume_on": day}, "return": {"to": "collect", "reason": "x"},
	} {
		p := d.post(t, d.path("/"+word), body).refused(t, http.StatusConflict, "not_active")
		require.Contains(t, p.codes(), "not_active")
	}
	d.send(t, http.MethodPut, d.path("/steps/collect/form"), data{"content": data{"needs": "x"}}, ifMatch(0)).refused(t, http.StatusConflict, "not_active")
	names, to := rungsOf(d.upcoming(t))
	require.Equal(t, []string{"resume"}, names)
	require.Equal(t, []string{"rep1"}, to)

	a = d.at(t, "manager1").act(t, "resume", nil)
	require.Equal(t, []any{"active", ""}, []any{a.Status, a.ResumeOn})
	moved := a.Deadline.Sub(*before.Deadline).Abs()
	opening := a.Deadline.In(inOfficeTime().Location()).Format("15:04") == "09:00" // the moments of the pause, after a close of business
	require.True(t, moved < time.Minute || opening, "the deadline keeps what it had left: %s, before %s", a.Deadline, before.Deadline)
	require.Contains(t, kinds(d.notices(t)), "resumed")
	d.post(t, d.path("/resume"), nil).refused(t, http.StatusConflict, "not_paused")
}

func TestClose_isReopenedByApprovalOnly(t *testing.T) {
	t.Parallel()
	d := inOffice(t).as(t, "rep1").opens(t, territory1)
	d.walk(t, deal.Survey)
	reopen := func(version int64) data {
		return data{"kind": "reopen", "subject": data{"type": "account", "id": d.id, "version": version}, "text": "客户来电"}
	}
	d.post(t, d.path("/approvals"), reopen(d.read(t).Seq)).refused(t, http.StatusConflict, "not_closed")

	a := d.act(t, "close", data{"outcome": "lost", "reason": "价格", "rival": "unknown"})
	require.Equal(t, []any{"closed", "lost", "survey"}, []any{a.Status, a.Outcome, a.Step})
	require.Empty(t, d.upcoming(t), "nothing happens to a closed account by itself")
	require.Empty(t, slices.DeleteFunc(d.tasks(t), func(k task) bool { return k.Status != "open" }))
	d.advance(t, deal.Survey).refused(t, http.StatusConflict, "not_active")
	d.post(t, d.path("/close"), data{"outcome": "dropped", "reason": "x"}).refused(t, http.StatusConflict, "already_closed")

	p := d.post(t, d.path("/reopen"), data{"reason": "客户来电"}).refused(t, http.StatusUnprocessableEntity, "gate_unmet")
	require.Equal(t, []string{"reopen_not_approved"}, p.codes())
	require.NotEmpty(t, p.Errors[0].Hint)
	d.post(t, d.path("/approvals"), reopen(a.Seq-1)).refused(t, http.StatusConflict, "subject_changed")
	request := d.act(t, "approvals", reopen(a.Seq)).PendingApprovals[0]
	d.post(t, d.path("/reopen"), data{"reason": "客户来电"}).refused(t, http.StatusUnprocessableEntity, "gate_unmet")
	d.post(t, "/approvals/"+request.ID+"/withdraw", nil).ok(t, nil)
	d.p.as(t, "manager1").decides(t, request, deal.Approve).refused(t, http.StatusConflict, "already_decided")
	request = d.act(t, "approvals", reopen(d.read(t).Seq)).PendingApprovals[0]
	d.decides(t, request, deal.Approve).refused(t, http.StatusForbidden, "own_request")
	d.p.as(t, "manager1").decides(t, request, deal.Approve).ok(t, nil)

	a = d.act(t, "reopen", data{"reason": "客户来电"})
	require.Equal(t, []any{"active", "survey", ""}, []any{a.Status, a.Step, a.Outcome})
	require.NotNil(t, a.Deadline)
	require.NotNil(t, a.NextFollowUp)
	d.act(t, "close", data{"outcome": "dropped", "reason": "真的不做了"})
	d.post(t, d.path("/reopen"), data{"reason": "x"}).refused(t, http.StatusUnprocessableEntity, "gate_unmet") // an approval counts once
}

func TestIntake_returnsALeadOrMergesIt(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	d := p.as(t, "collector1").opens(t, territory1)
	d.contactWith(t, deal.DeciderRole)
	d.send(t, http.MethodPut, d.path("/steps/collect/form"), data{"content": data{
		"competitor": "无", "needs": "样品寄递", "source": "hotline",
	}}, ifMatch(0)).ok(t, nil)
	d.advance(t, deal.Collect).ok(t, nil)

	boss := d.at(t, "manager1")
	a := boss.act(t, "intake", data{"decision": "return", "reason": "地址不清"})
	require.Equal(t, []any{"collect", 2, "returned"}, []any{a.Step, a.Pass, a.Intake})
	require.Contains(t, kinds(d.notices(t)), "intake_returned")
	require.NotNil(t, a.Deadline, "the collector's clock starts again")
	d.advance(t, deal.Collect).ok(t, nil)

	other := p.as(t, "rep1").opens(t, territory1)
	merge := func(into string) data { return data{"decision": "merge", "reason": "同一客户", "merge_into": into} }
	boss.post(t, d.path("/intake"), merge(d.id)).refused(t, http.StatusUnprocessableEntity, "unknown_account")
	a = boss.act(t, "intake", merge(other.id))
	require.Equal(t, []any{"closed", "merged"}, []any{a.Status, a.Outcome})
	requireNoGap(t, boss.events(t))
}

func TestDuplicates_areSeenBeforeTheHandover(t *testing.T) {
	t.Parallel()
	p := inOffice(t)
	first := p.as(t, "rep3").opens(t, territory2)
	name := first.read(t).Name
	body := lead(territory1)
	body["name"] = "江苏" + name // another spelling of the same customer
	var done commandAnswer
	p.as(t, "rep1").post(t, "/accounts", body).ok(t, &done)
	d := desk{p.as(t, "rep1"), done.Account.ID}
	require.Contains(t, d.gate(t).codes(), "no_duplicate")
	var found list[twin]
	d.get(t, "/duplicates?name="+name).ok(t, &found)
	i := slices.IndexFunc(found.Items, func(f twin) bool { return f.Account == first.id })
	require.GreaterOrEqual(t, i, 0, "somebody follows this customer already")
	require.Equal(t, []string{"rep3", "name"}, []string{found.Items[i].Ask.Login, found.Items[i].Reason})
	d.get(t, first.path("")).refused(t, http.StatusNotFound, "not_found") // who to ask, and nothing else
}

// twin is an account that looks like the one that was asked for.
type twin struct {
	Account string `json:"account"`
	Ask     *human `json:"ask"`
	Reason  string `json:"reason"`
}
