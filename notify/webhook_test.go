package notify_test

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/notify"
	"closedloop/notify/notifytest"
)

func secretOf(b byte) string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(b), 32)))
}

func endpoint(t *testing.T, to *notifytest.Receiver, timeout time.Duration, secrets ...string) *notify.Endpoint {
	t.Helper()
	return endpointAt(t, clientOf(t, &to.Server, timeout), to.URL+"/hooks?tenant=7", secrets...)
}

func endpointAt(t *testing.T, client *notify.Client, url string, secrets ...string) *notify.Endpoint {
	t.Helper()
	o := notify.EndpointOptions{URL: url}
	for _, s := range secrets {
		o.Secrets = append(o.Secrets, notify.Secret(s))
	}
	e, err := notify.NewEndpoint(client, o)
	require.NoError(t, err)
	return e
}

func TestEndpoint_sendsWhatReceiversOfTheStandardVerify(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewReceiver(t, secretOf('a'))
	require.Equal(t, notify.Delivered, send(t, endpoint(t, fake, 0, secretOf('a')), aMessage("m1")).Class)
	require.Len(t, fake.Effects(), 1)
	require.JSONEq(t, `{"type":"reminder.fired","timestamp":"2026-03-02T01:00:00Z","data":{"account":"0195","seq":7}}`, fake.Effects()[0])
	require.Equal(t, "m1", fake.Headers()[0].Get("webhook-id"))
	require.NotContains(t, fake.Effects()[0], "晨风", "texts stay in the house")
}

func TestEndpoint_hasOneEffectHoweverOftenItIsSent(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewReceiver(t, secretOf('a'))
	e := endpoint(t, fake, 0, secretOf('a'))
	for range 3 {
		require.Equal(t, notify.Delivered, send(t, e, aMessage("m1")).Class)
	}
	require.Len(t, fake.Headers(), 3)
	require.Len(t, fake.Effects(), 1)
}

func TestEndpoint_signsWithBothSecretsWhileTheyRotate(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewReceiver(t, secretOf('a'))
	rotating := endpoint(t, fake, 0, secretOf('b'), secretOf('a'))
	require.Equal(t, notify.Delivered, send(t, rotating, aMessage("m1")).Class, "the receiver still has the old one")
	fake.Trust(secretOf('b'))
	require.Equal(t, notify.Delivered, send(t, rotating, aMessage("m2")).Class, "the receiver has the new one")
	o := send(t, endpoint(t, fake, 0, secretOf('a')), aMessage("m3"))
	require.Equal(t, notify.Retry, o.Class, "the old one alone is no longer believed")
	require.Len(t, fake.Effects(), 2)
}

