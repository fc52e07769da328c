package api_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// figured is a rig with a proposal in two versions, a negotiation and an evaluation, all with figures, and a form with some.
func figured(t *testing.T) *rig {
	r := newRig(t)
	r.do(rep1, "PUT", at(mine, "/proposal"), `{"solution":"a","price":"100000","cost":"71171","currency":"CNY"}`, match("0")).ok(200)
	r.do(rep1, "PUT", at(mine, "/proposal"), `{"solution":"b","price":"100000","cost":"72272","currency":"CNY"}`, match("1")).ok(200)
	r.do(rep1, "PUT", at(mine, "/negotiation"), `{"alternatives":"wait","limits":"not below 73373"}`, match("0")).ok(200)
	r.do(rep1, "POST", at(mine, "/evaluations"), `{"on":"2026-03-01","margin_bp":7447,"lessons":"x"}`, key("e")).ok(201)
	r.records.Forms = []deal.Form{{Step: deal.Plan, Cycle: 1, Version: 2, Content: map[string]any{"price": "1", "cost_budget_minor": 75575}}}
	r.files.history = view.History{
		Log: []deal.Event{
			{Account: mine, Seq: 1, Cycle: 1, Step: deal.Collect, Body: deal.Opened{Owner: rep1, Team: team}, At: noon().AddDate(0, 0, -1)},
			{Account: mine, Seq: 2, Cycle: 1, Step: deal.Collect, Body: deal.StepLeft{To: deal.Plan, Direction: deal.Forward}, At: noon().AddDate(0, 0, -1)},
		},
		Forms: r.records.Forms, Dossier: r.files.now,
	}
	return r
}

func secrets() []string { return []string{"71171", "72272", "73373", "7447", "75575", "2772"} }

func TestFigures_areHiddenFromEveryPlaceForRolesThatTheRulesDoNotName(t *testing.T) {
	t.Parallel()
	r := figured(t)
	paths := []string{
		"/proposal", "/proposal/versions", "/proposal/diff", "/negotiation", "/negotiation/versions", "/evaluations", "/steps/plan/form",
		"/battle-map", "/proposal/versions?format=csv", "/evaluations?format=csv",
	}
	for _, path := range paths {
		shown := r.do(manager, "GET", at(mine, path), nil)
		require.Equal(t, 200, shown.Code, shown.Body.String())
		require.True(t, holds(shown.Body.String()), "%s has figures for the line above: %s", path, shown.Body.String())
	}
	r.files.rules.Figures.Roles = []deal.Role{deal.Rep, deal.Director}
	for _, path := range paths {
		a := r.do(manager, "GET", at(mine, path), nil)
		require.Equal(t, 200, a.Code, a.Body.String())
		require.False(t, holds(a.Body.String()), "%s hides figures: %s", path, a.Body.String())
		require.True(t, holds(r.do(rep1, "GET", at(mine, path), nil).Body.String()), "%s shows them to the owner", path)
	}
	require.Equal(t, []any{"/cost"}, r.do(manager, "GET", at(mine, "/proposal"), nil).ok(200)["hidden"])
	require.NotContains(t, r.do(rep1, "GET", at(mine, "/proposal"), nil).ok(200), "hidden")
	require.Equal(t, []any{"cost_budget_minor"}, r.do(manager, "GET", at(mine, "/steps/plan/form"), nil).ok(200)["hidden"])
	changes := r.do(manager, "GET", at(mine, "/proposal/diff"), nil).ok(200)["changes"].([]any)
	require.Len(t, changes, 1, "only the solution has changed for this reader")
}

func holds(body string) bool {
	for _, s := range secrets() {
		if strings.Contains(body, s) {
			return true
		}
	}
	return false
}

func TestFigures_areForTheRepWhoOwnsTheAccountAndNotForAnother(t *testing.T) {
	t.Parallel()
	r := figured(t)
	r.named = rep2 // whoever is asked for one approval sees the account
	require.False(t, holds(r.do(rep2, "GET", at(mine, "/proposal"), nil).Body.String()))
	require.False(t, holds(r.do(rep2, "GET", at(mine, "/battle-map"), nil).Body.String()))
	require.Equal(t, 200, r.do(rep2, "GET", at(mine, "/battle-map?at=2026-03-01T13:00:00Z"), nil).Code)
	require.False(t, holds(r.do(rep2, "GET", at(mine, "/battle-map?at=2026-03-01T13:00:00Z"), nil).Body.String()), "nor in the past")
	require.True(t, holds(r.do(auditor, "GET", at(mine, "/proposal"), nil).Body.String()))
}

func TestFigures_surviveAnEditByWhoCannotSeeThem(t *testing.T) {
	t.Parallel()
	r := figured(t)
	r.files.rules.Figures = dossier.FigureRules{Roles: []deal.Role{deal.Rep}, Fields: []string{"cost_budget_minor"}}
	out := r.do(manager, "PUT", at(mine, "/proposal"), `{"solution":"c","price":"1000","cost":"1","currency":"CNY"}`, match("2")).ok(200)
	require.Nil(t, content(out)["cost"])
	require.Equal(t, []any{"/cost"}, out["hidden"])
	out = content(r.do(rep1, "GET", at(mine, "/proposal"), nil).ok(200))
	require.Equal(t, []any{"c", "72272.00"}, []any{out["solution"], out["cost"]})
	form := r.do(manager, "PUT", at(mine, "/steps/plan/form"), `{"content":{"price":"2"}}`, match("2")).ok(200)
	require.Equal(t, map[string]any{"price": "2"}, form["content"])
	require.Equal(t, map[string]any{"price": "2", "cost_budget_minor": 75575.0}, r.do(rep1, "GET", at(mine, "/steps/plan/form"), nil).ok(200)["content"])
}
