package activities

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"closedloop/deal/view"
	"closedloop/notify"
)

const (
	mailsTogether = 10 // over one connection; an answer can take half a minute each
	callsTogether = 4  // endpoints of webhooks that are called at the same time
	breather      = 30 * time.Second
)

// send makes one attempt for each parcel, through one sender, and writes down what became of them. The outcomes are as
// many as the parcels.
func (r *Relay) send(ctx context.Context, channel view.Channel, sender notify.Sender, parcels []parcel) ([]notify.Outcome, []view.Attempt, error) {
	messages := make([]notify.Message, 0, len(parcels))
	var ids, names []string
	for _, p := range parcels {
		m, err := r.message(ctx, p)
		if err != nil {
			return nil, nil, fmt.Errorf("write message: %w", err)
		}
		messages = append(messages, m)
		for _, id := range p.ids() {
			ids, names = append(ids, id), append(names, p.id)
		}
	}
	if err := r.store.BeginAttempts(ctx, ids, names); err != nil {
		return nil, nil, fmt.Errorf("write down that attempts begin: %w", err)
	}
	outcomes, cut := notify.SendAll(ctx, sender, messages)
	ended := make([]view.Attempt, 0, len(parcels))
	for i, p := range parcels {
		if i >= len(outcomes) {
			// The first one without an outcome was interrupted. Those behind it never began.
			o := notify.Outcome{Class: notify.Held, NotBefore: r.now()}
			if i == len(outcomes) && cut != nil {
				o = notify.Interrupted()
			}
			ended = append(ended, r.conclude(ctx, channel, p, o))
			continue
		}
		ended = append(ended, r.conclude(ctx, channel, p, outcomes[i]))
	}
	if err := r.end(ctx, ended); err != nil {
		return nil, nil, err
	}
	if cut != nil {
		return nil, nil, fmt.Errorf("send: %w", cut)
	}
	return outcomes, ended, nil
}

// chat sends through a bot, one message after the other: what was said cannot be unsaid, and after the first no the others
// would hear the same.
func (r *Relay) chat(ctx context.Context, channel view.Channel, parcels []parcel) error {
	sender, err := r.senders.Sender(channel)
	if err != nil {
		return fmt.Errorf("find the sender of channel %s: %w", channel, err)
	}
	for _, p := range parcels {
		outcomes, ended, err := r.send(ctx, channel, sender, []parcel{p})
		if err != nil {
			return err
		}
		if err := r.health(ctx, channel, outcomes[0]); err != nil {
			return err
		}
		if stop, err := r.pause(ctx, channel, outcomes[0], ended[0]); stop || err != nil {
			return err
		}
	}
	return nil
}

// mail sends some letters over each connection.
func (r *Relay) mail(ctx context.Context, parcels []parcel) error {
	if len(parcels) == 0 {
		return nil
	}
	sender, err := r.senders.Sender(view.MailChannel)
	if err != nil {
		return fmt.Errorf("find the mail server: %w", err)
	}
	for len(parcels) > 0 {
		n := min(mailsTogether, len(parcels))
		outcomes, ended, err := r.send(ctx, view.MailChannel, sender, parcels[:n])
		if err != nil {
			return err
		}
		if stop, err := r.pause(ctx, view.MailChannel, outcomes[n-1], ended[n-1]); stop || err != nil {
			return err
		}
		parcels = parcels[n:]
	}
	return nil
}

// haltAfter is how many times in a row a bot refuses whatever is said before it is not called any more.
const haltAfter = 3

// refusesAll tells a no to everything that a bot will ever be told from a no to one message.
func refusesAll(channel view.Channel, o notify.Outcome) bool {
	return channel != view.WebhookChannel && o.Class == notify.Permanent && !aboutMessage(o.Reason)
}

