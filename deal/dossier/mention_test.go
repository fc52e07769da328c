package dossier_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

func eraser(others ...string) *dossier.Eraser {
	p := view.Person{
		Contact: "c1", Profile: deal.Profile{Name: "刘建国餐饮有限公司", Aliases: []string{"建国"}},
		Versions: []deal.Contact{
			{ID: "c1", Name: "刘建国", Mobile: "13805240011", Phone: "+86 527 8435 0011"},
			{ID: "c1", Name: "刘总"},
			{ID: "c1", Name: "刘"},
		},
	}
	for _, name := range others {
		p.Others = append(p.Others, deal.Contact{Name: name})
	}
	return dossier.NewEraser(p)
}

func TestEraser_findsNamesAndNumbersHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	e := eraser("王刘总管")
	for text, want := range map[string]string{
		"与刘建国、刘总面谈":                      "与█████、█████面谈",
		"电话 13805240011,或 138-0524-0011": "电话 █████,或 █████",
		"+86 138 0524 0011":              "█████",
		"8613805240011":                  "█████",
		"总机 527 84350011":                "总机 █████",
		"订单 138052400112":                "订单 138052400112",
		"订单 913805240011":                "订单 913805240011",
		"刘女士来电":                          "刘女士来电",
		"刘建国餐饮有限公司的合同":                   "刘建国餐饮有限公司的合同",
		"刘建国餐饮有限公司的刘建国":                  "刘建国餐饮有限公司的█████",
		"王刘总管在场":                         "王刘总管在场",
		"":                               "",
	} {
		got, changed := e.Text(text)
		require.Equal(t, want, got)
		require.Equal(t, text != want, changed, text)
		again, more := e.Text(got)
		require.Equal(t, got, again)
		require.False(t, more)
	}
}

func TestEraser_leavesWordsInWhichALatinNameStands(t *testing.T) {
	t.Parallel()
	e := dossier.NewEraser(view.Person{Contact: "c1", Versions: []deal.Contact{{ID: "c1", Name: "Li"}, {ID: "c1", Name: "André"}}})
	for text, want := range map[string]string{
		"List of Lithium, PoLi":  "List of Lithium, PoLi",
		"Andréas":                "Andréas",
		"Li said so, not Lisa":   "█████ said so, not Lisa",
		"与Li面谈":                  "与█████面谈",
		"Li/André; Mr Li.":       "█████/█████; Mr █████.",
		"LiLi":                   "LiLi",
		"2Li, Li2, Li":           "2█████, █████2, █████",
		"https://example.com/Li": "https://example.com/█████",
	} {
		got, _ := e.Text(text)
		require.Equal(t, want, got)
	}
}

func TestEraser_leavesANameThatSomebodyElseBearsAsWell(t *testing.T) {
	t.Parallel()
	e := eraser("刘总")
	got, changed := e.Text("刘总与刘建国")
	require.True(t, changed)
	require.Equal(t, "刘总与█████", got, "nobody could say which 刘总 was meant")
}

func TestEraser_cleansEveryTextOfADocumentAndNothingElse(t *testing.T) {
	t.Parallel()
	e := eraser()
	got, changed, err := e.JSON(json.RawMessage(`{"刘总":1.50,"rows":[{"note":"刘总说"},{"n":13805240011}],"ok":true,"none":null}`))
	require.NoError(t, err)
	require.True(t, changed)
	require.JSONEq(t, `{"刘总":1.50,"rows":[{"note":"█████说"},{"n":13805240011}],"ok":true,"none":null}`, string(got))
	same, changed, err := e.JSON(json.RawMessage(`{"note":"nobody"}`))
	require.NoError(t, err)
	require.False(t, changed)
	require.JSONEq(t, `{"note":"nobody"}`, string(same))
	_, _, err = e.JSON(json.RawMessage(`{"note":`))
	require.Error(t, err)
}

func TestEraser_removesRecordsAboutThePersonAndRewritesTheOthers(t *testing.T) {
	t.Parallel()
	e := eraser()
	doc := func(r dossier.Record) json.RawMessage {
		body, err := dossier.Encode(r)
		require.NoError(t, err)
		return body
	}
	_, changed, gone, err := e.Document("stakeholder", doc(dossier.Stakeholder{Contact: "c1", Note: "x"}))
	require.NoError(t, err)
	require.True(t, changed && gone)
	body, changed, gone, err := e.Document("need", doc(dossier.Need{Need: "刘总要更快", Contact: "c1", Evidence: "他说的"}))
	require.NoError(t, err)
	require.True(t, changed)
	require.False(t, gone)
	require.NotContains(t, string(body), "刘总")
	require.NotContains(t, string(body), "c1")
	require.NotContains(t, string(body), "他说的")
	_, changed, gone, err = e.Document("need", doc(dossier.Need{Need: "更快", Contact: "c2"}))
	require.NoError(t, err)
	require.False(t, changed || gone)
	body, changed, _, err = e.Document("of another release", json.RawMessage(`{"who":"刘建国"}`))
	require.NoError(t, err)
	require.True(t, changed)
	require.JSONEq(t, `{"who":"█████"}`, string(body))
	require.Equal(t, []string{"c1", "刘建国", "刘总", "13805240011", "52784350011"}, e.Mentions())
}

func TestEraser_ofSomebodyWithoutANameLooksForNothing(t *testing.T) {
	t.Parallel()
	e := dossier.NewEraser(view.Person{Contact: "c1", Versions: []deal.Contact{{ID: "c1", Name: "刘", Phone: "110"}}})
	got, changed := e.Text("刘 110")
	require.False(t, changed)
	require.Equal(t, "刘 110", got)
}
