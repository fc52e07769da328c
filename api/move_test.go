package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/playbook"
)

func TestMovePlaybook_isACommandWithAReason(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	out := r.do(manager, "POST", at(mine, "/playbook"), `{"playbook":"express","version":2,"reason":"new gates"}`, key("k")).ok(200)
	require.InDelta(t, 8, out["seq"], 0)
	require.Equal(t, string(mine), out["account"].(map[string]any)["id"])
	require.NotContains(t, out, "preview")
	require.Len(t, r.sent, 1)
	sent, ok := r.sent[0].Body.(deal.MovePlaybook)
	require.True(t, ok)
	require.Equal(t, deal.BookRef{Name: "express", Version: 2}, sent.To)
	require.NotNil(t, sent.Reason)
	require.Equal(t, "new gates", r.staged[r.sent[0].Key].Texts[sent.Reason.ID])
	for _, body := range []string{`{"version":2,"reason":"x"}`, `{"playbook":"express","reason":"x"}`, `{"playbook":"express","version":0,"reason":"x"}`} {
		r.do(manager, "POST", at(mine, "/playbook"), body).problem(422, "invalid_request")
	}
}

func TestMovePlaybook_previewsWithoutWriting(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.state.Clocks = []deal.Clock{{ID: "step/step", Kind: deal.StepClock, Due: noon()}}
	label := deal.Text{ZH: "备注", EN: "Note"}
	r.shelf.change = playbook.Change{
		Gate: playbook.GateChange{After: deal.Refusals{{Code: deal.CodeGateUnmet, Item: "rival_missing", Text: deal.Text{ZH: "缺少对手", EN: "no rival"}}}},
		Steps: []playbook.StepChange{{Step: deal.Plan, Place: playbook.Here, Fields: []playbook.FieldChange{
			{Path: "note", Edit: playbook.Removed, OnFile: true, Before: &playbook.Field{Name: "note", Label: label}},
			{Path: "empty", Edit: playbook.Removed, Before: &playbook.Field{Name: "empty", Label: label}},
		}}},
	}
	r.shelf.clocks = []deal.Clock{{
		ID: "step/step", Kind: deal.StepClock, Due: noon().AddDate(0, 0, 3), Breached: true, Rungs: []deal.Rung{{Name: deal.Superior, At: noon().AddDate(0, 0, 4)}},
	}}
	out := r.do(rep1, "POST", at(mine, "/playbook"), `{"playbook":"express","version":2,"preview":true}`).ok(200)
	require.InDelta(t, 7, out["seq"], 0)
	require.NotContains(t, out, "account")
	p := out["preview"].(map[string]any)
	require.Equal(t, map[string]any{"name": "express", "version": 1.0}, p["from"])
	require.Equal(t, "no rival", p["gate"].(map[string]any)["after"].([]any)[0].(map[string]any)["text"])
	require.Empty(t, p["gate"].(map[string]any)["before"])
	require.Equal(t, []any{map[string]any{"step": "plan", "path": "note", "label": "Note"}}, p["lost"])
	deadline := p["deadlines"].([]any)[0].(map[string]any)
	require.Equal(t, "2026-03-05T12:00:00Z", deadline["due"])
	require.Equal(t, "2026-03-02T12:00:00Z", deadline["now"])
	require.Equal(t, true, deadline["overdue"])
	require.Equal(t, "superior", deadline["rungs"].([]any)[0].(map[string]any)["rung"])
	require.Empty(t, r.sent)
	require.Empty(t, r.staged)
	require.Equal(t, 1, r.shelf.refreshed)
}

func TestMovePlaybook_previewsNoVersionThatDoesNotServe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := `{"playbook":"express","version":2,"preview":true}`
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{{deal.ErrNotFound, 422, "unknown_playbook"}, {playbook.ErrUnusable, 409, "playbook_unusable"}, {playbook.ErrOutdated, 409, "playbook_outdated"}} {
		r.shelf.moveErr = c.err
		r.do(manager, "POST", at(mine, "/playbook"), body).problem(c.status, c.code)
	}
	r.do(manager, "POST", at(mine, "/playbook"), `{"playbook":"express","version":1,"preview":true}`).problem(409, "same_playbook")
	r.do(manager, "POST", at(foreign, "/playbook"), body).problem(404, "not_found")
}
