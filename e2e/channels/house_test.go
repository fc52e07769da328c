//go:build e2e

package channels_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/calendar"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/notify"
	"closedloop/notify/notifytest"
	"closedloop/store"
	"closedloop/testkit"
	"closedloop/workflows/contract"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) Forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *clock) To(t *testing.T, at string) {
	t.Helper()
	to, err := time.ParseInLocation("2006-01-02 15:04", at, shanghai)
	require.NoError(t, err)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = to
}

type half struct{}

func (half) Float64() float64 { return 0.5 }

// house is a database with people, the channels around it, and the relay between them.
type house struct {
	*store.Store

	t      *testing.T
	clock  *clock
	relay  *activities.Relay
	people map[string]deal.PersonID
	serial int

	mu      sync.Mutex
	senders map[view.Channel]notify.Sender
	client  *notify.Client
}

func newHouse(t *testing.T) *house {
	t.Helper()
	s, err := store.Open(t.Context(), testkit.Database(t), store.Options{})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	member := func(login string) store.Member {
		return store.Member{Login: login, Name: login, Role: deal.Rep, Team: "team 1", PasswordHash: "x"}
	}
	_, err = s.SeedOrganisation(t.Context(), store.Organisation{
		Teams: []store.Team{{Name: "team 1", Lead: "rep1"}}, People: []store.Member{member("rep1"), member("rep2")},
	})
	require.NoError(t, err)
	h := &house{Store: s, t: t, clock: &clock{}, people: map[string]deal.PersonID{}, senders: map[view.Channel]notify.Sender{}}
	org, err := s.Org(t.Context())
	require.NoError(t, err)
	for _, p := range org.People {
		h.people[p.Login] = p.ID
	}
	h.clock.To(t, "2026-03-02 10:00") // a Monday
	h.relay = h.process()
	return h
}

// process is another process's relay on the same database.
func (h *house) process() *activities.Relay {
	h.t.Helper()
	r, err := activities.NewRelay(h.Store, h, words{}, h, h.clock.Now, half{}, slog.New(slog.DiscardHandler))
	require.NoError(h.t, err)
	return r
}

func (h *house) Channels() []view.Channel {
	h.mu.Lock()
	defer h.mu.Unlock()
	var on []view.Channel
	for c := range h.senders {
		on = append(on, c)
	}
	if h.client != nil {
		on = append(on, view.WebhookChannel)
	}
	return on
}

func (h *house) Settings(view.Channel) string { return "settings" }

func (h *house) Sender(c view.Channel) (notify.Sender, error) { return h.senders[c], nil }

func (h *house) Endpoint(w view.Webhook, now time.Time) (notify.Sender, error) {
	secrets := []notify.Secret{notify.Secret(w.Sealed)} // seals are the product's: here they are what they hold
	if len(w.FormerSealed) > 0 && now.Before(w.FormerUntil) {
		secrets = append(secrets, notify.Secret(w.FormerSealed))
	}
	return notify.NewEndpoint(h.client, notify.EndpointOptions{URL: w.URL, Secrets: secrets}) // receivers hold signatures against their own clock
}

func (h *house) Hours(context.Context) (func(deal.PersonID) (notify.Calendar, *time.Location), error) {
	c, err := calendar.Load(nil)
	return func(deal.PersonID) (notify.Calendar, *time.Location) { return c, shanghai }, err
}

// words are as short as they can be.
type words struct{}

func (words) Letter(_ context.Context, o view.Outgoing, lang string, group bool) (activities.Letter, error) {
	return activities.Letter{Subject: fmt.Sprintf("%s %s %s", lang, o.Kind, o.Ref), Link: "https://closedloop.example/api/v1/notifications"}, nil
}

func (words) Bundle(n int, lang string) activities.Letter {
	return activities.Letter{Subject: fmt.Sprintf("%s bundle of %d", lang, n), Link: "https://closedloop.example/api/v1/notifications"}
}