func TestEndpoint_understandsAnswers(t *testing.T) {
	t.Parallel()
	at := clockAt(t, "2026-03-02 09:00")
	tests := []struct {
		what   string
		answer http.HandlerFunc
		want   notify.Outcome
	}{
		{"202", notifytest.Status(202, "later"), notify.Outcome{Class: notify.Delivered}},
		{"a huge yes", notifytest.Huge(200, 5<<20), notify.Outcome{Class: notify.Delivered}},
		{"a yes that breaks off", notifytest.BreakOff(200, "o"), notify.Outcome{Class: notify.Delivered}},
		{"410", notifytest.Status(410, ""), notify.Outcome{Class: notify.Gone, Reason: notify.ReasonGone}},
		{"301", notifytest.Status(301, "", "Location", "/elsewhere"), notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRedirected}},
		{"307", notifytest.Status(307, "", "Location", "http://169.254.169.254/latest/meta-data/"), notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRedirected}},
		{"400", notifytest.Status(400, ""), notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRefused}},
		{"404", notifytest.Status(404, ""), notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRefused}},
		{"500", notifytest.Status(500, ""), notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRefused, Unsure: true}},
		{"a huge no", notifytest.Huge(500, 5<<20), notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRefused, Unsure: true}},
		{"503 with seconds", notifytest.Status(503, "", "Retry-After", "120"), notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRefused, Unsure: true, NotBefore: at.Now().Add(2 * time.Minute)}},
		{"429 with a date", notifytest.Status(429, "", "Retry-After", "Mon, 02 Mar 2026 02:00:00 GMT"), notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRateLimited, NotBefore: at.Now().Add(time.Hour)}},
		{"429 with a date gone by", notifytest.Status(429, "", "Retry-After", "Mon, 02 Mar 2020 02:00:00 GMT"), notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRateLimited}},
		{"429 for ever", notifytest.Status(429, "", "Retry-After", "99999999999999"), notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRateLimited, NotBefore: at.Now().Add(24 * time.Hour)}},
		{"429 until next year", notifytest.Status(429, "", "Retry-After", "Tue, 02 Mar 2027 02:00:00 GMT"), notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRateLimited, NotBefore: at.Now().Add(24 * time.Hour)}},
		{"429 with nonsense", notifytest.Status(429, "", "Retry-After", "soon"), notify.Outcome{Class: notify.Retry, Reason: notify.ReasonRateLimited}},
		{"reset", notifytest.Reset, notify.Outcome{Class: notify.Retry, Reason: notify.ReasonConnectionLost, Unsure: true}},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			t.Parallel()
			fake := notifytest.NewReceiver(t, secretOf('a'))
			fake.Misbehave(test.answer)
			e, err := notify.NewEndpoint(clientOf(t, &fake.Server, 0), notify.EndpointOptions{
				URL: fake.URL, Secrets: []notify.Secret{notify.Secret(secretOf('a'))}, Now: at.Now,
			})
			require.NoError(t, err)
			o := send(t, e, aMessage("m1"))
			require.LessOrEqual(t, len(o.Detail), 300)
			require.True(t, o.NotBefore.Equal(test.want.NotBefore), "not before %s", o.NotBefore)
			o.Detail, o.NotBefore, test.want.NotBefore = "", time.Time{}, time.Time{}
			require.Equal(t, test.want, o)
			require.Equal(t, 1, fake.Calls(), "nothing is followed, nothing is repeated")
		})
	}
}

func TestEndpoint_doesNotWaitForASlowReceiver(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewReceiver(t, secretOf('a'))
	fake.Misbehave(notifytest.Hang, notifytest.Hang)
	e := endpoint(t, fake, time.Second, secretOf('a'))
	o := send(t, e, aMessage("m1"))
	require.Equal(t, notify.ReasonTimeout, o.Reason)
	require.True(t, o.Unsure)

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := e.Send(ctx, aMessage("m1"))
	require.ErrorIs(t, err, context.DeadlineExceeded, "the caller's own deadline is the caller's")
}

func TestEndpoint_wantsEncryptionThatCanBeTrusted(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewReceiver(t, secretOf('a'))
	stranger, err := notify.NewClient(notify.ClientOptions{Allow: loopback, Ports: []uint16{fake.Port()}})
	require.NoError(t, err)
	o := send(t, endpointAt(t, stranger, fake.URL, secretOf('a')), aMessage("m1"))
	require.Equal(t, notify.Retry, o.Class)
	require.Equal(t, notify.ReasonTLS, o.Reason)
	require.False(t, o.Unsure)

	plain := httptest.NewServer(http.NotFoundHandler()) // speaks no TLS
	t.Cleanup(plain.Close)
	client, err := notify.NewClient(notify.ClientOptions{Allow: loopback, Ports: []uint16{portOf(t, plain.URL)}})
	require.NoError(t, err)
	o = send(t, endpointAt(t, client, strings.Replace(plain.URL, "http:", "https:", 1), secretOf('a')), aMessage("m1"))
	require.Equal(t, notify.ReasonTLS, o.Reason)

	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	old.StartTLS()
	t.Cleanup(old.Close)
	client, err = notify.NewClient(notify.ClientOptions{Allow: loopback, Ports: []uint16{portOf(t, old.URL)}})
	require.NoError(t, err)
	require.Equal(t, notify.ReasonTLS, send(t, endpointAt(t, client, old.URL, secretOf('a')), aMessage("m1")).Reason)
	require.Empty(t, fake.Effects())
}

