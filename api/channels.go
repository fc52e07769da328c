package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/notify"
)

// Channels are the ways out of the house, what people chose for them, and what became of what went out.
type Channels interface {
	// Available are those that the configuration sets up.
	Available() []view.Channel
	// MailAllowed tells whether letters may go to an address; CheckEndpoint whether webhooks may, as far as that can be told
	// before they do.
	MailAllowed(address string) bool
	CheckEndpoint(url string) error

	ChannelChoices(ctx context.Context, who deal.PersonID) ([]view.ChannelChoice, error)
	// PutChannelChoice replaces a choice. It keeps who has changed an address and tells the person, also at the former one.
	PutChannelChoice(ctx context.Context, c view.ChannelChoice) (view.ChannelChoice, error)
	// ChannelHalts are the channels that are not called any more; ResumeChannel sets one going again.
	ChannelHalts(ctx context.Context) ([]view.ChannelHalt, error)
	ResumeChannel(ctx context.Context, channel view.Channel) error
	// ChannelChanges are the last changes of somebody's addresses, newest first.
	ChannelChanges(ctx context.Context, who deal.PersonID, limit int) ([]view.ChannelChange, error)

	Webhooks(ctx context.Context) ([]view.Webhook, error)
	Webhook(ctx context.Context, id string) (view.Webhook, error)
	// AddWebhook adds one under its ID; one that is there already comes back as it is.
	AddWebhook(ctx context.Context, w view.Webhook) (view.Webhook, error)
	// ChangeWebhook edits one; another version than the one named (0: whichever) is [deal.ErrStale], with the present one.
	ChangeWebhook(ctx context.Context, id string, version int64, by deal.PersonID, edit func(*view.Webhook)) (view.Webhook, error)
	DeleteWebhook(ctx context.Context, id string) error
	// TestWebhook sends something that means nothing; the same id once. ReplayWebhook sends what was said in a stretch of time
	// once more, ReplayDelivery one delivery of the webhook.
	TestWebhook(ctx context.Context, hook, id string) (view.Delivery, error)
	ReplayWebhook(ctx context.Context, id string, from, until time.Time, by deal.PersonID) (int, error)
	ReplayDelivery(ctx context.Context, hook, delivery string, by deal.PersonID) (int, error)

	Deliveries(ctx context.Context, f view.DeliveryFilter) ([]view.Delivery, string, error)
	Delivery(ctx context.Context, id string) (view.Delivery, error)
	// ResendDelivery and DropDelivery decide about a dead letter; anything else is [deal.ErrStale].
	ResendDelivery(ctx context.Context, id string, by deal.PersonID) (view.Delivery, error)
	DropDelivery(ctx context.Context, id string, by deal.PersonID) (view.Delivery, error)
}

// Closed sets of channels.
type (
	channelName   string
	personalName  string
	deliveryState string
	languageName  string
)

// Schema lists the channels.
func (channelName) Schema(huma.Registry) *huma.Schema { return closedSet(view.Channels()...) }

// Schema lists the channels that a person chooses for.
func (personalName) Schema(huma.Registry) *huma.Schema {
	return closedSet(view.PersonalChannels()...)
}

// Schema lists where a delivery may stand.
func (deliveryState) Schema(huma.Registry) *huma.Schema { return closedSet(view.DeliveryStates()...) }

// Schema lists the languages; empty is that of the installation.
func (languageName) Schema(huma.Registry) *huma.Schema { return closedSet("", "zh", "en") }

