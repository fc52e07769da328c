package dossier_test

import (
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func TestKinds_areEachKnownByOneWordAndOnePath(t *testing.T) {
	t.Parallel()
	kinds, paths := map[dossier.Kind]bool{}, map[string]bool{}
	for _, info := range dossier.Kinds() {
		require.False(t, kinds[info.Kind] || paths[info.Path], info.Kind)
		kinds[info.Kind], paths[info.Path] = true, true
		require.Regexp(t, `^[a-z]+(_[a-z]+)*$`, string(info.Kind))
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, info.Path)
		require.NotZero(t, info.Step.Number(), info.Kind)
		require.NotEmpty(t, info.Label.ZH)
		require.NotEmpty(t, info.Label.EN)
		require.Equal(t, info.Kind, info.New().Kind())
		require.Equal(t, reflect.Struct, reflect.TypeOf(info.New()).Kind(), "by value")
		at, ok := dossier.KindAt(info.Path)
		require.True(t, ok)
		require.Equal(t, info.Kind, at.Kind)
	}
	for _, r := range filled() {
		require.True(t, kinds[r.Kind()], r.Kind())
		delete(kinds, r.Kind())
	}
	require.Empty(t, kinds, "kinds without an example in these tests")
	_, ok := dossier.KindOf("gossip")
	require.False(t, ok)
	_, ok = dossier.KindAt("gossip")
	require.False(t, ok)
}

func TestKinds_thatAreSingleNeedNoKey(t *testing.T) {
	t.Parallel()
	for _, info := range dossier.Kinds() {
		_, keyed := info.New().(dossier.Keyed)
		require.False(t, info.Single && keyed, info.Kind)
	}
}

func TestKeys_tellRecordsApart(t *testing.T) {
	t.Parallel()
	for _, r := range filled() {
		k, ok := r.(dossier.Keyed)
		if !ok {
			continue
		}
		if trial, is := r.(dossier.Trial); is {
			require.Empty(t, trial.Key(), "the only sample has no name")
			trial.Sample = "B"
			require.Equal(t, "B", trial.Key())
			continue
		}
		require.NotEmpty(t, k.Key(), r.Kind())
	}
	require.Equal(t, dossier.Rival{Name: " SF "}.Key(), dossier.Rival{Name: "sf"}.Key())
	there, back := dossier.Relation{From: "a", To: "b", Type: dossier.Trusts}, dossier.Relation{From: "b", To: "a", Type: dossier.Trusts}
	require.NotEqual(t, there.Key(), back.Key())
}

func TestDescribe_callsEveryFieldByNameInBothLanguages(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	var walk func(where string, fields []dossier.FieldInfo)
	walk = func(where string, fields []dossier.FieldInfo) {
		for _, f := range fields {
			at := where + "." + f.Name
			require.Regexp(t, `^[a-z][a-z0-9]*(_[a-z0-9]+)*$`, f.Name, at)
			require.NotEmpty(t, f.Type, "%s: a field of a type that nothing here knows", at)
			require.NotEqual(t, deal.Text{ZH: f.Name, EN: f.Name}, f.Label, "%s has no label", at)
			require.NotEmpty(t, f.Label.ZH, at)
			require.NotEmpty(t, f.Label.EN, at)
			require.Equal(t, f.Type == dossier.ChoiceField, len(f.Choices) > 0, at)
			require.Equal(t, f.Type == dossier.GroupField || f.Type == dossier.RowsField, len(f.Fields) > 0, at)
			used[f.Name] = true
			walk(at, f.Fields)
		}
	}
	for _, info := range dossier.Kinds() {
		fields := dossier.Describe(info.Kind)
		require.NotEmpty(t, fields, info.Kind)
		walk(string(info.Kind), fields)
	}
	for _, name := range dossier.FieldNames() {
		require.True(t, used[name], "a label for %q, which is no field", name)
	}
	require.Empty(t, dossier.Describe("gossip"))
}

func TestSets_haveWordsForEveryMember(t *testing.T) {
	t.Parallel()
	names, identifier := map[string]bool{}, regexp.MustCompile(`^[a-zA-Z]+(_[a-z]+)*$`)
	for _, s := range dossier.Sets() {
		require.False(t, names[s.Name], s.Name)
		names[s.Name] = true
		values, zh, en := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for _, m := range s.Members {
			require.Regexp(t, identifier, m.Value, s.Name)
			require.NotEmpty(t, m.Label.ZH, m.Value)
			require.NotEmpty(t, m.Label.EN, m.Value)
			require.False(t, values[m.Value] || zh[m.Label.ZH] || en[m.Label.EN], "%s: %s twice", s.Name, m.Value)
			values[m.Value], zh[m.Label.ZH], en[m.Label.EN] = true, true, true
		}
	}
	require.Len(t, names, 28)
}

