package dossier_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func TestDiff_namesTheFieldsThatDiffer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*dossier.Proposal)
		want   []dossier.Change
	}{
		"nothing": {func(*dossier.Proposal) {}, nil},
		"a text and the price": {func(p *dossier.Proposal) { p.Solution, p.PriceMinor = "paper boxes", 60_000_000 }, []dossier.Change{
			{Op: dossier.FieldChanged, Pointer: "/solution", From: "foam boxes", To: "paper boxes"},
			{Op: dossier.FieldChanged, Pointer: "/price_minor", From: 5e7, To: 6e7},
		}},
		"a number that is not known any more": {func(p *dossier.Proposal) { p.CostMinor = nil }, []dossier.Change{
			{Op: dossier.FieldChanged, Pointer: "/cost_minor", From: 4e7},
		}},
		"a cell of a row": {func(p *dossier.Proposal) {
			p.Milestones = []dossier.Milestone{p.Milestones[0], edited(p.Milestones[1], func(m *dossier.Milestone) { m.DueOn = "2026-12-31" })}
		}, []dossier.Change{
			{Op: dossier.FieldChanged, Pointer: "/milestones/1/due_on", From: "2026-12-15", To: "2026-12-31"},
		}},
		"a row put in first": {func(p *dossier.Proposal) {
			p.Owners = []deal.PersonID{"manager1", "rep1"}
		}, []dossier.Change{{Op: dossier.RowAdded, Pointer: "/owners/0", To: "manager1"}}},
		"a row taken out": {func(p *dossier.Proposal) { p.Milestones = p.Milestones[1:] }, []dossier.Change{
			{Op: dossier.RowRemoved, Pointer: "/milestones/0", From: map[string]any{"milestone": "boxes ordered", "due_on": "2026-12-01", "owner": "rep1"}},
		}},
		"the last row": {func(p *dossier.Proposal) { p.Owners = nil }, []dossier.Change{{Op: dossier.RowRemoved, Pointer: "/owners/0", From: "rep1"}}},
	} {
		got, err := dossier.Diff(filledProposal(), edited(filledProposal(), c.change))
		require.NoError(t, err)
		require.Equal(t, c.want, got, name)
	}
}

func TestDiff_seesAGroupComeAndGo(t *testing.T) {
	t.Parallel()
	a, b := dossier.Stakeholder{Contact: "a"}, dossier.Stakeholder{Contact: "a", Support: &dossier.Support{Level: 1, On: today, Evidence: "x"}}
	group := map[string]any{"level": 1.0, "on": string(today), "evidence": "x"}
	got, err := dossier.Diff(a, b)
	require.NoError(t, err)
	require.Equal(t, []dossier.Change{{Op: dossier.FieldChanged, Pointer: "/support", To: group}}, got)
	got, err = dossier.Diff(b, a)
	require.NoError(t, err)
	require.Equal(t, []dossier.Change{{Op: dossier.FieldChanged, Pointer: "/support", From: group}}, got)
	c := b
	c.Support = &dossier.Support{Level: 2, On: today, Evidence: "x"}
	got, err = dossier.Diff(b, c)
	require.NoError(t, err)
	require.Equal(t, []dossier.Change{{Op: dossier.FieldChanged, Pointer: "/support/level", From: 1.0, To: 2.0}}, got)
}

func TestDiff_refusesToCompareDifferentKinds(t *testing.T) {
	t.Parallel()
	_, err := dossier.Diff(dossier.Need{}, dossier.Rival{})
	require.ErrorIs(t, err, dossier.ErrUnknownKind)
}

