package playbook_test

import (
	"slices"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/playbook/playbooktest"
)

// withoutTender is a project that is bought by inquiry.
var withoutTender = all(set(deal.Plan, "method", "inquiry"), set(deal.Visit, "award", "chosen"))

var projectSpoils = likeExpress(map[string][]spoil{
	"screen/vetoes_checked":        {lose[dossier.Veto](), rewrite(func(v *dossier.Veto) { v.Item += "_of_another_list" })},
	"survey/influencer_known":      {noRole(deal.InfluencerRole)},
	"survey/decision_ahead":        {decidedOn(0), decidedOn(-1), lose[dossier.BuyingProcess]()},
	"collect/name_known":           {profile(func(p *deal.Profile) { p.Name = "" })},
	"collect/territory_known":      {profile(func(p *deal.Profile) { p.Territory = "" })},
	"collect/address_known":        {profile(func(p *deal.Profile) { p.Address = "" })},
	"collect/contact_reachable":    {unreachable},
	"collect/active_start_founded": {set(deal.Collect, "start", "active")},
	"collect/passive_start_founded": {
		set(deal.Collect, "invitation", nil),
		set(deal.Collect, "invited_on", nil),
		set(deal.Collect, "invited_on", days(1)),
		set(deal.Collect, "bids_until", days(0)),
	},
	"collect/no_duplicate":       {duplicate},
	"screen/intake_accepted":     {func(a *playbooktest.Account) { a.State.Intake = deal.IntakePending }},
	"screen/funded":              {set(deal.Screen, "funding", "unknown")},
	"screen/permit_in_sight":     {set(deal.Screen, "permitted", false), all(set(deal.Screen, "permitted", false), set(deal.Screen, "permit_expected_on", days(0)))},
	"screen/worth_a_bid":         {set(deal.Screen, "why_bid", nil)},
	"screen/visit_contact_known": {set(deal.Screen, "visit_contact", "somebody-else")},
	"survey/customer_met":        {unmet},
	"analyse/qualified":          {set(deal.Analyse, "qualified", false)},
	"analyse/deviations_answered": {
		cell(deal.Analyse, "deviations", 0, "answer", nil),
	},
	"analyse/go_decided": {set(deal.Analyse, "go", "no_go")},
	"plan/tender_registered": {
		set(deal.Plan, "tender_no", nil),
		set(deal.Plan, "notice_on", nil),
		set(deal.Plan, "documents_bought_on", nil),
		set(deal.Plan, "opening_on", nil),
		all(set(deal.Plan, "method", "invited_tender"), set(deal.Plan, "tender_no", nil)),
	},
	"plan/dates_in_order": {
		set(deal.Plan, "notice_on", days(-4)),
		set(deal.Plan, "questions_until", days(21)),
		set(deal.Plan, "questions_until", days(-6)),
		set(deal.Plan, "documents_bought_on", days(21)),
		set(deal.Plan, "opening_on", days(19)),
	},
	"plan/submission_ahead": {all(
		set(deal.Plan, "submission_on", days(-1)),
		set(deal.Plan, "questions_until", days(-2)),
		set(deal.Plan, "bid_documents", []any{
			map[string]any{"volume": "qualification", "document": "a", "owner": "p", "due_on": days(-3), "done": true},
			map[string]any{"volume": "technical", "document": "b", "owner": "p", "due_on": days(-3), "done": true},
			map[string]any{"volume": "commercial", "document": "c", "owner": "p", "due_on": days(-3), "done": true},
			map[string]any{"volume": "price", "document": "d", "owner": "p", "due_on": days(-3), "done": true},
		}),
	)},
	"plan/four_volumes":       {cell(deal.Plan, "bid_documents", 3, "volume", "technical")},
	"plan/documents_final":    {cell(deal.Plan, "bid_documents", 2, "done", false), cell(deal.Plan, "bid_documents", 2, "due_on", days(21))},
	"plan/proposal_approved":  {status(deal.Proposal, deal.Withdrawn)},
	"plan/proposal_unchanged": {func(a *playbooktest.Account) { editForm(a, deal.Plan) }},
	"visit/handed_in_time": {
		set(deal.Visit, "submitted_on", days(1)),
		set(deal.Plan, "submission_on", days(-1)),
		set(deal.Visit, "submitted_on", nil),
	},
	"visit/bond_paid":               {set(deal.Visit, "bond_paid_on", days(21)), set(deal.Visit, "bond_paid_on", nil)},
	"visit/clarifications_answered": {cell(deal.Visit, "clarifications", 0, "answer", nil), cell(deal.Visit, "clarifications", 0, "answered_on", nil)},
	"visit/customer_met":            {unmet},
	"visit/decider_met": {all(withoutTender, func(a *playbooktest.Account) {
		for i := range a.Records.Contacts {
			if a.Records.Contacts[i].Role == deal.DeciderRole {
				a.Records.Contacts[i].Role = deal.InfluencerRole
			}
		}
	})},
	"visit/we_are_chosen": {
		set(deal.Visit, "award", "waiting"),
		set(deal.Visit, "award", "lost"),
		set(deal.Visit, "award", "chosen"), // nobody is chosen past a tender
		all(withoutTender, set(deal.Visit, "award", "candidate")),
	},
	"trial/criteria_passed":   {cell(deal.Trial, "criteria", 0, "verdict", "open"), all(cell(deal.Trial, "criteria", 0, "verdict", "open"), edited(deal.Trial, waived))},
	"sign/awarded_in_writing": {set(deal.Sign, "award_no", nil)},
	"sign/signed_within_30_days": {
		set(deal.Sign, "award_on", days(-31)),
		set(deal.Sign, "award_on", days(1)),
		set(deal.Sign, "award_on", nil),
	},
	"sign/price_as_bid": {
		set(deal.Plan, "amount_minor", float64(playbooktest.AmountMinor+1)),
		set(deal.Plan, "currency", "USD"),
	},
	"sign/instalments_add_up": {cell(deal.Sign, "instalments", 0, "share_bp", 2_999.0)},
	"sign/bond_within_law":    {set(deal.Sign, "performance_bond_minor", float64(playbooktest.AmountMinor/10+1))},
	"sign/contract_approved":  {status(deal.Contract, deal.Pending)},
	"sign/contract_amount_approved": {
		edited(deal.Sign, func(a *playbooktest.Account) { approvalOf(a, deal.Contract).Amount-- }),
	},
	"maintain/finally_accepted": {
		all(set(deal.Maintain, "final_acceptance_on", days(1))),
		set(deal.Maintain, "delivered_on", nil),
		set(deal.Maintain, "delivered_on", days(-3)),
	},
	"maintain/acceptances_in_order": {set(deal.Maintain, "first_acceptance_on", days(-31)), set(deal.Maintain, "first_acceptance_on", days(-3))},
	"maintain/defects_closed":       {cell(deal.Maintain, "defects", 0, "closed", nil)},
	"maintain/paid_but_retention": {
		cell(deal.Maintain, "payments", 0, "amount_minor", 10_799_999.0),
		cell(deal.Maintain, "payments", 1, "received_on", days(1)),
	},
	"maintain/retention_dated":    {set(deal.Maintain, "retention_due_on", nil)},
	"maintain/documents_complete": {set(deal.Maintain, "documents_complete", false)},
	"archive/file_closed":         {set(deal.Archive, "file_closed", false)},
	"archive/recheck_ahead":       {set(deal.Archive, "recheck_on", days(0))},
}, slices.Concat(screening, vetoing, analysing, planning, visiting, crediting, []string{"survey/gatekeeper_known", "survey/decider_known", "survey/buying_phase_known"})...)