func TestEndpoint_sendsPlainlyOnlyWhereThatWasAllowed(t *testing.T) {
	t.Parallel()
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got = r.Header.Get("webhook-id") }))
	t.Cleanup(server.Close)
	o := notify.ClientOptions{Allow: loopback, Ports: []uint16{portOf(t, server.URL)}}
	careful, err := notify.NewClient(o)
	require.NoError(t, err)
	_, err = notify.NewEndpoint(careful, notify.EndpointOptions{URL: server.URL, Secrets: []notify.Secret{notify.Secret(secretOf('a'))}})
	require.ErrorContains(t, err, "https")
	o.InsecureHTTP = true
	careless, err := notify.NewClient(o)
	require.NoError(t, err)
	require.Equal(t, notify.Delivered, send(t, endpointAt(t, careless, server.URL, secretOf('a')), aMessage("m1")).Class)
	require.Equal(t, "m1", got)
}

func TestEndpoint_refusesMessagesItCannotCarry(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewReceiver(t, secretOf('a'))
	e := endpoint(t, fake, 0, secretOf('a'))
	for what, spoil := range map[string]func(*notify.Message){
		"no ID":             func(m *notify.Message) { m.ID = "" },
		"ID with a dot":     func(m *notify.Message) { m.ID = "a.b" },
		"ID with a break":   func(m *notify.Message) { m.ID = "a\r\nx: y" },
		"no kind":           func(m *notify.Message) { m.Kind = "" },
		"no instant":        func(m *notify.Message) { m.At = time.Time{} },
		"broken data":       func(m *notify.Message) { m.Data = []byte("{") },
		"fat data":          func(m *notify.Message) { m.Data = []byte(`"` + strings.Repeat("x", 20_000) + `"`) },
		"link to a program": func(m *notify.Message) { m.Link = "javascript:alert(1)" },
		"no UTF-8":          func(m *notify.Message) { m.Text = "\xff" },
	} {
		m := aMessage("m1")
		spoil(&m)
		o := send(t, e, m)
		require.Equal(t, notify.Permanent, o.Class, what)
		require.Equal(t, notify.ReasonBadMessage, o.Reason, what)
	}
	require.Zero(t, fake.Calls())
}

func TestNewEndpoint_wantsSecretsOfTheStandard(t *testing.T) {
	t.Parallel()
	client, err := notify.NewClient(notify.ClientOptions{})
	require.NoError(t, err)
	good := secretOf('a')
	for what, secrets := range map[string][]string{
		"none": {}, "three": {good, good, good}, "no prefix": {strings.TrimPrefix(good, "whsec_")}, "no base64": {"whsec_!!!"},
		"too short": {"whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 23))},
		"too long":  {good, "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 65))},
	} {
		o := notify.EndpointOptions{URL: "https://hooks.example.com/x"}
		for _, s := range secrets {
			o.Secrets = append(o.Secrets, notify.Secret(s))
		}
		_, err := notify.NewEndpoint(client, o)
		require.Error(t, err, what)
		for _, s := range secrets {
			require.NotContains(t, err.Error(), s)
		}
	}
}

func TestSenders_printNoSecrets(t *testing.T) {
	t.Parallel()
	client, err := notify.NewClient(notify.ClientOptions{})
	require.NoError(t, err)
	bot, err := notify.NewDingTalkBot(client, notify.BotOptions{Key: "open sesame", Secret: "open sesame"})
	require.NoError(t, err)
	hook, err := notify.NewEndpoint(client, notify.EndpointOptions{URL: "https://hooks.example.com/open/sesame", Secrets: []notify.Secret{notify.Secret(secretOf('a'))}})
	require.NoError(t, err)
	mail, err := notify.NewMailServer(notify.MailOptions{Host: "smtp.example.com", From: "a@example.com", User: "a", Password: "open sesame"})
	require.NoError(t, err)
	for _, sender := range []notify.Sender{bot, hook, mail} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			printed := fmt.Sprintf(verb, sender)
			require.NotContains(t, printed, "sesame")
			require.NotContains(t, printed, "97, 97", "the bytes of a key")
			require.Contains(t, printed, ".")
		}
	}
}

func TestSecret_isNeverPrinted(t *testing.T) {
	t.Parallel()
	s := notify.Secret("open sesame")
	o := notify.EndpointOptions{Secrets: []notify.Secret{s}}
	for _, printed := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q", s, o, o, s, s), s.LogValue().String()} {
		require.NotContains(t, printed, "sesame")
	}
}
