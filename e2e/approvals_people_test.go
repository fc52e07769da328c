//go:build e2e

package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/testkit"
)

// modes lets levels of several people be decided by all of them, by any and one after the other, and refused by one.
func modes(t *testing.T, p *product) {
	rep := p.as(t, "rep1")
	manager, other, finance, director, ops := p.as(t, "manager1"), p.as(t, "manager2"), p.as(t, "finance1"), p.as(t, "director1"), p.as(t, "ops1")
	ask := func(t *testing.T, kind deal.ApprovalKind) (desk, approval) {
		t.Helper()
		d := rep.opens(t, territory1)
		return d, d.asks(t, kind, d.drafts(t, kind), nil)
	}
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		d, a := ask(t, deal.TrialWaiver)
		require.Equal(t, []string{"manager1", "manager2"}, a.waits())
		other.decides(t, a, deal.Approve).ok(t, nil)
		other.decides(t, a, deal.Approve).refused(t, http.StatusForbidden, "not_approver")
		require.Equal(t, []string{"manager1"}, d.approval(t, a.ID).waits())
		manager.decides(t, a, deal.Approve).ok(t, nil)
		require.Equal(t, string(deal.Approved), d.approval(t, a.ID).Status)
	})
	t.Run("all, and one says no", func(t *testing.T) {
		t.Parallel()
		d, a := ask(t, deal.TrialWaiver)
		manager.decides(t, a, deal.Approve).ok(t, nil)
		manager.decides(t, a, deal.Reject).refused(t, http.StatusForbidden, "not_approver") // a word is not taken back
		other.post(t, "/approvals/"+a.ID+"/decision", data{"decision": "reject", "version": a.Subject.Version}).
			refused(t, http.StatusUnprocessableEntity, "reason_missing")
		other.decides(t, a, deal.Reject).ok(t, nil)
		over := d.approval(t, a.ID)
		require.Equal(t, string(deal.Rejected), over.Status)
		require.Equal(t, []string{"manager1", "manager2"}, over.words(), "who had agreed stays on record")
	})
	t.Run("any", func(t *testing.T) {
		t.Parallel()
		d, a := ask(t, deal.CreditChange)
		require.Equal(t, []string{"finance1", "ops1"}, a.waits())
		ops.decides(t, a, deal.Approve).ok(t, nil)
		require.Equal(t, []string{"director1"}, d.approval(t, a.ID).waits())
		finance.decides(t, a, deal.Approve).refused(t, http.StatusForbidden, "not_approver")
		director.decides(t, a, deal.SendBack).ok(t, nil)
		require.Equal(t, string(deal.SentBack), d.approval(t, a.ID).Status)
	})
	t.Run("in order", func(t *testing.T) {
		t.Parallel()
		d, a := ask(t, deal.Contract)
		for i, now := range []person{manager, finance, director} {
			require.Equal(t, []string{now.login}, d.approval(t, a.ID).waits())
			for _, later := range []person{manager, finance, director}[i+1:] {
				later.decides(t, a, deal.Approve).refused(t, http.StatusForbidden, "not_approver")
			}
			require.Len(t, d.at(t, now.login).openTasks(t, deal.ApproveTask), 1)
			now.decides(t, a, deal.Approve).ok(t, nil)
		}
		require.Equal(t, string(deal.Approved), d.approval(t, a.ID).Status)
	})
	t.Run("an edit ends the request", func(t *testing.T) {
		t.Parallel()
		d, a := ask(t, deal.Proposal)
		d.edit(t, dossier.ProposalKind, func(content data) { content["solution"] = "改为空运" })
		testkit.Eventually(t, allWithin, func() bool { return d.approval(t, a.ID).Status == string(deal.VoidStatus) }, "it is void")
		manager.decides(t, a, deal.Approve).refused(t, http.StatusConflict, "already_decided")
	})
	t.Run("the requester takes it back", func(t *testing.T) {
		t.Parallel()
		d, a := ask(t, deal.Proposal)
		manager.post(t, "/approvals/"+a.ID+"/withdraw", data{"reason": "x"}).refused(t, http.StatusForbidden, "not_your_role")
		rep.post(t, "/approvals/"+a.ID+"/withdraw", data{"reason": "客户改主意"}).ok(t, nil)
		require.Equal(t, string(deal.Withdrawn), d.approval(t, a.ID).Status)
		require.Empty(t, d.at(t, "manager1").openTasks(t, deal.ApproveTask))
	})
}

