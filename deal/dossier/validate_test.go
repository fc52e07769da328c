package dossier_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

func TestValidate_hasNothingAgainstAFullRecord(t *testing.T) {
	t.Parallel()
	for _, r := range filled() {
		require.Empty(t, r.Validate(now), r.Kind())
	}
}

func TestValidate_saysAtOnceWhatAnEmptyRecordLacks(t *testing.T) {
	t.Parallel()
	want := map[dossier.Kind][]string{
		dossier.ManKind:         {"invalid_value /money", "invalid_value /authority", "invalid_value /need"},
		dossier.VetoKind:        {"invalid_value /item", "invalid_value /on"},
		dossier.StakeholderKind: {"invalid_value /contact"},
		dossier.RelationKind:    {"invalid_value /from", "invalid_value /to", "invalid_value /type"},
		dossier.TrustKind:       {"invalid_value /contact"},
		dossier.RivalKind:       {"invalid_value /name"},
		dossier.NeedKind:        {"invalid_value /need", "invalid_value /origin"},
		dossier.ValueScoreKind:  {"invalid_value /evaluator", "invalid_value /on"},
		dossier.AgreementKind:   {"invalid_value /number"},
		dossier.ServicePlanKind: {"invalid_value /role", "invalid_value /service", "invalid_value /every_days", "invalid_value /next_on"},
		dossier.SurveyKind:      {"invalid_value /on", "invalid_value /answers"},
		dossier.EvaluationKind:  {"invalid_value /on"},

		dossier.PlanRevisionKind:   {"invalid_value /summary"},
		dossier.ExecutiveVisitKind: {"invalid_value /executive", "invalid_value /contacts", "invalid_value /aim", "invalid_value /visit_on"},
		dossier.VisitReviewKind:    {"invalid_value /interaction", "invalid_value /reached", "reason_missing /against_aim", "reason_missing /adjust"},
		dossier.SupportRequestKind: {"invalid_value /centre", "invalid_value /wanted", "reason_missing /why"},
		dossier.GiftRecordKind: {
			"invalid_value /contact", "invalid_value /gift_kind", "invalid_value /what", "invalid_value /value_minor", "invalid_value /occasion",
		},
		dossier.DocumentKind: {
			"invalid_value /name", "invalid_value /media_type", "invalid_value /size", "invalid_value /sha256", "invalid_value /purpose",
		},
	}
	for _, info := range dossier.Kinds() {
		refused(t, info.New().Validate(now), want[info.Kind]...)
	}
}

// edited is a record with one thing changed.
func edited[R any](r R, change func(*R)) R {
	change(&r)
	return r
}