// choiceBody is what a person says about one channel.
type choiceBody struct {
	On         bool         `json:"on" doc:"false: nothing over this channel"`
	Address    string       `json:"address,omitempty" maxLength:"254" doc:"mail: where letters go"`
	Mention    string       `json:"mention,omitempty" maxLength:"64" doc:"bots: your user ID in that service, so that the bot calls you in its group"`
	QuietFrom  string       `json:"quiet_from,omitempty" maxLength:"5" doc:"first quiet minute, such as 19:00; what is said then comes with the next working minute"`
	QuietUntil string       `json:"quiet_until,omitempty" maxLength:"5" doc:"first minute after it; may be on the next day"`
	Digests    []string     `json:"digests,omitempty" maxItems:"6" doc:"times such as 08:30 at which everything comes as one message; absent: each notice at once. A digest that is not in quiet hours comes on days off, too"`
	AtOnce     int          `json:"at_once,omitempty" minimum:"0" maximum:"100" doc:"more notices than this for one instant come as one message; 0: no limit"`
	Kinds      []string     `json:"kinds,omitempty" maxItems:"100" maxLength:"64" doc:"kinds of notices; absent: all"`
	Language   languageName `json:"language,omitempty" doc:"absent: that of the installation"`
}

type channelBody struct {
	Channel   personalName `json:"channel"`
	Available bool         `json:"available" doc:"false: not set up here, nothing goes out"`
	choiceBody
	Halted      *haltBody   `json:"halted,omitempty" doc:"nothing goes out over it, for anybody: it refused everything"`
	Unconfirmed bool        `json:"unconfirmed,omitempty" doc:"mail: somebody else has entered the address. Letters carry no links that decide until the person sends it with PUT /me/channels/mail"`
	ChangedBy   *personBody `json:"changed_by,omitempty"`
	ChangedAt   *time.Time  `json:"changed_at"`
}

type channelsBody struct {
	Channels []channelBody       `json:"channels"`
	Changes  []channelChangeBody `json:"changes" doc:"of addresses, newest first, fifty at most"`
}

// haltBody says why a channel is not called any more.
type haltBody struct {
	At         time.Time `json:"at"`
	Reason     string    `json:"reason" doc:"a code, as of a delivery"`
	ReasonText string    `json:"reason_text" doc:"in the language asked for, with what to do about it"`
	Detail     string    `json:"detail,omitempty" doc:"what the channel said; for administrators and sales_ops"`
}

// channelChangeBody is a change of where letters go.
type channelChangeBody struct {
	Channel   personalName `json:"channel"`
	Former    string       `json:"former" doc:"empty: there was none"`
	Address   string       `json:"address" doc:"empty: there is none any more"`
	ChangedBy *personBody  `json:"changed_by,omitempty"`
	ChangedAt time.Time    `json:"changed_at"`
}

// changesShown bounds the changes of addresses in one answer.
const changesShown = 50

type ChannelPath struct {
	Channel personalName `path:"channel"`
}

type UserPath struct {
	ID string `path:"id" maxLength:"64" doc:"ID of the person"`
}

type putMyChannelInput struct {
	ChannelPath
	Body choiceBody
}

type putChannelInput struct {
	UserPath
	ChannelPath
	Body choiceBody
}

