package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func match(version string) header { return header{"If-Match", version} }

func TestProfile_isEditedFromTheVersionThatWasRead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	require.Equal(t, `"3"`, r.do(rep1, "GET", at(mine, ""), nil).Header().Get("ETag"))
	r.profile.MonthlyOutbound = new(int)
	a := r.do(rep1, "PATCH", at(mine, ""), `{"address":"人民路1号","monthly_inbound":900,"monthly_outbound":null,"aliases":["CF"]}`, match(`"3"`))
	out := a.ok(200)
	require.Equal(t, `"4"`, a.Header().Get("ETag"))
	require.InDelta(t, 4, out["version"], 0)
	require.Equal(t, "晨风集团", out["name"], "what the patch does not name stays")
	require.Equal(t, "人民路1号", out["address"])
	require.InDelta(t, 900, out["monthly_inbound"], 0)
	require.Nil(t, out["monthly_outbound"], "null clears")
	require.Equal(t, []any{"CF"}, out["aliases"])

	stale := r.do(rep1, "PATCH", at(mine, ""), `{"address":"x"}`, match("3"))
	p := stale.problem(412, "stale_version")
	require.Equal(t, `"4"`, stale.Header().Get("ETag"))
	require.EqualValues(t, 4, *p.Version)
	require.Contains(t, p.Detail, "4")
}

func TestProfile_losesARaceAsStale(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.deny = deal.ErrStale
	p := r.do(rep1, "PATCH", at(mine, ""), `{"address":"x"}`, match("3")).problem(412, "stale_version")
	require.EqualValues(t, 3, *p.Version)
}

func TestProfile_namesWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.do(rep1, "PATCH", at(mine, ""), `{"name":null,"credit_code":"91320000134795486X"}`, match("3")).problem(422, "invalid_request")
	require.Len(t, p.Errors, 2)
	require.Equal(t, "/name", p.Errors[0].Pointer)
	require.Equal(t, "invalid_credit_code", p.Errors[1].Code)
	for body, code := range map[string]string{
		`{"monthly_inbound":-1}`: "too_small", `{"aliases":[""]}`: "too_short", `{"aliases":"x"}`: "not_array", `{"name":5}`: "not_string",
		`{"version":9}`: "unexpected_field",
	} {
		require.Equal(t, code, r.do(rep1, "PATCH", at(mine, ""), body, match("3")).problem(422, "invalid_request").Errors[0].Code, body)
	}
}

func TestForm_isReadWithItsVersion(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.do(rep1, "GET", at(mine, "/steps/plan/form"), nil)
	out := a.ok(200)
	require.Equal(t, `"2"`, a.Header().Get("ETag"))
	require.Equal(t, map[string]any{"price": "1"}, out["content"])
	empty := r.do(rep1, "GET", at(mine, "/steps/visit/form?cycle=1"), nil)
	require.Equal(t, `"0"`, empty.Header().Get("ETag"))
	require.Equal(t, map[string]any{}, empty.ok(200)["content"], "an empty form is an object, never null")
	require.Equal(t, []any{0, 1}, r.asked)
}

func TestForm_isWrittenAndAnswersTheGate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.do(rep1, "PUT", at(mine, "/steps/plan/form"), `{"content":{"price":"2"}}`, match("2"))
	out := a.ok(200)
	require.Equal(t, `"3"`, a.Header().Get("ETag"))
	require.InDelta(t, 3, out["version"], 0)
	gate := out["gate"].(map[string]any)
	require.Equal(t, "proposal_not_approved", gate["unmet"].([]any)[0].(map[string]any)["code"])
	require.Equal(t, []any{"form_complete"}, gate["met"])

	other := r.do(rep1, "PUT", at(mine, "/steps/survey/form"), `{"content":{}}`, match(`"0"`)).ok(200)
	require.InDelta(t, 1, other["version"], 0)
	require.NotContains(t, other, "gate", "of another step there is no gate to speak of")
}

func TestGate_thatIsOpenListsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.gate = deal.Gate{Met: []string{"form_complete"}}
	gate := r.do(rep1, "GET", at(mine, "/gate"), nil).ok(200)
	require.Equal(t, []any{}, gate["unmet"])
	require.Equal(t, []any{"form_complete"}, gate["met"])
}