func TestDiff_isEmptyExactlyForEqualRecords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		info := rapid.SampledFrom(dossier.Kinds()).Draw(t, "kind")
		draw := func(what string) dossier.Record {
			body, err := json.Marshal(content(t, dossier.Describe(info.Kind), what))
			require.NoError(t, err)
			r, no, err := dossier.Decode(info.Kind, body)
			require.NoError(t, err)
			require.Empty(t, no)
			return r
		}
		a, b := draw("a"), draw("b")
		first, err := dossier.Encode(a)
		require.NoError(t, err)
		second, err := dossier.Encode(b)
		require.NoError(t, err)
		changes, err := dossier.Diff(a, b)
		require.NoError(t, err)
		require.Equal(t, string(first) == string(second), len(changes) == 0)
		back, err := dossier.Diff(b, a)
		require.NoError(t, err)
		require.Len(t, back, len(changes), "there and back")
		same, err := dossier.Diff(a, a)
		require.NoError(t, err)
		require.Empty(t, same)
	})
}

// content is something that has the shape of a kind, whatever it says.
func content(t *rapid.T, fields []dossier.FieldInfo, what string) map[string]any {
	out := map[string]any{}
	for _, f := range fields {
		if rapid.IntRange(0, 3).Draw(t, what) == 0 {
			continue // left out
		}
		out[f.Name] = value(t, f, what)
	}
	return out
}

func value(t *rapid.T, f dossier.FieldInfo, what string) any {
	text := rapid.SampledFrom([]string{"", "a", "b", "2026-11-01", "2026-13-01", "good", "red", hash, "\n", "长", "{0}"})
	switch f.Type {
	case dossier.WholeField:
		return rapid.SampledFrom([]int64{-3, 0, 1, 3, 5, 6, 90, 1 << 53}).Draw(t, what)
	case dossier.YesNoField:
		return rapid.Bool().Draw(t, what)
	case dossier.ChoiceField:
		return rapid.SampledFrom(append([]dossier.Member{{Value: "?"}, {Value: ""}}, f.Choices...)).Draw(t, what).Value
	case dossier.GroupField:
		return content(t, f.Fields, what)
	case dossier.RowsField:
		rows := []any{}
		for range rapid.IntRange(0, 3).Draw(t, what) {
			rows = append(rows, content(t, f.Fields, what))
		}
		return rows
	case dossier.ListField:
		return rapid.SliceOfN(text, 0, 3).Draw(t, what)
	case dossier.TextField, dossier.DayField, dossier.InstantField, dossier.PersonField:
	}
	return text.Draw(t, what)
}

// Whatever has the right shape is judged, described, masked, erased and summed up without falling over.
func TestRecords_bearAnyContent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var file []dossier.Record
		for _, info := range dossier.Kinds() {
			body, err := json.Marshal(content(t, dossier.Describe(info.Kind), string(info.Kind)))
			require.NoError(t, err)
			r, no, err := dossier.Decode(info.Kind, body)
			require.NoError(t, err)
			require.Empty(t, no)
			for _, no := range r.Validate(now) {
				require.NotEmpty(t, no.Field)
				require.NotEmpty(t, no.Text.ZH)
				require.NotEmpty(t, no.Hint.EN)
			}
			again, no, err := dossier.Decode(info.Kind, must(dossier.Encode(r)))
			require.NoError(t, err)
			require.Empty(t, no)
			require.Equal(t, r, again)
			left, what := dossier.Erase(r, "a")
			if what != dossier.Removed {
				for _, ref := range dossier.References(left) {
					require.False(t, ref.To == dossier.ToContact && ref.ID == "a")
				}
			}
			file = append(file, r)
		}
		facts := dossier.Summarise(dossier.Input{
			Now: now, State: visiting, Contacts: []deal.Contact{{ID: "a", Role: deal.DeciderRole}}, File: on(file...), Rules: dossier.DefaultRules(),
		})
		require.GreaterOrEqual(t, facts.TrialCriteria, facts.TrialFailed+facts.TrialOpen)
		require.GreaterOrEqual(t, facts.VetoesHit, facts.VetoesOpen)
		require.GreaterOrEqual(t, facts.NeedsCount, facts.NeedsPrioritised)
	})
}

func must(body []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return body
}
