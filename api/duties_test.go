package api_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func giftOf(value, given string) string {
	return fmt.Sprintf(`{"contact":"c1","gift_kind":"present","what":"tea","value":"%s","currency":"CNY","occasion":"spring","given_on":"%s"}`, value, given)
}

func TestGift_isJudgedAgainAsItIsWritten(t *testing.T) {
	t.Parallel()
	r := twoContacts(newRig(t))
	r.files.rules.Duties.Gifts = dossier.GiftRules{Currency: "CNY", EachMinor: 50_000, YearMinor: 80_000}
	body, err := dossier.Encode(dossier.Gift{
		Contact: "c1", GiftKind: dossier.Present, What: "tea", ValueMinor: 50_000, Currency: "CNY", Occasion: "spring", GivenOn: "2026-02-01",
	})
	require.NoError(t, err)
	r.files.meanwhile = []deal.Document{{Kind: "gift", ID: "other", Version: 1, Body: body}}
	p := r.do(rep1, "POST", at(mine, "/gifts"), giftOf("300.01", "2026-03-01")).problem(422, "invalid_request")
	require.Equal(t, "/given_on", p.Errors[0].Pointer)
	r.do(rep1, "POST", at(mine, "/gifts"), giftOf("300.00", "2026-03-01")).ok(201)
}

func TestGift_aboveTheLimitsIsApprovedBeforeItIsGiven(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.files.rules.Duties.Gifts = dossier.GiftRules{Currency: "CNY", EachMinor: 50_000, YearMinor: 80_000}
	p := r.do(rep1, "POST", at(mine, "/gifts"), giftOf("500.01", "2026-03-01")).problem(422, "invalid_request")
	require.Equal(t, []string{"over_limit", "/given_on"}, []string{p.Errors[0].Code, p.Errors[0].Pointer})
	require.Contains(t, p.Errors[0].Detail, "500.00 CNY")
	require.Contains(t, p.Errors[0].Hint, "gift")
	r.do(rep1, "POST", at(mine, "/gifts"), giftOf("500.01", "")).ok(201) // planned, to be asked about
	r.do(rep1, "POST", at(mine, "/gifts"), giftOf("500.00", "2026-03-01")).ok(201)
	p = r.do(rep1, "POST", at(mine, "/gifts"), giftOf("300.01", "2026-03-02")).problem(422, "invalid_request")
	require.Contains(t, p.Errors[0].Detail, "800.01 CNY", "what the contact got in the year counts")
	r.do(rep1, "POST", at(mine, "/gifts"), giftOf("300.01", "2025-12-31")).ok(201)
	r.do(rep1, "POST", at(mine, "/gifts"), `{"contact":"c1","gift_kind":"meal","what":"x","value":"1.00","currency":"USD","occasion":"y","given_on":"2026-03-01"}`).
		problem(422, "invalid_request")

	approved := dossier.Gift{
		Contact: "c1", GiftKind: dossier.Present, What: "tea", ValueMinor: 90_000, Currency: "CNY", Occasion: "spring", AcceptedAt: dossier.InstantOf(noon()),
	}
	r.onFile(approved, "g1", 2)
	r.do(rep1, "PUT", at(mine, "/gifts/g1"), giftOf("900.01", "2026-03-01"), match(`"2"`)).problem(422, "invalid_request")
	r.do(rep1, "PUT", at(mine, "/gifts/g1"), giftOf("900.00", "2026-03-01"), match(`"2"`)).ok(200)
	r.do(rep1, "DELETE", at(mine, "/gifts/g1"), nil, match(`"3"`)).problem(409, "set_by_approval")
}

func TestVisitReview_isAboutAVisitAndThereIsOne(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	review := func(id string) string {
		return `{"interaction":"` + id + `","reached":"missed","against_aim":"no date","adjust":"ask again"}`
	}
	p := r.do(rep1, "POST", at(mine, "/visit-reviews"), review("visit9")).problem(422, "invalid_request")
	require.Equal(t, "/interaction", p.Errors[0].Pointer)
	r.do(rep1, "POST", at(mine, "/visit-reviews"), review("visit1")).ok(201)
	require.Equal(t, deal.RecomputeName, r.sent[len(r.sent)-1].Name, "the task that asked for it is done")
	r.do(rep1, "POST", at(mine, "/visit-reviews"), review("visit1")).problem(409, "already_on_file")
	r.state.Clocks = []deal.Clock{{ID: "agenda/visit_review/visit2", Kind: deal.AgendaClock, Topic: deal.VisitReviewTopic, Basis: "visit2"}}
	r.do(rep1, "POST", at(mine, "/visit-reviews"), review("visit2")).ok(201)
}

func TestPlanRevision_showsInOneCallWhatTheWeekChanged(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.do(rep1, "PUT", at(mine, "/proposal"), `{"solution":"line haul","price":"100.00"}`, match("0")).ok(200)
	first := r.do(rep1, "POST", at(mine, "/plan-revisions"), `{"summary":"begun","reason":"new"}`).ok(201)
	require.Equal(t, []any{0.0, 1.0}, []any{content(first)["from_version"], content(first)["to_version"]})
	r.do(rep1, "PUT", at(mine, "/proposal"), `{"solution":"line haul","price":"120.00"}`, match("1")).ok(200)
	r.do(rep1, "PUT", at(mine, "/proposal"), `{"solution":"line haul and air","price":"120.00"}`, match("2")).ok(200)
	p := r.do(rep1, "POST", at(mine, "/plan-revisions"), `{"summary":"dearer"}`).problem(422, "invalid_request")
	require.Equal(t, "/reason", p.Errors[0].Pointer, "what changed has a reason")
	r.do(rep1, "POST", at(mine, "/plan-revisions"), `{"summary":"dearer","reason":"fuel","to_version":2}`).problem(422, "invalid_request")
	r.pass(1)
	second := r.do(rep1, "POST", at(mine, "/plan-revisions"), `{"summary":"dearer","reason":"fuel"}`).ok(201)
	require.Equal(t, []any{1.0, 3.0}, []any{content(second)["from_version"], content(second)["to_version"]})
	diff := r.do(rep1, "GET", at(mine, "/plan-revisions/"+second["id"].(string)+"/diff"), nil).ok(200)
	var changed []string
	for _, c := range diff["changes"].([]any) {
		line := c.(map[string]any)
		changed = append(changed, fmt.Sprint(line["pointer"], ": ", line["from"], " → ", line["to"]))
	}
	require.ElementsMatch(t, []string{"/solution: line haul → line haul and air", "/price: 100.00 → 120.00"}, changed)
	begun := r.do(rep1, "GET", at(mine, "/plan-revisions/"+first["id"].(string)+"/diff"), nil).ok(200)
	require.Equal(t, 0.0, begun["from"].(map[string]any)["version"], "before there was a proposal")
	r.pass(1)
	same := r.do(rep1, "POST", at(mine, "/plan-revisions"), `{"summary":"as it was"}`).ok(201)
	require.Empty(t, r.do(rep1, "GET", at(mine, "/plan-revisions/"+same["id"].(string)+"/diff"), nil).ok(200)["changes"])
	r.do(rep2, "GET", at(mine, "/plan-revisions/"+same["id"].(string)+"/diff"), nil).problem(404, "not_found")
}