func TestForm_refusesAStaleVersionAndAMissingOne(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.do(rep1, "PUT", at(mine, "/steps/plan/form"), `{"content":{}}`, match("1"))
	p := a.problem(412, "stale_version")
	require.EqualValues(t, 2, *p.Version)
	require.Equal(t, `"2"`, a.Header().Get("ETag"))
	r.do(rep1, "PUT", at(mine, "/steps/plan/form"), `{"content":{}}`).problem(428, "version_required")
}

func TestForm_namesTheFieldThatDoesNotFit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.unfit = deal.Refusals{{
		Code: deal.CodeInvalidValue, Item: "not_a_number", Field: "/price", Text: deal.Text{ZH: "应为数字", EN: "expected a number"},
	}}
	p := r.do(rep1, "PUT", at(mine, "/steps/plan/form"), `{"content":{"price":"x"}}`, match("2")).problem(422, "invalid_request")
	require.Equal(t, "/content/price", p.Errors[0].Pointer)
	require.Equal(t, "not_a_number", p.Errors[0].Code)
	require.Equal(t, "expected a number", p.Errors[0].Detail)
}

func TestForm_underAPendingApprovalVoidsIt(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "PUT", at(mine, "/steps/plan/form"), `{"content":{"price":"2"}}`, match("2")).ok(200)
	require.Len(t, r.sent, 1)
	cmd := r.last()
	require.Equal(t, deal.VoidApprovalName, cmd.Name)
	require.Equal(t, deal.VoidApproval{Approval: approval}, cmd.Body)
	require.Equal(t, deal.System, cmd.Actor)
	require.Equal(t, deal.CommandKey(installation, deal.System, mine, "void/"+approval+"/3"), cmd.Key)
}

func TestForm_staysWrittenWhenTheApprovalCannotBeVoidedYet(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.receive = func(deal.Command) (deal.Receipt, error) { return deal.Receipt{}, deal.ErrUnavailable }
	out := r.do(rep1, "PUT", at(mine, "/steps/plan/form"), `{"content":{"price":"2"}}`, match("2")).ok(200)
	require.InDelta(t, 3, out["version"], 0)
	require.Contains(t, r.logs.String(), "not void yet")
}

func TestForm_ofAnotherStepLeavesApprovalsAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "PUT", at(mine, "/steps/survey/form"), `{"content":{}}`, match("0")).ok(200)
	require.Empty(t, r.sent)
}

func TestGate_isAskedForItself(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.lang = "zh"
	gate := r.do(rep1, "GET", at(mine, "/gate"), nil).ok(200)
	require.Equal(t, "plan", gate["step"])
	unmet := gate["unmet"].([]any)[0].(map[string]any)
	require.Equal(t, map[string]any{
		"code": "proposal_not_approved", "text": "方案未获批", "hint": "提交方案审批", "href": at(mine, "/approvals"),
	}, unmet)
	r.state.Status = deal.Closed
	closed := r.do(rep1, "GET", at(mine, "/gate"), nil).ok(200)
	require.Equal(t, []any{}, closed["unmet"])
}

func TestGate_thatCannotBeEvaluatedHidesNothingElse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.gateErr = http.ErrBodyNotAllowed
	out := r.do(rep1, "GET", at(mine, ""), nil).ok(200)
	require.Equal(t, "internal_error", out["gate"].(map[string]any)["unmet"].([]any)[0].(map[string]any)["code"])
	require.Contains(t, r.logs.String(), "gate cannot be evaluated")
}

func TestContacts_areAddedOncePerKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := `{"name":"张工","role":"gatekeeper","phone":"0527 8435 0001"}`
	a := r.do(rep1, "POST", at(mine, "/contacts"), body, key("k"))
	out := a.ok(201)
	require.Equal(t, "0527-84350001", out["phone"])
	require.Equal(t, true, out["phone_valid"])
	require.Equal(t, at(mine, "/contacts/"+out["id"].(string)), a.Header().Get("Location"))
	require.Equal(t, `"1"`, a.Header().Get("ETag"))

	again := r.do(rep1, "POST", at(mine, "/contacts"), body, key("k"))
	require.Equal(t, out, again.ok(201))
	require.Equal(t, a.Header().Get("Location"), again.Header().Get("Location"))
	require.Equal(t, a.Header().Get("ETag"), again.Header().Get("ETag"))
	require.Len(t, r.contacts, 2)
	r.do(rep1, "POST", at(mine, "/contacts"), `{"name":"other"}`, key("k")).problem(422, "key_reused")
	r.do(rep1, "POST", at(mine, "/contacts"), body, key("k2")).ok(201)
	require.Len(t, r.contacts, 3)
}

