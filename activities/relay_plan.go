package activities

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/notify"
)

// hoursOf finds somebody's working time.
type hoursOf = func(deal.PersonID) (notify.Calendar, *time.Location)

// FanOut plans deliveries for what was said since the last time. More tells that there is more.
func (r *Relay) FanOut(ctx context.Context) (more bool, err error) {
	hours, err := r.hours.Hours(ctx)
	if err != nil {
		return false, fmt.Errorf("read working hours: %w", err)
	}
	channels := r.senders.Channels()
	now := r.now()
	more, err = r.store.FanOut(ctx, channels, func(said []view.Said, choices []view.ChannelChoice, hooks []view.Webhook) []view.Delivery {
		var out []view.Delivery
		chosen := map[deal.PersonID][]view.ChannelChoice{}
		for _, c := range choices {
			chosen[c.Person] = append(chosen[c.Person], c)
		}
		for _, s := range said {
			for _, c := range chosen[s.To] {
				if s.Kind == "" || !wants(c.Kinds, s.Kind) {
					continue
				}
				calendar, zone := hours(s.To)
				out = append(out, planned(s, string(s.To), c.Channel, ChoicesOf(c, zone).Due(s.At, now, calendar)))
			}
		}
		if !slices.Contains(channels, view.WebhookChannel) {
			return out
		}
		for _, hook := range hooks {
			if hook.Active {
				out = append(out, ForWebhook(hook, said)...)
			}
		}
		return out
	})
	if err != nil {
		return false, fmt.Errorf("plan deliveries: %w", err)
	}
	return more, nil
}

// ForWebhook are the deliveries of what was said to one webhook, as far as it wants to hear of it.
func ForWebhook(hook view.Webhook, said []view.Said) []view.Delivery {
	var out []view.Delivery
	for _, s := range said {
		if s.Kind != "" && wants(hook.Kinds, s.Kind) {
			out = append(out, planned(s, hook.ID, view.WebhookChannel, s.At))
		}
	}
	return out
}

// TestKind is what a test of a webhook is about.
const TestKind = "test"

// TestWebhook is a delivery that only shows whether a webhook works. The ID makes it happen once.
func TestWebhook(hook, id string, now time.Time) view.Delivery {
	d := planned(view.Said{OutboxEntry: view.OutboxEntry{Notice: "test/" + id, At: now}, Kind: TestKind}, hook, view.WebhookChannel, now)
	d.Source = TestKind
	return d
}

// planned is one delivery. Its ID follows from the notice, which is made of account, sequence number and place, and from
// who hears of it and how: other systems see it, and it names nobody.
func planned(s view.Said, recipient string, channel view.Channel, due time.Time) view.Delivery {
	return view.Delivery{
		ID:     notify.MessageID(s.Notice, 0, s.Kind, recipient, notify.Channel(channel)),
		Notice: s.Notice, Source: string(s.Source), Kind: s.Kind, Recipient: recipient, Channel: channel, At: s.At, NextAt: due,
	}
}

// wants tells whether a kind is among those chosen; none chosen means all.
func wants(kinds []string, kind string) bool { return len(kinds) == 0 || slices.Contains(kinds, kind) }

// ChoicesOf are a person's choices as package notify reads them, on the clock of a zone.
func ChoicesOf(c view.ChannelChoice, zone *time.Location) notify.Choices {
	choices := notify.Choices{
		Off: !c.On, Quiet: notify.Quiet{From: notify.TimeOfDay(c.QuietFrom), To: notify.TimeOfDay(c.QuietUntil)},
		AtOnce: c.AtOnce, Location: zone,
	}
	for _, at := range c.Digests {
		choices.Digests = append(choices.Digests, notify.TimeOfDay(at))
	}
	return choices
}

// parcel is what goes out as one message.
type parcel struct {
	id      string
	members []view.Outgoing
}

func (p parcel) ids() []string {
	ids := make([]string, len(p.members))
	for i, o := range p.members {
		ids[i] = o.ID
	}
	return ids
}

// failures are those of the message.
func (p parcel) failures() int {
	most := 0
	for _, o := range p.members {
		most = max(most, o.Failures)
	}
	return most
}

// again puts the members of messages that were tried before together as they were.
func again(rows []view.Outgoing) []parcel {
	var parcels []parcel
	for _, o := range rows {
		if n := len(parcels); n > 0 && parcels[n-1].id == o.Parcel {
			parcels[n-1].members = append(parcels[n-1].members, o)
			continue
		}
		parcels = append(parcels, parcel{o.Parcel, []view.Outgoing{o}})
	}
	return parcels
}

// pack says what goes out now of what waits for the first time, by the choices as they are now, and what waits on until
// when.
func pack(rows []view.Outgoing, now time.Time, hours hoursOf) (parcels []parcel, later map[string]time.Time) {
	later = map[string]time.Time{}
	byID := map[string]view.Outgoing{}
	waiting := map[string][]notify.Notice{}
	var people []string
	for _, o := range rows {
		if o.Channel == view.WebhookChannel || o.Address != "" { // to an address of its own, which nobody else hears from
			parcels = append(parcels, parcel{o.ID, []view.Outgoing{o}})
			continue
		}
		if len(waiting[o.Recipient]) == 0 {
			people = append(people, o.Recipient)
		}
		byID[o.ID] = o
		waiting[o.Recipient] = append(waiting[o.Recipient], notify.Notice{ID: o.ID, At: o.At})
	}
	for _, person := range people {
		calendar, zone := hours(deal.PersonID(person))
		choices := ChoicesOf(byID[waiting[person][0].ID].Choice, zone)
		for _, p := range choices.Plan(waiting[person], now, calendar) {
			together := parcel{id: p.ID}
			for _, n := range p.Notices {
				together.members = append(together.members, byID[n.ID])
				later[n.ID] = p.Due
			}
			if p.Due.After(now) {
				continue
			}
			for _, n := range p.Notices {
				delete(later, n.ID)
			}
			parcels = append(parcels, together)
		}
	}
	slices.SortStableFunc(parcels, func(a, b parcel) int {
		if c := a.members[0].At.Compare(b.members[0].At); c != 0 {
			return c
		}
		return strings.Compare(a.id, b.id)
	})
	return parcels, later
}

// unwanted says why a delivery is not sent after all; empty: it is.
func unwanted(o view.Outgoing, hooks map[string]view.Webhook) string {
	if o.Channel == view.WebhookChannel {
		hook, ok := hooks[o.Recipient]
		switch {
		case !ok:
			return view.SkippedLeft
		case !hook.Active && o.Source != TestKind:
			return view.SkippedOff
		}
		return ""
	}
	switch {
	case o.Gone:
		return view.SkippedLeft
	case o.Address != "":
		return "" // that it is not wanted there any more is what it says
	case !o.Choice.On || !wants(o.Choice.Kinds, o.Kind):
		return view.SkippedOff
	}
	return ""
}