func TestValidate_refusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	long, tomorrow := strings.Repeat("x", 201), today.Add(1)
	for name, c := range map[string]struct {
		record dossier.Record
		want   []string
	}{
		"support that was not asked for": {dossier.SupportRequest{
			Centre: "magic", Wanted: "w", Why: "y", NeededBy: "soon", Addressee: "a b", Satisfaction: 6, AcceptedAt: "",
			Answer: &dossier.SupportAnswer{Result: "perhaps", On: tomorrow, By: "a b"},
		}, []string{
			"invalid_value /centre", "invalid_value /needed_by", "invalid_value /addressee", "invalid_value /satisfaction", "invalid_value /answer",
			"invalid_value /answer/result", "reason_missing /answer/text", "date_in_future /answer/on", "invalid_value /answer/answered_by",
		}},
		"a visit that was not approved": {
			edited(filledVisit(), func(v *dossier.ExecutiveVisit) { v.AcceptedAt, v.HeldOn, v.Result = "", tomorrow, " " }),
			[]string{"date_in_future /held_on", "reason_missing /result", "invalid_value /held_on"},
		},
		"a gift of nothing": {
			edited(filledGift(), func(g *dossier.Gift) {
				g.ValueMinor, g.Currency, g.AcceptedAt, g.GivenOn, g.GiftKind = -1, "yuan", "noon", tomorrow, "bribe"
			}),
			[]string{"invalid_value /gift_kind", "invalid_value /value_minor", "invalid_value /value_minor", "invalid_value /currency", "invalid_value /accepted_at", "date_in_future /given_on"},
		},
		"a revision that says not why": {
			dossier.PlanRevision{Summary: "s", FromVersion: 2, ToVersion: -3}, []string{"reason_missing /reason", "invalid_value /to_version"},
		},
		"stakeholder off every scale": {dossier.Stakeholder{
			Contact: "a b", Gatekeeper: "dragon", Temper: "mouse", Power: 6, Support: &dossier.Support{Level: 3, On: tomorrow},
			Champion: &dossier.Champion{Rung: "king", On: "2026-02-30"}, Private: &dossier.Private{Birthday: tomorrow, Masked: true},
		}, []string{
			"invalid_value /contact", "invalid_value /gatekeeper", "invalid_value /temper", "invalid_value /power", "invalid_value /support/level",
			"date_in_future /support/on", "reason_missing /support/evidence", "invalid_value /champion/rung", "invalid_value /champion/on",
			"reason_missing /champion/evidence", "invalid_value /private/purpose", "date_in_future /private/birthday", "invalid_value /private/masked",
		}},
		"negative power": {dossier.Stakeholder{Contact: "a", Power: -1}, []string{"invalid_value /power"}},
		"support below -2": {dossier.Stakeholder{Contact: "a", Support: &dossier.Support{Level: -3, On: today, Evidence: "x"}}, []string{
			"invalid_value /support/level",
		}},
		"relation to oneself": {dossier.Relation{From: "a", To: "a", Type: dossier.Trusts}, []string{"invalid_value /to"}},
		"relation of no type": {dossier.Relation{From: "a", To: "b", Type: "envies"}, []string{"invalid_value /type"}},
		"trust without a word": {dossier.Trust{Contact: "a", Ratings: []dossier.Rating{{Pillar: "charm", Score: 6, On: tomorrow}}}, []string{
			"invalid_value /ratings/0/pillar", "invalid_value /ratings/0/score", "date_in_future /ratings/0/on",
			"reason_missing /ratings/0/evidence",
		}},
		"trust twice a day": {edited(filledTrust(), func(v *dossier.Trust) { v.Ratings[1].On = v.Ratings[0].On }), []string{
			"invalid_value /ratings/1/on",
		}},
		"need of no rank": {dossier.Need{Need: "x", Origin: "dreamt", Priority: 6, Contact: "?"}, []string{
			"invalid_value /origin", "invalid_value /priority", "invalid_value /contact",
		}},
		"rival out of bound": {dossier.Rival{
			Name: long, MonthlyVolume: ptr(int64(-1)), Since: "May", Strengths: []string{""}, Weaknesses: []string{"a\nb"},
			Backers: []string{"x", "x"},
		}, []string{
			"invalid_value /name", "invalid_value /monthly_volume", "invalid_value /since", "invalid_value /strengths/0",
			"invalid_value /weaknesses/0", "invalid_value /backers/1",
		}},
		"matrix of confusion": {dossier.Competition{NoRival: true, Rivals: []string{"sf", "sf"}, Criteria: []dossier.Criterion{
			{Criterion: "price", Weight: 6, Us: 0, Them: []dossier.RivalScore{{Rival: "sf", Score: 9}, {Rival: "sf", Score: 1}, {Rival: "zto", Score: 1}, {Score: 1}}},
			{Criterion: "price", Weight: 1, Us: 1},
			{Weight: 1, Us: 1},
		}}, []string{
			"invalid_value /no_rival", "invalid_value /rivals/1", "invalid_value /criteria/0/weight", "invalid_value /criteria/0/us",
			"invalid_value /criteria/0/them/0/score", "invalid_value /criteria/0/them/1/rival", "invalid_value /criteria/0/them/2/rival",
			"invalid_value /criteria/0/them/3/rival", "invalid_value /criteria/1/criterion", "invalid_value /criteria/2/criterion",
		}},
		"buying without plan": {dossier.BuyingProcess{
			Phase: "dream", DecisionOn: "soon",
			RolePlans: []dossier.RolePlan{{Role: deal.UserRole, By: "x"}, {Role: deal.UserRole, Plan: "ask"}, {Role: "boss", Plan: "ask"}},
		}, []string{
			"invalid_value /phase", "invalid_value /decision_on", "invalid_value /role_plans/0/plan",
			"invalid_value /role_plans/0/by", "invalid_value /role_plans/1/role", "invalid_value /role_plans/2/role",
		}},
		"factors twice": {dossier.Factors{Ranking: []dossier.Factor{{Factor: "price"}, {Factor: "price", Contact: "!"}, {}}}, []string{
			"invalid_value /ranking/1/factor", "invalid_value /ranking/1/contact", "invalid_value /ranking/2/factor",
		}},
		"talks without proof": {dossier.Negotiation{
			Concessions: []dossier.Concession{{On: tomorrow, Side: "them", Contact: "!"}},
			Commitment:  &dossier.Commitment{Type: dossier.LetterOfIntent, On: today},
		}, []string{
			"date_in_future /concessions/0/on", "invalid_value /concessions/0/side", "invalid_value /concessions/0/given",
			"invalid_value /concessions/0/contact", "reason_missing /commitment/evidence", "invalid_value /commitment/document",
		}},
		"a word is no letter": {dossier.Negotiation{Commitment: &dossier.Commitment{Type: dossier.Verbal, On: today, Evidence: "said so"}}, nil},
		"votes without why": {dossier.Simulation{
			Votes: []dossier.Vote{{Contact: "a", Vote: "maybe"}, {Contact: "a", Vote: dossier.VotesFor, Reason: "x"}},
		}, []string{
			"invalid_value /votes/0/vote", "reason_missing /votes/0/reason", "invalid_value /votes/1/contact",
		}},
		"price of no money": {dossier.Proposal{
			PriceMinor: 1, CostMinor: ptr(int64(-1)), Milestones: []dossier.Milestone{{}}, Owners: []deal.PersonID{"", "a", "a"},
		}, []string{
			"invalid_value /currency", "invalid_value /cost_minor", "invalid_value /milestones/0/milestone",
			"invalid_value /milestones/0/due_on", "invalid_value /milestones/0/owner", "invalid_value /owners/0",
			"invalid_value /owners/2",
		}},
		"cost of no money": {dossier.Proposal{CostMinor: ptr(int64(5))}, []string{"invalid_value /currency"}},
		"odd currency": {dossier.Proposal{PriceMinor: -1, Currency: "yuan"}, []string{
			"invalid_value /price_minor", "invalid_value /currency",
		}},
		"small currency": {dossier.Proposal{Currency: "cny"}, []string{"invalid_value /currency"}},
		"trial backwards": {dossier.Trial{
			Sample: long, StartsOn: "2026-10-02", EndsOn: "2026-10-01",
			Criteria: []dossier.Acceptance{{Criterion: "x", Target: "y", Verdict: dossier.Passed}, {Criterion: "x", Verdict: "fine", JudgedOn: "?"}},
		}, []string{
			"invalid_value /sample", "invalid_value /ends_on", "reason_missing /criteria/0/measured",
			"invalid_value /criteria/0/judged_on", "invalid_value /criteria/1/criterion", "invalid_value /criteria/1/target",
			"invalid_value /criteria/1/verdict", "invalid_value /criteria/1/judged_on",
		}},
		"judged tomorrow": {dossier.Trial{
			Criteria: []dossier.Acceptance{edited(passed("x"), func(a *dossier.Acceptance) { a.JudgedOn = tomorrow })},
		}, []string{
			"date_in_future /criteria/0/judged_on",
		}},
		"open and measured": {dossier.Trial{Criteria: []dossier.Acceptance{{Criterion: "x", Target: "y", Measured: "1", Verdict: dossier.OpenVerdict}}}, nil},
		"agreement of nobody": {dossier.Agreement{
			Number: "1", AmountMinor: -1, Currency: "CN", TermMonths: 121, SignedOn: tomorrow, StartsOn: "2026-12-01",
			EndsOn: "2026-12-01", Evidence: &dossier.Evidence{SHA256: strings.ToUpper(hash)},
		}, []string{
			"invalid_value /amount_minor", "invalid_value /currency", "invalid_value /term_months", "date_in_future /signed_on",
			"invalid_value /ends_on", "invalid_value /evidence/document", "invalid_value /evidence/sha256",
		}},
		"term and dates": {edited(filledAgreement(), func(v *dossier.Agreement) { v.TermMonths = 24 }), []string{
			"invalid_value /term_months",
		}},
		"term without dates": {edited(filledAgreement(), func(v *dossier.Agreement) { v.TermMonths, v.EndsOn = 24, "" }), nil},
		"service never": {dossier.ServicePlan{
			Role: "boss", Contact: "!", Service: "x", EveryDays: 367, NextOn: "x", LastOn: tomorrow, Owner: "!",
		}, []string{
			"invalid_value /role", "invalid_value /contact", "invalid_value /every_days", "invalid_value /next_on",
			"date_in_future /last_on", "invalid_value /owner",
		}},
		"survey of tomorrow": {dossier.Survey{
			On: tomorrow, Contact: "!", Answers: []dossier.Answer{{Question: "q", Score: 0}, {Question: "q", Score: 6}},
			Actions: []dossier.Action{{}, {Action: "a", Owner: "b", DueOn: today, ClosedOn: tomorrow}},
		}, []string{
			"date_in_future /on", "invalid_value /contact", "invalid_value /answers/0/score", "invalid_value /answers/1/score",
			"invalid_value /answers/1/question", "invalid_value /actions/0/action", "invalid_value /actions/0/owner",
			"invalid_value /actions/0/due_on", "date_in_future /actions/1/closed_on", "reason_missing /actions/1/result",
		}},
		"evaluation beyond": {dossier.Evaluation{
			On: today, VolumeTarget: ptr(int64(-1)), VolumeActual: ptr(int64(1_000_000_001)), Satisfaction: ptr(0),
			MarginBP: ptr(10_001),
		}, []string{
			"invalid_value /volume_target", "invalid_value /volume_actual", "invalid_value /satisfaction",
			"invalid_value /margin_bp",
		}},
		"a loss is a margin": {dossier.Evaluation{On: today, MarginBP: ptr(-10_000)}, nil},
		"file from elsewhere": {dossier.Document{
			Name: "../passwd", MediaType: "PDF", Size: dossier.LargestFile + 1, SHA256: "1", Purpose: "fun", Step: "party",
		}, []string{
			"invalid_value /name", "invalid_value /media_type", "invalid_value /size", "invalid_value /sha256",
			"invalid_value /purpose", "invalid_value /step",
		}},
		"a file called ..": {dossier.Document{Name: "..", MediaType: "a/b", Size: 1, SHA256: hash, Purpose: dossier.OtherDocument}, []string{
			"invalid_value /name",
		}},
		"veto without proof": {dossier.Veto{Item: "Bad Payer", Hit: true, On: tomorrow}, []string{
			"invalid_value /item", "date_in_future /on", "reason_missing /evidence",
		}},
		"no hit, no proof": {dossier.Veto{Item: "bad_payer", On: today}, nil},
		"value out of scale": {dossier.ValueScore{
			Scores:    []dossier.ItemScore{{Item: "charm", Score: 1}, {Item: dossier.DealRisk, Score: 0}, {Item: dossier.DealRisk, Score: 6}},
			Evaluator: "a", On: today, RegradeOn: today,
		}, []string{
			"invalid_value /scores/0/item", "invalid_value /scores/1/score", "invalid_value /scores/2/score",
			"invalid_value /scores/2/item", "invalid_value /regrade_on",
		}},
		"tests without why": {dossier.Classification{
			AccountKind: "nice", MonthlyKG: -1, AnnualMinor: 1, Sector: "sports",
			Tests: []dossier.KeyTest{{}, {Test: dossier.StrongGrowth, Reason: "x"}, {Test: dossier.StrongGrowth, Reason: "y"}},
		}, []string{
			"invalid_value /account_kind", "invalid_value /monthly_kg", "invalid_value /currency", "invalid_value /sector",
			"invalid_value /tests/0/test", "reason_missing /tests/0/reason", "invalid_value /tests/2/test",
		}},
		"credit of no colour": {dossier.Credit{
			Colour:   "pink",
			Payments: dossier.Payments{TurnoverMinor: 1, Invoices: 1, LateInvoices: 2, WorstDaysLate: -1, OverdueMinor: -1},
			Change:   &dossier.CreditChange{To: "pink", AskedOn: tomorrow, DueOn: today},
		}, []string{
			"invalid_value /colour", "invalid_value /since", "reason_missing /reason", "invalid_value /payments/currency",
			"invalid_value /payments/late_invoices", "invalid_value /payments/worst_days_late",
			"invalid_value /payments/overdue_minor", "invalid_value /change/to", "invalid_value /change/to",
			"reason_missing /change/reason", "date_in_future /change/asked_on", "invalid_value /change/due_on",
		}},
		"filing without anything": {
			dossier.Filing{Number: "1", Arbitration: &dossier.Arbitrated{On: tomorrow, Result: "tossed"}},
			[]string{
				"date_in_future /arbitration/on", "invalid_value /arbitration/arbiter", "invalid_value /arbitration/result",
				"invalid_value /owner", "invalid_value /filed_on", "invalid_value /valid_until",
			},
		},
		"filing without end": {dossier.Filing{
			Number: "1", Project: long, Owner: "a", FiledOn: today, ValidUntil: today, Renewals: []dossier.Renewal{{}},
			ReleasedOn: tomorrow,
		}, []string{
			"invalid_value /project", "invalid_value /valid_until", "invalid_value /renewals/0/on",
			"reason_missing /renewals/0/progress", "invalid_value /renewals/0/until", "date_in_future /released_on",
			"invalid_value /cause",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, c.record.Validate(now), c.want...)
		})
	}
}

