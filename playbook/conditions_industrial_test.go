package playbook_test

import (
	"closedloop/deal"
	"closedloop/playbook/playbooktest"
)

// waived approves the waiver of the trial's form as it stands.
func waived(a *playbooktest.Account) {
	a.State.Approvals = append(a.State.Approvals, deal.Approval{
		Kind: deal.TrialWaiver, Status: deal.Approved, Subject: deal.Subject{Type: deal.FormSubject, ID: string(deal.Trial), Version: 3},
	})
}

var industrialSpoils = map[string][]spoil{
	"collect/name_known":         {profile(func(p *deal.Profile) { p.Name = "" })},
	"collect/territory_known":    {profile(func(p *deal.Profile) { p.Territory = "" })},
	"collect/address_known":      {profile(func(p *deal.Profile) { p.Address = "" })},
	"collect/industry_known":     {profile(func(p *deal.Profile) { p.Industry = "" })},
	"collect/contact_reachable":  {unreachable},
	"collect/no_duplicate":       {duplicate},
	"screen/intake_accepted":     {func(a *playbooktest.Account) { a.State.Intake = deal.IntakePending }},
	"screen/need_confirmed":      {set(deal.Screen, "need", false)},
	"screen/no_veto":             {set(deal.Screen, "veto", "export_control")},
	"screen/certified":           {set(deal.Screen, "certificates_held", false), all(set(deal.Screen, "certificates_held", false), set(deal.Screen, "certificate_plan", " "))},
	"screen/secrecy_settled":     {set(deal.Screen, "secrecy", "open")},
	"screen/visit_contact_known": {set(deal.Screen, "visit_contact", "somebody-else")},
	"screen/filing_approved":     {status(deal.Filing, deal.Withdrawn)},
	"survey/plant_seen": {
		func(a *playbooktest.Account) { a.Records.Interactions[0].Kind = deal.CallInteraction },
		func(a *playbooktest.Account) { a.Records.Interactions[0].Result = nil },
		unmet,
	},
	"survey/user_known":           {nobodyIs(deal.UserRole, "user_plan")},
	"survey/gatekeeper_known":     {nobodyIs(deal.GatekeeperRole, "gatekeeper_plan")},
	"survey/decider_known":        {nobodyIs(deal.DeciderRole, "decider_plan")},
	"survey/series_ahead":         {set(deal.Survey, "series_on", days(0))},
	"analyse/feasible":            {set(deal.Analyse, "feasibility", "not_feasible")},
	"analyse/deviations_answered": {set(deal.Analyse, "deviations", nil)},
	"analyse/capacity_sufficient": {set(deal.Analyse, "capacity", 19_999.0)},
	"analyse/graded":              {grade("")},
	"analyse/grade_worth_it":      {grade(deal.GradeD)},
	"analyse/go_decided":          {set(deal.Analyse, "go", "no_go")},
	"plan/price_adds_up":          {cell(deal.Plan, "price_items", 0, "amount_minor", 71.0), set(deal.Plan, "price_items", nil)},
	"plan/samples_dated":          {set(deal.Plan, "sample_b_on", days(30)), set(deal.Plan, "sample_a_on", nil)},
	"plan/rivals_compared":        {set(deal.Plan, "rivals", nil)},
	"plan/proposal_approved":      {status(deal.Proposal, deal.Pending)},
	"plan/proposal_unchanged":     {func(a *playbooktest.Account) { editForm(a, deal.Plan) }},
	"visit/met_twice":             {meetBothAtOnce, unmet},
	"visit/gatekeeper_met":        {func(a *playbooktest.Account) { a.Records.Interactions[0].With = []string{playbooktest.User} }},
	"visit/decider_met":           {func(a *playbooktest.Account) { a.Records.Interactions[1].With = []string{playbooktest.User} }},
	"visit/technical_points_settled": {
		cell(deal.Visit, "technical_points", 0, "settled", nil),
		cell(deal.Visit, "technical_points", 0, "settled", false),
	},
	"visit/support_balance": {cell(deal.Visit, "stakeholders", 0, "support", -1.0)},
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
	"sign/credit_not_red":         {set(deal.Sign, "credit_grade", "red")},
	"sign/terms_fit_credit":       {set(deal.Sign, "credit_grade", "yellow")},
	"sign/dates_in_order":         {set(deal.Sign, "ends_on", days(1))},
	"sign/contract_approved":      {status(deal.Contract, deal.Rejected)},
	"sign/contract_amount_approved": {
		edited(deal.Sign, set(deal.Sign, "amount_minor", float64(playbooktest.AmountMinor+1))),
		edited(deal.Sign, set(deal.Sign, "currency", "EUR")),
	},
	"maintain/every_role_served":    {cell(deal.Maintain, "service_plan", 2, "role", "champion")},
	"maintain/delivered_on_time":    {set(deal.Maintain, "on_time_bp", 9_499.0)},
	"maintain/quality_within_limit": {set(deal.Maintain, "ppm", 101.0)},
	"maintain/complaints_closed":    {cell(deal.Maintain, "complaints", 0, "closed", nil), cell(deal.Maintain, "complaints", 0, "root_cause", nil)},
	"maintain/surveyed_lately":      {cell(deal.Maintain, "surveys", 0, "held_on", days(-91))},
	"maintain/actions_closed":       {cell(deal.Maintain, "surveys", 0, "closed", false)},
	"archive/technical_file_complete": {
		set(deal.Archive, "technical_file", false),
	},
	"archive/documents_complete": {set(deal.Archive, "documents_complete", false)},
	"archive/contacts_refreshed": {set(deal.Archive, "contacts_refreshed", false)},
	"archive/next_known":         {set(deal.Archive, "recheck_on", nil)},
	"archive/recheck_ahead":      {set(deal.Archive, "recheck_on", days(0))},
}

// meetBothAtOnce leaves one meeting with everybody.
func meetBothAtOnce(a *playbooktest.Account) {
	a.Records.Interactions = a.Records.Interactions[:1]
	a.Records.Interactions[0].With = []string{playbooktest.Gatekeeper, playbooktest.Decider}
}
