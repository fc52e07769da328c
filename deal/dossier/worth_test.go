package dossier_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func TestMan_hasATreatmentForEveryCell(t *testing.T) {
	t.Parallel()
	seen := map[dossier.Cell]bool{}
	texts := map[string]bool{}
	for _, c := range []struct {
		money, authority, need bool
		cell                   dossier.Cell
	}{
		{true, true, true, "MAN"},
		{true, true, false, "MAn"},
		{true, false, true, "MaN"},
		{true, false, false, "Man"},
		{false, true, true, "mAN"},
		{false, true, false, "mAn"},
		{false, false, true, "maN"},
		{false, false, false, "man"},
	} {
		cell, answered := dossier.Man{Money: &c.money, Authority: &c.authority, Need: &c.need}.Cell()
		require.True(t, answered)
		require.Equal(t, c.cell, cell)
		require.Contains(t, dossier.AllCells(), cell)
		treatment := cell.Treatment()
		require.NotEmpty(t, treatment.ZH)
		require.NotEmpty(t, treatment.EN)
		require.False(t, texts[treatment.EN], "%s is treated like another", cell)
		seen[cell], texts[treatment.EN] = true, true
	}
	require.Len(t, seen, 8)
	require.Empty(t, dossier.Cell("").Treatment())
	require.Contains(t, dossier.CellMAN.Treatment().EN, "visit at once")
	require.Contains(t, dossier.Cellman.Treatment().ZH, "停止")
}

func TestMan_isNotAnsweredByHalf(t *testing.T) {
	t.Parallel()
	yes := true
	for _, m := range []dossier.Man{{}, {Money: &yes, Authority: &yes}, {Authority: &yes, Need: &yes}, {Money: &yes, Need: &yes}} {
		_, answered := m.Cell()
		require.False(t, answered)
	}
}

func TestOpenVetoes_areHitsThatNoApprovalLifted(t *testing.T) {
	t.Parallel()
	hit := func(id string, version int64, hit bool) dossier.Entry[dossier.Veto] {
		return dossier.Entry[dossier.Veto]{ID: id, Version: version, Body: dossier.Veto{Hit: hit}}
	}
	vetoes := []dossier.Entry[dossier.Veto]{hit("a", 2, true), hit("b", 1, true), hit("c", 1, false)}
	require.Len(t, dossier.OpenVetoes(vetoes, nil), 2)
	open := dossier.OpenVetoes(vetoes, []dossier.Lift{{Veto: "a", Version: 2}, {Veto: "x", Version: 1}})
	require.Len(t, open, 1)
	require.Equal(t, "b", open[0].ID)
	require.Len(t, dossier.OpenVetoes(vetoes, []dossier.Lift{{Veto: "a", Version: 1}}), 2, "edited since it was lifted")
}

func TestValue_makesAGradeOfSevenScores(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	for score, grade := range map[int]deal.Grade{5: "A", 4: "A", 3: "B", 2: "C", 1: "D"} {
		v := r.Value(filledValue(score))
		require.Equal(t, 100*score, v.Score)
		require.Equal(t, grade, v.Grade)
		require.Empty(t, v.Missing)
	}
	// 20 of 100 points fall from 4 to 3: 3.80 is a B.
	s := filledValue(4)
	s.Scores[0].Score = 3
	v := r.Value(s)
	require.Equal(t, 380, v.Score)
	require.Equal(t, deal.GradeB, v.Grade)
	require.Equal(t, today.Add(90), v.RegradeOn)
	s.RegradeOn = today.Add(5)
	require.Equal(t, today.Add(5), r.Value(s).RegradeOn)
}

func TestValue_givesNoGradeWhileAnItemIsMissing(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	s := filledValue(5)
	s.Scores = s.Scores[1:]
	v := r.Value(s)
	require.Empty(t, v.Grade)
	require.Empty(t, v.RegradeOn)
	require.Equal(t, []dossier.ValueItem{dossier.ShareOfWallet}, v.Missing)
	require.Equal(t, 500, v.Score, "of what is there")
	r.Weights[0].Weight = 0
	require.Equal(t, deal.GradeA, r.Value(s).Grade, "an item without weight is not asked for")
	r.Weights = nil
	require.Empty(t, r.Value(s).Grade)
}

