//go:build e2e

package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestPoison_isRefusedWithAnIncidentAndBlocksNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	poisoned, other := h.open(), h.open()
	for name, poison := range map[string]int32{"a rule that panics": panics, "a condition that cannot be evaluated": fails} {
		h.books.poison.Store(poison)
		receipt := h.send(h.command(poisoned, "rep", deal.Advance{From: deal.Collect}))
		require.True(t, receipt.Answer.Refusals.Has(deal.CodeInternalError), name)
		require.NotEmpty(t, receipt.Answer.Incident, name)
		h.do(other, "rep", followUp(int(poison)))
		h.do(poisoned, "rep", followUp(int(poison)))
		h.books.poison.Store(wholesome)
	}
	h.do(poisoned, "rep", deal.Advance{From: deal.Collect})
	require.Len(t, h.log(poisoned), 4, "an incident writes nothing")
	h.sound()
}

// A tick that cannot be recorded backs off, while people get through; mended, it catches up.
func TestPoison_aTickThatFailsForGoodBacksOffAndBlocksNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{pace: inFourSeconds})
	ticks := make(chan struct{}, 1000)
	spoil := trouble(func(_ context.Context, cmd deal.Command) error {
		if cmd.Name == deal.TickName {
			ticks <- struct{}{}
			return deal.ErrPermanent
		}
		return nil
	})
	h.ledger.before.Store(&spoil)
	id := h.open()
	h.passed(h.state(id).Deadline().Add(time.Second)) // four seconds overdue
	h.do(id, "rep", followUp(1))
	require.Empty(t, h.rungs(id))
	require.Less(t, len(ticks), 6, "after one, two and four seconds")

	h.ledger.before.Store(nil)
	h.rungsBecome(id, 20*time.Second, "step remind", "step urge", "step superior")
	h.sound()
}
