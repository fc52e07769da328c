package worker_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal/view"
	"closedloop/worker"
)

// box is an outbox whose notices fall due at instants.
type box struct {
	mu      sync.Mutex
	due     []view.ChannelDue
	batches int // that are still to be planned
	planned int
	woken   []time.Time
	bell    chan struct{}
}

func (b *box) FanOut(context.Context) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.planned++
	b.batches--
	return b.batches > 0, nil
}

func (b *box) Due(context.Context) ([]view.ChannelDue, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.due, nil
}

func (b *box) wake(context.Context, string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.woken = append(b.woken, time.Now())
	return nil
}

func dispatch(t *testing.T, b *box) *worker.Dispatcher {
	t.Helper()
	b.bell = make(chan struct{}, 1)
	d, err := worker.NewDispatcher(worker.DispatcherOptions{
		Post: b, Subscribe: func() (<-chan struct{}, func()) { return b.bell, func() {} }, Wake: b.wake, Every: 15 * time.Second,
		Logger: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	require.NoError(t, err)
	d.Start(t.Context())
	return d
}

func TestDispatcher_wakesNobodyWhileNothingIsDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &box{batches: 3, due: []view.ChannelDue{{Channel: view.MailChannel, Next: time.Now().Add(time.Hour)}}}
		d := dispatch(t, b)
		<-time.After(time.Minute)
		d.Stop()
		require.Empty(t, b.woken)
		require.Equal(t, 3+4, b.planned, "all batches at once, and then a look every fifteen seconds")
	})
}

func TestDispatcher_wakesARelayWhenItsDeliveryFallsDueAndNotWithoutEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		b := &box{due: []view.ChannelDue{{Channel: view.MailChannel, Next: began.Add(5 * time.Second)}}}
		d := dispatch(t, b)
		<-time.After(8 * time.Second)
		d.Stop()
		require.Equal(t, []time.Time{began.Add(5 * time.Second), began.Add(7 * time.Second)}, b.woken, "a relay that sends is left to it for a moment")
	})
}

func TestDispatcher_hearsWhatIsSaidMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		b := &box{}
		d := dispatch(t, b)
		<-time.After(time.Second)
		b.mu.Lock()
		b.due = []view.ChannelDue{{Channel: view.WeComChannel, Next: began}}
		b.mu.Unlock()
		b.bell <- struct{}{}
		<-time.After(time.Second)
		d.Stop()
		require.Equal(t, []time.Time{began.Add(time.Second)}, b.woken)
	})
}