func TestContacts_refuseNumbersThatNobodyCanDial(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	p := r.do(rep1, "POST", at(mine, "/contacts"), `{"name":"张工","mobile":"1380524001","phone":"84350001"}`).problem(422, "invalid_request")
	require.Len(t, p.Errors, 2)
	require.Equal(t, "/mobile", p.Errors[0].Pointer)
	require.Equal(t, "/phone", p.Errors[1].Pointer)
	require.Len(t, r.contacts, 1)
	require.Equal(t, "not_one_of", r.do(rep1, "POST", at(mine, "/contacts"), `{"name":"x","role":"boss"}`).problem(422, "invalid_request").Errors[0].Code)
}

func TestContacts_areEditedFromTheVersionThatWasRead(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.contacts[0].Phone = "old scribble" // from a lead sheet
	out := r.do(rep1, "PATCH", at(mine, "/contacts/c1"), `{"title":"总经理","role":null}`, match("4")).ok(200)
	require.Equal(t, "总经理", out["title"])
	require.Empty(t, out["role"])
	require.Equal(t, "old scribble", out["phone"], "nobody is made to mend what they did not write")
	require.Equal(t, true, out["phone_valid"])
	p := r.do(rep1, "PATCH", at(mine, "/contacts/c1"), `{"title":"x"}`, match("4")).problem(412, "stale_version")
	require.EqualValues(t, 5, *p.Version)
	r.do(rep1, "PATCH", at(mine, "/contacts/c1"), `{"mobile":"12"}`, match("5")).problem(422, "invalid_request")
	r.do(rep1, "PATCH", at(mine, "/contacts/c9"), `{}`, match("5")).problem(404, "not_found")
}

func TestContacts_areReadAndRemoved(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	list := r.do(rep1, "GET", at(mine, "/contacts"), nil).ok(200)
	require.Len(t, list["items"], 1)
	require.Empty(t, list["next_cursor"])
	require.Equal(t, `"4"`, r.do(rep1, "GET", at(mine, "/contacts/c1"), nil).Header().Get("ETag"))
	r.do(rep1, "DELETE", at(mine, "/contacts/c1"), nil).problem(428, "version_required")
	require.EqualValues(t, 4, *r.do(rep1, "DELETE", at(mine, "/contacts/c1"), nil, match("3")).problem(412, "stale_version").Version)
	require.Equal(t, http.StatusNoContent, r.do(rep1, "DELETE", at(mine, "/contacts/c1"), nil, match("4")).Code)
	r.do(rep1, "GET", at(mine, "/contacts/c1"), nil).problem(404, "not_found")
	require.Equal(t, []any{}, r.do(rep1, "GET", at(mine, "/contacts"), nil).ok(200)["items"], "an empty list, never null")
}