// health counts the refusals of a bot, and halts it behind the last one that it is given: what waits is not parked one after
// the other, and goes out when somebody has mended the bot.
func (r *Relay) health(ctx context.Context, channel view.Channel, o notify.Outcome) error {
	r.mu.Lock()
	switch {
	case refusesAll(channel, o):
		r.refusals[channel]++
	case o.Class == notify.Delivered:
		r.refusals[channel] = 0
	}
	halt := r.refusals[channel] >= haltAfter
	if halt {
		r.refusals[channel] = 0
	}
	r.mu.Unlock()
	if !halt {
		return nil
	}
	r.log.ErrorContext(ctx, "a channel refuses everything and is not called any more until it is resumed or set up otherwise", "channel", channel, "reason", o.Reason)
	h := view.ChannelHalt{Channel: channel, At: r.now(), Reason: string(o.Reason), Detail: o.Detail}
	if err := r.store.HaltChannel(ctx, h, r.senders.Settings(channel)); err != nil {
		return fmt.Errorf("halt channel %s: %w", channel, err)
	}
	return nil
}

// pause leaves a whole channel alone when an outcome is about the channel and not about the message: the rate, or a
// service that cannot be reached.
func (r *Relay) pause(ctx context.Context, channel view.Channel, o notify.Outcome, a view.Attempt) (bool, error) {
	until := o.NotBefore
	switch {
	case o.Class == notify.Held:
	case o.Class == notify.Delivered, aboutMessage(o.Reason):
		return false, nil
	case until.IsZero():
		until = r.now().Add(breather)
		if !a.NextAt.IsZero() && a.NextAt.Before(until) {
			until = a.NextAt
		}
	}
	if !until.After(r.now()) {
		return false, nil
	}
	if err := r.store.PauseChannel(ctx, channel, until); err != nil {
		return true, fmt.Errorf("pause channel %s: %w", channel, err)
	}
	return true, nil
}

// aboutMessage tells a no to one message from one to all of them.
func aboutMessage(reason notify.Reason) bool {
	switch reason {
	case notify.ReasonRefused, notify.ReasonContent, notify.ReasonBadMessage, notify.ReasonAddress, notify.ReasonStrangeAnswer:
		return true
	case notify.ReasonPace, notify.ReasonRateLimited, notify.ReasonBusy, notify.ReasonUnreachable, notify.ReasonConnectionLost,
		notify.ReasonTimeout, notify.ReasonTLS, notify.ReasonRedirected, notify.ReasonLogin, notify.ReasonSender, notify.ReasonKey,
		notify.ReasonBotSettings, notify.ReasonForbidden, notify.ReasonGone, notify.ReasonInterrupted, notify.ReasonUnsure:
	}
	return false
}

