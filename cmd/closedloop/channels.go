package main

import (
	"context"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"closedloop/activities"
	"closedloop/api"
	"closedloop/api/catalogue"
	"closedloop/config"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/identity"
	"closedloop/notify"
	"closedloop/store"
	"closedloop/worker"
	"closedloop/workflows/contract"
)

// channels are the ways out of the house that the configuration sets up.
type channels struct {
	senders  map[view.Channel]notify.Sender
	client   *notify.Client
	house    *identity.House // opens the secrets of webhooks
	settings map[view.Channel]string
	webhooks bool
}

// openChannels makes the senders. Nobody is called before something is sent.
func openChannels(c config.Config, house *identity.House) (*channels, error) {
	networks, err := c.Channels.HTTP.Networks()
	if err != nil {
		return nil, fmt.Errorf("channels.http.allow: %w", err)
	}
	ports, err := c.Channels.HTTP.PortNumbers()
	if err != nil {
		return nil, fmt.Errorf("channels.http.ports: %w", err)
	}
	roots, err := authorities(c.Channels.HTTP.CAFile)
	if err != nil {
		return nil, fmt.Errorf("channels.http.ca_file: %w", err)
	}
	client, err := notify.NewClient(notify.ClientOptions{Allow: networks, Ports: ports, RootCAs: roots, Timeout: c.Channels.HTTP.Timeout})
	if err != nil {
		return nil, fmt.Errorf("channels.http: %w", err)
	}
	s := &channels{senders: map[view.Channel]notify.Sender{}, client: client, house: house, settings: map[view.Channel]string{}, webhooks: c.Channels.Webhooks.Enabled}
	if err := s.addMail(c); err != nil {
		return nil, fmt.Errorf("channels.mail: %w", err)
	}
	bots := []struct {
		channel   view.Channel
		make      func(*notify.Client, notify.BotOptions) (*notify.Bot, error)
		key, sign config.Secret
		base      string
	}{
		{view.WeComChannel, notify.NewWeComBot, c.Channels.WeCom.Key, "", c.Channels.WeCom.Base},
		{view.DingTalkChannel, notify.NewDingTalkBot, c.Channels.DingTalk.Key, c.Channels.DingTalk.Secret, c.Channels.DingTalk.Base},
		{view.FeishuChannel, notify.NewFeishuBot, c.Channels.Feishu.Key, c.Channels.Feishu.Secret, c.Channels.Feishu.Base},
	}
	for _, b := range bots {
		if b.key == "" {
			continue
		}
		bot, err := b.make(client, notify.BotOptions{Key: notify.Secret(b.key.Reveal()), Secret: notify.Secret(b.sign.Reveal()), Base: b.base})
		if err != nil {
			return nil, fmt.Errorf("channels.%s: %w", b.channel, err)
		}
		s.senders[b.channel] = bot
		s.settings[b.channel] = hex.EncodeToString(house.Token("channel settings", string(b.channel), b.key.Reveal(), b.sign.Reveal(), b.base).Hash())
	}
	return s, nil
}

func (s *channels) addMail(c config.Config) error {
	m := c.Channels.Mail
	if m.Host == "" {
		return nil
	}
	roots, err := authorities(m.CAFile)
	if err != nil {
		return fmt.Errorf("ca_file: %w", err)
	}
	o := notify.MailOptions{
		Host: m.Host, Port: uint16(m.Port), Security: notify.Security(m.Security), User: m.User, Password: notify.Secret(m.Password.Reveal()), //nolint:gosec // 0 to 65535
		From: m.From, RootCAs: roots,
	}
	if public := publicURL(c); strings.HasPrefix(public, "https://") {
		o.Settings = public + "/api/v1/me/channels"
	}
	if m.PerMinute > 0 {
		o.Rate = []notify.Window{{N: m.PerMinute, Per: time.Minute}}
	}
	server, err := notify.NewMailServer(o)
	if err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	s.senders[view.MailChannel] = server
	return nil
}

// authorities reads a PEM file; none means those of the system.
func authorities(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, err //nolint:wrapcheck // names the file
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("holds no certificate")
	}
	return pool, nil
}

// Channels are those that are set up, in the order in which people see them.
func (s *channels) Channels() []view.Channel {
	return slices.DeleteFunc(view.Channels(), func(c view.Channel) bool {
		return s.senders[c] == nil && (c != view.WebhookChannel || !s.webhooks)
	})
}

// Settings are a keyed hash of what a bot is set up with.
func (s *channels) Settings(channel view.Channel) string { return s.settings[channel] }

// resumeChanged sets channels going again that were halted under other settings.
func (s *channels) resumeChanged(ctx context.Context, st *store.Store, log *slog.Logger) error {
	for channel, settings := range s.settings {
		resumed, err := st.ResumeChanged(ctx, channel, settings)
		if err != nil {
			return err //nolint:wrapcheck // says what it was doing
		}
		if resumed {
			log.InfoContext(ctx, "a channel was halted under other settings and goes on with these", "channel", channel)
		}
	}
	return nil
}

// Sender is that of a person's channel.
func (s *channels) Sender(channel view.Channel) (notify.Sender, error) {
	if sender := s.senders[channel]; sender != nil {
		return sender, nil
	}
	return nil, fmt.Errorf("channel %s is not set up", channel)
}

