package api_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal/dossier"
)

// One line for each route. A route that is added or lost changes this list on purpose or not at all; what is public is
// marked.
func TestOpenAPI_theInventoryOfRoutes(t *testing.T) {
	t.Parallel()
	s := spec(t)
	require.Equal(t, "3.1.0", s.OpenAPI)
	var routes []string
	ids := map[string]string{}
	for path, item := range s.Paths {
		for method, o := range item {
			route := strings.ToUpper(method) + " " + path
			require.NotEmpty(t, o.OperationID, route)
			require.Empty(t, ids[o.OperationID], "%s has the ID of %s", route, ids[o.OperationID])
			ids[o.OperationID] = route
			require.Len(t, o.Tags, 1, route)
			require.NotEmpty(t, o.Summary, route)
			require.Contains(t, o.Responses, "default", "%s does not describe its problems", route)
			if method == "post" && len(o.Security) > 0 {
				require.True(t, slices.ContainsFunc(o.Parameters, func(p map[string]json.RawMessage) bool { return string(p["name"]) == `"Idempotency-Key"` }), route)
			}
			for _, name := range regexp.MustCompile(`\{([a-z]+)\}`).FindAllStringSubmatch(path, -1) {
				require.True(t, slices.ContainsFunc(o.Parameters, func(p map[string]json.RawMessage) bool {
					return string(p["name"]) == `"`+name[1]+`"` && string(p["in"]) == `"path"`
				}), "%s does not read %s", route, name[1])
			}
			if len(o.Security) == 0 {
				route += " (public)"
			} else {
				require.Len(t, o.Security, 2, route)
			}
			routes = append(routes, route)
		}
	}
	slices.Sort(routes)
	require.Equal(t, strings.TrimSpace(`
DELETE /api/v1/accounts/{id}/agreements/{record}
DELETE /api/v1/accounts/{id}/contacts/{contact}
DELETE /api/v1/accounts/{id}/contacts/{contact}/personal-data
DELETE /api/v1/accounts/{id}/documents/{record}
DELETE /api/v1/accounts/{id}/evaluations/{record}
DELETE /api/v1/accounts/{id}/executive-visits/{record}
DELETE /api/v1/accounts/{id}/filings/{record}
DELETE /api/v1/accounts/{id}/gifts/{record}
DELETE /api/v1/accounts/{id}/needs/{record}
DELETE /api/v1/accounts/{id}/plan-revisions/{record}
DELETE /api/v1/accounts/{id}/relations/{record}
DELETE /api/v1/accounts/{id}/rivals/{record}
DELETE /api/v1/accounts/{id}/service-plans/{record}
DELETE /api/v1/accounts/{id}/stakeholders/{record}
DELETE /api/v1/accounts/{id}/stakeholders/{record}/private
DELETE /api/v1/accounts/{id}/support-requests/{record}
DELETE /api/v1/accounts/{id}/surveys/{record}
DELETE /api/v1/accounts/{id}/texts/{text}
DELETE /api/v1/accounts/{id}/trials/{record}
DELETE /api/v1/accounts/{id}/trust/{record}
DELETE /api/v1/accounts/{id}/vetoes/{record}
DELETE /api/v1/accounts/{id}/visit-reviews/{record}
DELETE /api/v1/delegations/{id}
DELETE /api/v1/imports/mappings/{mapping}
DELETE /api/v1/leave/{id}
DELETE /api/v1/me/calendar-feed
DELETE /api/v1/session
DELETE /api/v1/webhooks/{id}
GET /api/v1/accounts
GET /api/v1/accounts/{id}
GET /api/v1/accounts/{id}/agreements
GET /api/v1/accounts/{id}/agreements/{record}
GET /api/v1/accounts/{id}/agreements/{record}/versions
GET /api/v1/accounts/{id}/battle-map
GET /api/v1/accounts/{id}/buying-process
GET /api/v1/accounts/{id}/buying-process/versions
GET /api/v1/accounts/{id}/classification
GET /api/v1/accounts/{id}/classification/versions
GET /api/v1/accounts/{id}/competition
GET /api/v1/accounts/{id}/competition/versions
GET /api/v1/accounts/{id}/contacts
GET /api/v1/accounts/{id}/contacts/{contact}
GET /api/v1/accounts/{id}/credit
GET /api/v1/accounts/{id}/credit/versions
GET /api/v1/accounts/{id}/documents
GET /api/v1/accounts/{id}/documents/{record}
GET /api/v1/accounts/{id}/documents/{record}/content
GET /api/v1/accounts/{id}/documents/{record}/versions
GET /api/v1/accounts/{id}/erasures
GET /api/v1/accounts/{id}/evaluations
GET /api/v1/accounts/{id}/evaluations/{record}
GET /api/v1/accounts/{id}/evaluations/{record}/versions
GET /api/v1/accounts/{id}/executive-visits
GET /api/v1/accounts/{id}/executive-visits/{record}
GET /api/v1/accounts/{id}/executive-visits/{record}/versions
GET /api/v1/accounts/{id}/factors
GET /api/v1/accounts/{id}/factors/versions
GET /api/v1/accounts/{id}/family
GET /api/v1/accounts/{id}/filings
GET /api/v1/accounts/{id}/filings/{record}
GET /api/v1/accounts/{id}/filings/{record}/versions
GET /api/v1/accounts/{id}/gate
GET /api/v1/accounts/{id}/gifts
GET /api/v1/accounts/{id}/gifts/{record}
GET /api/v1/accounts/{id}/gifts/{record}/versions
GET /api/v1/accounts/{id}/interactions
GET /api/v1/accounts/{id}/man
GET /api/v1/accounts/{id}/man/versions
GET /api/v1/accounts/{id}/needs
GET /api/v1/accounts/{id}/needs/{record}
GET /api/v1/accounts/{id}/needs/{record}/versions
GET /api/v1/accounts/{id}/negotiation
GET /api/v1/accounts/{id}/negotiation/versions
GET /api/v1/accounts/{id}/plan-revisions
GET /api/v1/accounts/{id}/plan-revisions/{record}
GET /api/v1/accounts/{id}/plan-revisions/{record}/diff
GET /api/v1/accounts/{id}/plan-revisions/{record}/versions
GET /api/v1/accounts/{id}/proposal
GET /api/v1/accounts/{id}/proposal/diff
GET /api/v1/accounts/{id}/proposal/versions
GET /api/v1/accounts/{id}/relations
GET /api/v1/accounts/{id}/relations/{record}
GET /api/v1/accounts/{id}/relations/{record}/versions
GET /api/v1/accounts/{id}/rivals
GET /api/v1/accounts/{id}/rivals/{record}
GET /api/v1/accounts/{id}/rivals/{record}/versions
GET /api/v1/accounts/{id}/service-plans
GET /api/v1/accounts/{id}/service-plans/{record}
GET /api/v1/accounts/{id}/service-plans/{record}/versions
GET /api/v1/accounts/{id}/simulation
GET /api/v1/accounts/{id}/simulation/versions
GET /api/v1/accounts/{id}/specialists
GET /api/v1/accounts/{id}/stakeholders
GET /api/v1/accounts/{id}/stakeholders/{record}
GET /api/v1/accounts/{id}/stakeholders/{record}/versions
GET /api/v1/accounts/{id}/steps/{step}/form
GET /api/v1/accounts/{id}/support-requests
GET /api/v1/accounts/{id}/support-requests/{record}
GET /api/v1/accounts/{id}/support-requests/{record}/versions
GET /api/v1/accounts/{id}/surveys
GET /api/v1/accounts/{id}/surveys/{record}
GET /api/v1/accounts/{id}/surveys/{record}/versions
GET /api/v1/accounts/{id}/timeline
GET /api/v1/accounts/{id}/trials
GET /api/v1/accounts/{id}/trials/{record}
GET /api/v1/accounts/{id}/trials/{record}/versions
GET /api/v1/accounts/{id}/trust
GET /api/v1/accounts/{id}/trust/{record}
GET /api/v1/accounts/{id}/trust/{record}/versions
GET /api/v1/accounts/{id}/upcoming
GET /api/v1/accounts/{id}/value-score
GET /api/v1/accounts/{id}/value-score/versions
GET /api/v1/accounts/{id}/verify
GET /api/v1/accounts/{id}/vetoes
GET /api/v1/accounts/{id}/vetoes/{record}
GET /api/v1/accounts/{id}/vetoes/{record}/versions
GET /api/v1/accounts/{id}/visit-reviews
GET /api/v1/accounts/{id}/visit-reviews/{record}
GET /api/v1/accounts/{id}/visit-reviews/{record}/versions
GET /api/v1/approvals
GET /api/v1/approvals/{id}
GET /api/v1/bulletins
GET /api/v1/bulletins/{id}
GET /api/v1/calendar
GET /api/v1/calendar/changes
GET /api/v1/calendar/office-hours
GET /api/v1/cases
GET /api/v1/cases/{id}
GET /api/v1/delegations
GET /api/v1/deliveries
GET /api/v1/duplicates
GET /api/v1/events
GET /api/v1/handovers/{id}
GET /api/v1/handovers/{id}/moves
GET /api/v1/imports/mappings
GET /api/v1/imports/{id}
GET /api/v1/imports/{id}/columns
GET /api/v1/imports/{id}/errors
GET /api/v1/imports/{id}/rows
GET /api/v1/jobs
GET /api/v1/jobs/runs
GET /api/v1/jobs/{name}/runs
GET /api/v1/leave
GET /api/v1/me
GET /api/v1/me/calendar-feed
GET /api/v1/me/channels
GET /api/v1/me/upcoming
GET /api/v1/notifications
GET /api/v1/playbooks
GET /api/v1/playbooks/schema.json (public)
GET /api/v1/playbooks/{name}
GET /api/v1/playbooks/{name}/versions
GET /api/v1/quota/breaches
GET /api/v1/reports/quota
GET /api/v1/reviews
GET /api/v1/reviews/{id}
GET /api/v1/reviews/{id}/accounts
GET /api/v1/reviews/{id}/actions
GET /api/v1/reviews/{id}/breaches
GET /api/v1/support-requests
GET /api/v1/tasks
GET /api/v1/teams
GET /api/v1/users
GET /api/v1/users/{id}/channels
GET /api/v1/users/{id}/handovers
GET /api/v1/webhooks
GET /api/v1/webhooks/{id}
GET /calendar-feed/{file} (public)
GET /decide/{token} (public)
GET /healthz (public)
GET /livez (public)
GET /readyz (public)
GET /version (public)
PATCH /api/v1/accounts/{id}
PATCH /api/v1/accounts/{id}/contacts/{contact}
PATCH /api/v1/cases/{id}
PATCH /api/v1/reviews/{id}/actions/{action}
PATCH /api/v1/teams/{id}
PATCH /api/v1/users/{id}
PATCH /api/v1/webhooks/{id}
POST /api/v1/accounts
POST /api/v1/accounts/{id}/advance
POST /api/v1/accounts/{id}/agreements
POST /api/v1/accounts/{id}/approvals
POST /api/v1/accounts/{id}/assign
POST /api/v1/accounts/{id}/close
POST /api/v1/accounts/{id}/contacts
POST /api/v1/accounts/{id}/documents
POST /api/v1/accounts/{id}/evaluations
POST /api/v1/accounts/{id}/executive-visits
POST /api/v1/accounts/{id}/family
POST /api/v1/accounts/{id}/filings
POST /api/v1/accounts/{id}/filings/{filing}/arbitration
POST /api/v1/accounts/{id}/follow-up
POST /api/v1/accounts/{id}/gifts
POST /api/v1/accounts/{id}/grade
POST /api/v1/accounts/{id}/intake
POST /api/v1/accounts/{id}/interactions
POST /api/v1/accounts/{id}/merge
POST /api/v1/accounts/{id}/needs
POST /api/v1/accounts/{id}/pause
POST /api/v1/accounts/{id}/plan-revisions
POST /api/v1/accounts/{id}/playbook
POST /api/v1/accounts/{id}/promote
POST /api/v1/accounts/{id}/relations
POST /api/v1/accounts/{id}/reopen
POST /api/v1/accounts/{id}/resume
POST /api/v1/accounts/{id}/return
POST /api/v1/accounts/{id}/rivals
POST /api/v1/accounts/{id}/second-development
POST /api/v1/accounts/{id}/service-plans
POST /api/v1/accounts/{id}/specialists
POST /api/v1/accounts/{id}/specialists/{specialist}/answer
POST /api/v1/accounts/{id}/specialists/{specialist}/withdraw
POST /api/v1/accounts/{id}/stakeholders
POST /api/v1/accounts/{id}/support-requests
POST /api/v1/accounts/{id}/support-requests/{record}/outcome
POST /api/v1/accounts/{id}/surveys
POST /api/v1/accounts/{id}/trials
POST /api/v1/accounts/{id}/trust
POST /api/v1/accounts/{id}/vetoes
POST /api/v1/accounts/{id}/visit-reviews
POST /api/v1/approvals/decisions
POST /api/v1/approvals/{id}/decision
POST /api/v1/approvals/{id}/transfer
POST /api/v1/approvals/{id}/withdraw
POST /api/v1/bulletins/{id}/corrections
POST /api/v1/channels/{channel}/resume
POST /api/v1/delegations
POST /api/v1/deliveries/{id}/drop
POST /api/v1/deliveries/{id}/resend
POST /api/v1/imports
POST /api/v1/imports/columns
POST /api/v1/jobs/{name}/runs
POST /api/v1/leave
POST /api/v1/me/calendar-feed
POST /api/v1/notifications/read
POST /api/v1/playbooks
POST /api/v1/quota/breaches/{id}/decision
POST /api/v1/reviews
POST /api/v1/reviews/{id}/actions
POST /api/v1/reviews/{id}/actions/{action}/done
POST /api/v1/reviews/{id}/decisions
POST /api/v1/reviews/{id}/sign
POST /api/v1/session (public)
POST /api/v1/tasks/{id}/done
POST /api/v1/users/{id}/handover
POST /api/v1/webhooks
POST /api/v1/webhooks/{id}/replay
POST /api/v1/webhooks/{id}/secret
POST /api/v1/webhooks/{id}/test
POST /decide/{token} (public)
PUT /api/v1/accounts/{id}/agreements/{record}
PUT /api/v1/accounts/{id}/buying-process
PUT /api/v1/accounts/{id}/classification
PUT /api/v1/accounts/{id}/competition
PUT /api/v1/accounts/{id}/credit
PUT /api/v1/accounts/{id}/documents/{record}
PUT /api/v1/accounts/{id}/evaluations/{record}
PUT /api/v1/accounts/{id}/executive-visits/{record}
PUT /api/v1/accounts/{id}/factors
PUT /api/v1/accounts/{id}/filings/{record}
PUT /api/v1/accounts/{id}/gifts/{record}
PUT /api/v1/accounts/{id}/man
PUT /api/v1/accounts/{id}/needs/{record}
PUT /api/v1/accounts/{id}/negotiation
PUT /api/v1/accounts/{id}/plan-revisions/{record}
PUT /api/v1/accounts/{id}/proposal
PUT /api/v1/accounts/{id}/relations/{record}
PUT /api/v1/accounts/{id}/rivals/{record}
PUT /api/v1/accounts/{id}/service-plans/{record}
PUT /api/v1/accounts/{id}/simulation
PUT /api/v1/accounts/{id}/stakeholders/{record}
PUT /api/v1/accounts/{id}/steps/{step}/form
PUT /api/v1/accounts/{id}/support-requests/{record}
PUT /api/v1/accounts/{id}/surveys/{record}
PUT /api/v1/accounts/{id}/trials/{record}
PUT /api/v1/accounts/{id}/trust/{record}
PUT /api/v1/accounts/{id}/value-score
PUT /api/v1/accounts/{id}/vetoes/{record}
PUT /api/v1/accounts/{id}/visit-reviews/{record}
PUT /api/v1/calendar/office-hours
PUT /api/v1/calendar/{year}
PUT /api/v1/me/channels/{channel}
PUT /api/v1/reviews/{id}/breaches/{breach}
PUT /api/v1/users/{id}/channels/{channel}
`), strings.Join(routes, "\n"))
}