func TestValidate_saysWhichFieldAndWhatToDo(t *testing.T) {
	t.Parallel()
	no := dossier.Trial{Criteria: []dossier.Acceptance{passed("breakage"), {Criterion: "time", Target: "1 day", Verdict: "fine"}}}.Validate(now)
	require.Equal(t, deal.Refusals{{
		Code: deal.CodeInvalidValue, Field: "/criteria/1/verdict", Args: []string{"open", "passed", "failed"},
		Text: deal.Text{ZH: "“标准”第 2 行的“判定”不是可选的值。", EN: "“Criteria”, row 2: “Verdict” is none of the choices."},
		Hint: deal.Text{ZH: "选择其一：open（未判定）、passed（通过）、failed（未通过）。", EN: "Choose one of open (Open), passed (Passed), failed (Failed)."},
	}}, no)
}

func TestValidate_judgesDaysWhereTheInstantIs(t *testing.T) {
	t.Parallel()
	s := filledSurvey()
	s.On = "2026-11-13"
	require.Len(t, s.Validate(now), 1)
	require.Empty(t, s.Validate(now.Add(9*60*60*1e9)), "nine hours later it is the 13th")
	require.Len(t, s.Validate(now.Add(9*60*60*1e9).UTC()), 1, "but not in Greenwich")
}

