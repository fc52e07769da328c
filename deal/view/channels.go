package view

import (
	"time"

	"closedloop/deal"
)

// Channel is a way out of the house.
type Channel string

// The channels. Webhooks are other systems', all others a person's.
const (
	MailChannel     Channel = "mail"
	WeComChannel    Channel = "wecom"
	DingTalkChannel Channel = "dingtalk"
	FeishuChannel   Channel = "feishu"
	WebhookChannel  Channel = "webhook"
)

// Channels lists them in the order in which people see them.
func Channels() []Channel {
	return []Channel{MailChannel, WeComChannel, DingTalkChannel, FeishuChannel, WebhookChannel}
}

// PersonalChannels are those that a person chooses for.
func PersonalChannels() []Channel { return Channels()[:4] }

// ChannelChoice is what a person chose for one channel. The zero value is that of who has not chosen: nothing goes out.
type ChannelChoice struct {
	Person     deal.PersonID
	Channel    Channel
	On         bool
	Address    string   // mail
	Mention    string   // whom a bot calls in its group: the service's ID of the person
	QuietFrom  int      // minutes since midnight
	QuietUntil int      // equal to QuietFrom: no quiet hours
	Digests    []int    // minutes since midnight, ascending; empty: each notice at once
	AtOnce     int      // more than this for one instant go out as one message; 0: no limit
	Kinds      []string // of notices; empty: all
	Language   string   // zh or en; empty: the installation's
	Confirmed  bool     // the person has said the address themselves: letters may carry links that decide
	ChangedBy  deal.PersonID
	ChangedAt  time.Time
}

// Webhook is another system that hears of notices.
type Webhook struct {
	ID           string
	URL          string
	Note         string
	Kinds        []string // of notices; empty: all
	Sealed       []byte   // what it signs with, sealed under the house key; empty: lost, see SecretLost
	FormerSealed []byte   // signs beside Sealed until FormerUntil
	FormerUntil  time.Time
	SealedFor    string // the request that made Sealed
	Active       bool
	Stopped      string // why nobody calls it any more, when that was not a person's decision
	Version      int64
	CreatedBy    deal.PersonID
	CreatedAt    time.Time
	ChangedBy    deal.PersonID
	ChangedAt    time.Time
}

// ChannelHalt says that nothing goes out over a channel, since it refused everything, whatever was said.
type ChannelHalt struct {
	Channel Channel
	At      time.Time
	Reason  string // of package notify
	Detail  string // what the channel said
}

// ChannelChange is a change of where somebody's letters go.
type ChannelChange struct {
	Channel Channel
	Former  string // empty: there was none
	Address string // empty: there is none any more
	By      deal.PersonID
	At      time.Time
}

// WebhookPlace, with the ID of a webhook behind it, is where the webhook's secrets are sealed for.
const WebhookPlace = "webhook "

// SecretLost is why a webhook was stopped whose secret nobody can read any more: the house key that sealed it is gone. A new
// secret sets it going again.
const SecretLost = "secret_lost"

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states of deliveries.
const (
	DeliveryWaiting    DeliveryState = "waiting"    // for its instant, the first or another one
	DeliveryAttempting DeliveryState = "attempting" // an attempt began and its end is not known
	DeliverySent       DeliveryState = "sent"
	DeliveryParked     DeliveryState = "parked"  // a dead letter: a person decides
	DeliverySkipped    DeliveryState = "skipped" // nothing is sent: the recipient does not want it any more, or somebody dropped it
)

// DeliveryStates lists them.
func DeliveryStates() []DeliveryState {
	return []DeliveryState{DeliveryWaiting, DeliveryAttempting, DeliverySent, DeliveryParked, DeliverySkipped}
}

// Why a delivery was skipped; other reasons are those of package notify.
const (
	SkippedOff     = "switched_off"   // the recipient chose so after the notice was said
	SkippedLeft    = "recipient_left" // the person is not active, or the webhook is gone
	SkippedDropped = "dropped"        // by a person
)

// Delivery is a notice on its way to one recipient over one channel.
type Delivery struct {
	ID        string
	Notice    string
	Source    string // account, person, or test
	Kind      string // of the notice
	Recipient string // a person, or a webhook
	Channel   Channel
	At        time.Time
	State     DeliveryState
	NextAt    time.Time
	Parcel    string // the message that it went out with; empty before the first attempt
	Attempts  int
	Failures  int
	BeganAt   time.Time
	EndedAt   time.Time
	Reason    string
	Detail    string
	HandledBy deal.PersonID
	HandledAt time.Time
	Address   string // where it goes, whatever is chosen now; empty: where the person wants it

	Account deal.AccountID // of an account's notice
	Number  string         // the account's
}

// DeliveryFilter narrows a list of deliveries.
type DeliveryFilter struct {
	State     DeliveryState
	Channel   Channel
	Recipient string // empty: everybody's
	Page      Page
}

// Outgoing is a delivery with what its message needs.
type Outgoing struct {
	Delivery

	AccountName string
	Seq         int64
	Ref         string
	Due         time.Time
	Args        []string      // of a person's notice
	Told        string        // ID of the person whom the notice is for
	Choice      ChannelChoice // of the person for the channel, as it is now
	Gone        bool          // the person is not active any more
}

// Attempt is what became of deliveries that went out as one.
type Attempt struct {
	IDs      []string
	State    DeliveryState
	NextAt   time.Time // with DeliveryWaiting
	Failures int
	Reason   string
	Detail   string
}

// ChannelDue says when a channel has something to send.
type ChannelDue struct {
	Channel Channel
	Next    time.Time
}
