package playbook_test

import (
	"slices"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/playbook/playbooktest"
)

// office and gift are analyses of the other kinds of purchase, complete.
var (
	office = all(
		set(deal.Analyse, "purchase_kind", "office"),
		set(deal.Analyse, "office_items", []any{map[string]any{"item": "复印纸", "monthly": 200.0}}),
		set(deal.Analyse, "office_cycle_days", 14.0),
	)
	gift = all(
		set(deal.Analyse, "purchase_kind", "gift"),
		set(deal.Analyse, "gift_recipients", "customers"),
		set(deal.Analyse, "gift_count", 1_200.0),
		set(deal.Analyse, "gift_value_minor", 50_000.0),
	)
)

// season is an analysis for another festival.
func season(name, festival string) spoil {
	return all(set(deal.Analyse, "season", name), set(deal.Analyse, "festival_on", festival))
}

// on moves the whole case to another day.
func on(day string) spoil {
	return func(a *playbooktest.Account) {
		if at, err := time.Parse(time.DateOnly, day); err == nil {
			a.At = at
		}
	}
}

var groupBuyingSpoils = likeExpress(map[string][]spoil{
	"screen/vetoes_checked":      {lose[dossier.Veto](), rewrite(func(v *dossier.Veto) { v.Item += "_of_another_list" })},
	"sign/deposit_fits_credit":   {yellow},
	"survey/decision_ahead":      {decidedOn(-1), lose[dossier.BuyingProcess]()},
	"maintain/surveyed_lately":   {rewrite(func(s *dossier.Survey) { s.On = dossier.Day(days(-61)) }), lose[dossier.Survey]()},
	"collect/name_known":         {profile(func(p *deal.Profile) { p.Name = "" })},
	"collect/premises_known":     {profile(func(p *deal.Profile) { p.Premises = "" })},
	"collect/territory_known":    {profile(func(p *deal.Profile) { p.Territory = "" })},
	"collect/address_known":      {profile(func(p *deal.Profile) { p.Address = "" })},
	"collect/contact_reachable":  {unreachable},
	"collect/no_duplicate":       {duplicate},
	"screen/intake_accepted":     {func(a *playbooktest.Account) { a.State.Intake = deal.IntakePending }},
	"screen/visit_contact_known": {set(deal.Screen, "visit_contact", "somebody-else")},
	"survey/customer_met":        {unmet},
	"survey/listed":              {set(deal.Survey, "listed", false)},
	"analyse/office_needs_complete": {
		all(office, set(deal.Analyse, "office_cycle_days", nil)),
		all(office, set(deal.Analyse, "office_items", []any{})),
	},
	"analyse/welfare_needs_complete": {set(deal.Analyse, "welfare_choice", nil), set(deal.Analyse, "welfare_heads", nil)},
	"analyse/welfare_within_limit": {
		set(deal.Analyse, "welfare_spent_minor", 170_001.0),
		set(deal.Analyse, "welfare_limit_minor", nil),
	},
	"analyse/gift_needs_complete":   {all(gift, set(deal.Analyse, "gift_count", nil))},
	"analyse/gift_not_to_officials": {all(gift, set(deal.Analyse, "gift_recipients", "officials"))},
	"analyse/gift_value_cleared":    {all(gift, set(deal.Analyse, "gift_value_minor", 50_001.0))},
	"analyse/festival_dated": {
		season("mid_autumn", "2026-12-25"),
		season("spring_festival", "2026-09-25"),
		season("dragon_boat", "2026-09-25"),
		season("spring_festival", ""),
		set(deal.Analyse, "festival_on", nil),
	},
	"analyse/season_reachable": {
		season("other", days(29)),
		season("spring_festival", days(74)),
		all(season("dragon_boat", "2026-06-19"), on("2026-05-06")), // 44 days before
		on("2026-07-28"),                                           // 59 days before
	},
	"analyse/go_decided":  {set(deal.Analyse, "go", "no_go")},
	"plan/amount_adds_up": {set(deal.Plan, "amount_minor", float64(playbooktest.AmountMinor-1))},
	"plan/enough_for_everybody": {
		set(deal.Analyse, "welfare_heads", 1_201.0),
		all(gift, set(deal.Analyse, "gift_count", 1_201.0)),
	},
	"plan/within_budget":      {set(deal.Analyse, "welfare_budget_minor", 29_999.0)},
	"plan/all_in_batches":     {cell(deal.Plan, "batches", 1, "quantity", 399.0)},
	"plan/delivered_in_time":  {cell(deal.Plan, "batches", 1, "deliver_on", "2026-09-19"), season("spring_festival", days(93)), season("other", days(84))},
	"plan/rivals_known":       {set(deal.Plan, "no_rival", nil)},
	"plan/proposal_approved":  {status(deal.Proposal, deal.Rejected)},
	"plan/proposal_unchanged": {func(a *playbooktest.Account) { editForm(a, deal.Plan) }},
	"visit/customer_met": {func(a *playbooktest.Account) {
		for i := range a.Records.Interactions {
			a.Records.Interactions[i].Result = nil
		}
	}, unmet},
	"visit/decider_met":        {func(a *playbooktest.Account) { forget(a, deal.DeciderRole) }},
	"visit/objections_settled": {cell(deal.Visit, "objections", 0, "settled", false)},
	"trial/samples_confirmed":  {cell(deal.Trial, "samples", 0, "verdict", "open"), cell(deal.Trial, "samples", 0, "kind", "proof")},
	"trial/proof_signed": {
		cell(deal.Trial, "samples", 1, "verdict", "failed"),
		cell(deal.Trial, "samples", 1, "confirmed_by", "somebody-else"),
		all(cell(deal.Trial, "samples", 1, "verdict", "open"), waived), // never waived
	},
	"trial/food_safe": {set(deal.Trial, "shelf_life_days", 59.0), set(deal.Trial, "test_report", nil)},
	"sign/ordered_in_time": {
		set(deal.Sign, "signed_on", "2026-08-12"), // 44 days; custom packing asks for 45
		season("spring_festival", days(54)),
		season("dragon_boat", days(34)),
		season("other", days(29)),
		all(set(deal.Plan, "packing", "standard"), season("other", days(14))),
	},
	"sign/contract_approved": {status(deal.Contract, deal.SentBack)},
	"sign/contract_amount_approved": {
		edited(deal.Sign, set(deal.Sign, "amount_minor", float64(playbooktest.AmountMinor+1))),
		edited(deal.Sign, func(a *playbooktest.Account) { approvalOf(a, deal.Contract).Currency = "USD" }),
	},
	"maintain/all_delivered":     {cell(deal.Maintain, "deliveries", 1, "quantity", 399.0)},
	"maintain/damage_replaced":   {cell(deal.Maintain, "deliveries", 0, "replaced", nil)},
	"maintain/complaints_closed": {cell(deal.Maintain, "complaints", 0, "closed", nil), cell(deal.Maintain, "complaints", 0, "remedy", nil)},
	"maintain/paid": {
		set(deal.Maintain, "open_amount_minor", 1.0),
		all(set(deal.Maintain, "open_amount_minor", 1.0), set(deal.Maintain, "pays_on", days(-1))),
	},
	"archive/documents_complete":  {set(deal.Archive, "documents_complete", false)},
	"archive/contacts_refreshed":  {set(deal.Archive, "contacts_refreshed", false)},
	"archive/next_festival_ahead": {all(set(deal.Archive, "next_festival_on", days(0)), set(deal.Archive, "recheck_on", days(7))), set(deal.Archive, "next_festival_on", nil)},
	"archive/recheck_ahead":       {set(deal.Archive, "recheck_on", days(0))},
	"archive/recheck_before_season": {
		set(deal.Archive, "recheck_on", "2026-10-25"), // 104 days before
		all(set(deal.Archive, "next_season", "mid_autumn"), set(deal.Archive, "recheck_on", "2026-11-09")),
		all(set(deal.Archive, "next_season", "dragon_boat"), set(deal.Archive, "recheck_on", "2026-11-24")),
		all(set(deal.Archive, "next_season", "other"), set(deal.Archive, "recheck_on", "2026-12-09")),
	},
}, slices.Concat(screening, vetoing, analysing, crediting, []string{
	"survey/gatekeeper_known", "survey/decider_known", "survey/incumbent_known", "survey/buying_phase_known",
})...)