func TestAllows_knowsThePlaybooksVetoesAndWhoMayKeepPrivateFacts(t *testing.T) {
	t.Parallel()
	rules := dossier.DefaultRules()
	require.Empty(t, rules.Allows(dossier.Veto{Item: "insolvent"}, deal.Rep))
	refused(t, rules.Allows(dossier.Veto{Item: "bad_weather"}, deal.Rep), "invalid_value /item")
	refused(t, rules.Allows(filledStakeholder(), deal.Rep), "invalid_value /private")
	masked := dossier.Stakeholder{Contact: "a", Private: &dossier.Private{Masked: true}}
	require.Empty(t, rules.Allows(masked, deal.Auditor))
	rules.Private.On, rules.Vetoes = true, nil
	require.Empty(t, rules.Allows(filledStakeholder(), deal.Rep))
	refused(t, rules.Allows(filledStakeholder(), deal.Director), "not_your_role /private")
	require.Empty(t, rules.Allows(dossier.Veto{Item: "bad_weather"}, deal.Rep), "no list allows any item")
	require.Empty(t, rules.Allows(dossier.Need{}, deal.Rep))
}

func TestRules_checkThemselves(t *testing.T) {
	t.Parallel()
	require.NoError(t, dossier.DefaultRules().Check())
	var empty dossier.Rules
	err := empty.Check()
	for _, part := range []string{"weights", "days", "cadence", "regrade", "focus"} {
		require.ErrorContains(t, err, part)
	}
	r := dossier.DefaultRules()
	r.Weights = append(r.Weights, dossier.ItemWeight{Item: dossier.DealRisk, Weight: -1})
	r.GradeFrom[1].Score = 400
	require.ErrorContains(t, r.Check(), "there twice")
	require.ErrorContains(t, r.Check(), "weighs -1")
	require.ErrorContains(t, r.Check(), "grade_from: B")
}

