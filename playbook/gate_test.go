package playbook_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/playbook"
	"closedloop/playbook/playbooktest"

	"github.com/stretchr/testify/require"
)

// shipped is compiled once for all tests that only ask.
var shipped = sync.OnceValues(func() (*playbook.Library, error) { return playbook.Load(playbook.Options{}) })

func load(t *testing.T) *playbook.Library {
	t.Helper()
	library, err := shipped()
	require.NoError(t, err)
	return library
}

// fresh is a library with quick alone, to which the test may add.
func fresh(t *testing.T) *playbook.Library {
	t.Helper()
	library := new(playbook.Library)
	_, err := library.Install(edition(t, 1), "quick.yaml")
	require.NoError(t, err)
	return library
}

func newest(t *testing.T, name string) *playbook.Playbook {
	t.Helper()
	p, err := load(t).Newest(name)
	require.NoError(t, err)
	return p
}

// items are the conditions that do not hold; a form that is incomplete stands there with its pointer.
func items(g deal.Gate) []string {
	list := []string{}
	for _, no := range g.Unmet {
		list = append(list, no.Item+no.Field)
	}
	return list
}

func gateOf(t *testing.T, p *playbook.Playbook, a playbooktest.Account) deal.Gate {
	t.Helper()
	gate, err := p.Gate(a.State, a.Records, a.At)
	require.NoError(t, err)
	return gate
}

func TestGate_isOpenForAnAccountWithEverythingOnFile(t *testing.T) {
	t.Parallel()
	library := load(t)
	for _, book := range playbooktest.Books() {
		d, err := library.Describe(book, 0)
		require.NoError(t, err)
		for _, step := range d.Steps {
			a := playbooktest.Ready(book, step.Step)
			gate, err := library.Gate(a.State, a.Records, a.At)
			require.NoError(t, err)
			require.Empty(t, gate.Unmet, "%s/%s", book, step.Step)
			want := []string{playbook.FormComplete}
			if book != playbooktest.Quick && step.Step.Before(deal.Maintain) { // in which no grade stops an account
				want = append(want, playbook.GradeAllowsNext)
			}
			for _, c := range step.Conditions {
				want = append(want, c.Code)
			}
			require.Equal(t, want, gate.Met, "%s/%s", book, step.Step)
		}
	}
}

func TestGate_asksForEveryRequiredField(t *testing.T) {
	t.Parallel()
	library := load(t)
	for _, book := range playbooktest.Books() {
		d, err := library.Describe(book, 0)
		require.NoError(t, err)
		for _, step := range d.Steps {
			for _, f := range step.Form.Fields {
				if f.Required {
					a := playbooktest.Ready(book, step.Step)
					delete(a.Form(step.Step), f.Name)
					requireAsked(t, library, a, "/"+f.Name, f.Label)
				}
				for _, c := range f.Columns {
					a := playbooktest.Ready(book, step.Step)
					delete(first(&a, step.Step, f.Name), c.Name)
					if c.Required {
						requireAsked(t, library, a, "/"+f.Name+"/0/"+c.Name, c.Label)
					}
				}
			}
		}
	}
}

func requireAsked(t *testing.T, library *playbook.Library, a playbooktest.Account, pointer string, label deal.Text) {
	t.Helper()
	gate, err := library.Gate(a.State, a.Records, a.At)
	require.NoError(t, err)
	require.NotContains(t, gate.Met, playbook.FormComplete)
	i := slices.IndexFunc(gate.Unmet, func(no deal.Refusal) bool { return no.Field == pointer })
	require.GreaterOrEqual(t, i, 0, "%s %s", a.State.Step, pointer)
	no := gate.Unmet[i]
	require.Equal(t, deal.CodeGateUnmet, no.Code)
	require.Equal(t, playbook.FormIncomplete, no.Item)
	require.Equal(t, "steps/"+string(a.State.Step)+"/form", no.Link)
	require.Contains(t, no.Text.ZH, label.ZH)
	require.Contains(t, no.Text.EN, label.EN)
	require.NotEmpty(t, no.Hint.ZH)
	require.NotEmpty(t, no.Hint.EN)
}

