package playbook_test

import (
	"maps"
	"slices"
	"testing"

	"closedloop/deal"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

func approvalOf(a *playbooktest.Account, kind deal.ApprovalKind) *deal.Approval {
	i := slices.IndexFunc(a.State.Approvals, func(x deal.Approval) bool { return x.Kind == kind })
	return &a.State.Approvals[i]
}

func editForm(a *playbooktest.Account, step deal.Step) {
	for i := range a.Records.Forms {
		if a.Records.Forms[i].Step == step {
			a.Records.Forms[i].Version++
		}
	}
}

func forget(a *playbooktest.Account, role deal.BuyingRole) {
	a.Records.Contacts = slices.DeleteFunc(a.Records.Contacts, func(c deal.Contact) bool { return c.Role == role })
}

// first is the first row of a table.
func first(a *playbooktest.Account, step deal.Step, table string) map[string]any {
	rows, _ := a.Form(step)[table].([]any)
	row, _ := rows[0].(map[string]any)
	return row
}

// spoils takes away what one condition of express asks for, and nothing else. Where a case of the second kind is listed,
// the condition fails for another reason.
var spoils = map[string][]func(a *playbooktest.Account){
	"collect/name_known":              {func(a *playbooktest.Account) { a.Records.Profile.Name = " " }},
	"collect/premises_known":          {func(a *playbooktest.Account) { a.Records.Profile.Premises = "" }},
	"collect/territory_known":         {func(a *playbooktest.Account) { a.Records.Profile.Territory = "" }},
	"collect/address_known":           {func(a *playbooktest.Account) { a.Records.Profile.Address = "" }},
	"collect/industry_known":          {func(a *playbooktest.Account) { a.Records.Profile.Industry = "" }},
	"collect/inbound_known":           {func(a *playbooktest.Account) { a.Records.Profile.MonthlyInbound = nil }},
	"collect/outbound_known":          {func(a *playbooktest.Account) { a.Records.Profile.MonthlyOutbound = nil }},
	"collect/contact_reachable":       {func(a *playbooktest.Account) { a.Records.Contacts[0].PhoneValid = false }},
	"collect/competitor_volume_known": {func(a *playbooktest.Account) { delete(a.Form(deal.Collect), "competitor_volume") }},
	"collect/no_duplicate":            {func(a *playbooktest.Account) { a.Records.Duplicates = 1 }},
	"screen/intake_accepted": {
		func(a *playbooktest.Account) { a.State.Intake = deal.IntakePending },
		func(a *playbooktest.Account) { a.State.Intake = deal.IntakeReturned },
	},
	"screen/need_confirmed": {func(a *playbooktest.Account) { a.Form(deal.Screen)["need"] = false }},
	"screen/no_veto":        {func(a *playbooktest.Account) { a.Form(deal.Screen)["veto"] = "insolvent" }},
	"screen/visit_contact_known": {
		func(a *playbooktest.Account) { a.Form(deal.Screen)["visit_contact"] = "somebody-else" },
	},
	"screen/filing_approved": {
		func(a *playbooktest.Account) { approvalOf(a, deal.Filing).Status = deal.Pending },
		func(a *playbooktest.Account) { approvalOf(a, deal.Filing).Subject.ID = string(deal.Plan) },
		func(a *playbooktest.Account) { a.State.Approvals = nil },
	},
	"survey/customer_met": {
		func(a *playbooktest.Account) {
			for i := range a.Records.Interactions {
				a.Records.Interactions[i].Result = nil
			}
		},
		func(a *playbooktest.Account) {
			for i := range a.Records.Interactions {
				a.Records.Interactions[i].Step = deal.Screen
			}
		},
		func(a *playbooktest.Account) { a.Records.Interactions = nil },
	},
	"survey/user_known": {func(a *playbooktest.Account) {
		forget(a, deal.UserRole)
		a.Form(deal.Survey)["user_plan"] = "  "
	}},
	"survey/gatekeeper_known": {func(a *playbooktest.Account) {
		forget(a, deal.GatekeeperRole)
		delete(a.Form(deal.Survey), "gatekeeper_plan")
	}},
	"survey/decider_known": {func(a *playbooktest.Account) {
		forget(a, deal.DeciderRole)
		delete(a.Form(deal.Survey), "decider_plan")
	}},
	"analyse/graded":         {func(a *playbooktest.Account) { a.State.Grade = "" }},
	"analyse/grade_worth_it": {func(a *playbooktest.Account) { a.State.Grade = deal.GradeD }},
	"analyse/go_decided":     {func(a *playbooktest.Account) { a.Form(deal.Analyse)["go"] = "no_go" }},
	"plan/rivals_compared": {
		func(a *playbooktest.Account) { delete(a.Form(deal.Plan), "rivals") },
		func(a *playbooktest.Account) {
			a.Form(deal.Plan)["rivals"] = []any{}
			a.Form(deal.Plan)["no_rival"] = false
		},
	},
	"plan/proposal_approved": {
		func(a *playbooktest.Account) { approvalOf(a, deal.Proposal).Status = deal.Rejected },
		func(a *playbooktest.Account) { approvalOf(a, deal.Proposal).Status = deal.VoidStatus },
	},
	"plan/proposal_unchanged": {func(a *playbooktest.Account) { editForm(a, deal.Plan) }},
	"visit/met_twice": {
		func(a *playbooktest.Account) { a.Records.Interactions = a.Records.Interactions[1:] },
		func(a *playbooktest.Account) { a.Records.Interactions[0].Pass = 0 },
	},
	"visit/decider_met": {
		func(a *playbooktest.Account) { a.Records.Interactions[1].With = []string{playbooktest.User} },
		func(a *playbooktest.Account) { forget(a, deal.DeciderRole) },
	},
	"visit/support_balance": {func(a *playbooktest.Account) { first(a, deal.Visit, "stakeholders")["support"] = -2.0 }},
	"trial/criteria_passed": {
		func(a *playbooktest.Account) { first(a, deal.Trial, "criteria")["verdict"] = "failed" },
		func(a *playbooktest.Account) { first(a, deal.Trial, "criteria")["verdict"] = "open" },
	},
	"sign/credit_not_red":    {func(a *playbooktest.Account) { a.Form(deal.Sign)["credit_grade"] = "red" }},
	"sign/dates_in_order":    {func(a *playbooktest.Account) { a.Form(deal.Sign)["ends_on"] = a.Form(deal.Sign)["starts_on"] }},
	"sign/contract_approved": {func(a *playbooktest.Account) { approvalOf(a, deal.Contract).Status = deal.Withdrawn }},
	"sign/contract_amount_approved": {
		func(a *playbooktest.Account) {
			a.Form(deal.Sign)["amount_minor"] = float64(playbooktest.AmountMinor + 1)
			editForm(a, deal.Sign)
		},
		func(a *playbooktest.Account) {
			a.Form(deal.Sign)["currency"] = "USD"
			editForm(a, deal.Sign)
		},
	},
	"maintain/every_role_served": {func(a *playbooktest.Account) { first(a, deal.Maintain, "service_plan")["role"] = "champion" }},
	"maintain/surveyed_lately": {
		func(a *playbooktest.Account) { first(a, deal.Maintain, "surveys")["held_on"] = "2025-12-03" }, // 91 days ago
		func(a *playbooktest.Account) { first(a, deal.Maintain, "surveys")["held_on"] = "2026-03-05" }, // tomorrow
	},
	"maintain/actions_closed": {
		func(a *playbooktest.Account) { first(a, deal.Maintain, "surveys")["closed"] = false },
		func(a *playbooktest.Account) { delete(first(a, deal.Maintain, "surveys"), "closed") },
	},
	"archive/documents_complete": {func(a *playbooktest.Account) { a.Form(deal.Archive)["documents_complete"] = false }},
	"archive/contacts_refreshed": {func(a *playbooktest.Account) { a.Form(deal.Archive)["contacts_refreshed"] = false }},
	"archive/next_known":         {func(a *playbooktest.Account) { delete(a.Form(deal.Archive), "recheck_on") }},
	"archive/recheck_ahead":      {func(a *playbooktest.Account) { a.Form(deal.Archive)["recheck_on"] = "2026-03-04" }}, // today
}

func TestGate_closesForEveryConditionOfExpress(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	var conditions []string
	for _, step := range p.Describe().Steps {
		for _, c := range step.Conditions {
			name := string(step.Step) + "/" + c.Code
			conditions = append(conditions, name)
			for i, spoil := range spoils[name] {
				a := playbooktest.Ready(playbooktest.Express, step.Step)
				spoil(&a)
				unmet := gateOf(t, p, a).Unmet
				if i == 0 {
					require.Len(t, unmet, 1, name)
				}
				at := slices.IndexFunc(unmet, func(no deal.Refusal) bool { return no.Item == c.Code })
				require.GreaterOrEqual(t, at, 0, "%s, case %d", name, i)
				require.Equal(t, deal.Refusal{Code: deal.CodeGateUnmet, Item: c.Code, Text: c.Text, Hint: c.Hint, Link: c.Link}, unmet[at])
			}
		}
	}
	slices.Sort(conditions)
	require.Equal(t, conditions, slices.Sorted(maps.Keys(spoils)), "every condition has its case")
}
