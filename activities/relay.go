package activities

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"

	"closedloop/deal/view"
	"closedloop/notify"
	"closedloop/workflows/contract"
)

// Relay carries notices out of the house.
type Relay struct {
	store   Deliveries
	senders Senders
	letters Letters
	hours   Hours
	now     func() time.Time
	random  notify.Random
	log     *slog.Logger

	mu       sync.Mutex
	refusals map[view.Channel]int // in a row, of a bot that refuses whatever is said
}

// NewRelay needs all of its parts.
func NewRelay(store Deliveries, senders Senders, letters Letters, hours Hours, now func() time.Time, random notify.Random, log *slog.Logger) (*Relay, error) {
	if store == nil || senders == nil || letters == nil || hours == nil || now == nil || random == nil || log == nil {
		return nil, errors.New("relay needs a store, senders, letters, hours, a clock, chance and a logger")
	}
	return &Relay{store: store, senders: senders, letters: letters, hours: hours, now: now, random: random, log: log, refusals: map[view.Channel]int{}}, nil
}

const (
	stint     = 20 * time.Second // how long one activity sends before the workflow hears of it
	pulse     = 5 * time.Second
	elsewhere = 10 * time.Second // when another process still has the channel's lock
	atOnce    = 50               // messages that one look takes up
	settling  = 30 * time.Second // bounds writing down what is known when the process stops
)

// Due says which channels have something to send and when, for whoever wakes their relays.
func (r *Relay) Due(ctx context.Context) ([]view.ChannelDue, error) {
	due, err := r.store.ChannelsDue(ctx, r.senders.Channels())
	if err != nil {
		return nil, fmt.Errorf("ask what is due: %w", err)
	}
	return due, nil
}

// Deliver sends what is due on one channel, for a while. An attempt is written down before anybody is called, and a lock
// of the whole installation is held meanwhile: what is found begun by the next holder was interrupted.
func (r *Relay) Deliver(ctx context.Context, in contract.RelayInput) (contract.RelayProgress, error) {
	ctx, stop := living(ctx)
	defer stop()
	channel := view.Channel(in.Channel)
	release, ok, err := r.store.TryLock(ctx, "relay/"+in.Channel)
	if err != nil {
		return contract.RelayProgress{}, fmt.Errorf("take the lock of channel %s: %w", channel, err)
	}
	if !ok {
		return contract.RelayProgress{Wait: elsewhere}, nil
	}
	defer release()
	if err := r.interrupted(ctx, channel); err != nil {
		return contract.RelayProgress{}, err
	}
	end := r.now().Add(stint)
	for {
		due, err := r.store.ChannelsDue(ctx, []view.Channel{channel})
		if err != nil {
			return contract.RelayProgress{}, fmt.Errorf("ask what is due: %w", err)
		}
		now := r.now()
		switch {
		case len(due) == 0:
			return contract.RelayProgress{}, nil
		case due[0].Next.After(now):
			return contract.RelayProgress{Wait: due[0].Next.Sub(now)}, nil
		case now.After(end):
			return contract.RelayProgress{More: true}, nil
		}
		moved, err := r.round(ctx, channel, now)
		switch {
		case err != nil:
			return contract.RelayProgress{}, err
		case !moved: // the clocks of database and process differ
			return contract.RelayProgress{Wait: time.Second}, nil
		}
	}
}