func (words) Language() string { return "zh" }

// mail sets a mail server up.
func (h *house) mail() *notifytest.SMTP {
	h.t.Helper()
	fake := notifytest.NewSMTP(h.t, false, "", "")
	server, err := notify.NewMailServer(notify.MailOptions{
		Host: "127.0.0.1", Port: fake.Port(), RootCAs: fake.Roots(), From: "closedloop <notices@closedloop.example>", Timeout: 2 * time.Second,
	})
	require.NoError(h.t, err)
	h.senders[view.MailChannel] = server
	return fake
}

func (h *house) http(roots *x509.CertPool, port uint16) *notify.Client {
	h.t.Helper()
	return h.both(roots, port)
}

func (h *house) both(roots *x509.CertPool, ports ...uint16) *notify.Client {
	h.t.Helper()
	client, err := notify.NewClient(notify.ClientOptions{
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Ports: ports, RootCAs: roots, Timeout: time.Second,
	})
	require.NoError(h.t, err)
	h.t.Cleanup(client.Close)
	return client
}

// dingtalk sets a bot up that blocks who is too fast.
func (h *house) dingtalk() *notifytest.Bot {
	h.t.Helper()
	fake := notifytest.NewDingTalk(h.t, "token", "SECret", h.clock.Now)
	bot, err := notify.NewDingTalkBot(h.http(fake.Roots(), fake.Port()), notify.BotOptions{
		Key: "token", Secret: "SECret", Base: fake.URL, Now: h.clock.Now,
	})
	require.NoError(h.t, err)
	h.senders[view.DingTalkChannel] = bot
	return fake
}

// choose lets somebody hear over a channel.
func (h *house) choose(login string, c view.ChannelChoice) {
	h.t.Helper()
	c.Person, c.On, c.ChangedBy = h.people[login], true, h.people[login]
	_, err := h.PutChannelChoice(h.t.Context(), c)
	require.NoError(h.t, err)
}

// say tells somebody something, now; the ref names it.
func (h *house) say(login string, refs ...string) {
	h.t.Helper()
	require.NoError(h.t, h.InPersonWork(h.t.Context(), "tell", func(w store.PersonWork) error {
		for _, ref := range refs {
			h.serial++
			err := w.Notify(h.t.Context(), deal.PersonNotice{
				Notice: deal.Notice{To: h.people[login], Kind: deal.BulletinNotice, Ref: ref},
				ID:     deal.PersonWorkID("told", ref, h.people[login]), Args: []string{"team 1", "2026-03-02"},
				At: h.clock.Now().Add(time.Duration(h.serial)*time.Microsecond - time.Second),
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	h.plan()
}

// plan reads the outbox into deliveries, all of it.
func (h *house) plan() {
	h.t.Helper()
	for {
		n, err := h.SettleOutbox(h.t.Context())
		require.NoError(h.t, err)
		more, err := h.relay.FanOut(h.t.Context())
		require.NoError(h.t, err)
		if n == 0 && !more {
			return
		}
	}
}

// deliver lets a channel's relay send what is due, as its workflow would, and says until when nothing more is.
func (h *house) deliver(c view.Channel) time.Duration {
	h.t.Helper()
	for {
		progress, err := h.relay.Deliver(h.t.Context(), contract.RelayInput{Channel: string(c)})
		require.NoError(h.t, err)
		if !progress.More {
			return progress.Wait
		}
	}
}

// states counts the deliveries by where they stand.
func (h *house) states() map[view.DeliveryState]int {
	h.t.Helper()
	counts := map[view.DeliveryState]int{}
	for _, d := range h.all() {
		counts[d.State]++
	}
	return counts
}

func (h *house) all() []view.Delivery {
	h.t.Helper()
	all, _, err := h.Deliveries(h.t.Context(), view.DeliveryFilter{Page: view.Page{Limit: 200}})
	require.NoError(h.t, err)
	return all
}
