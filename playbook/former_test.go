package playbook_test

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"closedloop/deal"
	"closedloop/playbook"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

// formerShelf are the shipped playbooks and express in version 1, as installations of the first release have it stored: all
// that a gate asks for stands on the step's form, and no record is looked at. It is compiled once for all tests that ask.
var formerShelf = sync.OnceValues(func() (*playbook.Library, error) {
	text, err := os.ReadFile("testdata/express-1.yaml")
	if err != nil {
		return nil, err
	}
	library, err := playbook.Load(playbook.Options{})
	if err != nil {
		return nil, err
	}
	doubt, err := library.AddStored(stored(playbooktest.Express, 1, text))
	if err == nil && len(doubt.Problems) > 0 {
		return nil, doubt.Problems // what the first release took, this one takes
	}
	return library, err
})

func formerLibrary(t *testing.T) *playbook.Library {
	t.Helper()
	library, err := formerShelf()
	require.NoError(t, err)
	return library
}

// former is version 1 of express.
func former(t *testing.T) *playbook.Playbook {
	t.Helper()
	p, err := formerLibrary(t).Get(deal.BookRef{Name: playbooktest.Express, Version: 1})
	require.NoError(t, err)
	return p
}

// formerAccount stands before an open gate of version 1.
func formerAccount(step deal.Step) playbooktest.Account {
	a := playbooktest.Ready(playbooktest.Express, step)
	a.State.Book.Version, a.Records.Dossier, a.State.Approvals = 1, nil, nil
	for i := range a.Records.Forms {
		a.Records.Forms[i].Content = formerForm(a.Records.Forms[i].Step, a.At)
	}
	for kind, step := range map[deal.ApprovalKind]deal.Step{deal.Filing: deal.Screen, deal.Proposal: deal.Plan, deal.Contract: deal.Sign} {
		a.State.Approvals = append(a.State.Approvals, deal.Approval{
			ID: string(kind), Kind: kind, Requester: playbooktest.Owner, Status: deal.Approved, Amount: playbooktest.AmountMinor,
			Currency: playbooktest.Currency, Subject: deal.Subject{Type: deal.FormSubject, ID: string(step), Version: 3},
		})
	}
	return a
}

func TestFormerExpress_isKeptByTheAccountsOnIt(t *testing.T) {
	t.Parallel()
	library := formerLibrary(t)
	require.Equal(t, 3, newestOf(t, library, playbooktest.Express), "new cycles begin with the new version")
	for _, step := range deal.Steps() {
		a := formerAccount(step)
		gate, err := library.Gate(a.State, a.Records, a.At)
		require.NoError(t, err)
		require.Empty(t, gate.Unmet, step)
		no, err := library.CheckForm(a.State.Book, step, a.Form(step))
		require.NoError(t, err)
		require.Empty(t, no, step)
	}
	for step, spoiled := range map[deal.Step]struct {
		spoil spoil
		code  string
	}{
		deal.Screen:   {set(deal.Screen, "veto", "insolvent"), "no_veto"},
		deal.Plan:     {func(a *playbooktest.Account) { editForm(a, deal.Plan) }, "proposal_unchanged"},
		deal.Sign:     {set(deal.Sign, "credit_grade", "red"), "credit_not_red"},
		deal.Maintain: {cell(deal.Maintain, "surveys", 0, "closed", false), "actions_closed"},
	} {
		a := formerAccount(step)
		spoiled.spoil(&a)
		gate, err := library.Gate(a.State, a.Records, a.At)
		require.NoError(t, err)
		require.Equal(t, []string{spoiled.code}, items(gate))
	}
}

func TestFormerExpress_isLeftForTheNewVersionWithEverythingThatIsMissingShown(t *testing.T) {
	t.Parallel()
	library := formerLibrary(t)
	a := formerAccount(deal.Plan)
	c, err := library.Preview(a.State.Book, deal.BookRef{Name: playbooktest.Express, Version: 3}, a.State, a.Records, a.At)
	require.NoError(t, err)
	require.Empty(t, c.Gate.Before)
	missing := items(deal.Gate{Unmet: c.Gate.After})
	require.Subset(t, missing, []string{"solution_written", "rivals_compared", "decision_simulated"})
	require.Contains(t, missing, "proposal_approved", "the approval of a form is none of the proposal on file")
	require.Contains(t, strings.Join(missing, " "), playbook.FormIncomplete, "fields that are gone stay on file until the form is saved")
}