// handsOn lets a manager hand a seat on, to nobody who may not have it.
func handsOn(t *testing.T, p *product) {
	rep, manager := p.as(t, "rep1"), p.as(t, "manager1")
	d, a := rep.proposes(t, nil)
	path := "/approvals/" + a.ID + "/transfer"
	to := func(login, reason string) data { return data{"to": p.person(t, login).ID, "reason": reason} }
	manager.post(t, path, to("manager2", "")).refused(t, http.StatusUnprocessableEntity, "reason_missing")
	require.Equal(t, "/to", manager.post(t, path, to("rep1", "x")).refused(t, http.StatusForbidden, "own_request").Errors[0].Pointer)
	require.Equal(t, "/to", manager.post(t, path, to("collector1", "x")).refused(t, http.StatusUnprocessableEntity, "unknown_person").Errors[0].Pointer)
	require.Equal(t, "/to", manager.post(t, path, to("manager1", "x")).refused(t, http.StatusForbidden, "two_persons").Errors[0].Pointer)
	rep.post(t, path, to("manager2", "x")).refused(t, http.StatusForbidden, "own_request")
	p.as(t, "director1").post(t, path, to("manager2", "x")).refused(t, http.StatusForbidden, "not_approver")

	manager.post(t, path, to("manager2", "出差一周")).ok(t, nil)
	manager.decides(t, a, deal.Approve).refused(t, http.StatusForbidden, "not_approver")
	require.Empty(t, d.at(t, "manager1").openTasks(t, deal.ApproveTask))
	next := d.at(t, "manager2")
	require.Len(t, next.openTasks(t, deal.ApproveTask), 1)
	require.Equal(t, 1, countKind(next.notices(t), string(deal.AskedNotice)))
	next.decides(t, a, deal.Approve).ok(t, nil)
	require.Equal(t, []string{"manager2"}, d.approval(t, a.ID).words())
	moved := d.one(t, "approval_transferred")
	require.Equal(t, "manager1", moved.Actor.Login)
	require.Equal(t, p.person(t, "manager2").ID, moved.Data["to"], "both are on record")
}

// one is the only event of a kind.
func (d desk) one(t *testing.T, kind string) event {
	t.Helper()
	var found []event
	for _, e := range d.events(t) {
		if e.Kind == kind {
			found = append(found, e)
		}
	}
	require.Len(t, found, 1, "%s", kind)
	return found[0]
}

