package playbooktest

import (
	"strings"

	"closedloop/deal"
)

func project(step deal.Step, o Options) map[string]any {
	day := o.day
	switch step {
	case deal.Collect:
		return map[string]any{
			"start": "passive", "project_name": "三号厂房输送线", "project_kind": "new_build", "project_stage": "tender",
			"project_budget_minor": 42_000_000.0, "invited_on": day(-3), "invitation": "招标公告 SQ2026-118", "bids_until": day(60),
			"competitor": "无", "needs": "两条输送线，含安装", "source": "media", "settlement": "other",
		}
	case deal.Screen:
		return map[string]any{
			"funding": "in_place", "permitted": true, "influence": 2.0,
			"why_bid": "评分办法利于我方，对手资质不足", "chance_bp": 4_000.0, "revenue_minor": 40_000_000.0, "difficulty": 3.0,
			"visit_aim": "核实资金和评标办法", "visit_contact": o.Contact,
		}
	case deal.Survey:
		return map[string]any{
			"planned_method": "open_tender", "evaluation": "points", "designer": "市设计院", "agency": "某招标代理",
			"rivals_position": "两家已买标书",
		}
	case deal.Analyse:
		return map[string]any{
			"deviations": []any{map[string]any{"clause": "5.3", "deviation": "电机功率低一档", "answer": "澄清：效率等级更高"}},
			"qualified":  true, "go": "go",
		}
	case deal.Plan:
		volume := func(name, document string) map[string]any {
			return map[string]any{"volume": name, "document": document, "owner": o.Person, "due_on": day(15), "done": true}
		}
		return map[string]any{
			"method": "open_tender", "tender_no": "SQ2026-118", "notice_on": day(-10), "documents_bought_on": day(-5), "questions_until": day(8),
			"submission_on": day(20), "opening_on": day(20),
			"bid_documents": []any{
				volume("qualification", "资质与业绩"), volume("technical", "技术方案"), volume("commercial", "商务响应"), volume("price", "报价表"),
			},
			"solution": "模块化输送线，七天安装", "amount_minor": float64(AmountMinor), "currency": Currency, "cost_budget_minor": 28_000_000.0,
			"bond_minor": 700_000.0, "milestones": []any{map[string]any{"milestone": "封标", "due_on": day(18), "owner": o.Person}},
		}
	case deal.Visit:
		return map[string]any{
			"submitted_on": day(0), "receipt": "回执 118-07", "bond_paid_on": day(0), "opening_rank": 2.0,
			"clarifications": []any{map[string]any{"question": "电机效率等级", "answer": "IE4", "answered_on": day(0)}},
			"price_timing":   "只在投标文件中报价", "limits": "不降价",
			"award": "candidate", "award_evidence": "公示网址",
		}
	case deal.Trial:
		return map[string]any{
			"site_checked_on": day(-2), "reference_seen": "一号厂房输送线",
			"criteria": []any{map[string]any{"criterion": "样机节拍", "target": "12 秒", "result": "11.4 秒", "verdict": "passed"}},
		}
	case deal.Sign:
		return map[string]any{
			"award_no": "中标 118", "award_on": day(-5), "agreement_no": "XM-2026-118", "amount_minor": float64(AmountMinor),
			"currency": Currency, "signed_on": day(0), "delivery_on": day(90),
			"instalments": []any{
				map[string]any{"instalment": "预付", "share_bp": 3_000.0},
				map[string]any{"instalment": "终验", "share_bp": 6_500.0, "due_on": day(120)},
				map[string]any{"instalment": "质保金", "share_bp": 500.0},
			},
			"performance_bond_minor": 1_800_000.0, "retention_bp": 500.0, "warranty_months": 24.0, "evidence_file": "contract.pdf",
			"evidence_sha256": strings.Repeat("0123456789abcdef", 4),
		}
	case deal.Maintain:
		return map[string]any{
			"delivered_on": day(-30), "first_acceptance_on": day(-20), "final_acceptance_on": day(-4), "acceptance_file": "终验报告.pdf",
			"defects": []any{map[string]any{"defect": "护栏松动", "closed": true}},
			"payments": []any{
				map[string]any{"instalment": "预付", "amount_minor": 10_800_000.0, "received_on": day(-60)},
				map[string]any{"instalment": "终验", "amount_minor": 23_400_000.0, "received_on": day(-1)},
			},
			"retention_minor": 1_800_000.0, "retention_due_on": day(700), "warranty_owner": o.Person, "satisfaction": 4.0, "margin_bp": 1_650.0,
			"project_review": "澄清阶段提前准备效率证书", "documents_complete": true,
		}
	case deal.Archive:
		return map[string]any{"file_closed": true}
	}
	return nil
}
