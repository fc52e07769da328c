package deal_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// The property tests are worth what their random moves reach: every event, every refusal of the rules, every status,
// step, end of a request and rung.
func TestMoves_reachEverything(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for n := range 800 {
		m := begin(t, seed(n))
		for range 50 {
			m.drift()
			events, no := m.w.try(m.command())
			for _, e := range events {
				seen["event "+string(e.Kind)]++
				if b, ok := e.Body.(deal.RungReached); ok {
					seen["rung "+string(b.ClockKind)+" "+string(b.Rung)]++
					seen["topic "+string(b.Topic)]++
				}
			}
			for _, code := range codes(no) {
				seen["code "+string(code)]++
			}
			s := m.w.state
			seen[string(s.Status)+" in "+string(s.Step)]++
			for _, a := range s.Approvals {
				seen[string(a.Kind)+" is "+string(a.Status)]++
			}
			if s.Cycle > 1 {
				seen["second cycle"]++
			}
		}
	}
	for _, kind := range deal.EventKinds() {
		require.Positive(t, seen["event "+string(kind)], kind)
	}
	for _, code := range everyCode(t) {
		if !slices.Contains(givenElsewhere(), code) {
			require.Positive(t, seen["code "+string(code)], code)
		}
	}
	for _, step := range deal.Steps() {
		require.Positive(t, seen["active in "+string(step)], step)
		require.Positive(t, seen["paused in "+string(step)], step)
		require.Positive(t, seen["closed in "+string(step)], step)
	}
	for _, kind := range deal.ApprovalKinds() {
		for _, word := range []deal.ApprovalStatus{deal.Pending, deal.Approved} {
			require.Positive(t, seen[string(kind)+" is "+string(word)], "%s %s", kind, word)
		}
	}
	for _, word := range []deal.ApprovalStatus{deal.Rejected, deal.SentBack, deal.Withdrawn, deal.VoidStatus} {
		require.Positive(t, seen["filing is "+string(word)], word)
	}
	for _, rung := range []string{
		"step remind", "step urge", "step superior", "step due", "approval remind", "approval urge", "approval superior", "approval reassign",
		"follow_up remind", "follow_up urge", "follow_up superior", "recheck recheck",
	} {
		require.Positive(t, seen["rung "+rung], rung)
	}
	for _, topic := range deal.Topics() {
		require.Positive(t, seen["topic "+string(topic)], topic)
	}
	require.Positive(t, seen["second cycle"])
}
