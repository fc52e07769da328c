package activities

import (
	"context"
	"errors"
	"time"

	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/notify"
)

// Deliveries keeps what goes out of the house, and what became of it.
type Deliveries interface {
	// FanOut plans deliveries for what was said since the last time, once for each notice.
	FanOut(ctx context.Context, channels []view.Channel,
		plan func([]view.Said, []view.ChannelChoice, []view.Webhook) []view.Delivery) (more bool, err error)
	// ChannelsDue says when each of the channels has something to send next.
	ChannelsDue(ctx context.Context, channels []view.Channel) ([]view.ChannelDue, error)
	// TryLock takes a named lock of the whole installation without waiting.
	TryLock(ctx context.Context, name string) (release func(), ok bool, err error)
	// OutgoingBegun are attempts whose end nobody wrote; OutgoingAgain whole parcels that are due for another attempt;
	// OutgoingFresh what is due for the first time.
	OutgoingBegun(ctx context.Context, channel view.Channel) ([]view.Outgoing, error)
	OutgoingAgain(ctx context.Context, channel view.Channel, now time.Time, limit int) ([]view.Outgoing, error)
	OutgoingFresh(ctx context.Context, channel view.Channel, now time.Time, limit int) ([]view.Outgoing, error)
	// BeginAttempts is written before anybody is called, EndAttempts after.
	BeginAttempts(ctx context.Context, ids, parcels []string) error
	EndAttempts(ctx context.Context, attempts []view.Attempt) error
	PostponeDeliveries(ctx context.Context, ids []string, until []time.Time) error
	PostponeRecipient(ctx context.Context, channel view.Channel, recipient string, until time.Time) error
	// HaltChannel lets nothing go out over a channel until it is resumed; settings tell those that were refused from others.
	HaltChannel(ctx context.Context, h view.ChannelHalt, settings string) error
	PauseChannel(ctx context.Context, channel view.Channel, until time.Time) error
	Webhooks(ctx context.Context) ([]view.Webhook, error)
	StopWebhook(ctx context.Context, id, reason string) error
}

// ErrUnsigned says that nothing can be signed for a webhook in this process: its secrets were sealed under another key. It
// is about the process, so what waits goes on waiting for one that can.
var ErrUnsigned = errors.New("the secrets of the webhook cannot be read here")

// Senders are the channels that are set up.
type Senders interface {
	Channels() []view.Channel
	// Settings are a hash of what a person's channel is set up with: others have another one.
	Settings(channel view.Channel) string
	// Sender is that of a person's channel.
	Sender(channel view.Channel) (notify.Sender, error)
	// Endpoint is that of a webhook; its secrets sign until the instant that it names. [ErrUnsigned] when they cannot be read.
	Endpoint(hook view.Webhook, now time.Time) (notify.Sender, error)
}

// Letter is what a message says.
type Letter struct {
	Subject string
	Text    string
	Link    string
}

// Letters puts notices into words.
type Letters interface {
	// Letter is one notice. In a group, which others read, it names no customer.
	Letter(ctx context.Context, o view.Outgoing, lang string, group bool) (Letter, error)
	// Bundle heads several notices in one message.
	Bundle(n int, lang string) Letter
	// Language is that of who has chosen none.
	Language() string
}

// Hours knows the working time of each person.
type Hours interface {
	Hours(ctx context.Context) (func(deal.PersonID) (notify.Calendar, *time.Location), error)
}
