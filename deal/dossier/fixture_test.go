package dossier_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// now is a Thursday afternoon in Shanghai, and already the day after in no zone that matters.
var now = time.Date(2026, 11, 12, 15, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*60*60))

const today dossier.Day = "2026-11-12"

// hash is the SHA-256 of nothing.
const hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// filled is one record of every kind with everything on it, all of it well.
func filled() []dossier.Record {
	return []dossier.Record{
		filledMan(),
		dossier.Veto{Item: "bad_payer", Hit: true, On: today, Evidence: "court register"},
		dossier.DefaultRules().File("F-1", "样品专线", "samples to the coast", "rep1", today),
		filledStakeholder(),
		dossier.Relation{From: "zheng", To: "li", Type: dossier.ReportsTo, Evidence: "organisation chart"},
		filledTrust(),
		filledBuying(),
		dossier.Rival{
			Name: "德邦", Incumbent: true, MonthlyVolume: ptr(int64(35)), Since: "2024-05-01", Offer: "8 yuan", Strengths: []string{"price"},
			Weaknesses: []string{"breakage"}, Backers: []string{"li"}, Evidence: "their waybills",
		},
		dossier.Factors{Ranking: []dossier.Factor{{Factor: "breakage", Contact: "zheng", Evidence: "said so"}, {Factor: "price"}}},
		dossier.Need{Need: "nothing breaks", Origin: dossier.Stated, Priority: 1, Contact: "zheng", Evidence: "visit"},
		filledValue(4),
		dossier.Classification{
			AccountKind: dossier.Economic, MonthlyKG: 21_000, AnnualMinor: 400_000_000, Currency: "CNY", Sector: dossier.Health,
			ValueChain: "glass works", Potential: "new plant", Tests: []dossier.KeyTest{{Test: dossier.StrongGrowth, Reason: "new plant"}},
		},
		dossier.Credit{
			Colour: dossier.Blue, Since: "2026-01-05", Reason: "small", Payments: dossier.Payments{TurnoverMinor: 5_000_000, Currency: "CNY", Invoices: 10},
			Change: &dossier.CreditChange{To: dossier.Green, Reason: "grown", AskedOn: today, DueOn: today.Add(10)},
		},
		filledProposal(),
		filledMatrix(),
		dossier.Simulation{
			Votes:   []dossier.Vote{{Contact: "zheng", Vote: dossier.VotesFor, Reason: "breakage", Objection: "price", Answer: "less waste"}},
			Outcome: "a yes",
		},
		filledNegotiation(),
		dossier.Trial{StartsOn: "2026-10-01", EndsOn: "2026-10-15", Criteria: []dossier.Acceptance{passed("breakage"), passed("punctuality")}},
		filledAgreement(),
		dossier.ServicePlan{
			Role: deal.UserRole, Contact: "wu", Service: "collects at four", EveryDays: 7, NextOn: today.Add(3), LastOn: today.Add(-4), Owner: "rep1",
		},
		filledSurvey(),
		filledEvaluation(),
		dossier.PlanRevision{Summary: "the price of foam rose", Reason: "foam", FromVersion: 2, ToVersion: 3},
		filledVisit(),
		dossier.VisitReview{Interaction: "visit1", Reached: dossier.AimInPart, AgainstAim: "a date was wanted, a week was given", Adjust: "ask again"},
		filledSupport(),
		filledGift(),
		dossier.Document{
			Name: "协议.pdf", MediaType: "application/pdf", Size: 1234, SHA256: hash, Purpose: dossier.AgreementDocument, Step: deal.Sign,
		},
	}
}

// approvedAt is when something on file was approved.
const approvedAt dossier.Instant = "2026-11-10T02:00:00Z"

func filledVisit() dossier.ExecutiveVisit {
	return dossier.ExecutiveVisit{
		Executive: "director1", Contacts: []string{"zheng", "li"}, Aim: "a yes to the trial", VisitOn: "2026-11-11", Preparation: "figures of last year",
		ExpectedResult: "a date", AcceptedAt: approvedAt, HeldOn: "2026-11-11", Result: "the first of December",
	}
}

func filledSupport() dossier.SupportRequest {
	return dossier.SupportRequest{
		Centre: dossier.FinanceCentre, Wanted: "terms of 60 days", Why: "the rival gives them", NeededBy: "2026-11-20", Addressee: "director1",
		AcceptedAt: approvedAt, Satisfaction: 4,
		Answer: &dossier.SupportAnswer{Result: dossier.SupportInPart, Text: "45 days", On: today, By: "finance1"},
	}
}

func filledGift() dossier.Gift {
	return dossier.Gift{
		Contact: "zheng", GiftKind: dossier.Present, What: "tea", ValueMinor: 20_000, Currency: "CNY", Occasion: "spring festival",
		AcceptedAt: approvedAt, GivenOn: today,
	}
}

func filledMan() dossier.Man {
	return dossier.Man{Money: ptr(true), Authority: ptr(true), Need: ptr(true), Evidence: "first visit"}
}

func filledStakeholder() dossier.Stakeholder {
	return dossier.Stakeholder{
		Contact: "zheng", Gatekeeper: dossier.FinanceGate, Temper: dossier.Owl, Power: 5,
		Support:  &dossier.Support{Level: 2, On: today, Evidence: "said so before others"},
		Champion: &dossier.Champion{Rung: dossier.Agrees, On: today, Evidence: "asked for the offer"},
		Private:  &dossier.Private{Purpose: dossier.CarePurpose, Family: "a daughter", Birthday: "1980-02-29", Hobbies: "fishing"},
		Note:     "speaks last",
	}
}

