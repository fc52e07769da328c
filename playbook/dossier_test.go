package playbook_test

import (
	"slices"
	"strings"
	"testing"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/playbook"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

// withDossier is quick with a section about the account's file.
func withDossier(t *testing.T, section string) *playbook.Playbook {
	t.Helper()
	library := fresh(t)
	require.NoError(t, library.Add(edition(t, 2, "quiet_hours: false", "quiet_hours: false\n"+section), "test.yaml"))
	p, err := library.Get(quickRef(2))
	require.NoError(t, err)
	return p
}

func TestRules_ofExpressAreTheTradesDefaultsWrittenOut(t *testing.T) {
	t.Parallel()
	rules := newest(t, playbooktest.Express).Rules()
	want := dossier.DefaultRules()
	require.ElementsMatch(t, want.Cadence, rules.Cadence, "the cadence is that of the follow-ups")
	rules.Cadence, rules.Duties = want.Cadence, want.Duties
	require.Equal(t, want, rules)
	require.NoError(t, rules.Check())
}

func TestRules_ofAPlaybookThatSaysNothingAreTheDefaultsWithItsOwnCadence(t *testing.T) {
	t.Parallel()
	for _, book := range playbooktest.Books() {
		p := newest(t, book)
		rules := p.Rules()
		require.NoError(t, rules.Check(), book)
		require.Equal(t, p.Rules().WithFollowUp(p.Book().FollowUp), rules, book)
		byRef, err := load(t).Rules(p.Ref())
		require.NoError(t, err)
		require.Equal(t, rules, byRef, book)
	}
	quick := newest(t, playbooktest.Quick).Rules()
	require.Equal(t, 1, quick.CadenceDays(deal.GradeA), "seconds are a day at least")
	quick.Duties = dossier.Duties{}
	quick.Cadence = dossier.DefaultRules().Cadence
	require.Equal(t, dossier.DefaultRules(), quick)
	_, err := load(t).Rules(deal.BookRef{Name: "nothing", Version: 1})
	require.ErrorIs(t, err, deal.ErrNotFound)
}

func TestRules_takeEveryNumberFromThePlaybook(t *testing.T) {
	t.Parallel()
	rules := withDossier(t, `dossier:
  weights: {share_of_wallet: 1, effort_and_cost: 2, deal_risk: 3, strategic_value: 4, payment_risk: 5, our_capacity: 6, technical_difficulty: 0}
  grade_from: {A: 450, B: 350, C: 250}
  regrade: {A: 30 calendar days, B: 40 calendar days, C: 50 calendar days, D: 60 calendar days}
  economic: {monthly_kg: 5000, annual_minor: 100, currency: USD}
  credit: {green_turnover_minor: 200, currency: EUR, yellow_late_bp: 300, yellow_days_late: 4, red_days_late: 5}
  focus: {large_volume: 6, times: 7, flag_bonus: 8}
  private: {on: true, roles: [manager]}
  figures: {roles: [director], fields: [floor]}
  vetoes:
    - {item: bad_weather, label: {zh: 天气恶劣, en: Bad weather}}
  filing: 11 calendar days
  credit_change: 12 calendar days
  survey: 13 calendar days
  trend: 14 calendar days
  agreement: [16 calendar days, 15 calendar days]
  agenda:
    evaluation_after: 17 calendar days
    evaluation_ahead: 18 calendar days
    notice: 19 calendar days
    urge: 20 calendar days
    superior: 21 calendar days
`).Rules()
	rules.Cadence, rules.Duties = nil, dossier.Duties{}
	require.Equal(t, dossier.Rules{
		Weights: []dossier.ItemWeight{
			{Item: dossier.ShareOfWallet, Weight: 1},
			{Item: dossier.EffortAndCost, Weight: 2},
			{Item: dossier.DealRisk, Weight: 3},
			{Item: dossier.StrategicValue, Weight: 4},
			{Item: dossier.PaymentRisk, Weight: 5},
			{Item: dossier.OurCapacity, Weight: 6},
			{Item: dossier.TechnicalDifficulty, Weight: 0},
		},
		GradeFrom: []dossier.GradeFrom{{Grade: deal.GradeA, Score: 450}, {Grade: deal.GradeB, Score: 350}, {Grade: deal.GradeC, Score: 250}},
		Regrade: []dossier.GradeDays{
			{Grade: deal.GradeA, Days: 30}, {Grade: deal.GradeB, Days: 40}, {Grade: deal.GradeC, Days: 50}, {Grade: deal.GradeD, Days: 60},
		},
		Economic: dossier.EconomicRules{MonthlyKG: 5000, AnnualMinor: 100, Currency: "USD"},
		Credit:   dossier.CreditRules{GreenTurnoverMinor: 200, Currency: "EUR", YellowLateBP: 300, YellowDaysLate: 4, RedDaysLate: 5},
		Focus:    dossier.FocusRules{LargeVolume: 6, Times: 7}, FlagBonus: 8,
		Private:    dossier.PrivateRules{On: true, Roles: []deal.Role{deal.Manager}},
		Figures:    dossier.FigureRules{Roles: []deal.Role{deal.Director}, Fields: []string{"floor"}},
		Vetoes:     []dossier.VetoItem{{Item: "bad_weather", Label: deal.Text{ZH: "天气恶劣", EN: "Bad weather"}}},
		FilingDays: 11, CreditChangeDays: 12, SurveyDays: 13, TrendDays: 14, AgreementDays: []int{16, 15},
		Agenda: dossier.AgendaRules{EvaluationAfter: 17, EvaluationAhead: 18, Notice: 19, Urge: 20, Superior: 21},
	}, rules)
}

func TestRules_takeAnEmptyListForAnAnswer(t *testing.T) {
	t.Parallel()
	rules := withDossier(t, "dossier: {vetoes: [], agreement: [], private: {roles: []}}\n").Rules()
	require.Empty(t, rules.Vetoes)
	require.Empty(t, rules.AgreementDays)
	require.Empty(t, rules.Private.Roles)
	require.Equal(t, dossier.DefaultRules().FilingDays, rules.FilingDays)
}

func TestRules_ofAPlaybookDecideItsGates(t *testing.T) {
	t.Parallel()
	library := load(t)
	for name, c := range map[string]struct {
		old, new string
		step     deal.Step
		unmet    []string
	}{
		"another list of vetoes":               {"item: blacklisted", "item: bad_weather", deal.Screen, []string{"vetoes_checked"}},
		"a survey ages sooner":                 {"survey: 90 calendar days", "survey: 1 calendar days", deal.Maintain, nil},
		"a score makes another A":              {"{A: 400, B: 300, C: 200}", "{A: 350, B: 300, C: 200}", deal.Analyse, []string{"grade_as_scored"}},
		"weights make another C":               {"share_of_wallet: 20,", "share_of_wallet: 0,", deal.Analyse, nil},
		"a filing that ran out":                {"filing: 90 calendar days", "filing: 1 calendar days", deal.Screen, nil},
		"a survey of the day before yesterday": {"survey: 90 calendar days", "survey: 1 calendar days", deal.Maintain, nil},
	} {
		source := strings.Replace(sourceOf(t, library, playbooktest.Express), c.old, c.new, 1)
		source = strings.Replace(source, "version: 3", "version: 4", 1)
		other := new(playbook.Library)
		require.NoError(t, other.Add([]byte(source), "test.yaml"), name)
		p, err := other.Get(deal.BookRef{Name: playbooktest.Express, Version: 4})
		require.NoError(t, err)
		require.Equal(t, append([]string{}, c.unmet...), items(gateOf(t, p, playbooktest.Ready(playbooktest.Express, c.step))), name)
	}
}

func TestGate_isAnErrorWhenARecordCannotBeRead(t *testing.T) {
	t.Parallel()
	a := playbooktest.Ready(playbooktest.Express, deal.Screen)
	a.Records.Dossier[0].Body = []byte("{")
	_, err := load(t).Gate(a.State, a.Records, a.At)
	require.ErrorContains(t, err, "read the account's file", "a gate that cannot see the file lets nobody pass")

	a.State.Book = deal.BookRef{Name: playbooktest.Quick, Version: playbooktest.Version(playbooktest.Quick)}
	_, err = load(t).Gate(a.State, a.Records, a.At)
	require.NoError(t, err, "whose gate does not ask for it")
}

func TestGate_passesOverARecordOfALaterRelease(t *testing.T) {
	t.Parallel()
	a := playbooktest.Ready(playbooktest.Express, deal.Screen)
	a.Records.Dossier = append(a.Records.Dossier, deal.Document{Kind: "horoscope", ID: "one", Body: []byte("{}")})
	require.Empty(t, gateOf(t, newest(t, playbooktest.Express), a).Unmet)
}

func TestGate_takesAnOverrideForAGradeUntilTheScoresAreEdited(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	for _, g := range []deal.Grade{deal.GradeA, deal.GradeC, deal.GradeD} {
		a := playbooktest.Ready(playbooktest.Express, deal.Analyse)
		grade(g)(&a)
		require.Contains(t, items(gateOf(t, p, a)), "grade_as_scored")
		require.Equal(t, g == deal.GradeD, slices.Contains(items(gateOf(t, p, a)), playbook.GradeAllowsNext))
		approvedAbout(deal.GradeOverride, dossier.ValueScoreKind)(&a)
		require.Empty(t, items(gateOf(t, p, a)), g)
		playbooktest.Edit(&a, func(s *dossier.ValueScore) { s.Note = "scored anew" })
		require.Contains(t, items(gateOf(t, p, a)), "grade_as_scored")
	}
}

func TestGate_takesAnOverrideForTheGradeThatWasAskedForOnly(t *testing.T) {
	t.Parallel()
	for _, book := range []string{playbooktest.Express, playbooktest.Industrial, playbooktest.GroupBuying, playbooktest.Project} {
		p := newest(t, book)
		a := playbooktest.Ready(book, deal.Analyse)
		grade(deal.GradeD)(&a)
		approvedAbout(deal.GradeOverride, dossier.ValueScoreKind)(&a)
		require.Empty(t, items(gateOf(t, p, a)), book)
		grade(deal.GradeA)(&a) // approved was that a D goes on
		require.Equal(t, []string{"grade_as_scored"}, items(gateOf(t, p, a)), book)
	}

	a := playbooktest.Ready(playbooktest.Express, deal.Visit)
	grade(deal.GradeA)(&a)
	approvedAbout(deal.GradeOverride, dossier.ValueScoreKind)(&a)
	grade(deal.GradeD)(&a) // approved was an A
	require.Equal(t, []string{playbook.GradeAllowsNext}, items(gateOf(t, newest(t, playbooktest.Express), a)))
}

func TestGate_stopsAGradeDAfterAnalyseUntilAnOverride(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	for _, step := range deal.Steps() {
		a := playbooktest.Ready(playbooktest.Express, step)
		grade(deal.GradeD)(&a)
		rewrite(func(s *dossier.ValueScore) { // the scores say D, too
			for i := range s.Scores {
				s.Scores[i].Score = 1
			}
		})(&a)
		unmet := items(gateOf(t, p, a))
		if step.Before(deal.Analyse) || !step.Before(deal.Maintain) {
			require.Empty(t, unmet, step)
			continue
		}
		require.Equal(t, []string{playbook.GradeAllowsNext}, unmet, step)
		approvedAbout(deal.GradeOverride, dossier.ValueScoreKind)(&a)
		require.Empty(t, items(gateOf(t, p, a)), step)
	}
}

func TestGate_takesALiftForAVetoUntilTheItemIsEdited(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	a := playbooktest.Ready(playbooktest.Express, deal.Screen)
	hit("blacklisted")(&a) // the newest of the kind, which the request is about
	require.Equal(t, []string{"no_veto"}, items(gateOf(t, p, a)))
	approvedAbout(deal.VetoLift, dossier.VetoKind)(&a)
	require.Empty(t, items(gateOf(t, p, a)))
	hit("bad_payer")(&a)
	require.Equal(t, []string{"no_veto"}, items(gateOf(t, p, a)), "one lift is for one item")
}

func TestGate_takesALiftOfAnEarlierCycleUntilTheItemIsEdited(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	a := playbooktest.Ready(playbooktest.Express, deal.Analyse)
	hit("blacklisted")(&a)
	require.Equal(t, []string{"no_veto"}, items(gateOf(t, p, a)))
	approvedAbout(deal.VetoLift, dossier.VetoKind)(&a)
	opened := deal.Fold(a.State, deal.Event{Account: a.State.Account, Seq: a.State.Seq + 1, Body: deal.CycleOpened{Cycle: 2, Book: a.State.Book}})
	require.Empty(t, opened.Approvals)
	a.State.Approvals, a.State.Lifts = opened.Approvals, opened.Lifts // what the second cycle finds
	require.Empty(t, items(gateOf(t, p, a)))
	playbooktest.Edit(&a, func(v *dossier.Veto) { v.Evidence += "，又有新情况" })
	require.Equal(t, []string{"no_veto"}, items(gateOf(t, p, a)))
}

func TestGate_asksForANewContractWhereAnotherAgreementIsTheLatest(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	a := playbooktest.Ready(playbooktest.Express, deal.Sign)
	for _, d := range a.Records.Dossier {
		if d.Kind == string(dossier.DocumentKind) {
			a.Put(dossier.Agreement{
				Number: "KD-2", AmountMinor: 1, Currency: playbooktest.Currency, TermMonths: 12, SignedOn: dossier.Day(days(0)),
				StartsOn: dossier.Day(days(2)), EndsOn: dossier.Day(days(366)),
				Evidence: &dossier.Evidence{Document: d.ID, SHA256: documentHash(t, a)},
			})
		}
	}
	require.Equal(t, []string{"contract_amount_approved"}, items(gateOf(t, p, a)))
}

func documentHash(t *testing.T, a playbooktest.Account) string {
	t.Helper()
	file, err := dossier.FileOf(a.Records.Dossier)
	require.NoError(t, err)
	document, ok := dossier.Newest[dossier.Document](file)
	require.True(t, ok)
	return document.SHA256
}

func TestConditions_ofExpressSendPeopleToTheRecordThatFixesThem(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"screen/man_answered": "man", "screen/vetoes_checked": "vetoes", "screen/filing_approved": "filings", "survey/incumbent_known": "rivals",
		"survey/buying_phase_known": "buying-process", "analyse/needs_ranked": "needs", "analyse/value_scored": "value-score",
		"analyse/kind_decided": "classification", "plan/solution_written": "proposal", "plan/rivals_compared": "competition",
		"plan/decision_simulated": "simulation", "visit/limits_set": "negotiation", "visit/support_balance": "stakeholders",
		"trial/criteria_judged": "trials", "sign/credit_known": "credit", "sign/agreement_proven": "agreements",
		"maintain/user_served": "service-plans", "maintain/surveyed_lately": "surveys", "maintain/volume_evaluated": "evaluations",
	}
	found := map[string]string{}
	for _, s := range newest(t, playbooktest.Express).Describe().Steps {
		for _, c := range s.Conditions {
			if name := string(s.Step) + "/" + c.Code; want[name] != "" {
				found[name] = c.Link
			}
		}
	}
	require.Equal(t, want, found)
}
