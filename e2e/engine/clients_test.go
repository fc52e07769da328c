//go:build e2e

package engine_test

import (
	"sort"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/workflows/contract"
)

// sending is what a client saw of one key.
type sending struct {
	sent, answered time.Time // the first of both
	receipts       []deal.Receipt
}

// Fifty clients on one account that continues as new after every five updates, far beyond the ten updates that the engine
// takes at a time, every third command sent twice at once: what F10 asks for.
func TestF10_fiftyClientsOnOneAccountGetEveryCommandOnceAndInOrder(t *testing.T) {
	t.Parallel()
	underFire(t, 50, 3, contract.Limits{Updates: 5})
}

// The way the API sends: four commands of one account in flight.
func TestF10_fourInFlightGetEveryCommandOnceAndInOrder(t *testing.T) {
	t.Parallel()
	underFire(t, 4, 15, contract.Limits{Updates: 2})
}

func underFire(t *testing.T, clients, each int, limits contract.Limits) {
	t.Helper()
	h := newHouse(t, plan{limits: limits})
	id := h.open()
	sendings := h.storm(id, clients, each)
	require.Len(t, sendings, clients*each)
	require.Len(t, h.log(id), 1+clients*each, "one event for each command")
	for n, s := range sendings {
		for _, receipt := range s.receipts {
			require.Equal(t, deal.Done, receipt.Answer.Outcome)
			require.Equal(t, s.receipts[0].Answer, receipt.Answer, "sendings of one key get one answer")
		}
		seq := s.receipts[0].Answer.FirstSeq
		require.Equal(t, seq, s.receipts[0].Answer.LastSeq)
		for _, later := range sendings[n+1:] {
			if s.answered.Before(later.sent) {
				require.Less(t, seq, later.receipts[0].Answer.FirstSeq, "I2: answered before the other was sent")
			}
		}
	}
	runs := h.runs(contract.AccountWorkflowID(id))
	require.GreaterOrEqual(t, len(runs), clients*each/10, "the engine takes ten at a time, so a run holds few more than its limit")
	t.Logf("%d commands in %d runs took %s", len(sendings), len(runs), sendings[len(sendings)-1].answered.Sub(sendings[0].sent))
	h.sound()
}

// storm lets clients send follow-ups one after the other, some of them twice at once, and returns what they saw in the
// order of sending.
func (h *house) storm(id deal.AccountID, clients, each int) []sending {
	h.t.Helper()
	var mu sync.Mutex
	var all []sending
	var group sync.WaitGroup
	ctx := h.within(4 * time.Minute)
	for client := range clients {
		group.Go(func() {
			for n := range each {
				cmd := h.command(id, "rep", followUp(client*each+n))
				s := sending{sent: time.Now()}
				twins := []<-chan outcome{h.sending(ctx, asTheAPI, cmd)}
				if (client+n)%3 == 2 {
					twins = append(twins, h.sending(ctx, asTheAPI, cmd))
				}
				for _, twin := range twins {
					o := <-twin
					if o.err != nil {
						h.t.Errorf("client %d command %d: %v", client, n, o.err)
						return
					}
					s.receipts = append(s.receipts, o.receipt)
					if s.answered.IsZero() || o.at.Before(s.answered) {
						s.answered = o.at
					}
				}
				mu.Lock()
				all = append(all, s)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	sort.Slice(all, func(a, b int) bool { return all[a].sent.Before(all[b].sent) })
	return all
}
