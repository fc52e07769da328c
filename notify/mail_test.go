package notify_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/notify"
	"closedloop/notify/notifytest"
)

const (
	mailUser     = "notices@closedloop.example"
	mailPassword = "app-password-1"
)

func mailOptions(fake *notifytest.SMTP) notify.MailOptions {
	return notify.MailOptions{
		Host: "127.0.0.1", Port: fake.Port(), RootCAs: fake.Roots(), User: mailUser, Password: mailPassword,
		From: "闭环提醒 <notices@closedloop.example>", Settings: "https://closedloop.example/me/notices", Timeout: 10 * time.Second,
	}
}

func mailServer(t *testing.T, o notify.MailOptions) *notify.MailServer {
	t.Helper()
	s, err := notify.NewMailServer(o)
	require.NoError(t, err)
	return s
}

func aMail(id string) notify.Message {
	m := aMessage(id)
	m.To = "wang.li@customer.example"
	return m
}

func parsed(t *testing.T, letter notifytest.Letter) (*mail.Message, string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(letter.Content))
	require.NoError(t, err, letter.Content)
	body := m.Body
	switch m.Header.Get("Content-Transfer-Encoding") {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	require.NoError(t, err)
	return m, strings.ReplaceAll(string(text), "\r\n", "\n")
}

func TestMailServer_sendsALetterThatMailProgramsRead(t *testing.T) {
	t.Parallel()
	for _, implicit := range []bool{false, true} {
		fake := notifytest.NewSMTP(t, implicit, mailUser, mailPassword)
		o := mailOptions(fake)
		if implicit {
			o.Security = notify.ImplicitTLS
		}
		require.Equal(t, notify.Outcome{Class: notify.Delivered}, send(t, mailServer(t, o), aMail("m1")))
		require.Len(t, fake.Letters(), 1)
		letter := fake.Letters()[0]
		require.True(t, letter.Encrypted)
		require.Equal(t, mailUser, letter.User)
		require.Equal(t, "wang.li@customer.example", letter.To)
		require.Equal(t, "notices@closedloop.example", letter.From)

		m, text := parsed(t, letter)
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		require.NoError(t, err)
		require.Equal(t, "审批待办：样品申请", subject)
		from, err := m.Header.AddressList("From")
		require.NoError(t, err)
		require.Equal(t, "闭环提醒", from[0].Name)
		require.Equal(t, aMail("m1").Text+"\n\n"+aMail("m1").Link+"\n", text)
		for name, want := range map[string]string{
			"Message-Id": "<m1@closedloop.example>", "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All",
			"List-Id": "<notices.closedloop.example>", "List-Unsubscribe": "<https://closedloop.example/me/notices>",
			"Content-Language": "zh", "To": "<wang.li@customer.example>", "Date": "Mon, 02 Mar 2026 01:00:00 +0000",
		} {
			require.Equal(t, want, m.Header.Get(name), name)
		}
		for line := range strings.Lines(letter.Content) {
			require.LessOrEqual(t, len(line), 998+1)
			require.Equal(t, strings.ToValidUTF8(line, ""), line)
		}
	}
}

func TestMailServer_writesTheSameLetterInEveryAttempt(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewSMTP(t, false, mailUser, mailPassword)
	s := mailServer(t, mailOptions(fake))
	for range 5 {
		require.Equal(t, notify.Delivered, send(t, s, aMail("m1")).Class)
	}
	// A server keeps both; what shows a letter once is a mail program that knows
	// Message-IDs.
	require.Len(t, fake.Letters(), 5)
	for _, letter := range fake.Letters() {
		require.Equal(t, fake.Letters()[0], letter)
	}
}

