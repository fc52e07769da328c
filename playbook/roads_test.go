package playbook_test

import (
	"testing"

	"closedloop/deal"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

// roads are other answers than those of [playbooktest.Ready] that a gate takes as well.
var roads = map[string]struct {
	book string
	step deal.Step
	take spoil
}{
	"a certificate that we are going to get": {
		playbooktest.Industrial, deal.Screen,
		all(set(deal.Screen, "certificates_held", false), set(deal.Screen, "certificate_plan", "八月认证审核")),
	},
	"no secret to keep": {playbooktest.Industrial, deal.Screen, set(deal.Screen, "secrecy", "not_needed")},
	"a part that needs no deviation": {
		playbooktest.Industrial, deal.Analyse, all(set(deal.Analyse, "feasibility", "feasible"), set(deal.Analyse, "deviations", nil)),
	},
	"capacity that grows": {
		playbooktest.Industrial, deal.Analyse,
		all(set(deal.Analyse, "capacity", 0.0), set(deal.Analyse, "capacity_plan", "加开一条线")),
	},
	"a waiver of all samples": {
		playbooktest.Industrial, deal.Trial, all(set(deal.Trial, "samples", nil), set(deal.Trial, "criteria", nil), waived),
	},
	"a second B sample after a rejected one": {
		playbooktest.Industrial, deal.Trial, func(a *playbooktest.Account) {
			rows, _ := a.Form(deal.Trial)["samples"].([]any)
			rejected := map[string]any{"stage": "b", "revision": "C", "quantity": 50.0, "sent_on": days(-45), "review": "rejected"}
			a.Form(deal.Trial)["samples"] = []any{rows[0], rejected, rows[1]}
		},
	},
	"an audit of last year, in the second cycle": {
		playbooktest.Industrial, deal.Trial, all(unmet, func(a *playbooktest.Account) { a.State.Cycle = 2 }, set(deal.Trial, "audit_on", days(-200))),
	},
	"a yellow credit that pays within 30 days": {
		playbooktest.Industrial, deal.Sign, all(yellow, set(deal.Sign, "payment_days", 30.0)),
	},
	"faulty parts with a plan": {
		playbooktest.Industrial, deal.Maintain, all(set(deal.Maintain, "ppm", 900.0), set(deal.Maintain, "quality_plan", "换刀频次加倍")),
	},
	"office supplies of all year": {
		playbooktest.GroupBuying, deal.Analyse, all(office, set(deal.Analyse, "season", "all_year"), set(deal.Analyse, "festival_on", nil)),
	},
	"gifts": {playbooktest.GroupBuying, deal.Analyse, gift},
	"dear gifts that compliance cleared": {
		playbooktest.GroupBuying, deal.Analyse, all(gift, set(deal.Analyse, "gift_value_minor", 90_000.0), set(deal.Analyse, "gift_cleared", true)),
	},
	"welfare from the company's money": {
		playbooktest.GroupBuying, deal.Analyse, all(set(deal.Analyse, "welfare_fund", "company"), set(deal.Analyse, "welfare_limit_minor", nil)),
	},
	"the last day for Spring Festival": {playbooktest.GroupBuying, deal.Analyse, all(season("spring_festival", "2027-02-06"), on("2026-11-23"))},
	"the last day for Mid-Autumn":      {playbooktest.GroupBuying, deal.Analyse, on("2026-07-27")},
	"the last day for Dragon Boat":     {playbooktest.GroupBuying, deal.Analyse, all(season("dragon_boat", "2026-06-19"), on("2026-05-05"))},
	"goods of all year arrive whenever": {
		playbooktest.GroupBuying, deal.Plan, all(set(deal.Analyse, "season", "all_year"), cell(deal.Plan, "batches", 0, "deliver_on", days(400))),
	},
	"the last order with custom packing": {playbooktest.GroupBuying, deal.Sign, set(deal.Sign, "signed_on", "2026-08-11")},
	"the last order with standard packing": {
		playbooktest.GroupBuying, deal.Sign, all(set(deal.Plan, "packing", "standard"), set(deal.Sign, "signed_on", "2026-08-26")),
	},
	"a yellow credit that pays half in advance": {
		playbooktest.GroupBuying, deal.Sign, all(yellow, set(deal.Sign, "deposit_bp", 5_000.0)),
	},
	"the same goods as last time": {
		playbooktest.GroupBuying, deal.Trial, all(cell(deal.Trial, "samples", 0, "verdict", "open"), waived),
	},
	"goods that are no food": {
		playbooktest.GroupBuying, deal.Trial,
		all(set(deal.Plan, "food", nil), set(deal.Trial, "test_report", nil), set(deal.Trial, "shelf_life_days", nil)),
	},
	"money that comes next week": {
		playbooktest.GroupBuying, deal.Maintain,
		all(set(deal.Maintain, "open_amount_minor", 5.0), set(deal.Maintain, "pays_on", days(7))),
	},
	"a window that is open already": {
		playbooktest.GroupBuying, deal.Archive,
		all(set(deal.Archive, "next_season", "dragon_boat"), set(deal.Archive, "next_festival_on", "2026-04-30"), set(deal.Archive, "recheck_on", days(7))),
	},
	"an active start": {
		playbooktest.Project, deal.Collect,
		all(set(deal.Collect, "start", "active"), set(deal.Collect, "invitation", nil), set(deal.Collect, "clue", "规划公示")),
	},
	"an active start needs no say in the requirements": {
		playbooktest.Project, deal.Screen, all(set(deal.Collect, "start", "active"), set(deal.Screen, "why_bid", nil)),
	},
	"a permit that is expected": {
		playbooktest.Project, deal.Screen, all(set(deal.Screen, "permitted", false), set(deal.Screen, "permit_expected_on", days(30))),
	},
	"no tender, two documents": {
		playbooktest.Project, deal.Plan, all(
			set(deal.Plan, "method", "negotiation"), set(deal.Plan, "tender_no", nil), set(deal.Plan, "notice_on", nil),
			set(deal.Plan, "documents_bought_on", nil), set(deal.Plan, "questions_until", nil), set(deal.Plan, "opening_on", nil),
			cell(deal.Plan, "bid_documents", 0, "volume", "price"), cell(deal.Plan, "bid_documents", 1, "volume", "price"),
		),
	},
	"chosen without a tender": {playbooktest.Project, deal.Visit, withoutTender},
	"no bond": {
		playbooktest.Project, deal.Visit, all(set(deal.Plan, "bond_minor", 0.0), set(deal.Visit, "bond_paid_on", nil)),
	},
	"a contract without a tender": {
		playbooktest.Project, deal.Sign, all(
			withoutTender, set(deal.Sign, "award_no", nil), set(deal.Sign, "award_on", nil), set(deal.Plan, "amount_minor", 5.0),
		),
	},
	"a project without retention": {
		playbooktest.Project, deal.Maintain, all(
			set(deal.Maintain, "retention_minor", 0.0), set(deal.Maintain, "retention_due_on", nil),
			cell(deal.Maintain, "payments", 0, "amount_minor", 12_600_000.0),
		),
	},
	"a project that is looked at again": {playbooktest.Project, deal.Archive, set(deal.Archive, "recheck_on", days(700))},
}

func TestGate_takesTheOtherRoadsOfATrade(t *testing.T) {
	t.Parallel()
	for name, c := range roads {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := playbooktest.Ready(c.book, c.step)
			c.take(&a)
			require.Empty(t, items(gateOf(t, newest(t, c.book), a)))
		})
	}
}