func (a *API) channelRoutes() {
	const rules = " Nothing goes out over a channel that you have not switched on. Group bots speak to everybody in their group, so they name " +
		"accounts by number only."
	mine := op(http.MethodGet, "/me/channels", "get-my-channels", "work", "What you hear over which channel")
	mine.Description = "In-app notices are always there; see /notifications." + rules
	register(a, mine, func(ctx context.Context, _ *struct{}) (*reply[channelsBody], error) {
		return a.channels(ctx, who(ctx).person.ID)
	})
	put := op(http.MethodPut, "/me/channels/{channel}", "put-my-channel", "work", "Choose what you hear over a channel")
	put.Description = "Replaces what was chosen before; what waits already follows the new choice." + rules
	register(a, put, func(ctx context.Context, in *putMyChannelInput) (*reply[channelBody], error) {
		return a.putChannel(ctx, who(ctx).person.ID, view.Channel(in.Channel), in.Body)
	})
	theirs := op(http.MethodGet, "/users/{id}/channels", "get-user-channels", "setup", "What somebody hears over which channel")
	theirs.Description = "For administrators."
	register(a, theirs, func(ctx context.Context, in *UserPath) (*reply[channelsBody], error) {
		id, err := someone(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return a.channels(ctx, id)
	})
	putTheirs := op(http.MethodPut, "/users/{id}/channels/{channel}", "put-user-channel", "setup", "Choose for somebody")
	putTheirs.Description = "For administrators, such as when a house begins: it is on record who chose. A changed address is told to the person, also by a letter to the former " +
		"one, and letters to it carry no links that decide until the person has sent it with PUT /me/channels/mail."
	register(a, putTheirs, func(ctx context.Context, in *putChannelInput) (*reply[channelBody], error) {
		id, err := someone(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		return a.putChannel(ctx, id, view.Channel(in.Channel), in.Body)
	})
	resume := op(http.MethodPost, "/channels/{channel}/resume", "resume-channel", "setup", "Let a halted channel go on")
	resume.Description = "For administrators. A bot that refuses everything is not called any more: see `halted` of GET /me/channels. What waits goes out."
	register(a, resume, a.resumeChannel)
}

// someone is a person whom an administrator names.
func someone(ctx context.Context, id string) (deal.PersonID, error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return "", err
	}
	p, ok := who(ctx).org.Person(deal.PersonID(id))
	if !ok {
		return "", no(http.StatusNotFound, catalogue.NotFound)
	}
	return p.ID, nil
}

func (a *API) channels(ctx context.Context, id deal.PersonID) (*reply[channelsBody], error) {
	chosen, err := a.Channels.ChannelChoices(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read channels: %w", err)
	}
	halts, err := a.Channels.ChannelHalts(ctx)
	if err != nil {
		return nil, fmt.Errorf("read halted channels: %w", err)
	}
	body := channelsBody{}
	for _, c := range view.PersonalChannels() {
		choice := view.ChannelChoice{Person: id, Channel: c}
		if i := slices.IndexFunc(chosen, func(o view.ChannelChoice) bool { return o.Channel == c }); i >= 0 {
			choice = chosen[i]
		}
		one := a.channelOf(ctx, choice)
		if i := slices.IndexFunc(halts, func(h view.ChannelHalt) bool { return h.Channel == c }); i >= 0 {
			one.Halted = a.haltOf(ctx, halts[i])
		}
		body.Channels = append(body.Channels, one)
	}
	changes, err := a.Channels.ChannelChanges(ctx, id, changesShown)
	if err != nil {
		return nil, fmt.Errorf("read changes of addresses: %w", err)
	}
	org := who(ctx).org
	body.Changes = mapped(changes, func(c view.ChannelChange) channelChangeBody {
		return channelChangeBody{personalName(c.Channel), c.Former, c.Address, personIn(org, c.By), c.At.UTC()}
	})
	return &reply[channelsBody]{body}, nil
}

func (a *API) haltOf(ctx context.Context, h view.ChannelHalt) *haltBody {
	body := &haltBody{At: h.At.UTC(), Reason: h.Reason, ReasonText: a.reasonText(h.Reason, callOf(ctx).lang)}
	if keepsPost(who(ctx).person) {
		body.Detail = h.Detail
	}
	return body
}

type resumeChannelInput struct {
	ChannelPath
	Body *nothing `required:"false"`
}

type resumedBody struct {
	Channel personalName `json:"channel"`
}

// resumeChannel is safe to repeat: a channel that goes already goes on.
func (a *API) resumeChannel(ctx context.Context, in *resumeChannelInput) (*created[resumedBody], error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	return once(ctx, a, func() (*created[resumedBody], error) {
		if err := a.Channels.ResumeChannel(ctx, view.Channel(in.Channel)); err != nil {
			return nil, fmt.Errorf("resume channel: %w", err)
		}
		return &created[resumedBody]{Status: http.StatusOK, Body: resumedBody{in.Channel}}, nil
	})
}

func (a *API) channelOf(ctx context.Context, c view.ChannelChoice) channelBody {
	body := channelBody{
		Channel: personalName(c.Channel), Available: slices.Contains(a.Channels.Available(), c.Channel),
		choiceBody: choiceBody{
			On: c.On, Address: c.Address, Mention: c.Mention, AtOnce: c.AtOnce, Kinds: c.Kinds, Language: languageName(c.Language),
			Digests: mapped(c.Digests, func(at int) string { return notify.TimeOfDay(at).String() }),
		},
		Unconfirmed: c.Address != "" && !c.Confirmed,
		ChangedBy:   personIn(who(ctx).org, c.ChangedBy), ChangedAt: instant(c.ChangedAt),
	}
	if c.QuietFrom != c.QuietUntil {
		body.QuietFrom, body.QuietUntil = notify.TimeOfDay(c.QuietFrom).String(), notify.TimeOfDay(c.QuietUntil).String()
	}
	return body
}

func (a *API) putChannel(ctx context.Context, id deal.PersonID, channel view.Channel, said choiceBody) (*reply[channelBody], error) {
	c, err := a.judgeChoice(channel, said)
	if err != nil {
		return nil, err
	}
	c.Person, c.ChangedBy = id, who(ctx).person.ID
	if c, err = a.Channels.PutChannelChoice(ctx, c); err != nil {
		return nil, fmt.Errorf("choose channel: %w", err)
	}
	return &reply[channelBody]{a.channelOf(ctx, c)}, nil
}

// judgeChoice reads a choice, or says everything that is wrong with it.
func (a *API) judgeChoice(channel view.Channel, said choiceBody) (view.ChannelChoice, error) {
	c := view.ChannelChoice{
		Channel: channel, On: said.On, Address: said.Address, Mention: said.Mention, AtOnce: said.AtOnce, Kinds: said.Kinds, Language: string(said.Language),
	}
	var bad []reason
	add := func(is bool, code, pointer string, args ...string) {
		if is {
			bad = append(bad, reason{code: code, pointer: pointer, args: args})
		}
	}
	at := func(text, pointer string) int {
		t, err := notify.ParseTimeOfDay(text)
		add(err != nil, catalogue.InvalidTime, pointer)
		return int(t)
	}
	mail := channel == view.MailChannel
	add(said.On && !slices.Contains(a.Channels.Available(), channel), catalogue.ChannelNotSetUp, "path/channel", string(channel))
	add(mail && said.On && said.Address == "", "required_field", "/address")
	add(mail && said.Address != "" && !notify.ValidAddress(said.Address), catalogue.InvalidAddress, "/address")
	add(mail && notify.ValidAddress(said.Address) && !a.Channels.MailAllowed(said.Address), catalogue.AddressNotAllowed, "/address")
	add(!mail && said.Address != "", string(deal.CodeInvalidValue), "/address")
	add(mail && said.Mention != "" || !notify.ValidMention(said.Mention), catalogue.InvalidMention, "/mention")
	if said.QuietFrom != "" || said.QuietUntil != "" {
		c.QuietFrom, c.QuietUntil = at(said.QuietFrom, "/quiet_from"), at(said.QuietUntil, "/quiet_until")
	}
	for i, text := range said.Digests {
		c.Digests = append(c.Digests, at(text, fmt.Sprintf("/digests/%d", i)))
	}
	slices.Sort(c.Digests)
	c.Digests = slices.Compact(c.Digests)
	bad = append(bad, a.unknownKinds(said.Kinds)...)
	if len(bad) > 0 {
		return c, invalid(bad)
	}
	return c, nil
}

// unknownKinds are the reasons against kinds of notices that nobody ever sends.
func (a *API) unknownKinds(kinds []string) (bad []reason) {
	for i, kind := range kinds {
		if !a.say.Has(deal.NoticeKind(kind)) {
			bad = append(bad, reason{code: catalogue.UnknownKind, pointer: fmt.Sprintf("/kinds/%d", i), args: []string{kind}})
		}
	}
	return bad
}
