package worker_test

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

func (h *house) Unplanned(_ context.Context, before time.Time, after deal.Mark, limit int) ([]deal.Mark, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var waiting []deal.Mark
	for _, m := range h.marks {
		beyond := m.Since.After(after.Since) || m.Since.Equal(after.Since) && m.Account > after.Account
		if m.Since.Before(before) && beyond && len(waiting) < limit {
			waiting = append(waiting, m)
		}
	}
	return waiting, nil
}

func TestWatchdog_plansAccountsWhoseRecordsChangedAndNobodyCouldTell(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		h := &house{known: "e1", identity: "e1", marks: []deal.Mark{
			{Account: "a", Since: now.Add(-time.Hour)}, {Account: "b", Since: now.Add(-30 * time.Second)}, {Account: "c", Since: now.Add(time.Hour)},
		}}
		watch(t, h, 90*time.Second, func() {})
		require.Equal(t, []deal.AccountID{"a", "a", "b"}, sentTo(h), "at once, and a minute later who has passed the grace by then")
		for _, cmd := range h.sent {
			require.Equal(t, deal.RecomputeName, cmd.Name)
			require.Equal(t, deal.System, cmd.Actor)
		}
		require.Equal(t, h.sent[0].Key, h.sent[1].Key, "the same cause is the same command")
		require.NotEqual(t, h.sent[1].Key, h.sent[2].Key)
	})
}

func TestWatchdog_plansTheOthersWhereOneCannotBeReached(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		h := &house{known: "e1", identity: "e1", away: context.DeadlineExceeded, marks: []deal.Mark{
			{Account: "a", Since: now.Add(-time.Hour)}, {Account: "b", Since: now.Add(-time.Hour)},
		}}
		watch(t, h, time.Second, func() {})
		require.Equal(t, []deal.AccountID{"a", "b"}, sentTo(h))
	})
}

func TestWatchdog_comesToEveryMarkAtTheCalendarsPaceHoweverManyCannotBePlanned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		since := time.Now().Add(-time.Hour)
		h := &house{known: "e1", identity: "e1"}
		for i := range 900 { // two looks, each spends half of its minute on it; their playbook cannot be read, so that the marks stay
			h.marks = append(h.marks, deal.Mark{Account: deal.AccountID(strconv.Itoa(1000 + i)), Since: since.Add(time.Duration(i/2) * time.Millisecond)})
		}
		watch(t, h, 119*time.Second, func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			require.Len(t, h.sent, 900)
			require.Equal(t, deal.AccountID("1899"), h.sent[899].Account)
		})
	})
}

// A refusal stays the answer of its key: once the playbook can be read again, another key has to ask.
func TestWatchdog_asksAnewForAMarkThatStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := &house{known: "e1", identity: "e1", marks: []deal.Mark{{Account: "a", Since: time.Now().Add(-time.Hour)}}}
		watch(t, h, 2*time.Hour-time.Second, func() {})
		keys := map[string]bool{}
		for _, cmd := range h.sent {
			keys[cmd.Key] = true
		}
		require.Len(t, keys, 2, "once an hour")
	})
}

func sentTo(h *house) []deal.AccountID {
	var ids []deal.AccountID
	for _, cmd := range h.sent {
		ids = append(ids, cmd.Account)
	}
	return ids
}

func (h *house) Unrepresented(_ context.Context, at time.Time, after deal.AccountID, limit int) ([]view.Covered, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []view.Covered
	for _, id := range []deal.AccountID{"a", "b"} {
		if since, ok := h.absent[id]; ok && !at.Before(since) && id > after && len(found) < limit {
			found = append(found, view.Covered{Account: id, Seq: int64(len(h.sent))})
		}
	}
	return found, nil
}

func TestWatchdog_letsTasksChangeHandsWhenSomebodyGoesAwayOrComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		h := &house{known: "e1", identity: "e1", absent: map[deal.AccountID]time.Time{"a": now.Add(-time.Hour), "b": now.Add(30 * time.Second)}}
		watch(t, h, 90*time.Second, func() {})
		require.Equal(t, []deal.AccountID{"a", "a", "b"}, sentTo(h), "at once, and a minute later who has become away by then")
		for _, cmd := range h.sent {
			require.Equal(t, deal.RecomputeName, cmd.Name)
		}
		require.NotEqual(t, h.sent[0].Key, h.sent[1].Key, "the account has moved in between")
	})
}
