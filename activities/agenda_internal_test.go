package activities

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// What reads records reads them whenever a rung may look whether the subject of a request is still as submitted: without
// them every pending request would look edited.
func TestNeedsRecords_whereARungOfAnApprovalMayFire(t *testing.T) {
	t.Parallel()
	asked := deal.State{Seq: 1, Approvals: []deal.Approval{{Status: deal.Pending}}}
	for _, body := range []deal.Body{deal.Tick{}, deal.Recompute{}} {
		require.True(t, needsRecords(asked, deal.Command{Body: body}), deal.NameOf(body))
		require.False(t, needsRecords(deal.State{Seq: 1}, deal.Command{Body: body}), deal.NameOf(body))
	}
}

// asked is an account with a request of a kind.
func asked(kind deal.ApprovalKind) deal.State {
	return deal.State{Seq: 1, Approvals: []deal.Approval{{ID: "a", Kind: kind, Status: deal.Pending}}}
}

func TestPlans_forCommandsThatMoveTheAgendaAndNoOthers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	due := deal.Clock{Kind: deal.AgendaClock, Rungs: []deal.Rung{{At: now}}}
	later := deal.Clock{Kind: deal.AgendaClock, Rungs: []deal.Rung{{At: now.Add(time.Hour)}}}
	for name, tt := range map[string]struct {
		state deal.State
		body  deal.Body
		want  bool
	}{
		"not opened":                      {deal.State{}, deal.Recompute{}, false},
		"a record was written":            {deal.State{Seq: 1}, deal.Recompute{}, true},
		"graded":                          {deal.State{Seq: 1}, deal.SetGrade{}, true},
		"reopened":                        {deal.State{Seq: 1}, deal.ReopenAccount{}, true},
		"a further cycle":                 {deal.State{Seq: 1}, deal.SecondDevelopment{}, true},
		"won":                             {deal.State{Seq: 1, Step: deal.Sign}, deal.Advance{}, true},
		"maintained no longer":            {deal.State{Seq: 1, Step: deal.Maintain}, deal.Advance{}, true},
		"another step":                    {deal.State{Seq: 1, Step: deal.Visit, Clocks: []deal.Clock{due}}, deal.Advance{}, false},
		"maintained again":                {deal.State{Seq: 1, Step: deal.Archive}, deal.Return{To: deal.Maintain}, true},
		"back from being maintained":      {deal.State{Seq: 1, Step: deal.Maintain}, deal.Return{To: deal.Sign}, true},
		"another road back":               {deal.State{Seq: 1, Step: deal.Visit}, deal.Return{To: deal.Plan}, false},
		"back to before there was a plan": {deal.State{Seq: 1, Step: deal.Visit}, deal.Return{To: deal.Analyse}, true},
		"a plan is begun":                 {deal.State{Seq: 1, Step: deal.Analyse}, deal.Advance{}, true},
		"support is decided about":        {asked(deal.SupportRequest), deal.DecideApproval{Approval: "a"}, true},
		"a visit is decided about":        {asked(deal.ExecutiveVisit), deal.DecideApproval{Approval: "a"}, true},
		"a filing is decided about":       {asked(deal.Filing), deal.DecideApproval{Approval: "a"}, false},
		"a tick without an agenda":        {deal.State{Seq: 1}, deal.Tick{}, false},
		"a tick for something else":       {deal.State{Seq: 1, Clocks: []deal.Clock{later}}, deal.Tick{}, false},
		"a tick for the agenda":           {deal.State{Seq: 1, Clocks: []deal.Clock{later, due}}, deal.Tick{}, true},
		"a tick that may end a pause":     {deal.State{Seq: 1, Status: deal.Paused, Clocks: []deal.Clock{{Kind: deal.AgendaClock}}}, deal.Tick{}, true},
		"resumed with an agenda":          {deal.State{Seq: 1, Clocks: []deal.Clock{later}}, deal.ResumeNow{}, true},
		"resumed without":                 {deal.State{Seq: 1}, deal.ResumeNow{}, false},
		"other rules, with an agenda":     {deal.State{Seq: 1, Clocks: []deal.Clock{later}}, deal.MovePlaybook{}, true},
		"other rules, nothing planned":    {deal.State{Seq: 1}, deal.MovePlaybook{}, true},
		"a meeting changes nothing":       {deal.State{Seq: 1, Clocks: []deal.Clock{due}}, deal.LogInteraction{}, false},
		"a tick for a deadline is none":   {deal.State{Seq: 1, Clocks: []deal.Clock{{Kind: deal.StepClock, Rungs: due.Rungs}}}, deal.Tick{}, false},
	} {
		require.Equal(t, tt.want, plans(tt.state, deal.Command{At: now, Body: tt.body}), name)
	}
}
