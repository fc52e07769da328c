package playbook_test

import (
	"maps"
	"slices"
	"testing"
	"time"

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

// first is the first row of a table; a table that is empty gets an empty one.
func first(a *playbooktest.Account, step deal.Step, table string) map[string]any {
	rows, _ := a.Form(step)[table].([]any)
	if len(rows) == 0 {
		rows = []any{map[string]any{}}
		a.Form(step)[table] = rows
	}
	row, _ := rows[0].(map[string]any)
	return row
}

// A spoil takes away what one condition asks for, and nothing else. Where a condition has more than one, the further
// ones make it fail for other reasons.
type spoil = func(a *playbooktest.Account)

// set writes one field of a step's form; nil takes it away.
func set(step deal.Step, field string, value any) spoil {
	return func(a *playbooktest.Account) {
		if value == nil {
			delete(a.Form(step), field)
			return
		}
		a.Form(step)[field] = value
	}
}

// cell writes one column of a row of a table; nil takes it away.
func cell(step deal.Step, table string, row int, column string, value any) spoil {
	return func(a *playbooktest.Account) {
		rows, _ := a.Form(step)[table].([]any)
		cells, _ := rows[row].(map[string]any)
		if value == nil {
			delete(cells, column)
			return
		}
		cells[column] = value
	}
}

func all(spoils ...spoil) spoil {
	return func(a *playbooktest.Account) {
		for _, s := range spoils {
			s(a)
		}
	}
}

// edited is a change of a form that is put on file, so that its version rises.
func edited(step deal.Step, s spoil) spoil {
	return all(s, func(a *playbooktest.Account) { editForm(a, step) })
}

func status(kind deal.ApprovalKind, s deal.ApprovalStatus) spoil {
	return func(a *playbooktest.Account) { approvalOf(a, kind).Status = s }
}

func grade(g deal.Grade) spoil { return func(a *playbooktest.Account) { a.State.Grade = g } }

func unmet(a *playbooktest.Account) { a.Records.Interactions = nil }

func duplicate(a *playbooktest.Account) { a.Records.Duplicates = 1 }

func unreachable(a *playbooktest.Account) { a.Records.Contacts[0].PhoneValid = false }

func profile(change func(p *deal.Profile)) spoil {
	return func(a *playbooktest.Account) { change(&a.Records.Profile) }
}

// nobodyIs forgets who has a role, and the plan to find out.
func nobodyIs(role deal.BuyingRole, plan string) spoil {
	return all(func(a *playbooktest.Account) { forget(a, role) }, set(deal.Survey, plan, nil))
}

// days is a day counted from the instant of [playbooktest.Ready], which is the 4th of March 2026.
func days(n int) string {
	return playbooktest.Ready(playbooktest.Quick, deal.Collect).At.AddDate(0, 0, n).Format(time.DateOnly)
}

// spoils are the cases of every condition of every shipped playbook.
var spoils = map[string]map[string][]spoil{
	playbooktest.Express:     expressSpoils,
	playbooktest.Industrial:  industrialSpoils,
	playbooktest.GroupBuying: groupBuyingSpoils,
	playbooktest.Project:     projectSpoils,
	playbooktest.Quick:       quickSpoils,
}

var quickSpoils = map[string][]spoil{
	"collect/contact_known":       {func(a *playbooktest.Account) { a.Records.Contacts = nil }},
	"collect/no_duplicate":        {duplicate},
	"screen/intake_accepted":      {func(a *playbooktest.Account) { a.State.Intake = deal.IntakePending }},
	"screen/need_confirmed":       {set(deal.Screen, "need", false)},
	"screen/filing_approved":      {status(deal.Filing, deal.Rejected)},
	"survey/customer_met":         {unmet},
	"analyse/graded":              {grade(deal.GradeD), grade("")},
	"analyse/go_decided":          {set(deal.Analyse, "go", "no_go")},
	"plan/proposal_approved":      {status(deal.Proposal, deal.SentBack), func(a *playbooktest.Account) { editForm(a, deal.Plan) }},
	"visit/customer_met":          {unmet},
	"trial/criteria_passed":       {set(deal.Trial, "verdict", "failed")},
	"sign/contract_approved":      {status(deal.Contract, deal.Pending)},
	"maintain/customer_satisfied": {set(deal.Maintain, "satisfaction", 2.0)},
	"archive/documents_complete":  {set(deal.Archive, "documents_complete", false)},
}

func TestGate_closesForEveryConditionOfEveryPlaybook(t *testing.T) {
	t.Parallel()
	for _, book := range playbooktest.Books() {
		t.Run(book, func(t *testing.T) {
			t.Parallel()
			p := newest(t, book)
			var conditions []string
			for _, step := range p.Describe().Steps {
				for _, c := range step.Conditions {
					name := string(step.Step) + "/" + c.Code
					conditions = append(conditions, name)
					for i, spoil := range spoils[book][name] {
						a := playbooktest.Ready(book, step.Step)
						spoil(&a)
						gate := gateOf(t, p, a)
						if i == 0 {
							require.Equal(t, []string{c.Code}, items(gate), name)
						}
						at := slices.IndexFunc(gate.Unmet, func(no deal.Refusal) bool { return no.Item == c.Code })
						require.GreaterOrEqual(t, at, 0, "%s, case %d: %v", name, i, items(gate))
						no := deal.Refusal{Code: deal.CodeGateUnmet, Item: c.Code, Text: c.Text, Hint: c.Hint, Link: c.Link}
						require.Equal(t, no, gate.Unmet[at])
					}
				}
			}
			slices.Sort(conditions)
			require.Equal(t, conditions, slices.Sorted(maps.Keys(spoils[book])), "every condition has its case")
		})
	}
}