// Nobody gets anything of a resource without saying who they are, whatever the method.
func TestRoutes_allButThePublicOnesNeedAPerson(t *testing.T) {
	t.Parallel()
	s := spec(t)
	r := newRig(t)
	for path, item := range s.Paths {
		for method, o := range item {
			if len(o.Security) == 0 {
				continue
			}
			target := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "plan")
			r.do("", strings.ToUpper(method), target, nil).problem(401, "unauthenticated")
		}
	}
	require.Empty(t, r.sent)
}

// Objects of others are not there, on every route below an account and for every kind of person out of its scope.
func TestRoutes_belowAForeignAccountAreNotFound(t *testing.T) {
	t.Parallel()
	s := spec(t)
	bodies := map[string]string{
		"advance": `{"from":"plan"}`, "return": `{"to":"survey","reason":"x"}`, "intake": `{"decision":"accept"}`, "grade": `{"grade":"A","reason":"x"}`,
		"pause": `{"reason":"x","resume_on":"2026-04-01"}`, "resume": `{}`, "close": `{"outcome":"dropped","reason":"x"}`, "reopen": `{"reason":"x"}`,
		"assign": `{"owner":"x","reason":"x"}`, "follow-up": `{"at":"2026-04-01T00:00:00Z"}`, "second-development": `{"goal":"x"}`,
		"interactions": `{"kind":"call","at":"2026-03-01T00:00:00Z","with":["c1"],"aim":"x","result":"x","next_step":"x"}`,
		"contacts":     `{"name":"x"}`, "approvals": `{"kind":"proposal","subject":{"type":"form","id":"plan","version":1}}`, "form": `{"content":{}}`,
		"playbook": `{"playbook":"express","version":2,"reason":"x"}`, "family": `{"parent":"x","relation":"subsidiary","reason":"x"}`, "promote": `{"reason":"x"}`, "merge": `{"into":"x","reason":"x"}`,
		"outcome": `{"result":"given","text":"x"}`, "arbitration": `{"decision":"grant","reason":"x"}`, "specialists": `{"step":"plan","person":"x"}`, "answer": `{"decision":"accept"}`, "withdraw": `{}`,
		"{record}": `{}`, "{text}": `{"reason":"x"}`,
	}
	for _, k := range dossier.Kinds() {
		bodies[k.Path] = `{}`
	}
	r := newRig(t)
	tried := 0
	for path, item := range s.Paths {
		if !strings.HasPrefix(path, "/api/v1/accounts/{id}") {
			continue
		}
		for method := range item {
			target := strings.NewReplacer("{id}", string(mine), "{step}", "plan", "{contact}", "c1", "{record}", "c1", "{text}", "t1", "{filing}", "f1", "{specialist}", "s1").Replace(path)
			var body any
			switch method {
			case "post", "put":
				var ok bool
				body, ok = bodies[path[strings.LastIndexByte(path, '/')+1:]]
				require.True(t, ok, "no body for %s", path)
			case "patch":
				body = `{}`
			case "delete":
				if strings.HasSuffix(path, "/texts/{text}") || strings.HasSuffix(path, "/personal-data") {
					body = bodies["{text}"]
				}
			}
			for _, who := range []string{string(rep2), string(collector), string(admin)} {
				r.do(personID(who), strings.ToUpper(method), target, body, match("4")).problem(404, "not_found")
				tried++
			}
		}
	}
	require.Greater(t, tried, 400)
	require.Empty(t, r.sent)
}
