package notify_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"closedloop/notify"
	"closedloop/notify/notifytest"
)

const (
	botKey    = "73febdcb-1b38-4d1b-a994-790f21fc8d30"
	botSecret = "SECa1b2c3d4e5f6"
)

// service is one of the three with its sender.
type service struct {
	name  string
	fake  *notifytest.Bot
	make  func(*notify.Client, notify.BotOptions) (*notify.Bot, error)
	rate  int           // messages a minute
	block time.Duration // the pause that its rate answer asks for
}

func services(t *testing.T, now func() time.Time) []service {
	t.Helper()
	return []service{
		{"wecom", notifytest.NewWeCom(t, botKey, now), notify.NewWeComBot, 20, time.Minute},
		{"dingtalk", notifytest.NewDingTalk(t, botKey, botSecret, now), notify.NewDingTalkBot, 20, 10 * time.Minute},
		{"feishu", notifytest.NewFeishu(t, botKey, botSecret, now), notify.NewFeishuBot, 100, time.Minute},
	}
}

// each runs the test for every service with a sender that is set up rightly.
func each(t *testing.T, timeout time.Duration, test func(*testing.T, service, notify.Sender, *clock)) {
	for _, name := range []string{"wecom", "dingtalk", "feishu"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clockAt(t, "2026-03-02 09:00")
			for _, s := range services(t, c.Now) {
				if s.name == name {
					test(t, s, s.sender(t, timeout, botKey, botSecret, c), c)
				}
			}
		})
	}
}

func (s service) sender(t *testing.T, timeout time.Duration, key, secret string, c *clock) *notify.Bot {
	t.Helper()
	bot, err := s.make(clientOf(t, &s.fake.Server, timeout), notify.BotOptions{
		Key: notify.Secret(key), Secret: notify.Secret(secret), Base: s.fake.URL, Now: c.Now,
	})
	require.NoError(t, err)
	return bot
}

func send(t *testing.T, sender notify.Sender, m notify.Message) notify.Outcome {
	t.Helper()
	o, err := sender.Send(t.Context(), m)
	require.NoError(t, err)
	return o
}

func TestBot_saysSubjectTextAndLinkInTheGroup(t *testing.T) {
	t.Parallel()
	each(t, 0, func(t *testing.T, s service, sender notify.Sender, _ *clock) {
		m := aMessage("m1")
		require.Equal(t, notify.Outcome{Class: notify.Delivered}, send(t, sender, m))
		require.Len(t, s.fake.Posts(), 1)
		require.Equal(t, m.Subject+"\n"+m.Text+"\n"+m.Link, s.fake.Posts()[0].Text)
	})
}

func TestBot_mentionsOnePersonAndNeverEverybody(t *testing.T) {
	t.Parallel()
	each(t, 0, func(t *testing.T, s service, sender notify.Sender, _ *clock) {
		m := aMessage("m1")
		m.To = "wang.li"
		require.Equal(t, notify.Delivered, send(t, sender, m).Class)
		post := s.fake.Posts()[0]
		if s.name == "feishu" {
			require.True(t, strings.HasPrefix(post.Text, `<at user_id="wang.li"></at> `), post.Text)
		} else {
			require.Equal(t, []string{"wang.li"}, post.Mentions)
		}
		for _, everybody := range []string{"all", "@all", "ALL", `x"></at><at user_id="all`} {
			m.To = everybody
			require.Equal(t, notify.ReasonBadMessage, send(t, sender, m).Reason, everybody)
		}
		m.To, m.Text = "", `客户备注 <at user_id="all">所有人</at>`
		require.Equal(t, notify.Delivered, send(t, sender, m).Class)
		require.Len(t, s.fake.Posts(), 2)
		if s.name == "feishu" {
			require.NotContains(t, s.fake.Posts()[1].Text, "<at")
		}
	})
}