func TestRules_takeTheCadenceOfThePlaybook(t *testing.T) {
	t.Parallel()
	r := dossier.DefaultRules().WithFollowUp(deal.FollowUpRules{Ungraded: deal.WorkingDays(5), Cadence: []deal.Cadence{
		{Grade: deal.GradeA, Every: deal.CalendarTime(7 * 24 * 60 * 60 * 1e9)},
		{Grade: deal.GradeB, Every: deal.CalendarTime(20 * 1e9)},
		{Grade: deal.GradeC, Every: deal.WorkingDays(1)},
	}})
	require.Equal(t, 7, r.CadenceDays(""))
	require.Equal(t, 7, r.CadenceDays(deal.GradeA))
	require.Equal(t, 1, r.CadenceDays(deal.GradeB), "twenty seconds are a day for people")
	require.Equal(t, 2, r.CadenceDays(deal.GradeC))
}

func TestDay_countsOnTheCalendar(t *testing.T) {
	t.Parallel()
	require.Equal(t, today, dossier.DayOf(now))
	require.Equal(t, dossier.Day("2027-02-10"), today.Add(90))
	require.Equal(t, dossier.Day("2024-02-29"), dossier.Day("2024-03-01").Add(-1))
	require.Equal(t, dossier.Day("2027-01-12"), today.AddMonths(2))
	require.Equal(t, 90, today.Until("2027-02-10"))
	require.Equal(t, -1, today.Until("2026-11-11"))
	for _, bad := range []dossier.Day{"", "2026-2-1", "2026-02-30", "1899-12-31", "2200-01-01", "2026-02-01T00:00:00Z"} {
		require.False(t, bad.Valid(), bad)
	}
	require.Empty(t, dossier.Day("x").Add(1))
	require.Zero(t, dossier.Day("x").Until(today))
	require.Zero(t, today.Until("x"))
}
