//go:build e2e

package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"closedloop/deal"
)

// The rows of the table that depend on where the account stands and on what is on file.

func (b bench) impossibleDates(t *testing.T) []bad {
	now, day := time.Now(), func(n int) string { return inOfficeTime().AddDate(0, 0, n).Format(time.DateOnly) }
	ahead, behind := interactionWith(b.before.Contacts[0].ID, "x"), interactionWith(b.before.Contacts[0].ID, "x")
	ahead["at"] = now.Add(time.Hour)
	behind["next_at"] = now.Add(-time.Hour)
	deputy := func(since, until any) data {
		body := data{"to": b.p.person(t, "rep2").ID, "until": until}
		if since != nil {
			body["since"] = since
		}
		return body
	}
	return []bad{
		{name: "a next step in the past", path: b.path("/follow-up"), body: data{"at": now.Add(-time.Minute)}, status: 422, code: "date_in_past", pointer: "/at"},
		{name: "a next step in a thousand years", path: b.path("/follow-up"), body: data{"at": "3026-01-01T09:00:00+08:00"}, status: 422, code: invalid, reason: "date_too_far", pointer: "/at"},
		{name: "an instant without its zone", path: b.path("/follow-up"), body: data{"at": "2030-01-01T09:00:00"}, status: 422, code: invalid, reason: "not_date_time", pointer: "/at"},
		{name: "a pause until yesterday", path: b.path("/pause"), body: data{"reason": "x", "resume_on": day(-1)}, status: 422, code: "date_in_past", pointer: "/resume_on"},
		{name: "a pause until today", path: b.path("/pause"), body: data{"reason": "x", "resume_on": day(0)}, status: 422, code: "date_in_past", pointer: "/resume_on"},
		{name: "a pause until a day that is none", path: b.path("/pause"), body: data{"reason": "x", "resume_on": "2027-02-30"}, status: 422, code: invalid, reason: "not_date", pointer: "/resume_on"},
		{name: "a meeting that has not happened", path: b.path("/interactions"), body: ahead, status: 422, code: "date_in_future", pointer: "/at"},
		{name: "a meeting with a next step in the past", path: b.path("/interactions"), body: behind, status: 422, code: "date_in_past", pointer: "/next_at"},
		{name: "a deputy until yesterday", path: "/delegations", body: deputy(nil, now.Add(-24*time.Hour)), status: 422, code: invalid, reason: "date_in_past", pointer: "/until"},
		{name: "a deputy since last week", path: "/delegations", body: deputy(now.Add(-7*24*time.Hour), now.Add(time.Hour)), status: 422, code: invalid, reason: "date_in_past", pointer: "/since"},
	}
}

func (b bench) outOfOrder() []bad {
	ask := func(kind deal.ApprovalKind, step deal.Step) data {
		return data{"kind": kind, "subject": data{"type": "form", "id": step, "version": b.before.Form.Version}}
	}
	return []bad{
		{name: "leaving another step", path: b.path("/advance"), body: data{"from": "survey"}, status: 409, code: "step_moved", pointer: "/from"},
		{name: "leaving the step before once more", path: b.path("/advance"), body: data{"from": "collect"}, status: 409, code: "step_moved", pointer: "/from"},
		{name: "going back to where no road leads", path: b.path("/return"), body: data{"to": "sign", "reason": "x"}, status: 409, code: "return_not_allowed", pointer: "/to"},
		{name: "going back to the same step", path: b.path("/return"), body: data{"to": "screen", "reason": "x"}, status: 409, code: "return_not_allowed", pointer: "/to"},
		{name: "the form of a step to come", method: put, path: b.formPath(deal.Plan), body: data{"content": data{"planning_note": "x"}}, set: []with{ifMatch(0)}, status: 409, code: "step_moved"},
		{name: "a second review", path: b.path("/intake"), body: data{"decision": "accept"}, status: 409, code: "intake_decided"},
		{name: "a request of a step to come", path: b.path("/approvals"), body: ask(deal.Contract, deal.Sign), status: 409, code: "kind_not_here", pointer: "/kind"},
		{name: "a second request", path: b.path("/approvals"), body: data{"kind": "filing", "subject": b.pending.Subject}, status: 409, code: "already_pending"},
		{name: "resuming what runs", path: b.path("/resume"), status: 409, code: "not_paused"},
		{name: "reopening what is open", path: b.path("/reopen"), body: data{"reason": "x"}, status: 409, code: "not_closed"},
		{name: "a second cycle of a first", path: b.path("/second-development"), body: data{"goal": "x"}, status: 409, code: "not_resting"},
	}
}

