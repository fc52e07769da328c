//go:build e2e

package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/workflows/contract"
)

func TestKey_twiceIsOneEventAndTheSameAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	id := h.open()
	cmd := h.command(id, "rep", followUp(1))
	first := h.send(cmd)
	require.Equal(t, deal.Done, first.Answer.Outcome)
	require.Equal(t, first, h.send(cmd), "joins the update of the same run")
	require.Len(t, h.log(id), 2)

	other := cmd
	other.Fingerprint = "of another body"
	require.Equal(t, first.Answer, h.send(other).Answer, "within a run the engine answers by key alone; the API compares before and after")
	h.sound()
}

func TestU9_aKeyIsKnownInTheRunsThatFollow(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{limits: contract.Limits{Updates: 3}})
	id := h.open()
	known, reused := h.command(id, "rep", followUp(-1)), h.command(id, "rep", followUp(0))
	first := h.send(known)
	h.send(reused)
	for n := range 10 {
		h.do(id, "rep", followUp(n+1))
	}
	require.GreaterOrEqual(t, len(h.runs(contract.AccountWorkflowID(id))), 4, "three updates a run")
	again := h.send(known)
	require.Equal(t, first.Answer, again.Answer)
	require.EqualValues(t, 13, again.Now.Seq, "with the old answer comes the present position")

	reused.Fingerprint = "of another body"
	require.True(t, h.send(reused).Answer.Refusals.Has(deal.CodeKeyReused))
	require.Len(t, h.log(id), 13)
	h.sound()
}

func TestKey_isKnownToAWorkerThatHasJustStarted(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	id := h.open()
	cmd := h.command(id, "rep", followUp(1))
	first := h.send(cmd)
	h.stop()
	h.start()
	require.Equal(t, first.Answer, h.send(cmd).Answer)
	next := h.do(id, "rep", followUp(2))
	require.EqualValues(t, 3, next.Answer.FirstSeq)
	require.Equal(t, first.Answer, h.send(cmd).Answer)
	require.Len(t, h.log(id), 3)
	h.sound()
}