// call sends to webhooks, some endpoints at a time and to each in order. An endpoint that fails is left alone for a
// moment, with everything that waits for it.
func (r *Relay) call(ctx context.Context, parcels []parcel, hooks map[string]view.Webhook) error {
	var order []string
	byHook := map[string][]parcel{}
	for _, p := range parcels {
		id := p.members[0].Recipient
		if byHook[id] == nil {
			order = append(order, id)
		}
		byHook[id] = append(byHook[id], p)
	}
	slots := make(chan struct{}, callsTogether)
	errs := make([]error, len(order))
	var group sync.WaitGroup
	for i, id := range order {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			errs[i] = r.callOne(ctx, hooks[id], byHook[id])
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

func (r *Relay) callOne(ctx context.Context, hook view.Webhook, parcels []parcel) error {
	sender, err := r.senders.Endpoint(hook, r.now())
	if errors.Is(err, ErrUnsigned) {
		r.log.ErrorContext(ctx, "a webhook is not called: give this process the house key of its installation (secrets.key_file)", "webhook", hook.ID, "error", err)
		if err := r.store.PostponeRecipient(ctx, view.WebhookChannel, hook.ID, r.now().Add(breather)); err != nil {
			return fmt.Errorf("leave webhook alone: %w", err)
		}
		return nil
	}
	if err != nil { // an address that this configuration does not let through
		var ended []view.Attempt
		for _, p := range parcels {
			ended = append(ended, r.conclude(ctx, view.WebhookChannel, p, notify.Outcome{Class: notify.Permanent, Reason: notify.ReasonForbidden, Detail: err.Error()}))
		}
		return r.end(ctx, ended)
	}
	for _, p := range parcels {
		outcomes, ended, err := r.send(ctx, view.WebhookChannel, sender, []parcel{p})
		if err != nil {
			return err
		}
		switch o := outcomes[0]; o.Class {
		case notify.Gone:
			if err := r.store.StopWebhook(ctx, hook.ID, string(notify.ReasonGone)); err != nil {
				return fmt.Errorf("switch webhook off: %w", err)
			}
			return nil
		case notify.Retry, notify.Held:
			until := r.now().Add(min(ended[0].NextAt.Sub(r.now()), breather))
			if o.NotBefore.After(until) {
				until = o.NotBefore
			}
			if ended[0].State == view.DeliveryParked {
				until = r.now().Add(breather)
			}
			if err := r.store.PostponeRecipient(ctx, view.WebhookChannel, hook.ID, until); err != nil {
				return fmt.Errorf("leave webhook alone: %w", err)
			}
			return nil
		case notify.Delivered, notify.Permanent:
		}
	}
	return nil
}

// message is what a parcel says.
func (r *Relay) message(ctx context.Context, p parcel) (notify.Message, error) {
	if first := p.members[0]; first.Channel == view.WebhookChannel {
		return eventOf(p.id, first)
	}
	messages := make([]notify.Message, 0, len(p.members))
	for _, o := range p.members {
		m := notify.Message{ID: o.ID, To: o.Choice.Mention, Lang: o.Choice.Language, At: o.At}
		if o.Channel == view.MailChannel {
			m.To = cmp.Or(o.Address, o.Choice.Address)
		}
		if m.Lang == "" {
			m.Lang = r.letters.Language()
		}
		letter, err := r.letters.Letter(ctx, o, m.Lang, o.Channel != view.MailChannel)
		if err != nil {
			return notify.Message{}, fmt.Errorf("put notice into words: %w", err)
		}
		m.Subject, m.Text, m.Link = letter.Subject, letter.Text, letter.Link
		messages = append(messages, m)
	}
	if len(messages) == 1 {
		messages[0].ID = p.id
		return messages[0], nil
	}
	head := r.letters.Bundle(len(messages), messages[0].Lang)
	m, err := notify.Bundle(p.id, head.Subject, head.Link, messages)
	if err != nil {
		return notify.Message{}, fmt.Errorf("bundle notices: %w", err)
	}
	return m, nil
}

// event is the data of a webhook: identifiers, kinds and instants, no names and no texts. Whoever needs more asks the API
// with an account of their own.
type event struct {
	Notice    string     `json:"notice,omitempty"`
	Kind      string     `json:"kind"`
	Recipient string     `json:"recipient,omitempty"` // ID of the person who was told
	Account   *eventHome `json:"account,omitempty"`
	Seq       int64      `json:"seq,omitempty"`
	Ref       string     `json:"ref,omitempty"`
	Due       *time.Time `json:"due,omitempty"`
}

type eventHome struct {
	ID     string `json:"id"`
	Number string `json:"number"`
}

func eventOf(id string, o view.Outgoing) (notify.Message, error) {
	e := event{Notice: o.Notice, Kind: o.Kind, Recipient: o.Told, Seq: o.Seq, Ref: o.Ref}
	if o.Account != "" {
		e.Account = &eventHome{string(o.Account), o.Number}
	}
	if !o.Due.IsZero() {
		due := o.Due.UTC()
		e.Due = &due
	}
	if o.Source == TestKind {
		e = event{Kind: TestKind}
	}
	data, err := json.Marshal(e)
	if err != nil {
		return notify.Message{}, fmt.Errorf("encode event: %w", err)
	}
	return notify.Message{ID: id, Kind: "notice." + o.Kind, At: o.At, Data: data}, nil
}