func TestDelegations_areForOneselfOrByTheLineAbove(t *testing.T) {
	t.Parallel()
	week := `"since":"2026-03-03T00:00:00Z","until":"2026-03-10T00:00:00Z"`
	for name, c := range map[string]struct {
		as     deal.PersonID
		body   string
		status int
		code   string
		item   string
	}{
		"oneself":             {rep1, `{"to":"` + string(rep2) + `",` + week + `}`, 201, "", ""},
		"from now on":         {rep1, `{"to":"` + string(rep2) + `","until":"2026-03-10T00:00:00Z"}`, 201, "", ""},
		"the manager":         {manager, `{"from":"` + string(rep1) + `","to":"` + string(rep2) + `",` + week + `}`, 201, "", ""},
		"the director":        {director, `{"from":"` + string(rep1) + `","to":"` + string(rep2) + `",` + week + `}`, 201, "", ""},
		"an administrator":    {admin, `{"from":"` + string(director) + `","to":"` + string(manager) + `",` + week + `}`, 201, "", ""},
		"a colleague":         {rep2, `{"from":"` + string(rep1) + `","to":"` + string(rep2) + `",` + week + `}`, 403, "not_your_role", ""},
		"upwards":             {rep1, `{"from":"` + string(manager) + `","to":"` + string(rep1) + `",` + week + `}`, 403, "not_your_role", ""},
		"to oneself":          {rep1, `{"to":"` + string(rep1) + `",` + week + `}`, 422, "invalid_request", "same_person"},
		"to somebody gone":    {rep1, `{"to":"` + string(gone) + `",` + week + `}`, 422, "invalid_request", "unknown_person"},
		"to nobody":           {rep1, `{"to":"x",` + week + `}`, 422, "invalid_request", "unknown_person"},
		"over already":        {rep1, `{"to":"` + string(rep2) + `","until":"2026-03-01T00:00:00Z"}`, 422, "invalid_request", "date_in_past"},
		"backwards":           {rep1, `{"to":"` + string(rep2) + `","since":"2026-03-10T00:00:00Z","until":"2026-03-03T00:00:00Z"}`, 422, "invalid_request", "date_in_past"},
		"since last year":     {rep1, `{"to":"` + string(rep2) + `","since":"2025-03-10T00:00:00Z","until":"2026-03-03T00:00:00Z"}`, 422, "invalid_request", "date_in_past"},
		"for ever":            {rep1, `{"to":"` + string(rep2) + `","until":"2096-03-03T00:00:00Z"}`, 422, "invalid_request", "date_too_far"},
		"in a circle":         {manager, `{"to":"` + string(director) + `",` + week + `}`, 409, "delegation_cycle", "delegation_cycle"},
		"in a wider circle":   {ops, `{"to":"` + string(director) + `",` + week + `}`, 409, "delegation_cycle", "delegation_cycle"},
		"no circle next year": {manager, `{"to":"` + string(director) + `","since":"2027-03-03T00:00:00Z","until":"2027-03-10T00:00:00Z"}`, 201, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.org.Delegations = []deal.Delegation{
				{ID: "d1", From: director, To: manager, Since: noon(), Until: noon().AddDate(0, 1, 0)},
				{ID: "d2", From: manager, To: ops, Since: noon(), Until: noon().AddDate(0, 1, 0)},
			}
			a := r.do(c.as, "POST", "/api/v1/delegations", c.body, key("k"))
			if c.code != "" {
				p := a.problem(c.status, c.code)
				if c.item != "" {
					require.Equal(t, c.item, p.Errors[0].Code)
				}
				require.Len(t, r.org.Delegations, 2)
				return
			}
			first := a.ok(c.status)
			require.Equal(t, first, r.do(c.as, "POST", "/api/v1/delegations", c.body, key("k")).ok(c.status))
			require.Len(t, r.org.Delegations, 3)
		})
	}
}

func TestDelegations_countAtOnceInTheProcessThatMadeThem(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep2, "GET", at(mine, ""), nil).problem(404, "not_found")
	r.do(rep1, "POST", "/api/v1/delegations", `{"to":"`+string(rep2)+`","since":"2026-03-02T12:00:00Z","until":"2026-03-10T00:00:00Z"}`).ok(201)
	r.do(rep2, "GET", at(mine, ""), nil).ok(200)
	require.Len(t, r.do(rep2, "GET", "/api/v1/delegations", nil).ok(200)["items"], 1)
	require.Empty(t, r.do(collector, "GET", "/api/v1/delegations", nil).ok(200)["items"])
	require.Len(t, r.do(manager, "GET", "/api/v1/delegations", nil).ok(200)["items"], 1)
	require.Len(t, r.do(admin, "GET", "/api/v1/delegations", nil).ok(200)["items"], 1)
}

func TestDelegations_areMadeOnceEvenWhenTheAnswerWasNotKept(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := `{"to":"` + string(rep2) + `","until":"2026-03-10T00:00:00Z"}`
	r.do(rep1, "POST", "/api/v1/delegations", body, key("k")).ok(201)
	clear(r.requests)
	r.do(rep1, "POST", "/api/v1/delegations", body, key("k")).ok(201)
	require.Len(t, r.org.Delegations, 1)
}

func TestStoredAnswers_areWhatWasSent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "POST", "/api/v1/notifications/read", `{"ids":["n1"]}`, key("k")).ok(200)
	kept := r.requests[string(rep1)+"/k"]
	require.Equal(t, 200, kept.Status)
	require.True(t, json.Valid(kept.Body))
	r.do(rep1, "POST", "/api/v1/notifications/read", `{"ids":["n1"]}`, key("k")).ok(200)
	require.Equal(t, []string{"n1"}, r.read, "read once")
}