// closed checks one closed set: what is listed is read and labelled, and nothing else is.
func closed[T interface {
	~string
	Label() deal.Text
}](t *testing.T, all []T, parse func(string) (T, error), size int) {
	t.Helper()
	require.Len(t, all, size)
	for _, v := range all {
		got, err := parse(string(v))
		require.NoError(t, err)
		require.Equal(t, v, got)
		require.NotEmpty(t, v.Label().ZH)
		require.NotEmpty(t, v.Label().EN)
	}
	for _, unknown := range []T{"", "nonsense"} {
		_, err := parse(string(unknown))
		require.Error(t, err)
		require.Empty(t, unknown.Label())
	}
}

func TestClosedSets_readWhatTheyListAndNothingElse(t *testing.T) {
	t.Parallel()
	closed(t, dossier.AllGatekeeperKinds(), dossier.ParseGatekeeperKind, 2)
	closed(t, dossier.AllTempers(), dossier.ParseTemper, 4)
	closed(t, dossier.AllChampionRungs(), dossier.ParseChampionRung, 5)
	closed(t, dossier.AllPurposes(), dossier.ParsePurpose, 3)
	closed(t, dossier.AllRelationTypes(), dossier.ParseRelationType, 3)
	closed(t, dossier.AllPillars(), dossier.ParsePillar, 4)
	closed(t, dossier.AllNeedOrigins(), dossier.ParseNeedOrigin, 2)
	closed(t, dossier.AllBuyingPhases(), dossier.ParseBuyingPhase, 6)
	closed(t, dossier.AllSides(), dossier.ParseSide, 2)
	closed(t, dossier.AllCommitmentTypes(), dossier.ParseCommitmentType, 2)
	closed(t, dossier.AllVotings(), dossier.ParseVoting, 3)
	closed(t, dossier.AllVerdicts(), dossier.ParseVerdict, 3)
	closed(t, dossier.AllDocumentPurposes(), dossier.ParseDocumentPurpose, 8)
	closed(t, dossier.AllCells(), dossier.ParseCell, 8)
	closed(t, dossier.AllValueItems(), dossier.ParseValueItem, 7)
	closed(t, dossier.AllAccountKinds(), dossier.ParseAccountKind, 4)
	closed(t, dossier.AllSectors(), dossier.ParseSector, 5)
	closed(t, dossier.AllTests(), dossier.ParseTest, 5)
	closed(t, dossier.AllColours(), dossier.ParseColour, 4)
	closed(t, dossier.AllTrends(), dossier.ParseTrend, 3)
	closed(t, dossier.AllFocuses(), dossier.ParseFocus, 5)
	closed(t, dossier.AllReleaseCauses(), dossier.ParseReleaseCause, 3)
	closed(t, dossier.AllArbitrationResults(), dossier.ParseArbitrationResult, 3)
}

func TestSchema_acceptsTheFieldsOfItsKindOnly(t *testing.T) {
	t.Parallel()
	s := dossier.Schema(dossier.StakeholderKind, "zh")
	require.Equal(t, "关键人", s["title"])
	require.Equal(t, false, s["additionalProperties"])
	properties, ok := s["properties"].(map[string]any)
	require.True(t, ok)
	require.Len(t, properties, 8)
	require.Equal(t, map[string]any{
		"type": "string", "title": "性格类型", "enum": []any{"", "tiger", "peacock", "owl", "koala"},
		"description": "tiger = 老虎型，peacock = 孔雀型，owl = 猫头鹰型，koala = 考拉型",
	}, properties["temper"])
	require.Equal(t, map[string]any{"type": "integer", "title": "影响力"}, properties["power"])
	support, ok := properties["support"].(map[string]any)
	require.True(t, ok)
	require.Equal(t, []any{"object", "null"}, support["type"])
	require.Contains(t, dossier.Schema(dossier.TrialKind, "en")["properties"], "criteria")
	require.Nil(t, dossier.Schema("gossip", "en"))
}
