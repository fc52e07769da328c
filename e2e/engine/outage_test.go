//go:build e2e

package engine_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/testkit"
)

// outage is how long Postgres is away, which is the engine's database as well.
const outage = 30 * time.Second

// Nobody is told a wrong thing while Postgres is away, and nothing has to be repaired afterwards: whoever asks is told to
// ask again with the same key, and the same key is answered when the database is back.
func TestF4_postgresAwayForHalfAMinuteFailsNoCommandAndHealsByItself(t *testing.T) {
	t.Parallel()
	db, options := ownPostgres(t)
	address := freeAddress(t)
	engine, _ := launch(t, "engine", engineJob{Postgres: db.URL("postgres"), Frontend: address})
	h := buildHouse(t, db, address, "closedloop", plan{})
	h.start()
	h.watch(2*time.Second, 5*time.Second)
	ids := []deal.AccountID{h.open(), h.open(), h.open(), h.open()}
	reminded := h.open()
	h.do(reminded, "rep", deal.SetFollowUp{At: time.Now().Add(15 * time.Second)}) // in the middle of it

	var clients sync.WaitGroup
	var over atomic.Bool
	var unknown, repeated atomic.Int32
	done := make([]int, len(ids))
	for i, id := range ids {
		clients.Go(func() {
			for n := 0; !over.Load(); n++ {
				cmd := h.command(id, "rep", followUp(n))
				for try := 0; ; try++ {
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // as the API waits
					receipt, err := h.accounts.Send(ctx, cmd)
					cancel()
					if err == nil && receipt.Answer.Outcome == deal.Done {
						repeated.Add(min(1, int32(try))) //nolint:gosec // a few
						done[i]++
						break
					}
					if err == nil || !errors.Is(err, deal.ErrUnavailable) || t.Context().Err() != nil {
						t.Errorf("client %d, command %d, try %d: %v, %v", i, n, try, receipt.Answer, err)
						return
					}
					unknown.Add(1)
				}
			}
		})
	}
	testkit.Eventually(t, 20*time.Second, func() bool { return len(h.log(ids[0])) > 10 }, "commands flow")
	away := time.Now()
	require.NoError(t, db.Stop(t.Context()))
	h.passed(away.Add(outage))
	url := db.URL("postgres")
	back := startPostgres(t, options)
	require.Equal(t, url, back.URL("postgres"), "at the old address")
	began := time.Now()

	// Every account takes commands again.
	for i, id := range ids {
		cmd := h.command(id, "rep", followUp(-1-i))
		testkit.Eventually(t, 90*time.Second, func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			receipt, err := h.accounts.Send(ctx, cmd)
			return err == nil && receipt.Answer.Outcome == deal.Done
		}, "commands flow again")
		t.Logf("account %d took commands again %s after Postgres was back", i, time.Since(began).Round(100*time.Millisecond))
	}
	over.Store(true)
	clients.Wait()
	h.rungsBecome(reminded, 30*time.Second, "follow_up remind")
	t.Logf("the reminder of the outage came %s after Postgres was back; %d answers were unknown, %d commands were repeated",
		time.Since(began).Round(100*time.Millisecond), unknown.Load(), repeated.Load())
	for i, id := range ids {
		require.Len(t, h.log(id), 1+done[i]+1, "every command once")
	}
	require.Positive(t, repeated.Load(), "I10: somebody was in the middle of it")
	h.sound()
	engine.stop() // it is the engine of before
}
