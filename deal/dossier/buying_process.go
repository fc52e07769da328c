package dossier

import (
	"time"

	"closedloop/deal"
)

// BuyingProcess is the customer's own way to a decision, beside our ring (domain.md §6).
type BuyingProcess struct {
	Phase       BuyingPhase `json:"phase"`
	DecisionOn  Day         `json:"decision_on"`  // when the customer means to decide; empty while not known
	NoIncumbent bool        `json:"no_incumbent"` // we looked, and nobody supplies them today
	RolePlans   []RolePlan  `json:"role_plans"`   // how we find out who is in a role nobody is known for
	Note        string      `json:"note"`
}

// RolePlan says how we mean to find out who holds a buying role.
type RolePlan struct {
	Role deal.BuyingRole `json:"role"`
	Plan string          `json:"plan"`
	By   Day             `json:"by"` // when we mean to know; empty for no date
}

// BuyingPhase is how far the customer's purchase is.
type BuyingPhase string

// The phases of a purchase, in order.
const (
	NeedPhase       BuyingPhase = "need"
	SearchPhase     BuyingPhase = "search"
	CriteriaPhase   BuyingPhase = "criteria"
	TenderPhase     BuyingPhase = "tender"
	InspectionPhase BuyingPhase = "inspection"
	AgreementPhase  BuyingPhase = "agreement"
)

func buyingPhases() set[BuyingPhase] {
	return set[BuyingPhase]{
		opt(NeedPhase, "产生需求", "Need"), opt(SearchPhase, "寻找供应商", "Search"), opt(CriteriaPhase, "确定标准", "Criteria"),
		opt(TenderPhase, "招标比价", "Tender"), opt(InspectionPhase, "考察试用", "Inspection"), opt(AgreementPhase, "签约", "Agreement"),
	}
}

// AllBuyingPhases returns the phases in order.
func AllBuyingPhases() []BuyingPhase { return buyingPhases().all() }

// ParseBuyingPhase reads a phase's identifier.
func ParseBuyingPhase(s string) (BuyingPhase, error) { return buyingPhases().parse("buying phase", s) }

// Label is what people call it; empty for something that is no phase.
func (p BuyingPhase) Label() deal.Text { return buyingPhases().label(p) }

// buyingRoles are the labels of package deal's buying roles.
func buyingRoles() set[deal.BuyingRole] {
	return set[deal.BuyingRole]{
		opt(deal.UserRole, "使用者", "User"), opt(deal.GatekeeperRole, "把关者", "Gatekeeper"), opt(deal.DeciderRole, "决策者", "Decider"),
		opt(deal.InfluencerRole, "影响者", "Influencer"), opt(deal.ChampionRole, "内线支持者", "Champion"),
	}
}

// Plans tells whether there is a plan to find out who holds a role.
func (b BuyingProcess) Plans(role deal.BuyingRole) bool {
	for _, p := range b.RolePlans {
		if p.Role == role && p.Plan != "" {
			return true
		}
	}
	return false
}

// Kind implements [Record].
func (BuyingProcess) Kind() Kind { return BuyingProcessKind }

// Validate implements [Record].
func (b BuyingProcess) Validate(now time.Time) deal.Refusals {
	c := begin(b, now)
	maybe(c, "/phase", b.Phase, buyingPhases())
	c.someDay("/decision_on", b.DecisionOn)
	for i, p := range b.RolePlans {
		chosen(c, cell("/role_plans", i, "role"), p.Role, buyingRoles())
		c.text(cell("/role_plans", i, "plan"), p.Plan)
		c.someDay(cell("/role_plans", i, "by"), p.By)
	}
	unique(c, "/role_plans", b.RolePlans, "role", func(p RolePlan) string { return string(p.Role) })
	return c.done()
}