func TestValue_neverFallsWhenAScoreRises(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	place := func(g deal.Grade) int {
		for i, grade := range deal.Grades() {
			if grade == g {
				return i
			}
		}
		return -1
	}
	rapid.Check(t, func(t *rapid.T) {
		s := filledValue(1)
		for i := range s.Scores {
			s.Scores[i].Score = rapid.IntRange(1, 5).Draw(t, "score")
		}
		before := r.Value(s)
		i := rapid.IntRange(0, len(s.Scores)-1).Draw(t, "item")
		s.Scores[i].Score = min(5, s.Scores[i].Score+1)
		after := r.Value(s)
		require.GreaterOrEqual(t, after.Score, before.Score)
		require.LessOrEqual(t, place(after.Grade), place(before.Grade))
	})
}

func TestKindReasons_takeEitherFigureForEconomic(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	for name, c := range map[string]struct {
		k    dossier.Classification
		want []dossier.AccountKind
	}{
		"nothing":              {dossier.Classification{}, nil},
		"20 t a month":         {dossier.Classification{MonthlyKG: 20_000}, []dossier.AccountKind{dossier.Economic}},
		"a kilogram less":      {dossier.Classification{MonthlyKG: 19_999}, nil},
		"5 million yuan":       {dossier.Classification{AnnualMinor: 500_000_000, Currency: "CNY"}, []dossier.AccountKind{dossier.Economic}},
		"a fen less":           {dossier.Classification{AnnualMinor: 499_999_999, Currency: "CNY"}, nil},
		"5 million yen":        {dossier.Classification{AnnualMinor: 500_000_000, Currency: "JPY"}, nil},
		"a hospital":           {dossier.Classification{Sector: dossier.Health}, []dossier.AccountKind{dossier.Important}},
		"part of a chain":      {dossier.Classification{ValueChain: "glass"}, []dossier.AccountKind{dossier.Group}},
		"potential":            {dossier.Classification{Potential: "new plant"}, []dossier.AccountKind{dossier.Strategic}},
		"everything at a time": {dossier.Classification{MonthlyKG: 1e6, Sector: dossier.Press, ValueChain: "x", Potential: "y"}, dossier.AllAccountKinds()},
	} {
		reasons := r.KindReasons(c.k)
		require.Len(t, reasons, len(c.want), name)
		for _, kind := range c.want {
			require.NotEmpty(t, reasons[kind], name)
			c.k.AccountKind = kind
			require.True(t, r.Supports(c.k), name)
		}
	}
	require.Len(t, r.KindReasons(dossier.Classification{MonthlyKG: 20_000, AnnualMinor: 500_000_000, Currency: "CNY"})[dossier.Economic], 2)
	require.False(t, r.Supports(dossier.Classification{AccountKind: dossier.Important, MonthlyKG: 1e6}))
}

func TestKeyAccount_isAnyOfFiveTests(t *testing.T) {
	t.Parallel()
	is, _ := dossier.Classification{AccountKind: dossier.Economic}.KeyAccount()
	require.False(t, is)
	for _, test := range dossier.AllTests() {
		is, why := dossier.Classification{Tests: []dossier.KeyTest{{Test: test, Reason: "because"}}}.KeyAccount()
		require.True(t, is)
		require.Equal(t, []dossier.KeyTest{{Test: test, Reason: "because"}}, why)
	}
}

func TestCreditColour_followsTurnoverAndPayments(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	good := dossier.Payments{TurnoverMinor: 100_000_000, Currency: "CNY", Invoices: 10}
	for name, c := range map[string]struct {
		change func(*dossier.Payments)
		colour dossier.Colour
		codes  []string
	}{
		"spotless and large": {func(*dossier.Payments) {}, dossier.Green, []string{"spotless"}},
		"small":              {func(p *dossier.Payments) { p.TurnoverMinor-- }, dossier.Blue, []string{"turnover"}},
		"in other money":     {func(p *dossier.Payments) { p.Currency = "USD" }, dossier.Blue, []string{"turnover"}},
		"late once":          {func(p *dossier.Payments) { p.LateInvoices, p.WorstDaysLate = 1, 30 }, dossier.Blue, []string{"late"}},
		"late often":         {func(p *dossier.Payments) { p.LateInvoices = 2 }, dossier.Yellow, []string{"late_share"}},
		"late for long":      {func(p *dossier.Payments) { p.LateInvoices, p.WorstDaysLate = 1, 31 }, dossier.Yellow, []string{"days_late"}},
		"overdue":            {func(p *dossier.Payments) { p.OverdueMinor = 1 }, dossier.Yellow, []string{"overdue"}},
		"at the limit":       {func(p *dossier.Payments) { p.LateInvoices, p.WorstDaysLate = 1, 90 }, dossier.Yellow, []string{"days_late"}},
		"beyond it":          {func(p *dossier.Payments) { p.LateInvoices, p.WorstDaysLate = 1, 91 }, dossier.Red, []string{"days_late_red"}},
		"nothing yet":        {func(p *dossier.Payments) { *p = dossier.Payments{} }, dossier.Blue, []string{"turnover"}},
	} {
		p := good
		c.change(&p)
		colour, why := r.CreditColour(p)
		require.Equal(t, c.colour, colour, name)
		codes := []string{}
		for _, w := range why {
			codes = append(codes, w.Code)
			require.NotEmpty(t, w.Text.ZH)
			require.NotEmpty(t, w.Text.EN)
		}
		require.Equal(t, c.codes, codes, name)
	}
}