// formerForm is what the gates of version 1 took as complete.
func formerForm(step deal.Step, now time.Time) map[string]any {
	day := func(n int) string { return now.AddDate(0, 0, n).Format(time.DateOnly) }
	switch step {
	case deal.Collect:
		return map[string]any{
			"competitor": "顺丰", "competitor_volume": 900.0, "needs": "样衣次日达", "source": "door_to_door", "settlement": "monthly",
		}
	case deal.Screen:
		return map[string]any{
			"money": true, "authority": true, "need": true, "veto": "none", "revenue_minor": 50_000_000.0, "difficulty": 3.0,
			"visit_aim": "了解样衣寄递流程", "visit_result": "约见决策者", "visit_contact": playbooktest.Decider, "visit_attention": "旺季十月起",
			"visit_quote": "首重八折", "route_mix": "长三角七成",
		}
	case deal.Survey:
		return map[string]any{
			"incumbent": "顺丰", "buying_phase": "criteria", "decision_on": day(60),
			"user_plan": "问前台", "gatekeeper_plan": "问采购", "decider_plan": "问行政",
		}
	case deal.Analyse:
		return map[string]any{
			"needs":           []any{map[string]any{"need": "退换货上门", "priority": "high", "kind": "stated"}},
			"share_of_wallet": 4.0, "effort_and_cost": 3.0, "deal_risk": 3.0, "strategic_value": 4.0, "payment_risk": 4.0,
			"our_capacity": 5.0, "technical_difficulty": 4.0, "account_kind": "economic", "go": "go",
		}
	case deal.Plan:
		return map[string]any{
			"solution": "样衣专递加上门取件", "positioning": "最快的样衣通道", "value_statement": "打样周期缩短一天",
			"amount_minor": float64(playbooktest.AmountMinor), "currency": playbooktest.Currency, "cost_budget_minor": 21_000_000.0,
			"milestones":          []any{map[string]any{"milestone": "试寄", "due_on": day(30), "owner": playbooktest.Owner}},
			"rivals":              []any{map[string]any{"rival": "顺丰", "criterion": "时效", "weight": 5.0, "us": 4.0, "them": 5.0}},
			"decision_simulation": "总经理拍板，看时效和账期。",
		}
	case deal.Visit:
		return map[string]any{
			"price_timing": "确认时效之后", "alternatives": "按线路分阶段", "limits": "折扣不低于七五折",
			"stakeholders": []any{map[string]any{"contact": playbooktest.Decider, "power": 4.0, "support": 1.0}},
			"agreement":    "letter_of_intent", "agreement_evidence": "意向书扫描件",
		}
	case deal.Trial:
		return map[string]any{"criteria": []any{map[string]any{"criterion": "次日达", "target": "98%", "result": "99%", "verdict": "passed"}}}
	case deal.Sign:
		return map[string]any{
			"credit_grade": "green", "agreement_no": "KD-2026-001", "amount_minor": float64(playbooktest.AmountMinor), "currency": playbooktest.Currency,
			"term_months": 12.0, "starts_on": day(1), "ends_on": day(366), "evidence_file": "agreement.pdf",
			"evidence_sha256": strings.Repeat("0123456789abcdef", 4),
		}
	case deal.Maintain:
		return map[string]any{
			"service_plan": []any{
				map[string]any{"role": "user", "service": "驻点收件", "frequency": "每日"},
				map[string]any{"role": "gatekeeper", "service": "对账", "frequency": "每月"},
				map[string]any{"role": "decider", "service": "高层回访", "frequency": "每季"},
			},
			"surveys":       []any{map[string]any{"held_on": day(-1), "score": 4.0, "corrective_action": "增派车辆", "closed": true}},
			"volume_target": 1500.0, "volume_actual": 1620.0, "satisfaction": 4.0, "margin_bp": 1850.0, "evaluation_lessons": "旺季提前备车",
		}
	case deal.Archive:
		return map[string]any{"documents_complete": true, "lessons": "先试寄后谈价", "contacts_refreshed": true, "recheck_on": day(60)}
	}
	return nil
}
