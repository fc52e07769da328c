//go:build e2e

package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/playbook/playbooktest"
)

// desk is one account on the desk of one person.
type desk struct {
	person

	id string
}

// at puts the same account on another one's desk.
func (d desk) at(t *testing.T, login string) desk {
	t.Helper()
	return desk{d.p.as(t, login), d.id}
}

func (d desk) path(below string) string { return "/accounts/" + d.id + below }

func (d desk) read(t *testing.T) account {
	t.Helper()
	var a account
	d.get(t, d.path("")).ok(t, &a)
	return a
}

// act sends a command below the account that should succeed.
func (d desk) act(t *testing.T, word string, body any, set ...with) account {
	t.Helper()
	var done commandAnswer
	d.post(t, d.path("/"+word), body, set...).ok(t, &done)
	require.NotNil(t, done.Account, "%s took the account out of sight", word)
	require.GreaterOrEqual(t, done.Account.Seq, done.Seq)
	return *done.Account
}

// advance tries to leave a step.
func (d desk) advance(t *testing.T, from deal.Step) answer {
	t.Helper()
	return d.post(t, d.path("/advance"), data{"from": from})
}

func (d desk) form(t *testing.T, step deal.Step) form {
	t.Helper()
	var f form
	d.get(t, d.path("/steps/"+string(step)+"/form")).ok(t, &f)
	return f
}

// fill replaces the form of a step and answers its new version.
func (d desk) fill(t *testing.T, step deal.Step, content data) int64 {
	t.Helper()
	var f form
	path := d.path("/steps/" + string(step) + "/form")
	d.send(t, http.MethodPut, path, data{"content": content}, ifMatch(d.form(t, step).Version)).ok(t, &f)
	return f.Version
}

func (d desk) gate(t *testing.T) gate {
	t.Helper()
	var g gate
	d.get(t, d.path("/gate")).ok(t, &g)
	return g
}

func (d desk) contacts(t *testing.T) []contact {
	t.Helper()
	return all[contact](t, d.person, d.path("/contacts"), nil)
}

// contactWith finds a contact by buying role, and adds one where there is none.
func (d desk) contactWith(t *testing.T, role deal.BuyingRole) string {
	t.Helper()
	for _, c := range d.contacts(t) {
		if c.Role == string(role) {
			return c.ID
		}
	}
	var c contact
	d.post(t, d.path("/contacts"), data{"name": "王" + string(role), "role": role, "mobile": freshMobile()}).ok(t, &c)
	return c.ID
}

// meets logs an interaction that has just taken place.
func (d desk) meets(t *testing.T, contact, result string, set ...with) account {
	t.Helper()
	return d.act(t, "interactions", interactionWith(contact, result), set...)
}

func interactionWith(contact, result string) data {
	return data{
		"kind": "visit", "at": time.Now().Add(-time.Minute), "with": []string{contact}, "aim": "了解情况", "result": result,
		"next_step": "再约", "next_at": time.Now().Add(72 * time.Hour),
	}
}

// events is the whole timeline.
func (d desk) events(t *testing.T) []event {
	t.Helper()
	return all[event](t, d.person, d.path("/timeline"), nil)
}

// request asks for an approval of what its kind decides about, as it stands, and answers the request.
func (d desk) request(t *testing.T, kind deal.ApprovalKind, step deal.Step, amount string) approval {
	t.Helper()
	body := data{"kind": kind, "subject": d.subject(t, kind, step), "text": "请审批"}
	if amount != "" {
		body["amount"] = amount
	}
	pending := d.act(t, "approvals", body).PendingApprovals
	at := slices.IndexFunc(pending, func(a approval) bool { return a.Kind == string(kind) })
	require.GreaterOrEqual(t, at, 0, "no pending request of kind %s", kind)
	return pending[at]
}

func (w person) approval(t *testing.T, id string) approval {
	t.Helper()
	var a approval
	w.get(t, "/approvals/"+id).ok(t, &a)
	return a
}

// decides sends a decision about the version that was submitted.
func (w person) decides(t *testing.T, a approval, decision deal.Decision, set ...with) answer {
	t.Helper()
	body := data{"decision": decision, "version": a.Subject.Version}
	if decision != deal.Approve {
		body["comment"] = "请补充依据"
	}
	return w.post(t, "/approvals/"+a.ID+"/decision", body, set...)
}

