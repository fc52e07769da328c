//go:build e2e

package engine_test

import (
	"errors"
	"testing"
	"time"

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

	other := h.command(id, "rep", deal.Advance{From: deal.Collect})
	other.Key = cmd.Key
	require.True(t, h.send(other).Answer.Refusals.Has(deal.CodeKeyReused), "another request never gets that answer")
	require.Len(t, h.log(id), 2)
	h.sound()
}

// Two requests under one key at the same moment: the engine knows one update, and gives its result to both.
func TestKey_usedForTwoRequestsAtOnceAnswersOneOfThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	id := h.open()
	one := h.command(id, "rep", followUp(1))
	other := h.command(id, "rep", deal.Advance{From: deal.Collect})
	other.Key = one.Key
	first, second := h.sending(h.within(time.Minute), asTheAPI, one), h.sending(h.within(time.Minute), asTheAPI, other)
	a, b := <-first, <-second
	require.NoError(t, errors.Join(a.err, b.err))
	done, reused := a.receipt.Answer, b.receipt.Answer
	if done.Outcome != deal.Done {
		done, reused = reused, done
	}
	require.Equal(t, deal.Done, done.Outcome)
	require.True(t, reused.Refusals.Has(deal.CodeKeyReused))
	require.Len(t, h.log(id), 2)
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
