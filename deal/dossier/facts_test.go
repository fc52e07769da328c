package dossier_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// known is an account in its second pass through visit of whom everything is on file.
func known() dossier.Input {
	return dossier.Input{
		Now: now, State: visiting, Profile: deal.Profile{MonthlyInbound: ptr(60), MonthlyOutbound: ptr(40)},
		Contacts: []deal.Contact{
			{ID: "wu", Role: deal.UserRole}, {ID: "li", Role: deal.GatekeeperRole}, {ID: "zheng", Role: deal.DeciderRole},
		},
		Interactions: []deal.Interaction{meeting(now.Add(-time.Hour), 2, "zheng", "wu")},
		Collect:      deal.Form{Content: map[string]any{"source": "referral"}},
		File: append(on(filled()...), dossier.Filed{ID: "doc1", Cycle: 1, Version: 1, At: now, Record: dossier.Document{
			Name: "协议.pdf", MediaType: "application/pdf", Size: 1, SHA256: hash, Purpose: dossier.AgreementDocument,
		}}),
		Rules: dossier.DefaultRules(),
	}
}

func TestFacts_ofAnAccountWithEverythingOnFile(t *testing.T) {
	t.Parallel()
	require.Equal(t, dossier.Facts{
		ManAnswered: true, ManMoney: true, ManAuthority: true, ManNeed: true, ManCell: "MAN",
		VetoesChecked: 1, VetoesListed: 4, VetoesHit: 1, VetoesOpen: 1, FilingLive: true, FilingUntil: "2027-02-10", FocusFlags: 2,
		UserKnown: true, GatekeeperKnown: true, DeciderKnown: true, UserSettled: true, GatekeeperSettled: true, DeciderSettled: true,
		MeetingsInPass: 1, DecidersMet: 1, ContactsDecayed: 1, SupportJudged: 1, SupportBalance: 10, ChampionRung: "agrees", ChampionLevel: 3,
		TrustAverage: 350, TrustTrend: "rising",
		BuyingPhase: "tender", DecisionOn: "2026-12-20", FactorsRanked: 2, IncumbentKnown: true, RivalsNamed: 1, RivalVolume: 35, RivalVolumeKnown: true,
		NeedsCount: 1, NeedsPrioritised: 1,
		ValueScored: true, ValueScore: 400, ValueGrade: "A", RegradeOn: "2027-02-10", AccountKind: "economic", AccountKindSupported: true, KeyAccount: true,
		CreditKnown: true, CreditColour: "blue", CreditChangeOpen: true,
		ProposalSolution: true, ProposalPositioning: true, ProposalValue: true, ProposalPriced: true, ProposalCosted: true, ProposalMilestones: 2,
		ProposalOwners: 1, ProposalComplete: true, ProposalMinor: 50_000_000, ProposalCurrency: "CNY", ProposalMarginBP: 2000,
		RivalsCompared: 2, CompetitionScored: true, CompetitionLead: 75, SimulationVotes: 1, SimulationDeciders: true, SimulationBalance: 1,
		NegotiationTiming: true, NegotiationAlternatives: true, NegotiationLimits: true, Concessions: 1, Commitment: "letter_of_intent",
		TrialCriteria: 2, TrialAllPassed: true,
		Agreement: "agreement/s", AgreementNumber: true, AgreementValued: true, AgreementDated: true, AgreementSigned: true, AgreementProven: true, AgreementComplete: true,
		AgreementMinor: 50_000_000, AgreementCurrency: "CNY", AgreementEndsOn: "2027-11-30",
		UserServed: true, SurveyOn: "2026-11-01", SurveyRecent: true, SurveySatisfaction: 450,
		EvaluationVolume: true, EvaluationRated: true, EvaluationMargin: true, EvaluationLessons: true, EvaluationComplete: true, DocumentsCount: 2,
	}, dossier.Summarise(known()))
}

func TestFacts_ofAnAccountOfWhichNothingIsKnown(t *testing.T) {
	t.Parallel()
	facts := dossier.Summarise(dossier.Input{Now: now, State: visiting, Rules: dossier.DefaultRules()})
	require.Equal(t, dossier.Facts{VetoesListed: 4}, facts)
	require.Equal(t, dossier.Facts{}, dossier.Summarise(dossier.Input{}), "nor any rules")
}

