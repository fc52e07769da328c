package dossier_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func TestFigures_areForTheRolesOfTheRulesAndRepsOfOwnAccounts(t *testing.T) {
	t.Parallel()
	rules := dossier.DefaultRules().Figures
	for role, want := range map[deal.Role][2]bool{ // of others, of own accounts
		deal.Collector: {false, false}, deal.Rep: {false, true}, deal.Manager: {true, true}, deal.Director: {true, true},
		deal.SalesOps: {true, true}, deal.Finance: {true, true}, deal.Admin: {false, false}, deal.Auditor: {true, true},
	} {
		require.Equal(t, want, [2]bool{rules.Shows(role, false), rules.Shows(role, true)}, role)
	}
	require.False(t, dossier.FigureRules{}.Shows(deal.Manager, true))
}

func TestFigures_areHiddenAndKeptInEveryKindThatHasSome(t *testing.T) {
	t.Parallel()
	cost, margin := int64(700), 1200
	for _, c := range []struct {
		full, edited dossier.Record
		pointer      string
	}{
		{dossier.Proposal{Solution: "a", PriceMinor: 1000, CostMinor: &cost}, dossier.Proposal{Solution: "b", PriceMinor: 1000}, "/cost_minor"},
		{dossier.Negotiation{Alternatives: "a", Limits: "not below 9"}, dossier.Negotiation{Alternatives: "b", Limits: "guessed"}, "/limits"},
		{dossier.Evaluation{Lessons: "a", MarginBP: &margin}, dossier.Evaluation{Lessons: "b"}, "/margin_bp"},
	} {
		require.True(t, dossier.HasFigures(c.full.Kind()))
		hidden, pointers := dossier.HideFigures(c.full)
		require.Equal(t, []string{c.pointer}, pointers)
		body, err := dossier.Encode(hidden)
		require.NoError(t, err)
		for _, secret := range []string{"700", "not below 9", "1200"} {
			require.NotContains(t, string(body), secret)
		}
		_, again := dossier.HideFigures(hidden)
		require.Empty(t, again, "what is not there is not called hidden")
		kept := dossier.KeepFigures(c.full, c.edited)
		_, pointers = dossier.HideFigures(kept)
		require.Equal(t, []string{c.pointer}, pointers)
		require.NotEqual(t, c.full, kept, "the edit stands")
		figures, _ := dossier.Encode(kept)
		require.NotContains(t, string(figures), "guessed")
		require.Equal(t, c.edited, dossier.KeepFigures(dossier.Need{}, c.edited), "nothing of the kind is on file")
	}
	need := dossier.Need{Need: "x"}
	same, pointers := dossier.HideFigures(need)
	require.Equal(t, dossier.Record(need), same)
	require.Empty(t, pointers)
	require.False(t, dossier.HasFigures(dossier.NeedKind))
}

func TestFigures_ofFormsAreTheFieldsOfTheRules(t *testing.T) {
	t.Parallel()
	rules := dossier.FigureRules{Fields: []string{"cost", "floor"}}
	content := map[string]any{"cost": 7, "note": "x"}
	shown, hidden := rules.HideFields(content)
	require.Equal(t, map[string]any{"note": "x"}, shown)
	require.Equal(t, []string{"cost"}, hidden)
	require.Equal(t, 7, content["cost"], "the form on file is not touched")
	require.Equal(t, map[string]any{"cost": 7, "note": "y"}, rules.KeepFields(content, map[string]any{"note": "y", "floor": 1}))
	require.Equal(t, map[string]any{"cost": 7}, rules.KeepFields(content, nil))
	same, hidden := rules.HideFields(map[string]any{"note": "x"})
	require.Equal(t, map[string]any{"note": "x"}, same)
	require.Empty(t, hidden)
}
