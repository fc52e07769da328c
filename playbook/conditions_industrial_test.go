package playbook_test

import (
	"slices"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/playbook/playbooktest"
)

// waived approves the waiver of the trial's form as it stands.
func waived(a *playbooktest.Account) {
	a.State.Approvals = append(a.State.Approvals, deal.Approval{
		Kind: deal.TrialWaiver, Status: deal.Approved, Subject: deal.Subject{Type: deal.FormSubject, ID: string(deal.Trial), Version: 3},
	})
}

var industrialSpoils = likeExpress(map[string][]spoil{
	"screen/vetoes_checked":      {lose[dossier.Veto](), rewrite(func(v *dossier.Veto) { v.Item += "_of_another_list" })},
	"sign/terms_fit_credit":      {yellow},
	"collect/name_known":         {profile(func(p *deal.Profile) { p.Name = "" })},
	"collect/territory_known":    {profile(func(p *deal.Profile) { p.Territory = "" })},
	"collect/address_known":      {profile(func(p *deal.Profile) { p.Address = "" })},
	"collect/industry_known":     {profile(func(p *deal.Profile) { p.Industry = "" })},
	"collect/contact_reachable":  {unreachable},
	"collect/no_duplicate":       {duplicate},
	"screen/intake_accepted":     {func(a *playbooktest.Account) { a.State.Intake = deal.IntakePending }},
	"screen/certified":           {set(deal.Screen, "certificates_held", false), all(set(deal.Screen, "certificates_held", false), set(deal.Screen, "certificate_plan", " "))},
	"screen/secrecy_settled":     {set(deal.Screen, "secrecy", "open")},
	"screen/visit_contact_known": {set(deal.Screen, "visit_contact", "somebody-else")},
	"survey/plant_seen": {
		func(a *playbooktest.Account) { a.Records.Interactions[0].Kind = deal.CallInteraction },
		func(a *playbooktest.Account) { a.Records.Interactions[0].Result = nil },
		unmet,
	},
	"survey/series_ahead":         {set(deal.Survey, "series_on", days(0))},
	"analyse/feasible":            {set(deal.Analyse, "feasibility", "not_feasible")},
	"analyse/deviations_answered": {set(deal.Analyse, "deviations", nil)},
	"analyse/capacity_sufficient": {set(deal.Analyse, "capacity", 19_999.0)},
	"analyse/go_decided":          {set(deal.Analyse, "go", "no_go")},
	"plan/price_adds_up":          {cell(deal.Plan, "price_items", 0, "amount_minor", 71.0), set(deal.Plan, "price_items", nil)},
	"plan/samples_dated":          {set(deal.Plan, "sample_b_on", days(30)), set(deal.Plan, "sample_a_on", nil)},
	"plan/proposal_approved":      {status(deal.Proposal, deal.Pending)},
	"plan/proposal_unchanged":     {func(a *playbooktest.Account) { editForm(a, deal.Plan) }},
	"visit/met_twice":             {meetBothAtOnce, unmet},
	"visit/gatekeeper_met":        {func(a *playbooktest.Account) { a.Records.Interactions[0].With = []string{playbooktest.User} }},
	"visit/decider_met":           {func(a *playbooktest.Account) { a.Records.Interactions[1].With = []string{playbooktest.User} }},
	"visit/technical_points_settled": {
		cell(deal.Visit, "technical_points", 0, "settled", nil),
		cell(deal.Visit, "technical_points", 0, "settled", false),
	},
	"trial/sample_a_released": {
		// Released tomorrow and the B sample sent then: the order is right, but nothing is released yet.
		all(cell(deal.Trial, "samples", 0, "reviewed_on", days(1)), cell(deal.Trial, "samples", 1, "sent_on", days(2))),
		cell(deal.Trial, "samples", 0, "review", "rejected"),
		cell(deal.Trial, "samples", 0, "reviewed_on", nil),
		all(cell(deal.Trial, "samples", 0, "review", "open"), edited(deal.Trial, waived)), // a waiver of what was edited since
	},
	"trial/sample_b_after_a":  {cell(deal.Trial, "samples", 1, "sent_on", days(-51))},
	"trial/sample_b_released": {cell(deal.Trial, "samples", 1, "review", "open"), cell(deal.Trial, "samples", 1, "stage", "a")},
	"trial/customer_accepted": {
		cell(deal.Trial, "samples", 1, "acceptance", "rejected"),
		cell(deal.Trial, "samples", 1, "accepted_on", nil),
		cell(deal.Trial, "samples", 1, "accepted_on", days(1)),
		cell(deal.Trial, "samples", 1, "accepted_by", "somebody-else"),
	},
	"trial/criteria_passed": {cell(deal.Trial, "criteria", 0, "verdict", "failed"), set(deal.Trial, "criteria", nil)},
	"trial/plant_toured": {
		func(a *playbooktest.Account) { a.Records.Interactions[0].Kind = deal.VisitInteraction },
		func(a *playbooktest.Account) { a.Records.Interactions[0].Result = nil },
	},
	"trial/audit_passed":          {set(deal.Trial, "audit_result", "failed"), set(deal.Trial, "audit_on", days(1))},
	"trial/major_findings_closed": {cell(deal.Trial, "findings", 0, "closed", nil)},
	"sign/audit_valid":            {set(deal.Trial, "audit_on", days(-366)), set(deal.Trial, "audit_on", nil)},
	"sign/dates_in_order":         {set(deal.Sign, "ends_on", days(1))},
	"sign/contract_approved":      {status(deal.Contract, deal.Rejected)},
	"sign/contract_amount_approved": {
		edited(deal.Sign, set(deal.Sign, "amount_minor", float64(playbooktest.AmountMinor+1))),
		edited(deal.Sign, set(deal.Sign, "currency", "EUR")),
	},
	"maintain/delivered_on_time":    {set(deal.Maintain, "on_time_bp", 9_499.0)},
	"maintain/quality_within_limit": {set(deal.Maintain, "ppm", 101.0)},
	"maintain/complaints_closed":    {cell(deal.Maintain, "complaints", 0, "closed", nil), cell(deal.Maintain, "complaints", 0, "root_cause", nil)},
	"archive/technical_file_complete": {
		set(deal.Archive, "technical_file", false),
	},
	"archive/documents_complete": {set(deal.Archive, "documents_complete", false)},
	"archive/contacts_refreshed": {set(deal.Archive, "contacts_refreshed", false)},
	"archive/next_known":         {set(deal.Archive, "recheck_on", nil)},
	"archive/recheck_ahead":      {set(deal.Archive, "recheck_on", days(0))},
}, slices.Concat(screening, vetoing, analysing, planning, visiting, crediting, []string{
	"survey/user_known", "survey/gatekeeper_known", "survey/decider_known", "survey/incumbent_known", "survey/buying_phase_known",
	"survey/decision_dated", "maintain/user_served", "maintain/gatekeeper_served", "maintain/decider_served", "maintain/surveyed_lately",
	"maintain/actions_closed",
})...)

// meetBothAtOnce leaves one meeting with everybody.
func meetBothAtOnce(a *playbooktest.Account) {
	a.Records.Interactions = a.Records.Interactions[:1]
	a.Records.Interactions[0].With = []string{playbooktest.Gatekeeper, playbooktest.Decider}
}