func filledTrust() dossier.Trust {
	return dossier.Trust{Contact: "zheng", Ratings: []dossier.Rating{
		{Pillar: dossier.Conduct, Score: 2, On: "2026-05-01", Evidence: "late once"},
		{Pillar: dossier.Conduct, Score: 4, On: "2026-11-01", Evidence: "on time"},
		{Pillar: dossier.Sincerity, Score: 3, On: "2026-11-01", Evidence: "told them our weakness"},
	}}
}

func filledBuying() dossier.BuyingProcess {
	return dossier.BuyingProcess{
		Phase: dossier.TenderPhase, DecisionOn: "2026-12-20", Note: "two rounds",
		RolePlans: []dossier.RolePlan{{Role: deal.GatekeeperRole, Plan: "ask the buyer", By: "2026-11-20"}},
	}
}

func filledValue(score int) dossier.ValueScore {
	s := dossier.ValueScore{Evaluator: "manager1", On: today, Note: "first time"}
	for _, item := range dossier.AllValueItems() {
		s.Scores = append(s.Scores, dossier.ItemScore{Item: item, Score: score, Reason: "as seen"})
	}
	return s
}

func filledProposal() dossier.Proposal {
	return dossier.Proposal{
		Solution: "foam boxes", Positioning: "nothing breaks", ValueStatement: "half the waste", PriceMinor: 50_000_000, Currency: "CNY",
		CostMinor: ptr(int64(40_000_000)), Owners: []deal.PersonID{"rep1"},
		Milestones: []dossier.Milestone{{Milestone: "boxes ordered", DueOn: "2026-12-01", Owner: "rep1"}, {Milestone: "first pick-up", DueOn: "2026-12-15", Owner: "rep1"}},
	}
}

func filledMatrix() dossier.Competition {
	return dossier.Competition{Rivals: []string{"debang", "sf"}, Criteria: []dossier.Criterion{
		{Criterion: "breakage", Weight: 5, Us: 5, Them: []dossier.RivalScore{{Rival: "debang", Score: 2}, {Rival: "sf", Score: 4}}},
		{Criterion: "price", Weight: 3, Us: 2, Them: []dossier.RivalScore{{Rival: "debang", Score: 5}, {Rival: "sf", Score: 1}}},
	}}
}

func filledNegotiation() dossier.Negotiation {
	return dossier.Negotiation{
		PriceTiming: "after the trial", Alternatives: "fewer pick-ups", Limits: "8 yuan",
		Concessions: []dossier.Concession{{On: today, Side: dossier.OurSide, Given: "foam for free", Got: "two years", Contact: "zheng"}},
		Commitment:  &dossier.Commitment{Type: dossier.LetterOfIntent, On: today, Contact: "zheng", Evidence: "signed before us", Document: "doc1"},
	}
}

func passed(criterion string) dossier.Acceptance {
	return dossier.Acceptance{Criterion: criterion, Target: "below 1 %", Measured: "0.4 %", Verdict: dossier.Passed, JudgedOn: "2026-10-16"}
}

func filledAgreement() dossier.Agreement {
	return dossier.Agreement{
		Number: "A-7", AmountMinor: 50_000_000, Currency: "CNY", TermMonths: 12, SignedOn: today, StartsOn: "2026-12-01", EndsOn: "2027-11-30",
		Evidence: &dossier.Evidence{Document: "doc1", SHA256: hash},
	}
}

func filledSurvey() dossier.Survey {
	return dossier.Survey{
		On: "2026-11-01", Contact: "wu", Answers: []dossier.Answer{{Question: "punctuality", Score: 4, Comment: "mostly"}, {Question: "breakage", Score: 5}},
		Comment: "content", Actions: []dossier.Action{{Action: "earlier pick-up", Owner: "rep1", DueOn: "2026-11-10", ClosedOn: "2026-11-09", Result: "at three"}},
	}
}

func filledEvaluation() dossier.Evaluation {
	return dossier.Evaluation{
		On: today, VolumeTarget: ptr(int64(400)), VolumeActual: ptr(int64(300)), Satisfaction: ptr(4), MarginBP: ptr(1250), Lessons: "boxes first",
	}
}

// on puts records on file, in the first cycle, one minute after another.
func on(records ...dossier.Record) dossier.File {
	var f dossier.File
	for i, r := range records {
		f = append(f, dossier.Filed{
			ID: string(rune('a' + i)), Cycle: 1, Version: 1, At: now.Add(time.Duration(i-len(records)) * time.Minute), By: "rep1", Record: r,
		})
	}
	return f
}

func ptr[T any](v T) *T { return &v }

// refused wants exactly these reasons, each "code /pointer", in any order; and every reason to be worth reading.
func refused(t *testing.T, no deal.Refusals, want ...string) {
	t.Helper()
	got := []string{}
	for _, r := range no {
		got = append(got, string(r.Code)+" "+r.Field)
		for _, text := range []deal.Text{r.Text, r.Hint} {
			require.NotEmpty(t, text.ZH, "%s", got)
			require.NotEmpty(t, text.EN, "%s", got)
			// The API fills arguments into sentences between these.
			require.NotRegexp(t, `[\[\]{}]`, text.ZH+text.EN)
		}
	}
	require.ElementsMatch(t, want, got)
}