func TestMailServer_putsNothingIntoHeadersButWhatBelongsThere(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewSMTP(t, false, mailUser, mailPassword)
	s := mailServer(t, mailOptions(fake))
	m := aMail("m1")
	m.Subject = "待办\r\nBcc: everybody@customer.example\r\n\r\n<script>\u202e"
	m.Lang = "zh\r\nX-Evil: 1"
	m.Text = "line\r\n.\r\nQUIT\r\n.dot\n"
	require.Equal(t, notify.Delivered, send(t, s, m).Class)
	got, text := parsed(t, fake.Letters()[0])
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, "待办 Bcc: everybody@customer.example <script>", subject, "one line, written in one direction")
	require.Empty(t, got.Header.Get("Bcc"))
	require.Empty(t, got.Header.Get("X-Evil"))
	require.Equal(t, "line\n.\nQUIT\n.dot\n\n"+m.Link+"\n", text)

	for _, to := range []string{
		"", "nobody", "a@b@c", "a b@c.example", "a@c.example\r\nRCPT TO:<x@y.example>", "a@c.example>", "<a@c.example>", "王@c.example",
		"a@c.example,b@c.example", `"a>b"@c.example`, "a@[127.0.0.1]",
	} {
		m := aMail("m2")
		m.To = to
		o := send(t, s, m)
		require.Equal(t, notify.Permanent, o.Class, to)
		require.Equal(t, notify.ReasonAddress, o.Reason, to)
	}
	require.Len(t, fake.Letters(), 1)
}

func TestMailServer_understandsNoAtEveryPhase(t *testing.T) {
	t.Parallel()
	retry := func(reason notify.Reason) notify.Outcome { return notify.Outcome{Class: notify.Retry, Reason: reason} }
	final := func(reason notify.Reason) notify.Outcome {
		return notify.Outcome{Class: notify.Permanent, Reason: reason}
	}
	unsure := func(reason notify.Reason) notify.Outcome {
		return notify.Outcome{Class: notify.Retry, Reason: reason, Unsure: true}
	}
	tests := []struct {
		phase, answer string
		want          notify.Outcome
	}{
		{notifytest.Greeting, "421 4.3.2 too many connections", retry(notify.ReasonBusy)},
		{notifytest.Greeting, "554 5.3.2 no service", retry(notify.ReasonRefused)},
		{notifytest.Greeting, notifytest.Drop, retry(notify.ReasonConnectionLost)},
		{notifytest.Greeting, notifytest.Garbage, retry(notify.ReasonStrangeAnswer)},
		{notifytest.EHLO, "421 4.3.2 shutting down", retry(notify.ReasonBusy)},
		{notifytest.EHLO, notifytest.Drop, retry(notify.ReasonConnectionLost)},
		{notifytest.STARTTLS, "454 4.7.0 not now", retry(notify.ReasonBusy)},
		{notifytest.STARTTLS, "502 5.5.1 not here", retry(notify.ReasonTLS)},
		{notifytest.STARTTLS, notifytest.NoSuchTLS, retry(notify.ReasonTLS)},
		{notifytest.STARTTLS, notifytest.Drop, retry(notify.ReasonTLS)},
		{notifytest.AUTH, "454 4.7.0 try later", retry(notify.ReasonBusy)},
		{notifytest.AUTH, "535 5.7.8 password ran out", retry(notify.ReasonLogin)},
		{notifytest.AUTH, "550 User has no permission", retry(notify.ReasonLogin)},
		{notifytest.AUTH, notifytest.Drop, retry(notify.ReasonConnectionLost)},
		{notifytest.MAIL, "451 4.3.0 later", retry(notify.ReasonBusy)},
		{notifytest.MAIL, "530 5.7.0 log in first", retry(notify.ReasonLogin)},
		{notifytest.MAIL, "553 5.7.1 not your address", retry(notify.ReasonSender)},
		{notifytest.MAIL, notifytest.Drop, retry(notify.ReasonConnectionLost)},
		{notifytest.RCPT, "450 4.2.0 greylisted", retry(notify.ReasonBusy)},
		{notifytest.RCPT, "452 4.2.2 mailbox full", retry(notify.ReasonBusy)},
		{notifytest.RCPT, "550 5.1.1 no such user", final(notify.ReasonAddress)},
		{notifytest.RCPT, notifytest.Drop, retry(notify.ReasonConnectionLost)},
		{notifytest.DATA, "451 4.3.0 later", retry(notify.ReasonBusy)},
		{notifytest.DATA, "554 5.5.1 no", final(notify.ReasonContent)},
		{notifytest.DATA, notifytest.Drop, retry(notify.ReasonConnectionLost)},
		{notifytest.End, "421 4.3.2 shutting down", retry(notify.ReasonBusy)},
		{notifytest.End, "452 4.3.1 disk full", retry(notify.ReasonBusy)},
		{notifytest.End, "550 5.7.1 looks like spam", final(notify.ReasonContent)},
		{notifytest.End, "235 what", unsure(notify.ReasonStrangeAnswer)},
		{notifytest.End, notifytest.Garbage, unsure(notify.ReasonStrangeAnswer)},
		{notifytest.End, notifytest.Drop, unsure(notify.ReasonConnectionLost)},
		{notifytest.End, notifytest.TakeDrop, unsure(notify.ReasonConnectionLost)},
	}
	for _, test := range tests {
		t.Run(test.phase+" "+test.answer, func(t *testing.T) {
			t.Parallel()
			fake := notifytest.NewSMTP(t, false, mailUser, mailPassword)
			fake.Misbehave(test.phase, test.answer)
			s := mailServer(t, mailOptions(fake))
			o := send(t, s, aMail("m1"))
			require.NotEmpty(t, o.Detail)
			require.NotContains(t, o.Detail, mailPassword)
			detail := o.Detail
			o.Detail = ""
			require.Equal(t, test.want, o, detail)
			require.Equal(t, notify.Delivered, send(t, s, aMail("m2")).Class, "the next attempt is not disturbed")
		})
	}
}