func TestCreditChange_hasTenCalendarDays(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	credit := dossier.Credit{Colour: dossier.Blue, Since: "2026-01-01", Reason: "small"}
	asked, no := r.AskChange(credit, dossier.Green, "grown", today)
	require.Empty(t, no)
	require.Equal(t, dossier.Blue, asked.Colour, "in force until it is granted")
	require.Equal(t, today.Add(10), asked.Change.DueOn)
	require.False(t, asked.Late(today.Add(10)))
	require.True(t, asked.Late(today.Add(11)))
	require.Empty(t, asked.Validate(now))
	granted := asked.Granted(today.Add(3))
	require.Equal(t, dossier.Credit{Colour: dossier.Green, Since: today.Add(3), Reason: "grown"}, granted)
	require.Equal(t, granted, granted.Granted(today.Add(9)), "nothing to grant")
	require.Equal(t, credit, asked.Declined())
	require.False(t, granted.Late(today.Add(99)))

	_, no = r.AskChange(asked, dossier.Blue, " ", today)
	refusedFor(t, no, deal.CodeAlreadyPending, deal.CodeInvalidValue, deal.CodeReasonMissing)
	_, no = r.AskChange(credit, "pink", "x", today)
	refusedFor(t, no, deal.CodeInvalidValue)
}

func refusedFor(t *testing.T, no deal.Refusals, want ...deal.Code) {
	t.Helper()
	got := []deal.Code{}
	for _, r := range no {
		got = append(got, r.Code)
	}
	require.Equal(t, want, got)
}

func TestFiling_protectsNinetyDaysAndIsRenewedByProgress(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	f := r.File("F-1", "样品专线", "samples", "rep1", today)
	require.Empty(t, f.Validate(now))
	require.False(t, f.Live(today.Add(-1)))
	require.True(t, f.Live(today))
	require.True(t, f.Live(today.Add(90)))
	require.False(t, f.Live(today.Add(91)))

	renewed, no := r.Renew(f, "second visit", today.Add(30))
	require.Empty(t, no)
	require.Equal(t, today.Add(120), renewed.ValidUntil)
	require.Equal(t, []dossier.Renewal{{On: today.Add(30), Progress: "second visit", Until: today.Add(120)}}, renewed.Renewals)
	require.Empty(t, f.Renewals, "the version before stays as it was")

	_, no = r.Renew(f, "", today.Add(91))
	refused(t, no, "reason_missing /progress", "invalid_value /valid_until")
	f = f.Release(dossier.ProjectAwarded, today.Add(5))
	require.True(t, f.Live(today.Add(4)))
	require.False(t, f.Live(today.Add(5)))
}

func TestLiveFiling_findsTheOneForAProjectHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	filings := []dossier.Filing{r.File("1", "样品专线", "", "a", today.Add(-200)), r.File("2", "样品 专线（Ａ）", "", "b", today), r.File("3", "", "", "c", today)}
	_, found := dossier.LiveFiling(filings, "样品专线", today)
	require.False(t, found, "the first has run out")
	f, found := dossier.LiveFiling(filings, "样品专线(a)", today)
	require.True(t, found)
	require.Equal(t, "2", f.Number)
	f, found = dossier.LiveFiling(filings, " ", today)
	require.True(t, found)
	require.Equal(t, "3", f.Number)
}

