package activities_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"closedloop/activities"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/workflows/contract"
)

// plans keeps one handover in memory.
type plans struct {
	mu     sync.Mutex
	moves  []view.HandoverMove
	staged map[string]view.Staged
}

func (p *plans) Handover(context.Context, string) (view.Handover, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := view.Handover{ID: "h1", Reason: "moves away", Succession: deal.Succession{From: "rep1"}}
	for _, m := range p.moves {
		if m.Status == view.MovePlanned {
			h.Planned++
		}
	}
	return h, nil
}

func (p *plans) HandoverMoves(_ context.Context, _ string, f view.MoveFilter, page view.Page) ([]view.HandoverMove, string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []view.HandoverMove
	for _, m := range p.moves {
		if m.Status == f.Status && fmt.Sprintf("%06d", m.Position) > page.Cursor {
			found = append(found, m)
		}
	}
	if len(found) > page.Limit {
		return found[:page.Limit], fmt.Sprintf("%06d", found[page.Limit-1].Position), nil
	}
	return found, "", nil
}

func (p *plans) TriedMove(_ context.Context, _ string, position int, o view.MoveOutcome) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := &p.moves[position-1]
	m.Status, m.Seq, m.Reasons = o.Status, o.Seq, o.Reasons
	m.Attempts++
	return nil
}

func (p *plans) LookAgain(context.Context, string) (int, error) { return 0, nil }

func (p *plans) SettleHandover(context.Context, string, time.Time) (bool, error) { return true, nil }

func (p *plans) FinishHandover(context.Context, string, time.Time) error { return nil }

func (p *plans) Stage(_ context.Context, s view.Staged) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.staged[s.Key] = s
	return nil
}

func (p *plans) Unstage(_ context.Context, _ deal.AccountID, key string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.staged, key)
	return nil
}

// accounts answer commands by account.
type accounts struct {
	plans *plans
	mu    sync.Mutex
	keys  map[string]int
	busy  map[deal.AccountID]bool
	no    map[deal.AccountID]deal.Refusals
}

func (a *accounts) Send(_ context.Context, cmd deal.Command) (deal.Receipt, error) {
	a.plans.mu.Lock()
	_, staged := a.plans.staged[cmd.Key]
	a.plans.mu.Unlock()
	body, _ := cmd.Body.(deal.HandOver)
	if !staged || cmd.Actor != deal.System || body.From != "rep1" || body.Reason == nil {
		return deal.Receipt{}, errors.New("not the command of a handover")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.busy[cmd.Account] {
		return deal.Receipt{}, deal.ErrUnavailable
	}
	if no := a.no[cmd.Account]; no != nil {
		return deal.Receipt{Answer: deal.RefusedAnswer(no)}, nil
	}
	a.keys[cmd.Key]++
	return deal.Receipt{Answer: deal.Answer{Outcome: deal.Done, FirstSeq: 7, LastSeq: 8}}, nil
}

func TestMovePlanned_movesWhatItCanAndLeavesWhatIsBusy(t *testing.T) {
	t.Parallel()
	p := &plans{staged: map[string]view.Staged{}}
	for i := range 250 {
		p.moves = append(p.moves, view.HandoverMove{Position: i + 1, Round: 1, Account: deal.AccountID(fmt.Sprintf("a%d", i)), To: "rep2", Status: view.MovePlanned})
	}
	a := &accounts{
		plans: p, keys: map[string]int{}, busy: map[deal.AccountID]bool{"a3": true, "a240": true},
		no: map[deal.AccountID]deal.Refusals{"a5": {{Code: deal.CodeNoApprover}}, "a6": {{Code: deal.CodeNotOpened}}},
	}
	sign := func(s string) string { return "signed " + s }
	h, err := activities.NewHandovers(p, a, "installation", sign, time.Now, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(h.MovePlanned)
	round := func() contract.HandoverProgress {
		value, err := env.ExecuteActivity(h.MovePlanned, contract.HandoverInput{ID: "h1"})
		require.NoError(t, err)
		var done contract.HandoverProgress
		require.NoError(t, value.Get(&done))
		return done
	}
	require.Equal(t, contract.HandoverProgress{Moved: 248, Planned: 2}, round())
	require.Equal(t, contract.HandoverProgress{Planned: 2}, round(), "busy ones stay planned")
	a.busy = nil
	require.Equal(t, contract.HandoverProgress{Moved: 2}, round())
	require.Equal(t, []any{view.MoveDone, int64(7), 3}, []any{p.moves[3].Status, p.moves[3].Seq, p.moves[3].Attempts})
	require.Equal(t, view.MoveFailed, p.moves[5].Status)
	require.True(t, p.moves[5].Reasons.Has(deal.CodeNoApprover))
	require.Equal(t, view.MoveNothing, p.moves[6].Status, "an account that is not there has nothing to move")
	require.Len(t, a.keys, 248)
	for key, n := range a.keys {
		require.Equal(t, 1, n, key)
	}
	require.Empty(t, p.staged, "no text is left lying")
}

func TestNewHandovers_wantsAllItsParts(t *testing.T) {
	t.Parallel()
	_, err := activities.NewHandovers(nil, nil, "", nil, nil, nil)
	require.Error(t, err)
}