func TestBot_cutsLongTextsAndKeepsTheLink(t *testing.T) {
	t.Parallel()
	each(t, 0, func(t *testing.T, s service, sender notify.Sender, _ *clock) {
		m := aMessage("m1")
		m.Text = strings.Repeat("长\"\\\n", 9000)
		require.Equal(t, notify.Delivered, send(t, sender, m).Class, "the service measures what it gets")
		text := s.fake.Posts()[0].Text
		require.True(t, utf8.ValidString(text))
		require.True(t, strings.HasPrefix(text, m.Subject+"\n长"))
		require.True(t, strings.HasSuffix(text, "…\n"+m.Link), "ends %q", text[len(text)-80:])
	})
}

func TestBot_staysBelowTheRateOfTheService(t *testing.T) {
	t.Parallel()
	each(t, 0, func(t *testing.T, s service, sender notify.Sender, c *clock) {
		sent := 0
		for sent < 2*s.rate+1 {
			o := send(t, sender, aMessage(fmt.Sprint("m", sent)))
			if o.Class == notify.Held {
				require.True(t, o.NotBefore.After(c.Now()))
				c.To(o.NotBefore)
				continue
			}
			require.Equal(t, notify.Delivered, o.Class, "message %d: the service never says too fast: %+v", sent, o)
			sent++
		}
		require.GreaterOrEqual(t, c.Now().Sub(instant(t, "2026-03-02 09:00")), 2*time.Minute)
		require.Equal(t, s.fake.Calls(), sent, "what is held back is not tried")
	})
}

func TestBot_waitsAsLongAsTheServiceWantsWhenAnotherSenderUsedUpTheRate(t *testing.T) {
	t.Parallel()
	each(t, 0, func(t *testing.T, s service, sender notify.Sender, c *clock) {
		for i := range s.rate { // another process with the same bot
			other := s.sender(t, 0, botKey, botSecret, c)
			require.Equal(t, notify.Delivered, send(t, other, aMessage(fmt.Sprint("o", i))).Class)
		}
		o := send(t, sender, aMessage("m1"))
		require.Equal(t, notify.Retry, o.Class)
		require.Equal(t, notify.ReasonRateLimited, o.Reason)
		require.False(t, o.Unsure)
		require.Equal(t, c.Now().Add(s.block), o.NotBefore)

		calls := s.fake.Calls()
		c.Forward(s.block - time.Second)
		require.Equal(t, notify.Held, send(t, sender, aMessage("m2")).Class, "the whole bot waits")
		require.Equal(t, calls, s.fake.Calls())
		c.Forward(2 * time.Second)
		require.Equal(t, notify.Delivered, send(t, sender, aMessage("m1")).Class)
	})
}

func TestBot_givesUpOnAWrongKeyWithoutShowingIt(t *testing.T) {
	t.Parallel()
	c := clockAt(t, "2026-03-02 09:00")
	for _, s := range services(t, c.Now) {
		o := send(t, s.sender(t, 0, "wrong-key", botSecret, c), aMessage("m1"))
		require.Equal(t, notify.Permanent, o.Class, s.name)
		require.Equal(t, notify.ReasonKey, o.Reason, s.name)
		require.NotContains(t, o.Detail, "wrong-key")
		require.NotEmpty(t, o.Detail)
	}
}

func TestBot_givesUpOnASignatureThatTheServiceRefuses(t *testing.T) {
	t.Parallel()
	c := clockAt(t, "2026-03-02 09:00")
	for _, s := range services(t, c.Now)[1:] {
		o := send(t, s.sender(t, 0, botKey, "another", c), aMessage("m1"))
		require.Equal(t, notify.Permanent, o.Class, s.name)
		require.Equal(t, notify.ReasonBotSettings, o.Reason, s.name)
		late := clockAt(t, "2026-03-02 11:00")
		require.Equal(t, notify.ReasonBotSettings, send(t, s.sender(t, 0, botKey, botSecret, late), aMessage("m1")).Reason, s.name)
		require.Empty(t, s.fake.Posts())
	}
}

