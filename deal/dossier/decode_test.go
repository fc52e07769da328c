package dossier_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func TestDecode_readsWhatEncodeWrites(t *testing.T) {
	t.Parallel()
	for _, r := range filled() {
		body, err := dossier.Encode(r)
		require.NoError(t, err)
		require.NotContains(t, string(body), `:null,"criteria"`)
		back, no, err := dossier.Decode(r.Kind(), body)
		require.NoError(t, err)
		require.Empty(t, no, r.Kind())
		require.Empty(t, back.Validate(now), r.Kind())
		again, err := dossier.Encode(back)
		require.NoError(t, err)
		require.JSONEq(t, string(body), string(again))
		loaded, err := dossier.Load(r.Kind(), body)
		require.NoError(t, err)
		require.Equal(t, back, loaded)
	}
}

func TestEncode_writesEveryFieldAndNoListAsNull(t *testing.T) {
	t.Parallel()
	for _, info := range dossier.Kinds() {
		body, err := dossier.Encode(info.New())
		require.NoError(t, err)
		var fields map[string]any
		require.NoError(t, json.Unmarshal(body, &fields))
		for _, f := range dossier.Describe(info.Kind) {
			require.Contains(t, fields, f.Name, info.Kind)
			if f.Type == dossier.RowsField || f.Type == dossier.ListField {
				require.Equal(t, []any{}, fields[f.Name], "%s.%s", info.Kind, f.Name)
			}
		}
	}
}

func TestEncode_leavesTheRecordAsItIs(t *testing.T) {
	t.Parallel()
	rival := dossier.Rival{Name: " SF ", Strengths: []string{" speed "}}
	body, err := dossier.Encode(rival)
	require.NoError(t, err)
	require.Contains(t, string(body), `"name":"SF"`)
	require.Contains(t, string(body), `"strengths":["speed"]`)
	require.Equal(t, dossier.Rival{Name: " SF ", Strengths: []string{" speed "}}, rival)
}

func TestDecode_saysEverythingThatIsWrongWithTheShapeAtOnce(t *testing.T) {
	t.Parallel()
	_, no, err := dossier.Decode(dossier.StakeholderKind, []byte(`{
		"contact": 7, "Power": 3, "power": "strong", "support": {"level": 1.5, "mood": 1}, "champion": [], "a/b~c": 1, "note": null, "private": null}`))
	require.NoError(t, err)
	refused(t, no, "invalid_value /contact", "invalid_value /power", "invalid_value /support/level", "invalid_value /support/mood",
		"invalid_value /champion", "invalid_value /Power", "invalid_value /a~1b~0c")
	require.Equal(t, deal.Text{ZH: "“影响力”应为整数。", EN: "“Power” takes a whole number."}, no[1].Text)

	_, no, err = dossier.Decode(dossier.CompetitionKind, []byte(`{"no_rival": "no", "rivals": "sf", "criteria": [null, {"them": [{"score": {}}]}]}`))
	require.NoError(t, err)
	refused(t, no, "invalid_value /no_rival", "invalid_value /rivals", "invalid_value /criteria/0", "invalid_value /criteria/1/them/0/score")
	require.Equal(t, "“标准”第 2 行的“对手得分”第 1 行的“得分”应为整数。", no[3].Text.ZH)
	require.Equal(t, "“Criteria”, row 2: “Them”, row 1: “Score” takes a whole number.", no[3].Text.EN)

	_, no, err = dossier.Decode(dossier.NeedKind, []byte(`null`))
	require.NoError(t, err)
	refused(t, no, "invalid_value ")
}

func TestDecode_takesNothingForLeftOutAndTrimsTexts(t *testing.T) {
	t.Parallel()
	r, no, err := dossier.Decode(dossier.NeedKind, []byte(`{"need": "  cold chain\n", "priority": null}`))
	require.NoError(t, err)
	require.Empty(t, no)
	require.Equal(t, dossier.Need{Need: "cold chain"}, r)
}

func TestDecode_readsTheFieldItLookedAtWhenThereAreTwo(t *testing.T) {
	t.Parallel()
	r, no, err := dossier.Decode(dossier.StakeholderKind, []byte(`{"support": {"level": 2, "evidence": "x"}, "support": {"level": 1}}`))
	require.NoError(t, err)
	require.Empty(t, no)
	require.Equal(t, dossier.Stakeholder{Support: &dossier.Support{Level: 1}}, r)
}

func TestDecode_wantsOneDocumentOfAKnownKind(t *testing.T) {
	t.Parallel()
	_, _, err := dossier.Decode("gossip", []byte(`{}`))
	require.ErrorIs(t, err, dossier.ErrUnknownKind)
	_, err = dossier.Load("gossip", []byte(`{}`))
	require.ErrorIs(t, err, dossier.ErrUnknownKind)
	for _, body := range []string{``, `{`, `{} {}`, `{}]`, "{\"need\": \"\x01\"}"} {
		_, _, err = dossier.Decode(dossier.NeedKind, []byte(body))
		require.ErrorIs(t, err, dossier.ErrNotJSON, body)
	}
	_, err = dossier.Load(dossier.NeedKind, []byte(`[]`))
	require.Error(t, err)
}

func TestDecode_refusesNumbersThatAreTooLarge(t *testing.T) {
	t.Parallel()
	_, no, err := dossier.Decode(dossier.ProposalKind, []byte(`{"price_minor": 99999999999999999999}`))
	require.NoError(t, err)
	refused(t, no, "invalid_value /price_minor")
}

func TestLoad_passesOverWhatAnOlderReleaseWrote(t *testing.T) {
	t.Parallel()
	r, err := dossier.Load(dossier.NeedKind, []byte(`{"need": "cold chain", "colour_of_the_office": "grey"}`))
	require.NoError(t, err)
	require.Equal(t, dossier.Need{Need: "cold chain"}, r)
}

func TestValidate_refusesTextsAndListsThatCannotBeKept(t *testing.T) {
	t.Parallel()
	need := dossier.Need{Need: "a\x00b", Origin: dossier.Stated, Evidence: "\xff"}
	refused(t, need.Validate(now), "invalid_value /need", "invalid_value /evidence")
	need = dossier.Need{Need: strings.Repeat("长", 4000), Origin: dossier.Stated}
	require.Empty(t, need.Validate(now))
	need.Need += "长"
	refused(t, need.Validate(now), "invalid_value /need")
	f := dossier.Factors{}
	for range 201 {
		f.Ranking = append(f.Ranking, dossier.Factor{})
	}
	no := f.Validate(now)
	require.Equal(t, "/ranking", no[0].Field)
	require.Len(t, no, 200, "an answer that somebody reads")
}
