package playbooktest

import (
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
	switch step {
	case deal.Collect:
		return map[string]any{
			"competitor": "顺丰", "competitor_volume": 900.0, "needs": "样衣次日达", "source": "door_to_door", "settlement": "monthly",
		}
	case deal.Screen:
		return map[string]any{
			"revenue_minor": 50_000_000.0, "difficulty": 3.0, "visit_aim": "了解样衣寄递流程", "visit_result": "约见决策者",
			"visit_contact": o.Contact, "visit_attention": "旺季十月起", "visit_quote": "首重八折", "route_mix": "长三角七成",
		}
	case deal.Survey:
		return map[string]any{"findings": "样衣寄递分散在三个部门"}
	case deal.Analyse:
		return map[string]any{"go": "go", "go_reason": "样衣量稳定，时效敏感"}
	case deal.Plan:
		return map[string]any{"planning_note": "先样衣，后退换货"}
	case deal.Visit:
		return map[string]any{"visit_note": "总经理看时效和账期"}
	case deal.Trial:
		return map[string]any{"trial_note": "试寄两周，未破损"}
	case deal.Sign:
		return map[string]any{"handover": "旺季前一周备车"}
	case deal.Maintain:
		return map[string]any{"service_note": "每月对账，每季回访"}
	case deal.Archive:
		return map[string]any{"documents_complete": true, "lessons": "先试寄后谈价", "contacts_refreshed": true, "recheck_on": o.day(60)}
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
