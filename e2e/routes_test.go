//go:build e2e

package e2e_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// route is one operation of the API on one account, with a request that is fine as such: whoever may not see the account
// hears that there is none, whatever the request says.
type route struct {
	method  string
	pattern string // as in the OpenAPI file
	path    string
	body    any
	set     []with
	staff   bool // sales_ops may do it as well
	absent  bool // asks for a record that is not on file, so who sees the account hears 404 as well
}

func (r route) ask(t *testing.T, w person) answer {
	t.Helper()
	return w.send(t, r.method, r.path, r.body, r.set...)
}

func (r route) reads() bool { return r.method == http.MethodGet }

// routesOf are all operations on an account that has a contact, a pending request and an open task.
func routesOf(t *testing.T, d desk, pending approval, taskID string) []route {
	t.Helper()
	a, contact := d.read(t), d.contacts(t)[0]
	version := d.form(t, deal.Step(a.Step)).Version
	tomorrow := inOfficeTime().AddDate(0, 0, 3).Format(time.DateOnly)
	owner := d.p.person(t, "rep2").ID
	below := func(method, pattern string, body any, set ...with) route {
		path := strings.NewReplacer("{id}", d.id, "{contact}", contact.ID, "{step}", a.Step).Replace(pattern)
		return route{method: method, pattern: base + pattern, path: path, body: body, set: set}
	}
	const one = "/accounts/{id}"
	routes := []route{
		below(http.MethodGet, one, nil),
		below(http.MethodPatch, one, data{"industry": "物流"}, ifMatch(a.Profile.Version)),
		below(http.MethodPost, one+"/advance", data{"from": a.Step}),
		below(http.MethodPost, one+"/return", data{"to": "collect", "reason": "x"}),
		below(http.MethodPost, one+"/intake", data{"decision": "accept"}),
		below(http.MethodPost, one+"/grade", data{"grade": "B", "reason": "x"}),
		below(http.MethodPost, one+"/pause", data{"reason": "x", "resume_on": tomorrow}),
		below(http.MethodPost, one+"/resume", nil),
		below(http.MethodPost, one+"/close", data{"outcome": "dropped", "reason": "x"}),
		below(http.MethodPost, one+"/reopen", data{"reason": "x"}),
		below(http.MethodPost, one+"/assign", data{"owner": owner, "reason": "x"}),
		below(http.MethodPost, one+"/follow-up", data{"at": time.Now().Add(time.Hour)}),
		below(http.MethodPost, one+"/second-development", data{"goal": "x"}),
		below(http.MethodPost, one+"/approvals", data{"kind": "filing", "subject": data{"type": "form", "id": a.Step, "version": max(1, version)}}),
		below(http.MethodPost, one+"/interactions", interactionWith(contact.ID, "x")),
		below(http.MethodGet, one+"/interactions", nil),
		below(http.MethodGet, one+"/contacts", nil),
		below(http.MethodPost, one+"/contacts", data{"name": "x"}),
		below(http.MethodGet, one+"/contacts/{contact}", nil),
		below(http.MethodPatch, one+"/contacts/{contact}", data{"title": "x"}, ifMatch(contact.Version)),
		below(http.MethodDelete, one+"/contacts/{contact}", nil, ifMatch(contact.Version)),
		below(http.MethodGet, one+"/steps/{step}/form", nil),
		below(http.MethodPut, one+"/steps/{step}/form", data{"content": data{}}, ifMatch(version)),
		below(http.MethodGet, one+"/gate", nil),
		below(http.MethodGet, one+"/timeline", nil),
		below(http.MethodGet, one+"/verify", nil),
		below(http.MethodGet, one+"/upcoming", nil),
		below(http.MethodGet, one+"/battle-map", nil),
		below(http.MethodGet, one+"/family", nil),
		below(http.MethodPost, one+"/family", data{"parent": missingAccount, "relation": "subsidiary", "reason": "x"}),
		below(http.MethodPost, one+"/promote", data{"reason": "x"}),
		below(http.MethodPost, one+"/merge", data{"into": missingAccount, "reason": "x"}),
		below(http.MethodPost, one+"/playbook", data{"playbook": a.Playbook.Name, "version": a.Playbook.Version, "reason": "x"}),
		below(http.MethodGet, one+"/erasures", nil),
		below(http.MethodDelete, one+"/contacts/{contact}/personal-data", data{"reason": "x"}),
	}
	gone := func(method, pattern string, body any) route {
		r := below(method, strings.NewReplacer("{record}", missingAccount, "{specialist}", missingAccount).Replace(pattern), body)
		r.pattern, r.absent = base+pattern, true
		return r
	}
	routes = append(routes,
		below(http.MethodGet, one+"/specialists", nil),
		below(http.MethodPost, one+"/specialists", data{"step": "plan", "person": owner}),
		gone(http.MethodPost, one+"/specialists/{specialist}/answer", data{"decision": "accept"}),
		gone(http.MethodPost, one+"/specialists/{specialist}/withdraw", data{}),
		gone(http.MethodGet, one+"/plan-revisions/{record}/diff", nil),
		gone(http.MethodPost, one+"/support-requests/{record}/outcome", data{"result": "given", "text": "x"}),
	)
	routes = append(routes, dossierRoutes(d.id)...)
	for i, r := range routes {
		staff := []string{"/family", "/playbook", "/filings/{filing}/arbitration"}
		routes[i].staff = !r.reads() && slices.Contains(staff, strings.TrimPrefix(r.pattern, base+one))
	}
	const request = "/approvals/{id}"
	about := func(method, pattern string, body any) route {
		return route{method: method, pattern: base + pattern, path: strings.ReplaceAll(pattern, "{id}", pending.ID), body: body}
	}
	return append(routes,
		about(http.MethodGet, request, nil),
		about(http.MethodPost, request+"/decision", data{"decision": "approve", "version": pending.Subject.Version}),
		about(http.MethodPost, request+"/transfer", data{"to": d.p.person(t, "director1").ID, "reason": "x"}),
		about(http.MethodPost, request+"/withdraw", nil),
		route{method: http.MethodPost, pattern: base + "/tasks/{id}/done", path: "/tasks/" + taskID + "/done"},
	)
}

// missingAccount is one that nobody has opened.
const missingAccount = "0198a7a0-0000-7000-8000-000000000000"

// requireEveryRoute compares the table above with what the running product says it serves, so that a new route cannot be
// forgotten here.
func requireEveryRoute(t *testing.T, w person, routes []route) {
	t.Helper()
	var api struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	w.get(t, "/openapi.json").ok(t, &api)
	var served, known []string
	for pattern, operations := range api.Paths {
		ours := strings.HasPrefix(pattern, base+"/accounts/{id}") || strings.HasPrefix(pattern, base+"/approvals/{id}") ||
			strings.HasPrefix(pattern, base+"/tasks/{id}")
		for method := range operations {
			if ours && method != "parameters" {
				served = append(served, strings.ToUpper(method)+" "+pattern)
			}
		}
	}
	for _, r := range routes {
		known = append(known, r.method+" "+r.pattern)
	}
	slices.Sort(served)
	slices.Sort(known)
	require.Equal(t, served, known)
}
