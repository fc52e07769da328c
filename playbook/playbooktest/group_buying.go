package playbooktest

import (
	"strings"
	"time"

	"closedloop/deal"
)

func groupBuying(step deal.Step, o Options) map[string]any {
	day := o.day
	switch step {
	case deal.Collect:
		return map[string]any{
			"purchase_kind": "welfare", "headcount": 1_200.0, "season": "mid_autumn", "competitor": "某电商平台", "competitor_volume": 0.0,
			"needs": "中秋员工福利，能寄到家", "source": "referral", "items": "月饼、粮油", "settlement": "monthly",
		}
	case deal.Screen:
		return map[string]any{
			"yearly_budget_minor": 90_000_000.0, "fund_source": "union",
			"difficulty": 2.0, "visit_aim": "见工会主席，定预算", "visit_contact": o.Contact, "samples_to_bring": "礼盒两款",
		}
	case deal.Survey:
		return map[string]any{
			"last_purchase": "去年中秋礼盒 280 元，破损多", "purchase_process": "union_vote", "listed": true,
		}
	case deal.Analyse:
		return map[string]any{
			"purchase_kind": "welfare", "season": "mid_autumn", "festival_on": midAutumn(o.Now),
			"welfare_heads": 1_200.0, "welfare_budget_minor": 30_000.0, "welfare_fund": "union", "welfare_limit_minor": 200_000.0,
			"welfare_spent_minor": 80_000.0, "welfare_choice": "several_sets",
			"go": "go",
		}
	case deal.Plan:
		return map[string]any{
			"solution": "三款礼盒任选，一件代发到家",
			"lines": []any{
				map[string]any{"goods": "广式礼盒", "quantity": 700.0, "unit_price_minor": 30_000.0},
				map[string]any{"goods": "苏式礼盒", "quantity": 500.0, "unit_price_minor": 30_000.0},
			},
			"discount_bp": 1_200.0, "amount_minor": float64(AmountMinor), "cost_budget_minor": 27_000_000.0, "food": true, "packing": "custom",
			"batches": []any{
				map[string]any{"place": "总部", "quantity": 800.0, "deliver_on": day(80)},
				map[string]any{"place": "分厂", "quantity": 400.0, "deliver_on": day(82)},
			},
			"why_us": "破损包赔，家家送到", "no_rival": true,
		}
	case deal.Visit:
		return map[string]any{
			"price_timing": "看样之后", "limits": "折扣不低于八折，账期不超过 30 天",
			"objections": []any{map[string]any{"objection": "怕破损", "answer": "双层护角，破损包赔", "settled": true}},
			"agreement":  "order_confirmed", "agreement_evidence": "工会会议纪要",
		}
	case deal.Trial:
		return map[string]any{
			"samples": []any{
				map[string]any{"sample": "广式礼盒", "kind": "goods", "sent_on": day(-4), "verdict": "passed", "confirmed_by": o.Contact},
				map[string]any{"sample": "贺卡与印标", "kind": "proof", "sent_on": day(-3), "verdict": "passed", "confirmed_by": o.Contact},
			},
			"test_report": true, "shelf_life_days": 75.0,
		}
	case deal.Sign:
		return map[string]any{
			"agreement_no": "TG-2026-030", "amount_minor": float64(AmountMinor), "deposit_bp": 3_000.0, "payment_days": 30.0,
			"invoice_title": "江苏晨风集团股份有限公司工会委员会", "invoice_kind": "ordinary", "signed_on": day(0), "evidence_file": "order.pdf",
			"evidence_sha256": strings.Repeat("0123456789abcdef", 4),
		}
	case deal.Maintain:
		return map[string]any{
			"deliveries": []any{
				map[string]any{"place": "总部", "delivered_on": day(-9), "quantity": 800.0, "signed_by": "孙丽", "damaged": 3.0, "replaced": true},
				map[string]any{"place": "分厂", "delivered_on": day(-8), "quantity": 400.0, "signed_by": "周强"},
			},
			"complaints":        []any{map[string]any{"complaint": "一份压坏", "remedy": "当天补发", "closed": true}},
			"open_amount_minor": 0.0,
			"satisfaction":      5.0, "margin_bp": 2_150.0, "evaluation_lessons": "护角有效，下次再早一周定款",
		}
	case deal.Archive:
		festival := time.Date(o.Now.Year()+1, time.February, 6, 0, 0, 0, 0, o.Now.Location())
		recheck := festival.AddDate(0, 0, -105)
		if !recheck.After(o.Now) { // the window is open: the second development starts within a week
			recheck = o.Now.AddDate(0, 0, 7)
		}
		return map[string]any{
			"documents_complete": true, "lessons": "先定款后比价", "contacts_refreshed": true, "next_season": "spring_festival",
			"next_festival_on": festival.Format(time.DateOnly), "recheck_on": recheck.Format(time.DateOnly),
		}
	}
	return nil
}

// midAutumn is a Mid-Autumn Festival that a new account can still reach: the 25th of September, as in 2026. The playbook
// asks for the month only.
func midAutumn(now time.Time) string {
	festival := time.Date(now.Year(), time.September, 25, 0, 0, 0, 0, now.Location())
	if now.AddDate(0, 0, 100).After(festival) {
		festival = festival.AddDate(1, 0, 0)
	}
	return festival.Format(time.DateOnly)
}
