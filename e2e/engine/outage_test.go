//go:build e2e

package engine_test

import (
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
	engine, _ := launch(t, "engine", engineJob{Postgres: db.URL("postgres"), Frontend: address, Verbose: testing.Verbose()})
	h := buildHouse(t, db, address, "closedloop", plan{})
	h.start()
	h.watch(2*time.Second, 5*time.Second)
	ids := []deal.AccountID{h.open(), h.open(), h.open(), h.open()}
	reminded := h.open()
	h.do(reminded, "rep", deal.SetFollowUp{At: time.Now().Add(15 * time.Second)}) // in the middle of it

	var clients sync.WaitGroup
	var over atomic.Bool
	var unknown, repeated atomic.Int64
	done := make([]int, len(ids))
	ctx := h.within(4 * time.Minute)
	for i, id := range ids {
		clients.Go(func() {
			for n := 0; !over.Load(); n++ {
				o := <-h.sending(ctx, asTheAPI, h.command(id, "rep", followUp(n)))
				if o.err != nil || o.receipt.Answer.Outcome != deal.Done {
					t.Errorf("client %d, command %d: %v, %v", i, n, o.receipt.Answer, o.err)
					return
				}
				done[i]++
				unknown.Add(int64(o.unknown))
				repeated.Add(int64(min(1, o.unknown)))
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

	for i, id := range ids {
		o := <-h.sending(ctx, asTheAPI, h.command(id, "rep", followUp(-1-i)))
		require.NoError(t, o.err)
		require.Equal(t, deal.Done, o.receipt.Answer.Outcome)
		t.Logf("account %d took commands again %s after Postgres was back", i, time.Since(began).Round(100*time.Millisecond))
	}
	require.Less(t, time.Since(began), time.Minute, "I9: steps are accepted again within a minute")
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