func TestGate_listsEverythingThatIsMissingAtOnce(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	state := deal.State{Cycle: 1, Step: deal.Collect, Status: deal.Active}
	gate, err := p.Gate(state, deal.Records{Duplicates: 2}, time.Now())
	require.NoError(t, err)
	require.Equal(t, []string{
		"form_incomplete/competitor", "form_incomplete/needs", "form_incomplete/source", "name_known", "premises_known", "territory_known",
		"address_known", "industry_known", "inbound_known", "outbound_known", "contact_reachable", "competitor_volume_known", "no_duplicate",
	}, items(gate))
	require.Equal(t, []string{playbook.GradeAllowsNext}, gate.Met)
}

func TestGate_takesNoCompetitorForAnAnswer(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	for _, none := range []string{"none", "无"} {
		a := playbooktest.Ready(playbooktest.Express, deal.Collect)
		a.Form(deal.Collect)["competitor"] = none
		delete(a.Form(deal.Collect), "competitor_volume")
		require.Empty(t, gateOf(t, p, a).Unmet)
	}
}

func TestGate_takesAPlanForARoleNobodyKnowsYet(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	a := playbooktest.Ready(playbooktest.Express, deal.Survey)
	a.Records.Contacts = nil // the buying process has a plan for every role
	require.Empty(t, gateOf(t, p, a).Unmet)
}

func TestGate_takesAWaiverForAFailedTrialUntilItsFormIsEdited(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	a := playbooktest.Ready(playbooktest.Express, deal.Trial)
	verdict(dossier.Failed)(&a)
	a.State.Approvals = append(a.State.Approvals, deal.Approval{
		Kind: deal.TrialWaiver, Status: deal.Approved, Subject: deal.Subject{Type: deal.FormSubject, ID: string(deal.Trial), Version: 3},
	})
	require.Empty(t, gateOf(t, p, a).Unmet)
	editForm(&a, deal.Trial)
	require.Equal(t, []string{"criteria_passed"}, items(gateOf(t, p, a)))
}

func TestGate_letsTheSignedFileBeRegisteredAfterTheApproval(t *testing.T) {
	t.Parallel()
	p := newest(t, playbooktest.Express)
	a := playbooktest.Ready(playbooktest.Express, deal.Sign)
	playbooktest.Edit(&a, func(x *dossier.Agreement) { x.AmountMinor-- })
	require.Empty(t, gateOf(t, p, a).Unmet)
}

func TestGate_judgesDaysWhereTheOrganisationWorks(t *testing.T) {
	t.Parallel()
	a := playbooktest.Ready(playbooktest.Express, deal.Maintain)
	a.At = time.Date(2026, 3, 4, 17, 30, 0, 0, time.UTC) // already the 5th in Shanghai
	playbooktest.Change(&a, func(s *dossier.Survey) { s.On = "2026-03-05" })
	gate, err := load(t).Gate(a.State, a.Records, a.At)
	require.NoError(t, err)
	require.Empty(t, gate.Unmet)

	london, err := playbook.Load(playbook.Options{Zone: time.UTC})
	require.NoError(t, err)
	gate, err = london.Gate(a.State, a.Records, a.At)
	require.NoError(t, err)
	require.Equal(t, []string{"surveyed_lately"}, items(gate))
}

func TestGate_treatsContentThatFitsNoFieldAsMissingAndNeverFails(t *testing.T) {
	t.Parallel()
	library := load(t)
	for _, wrong := range []any{nil, "text", -1.5, 1e300, true, []any{}, []any{nil, "row", []any{}}, map[string]any{"a": 1}, int64(3), struct{}{}} {
		for _, book := range playbooktest.Books() {
			for _, step := range deal.Steps() {
				a := playbooktest.Ready(book, step)
				for name := range a.Form(step) {
					a.Form(step)[name] = wrong
				}
				gate, err := library.Gate(a.State, a.Records, a.At)
				require.NoError(t, err, "%s/%s with %v", book, step, wrong)
				if wrong == nil || wrong == struct{}{} { // the others fit a field or two
					require.NotContains(t, gate.Met, playbook.FormComplete, "%s/%s with %v", book, step, wrong)
				}
			}
		}
	}
}