// batch decides several requests with one call, of which most cannot be.
func batch(t *testing.T, p *product) {
	rep, manager := p.as(t, "rep1"), p.as(t, "manager1")
	var desks []desk
	var requests []approval
	for range 5 {
		d, a := rep.proposes(t, nil)
		desks, requests = append(desks, d), append(requests, a)
	}
	item := func(i int, decision, comment string) data {
		return data{"approval": requests[i].ID, "decision": decision, "comment": comment, "version": requests[i].Subject.Version}
	}
	stale := item(2, "approve", "")
	stale["version"] = requests[2].Subject.Version + 1
	p.as(t, "manager2") // not their team's
	items := []data{item(0, "approve", ""), item(1, "return", "请补成本"), stale, item(3, "reject", ""), item(4, "approve", "")}
	var got struct {
		Items []struct {
			Approval string
			Status   int
			Problem  *problem
		}
	}
	twice := append(items[:len(items):len(items)], items[0])
	refusal := manager.post(t, "/approvals/decisions", data{"items": twice}).refused(t, http.StatusUnprocessableEntity, "invalid_request")
	require.Equal(t, "/items/5/approval", refusal.Errors[0].Pointer)
	require.Equal(t, string(deal.Pending), rep.approval(t, requests[0].ID).Status, "a batch that is not right decides nothing")

	manager.post(t, "/approvals/decisions", data{"items": items}, in("en")).ok(t, &got)
	var statuses []int
	for i, one := range got.Items {
		statuses = append(statuses, one.Status)
		require.Equal(t, requests[i].ID, one.Approval)
	}
	require.Equal(t, []int{200, 200, 409, 422, 200}, statuses)
	require.Equal(t, []string{"subject_changed"}, got.Items[2].Problem.codes())
	require.Equal(t, "/items/3/comment", got.Items[3].Problem.Errors[0].Pointer)
	for i, want := range []deal.ApprovalStatus{deal.Approved, deal.SentBack, deal.Pending, deal.Pending, deal.Approved} {
		require.Equal(t, string(want), rep.approval(t, requests[i].ID).Status)
		requireNoGap(t, desks[i].events(t))
	}
	var others struct{ Items []struct{ Status int } }
	p.as(t, "rep2").post(t, "/approvals/decisions", data{"items": []data{item(3, "approve", "")}}).ok(t, &others)
	require.GreaterOrEqual(t, others.Items[0].Status, http.StatusForbidden)
	require.Equal(t, string(deal.Pending), rep.approval(t, requests[3].ID).Status)
}

// standsIn lets a manager be away: what is open and what is asked meanwhile is the deputy's, and what is left comes back.
func standsIn(t *testing.T, p *product) {
	rep, manager, deputy := p.as(t, "rep1"), p.as(t, "manager1"), p.as(t, "manager2")
	byDeputy, a1 := rep.proposes(t, nil)
	left, a2 := rep.proposes(t, nil)
	id := func(login string) string { return p.person(t, login).ID }
	now := time.Now()
	const lasts = 30 * time.Second // time enough for what happens meanwhile, on a busy machine
	body := func(to string, since, until time.Duration) data {
		return data{"to": id(to), "since": now.Add(since), "until": now.Add(until)}
	}
	refused := func(w person, body data, code string) {
		t.Helper()
		require.Equal(t, "/to", w.post(t, "/delegations", body).refused(t, http.StatusConflict, code).Errors[0].Pointer)
	}
	// Of those that have not begun, three stand in a row, and none leads back.
	manager.post(t, "/delegations", body("manager2", time.Hour, 2*time.Hour)).ok(t, nil)
	deputy.post(t, "/delegations", body("director1", time.Hour, 2*time.Hour)).ok(t, nil)
	p.as(t, "director1").post(t, "/delegations", body("ops1", time.Hour, 2*time.Hour)).ok(t, nil)
	refused(p.as(t, "ops1"), body("finance1", time.Hour, 2*time.Hour), "delegation_chain")
	refused(p.as(t, "ops1"), body("manager1", time.Hour, 2*time.Hour), "delegation_cycle")
	p.as(t, "ops1").post(t, "/delegations", body("finance1", 3*time.Hour, 4*time.Hour)).ok(t, nil)
	manager.post(t, "/delegations", data{"from": id("director1"), "to": id("rep2"), "until": now.Add(time.Hour)}).refused(t, http.StatusForbidden, "not_your_role")

	deputy.decides(t, a1, deal.Approve).refused(t, http.StatusNotFound, "not_found")
	var running struct{ ID string }
	manager.post(t, "/delegations", body("manager2", 0, lasts)).ok(t, &running)
	refused(deputy, body("manager1", 0, lasts), "delegation_cycle")
	testkit.Eventually(t, lasts, func() bool {
		return len(byDeputy.at(t, "manager2").openTasks(t, deal.ApproveTask)) == 1 && len(left.at(t, "manager2").openTasks(t, deal.ApproveTask)) == 1
	}, "what is open is the deputy's")
	seat := rep.approval(t, a1.ID).Levels[0].Seats[0]
	require.Equal(t, []string{"manager1", "manager2"}, []string{seat.Holder.Login, seat.Deputy.Login})
	meanwhile, a3 := rep.proposes(t, nil)
	require.Equal(t, 1, countKind(meanwhile.at(t, "manager2").notices(t), string(deal.AskedNotice)), "the deputy is asked")
	require.Zero(t, countKind(meanwhile.at(t, "manager1").notices(t), string(deal.AskedNotice)))
	deputy.decides(t, a1, deal.Approve).ok(t, nil)
	require.Equal(t, []string{"manager2 for manager1"}, rep.approval(t, a1.ID).words(), "both names are on record")

	testkit.Eventually(t, allWithin, func() bool {
		return time.Now().After(now.Add(lasts)) && len(left.at(t, "manager1").openTasks(t, deal.ApproveTask)) == 1 && len(deputy.pending(t)) == 0
	}, "the rest comes back")
	deputy.decides(t, a2, deal.Approve).refused(t, http.StatusNotFound, "not_found")
	testkit.Eventually(t, allWithin, func() bool { return count(left.events(t), "tasks_given_back") > 0 }, "the house has noticed")
	left.one(t, "tasks_taken_over")
	left.one(t, "tasks_given_back")
	manager.decides(t, a2, deal.Approve).ok(t, nil)
	manager.decides(t, a3, deal.Approve).ok(t, nil)
	require.Equal(t, []string{"manager1"}, rep.approval(t, a2.ID).words())
	require.Equal(t, []string{"manager1"}, rep.approval(t, a3.ID).words())
}