// Endpoint is that of a webhook, signing with the former secret as well until its time is over.
func (s *channels) Endpoint(hook view.Webhook, now time.Time) (notify.Sender, error) {
	sealed := [][]byte{hook.Sealed}
	if len(hook.FormerSealed) > 0 && now.Before(hook.FormerUntil) {
		sealed = append(sealed, hook.FormerSealed)
	}
	var secrets []notify.Secret
	for _, seal := range sealed {
		secret, err := s.house.Open(view.WebhookPlace+hook.ID, seal)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", activities.ErrUnsigned, err)
		}
		secrets = append(secrets, notify.Secret(secret))
	}
	return notify.NewEndpoint(s.client, notify.EndpointOptions{URL: hook.URL, Secrets: secrets}) //nolint:wrapcheck // says what it was doing
}

// publicURL is the address under which people reach the product.
func publicURL(c config.Config) string {
	if c.API.PublicURL != "" {
		return strings.TrimRight(c.API.PublicURL, "/")
	}
	return "http://" + c.Listen
}

// letters puts notices into the words of the inbox.
type letters struct {
	say      *catalogue.Catalogue
	language string
	public   string
	zone     *time.Location
	// decision makes a link that decides one request as one person; nil: messages link to the request.
	decision func(ctx context.Context, approval string, person deal.PersonID, delivery string) (activities.Asked, error)
}

// Letter is one notice. A group reads the account's number where a person reads the customer's name.
func (l *letters) Letter(ctx context.Context, o view.Outgoing, lang string, group bool) (activities.Letter, error) {
	letter := activities.Letter{Link: l.public + "/api/v1/notifications"}
	args := o.Args
	if o.Account != "" {
		args = []string{o.AccountName}
		if group || o.AccountName == "" {
			args[0] = o.Number
		}
		letter.Link = l.public + "/api/v1/accounts/" + string(o.Account)
	}
	letter.Subject = l.say.Notice(deal.NoticeKind(o.Kind), lang, args...)
	if !o.Due.IsZero() {
		letter.Text = l.say.LetterDue(o.Due.In(l.zone).Format("2006-01-02 15:04"), lang)
	}
	if approval := deal.ApprovalIn(o.Ref); approval != "" && deal.NoticeKind(o.Kind).AsksToDecide() {
		letter.Link = l.public + "/api/v1/approvals/" + approval
		if l.decision != nil && !group && o.Choice.Confirmed && o.Address == "" {
			asked, err := l.decision(ctx, approval, deal.PersonID(o.Recipient), o.ID)
			switch {
			case err == nil:
				letter.Link = asked.Link
				letter.Text = l.asking(asked, letter.Text, lang)
			case !errors.Is(err, activities.ErrNotAsked): // else somebody has decided meanwhile: the request tells
				return activities.Letter{}, fmt.Errorf("make link to decide: %w", err)
			}
		}
	}
	return letter, nil
}

// asking is the text of a letter whose link decides: about what, until when, and what the link is good for.
func (l *letters) asking(a activities.Asked, due, lang string) string {
	lines := []string{l.say.LetterAsk(a.Kind, api.Money(a.Amount, a.Currency), a.Requester, lang), due, l.say.LetterOnce(lang)}
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n")
}

// Bundle heads several notices in one message.
func (l *letters) Bundle(n int, lang string) activities.Letter {
	return activities.Letter{Subject: l.say.LetterBundle(n, lang), Link: l.public + "/api/v1/notifications"}
}

// Language is that of who has chosen none.
func (l *letters) Language() string { return l.language }

// workHours is the working time that holds quiet hours end in: that of the region in which somebody works.
type workHours struct {
	calendar *almanac
	zone     *time.Location
}

// Hours are those of everybody as they are now.
func (h workHours) Hours(ctx context.Context) (func(deal.PersonID) (notify.Calendar, *time.Location), error) {
	if _, err := h.calendar.Versions(ctx); err != nil {
		return nil, err
	}
	org, err := h.calendar.store.Org(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	now := h.calendar.now.Load()
	return func(who deal.PersonID) (notify.Calendar, *time.Location) { return now.of(org.RegionOf(who)), h.zone }, nil
}

// chance is where jitter comes from.
type chance struct{}

// Float64 is at least 0 and below 1.
func (chance) Float64() float64 { return rand.Float64() } //nolint:gosec // spreads attempts, hides nothing

// relay carries what is said out of the house.
func (n *node) relay() (*activities.Relay, error) {
	zone, err := time.LoadLocation(n.calendar.files.Office().Zone())
	if err != nil {
		return nil, fmt.Errorf("load time zone: %w", err)
	}
	links, err := activities.NewDecisionLinks(n.store, n.house, publicURL(n.config), n.config.API.DecisionLinkTTL, time.Now)
	if err != nil {
		return nil, fmt.Errorf("make links that decide: %w", err)
	}
	words := &letters{
		say: catalogue.New(), language: n.config.Channels.Language, public: publicURL(n.config), zone: zone, decision: links.DecisionLink,
	}
	return activities.NewRelay(n.store, n.channels, words, workHours{n.calendar, zone}, time.Now, chance{}, n.log) //nolint:wrapcheck // says what it was doing
}

// dispatchEvery is how often what goes out is looked at without having been told.
const dispatchEvery = 15 * time.Second

// dispatcher carries word from the outbox to the relays.
func (n *node) dispatcher(relay *activities.Relay) (*worker.Dispatcher, error) {
	return worker.NewDispatcher(worker.DispatcherOptions{ //nolint:wrapcheck // says what it was doing
		Post: relay, Subscribe: n.outbox.Subscribe, Wake: contract.NewRelays(n.engine).Wake, Every: dispatchEvery, Logger: n.log, Now: time.Now,
	})
}