// change replaces records of a type on file by what the function makes of them.
func change[R dossier.Record](f func(*R)) func(*dossier.Input) {
	return func(in *dossier.Input) {
		for i, filed := range in.File {
			if r, ok := filed.Record.(R); ok {
				f(&r)
				in.File[i].Record = r
			}
		}
	}
}

// without takes the records of a kind off the file.
func without(kind dossier.Kind) func(*dossier.Input) {
	return func(in *dossier.Input) {
		var left dossier.File
		for _, filed := range in.File {
			if filed.Record.Kind() != kind {
				left = append(left, filed)
			}
		}
		in.File = left
	}
}

// with adds a record to the file of the first cycle.
func with(r dossier.Record) func(*dossier.Input) {
	return func(in *dossier.Input) {
		in.File = append(in.File, dossier.Filed{ID: "new", Cycle: 1, Version: 1, At: now.Add(time.Minute), Record: r})
	}
}

func role(contact string, role deal.BuyingRole) func(*dossier.Input) {
	return func(in *dossier.Input) {
		for i := range in.Contacts {
			if in.Contacts[i].ID == contact {
				in.Contacts[i].Role = role
			}
		}
	}
}

// Every condition of the gates (domain.md §2) that looks at the file, and what makes it true or false.
func TestFacts_followWhatIsOnFile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*dossier.Input)
		want   string // fact = value
	}{
		"no MAN test":              {without(dossier.ManKind), "man_answered = false"},
		"a need that is denied":    {change(func(m *dossier.Man) { m.Need = ptr(false) }), "man_need = false"},
		"MAn":                      {change(func(m *dossier.Man) { m.Need = ptr(false) }), "man_cell = MAn"},
		"a veto that is not hit":   {change(func(v *dossier.Veto) { v.Hit = false }), "vetoes_hit = 0"},
		"a veto lifted":            {func(in *dossier.Input) { in.Lifts = []dossier.Lift{{Veto: "b", Version: 1}} }, "vetoes_open = 0"},
		"lifted and still hit":     {func(in *dossier.Input) { in.Lifts = []dossier.Lift{{Veto: "b", Version: 1}} }, "vetoes_hit = 1"},
		"lifted before an edit":    {func(in *dossier.Input) { in.Lifts = []dossier.Lift{{Veto: "b", Version: 9}} }, "vetoes_open = 1"},
		"an item of another list":  {change(func(v *dossier.Veto) { v.Item = "bad_weather" }), "vetoes_checked = 0"},
		"no list of vetoes":        {func(in *dossier.Input) { in.Rules.Vetoes = nil }, "vetoes_checked = 1"},
		"a filing that ran out":    {func(in *dossier.Input) { in.Now = now.AddDate(0, 0, 91) }, "filing_live = false"},
		"a filing on its last day": {func(in *dossier.Input) { in.Now = now.AddDate(0, 0, 90) }, "filing_live = true"},

		"nobody decides":                 {role("zheng", ""), "decider_known = false"},
		"nobody decides, and no plan":    {role("zheng", ""), "decider_settled = false"},
		"no gatekeeper":                  {role("li", ""), "gatekeeper_known = false"},
		"no gatekeeper, but a plan":      {role("li", ""), "gatekeeper_settled = true"},
		"no user":                        {role("wu", ""), "user_settled = false"},
		"a decider who left":             {func(in *dossier.Input) { in.Contacts = in.Contacts[:2] }, "support_balance = 0"},
		"trust of who left":              {func(in *dossier.Input) { in.Contacts = in.Contacts[:2] }, "trust_average = 0"},
		"the pass before":                {func(in *dossier.Input) { in.Interactions[0].Pass = 1 }, "deciders_met = 0"},
		"met without the decider":        {func(in *dossier.Input) { in.Interactions[0].With = []string{"wu"} }, "deciders_met = 0"},
		"a meeting that is to come":      {func(in *dossier.Input) { in.Interactions[0].At = now.Add(time.Hour) }, "meetings_in_pass = 0"},
		"an account of grade D":          {func(in *dossier.Input) { in.State.Grade, in.Interactions[0].At = deal.GradeD, now.AddDate(0, 0, -89) }, "contacts_decayed = 1"},
		"an account of grade A":          {func(in *dossier.Input) { in.State.Grade, in.Interactions[0].At = deal.GradeA, now.AddDate(0, 0, -8) }, "contacts_decayed = 3"},
		"a foe":                          {change(func(s *dossier.Stakeholder) { s.Support = &dossier.Support{Level: -1} }), "support_balance = -5"},
		"power nobody judged":            {change(func(s *dossier.Stakeholder) { s.Power = 0 }), "support_judged = 0"},
		"no champion":                    {change(func(s *dossier.Stakeholder) { s.Champion = nil }), "champion_level = 0"},
		"no decision date":               {change(func(b *dossier.BuyingProcess) { b.DecisionOn = "" }), "decision_on = "},
		"no buying process":              {without(dossier.BuyingProcessKind), "buying_phase = "},
		"no incumbent recorded":          {change(func(r *dossier.Rival) { r.Incumbent = false }), "incumbent_known = false"},
		"an incumbent of unknown volume": {change(func(r *dossier.Rival) { r.MonthlyVolume = nil }), "rival_volume_known = false"},
		"a challenger of unknown volume": {with(dossier.Rival{Name: "x"}), "rival_volume_known = true"},
		"nobody supplies": {func(in *dossier.Input) {
			without(dossier.RivalKind)(in)
			change(func(b *dossier.BuyingProcess) { b.NoIncumbent = true })(in)
		}, "incumbent_known = true"},
		"no volume where nobody supplies": {func(in *dossier.Input) {
			without(dossier.RivalKind)(in)
			change(func(b *dossier.BuyingProcess) { b.NoIncumbent = true })(in)
		}, "rival_volume_known = true"},

		"a need without rank":      {change(func(n *dossier.Need) { n.Priority = 0 }), "needs_prioritised = 0"},
		"a need without rank, too": {change(func(n *dossier.Need) { n.Priority = 0 }), "needs_count = 1"},
		"no need":                  {without(dossier.NeedKind), "needs_count = 0"},
		"an item without score":    {change(func(v *dossier.ValueScore) { v.Scores = v.Scores[1:] }), "value_scored = false"},
		"no grade without scores":  {change(func(v *dossier.ValueScore) { v.Scores = v.Scores[1:] }), "value_grade = "},
		"a poor account":           {change(func(v *dossier.ValueScore) { *v = filledValue(1) }), "value_grade = D"},
		"time to grade anew":       {func(in *dossier.Input) { in.Now = now.AddDate(0, 0, 90) }, "regrade_due = true"},
		"no kind":                  {without(dossier.ClassificationKind), "account_kind = "},
		"a kind without figures":   {change(func(k *dossier.Classification) { k.MonthlyKG = 1 }), "account_kind_supported = false"},
		"no test holds":            {change(func(k *dossier.Classification) { k.Tests = nil }), "key_account = false"},
		"red":                      {change(func(k *dossier.Credit) { k.Colour = dossier.Red }), "credit_colour = red"},
		"never decided":            {without(dossier.CreditKind), "credit_known = false"},
		"a change decided":         {change(func(k *dossier.Credit) { *k = k.Declined() }), "credit_change_open = false"},
		"a change too late":        {func(in *dossier.Input) { in.Now = now.AddDate(0, 0, 11) }, "credit_change_late = true"},

		"no solution":          {change(func(p *dossier.Proposal) { p.Solution = "" }), "proposal_solution = false"},
		"no positioning":       {change(func(p *dossier.Proposal) { p.Positioning = "" }), "proposal_positioning = false"},
		"no value statement":   {change(func(p *dossier.Proposal) { p.ValueStatement = "" }), "proposal_value = false"},
		"no price":             {change(func(p *dossier.Proposal) { p.PriceMinor = 0 }), "proposal_priced = false"},
		"no cost budget":       {change(func(p *dossier.Proposal) { p.CostMinor = nil }), "proposal_costed = false"},
		"no milestone":         {change(func(p *dossier.Proposal) { p.Milestones = nil }), "proposal_milestones = 0"},
		"no owner":             {change(func(p *dossier.Proposal) { p.Owners = nil }), "proposal_owners = 0"},
		"a part missing":       {change(func(p *dossier.Proposal) { p.Owners = nil }), "proposal_complete = false"},
		"no matrix":            {without(dossier.CompetitionKind), "rivals_compared = 0"},
		"no rival":             {change(func(m *dossier.Competition) { *m = dossier.Competition{NoRival: true} }), "no_rival = true"},
		"rivals without score": {change(func(m *dossier.Competition) { m.Criteria = nil }), "rivals_compared = 0"},
		"a score missing":      {change(func(m *dossier.Competition) { m.Criteria[0].Them = m.Criteria[0].Them[:1] }), "competition_scored = false"},
		"no simulation":        {without(dossier.SimulationKind), "simulation_votes = 0"},
		"a second decider":     {role("li", deal.DeciderRole), "simulation_deciders = false"},
		"no decider at all":    {role("zheng", ""), "simulation_deciders = false"},

		"no time for price":     {change(func(n *dossier.Negotiation) { n.PriceTiming = "" }), "negotiation_timing = false"},
		"no alternatives":       {change(func(n *dossier.Negotiation) { n.Alternatives = "" }), "negotiation_alternatives = false"},
		"no limits":             {change(func(n *dossier.Negotiation) { n.Limits = "" }), "negotiation_limits = false"},
		"their concession":      {change(func(n *dossier.Negotiation) { n.Concessions[0].Side = dossier.CustomerSide }), "concessions = 0"},
		"no commitment":         {change(func(n *dossier.Negotiation) { n.Commitment = nil }), "commitment = "},
		"a commitment unproven": {change(func(n *dossier.Negotiation) { n.Commitment = &dossier.Commitment{Type: dossier.Verbal} }), "commitment = "},

		"no trial":                  {without(dossier.TrialKind), "trial_all_passed = false"},
		"a criterion failed":        {change(func(v *dossier.Trial) { v.Criteria[0].Verdict = dossier.Failed }), "trial_failed = 1"},
		"a criterion failed of two": {change(func(v *dossier.Trial) { v.Criteria[0].Verdict = dossier.Failed }), "trial_all_passed = false"},
		"a criterion not judged":    {change(func(v *dossier.Trial) { v.Criteria[0].Verdict = "" }), "trial_open = 1"},
		"sample B not judged":       {with(dossier.Trial{Sample: "B", Criteria: []dossier.Acceptance{{}}}), "trial_all_passed = false"},

		"no agreement":          {without(dossier.AgreementKind), "agreement_number = false"},
		"no amount":             {change(func(a *dossier.Agreement) { a.AmountMinor = 0 }), "agreement_valued = false"},
		"no term":               {change(func(a *dossier.Agreement) { a.TermMonths = 0 }), "agreement_dated = false"},
		"no start":              {change(func(a *dossier.Agreement) { a.StartsOn = "" }), "agreement_dated = false"},
		"no end":                {change(func(a *dossier.Agreement) { a.EndsOn = "" }), "agreement_dated = false"},
		"not signed":            {change(func(a *dossier.Agreement) { a.SignedOn = "" }), "agreement_signed = false"},
		"without evidence":      {change(func(a *dossier.Agreement) { a.Evidence = nil }), "agreement_proven = false"},
		"another file":          {change(func(d *dossier.Document) { d.SHA256 = "0" + hash[1:] }), "agreement_proven = false"},
		"a file that is gone":   {without(dossier.DocumentKind), "agreement_complete = false"},
		"two months to its end": {func(in *dossier.Input) { in.Now = time.Date(2027, 10, 1, 9, 0, 0, 0, now.Location()) }, "agreement_nudge = 60"},
		"a week to its end":     {func(in *dossier.Input) { in.Now = time.Date(2027, 11, 24, 9, 0, 0, 0, now.Location()) }, "agreement_nudge = 7"},

		"deciders served":          {with(dossier.ServicePlan{Role: deal.DeciderRole}), "decider_served = true"},
		"gatekeepers served":       {with(dossier.ServicePlan{Role: deal.GatekeeperRole}), "gatekeeper_served = true"},
		"nobody served":            {without(dossier.ServicePlanKind), "user_served = false"},
		"a service due":            {func(in *dossier.Input) { in.Now = now.AddDate(0, 0, 3) }, "services_due = 1"},
		"no survey":                {without(dossier.SurveyKind), "survey_recent = false"},
		"a survey 90 days ago":     {change(func(s *dossier.Survey) { s.On = today.Add(-90) }), "survey_recent = true"},
		"a survey 91 days ago":     {change(func(s *dossier.Survey) { s.On = today.Add(-91) }), "survey_recent = false"},
		"an action open":           {change(func(s *dossier.Survey) { s.Actions[0].ClosedOn = "" }), "actions_open = 1"},
		"an older action open":     {with(dossier.Survey{On: "2025-01-01", Actions: []dossier.Action{{}}}), "actions_open = 1"},
		"the latest survey counts": {with(dossier.Survey{On: today, Answers: []dossier.Answer{{Score: 1}}}), "survey_satisfaction = 100"},
		"no evaluation":            {without(dossier.EvaluationKind), "evaluation_complete = false"},
		"no volume":                {change(func(e *dossier.Evaluation) { e.VolumeActual = nil }), "evaluation_volume = false"},
		"no satisfaction":          {change(func(e *dossier.Evaluation) { e.Satisfaction = nil }), "evaluation_rated = false"},
		"no margin":                {change(func(e *dossier.Evaluation) { e.MarginBP = nil }), "evaluation_margin = false"},
		"no lessons":               {change(func(e *dossier.Evaluation) { e.Lessons = "" }), "evaluation_lessons = false"},
		"no document":              {without(dossier.DocumentKind), "documents_count = 0"},
		"no flags":                 {func(in *dossier.Input) { in.Profile, in.Collect = deal.Profile{}, deal.Form{} }, "focus_flags = 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := known()
			before := dossier.Summarise(in).Values()
			in = known()
			c.change(&in)
			after := dossier.Summarise(in).Values()
			fact, value := "", ""
			_, err := fmt.Sscanf(c.want, "%s =", &fact)
			require.NoError(t, err)
			value = c.want[len(fact)+3:]
			require.Contains(t, after, fact)
			require.Equal(t, value, fmt.Sprint(after[fact]), "%s; it was %v", fact, before[fact])
		})
	}
}