func TestBot_understandsAnswersOfEveryKind(t *testing.T) {
	t.Parallel()
	tests := []struct {
		what   string
		answer http.HandlerFunc
		only   string
		want   notify.Outcome
	}{
		{"busy", notifytest.Status(200, `{"errcode":-1,"errmsg":"system busy"}`), "wecom", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonBusy}},
		{"too many at once", notifytest.Status(200, `{"errcode":45033}`), "wecom", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonBusy}},
		{"newer rate code", notifytest.Status(200, `{"errcode":410100}`), "dingtalk", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRateLimited}},
		{"words", notifytest.Status(200, `{"errcode":430102}`), "dingtalk", notify.Outcome{Class: notify.Permanent, Reason: notify.ReasonContent}},
		{"group dissolved", notifytest.Status(200, `{"errcode":400013}`), "dingtalk", notify.Outcome{Class: notify.Permanent, Reason: notify.ReasonKey}},
		{"keyword", notifytest.Status(200, `{"code":19024,"msg":"Key Words Not Found"}`), "feishu", notify.Outcome{Class: notify.Permanent, Reason: notify.ReasonBotSettings}},
		{"code under 400", notifytest.Status(400, `{"code":99991400,"msg":"request trigger frequency limit"}`), "feishu", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRateLimited}},
		{"first version", notifytest.Status(200, `{"StatusCode":0,"StatusMessage":"success"}`), "feishu", notify.Outcome{Class: notify.Delivered}},
		{"unknown code", notifytest.Status(200, `{"errcode":7,"code":7}`), "", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRefused}},
		{"no code", notifytest.Status(200, `{}`), "", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonStrangeAnswer, Unsure: true}},
		{"a portal's page", notifytest.Status(200, `<html>please log in</html>`), "", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonStrangeAnswer, Unsure: true}},
		{"huge", notifytest.Huge(200, 5<<20), "", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonStrangeAnswer, Unsure: true}},
		{"broken off", notifytest.BreakOff(200, `{"errcode":0,"code":0}`), "", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonConnectionLost, Unsure: true}},
		{"429", notifytest.Status(429, ``), "", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRateLimited}},
		{"503", notifytest.Status(503, ``), "", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonBusy}},
		{"500", notifytest.Status(500, `oops`), "", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRefused, Unsure: true}},
		{"302", notifytest.Status(302, ``, "Location", "https://example.com/"), "", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRedirected}},
		{"404", notifytest.Status(404, ``), "", notify.Outcome{Class: notify.Permanent, Reason: notify.ReasonKey}},
		{"413", notifytest.Status(413, ``), "", notify.Outcome{Class: notify.Permanent, Reason: notify.ReasonBadMessage}},
		{"reset", notifytest.Reset, "", notify.Outcome{Class: notify.Retry, Reason: notify.ReasonConnectionLost, Unsure: true}},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			t.Parallel()
			each(t, 0, func(t *testing.T, s service, sender notify.Sender, c *clock) {
				if test.only != "" && test.only != s.name {
					return // a code of another service
				}
				s.fake.Misbehave(test.answer)
				o := send(t, sender, aMessage("m1"))
				if o.Reason == notify.ReasonRateLimited || o.Reason == notify.ReasonBusy && test.what != "503" {
					require.False(t, o.NotBefore.Before(c.Now().Add(time.Minute)))
				}
				o.Detail, o.NotBefore = "", time.Time{}
				require.Equal(t, test.want, o)
				require.Equal(t, 1, s.fake.Calls(), "one attempt is one request")
			})
		})
	}
}

func TestBot_isUnsureWhenTheAnswerDoesNotComeInTime(t *testing.T) {
	t.Parallel()
	each(t, time.Second, func(t *testing.T, s service, sender notify.Sender, _ *clock) {
		s.fake.Misbehave(notifytest.Hang)
		o := send(t, sender, aMessage("m1"))
		require.Equal(t, notify.Retry, o.Class)
		require.Equal(t, notify.ReasonTimeout, o.Reason)
		require.True(t, o.Unsure)
	})
}