func TestGate_neverOverflowsWhateverNumbersAnAccountBrings(t *testing.T) {
	t.Parallel()
	library := load(t)
	for _, book := range playbooktest.Books() {
		d, err := library.Describe(book, 0)
		require.NoError(t, err)
		for _, step := range d.Steps {
			for _, n := range []any{1 << 53, float64(1 << 53), json.Number("9007199254740991"), int64(math.MaxInt64), -1 << 53} {
				a := playbooktest.Ready(book, step.Step)
				for _, f := range step.Form.Fields {
					if f.Kind == playbook.IntegerField {
						a.Form(step.Step)[f.Name] = n
					}
					row := map[string]any{}
					for _, c := range f.Columns {
						row[c.Name] = n
					}
					if len(row) > 0 {
						a.Form(step.Step)[f.Name] = []any{row, row}
					}
				}
				_, err := library.Gate(a.State, a.Records, a.At)
				require.NoError(t, err, "%s/%s with %v", book, step.Step, n)
			}
		}
	}
}

func TestGate_takesANumberBeyondItsBoundsForAMissingOne(t *testing.T) {
	t.Parallel()
	p := former(t)
	a := formerAccount(deal.Visit)
	first(&a, deal.Visit, "stakeholders")["support"] = -2.0
	require.Equal(t, []string{"support_balance"}, items(gateOf(t, p, a)))
	first(&a, deal.Visit, "stakeholders")["support"] = -3.0
	require.Equal(t, []string{"form_incomplete/stakeholders/0/support"}, items(gateOf(t, p, a)))
}

func TestGate_failsForAPlaybookThatNobodyKnows(t *testing.T) {
	t.Parallel()
	a := playbooktest.Ready(playbooktest.Express, deal.Plan)
	a.State.Book.Version = 99
	_, err := load(t).Gate(a.State, a.Records, a.At)
	require.ErrorIs(t, err, deal.ErrNotFound)

	a.State.Step = "nowhere"
	_, err = newest(t, playbooktest.Express).Gate(a.State, a.Records, a.At)
	require.ErrorIs(t, err, deal.ErrNotFound)
}

// withCondition is quick with another condition in its first gate.
func withCondition(t *testing.T, when string) *playbook.Playbook {
	t.Helper()
	library := fresh(t)
	source := strings.Replace(sourceOf(t, library, playbooktest.Quick), "when: contacts.size() >= 1", "when: "+when, 1)
	source = strings.Replace(source, "version: 1", "version: 2", 1)
	require.NoError(t, library.Add([]byte(source), "test.yaml"))
	p, err := library.Get(deal.BookRef{Name: playbooktest.Quick, Version: 2})
	require.NoError(t, err)
	return p
}

func sourceOf(t *testing.T, library *playbook.Library, name string) string {
	t.Helper()
	for _, s := range library.Sources() {
		if s.Ref.Name == name {
			return string(s.Text)
		}
	}
	t.Fatalf("no playbook %s", name)
	return ""
}

func TestGate_isAnErrorWhenAConditionRunsOutOfItsCostLimit(t *testing.T) {
	t.Parallel()
	p := withCondition(t, "contacts.all(a, contacts.all(b, a.name != b.name || a.id == b.id))")
	a := playbooktest.Ready(playbooktest.Quick, deal.Collect)
	require.Empty(t, gateOf(t, p, a).Unmet)

	for range 1000 {
		a.Records.Contacts = append(a.Records.Contacts, deal.Contact{ID: "same", Name: "同名"})
	}
	_, err := p.Gate(a.State, a.Records, a.At)
	require.ErrorContains(t, err, "condition contact_known of step collect in playbook quick version 2")
	require.ErrorContains(t, err, "cost limit exceeded")
}

func TestGate_isAnErrorWhenAConditionFails(t *testing.T) {
	t.Parallel()
	p := withCondition(t, "contacts.size() == 0 || 7 / (contacts.size() - 3) > 0")
	a := playbooktest.Ready(playbooktest.Quick, deal.Collect)
	_, err := p.Gate(a.State, a.Records, a.At)
	require.ErrorContains(t, err, "division by zero")
}