func TestFocusFlags_pointAtLeadsWorthALook(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	of := func(in, out int) deal.Profile { return deal.Profile{MonthlyInbound: &in, MonthlyOutbound: &out} }
	for name, c := range map[string]struct {
		profile deal.Profile
		lead    dossier.Lead
		rivals  []dossier.Rival
		want    []dossier.Focus
	}{
		"nothing known":                    {deal.Profile{}, dossier.Lead{}, nil, nil},
		"only inbound":                     {of(210, 0), dossier.Lead{}, nil, []dossier.Focus{dossier.OnlyInbound}},
		"less out than in":                 {of(210, 80), dossier.Lead{}, nil, []dossier.Focus{dossier.OutboundBelow}},
		"as much out as in":                {of(80, 80), dossier.Lead{}, nil, nil},
		"960 out, 900 of them by a rival":  {of(420, 960), dossier.Lead{RivalVolume: 900}, nil, []dossier.Focus{dossier.LargeWithRival}},
		"a rival as large as we are":       {of(0, 960), dossier.Lead{RivalVolume: 480}, nil, nil},
		"a small rival with nearly all":    {of(0, 40), dossier.Lead{RivalVolume: 35}, nil, nil},
		"a rival carries more than known":  {of(10, 100), dossier.Lead{RivalVolume: 300}, nil, []dossier.Focus{dossier.LargeWithRival}},
		"records beat the lead form":       {of(0, 960), dossier.Lead{RivalVolume: 900}, []dossier.Rival{{MonthlyVolume: ptr(int64(10))}}, nil},
		"rivals share, one is large":       {of(0, 960), dossier.Lead{}, []dossier.Rival{{MonthlyVolume: ptr(int64(400))}, {MonthlyVolume: ptr(int64(500))}, {}}, []dossier.Focus{dossier.LargeWithRival}},
		"volumes of rivals are not known":  {of(0, 960), dossier.Lead{RivalVolume: 900}, []dossier.Rival{{}}, []dossier.Focus{dossier.LargeWithRival}},
		"called the hotline":               {of(0, 5), dossier.Lead{Source: "hotline", Settlement: "cash"}, nil, []dossier.Focus{dossier.HotlinePickups}},
		"the hotline knows them by month":  {of(0, 5), dossier.Lead{Source: "hotline", Settlement: "monthly"}, nil, nil},
		"referred, and only inbound":       {of(5, 0), dossier.Lead{Source: "referral"}, nil, []dossier.Focus{dossier.OnlyInbound, dossier.ReferredByOther}},
		"a fair is no reason":              {of(0, 5), dossier.Lead{Source: "fair"}, nil, nil},
		"volume out unknown says not zero": {deal.Profile{MonthlyInbound: ptr(5)}, dossier.Lead{RivalVolume: 900}, nil, nil},
	} {
		require.Equal(t, c.want, r.FocusFlags(c.profile, c.lead, c.rivals), name)
	}
}

func TestLeadOf_readsTheFormAsFarAsItIsFilledIn(t *testing.T) {
	t.Parallel()
	require.Equal(t, dossier.Lead{}, dossier.LeadOf(deal.Form{}))
	for _, volume := range []any{900.0, json.Number("900"), 900, int64(900)} {
		lead := dossier.LeadOf(deal.Form{Content: map[string]any{"source": "fair", "settlement": "cash", "competitor_volume": volume}})
		require.Equal(t, dossier.Lead{Source: "fair", Settlement: "cash", RivalVolume: 900}, lead)
	}
	for _, volume := range []any{-1.0, 1e18, json.Number("x"), "many", nil, -1, int64(-1)} {
		require.Zero(t, dossier.LeadOf(deal.Form{Content: map[string]any{"source": 7, "competitor_volume": volume}}))
	}
}

func TestQueue_putsMoreRevenueForLessEffortFirst(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	queue := r.Queue([]dossier.Prospect{
		{Account: "hard", RevenueMinor: 100, Difficulty: 5},
		{Account: "unknown", RevenueMinor: 100},
		{Account: "easy", RevenueMinor: 100, Difficulty: 1},
		{Account: "rich", RevenueMinor: 600, Difficulty: 5},
		{Account: "flagged", RevenueMinor: 100, Difficulty: 5, Flags: 2},
		{Account: "nothing"},
	})
	got := []deal.AccountID{}
	for _, p := range queue {
		got = append(got, p.Account)
	}
	require.Equal(t, []deal.AccountID{"rich", "easy", "flagged", "hard", "unknown", "nothing"}, got)
}

func TestRank_isBoundedAndGrowsWithRevenueEaseAndFlags(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules()
	rapid.Check(t, func(t *rapid.T) {
		p := dossier.Prospect{
			RevenueMinor: rapid.Int64().Draw(t, "revenue"), Difficulty: rapid.IntRange(-3, 9).Draw(t, "difficulty"), Flags: rapid.IntRange(-2, 9).Draw(t, "flags"),
		}
		rank := r.Rank(p)
		require.GreaterOrEqual(t, rank, int64(0))
		more := p
		if more.RevenueMinor < 1<<62 {
			more.RevenueMinor += 1000
		}
		more.Flags++
		require.GreaterOrEqual(t, r.Rank(more), rank)
		if p.Difficulty > 1 && p.Difficulty <= 5 {
			more.Difficulty--
			require.GreaterOrEqual(t, r.Rank(more), rank)
		}
	})
}