func TestFacts_ofANewCycleForgetWhatBelongedToTheLast(t *testing.T) {
	t.Parallel()
	in := known()
	in.State.Cycle = 2
	facts := dossier.Summarise(in)
	require.Zero(t, facts.NeedsCount)
	require.False(t, facts.ProposalComplete)
	require.False(t, facts.ValueScored)
	require.False(t, facts.AgreementComplete)
	require.Zero(t, facts.TrialCriteria)
	require.Empty(t, facts.BuyingPhase)
	require.EqualValues(t, 10, facts.SupportBalance, "people stay")
	require.Equal(t, "blue", facts.CreditColour)
	require.EqualValues(t, 1, facts.RivalsNamed)
	require.True(t, facts.UserServed)
	require.True(t, facts.SurveyRecent)
	require.True(t, facts.FilingLive)
}

func TestFacts_haveANameATypeAndWords(t *testing.T) {
	t.Parallel()
	all := dossier.AllFacts()
	values := dossier.Facts{}.Values()
	require.Len(t, values, len(all))
	names := []string{}
	for _, f := range all {
		names = append(names, f.Name)
		require.Regexp(t, `^[a-z]+(_[a-z]+)*$`, f.Name)
		require.NotEmpty(t, f.Label.ZH, f.Name)
		require.NotEmpty(t, f.Label.EN, f.Name)
		want := map[dossier.FactType]reflect.Kind{dossier.BoolFact: reflect.Bool, dossier.IntFact: reflect.Int64, dossier.TextFact: reflect.String}[f.Type]
		require.Equal(t, want, reflect.TypeOf(values[f.Name]).Kind(), f.Name)
	}
	require.ElementsMatch(t, dossier.FactNames(), names)
}

func TestFile_isReadOldestFirstAndOneCycleAtATime(t *testing.T) {
	t.Parallel()
	file := dossier.File{
		{ID: "b", Cycle: 2, At: now, Record: dossier.Need{Need: "second"}},
		{ID: "c", Cycle: 1, At: now, Record: dossier.Need{Need: "third"}},
		{ID: "a", Cycle: 1, At: now.Add(-time.Hour), Record: dossier.Need{Need: "first"}},
		{ID: "d", Cycle: 1, At: now, Record: dossier.Rival{Name: "SF"}},
	}
	got := []string{}
	for _, e := range dossier.Entries[dossier.Need](file) {
		got = append(got, e.ID)
	}
	require.Equal(t, []string{"a", "c", "b"}, got)
	newest, found := dossier.Newest[dossier.Need](file)
	require.True(t, found)
	require.Equal(t, "second", newest.Need)
	require.Len(t, file.Of(1), 3)
	require.Len(t, dossier.Bodies[dossier.Rival](file.Of(2)), 1, "rivals are there for life")
	require.Len(t, file, 4)
	_, found = dossier.Newest[dossier.Man](file)
	require.False(t, found)
}