// living tells the engine that the activity lives, so that the end of a killed process is noticed in seconds.
func living(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	if !activity.IsActivity(ctx) {
		return ctx, cancel
	}
	var group sync.WaitGroup
	group.Go(func() {
		tick := time.NewTicker(pulse)
		defer tick.Stop()
		for {
			activity.RecordHeartbeat(ctx)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
	return ctx, func() { cancel(); group.Wait() }
}

// interrupted concludes attempts whose process is no more.
func (r *Relay) interrupted(ctx context.Context, channel view.Channel) error {
	begun, err := r.store.OutgoingBegun(ctx, channel)
	if err != nil {
		return fmt.Errorf("read attempts that began: %w", err)
	}
	var ended []view.Attempt
	for _, p := range again(begun) {
		ended = append(ended, r.conclude(ctx, channel, p, notify.Interrupted()))
	}
	return r.end(ctx, ended)
}

// conclude turns an outcome into what becomes of a message.
func (r *Relay) conclude(ctx context.Context, channel view.Channel, p parcel, o notify.Outcome) view.Attempt {
	step := notify.ScheduleFor(notify.Channel(channel)).Next(r.now(), p.failures(), o, r.random)
	a := view.Attempt{IDs: p.ids(), Failures: step.Failures, Reason: string(step.Reason), Detail: o.Detail}
	if refusesAll(channel, o) && step.Failures < haltAfter { // somebody has to mend the bot, not this message
		a.State, a.NextAt = view.DeliveryWaiting, r.now().Add(breather)
		return a
	}
	switch step.Do {
	case notify.Done:
		a.State = view.DeliverySent
	case notify.Again:
		a.State, a.NextAt = view.DeliveryWaiting, step.At
	case notify.Park, notify.Disable:
		a.State = view.DeliveryParked
		r.log.ErrorContext(ctx, "a notice could not be delivered; it waits among the dead letters for a person", "channel", channel,
			"delivery", p.members[0].ID, "together", len(p.members), "reason", step.Reason, "failures", step.Failures)
	}
	return a
}

// end writes down what became of attempts, also when the process is about to stop.
func (r *Relay) end(ctx context.Context, ended []view.Attempt) error {
	if len(ended) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settling)
	defer cancel()
	if err := r.store.EndAttempts(ctx, ended); err != nil {
		return fmt.Errorf("write down what became of attempts: %w", err)
	}
	return nil
}

// round sends what is due now, and says whether anything was done about it.
func (r *Relay) round(ctx context.Context, channel view.Channel, now time.Time) (bool, error) {
	hours, err := r.hours.Hours(ctx)
	if err != nil {
		return false, fmt.Errorf("read working hours: %w", err)
	}
	hooks, err := r.hooks(ctx, channel)
	if err != nil {
		return false, err
	}
	tried, err := r.store.OutgoingAgain(ctx, channel, now, atOnce)
	if err != nil {
		return false, fmt.Errorf("read what is due again: %w", err)
	}
	fresh, err := r.store.OutgoingFresh(ctx, channel, now, atOnce)
	if err != nil {
		return false, fmt.Errorf("read what is due: %w", err)
	}
	tried, skipped := sift(tried, hooks)
	fresh, skippedToo := sift(fresh, hooks)
	if err := r.end(ctx, append(skipped, skippedToo...)); err != nil {
		return false, err
	}
	parcels, later := pack(fresh, now, hours)
	if err := r.postpone(ctx, later); err != nil {
		return false, err
	}
	parcels = append(again(tried), parcels...)
	moved := len(skipped)+len(skippedToo)+len(later)+len(parcels) > 0
	switch channel {
	case view.WebhookChannel:
		return moved, r.call(ctx, parcels, hooks)
	case view.MailChannel:
		return moved, r.mail(ctx, parcels)
	case view.WeComChannel, view.DingTalkChannel, view.FeishuChannel:
		return moved, r.chat(ctx, channel, parcels)
	}
	return moved, nil
}

func (r *Relay) hooks(ctx context.Context, channel view.Channel) (map[string]view.Webhook, error) {
	if channel != view.WebhookChannel {
		return nil, nil
	}
	all, err := r.store.Webhooks(ctx)
	if err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	hooks := make(map[string]view.Webhook, len(all))
	for _, h := range all {
		hooks[h.ID] = h
	}
	return hooks, nil
}

// sift takes out what nobody wants any more.
func sift(rows []view.Outgoing, hooks map[string]view.Webhook) (wanted []view.Outgoing, skipped []view.Attempt) {
	for _, o := range rows {
		if reason := unwanted(o, hooks); reason != "" {
			skipped = append(skipped, view.Attempt{IDs: []string{o.ID}, State: view.DeliverySkipped, Failures: o.Failures, Reason: reason})
			continue
		}
		wanted = append(wanted, o)
	}
	return wanted, skipped
}

func (r *Relay) postpone(ctx context.Context, later map[string]time.Time) error {
	if len(later) == 0 {
		return nil
	}
	ids, until := make([]string, 0, len(later)), make([]time.Time, 0, len(later))
	for id, at := range later {
		ids, until = append(ids, id), append(until, at)
	}
	if err := r.store.PostponeDeliveries(ctx, ids, until); err != nil {
		return fmt.Errorf("hold deliveries: %w", err)
	}
	return nil
}
