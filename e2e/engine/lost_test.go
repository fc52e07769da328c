//go:build e2e

package engine_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// A worker that is killed between the commit and the answer leaves an event in the log that its workflow has never
// heard of. The engine gives the task to somebody else when its ten seconds are over.
func TestF2_aTaskLostAfterTheCommitGivesTheFirstAnswerAndNoSecondEvent(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	id := h.open()
	h.stop()
	p, _ := launch(t, "worker", workerJob{Site: h.site, Hold: deal.FollowUpName})

	cmd := h.command(id, "rep", followUp(1))
	patient := make(chan deal.Receipt, 1)
	go func() {
		receipt, err := h.accounts.Send(h.within(time.Minute), cmd)
		require.NoError(t, err)
		patient <- receipt
	}()
	p.hear("committed")
	p.kill()
	require.Len(t, h.log(id), 2, "it is in the log")

	// The hasty caller is told that nobody knows, as the API tells with 503 outcome_unknown.
	_, err := h.accounts.Send(h.within(2*time.Second), cmd)
	require.ErrorIs(t, err, deal.ErrUnavailable)

	h.start()
	again := h.send(cmd)
	first := <-patient
	require.Equal(t, deal.Answer{Outcome: deal.Done, FirstSeq: 2, LastSeq: 2}, first.Answer)
	require.Equal(t, first.Answer, again.Answer)
	next := h.do(id, "rep", followUp(2))
	require.EqualValues(t, 3, next.Answer.FirstSeq)
	require.Len(t, h.log(id), 3)
	h.sound()
}

// The same for opening: the account exists in the log before its workflow knows.
func TestF2_anOpeningLostAfterTheCommitOpensOneAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	h.stop()
	p, _ := launch(t, "worker", workerJob{Site: h.site, Hold: deal.OpenName})
	cmd := h.opening()
	h.stage(cmd)
	opened := make(chan deal.Receipt, 1)
	go func() {
		receipt, err := h.accounts.Open(h.within(time.Minute), cmd)
		require.NoError(t, err)
		opened <- receipt
	}()
	p.hear("committed")
	p.kill()
	h.start()
	receipt := <-opened
	require.Equal(t, deal.Answer{Outcome: deal.Done, FirstSeq: 1, LastSeq: 1}, receipt.Answer)
	require.Len(t, h.log(cmd.Account), 1)
	h.sound()
}

// Answers that are lost without the worker dying, and one that does not come before its attempt's two seconds are over.
func TestF2_anAnswerThatIsLostOrLateIsAskedForAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	id := h.open()
	for n, how := range []trouble{
		func(context.Context, deal.Command) error { return errors.New("connection lost at commit") },
		func(ctx context.Context, _ deal.Command) error { <-ctx.Done(); return ctx.Err() },
	} {
		var lost atomic.Int32
		lose := trouble(func(ctx context.Context, cmd deal.Command) error {
			if cmd.Name != deal.FollowUpName {
				return nil
			}
			lost.Add(1)
			return how(ctx, cmd)
		})
		h.ledger.after.Store(&lose)
		seq := int64(n + 2)
		receipt := h.do(id, "rep", followUp(n))
		require.Equal(t, deal.Answer{Outcome: deal.Done, FirstSeq: seq, LastSeq: seq}, receipt.Answer)
		require.EqualValues(t, 1, lost.Load(), "the second attempt found the key in the log")
		require.Len(t, h.log(id), int(seq))
	}
	h.sound()
}