func TestMailServer_stopsWaitingAtEveryPhase(t *testing.T) {
	t.Parallel()
	for _, phase := range []string{notifytest.Greeting, notifytest.EHLO, notifytest.MAIL, notifytest.RCPT, notifytest.DATA, notifytest.End} {
		t.Run(phase, func(t *testing.T) {
			t.Parallel()
			fake := notifytest.NewSMTP(t, false, mailUser, mailPassword)
			fake.Misbehave(phase, notifytest.Silent, notifytest.Silent)
			o := mailOptions(fake)
			o.Timeout = time.Second
			got := send(t, mailServer(t, o), aMail("m1"))
			require.Equal(t, notify.ReasonTimeout, got.Reason, got.Detail)
			require.Equal(t, phase == notifytest.End, got.Unsure)

			fake = notifytest.NewSMTP(t, false, mailUser, mailPassword)
			fake.Misbehave(phase, notifytest.Silent, notifytest.Silent)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			_, err := mailServer(t, mailOptions(fake)).Send(ctx, aMail("m1"))
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
}

func TestMailServer_refusesToSpeakInTheClear(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewSMTP(t, false, mailUser, mailPassword)
	o := mailOptions(fake)
	o.RootCAs = nil
	got := send(t, mailServer(t, o), aMail("m1"))
	require.Equal(t, notify.ReasonTLS, got.Reason, "nobody vouches for the certificate")

	stripped := notifytest.NewSMTP(t, false, mailUser, mailPassword)
	stripped.Misbehave(notifytest.EHLO, "250-mail.example\r\n250 AUTH LOGIN PLAIN") // somebody in between took STARTTLS out
	stripped.Misbehave(notifytest.STARTTLS, "502 5.5.1 not here")
	require.Equal(t, notify.ReasonTLS, send(t, mailServer(t, mailOptions(stripped)), aMail("m1")).Reason)
	for _, line := range append(fake.Commands(), stripped.Commands()...) {
		require.NotContains(t, line, "AUTH")
		require.NotContains(t, line, "MAIL")
	}

	names := &nameServer{answers: [][]string{{"93.184.216.34"}}}
	o = mailOptions(fake)
	o.Host, o.Security, o.Resolver = "mail.example.com", notify.InsecureNone, names.resolver()
	got = send(t, mailServer(t, o), aMail("m1"))
	require.Equal(t, notify.Permanent, got.Class)
	require.Equal(t, notify.ReasonForbidden, got.Reason)

	o = mailOptions(fake)
	o.Security = notify.InsecureNone
	require.Equal(t, notify.Delivered, send(t, mailServer(t, o), aMail("m1")).Class, "this machine may listen to itself")
	require.False(t, fake.Letters()[0].Encrypted)
}

func TestMailServer_sendsABatchOverOneConnection(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewSMTP(t, false, mailUser, mailPassword)
	var batch []notify.Message
	for i := range 60 {
		batch = append(batch, aMail(fmt.Sprint("m", i)))
	}
	outcomes, err := notify.SendAll(t.Context(), mailServer(t, mailOptions(fake)), batch)
	require.NoError(t, err)
	require.Len(t, outcomes, 60)
	for _, o := range outcomes {
		require.Equal(t, notify.Delivered, o.Class)
	}
	require.Equal(t, 2, fake.Sessions(), "fifty letters, then a new one")
}

func TestMailServer_letsOneBadLetterNotSpoilTheBatch(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewSMTP(t, false, mailUser, mailPassword)
	fake.Misbehave(notifytest.RCPT, "", "550 5.1.1 no such user")
	fake.Misbehave(notifytest.DATA, "", "452 4.3.1 disk full")
	fake.Misbehave(notifytest.End, "", notifytest.TakeDrop)
	batch := []notify.Message{aMail("m0"), aMail("m1"), aMail("m2"), aMail("m3"), aMail("m4"), aMail("m5")}
	batch[3].To = "nobody"
	outcomes, err := mailServer(t, mailOptions(fake)).SendBatch(t.Context(), batch)
	require.NoError(t, err)
	for i := range outcomes {
		outcomes[i].Detail = ""
	}
	require.Equal(t, []notify.Outcome{
		{Class: notify.Delivered},
		{Class: notify.Permanent, Reason: notify.ReasonAddress},
		{Class: notify.Retry, Reason: notify.ReasonBusy},
		{Class: notify.Permanent, Reason: notify.ReasonAddress},
		{Class: notify.Retry, Reason: notify.ReasonConnectionLost, Unsure: true},
		{Class: notify.Delivered},
	}, outcomes)
	require.Equal(t, 2, fake.Sessions())
}

func TestMailServer_asksAServerThatIsDownOnlyOnceForABatch(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewSMTP(t, false, mailUser, mailPassword)
	fake.Misbehave(notifytest.Greeting, "421 4.3.2 later")
	outcomes, err := mailServer(t, mailOptions(fake)).SendBatch(t.Context(), []notify.Message{aMail("m0"), aMail("m1"), aMail("m2")})
	require.NoError(t, err)
	require.Len(t, outcomes, 3)
	for _, o := range outcomes {
		require.Equal(t, notify.ReasonBusy, o.Reason)
	}
	require.Equal(t, 1, fake.Sessions())
}

func TestMailServer_staysBelowItsRate(t *testing.T) {
	t.Parallel()
	fake := notifytest.NewSMTP(t, false, mailUser, mailPassword)
	c := clockAt(t, "2026-03-02 09:00")
	o := mailOptions(fake)
	o.Rate, o.Now = []notify.Window{{N: 2, Per: time.Minute}}, c.Now
	outcomes, err := mailServer(t, o).SendBatch(t.Context(), []notify.Message{aMail("m0"), aMail("m1"), aMail("m2")})
	require.NoError(t, err)
	require.Equal(t, notify.Delivered, outcomes[1].Class)
	require.Equal(t, notify.Outcome{Class: notify.Held, Reason: notify.ReasonPace, NotBefore: c.Now().Add(time.Minute)}, outcomes[2])
}

func TestNewMailServer_listsWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := notify.NewMailServer(notify.MailOptions{
		Security: "maybe", Timeout: -1, Password: mailPassword, From: "x\r\ny", Settings: "http://x y", ListName: "a.b", Hello: "a\r\nb",
	})
	for _, what := range []string{"host", "security", "timeout", "from", "user", "settings", "list name", "hello"} {
		require.ErrorContains(t, err, what)
	}
	require.NotContains(t, err.Error(), mailPassword)
	_, err = notify.NewMailServer(notify.MailOptions{Host: "smtp.example.com", From: "a@example.com"})
	require.NoError(t, err)
}
