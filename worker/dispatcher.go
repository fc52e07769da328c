package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"closedloop/deal/view"
)

// Post is what the dispatcher asks about what goes out of the house.
type Post interface {
	// FanOut plans deliveries for what was said since the last time; more tells that there is more.
	FanOut(ctx context.Context) (more bool, err error)
	// Due says when each channel has something to send next.
	Due(ctx context.Context) ([]view.ChannelDue, error)
}

// DispatcherOptions say what the dispatcher listens to and whom it wakes.
type DispatcherOptions struct {
	Post Post
	// Subscribe gives word whenever the outbox went on.
	Subscribe func() (woken <-chan struct{}, stop func())
	// Wake lets a channel's relay look.
	Wake func(ctx context.Context, channel string) error
	// Every is how often it looks without having been told.
	Every  time.Duration
	Logger *slog.Logger
	Now    func() time.Time
}

// Dispatcher carries word from the outbox to the relays: it plans deliveries as soon as something was said, and wakes a
// channel's relay when its next delivery is due. It watches that clock in the database, so that a relay that has nothing
// to send need not run. Every worker has one; what two of them do at the same time is done once.
type Dispatcher struct {
	o    DispatcherOptions
	stop context.CancelFunc
	done sync.WaitGroup

	woke map[view.Channel]time.Time // of the loop alone
}

// NewDispatcher needs all of its parts.
func NewDispatcher(o DispatcherOptions) (*Dispatcher, error) {
	if o.Post == nil || o.Subscribe == nil || o.Wake == nil || o.Every <= 0 || o.Logger == nil || o.Now == nil {
		return nil, errors.New("dispatcher needs the outbox, somebody to wake, an interval, a logger and a clock")
	}
	return &Dispatcher{o: o, woke: map[view.Channel]time.Time{}}, nil
}

// wakeAgain is how long a relay that was woken is left to its work: it sends until nothing is due.
const wakeAgain = 2 * time.Second

// Start looks at once, whenever the outbox went on, when something falls due, and at every interval, until Stop.
func (d *Dispatcher) Start(ctx context.Context) {
	ctx, d.stop = context.WithCancel(ctx)
	woken, leave := d.o.Subscribe()
	d.done.Go(func() {
		defer leave()
		timer := time.NewTimer(0)
		defer timer.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-woken:
			case <-timer.C:
			}
			next, err := d.look(ctx)
			if err != nil && ctx.Err() == nil {
				d.o.Logger.WarnContext(ctx, "what goes out of the house could not be looked at; it is tried again", "error", err)
			}
			timer.Reset(next)
		}
	})
}

// Stop waits for the look in hand.
func (d *Dispatcher) Stop() {
	if d.stop != nil {
		d.stop()
	}
	d.done.Wait()
}

// look plans, wakes who has something to send, and says when to look again.
func (d *Dispatcher) look(ctx context.Context) (time.Duration, error) {
	next := d.o.Every
	for {
		more, err := d.o.Post.FanOut(ctx)
		if err != nil {
			return next, err //nolint:wrapcheck // says what it was doing
		}
		if !more {
			break
		}
	}
	due, err := d.o.Post.Due(ctx)
	if err != nil {
		return next, err //nolint:wrapcheck // says what it was doing
	}
	var errs []error
	for _, c := range due {
		now := d.o.Now()
		at := c.Next
		if left := d.woke[c.Channel].Add(wakeAgain); left.After(at) {
			at = left
		}
		if wait := at.Sub(now); wait > 0 {
			next = min(next, wait)
			continue
		}
		d.woke[c.Channel] = now
		next = min(next, wakeAgain)
		if err := d.o.Wake(ctx, string(c.Channel)); err != nil {
			errs = append(errs, err)
		}
	}
	return next, errors.Join(errs...)
}
