package playbooktest

import (
	"strings"

	"closedloop/deal"
)

func industrial(step deal.Step, o Options) map[string]any {
	day := o.day
	switch step {
	case deal.Collect:
		return map[string]any{
			"product": "压铸支架 DZ-118", "application": "电机端盖", "annual_volume": 240_000.0, "competitor": "苏州某压铸厂", "competitor_volume": 15_000.0,
			"needs": "降低不良率，缩短交期", "source": "fair", "items": "伺服电机", "settlement": "monthly",
		}
	case deal.Screen:
		return map[string]any{
			"certificates_required": "IATF 16949", "certificates_held": true,
			"secrecy": "signed", "revenue_minor": 40_000_000.0, "difficulty": 3.0, "visit_aim": "看图纸和装配线", "visit_result": "拿到图纸",
			"visit_contact": o.Contact, "visit_attention": "先见质量部", "specialist": o.Person,
		}
	case deal.Survey:
		return map[string]any{
			"drawing_no": "DZ-118-02", "drawing_version": "C", "standards": "GB/T 15114", "quality_pain": "气孔，不良率 800 ppm",
			"series_on": day(200), "target_price_minor": 160.0,
		}
	case deal.Analyse:
		return map[string]any{
			"monthly_need": 20_000.0, "capacity": 30_000.0, "feasibility": "with_deviations", "deviations": "壁厚 2.5 改 3.0，客户已口头同意",
			"feasibility_by": o.Person, "feasibility_on": day(-1),
			"go": "go",
		}
	case deal.Plan:
		return map[string]any{
			"solution": "真空压铸加 X 光全检", "value_statement": "不良率降到八分之一", "unit_price_minor": 150.0,
			"price_items": []any{
				map[string]any{"item": "material", "amount_minor": 70.0},
				map[string]any{"item": "process", "amount_minor": 52.0},
				map[string]any{"item": "profit", "amount_minor": 28.0},
			},
			"amount_minor": float64(AmountMinor), "currency": Currency, "tooling_minor": 18_000_000.0, "cost_budget_minor": 3_000_000.0,
			"margin_bp": 1866.0, "lead_time_days": 15.0, "sample_a_on": day(30), "sample_b_on": day(75),
			"milestones": []any{map[string]any{"milestone": "A 样送出", "due_on": day(30), "owner": o.Person}},
		}
	case deal.Visit:
		return map[string]any{
			"price_timing": "A 样评审之后", "alternatives": "先做二供，份额三成", "limits": "单价不低于 1.42 元",
			"technical_points": []any{map[string]any{"point": "壁厚 3.0", "outcome": "客户出变更单", "settled": true}},
			"agreement":        "sample_order", "agreement_evidence": "样品订单 PO-7781",
		}
	case deal.Trial:
		sample := func(stage string, sent, reviewed int) map[string]any {
			return map[string]any{
				"stage": stage, "revision": "D", "quantity": 50.0, "sent_on": day(sent), "review": "released", "reviewed_on": day(reviewed),
				"reviewed_by": o.Contact, "acceptance": "accepted", "accepted_on": day(reviewed + 2), "accepted_by": o.Contact,
			}
		}
		return map[string]any{
			"samples":  []any{sample("a", -60, -50), sample("b", -30, -20)},
			"criteria": []any{map[string]any{"criterion": "气孔等级", "target": "≤ 2 级", "result": "1 级", "verdict": "passed"}},
			"audit_on": day(-10), "audit_result": "conditional", "audit_report": "SA-2026-014",
			"findings": []any{
				map[string]any{"finding": "首件记录缺签名", "severity": "major", "action": "班前会培训并点检", "due_on": day(20), "closed": true},
				map[string]any{"finding": "看板破损", "severity": "minor", "action": "更换", "due_on": day(20)},
			},
		}
	case deal.Sign:
		return map[string]any{
			"agreement_no": "GH-2026-011", "quality_agreement_no": "ZL-2026-011", "amount_minor": float64(AmountMinor),
			"currency": Currency, "payment_days": 60.0, "ppm_limit": 100.0, "tool_owner": "customer", "term_months": 24.0,
			"starts_on": day(1), "ends_on": day(731), "evidence_file": "supply-agreement.pdf", "evidence_sha256": strings.Repeat("0123456789abcdef", 4),
		}
	case deal.Maintain:
		return map[string]any{
			"on_time_bp": 9_870.0, "ppm": 80.0,
			"complaints": []any{map[string]any{
				"raised_on": day(-40), "complaint": "划伤", "root_cause": "隔板磨损", "action": "更换隔板并列入点检", "closed": true,
			}},
			"volume_target": 20_000.0, "volume_actual": 21_500.0, "satisfaction": 4.0, "margin_bp": 1790.0, "evaluation_lessons": "隔板提前备件",
		}
	case deal.Archive:
		return map[string]any{
			"technical_file": true, "documents_complete": true, "lessons": "先过质量部再谈价", "contacts_refreshed": true, "recheck_on": day(180),
		}
	}
	return nil
}