// approved asks for an approval and lets everybody in the chain say yes; it answers who did, in order.
func (d desk) approved(t *testing.T, kind deal.ApprovalKind, step deal.Step, amount string) (by []string) {
	t.Helper()
	a := d.request(t, kind, step, amount)
	for a.Status == string(deal.Pending) {
		require.NotEmpty(t, a.WaitingFor)
		next := a.WaitingFor[0].Login
		d.p.as(t, next).decides(t, a, deal.Approve).ok(t, nil)
		by = append(by, next)
		a = d.approval(t, a.ID)
	}
	require.Equal(t, string(deal.Approved), a.Status)
	return by
}

// meet does whatever the gate of the present step asks for, in playbook express or quick.
func (d desk) meet(t *testing.T, step deal.Step) {
	t.Helper()
	a := d.read(t)
	require.Equal(t, string(step), a.Step)
	decider := d.contactWith(t, deal.DeciderRole)
	o := playbooktest.Options{Contact: decider, Person: a.Owner.ID, Now: inOfficeTime()}
	d.fill(t, step, playbooktest.Filled(a.Playbook.Name, step, o))
	d.files(t, step, o)
	switch step {
	case deal.Screen:
		if a.Intake == string(deal.IntakePending) {
			d.act(t, "intake", data{"decision": "accept"})
		}
	case deal.Survey:
		d.meets(t, decider, "确认需求")
	case deal.Analyse:
		d.act(t, "grade", data{"grade": "B", "reason": "七项得分"})
	case deal.Visit:
		d.meets(t, decider, "同意方向")
		d.meets(t, decider, "同意价格")
	case deal.Collect, deal.Plan, deal.Trial, deal.Sign, deal.Maintain, deal.Archive:
	}
	for _, r := range playbooktest.Requests(a.Playbook.Name, step) {
		amount := ""
		if r.Amount {
			amount = "360000.00"
		}
		d.approved(t, r.Kind, step, amount)
	}
}

// walk meets gates and advances until the account stands in a step.
func (d desk) walk(t *testing.T, to deal.Step) account {
	t.Helper()
	for {
		a := d.read(t)
		if a.Step == string(to) {
			return a
		}
		d.meet(t, deal.Step(a.Step))
		d.advance(t, deal.Step(a.Step)).ok(t, nil)
	}
}

// inOfficeTime is now in the office's time zone, where days begin.
func inOfficeTime() time.Time { return time.Now().In(time.FixedZone("UTC+8", 8*60*60)) }

var made atomic.Int64

// freshName is a company nobody knows yet.
func freshName() string {
	n := made.Add(1)
	digits := strings.Split("甲乙丙丁戊己庚辛壬癸", "")
	return fmt.Sprintf("远帆%s%s%s精密机械有限公司", digits[n/100%10], digits[n/10%10], digits[n%10])
}

func freshMobile() string { return fmt.Sprintf("139%08d", made.Add(1)) }

// lead is all that is known of a new customer, enough for the gate of collect once the form is filled.
func lead(territory string) data {
	return data{
		"name": freshName(), "territory": territory, "premises": "factory", "address": "发展大道9号", "industry": "机械",
		"monthly_inbound": 120, "monthly_outbound": 900,
		"contacts": []data{{"name": "钱进", "title": "物流主管", "mobile": freshMobile()}},
	}
}

// Territories of the demo organisation: the first belongs to team 1, the second to team 2.
const (
	territory1 = "经济开发区"
	territory2 = "苏宿工业园"
)

// opens opens a new account of one's own.
func (w person) opens(t *testing.T, territory string) desk {
	t.Helper()
	var done commandAnswer
	w.post(t, "/accounts", lead(territory)).ok(t, &done)
	require.NotNil(t, done.Account)
	return desk{w, done.Account.ID}
}

// about are the tasks or notices of one account.
func (d desk) tasks(t *testing.T) []task {
	t.Helper()
	return all[task](t, d.person, "/tasks", url.Values{"assignee": {"me"}, "account": {d.id}})
}

func (d desk) notices(t *testing.T) []notice {
	t.Helper()
	var mine []notice
	for _, n := range all[notice](t, d.person, "/notifications", nil) {
		if n.Account.ID == d.id {
			mine = append(mine, n)
		}
	}
	return mine
}