func (b bench) foreignObjects(t *testing.T) []bad {
	theirs := b.foreign.contacts(t)[0].ID
	unknown := "0198a7a0-0000-7000-8000-00000000abcd"
	met := interactionWith(theirs, "x")
	return []bad{
		{name: "a meeting with their contact", path: b.path("/interactions"), body: met, status: 422, code: "unknown_contact", pointer: "/with"},
		{name: "their contact under our account", method: patch, path: b.path("/contacts/" + theirs), body: data{"title": "x"}, set: []with{ifMatch(1)}, status: 404, code: "not_found"},
		{name: "removing their contact", method: http.MethodDelete, path: b.path("/contacts/" + theirs), set: []with{ifMatch(1)}, status: 404, code: "not_found"},
		{name: "an owner nobody knows", who: "manager1", path: b.path("/assign"), body: data{"owner": unknown, "reason": "x"}, status: 422, code: "unknown_person", pointer: "/owner"},
		{name: "an owner who owns nothing", who: "manager1", path: b.path("/assign"), body: data{"owner": b.p.person(t, "finance1").ID, "reason": "x"}, status: 422, code: "not_a_rep", pointer: "/owner"},
		{name: "a seat for somebody nobody knows", who: "manager1", path: "/approvals/" + b.pending.ID + "/transfer", body: data{"to": unknown, "reason": "x"}, status: 422, code: "unknown_person", pointer: "/to"},
		{name: "a request that does not exist", path: "/approvals/" + unknown + "/decision", body: data{"decision": "approve", "version": 1}, status: 404, code: "not_found"},
		{name: "a task that does not exist", path: "/tasks/" + unknown + "/done", status: 404, code: "not_found"},
		{name: "an account that cannot be one", method: http.MethodGet, path: "/accounts/42", status: 404, code: "not_found"},
		{name: "their account", method: http.MethodGet, path: b.foreign.path(""), status: 404, code: "not_found"},
		{name: "an import that does not exist", method: http.MethodGet, path: "/imports/" + unknown, status: 404, code: "not_found"},
		{name: "a playbook nobody ships", method: http.MethodGet, path: "/playbooks/none", status: 404, code: "not_found"},
		{name: "a deputy nobody knows", path: "/delegations", body: data{"to": unknown, "until": time.Now().Add(time.Hour)}, status: 422, code: invalid, reason: "unknown_person", pointer: "/to"},
	}
}

func (b bench) staleVersions() []bad {
	const match = "header/If-Match"
	old := b.before.Form.Version - 1
	contact := b.before.Contacts[0]
	decide := "/approvals/" + b.pending.ID + "/decision"
	return []bad{
		{name: "a form that was written since", method: put, path: b.formPath(deal.Screen), body: data{"content": data{}}, set: []with{ifMatch(old)}, status: 412, code: "stale_version", pointer: match},
		{name: "a form that seems new", method: put, path: b.formPath(deal.Collect), body: data{"content": data{}}, set: []with{ifMatch(0)}, status: 412, code: "stale_version", pointer: match},
		{name: "a form without its version", method: put, path: b.formPath(deal.Screen), body: data{"content": data{}}, status: 428, code: "version_required", pointer: match},
		{name: "a form at whatever version", method: put, path: b.formPath(deal.Screen), body: data{"content": data{}}, set: []with{header("If-Match", "*")}, status: 428, code: "version_required", pointer: match},
		{name: "a version that is none", method: put, path: b.formPath(deal.Screen), body: data{"content": data{}}, set: []with{header("If-Match", "abc")}, status: 422, code: invalid, reason: "bad_version", pointer: match},
		{name: "a profile that was edited since", method: patch, path: b.path(""), body: data{"industry": "x"}, set: []with{ifMatch(b.before.Account.Profile.Version + 1)}, status: 412, code: "stale_version", pointer: match},
		{name: "a profile without its version", method: patch, path: b.path(""), body: data{"industry": "x"}, status: 428, code: "version_required", pointer: match},
		{name: "a contact that was edited since", method: patch, path: b.path("/contacts/" + contact.ID), body: data{"title": "x"}, set: []with{ifMatch(contact.Version + 1)}, status: 412, code: "stale_version", pointer: match},
		{name: "removing a contact that was edited since", method: http.MethodDelete, path: b.path("/contacts/" + contact.ID), set: []with{ifMatch(contact.Version + 1)}, status: 412, code: "stale_version", pointer: match},
		{name: "deciding about a version that was not submitted", who: "manager1", path: decide, body: data{"decision": "approve", "version": old}, status: 409, code: "subject_changed", pointer: "/version"},
		{name: "a request about a version that is gone", who: "manager1", path: b.path("/approvals"), body: data{"kind": "trial_waiver", "subject": data{"type": "form", "id": "trial", "version": 1}}, status: 409, code: "kind_not_here", pointer: "/kind"},
	}
}

func (b bench) unknownRoutes() []bad {
	return []bad{
		{name: "a path", method: http.MethodGet, path: "/nothing", status: 404, code: "unknown_route"},
		{name: "a word below an account", path: b.path("/abolish"), body: data{}, status: 404, code: "unknown_route"},
		{name: "another version of the API", method: http.MethodGet, path: "/api/v2/accounts", status: 404, code: "unknown_route"},
		{name: "a method of the list", method: put, path: "/accounts", body: data{}, status: 405, code: "method_not_allowed"},
		{name: "a method of an account", method: http.MethodDelete, path: b.path(""), status: 405, code: "method_not_allowed"},
		{name: "reading a command", method: http.MethodGet, path: b.path("/advance"), status: 405, code: "method_not_allowed"},
	}
}
