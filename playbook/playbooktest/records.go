package playbooktest

import (
	"crypto/sha256"
	"encoding/hex"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// Put puts a record on file and answers its ID: in memory, or over HTTP.
type Put func(r dossier.Record) (id string)

// Records puts on file what the gate of a step asks for, in an order in which later records may point at earlier ones.
// What an approval has to bring about first (a filing that is live, a credit colour in force) is put as it is before:
// [Requests] are the approvals. Day is the day on which the records are put.
func Records(book string, step deal.Step, o Options, put Put) {
	if book == Quick {
		return
	}
	switch step { //nolint:exhaustive // the gate of collect asks for no record, archive for none of its own
	case deal.Screen:
		screenRecords(book, o, put)
	case deal.Survey:
		surveyRecords(book, o, put)
	case deal.Analyse:
		analyseRecords(o, put)
	case deal.Plan:
		planRecords(book, o, put)
	case deal.Visit:
		visitRecords(book, o, put)
	case deal.Trial:
		trialRecords(book, o, put)
	case deal.Sign:
		signRecords(book, o, put)
	case deal.Maintain:
		maintainRecords(book, o, put)
	}
}

// Vetoes are the items of a playbook's list.
func Vetoes(book string) []string {
	return []string{
		map[string]string{Express: "forbidden_goods", Industrial: "export_control", GroupBuying: "bribery_risk", Project: "collusion"}[book],
		"bad_payer", "insolvent", "blacklisted",
	}
}

// SignedFile is the file that the agreement of [Records] names as its evidence.
func SignedFile() []byte { return []byte("%PDF-1.4\n% signed by both sides\n") }

// A Request is an approval that the gate of a step asks for.
type Request struct {
	Kind    deal.ApprovalKind
	Subject dossier.Kind // empty: the form of the step
	Amount  bool         // a request over [AmountMinor]
}

// Requests are the approvals that the gate of a step asks for, in the order of doing: after the form and the records.
func Requests(book string, step deal.Step) []Request {
	about := func(k dossier.Kind) dossier.Kind { // the others approve proposal and contract on the form
		if book == Express {
			return k
		}
		return ""
	}
	switch step { //nolint:exhaustive // the other gates ask for no approval
	case deal.Screen:
		if book == Quick {
			return []Request{{Kind: deal.Filing}}
		}
		return []Request{{Kind: deal.Filing, Subject: dossier.FilingKind}}
	case deal.Plan:
		return []Request{{Kind: deal.Proposal, Subject: about(dossier.ProposalKind), Amount: true}}
	case deal.Sign:
		contract := Request{Kind: deal.Contract, Subject: about(dossier.AgreementKind), Amount: true}
		if book == Quick {
			return []Request{contract}
		}
		return []Request{{Kind: deal.CreditChange, Subject: dossier.CreditKind}, contract}
	}
	return nil
}

// on is the day that lies so many days ahead, or behind.
func (o Options) on(n int) dossier.Day { return dossier.Day(o.day(n)) }

func screenRecords(book string, o Options, put Put) {
	put(dossier.Man{Money: ptr(true), Authority: ptr(true), Need: ptr(true), Evidence: "首访确认"})
	for _, item := range Vetoes(book) {
		put(dossier.Veto{Item: item, On: o.on(0), Evidence: "公开信息已核查"})
	}
	put(dossier.Filing{Project: "样衣专递", Scope: "江苏各厂寄往沿海的样衣", Owner: deal.PersonID(o.Person), Renewals: []dossier.Renewal{}})
}

func surveyRecords(book string, o Options, put Put) {
	if book != Project { // where nobody supplies yet
		put(dossier.Rival{
			Name: "顺丰", Incumbent: true, MonthlyVolume: ptr(int64(900)), Strengths: []string{"时效"}, Weaknesses: []string{"退换货"},
			Backers: []string{}, Evidence: "面单",
		})
	}
	process := dossier.BuyingProcess{Phase: dossier.CriteriaPhase, DecisionOn: o.on(60)}
	for _, role := range []deal.BuyingRole{deal.UserRole, deal.InfluencerRole, deal.GatekeeperRole, deal.DeciderRole} {
		process.RolePlans = append(process.RolePlans, dossier.RolePlan{Role: role, Plan: "问前台和采购"})
	}
	put(process)
}

func analyseRecords(o Options, put Put) {
	put(dossier.Need{Need: "退换货上门", Origin: dossier.Stated, Priority: 1, Evidence: "走访"})
	put(valueScore(deal.PersonID(o.Person), o.on(0)))
	put(dossier.Classification{
		AccountKind: dossier.Economic, MonthlyKG: 21_000, AnnualMinor: 600_000_000, Currency: Currency,
		Tests: []dossier.KeyTest{{Test: dossier.StrongGrowth, Reason: "新厂投产"}},
	})
}

func planRecords(book string, o Options, put Put) {
	us := deal.PersonID(o.Person)
	if book == GroupBuying { // its proposal and its rivals stand on the form
		return
	}
	if book == Express {
		put(dossier.Proposal{
			Solution: "样衣专递加上门取件", Positioning: "最快的样衣通道", ValueStatement: "打样周期缩短一天", PriceMinor: AmountMinor, Currency: Currency,
			CostMinor: ptr(int64(21_000_000)), Owners: []deal.PersonID{us},
			Milestones: []dossier.Milestone{{Milestone: "试寄", DueOn: o.on(30), Owner: us}},
		})
	}
	rival := put(dossier.Rival{Name: "中通", Strengths: []string{"价格"}, Weaknesses: []string{}, Backers: []string{}, Evidence: "客户口述"})
	put(dossier.Competition{Rivals: []string{rival}, Criteria: []dossier.Criterion{
		{Criterion: "时效", Weight: 5, Us: 5, Them: []dossier.RivalScore{{Rival: rival, Score: 3}}},
	}})
	put(dossier.Simulation{
		Votes:   []dossier.Vote{{Contact: o.Contact, Vote: dossier.VotesFor, Reason: "看时效", Objection: "账期", Answer: "月结"}},
		Outcome: "通过",
	})
}

func visitRecords(book string, o Options, put Put) {
	if book == GroupBuying {
		return
	}
	put(dossier.Stakeholder{
		Contact: o.Contact, Temper: dossier.Tiger, Power: 4, Support: &dossier.Support{Level: 1, On: o.on(0), Evidence: "当面认可"},
	})
	if book == Express {
		put(dossier.Negotiation{
			PriceTiming: "确认时效之后", Alternatives: "按线路分阶段", Limits: "折扣不低于七五折", Concessions: []dossier.Concession{},
			Commitment: &dossier.Commitment{Type: dossier.Verbal, On: o.on(0), Contact: o.Contact, Evidence: "总经理当面同意，采购在场"},
		})
	}
}

func trialRecords(book string, o Options, put Put) {
	if book == Express {
		put(dossier.Trial{StartsOn: o.on(-7), EndsOn: o.on(0), Criteria: []dossier.Acceptance{
			{Criterion: "次日达", Target: "98%", Measured: "99%", Verdict: dossier.Passed, JudgedOn: o.on(0)},
		}})
	}
}

func signRecords(book string, o Options, put Put) {
	put(dossier.Credit{
		Payments: dossier.Payments{TurnoverMinor: AmountMinor, Currency: Currency, Invoices: 12},
		Change:   &dossier.CreditChange{To: dossier.Blue, Reason: "付款及时"}, // its dates are filled in
	})
	if book != Express {
		return
	}
	sum := sha256.Sum256(SignedFile())
	hash := hex.EncodeToString(sum[:])
	file := put(dossier.Document{
		Name: "agreement.pdf", MediaType: "application/pdf", Size: int64(len(SignedFile())), SHA256: hash,
		Purpose: dossier.AgreementDocument, Step: deal.Sign,
	})
	put(dossier.Agreement{
		Number: "KD-" + string(o.on(0)), AmountMinor: AmountMinor, Currency: Currency, TermMonths: 12, SignedOn: o.on(0), StartsOn: o.on(1),
		EndsOn: o.on(365), Evidence: &dossier.Evidence{Document: file, SHA256: hash},
	})
}

func maintainRecords(book string, o Options, put Put) {
	if book == Project {
		return
	}
	put(dossier.Survey{
		On: o.on(-1), Answers: []dossier.Answer{{Question: "时效", Score: 4}},
		Actions: []dossier.Action{{Action: "增派车辆", Owner: deal.PersonID(o.Person), DueOn: o.on(0), ClosedOn: o.on(0), Result: "已增派"}},
	})
	if book == GroupBuying {
		return
	}
	for _, role := range []deal.BuyingRole{deal.UserRole, deal.GatekeeperRole, deal.DeciderRole} {
		put(dossier.ServicePlan{Role: role, Service: "每月回访", EveryDays: 30, NextOn: o.on(30)})
	}
	if book == Express {
		put(dossier.Evaluation{
			On: o.on(0), VolumeTarget: ptr(int64(1500)), VolumeActual: ptr(int64(1620)), Satisfaction: ptr(4), MarginBP: ptr(1850), Lessons: "旺季提前备车",
		})
	}
}

// valueScore makes a B: 3.85 points.
func valueScore(by deal.PersonID, on dossier.Day) dossier.ValueScore {
	s := dossier.ValueScore{Evaluator: by, On: on}
	for item, score := range map[dossier.ValueItem]int{
		dossier.ShareOfWallet: 4, dossier.EffortAndCost: 3, dossier.DealRisk: 3, dossier.StrategicValue: 4, dossier.PaymentRisk: 4,
		dossier.OurCapacity: 5, dossier.TechnicalDifficulty: 4,
	} {
		s.Scores = append(s.Scores, dossier.ItemScore{Item: item, Score: score, Reason: "走访所见"})
	}
	return s
}

func ptr[T any](v T) *T { return &v }
