//go:build e2e

package engine_test

import (
	"context"
	"errors"
	"sync/atomic"
	"syscall"
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
	patient := h.sending(h.within(time.Minute), time.Minute, cmd)
	p.hear("committed")
	p.kill()
	require.Len(t, h.log(id), 2, "it is in the log")

	// The hasty caller is told that nobody knows, as the API tells with 503 outcome_unknown.
	_, err := h.accounts.Send(h.within(2*time.Second), cmd)
	require.ErrorIs(t, err, deal.ErrUnavailable)

	h.start()
	again := h.send(cmd)
	first := <-patient
	require.NoError(t, first.err)
	require.Zero(t, first.unknown, "one call that waits long enough gets through")
	require.Equal(t, deal.Answer{Outcome: deal.Done, FirstSeq: 2, LastSeq: 2}, first.receipt.Answer)
	require.Equal(t, first.receipt.Answer, again.Answer)
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
	opened := h.sending(h.within(time.Minute), asTheAPI, cmd)
	p.hear("committed")
	p.kill()
	h.start()
	got := <-opened
	require.NoError(t, got.err)
	require.Equal(t, deal.Answer{Outcome: deal.Done, FirstSeq: 1, LastSeq: 1}, got.receipt.Answer)
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

// A worker that froze in the middle of a command and thaws when somebody else has done it: it finds the answer in the
// log, and nobody wants its task any more.
func TestF3_aFrozenWorkerThatThawsDoesNothingTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	id := h.open()
	h.stop()
	frozen, _ := launch(t, "worker", workerJob{Site: h.site, Begin: deal.FollowUpName})
	cmd := h.command(id, "rep", followUp(1))
	answer := h.sending(h.within(2*time.Minute), asTheAPI, cmd)
	frozen.hear("begun")
	frozen.signal(syscall.SIGSTOP) // its polls are still open, so the engine gives it one task more
	h.start()
	got := <-answer
	require.NoError(t, got.err)
	require.Equal(t, deal.Answer{Outcome: deal.Done, FirstSeq: 2, LastSeq: 2}, got.receipt.Answer)

	frozen.signal(syscall.SIGCONT)
	frozen.tell()
	next := <-h.sending(h.within(time.Minute), asTheAPI, h.command(id, "rep", followUp(2)))
	require.NoError(t, next.err)
	require.EqualValues(t, 3, next.receipt.Answer.FirstSeq)
	frozen.stop() // with its work in hand
	require.Equal(t, got.receipt.Answer, h.send(cmd).Answer)
	require.Len(t, h.log(id), 3)
	h.sound()
}

// Our database is away, the engine's is there, as in a cluster: commands wait in the engine, longer than a workflow task
// may last and across workers, and are done once when the database is back.
func TestF4_ourDatabaseAwayLetsCommandsWaitAndLosesNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, plan{})
	id := h.open()
	away := trouble(func(context.Context, deal.Command) error { return deal.ErrUnavailable })
	h.ledger.before.Store(&away)
	commands := []deal.Command{h.command(id, "rep", followUp(1)), h.command(id, "rep", followUp(2))}
	var hasty, patient []<-chan outcome
	for _, cmd := range commands {
		hasty = append(hasty, h.sending(h.within(asTheAPI), asTheAPI, cmd))
		patient = append(patient, h.sending(h.within(time.Minute), time.Minute, cmd))
	}
	for _, o := range hasty { // a task lasts ten seconds; one that waits is kept alive after eight
		require.ErrorIs(t, (<-o).err, deal.ErrUnavailable)
	}
	h.stop()
	h.start()
	require.Len(t, h.log(id), 1)
	h.ledger.before.Store(nil)
	for _, o := range patient {
		got := <-o
		require.NoError(t, got.err)
		require.Equal(t, deal.Done, got.receipt.Answer.Outcome)
	}
	require.Len(t, h.log(id), 3)
	h.do(id, "rep", followUp(3))
	h.sound()
}
