package dossier

import (
	"encoding/json"
	"fmt"
	"sync"

	"closedloop/deal"
)

// Kind names a kind of record; it is the same word in Go, in the database and in JSON.
type Kind string

// The kinds of records.
const (
	StakeholderKind    Kind = "stakeholder"
	RelationKind       Kind = "relation"
	TrustKind          Kind = "trust"
	NeedKind           Kind = "need"
	RivalKind          Kind = "rival"
	CompetitionKind    Kind = "competition"
	BuyingProcessKind  Kind = "buying_process"
	FactorsKind        Kind = "factors"
	NegotiationKind    Kind = "negotiation"
	SimulationKind     Kind = "simulation"
	ProposalKind       Kind = "proposal"
	TrialKind          Kind = "trial"
	AgreementKind      Kind = "agreement"
	ServicePlanKind    Kind = "service_plan"
	SurveyKind         Kind = "survey"
	EvaluationKind     Kind = "evaluation"
	DocumentKind       Kind = "document"
	ManKind            Kind = "man"
	VetoKind           Kind = "veto"
	ValueScoreKind     Kind = "value_score"
	ClassificationKind Kind = "classification"
	CreditKind         Kind = "credit"
	FilingKind         Kind = "filing"
	SupportRequestKind Kind = "support_request"
	ExecutiveVisitKind Kind = "executive_visit"
	GiftRecordKind     Kind = "gift"
	VisitReviewKind    Kind = "visit_review"
	PlanRevisionKind   Kind = "plan_revision"
)

// KindInfo says how a kind of record is kept and called.
type KindInfo struct {
	Kind     Kind
	Path     string        // segment of the URL below the account: plural, or the bare noun where there is one document
	PerCycle bool          // belongs to the cycle in which it was begun; the others belong to the account for life
	Single   bool          // one document, per cycle where PerCycle
	Step     deal.Step     // where the ring first asks for it
	Label    deal.Text     // what people call it
	New      func() Record // an empty one, by value
	load     func([]byte) (Record, error)
}

// Kinds returns every kind in the order in which an account's file is read.
func Kinds() []KindInfo {
	return []KindInfo{
		one[Man](PerCycle, "man", deal.Screen, "MAN 判断", "MAN test"),
		many[Veto](ForLife, "vetoes", deal.Screen, "否决项", "Veto item"),
		many[Filing](ForLife, "filings", deal.Screen, "立项备案", "Filing"),
		many[Stakeholder](ForLife, "stakeholders", deal.Survey, "关键人", "Stakeholder"),
		many[Relation](ForLife, "relations", deal.Survey, "人际关系", "Relation"),
		many[Trust](ForLife, "trust", deal.Survey, "信任度", "Trust"),
		one[BuyingProcess](PerCycle, "buying-process", deal.Survey, "采购流程", "Buying process"),
		many[Rival](ForLife, "rivals", deal.Survey, "竞争对手", "Rival"),
		one[Factors](PerCycle, "factors", deal.Survey, "决策因素", "Decision factors"),
		many[Need](PerCycle, "needs", deal.Analyse, "需求", "Need"),
		one[ValueScore](PerCycle, "value-score", deal.Analyse, "价值评分", "Value score"),
		one[Classification](ForLife, "classification", deal.Analyse, "客户分类", "Classification"),
		one[Credit](ForLife, "credit", deal.Analyse, "信用等级", "Credit"),
		one[Proposal](PerCycle, "proposal", deal.Plan, "方案", "Proposal"),
		one[Competition](PerCycle, "competition", deal.Plan, "竞争矩阵", "Competition matrix"),
		one[Simulation](PerCycle, "simulation", deal.Plan, "决策推演", "Decision simulation"),
		one[Negotiation](PerCycle, "negotiation", deal.Visit, "谈判提纲", "Negotiation"),
		many[Trial](PerCycle, "trials", deal.Trial, "试用", "Trial"),
		many[Agreement](PerCycle, "agreements", deal.Sign, "协议", "Agreement"),
		many[ServicePlan](ForLife, "service-plans", deal.Maintain, "服务计划", "Service plan"),
		many[Survey](ForLife, "surveys", deal.Maintain, "满意度调查", "Satisfaction survey"),
		many[Evaluation](PerCycle, "evaluations", deal.Maintain, "效果评估", "Evaluation report"),
		many[PlanRevision](PerCycle, "plan-revisions", deal.Plan, "方案修订", "Plan revision"),
		many[ExecutiveVisit](ForLife, "executive-visits", deal.Visit, "高层拜访", "Executive visit"),
		many[VisitReview](PerCycle, "visit-reviews", deal.Visit, "拜访复盘", "Visit review"),
		many[SupportRequest](ForLife, "support-requests", deal.Screen, "支持申请", "Support request"),
		many[Gift](ForLife, "gifts", deal.Visit, "礼品与招待", "Gift"),
		many[Document](PerCycle, "documents", deal.Collect, "文件", "Document"),
	}
}

// Whether a kind begins anew with every cycle or stays for the account's life.
const (
	PerCycle = true
	ForLife  = false
)

func one[R Record](perCycle bool, path string, step deal.Step, zh, en string) KindInfo {
	info := many[R](perCycle, path, step, zh, en)
	info.Single = true
	return info
}

func many[R Record](perCycle bool, path string, step deal.Step, zh, en string) KindInfo {
	var empty R
	return KindInfo{
		Kind: empty.Kind(), Path: path, PerCycle: perCycle, Step: step, Label: deal.Text{ZH: zh, EN: en},
		New: func() Record { return empty },
		load: func(body []byte) (Record, error) {
			var r R
			if err := json.Unmarshal(body, &r); err != nil {
				return nil, fmt.Errorf("read a %s: %w", empty.Kind(), err)
			}
			return r, nil
		},
	}
}

// byKind is made once and only read: every record that is loaded asks for its kind.
var byKind = sync.OnceValue(func() map[Kind]KindInfo {
	infos := map[Kind]KindInfo{}
	for _, info := range Kinds() {
		infos[info.Kind] = info
	}
	return infos
})

// KindOf finds a kind; the second value is false for something that is none.
func KindOf(k Kind) (KindInfo, bool) {
	info, ok := byKind()[k]
	return info, ok
}

// KindAt finds a kind by its segment of the URL.
func KindAt(path string) (KindInfo, bool) {
	for _, info := range Kinds() {
		if info.Path == path {
			return info, true
		}
	}
	return KindInfo{}, false
}