// pending are the requests that wait for somebody.
func (w person) pending(t *testing.T) []approval {
	t.Helper()
	return all[approval](t, w, "/approvals", map[string][]string{"status": {"pending"}, "assignee": {"me"}})
}

// leaves switches a manager off, and then the superior too: every request that waited finds somebody.
func leaves(t *testing.T, p *product, post *letters) {
	rep, admin := p.as(t, "rep1"), p.as(t, "admin1")
	one, a1 := rep.proposes(t, nil)
	link := post.link(t, one)
	_, a2 := rep.proposes(t, data{"amount": beyond})
	two, a3 := rep.proposes(t, nil)
	off := func(login string) {
		t.Helper()
		admin.send(t, http.MethodPatch, "/users/"+p.person(t, login).ID, data{"active": false}).ok(t, nil)
	}
	p.person(t, "director1")
	manager := p.as(t, "manager1")
	off("manager1")
	waits := func(a approval, login string) {
		t.Helper()
		testkit.Eventually(t, allWithin, func() bool { w := rep.approval(t, a.ID).waits(); return len(w) == 1 && w[0] == login }, "%s is asked", login)
	}
	for _, a := range []approval{a1, a2, a3} {
		waits(a, "director1")
	}
	require.Equal(t, http.StatusUnauthorized, manager.get(t, "/me").status)
	link.get(t, "application/json", "en").refused(t, http.StatusNotFound, "unknown_link") // it went with its person
	director := p.as(t, "director1")
	director.decides(t, a1, deal.Approve).ok(t, nil)
	director.decides(t, a2, deal.Approve).ok(t, nil)
	require.Equal(t, []string{"director1"}, rep.approval(t, a1.ID).words())
	require.Equal(t, []string{"director1", "director1 by itself"}, rep.approval(t, a2.ID).words())
	require.Equal(t, p.person(t, "director1").ID, one.one(t, "approval_transferred").Data["to"])
	_, later := rep.proposes(t, nil)
	require.Equal(t, []string{"director1"}, later.waits(), "whoever asks now asks the superior")

	off("director1")
	waits(a3, "ops1")
	waits(later, "ops1")
	p.as(t, "ops1").decides(t, a3, deal.Approve).ok(t, nil)
	require.Equal(t, []string{"ops1"}, rep.approval(t, a3.ID).words())
	requireNoGap(t, two.events(t))
}
