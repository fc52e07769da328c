package api_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

func ofRep1() []deal.Held {
	return []deal.Held{
		{Account: mine, Number: "KA-2026-0001", Name: "晨风集团", Territory: "开发区", Holds: deal.Holdings{Owner: true, Tasks: 2}},
		{Account: foreign, Number: "KA-2026-0002", Name: "海天酒店", Territory: "宿城区", Holds: deal.Holdings{Tasks: 1, Seats: 1, Requests: 1}},
	}
}

func path(id deal.PersonID) string { return "/api/v1/users/" + string(id) + "/handover" }

func to(ids ...deal.PersonID) map[string]any {
	successors := []map[string]any{}
	for _, id := range ids {
		successors = append(successors, map[string]any{"to": string(id)})
	}
	return map[string]any{"reason": "moves to another town", "successors": successors}
}

func TestHandover_isOrderedOnceAndShowsHowFarItIs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.handing.held = ofRep1()
	a := r.do(manager, "POST", path(rep1), to(rep2), key("k"))
	out := a.ok(202)
	require.Equal(t, "/api/v1/handovers/"+out["id"].(string), a.Header().Get("Location"))
	require.Equal(t, []any{"running", 2.0, 0.0}, []any{out["status"], out["planned"], out["moved"]})
	require.Equal(t, out, r.do(manager, "POST", path(rep1), to(rep2), key("k")).ok(202))
	require.Len(t, r.handing.orders, 1)
	order := r.handing.orders[0]
	require.Equal(t, []any{manager, "moves to another town", rep1, false}, []any{order.By, order.Reason, order.Succession.From, order.Deactivate})
	require.Equal(t, []deal.PersonID{rep2, rep2}, []deal.PersonID{order.Moves[0].To, order.Moves[1].To})

	r.handing.over[0].Moved, r.handing.over[0].Planned, r.handing.over[0].Failed, r.handing.over[0].Status = 1, 0, 1, view.HandoverLeft
	r.handing.moves = []view.HandoverMove{
		{Position: 1, Round: 1, Account: mine, Number: "KA-2026-0001", Name: "晨风集团", To: rep2, Status: view.MoveDone, Seq: 7, MovedAt: noon(), Attempts: 1},
		{Position: 2, Round: 1, Account: foreign, To: rep2, Status: view.MoveFailed, Attempts: 3, Reasons: deal.Refusals{{Code: deal.CodeNoApprover}}},
	}
	for _, who := range []deal.PersonID{manager, director, ops, admin, auditor, rep1, rep2} {
		got := r.do(who, "GET", "/api/v1/handovers/"+order.ID, nil).ok(200)
		require.Equal(t, []any{"left", 1.0, 1.0}, []any{got["status"], got["moved"], got["failed"]}, who)
	}
	r.do(collector, "GET", "/api/v1/handovers/"+order.ID, nil).problem(404, "not_found")
	r.do(collector, "GET", "/api/v1/handovers/"+order.ID+"/moves", nil).problem(404, "not_found")
	items := r.do(manager, "GET", "/api/v1/handovers/"+order.ID+"/moves?status=failed", nil).ok(200)["items"].([]any)
	require.Len(t, items, 1)
	require.Equal(t, "no_approver", items[0].(map[string]any)["reasons"].([]any)[0].(map[string]any)["code"])
	first := r.do(manager, "GET", "/api/v1/handovers/"+order.ID+"/moves?limit=1", nil).ok(200)
	require.NotEmpty(t, first["next_cursor"])
	lines := r.do(manager, "GET", "/api/v1/handovers/"+order.ID+"/moves?format=csv", nil).lines()
	require.Equal(t, "KA-2026-0001", lines[1][0])

	require.Len(t, r.do(manager, "GET", path(rep1)+"s", nil).ok(200)["items"], 1)
	r.do(rep2, "GET", path(rep1)+"s", nil).problem(404, "not_found")
	r.do(manager, "GET", "/api/v1/users/nobody/handovers", nil).problem(404, "not_found")
	r.do(manager, "GET", "/api/v1/handovers/nowhere", nil).problem(404, "not_found")
}

func TestHandover_triedDryTellsEverythingAndMovesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.handing.held = ofRep1()
	body := to(rep2, gone, manager)
	body["dry_run"] = true
	out := r.do(director, "POST", path(rep1), body).ok(200)
	require.Equal(t, []any{"dry_run", true, 2.0}, []any{out["status"], out["dry_run"], out["planned"]})
	moves := out["moves"].([]any)
	require.Len(t, moves, 2)
	first := moves[0].(map[string]any)
	require.Equal(t, []any{"KA-2026-0001", "rep2", true}, []any{
		first["account"].(map[string]any)["number"], first["to"].(map[string]any)["login"], first["holds"].(map[string]any)["owner"],
	})
	require.Equal(t, "unknown_person", moves[1].(map[string]any)["reasons"].([]any)[0].(map[string]any)["code"])
	problems := out["problems"].([]any)
	require.Equal(t, []any{"unknown_person", "/successors/1/to"}, []any{problems[0].(map[string]any)["code"], problems[0].(map[string]any)["pointer"]})
	require.NotEmpty(t, problems[0].(map[string]any)["hint"])
	require.Empty(t, r.handing.orders)
	require.Empty(t, r.requests, "a rehearsal is not kept")

	delete(body, "dry_run")
	r.do(director, "POST", path(rep1), body).problem(422, "unknown_person")
	require.Empty(t, r.handing.orders)
}

func TestHandover_refusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.handing.held = ofRep1()
	for _, who := range []deal.PersonID{rep1, rep2, collector, ops, admin, auditor} {
		r.do(who, "POST", path(rep1), to(rep2)).problem(403, "not_your_role")
	}
	require.Zero(t, r.handing.looked, "nothing is looked up for who may not know")
	r.do(manager, "POST", "/api/v1/users/nobody/handover", to(rep2)).problem(404, "not_found")
	r.do(manager, "POST", path(rep1), to()).problem(422, "no_successor")
	r.do(manager, "POST", path(rep1), to(rep1)).problem(409, "same_owner")
	blank := to(rep2)
	blank["reason"] = "  "
	r.do(manager, "POST", path(rep1), blank).problem(422, "reason_missing")
	twice := to(rep2)
	twice["successors"] = []map[string]any{{"to": string(rep2), "accounts": []string{string(mine), string(mine), "elsewhere"}}}
	p := r.do(manager, "POST", path(rep1), twice).problem(422, "named_twice")
	text, err := json.Marshal(p)
	require.NoError(t, err)
	for _, code := range []string{"named_twice", "not_theirs", "no_successor"} {
		require.Contains(t, string(text), `"`+code+`"`, "all reasons at once")
	}
	for _, who := range []deal.PersonID{ops, admin} {
		r.do(who, "POST", path(gone), to(rep2)).ok(202)
	}
	r.handing.refused = refusal{deal.CodeHandoverRunning}
	r.do(manager, "POST", path(rep1), to(rep2)).problem(409, "handover_running")
}

// refusal is a constraint of the database that ordinary callers run into.
type refusal struct{ code deal.Code }

func (r refusal) Error() string         { return string(r.code) }
func (r refusal) Refusal() deal.Refusal { return deal.Refusal{Code: r.code} }
