package playbooktest

import (
	"strings"
	"time"

	"closedloop/deal"
)

// Names of the shipped playbooks.
const (
	Express     = "express"
	Industrial  = "industrial"
	GroupBuying = "group-buying"
	Project     = "project"
	Quick       = "quick"
)

// Books are the names of all shipped playbooks.
func Books() []string { return []string{Express, Industrial, GroupBuying, Project, Quick} }

// Options are what forms point at.
type Options struct {
	Contact string    // ID of a contact of the account
	Person  string    // ID of one of our people
	Now     time.Time // surveys are held just before, re-check dates lie ahead
}

// day is the day that lies so many days ahead, or behind.
func (o Options) day(n int) string { return o.Now.AddDate(0, 0, n).Format(time.DateOnly) }

// Filled is content for a step's form that the gate takes as complete, as JSON would decode it (numbers are float64).
// Every call makes a new map. A book or step that is unknown has none.
func Filled(book string, step deal.Step, o Options) map[string]any {
	switch book {
	case Express:
		return express(step, o)
	case Industrial:
		return industrial(step, o)
	case GroupBuying:
		return groupBuying(step, o)
	case Project:
		return project(step, o)
	case Quick:
		return quick(step)
	}
	return nil
}

// Price of the proposal and the agreement: below the superior's limit of 1,000,000 yuan.
const (
	AmountMinor int64 = 36_000_000
	Currency          = "CNY"
)

func express(step deal.Step, o Options) map[string]any {
	day := o.day
	switch step {
	case deal.Collect:
		return map[string]any{
			"competitor": "顺丰", "competitor_volume": 900.0, "needs": "样衣次日达", "source": "door_to_door", "settlement": "monthly",
		}
	case deal.Screen:
		return map[string]any{
			"money": true, "authority": true, "need": true, "veto": "none", "revenue_minor": 50_000_000.0, "difficulty": 3.0,
			"visit_aim": "了解样衣寄递流程", "visit_result": "约见决策者", "visit_contact": o.Contact, "visit_attention": "旺季十月起",
			"visit_quote": "首重八折", "route_mix": "长三角七成",
		}
	case deal.Survey:
		return map[string]any{
			"incumbent": "顺丰", "buying_phase": "criteria", "decision_on": day(60),
			"user_plan": "问前台", "gatekeeper_plan": "问采购", "decider_plan": "问行政",
		}
	case deal.Analyse:
		return map[string]any{
			"needs":           []any{map[string]any{"need": "退换货上门", "priority": "high", "kind": "stated"}},
			"share_of_wallet": 4.0, "effort_and_cost": 3.0, "deal_risk": 3.0, "strategic_value": 4.0, "payment_risk": 4.0,
			"our_capacity": 5.0, "technical_difficulty": 4.0, "account_kind": "economic", "go": "go",
		}
	case deal.Plan:
		return map[string]any{
			"solution": "样衣专递加上门取件", "positioning": "最快的样衣通道", "value_statement": "打样周期缩短一天",
			"amount_minor": float64(AmountMinor), "currency": Currency, "cost_budget_minor": 21_000_000.0,
			"milestones":          []any{map[string]any{"milestone": "试寄", "due_on": day(30), "owner": o.Person}},
			"rivals":              []any{map[string]any{"rival": "顺丰", "criterion": "时效", "weight": 5.0, "us": 4.0, "them": 5.0}},
			"decision_simulation": "总经理拍板，看时效和账期。",
		}
	case deal.Visit:
		return map[string]any{
			"price_timing": "确认时效之后", "alternatives": "按线路分阶段", "limits": "折扣不低于七五折",
			"stakeholders": []any{map[string]any{"contact": o.Contact, "power": 4.0, "support": 1.0}},
			"agreement":    "letter_of_intent", "agreement_evidence": "意向书扫描件",
		}
	case deal.Trial:
		return map[string]any{"criteria": []any{map[string]any{"criterion": "次日达", "target": "98%", "result": "99%", "verdict": "passed"}}}
	case deal.Sign:
		return map[string]any{
			"credit_grade": "green", "agreement_no": "KD-2026-001", "amount_minor": float64(AmountMinor), "currency": Currency,
			"term_months": 12.0, "starts_on": day(1), "ends_on": day(366), "evidence_file": "agreement.pdf",
			"evidence_sha256": strings.Repeat("0123456789abcdef", 4),
		}
	case deal.Maintain:
		return map[string]any{
			"service_plan": []any{
				map[string]any{"role": "user", "service": "驻点收件", "frequency": "每日"},
				map[string]any{"role": "gatekeeper", "service": "对账", "frequency": "每月"},
				map[string]any{"role": "decider", "service": "高层回访", "frequency": "每季"},
			},
			"surveys":       []any{map[string]any{"held_on": day(-1), "score": 4.0, "corrective_action": "增派车辆", "closed": true}},
			"volume_target": 1500.0, "volume_actual": 1620.0, "satisfaction": 4.0, "margin_bp": 1850.0, "evaluation_lessons": "旺季提前备车",
		}
	case deal.Archive:
		return map[string]any{"documents_complete": true, "lessons": "先试寄后谈价", "contacts_refreshed": true, "recheck_on": day(60)}
	}
	return nil
}

func quick(step deal.Step) map[string]any {
	return map[deal.Step]map[string]any{
		deal.Collect:  {"needs": "样品次日达"},
		deal.Screen:   {"need": true},
		deal.Survey:   {"incumbent": "无"},
		deal.Analyse:  {"go": "go"},
		deal.Plan:     {"solution": "样品专递", "amount_minor": float64(AmountMinor)},
		deal.Visit:    {"agreement": "verbal"},
		deal.Trial:    {"verdict": "passed"},
		deal.Sign:     {"agreement_no": "KD-2026-002"},
		deal.Maintain: {"satisfaction": 4.0},
		deal.Archive:  {"lessons": "先试后签", "documents_complete": true},
	}[step]
}
