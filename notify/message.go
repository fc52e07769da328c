package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Channel is a way out of the house.
type Channel string

// The channels of this package. In-app notices never leave the house.
const (
	Mail     Channel = "mail"
	WeCom    Channel = "wecom"
	DingTalk Channel = "dingtalk"
	Feishu   Channel = "feishu"
	Webhook  Channel = "webhook"
)

// AllChannels lists the channels in the order in which people see them.
func AllChannels() []Channel { return []Channel{Mail, WeCom, DingTalk, Feishu, Webhook} }

// Message is one notice for one recipient over one channel.
type Message struct {
	ID      string // the same in every attempt, see [MessageID]: letters, digits, - and _, at most 128
	To      string // mail: the address; bots: whom to mention, may be empty; webhooks: not used
	Lang    string // zh or en
	Subject string // one line
	Text    string // several lines
	Link    string // where to act, behind a login; may be empty

	Kind string          // webhooks: what happened, as in reminder.fired
	At   time.Time       // webhooks and the date of a mail: when it happened
	Data json.RawMessage // webhooks: IDs and sequence numbers, no texts
}

// Sender sends over one channel: one mail server, one bot, one endpoint.
type Sender interface {
	// Send makes one attempt. The error is that of a context which ended before
	// anything was known; then the outcome is that of [Interrupted].
	Send(context.Context, Message) (Outcome, error)
}

// BatchSender is a Sender for which many messages at once cost less.
type BatchSender interface {
	Sender
	// SendBatch makes one attempt for each message. There are as many outcomes as
	// attempts: fewer than messages only beside an error.
	SendBatch(context.Context, []Message) ([]Outcome, error)
}

// SendAll makes one attempt for each message, together where the channel allows.
// It stops at the first error, with the outcomes known until then.
func SendAll(ctx context.Context, sender Sender, messages []Message) ([]Outcome, error) {
	if batch, ok := sender.(BatchSender); ok {
		return batch.SendBatch(ctx, messages)
	}
	outcomes := make([]Outcome, 0, len(messages))
	for _, m := range messages {
		outcome, err := sender.Send(ctx, m)
		if err != nil {
			return outcomes, err
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes, nil
}

// MessageID derives the ID of a message from the row of the outbox that it comes
// from. It is opaque: other systems see it, and it names no account and no person.
func MessageID(account string, seq int64, kind, recipient string, channel Channel) string {
	return digestID("ntc_", account, strconv.FormatInt(seq, 10), kind, recipient, string(channel))
}

// digestID hashes parts with their lengths, so that no two lists of parts are alike.
func digestID(prefix string, parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part + ","))
	}
	return prefix + hex.EncodeToString(h.Sum(nil)[:20])
}

const (
	maxID   = 128
	maxLink = 1000 // bytes; so that a link never crowds out the text of a short channel
)

var (
	idForm      = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)
	mentionForm = regexp.MustCompile(`^[A-Za-z0-9_.@+-]{1,64}$`)
)

// check refuses what no attempt would mend.
func (m Message) check() error {
	if !idForm.MatchString(m.ID) {
		return fmt.Errorf("message ID %q: want 1 to %d letters, digits, - or _", cutBytes(m.ID, 40), maxID)
	}
	if !utf8.ValidString(m.Subject) || !utf8.ValidString(m.Text) {
		return errors.New("text is not UTF-8")
	}
	if m.Link == "" {
		return nil
	}
	if len(m.Link) > maxLink {
		return fmt.Errorf("link has %d bytes, at most %d", len(m.Link), maxLink)
	}
	link, err := url.Parse(m.Link)
	if err != nil || (link.Scheme != "https" && link.Scheme != "http") || link.Host == "" || strings.ContainsAny(m.Link, " <>\"") {
		return errors.New("link is not an address of the web")
	}
	return nil
}

// checkMention refuses what would call a whole group.
func (m Message) checkMention() error {
	if m.To == "" {
		return nil
	}
	if !mentionForm.MatchString(m.To) || strings.EqualFold(strings.TrimPrefix(m.To, "@"), "all") {
		return errors.New("mention is not the ID of one person")
	}
	return nil
}

// ValidAddress tells whether mail can be sent to an address as it is.
func ValidAddress(address string) bool { return addressForm.MatchString(address) }

// ValidMention tells whether a bot can call somebody by this: one person's ID, never a whole group.
func ValidMention(mention string) bool { return Message{To: mention}.checkMention() == nil }

// oneLine replaces line breaks and control characters by spaces, and drops the
// marks that turn the direction of writing. No header can be made from the rest.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		default:
			return r
		}
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// plain keeps line breaks and tabs, and drops other control characters.
func plain(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, s)
}