func TestBot_returnsTheErrorOfItsContext(t *testing.T) {
	t.Parallel()
	each(t, 0, func(t *testing.T, s service, sender notify.Sender, _ *clock) {
		ctx, cancel := context.WithCancel(t.Context())
		s.fake.Misbehave(func(w http.ResponseWriter, r *http.Request) {
			cancel()
			notifytest.Hang(w, r)
		})
		_, err := sender.Send(ctx, aMessage("m1"))
		require.ErrorIs(t, err, context.Canceled)
		_, err = sender.Send(ctx, aMessage("m2"))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 1, s.fake.Calls())
	})
}

// The services know no ID: a second attempt says it a second time. The schedule
// of bots therefore parks what is unsure, which this test shows from both ends.
func TestBot_wouldSayItTwiceSoTheUnsureIsParked(t *testing.T) {
	t.Parallel()
	each(t, 0, func(t *testing.T, s service, sender notify.Sender, c *clock) {
		m := aMessage("m1")
		require.Equal(t, notify.Delivered, send(t, sender, m).Class)
		require.Equal(t, notify.Delivered, send(t, sender, m).Class)
		require.Len(t, s.fake.Posts(), 2)
		require.Equal(t, 2, s.fake.Connections(), "no connection waits to be closed unheard")

		s.fake.Misbehave(notifytest.Reset)
		step := notify.ScheduleFor(notify.Channel(s.name)).Next(c.Now(), 0, send(t, sender, m), half{})
		require.Equal(t, notify.Step{Do: notify.Park, Failures: 1, Reason: notify.ReasonUnsure}, step)
	})
}

// A certificate that nobody vouches for: the message, and the key in the address, stay here.
func TestBot_saysNothingWithoutTrustedEncryption(t *testing.T) {
	t.Parallel()
	each(t, 0, func(t *testing.T, s service, _ notify.Sender, c *clock) {
		stranger, err := notify.NewClient(notify.ClientOptions{
			Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Ports: []uint16{s.fake.Port()}, RootCAs: x509.NewCertPool(),
		})
		require.NoError(t, err)
		t.Cleanup(stranger.Close)
		bot, err := s.make(stranger, notify.BotOptions{Key: botKey, Secret: botSecret, Base: s.fake.URL, Now: c.Now})
		require.NoError(t, err)
		o := send(t, bot, aMessage("m1"))
		require.Equal(t, notify.ReasonTLS, o.Reason)
		require.False(t, o.Unsure, "so it is tried again")
		require.NotContains(t, o.Detail, botKey)
		require.Zero(t, s.fake.Calls())
		require.Equal(t, notify.Again, notify.ScheduleFor(notify.Channel(s.name)).Next(c.Now(), 0, o, half{}).Do)
	})
}

func TestBot_isSureThatNothingArrivedWithoutAConnection(t *testing.T) {
	t.Parallel()
	each(t, 0, func(t *testing.T, s service, sender notify.Sender, c *clock) {
		s.fake.Close()
		o := send(t, sender, aMessage("m1"))
		require.Equal(t, notify.ReasonUnreachable, o.Reason)
		require.False(t, o.Unsure)
		require.NotContains(t, o.Detail, botKey)
		step := notify.ScheduleFor(notify.Channel(s.name)).Next(c.Now(), 0, o, half{})
		require.Equal(t, notify.Again, step.Do)
	})
}

func TestNewBot_wantsAKeyAndASafeAddress(t *testing.T) {
	t.Parallel()
	client, err := notify.NewClient(notify.ClientOptions{})
	require.NoError(t, err)
	_, err = notify.NewWeComBot(client, notify.BotOptions{Key: "k"})
	require.NoError(t, err, "the service itself is the default")
	for what, o := range map[string]notify.BotOptions{
		"no key":     {},
		"plain HTTP": {Key: "k", Base: "http://qyapi.weixin.qq.com"},
		"loopback":   {Key: "k", Base: "https://127.0.0.1"},
		"no address": {Key: "k", Base: "https://%zz"},
	} {
		_, err := notify.NewWeComBot(client, o)
		require.Error(t, err, what)
	}
	_, err = notify.NewFeishuBot(nil, notify.BotOptions{Key: "k"})
	require.Error(t, err)
}
