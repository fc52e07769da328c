//go:build e2e

package e2e_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/notify/notifytest"
	"closedloop/testkit"
)

// letters is a mail server that the house writes to.
type letters struct{ *notifytest.SMTP }

// withLetters runs a product that sends mail, to manager1 in English.
func withLetters(t *testing.T, settings ...string) (*product, *letters) {
	t.Helper()
	post := notifytest.NewSMTP(t, false, "", "")
	trusted := filepath.Join(t.TempDir(), "authorities.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: post.Certificate().Raw})
	require.NoError(t, os.WriteFile(trusted, certificate, 0o644)) //nolint:gosec // read by the product's user
	require.NoError(t, os.Chmod(filepath.Dir(trusted), 0o755))    //nolint:gosec // the same
	p := started(t, append(settings,
		"CLOSEDLOOP_CHANNELS_MAIL_HOST=127.0.0.1", fmt.Sprintf("CLOSEDLOOP_CHANNELS_MAIL_PORT=%d", post.Port()),
		"CLOSEDLOOP_CHANNELS_MAIL_FROM=closedloop <notices@closedloop.example>", "CLOSEDLOOP_CHANNELS_MAIL_CA_FILE="+trusted,
	)...)
	p.as(t, "manager1").send(t, http.MethodPut, "/me/channels/mail", data{"on": true, "address": "manager1@closedloop.example", "language": "en"}).ok(t, nil)
	return p, &letters{post}
}

// texts are the letters as people read them, the subject first.
func (l *letters) texts(t *testing.T) []string {
	t.Helper()
	var texts []string
	for _, letter := range l.Letters() {
		m, err := mail.ReadMessage(strings.NewReader(letter.Content))
		require.NoError(t, err)
		body := io.Reader(m.Body)
		switch strings.ToLower(m.Header.Get("Content-Transfer-Encoding")) {
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		}
		text, err := io.ReadAll(body)
		require.NoError(t, err)
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		require.NoError(t, err)
		texts = append(texts, subject+"\n"+string(text))
	}
	return texts
}

var linkInLetter = regexp.MustCompile(`http://[^\s/]+(/decide/\S+)`)

// link waits for the letter that asks for a decision about an account, and is the link in it.
func (l *letters) link(t *testing.T, d desk) decisionLink {
	t.Helper()
	name := d.read(t).Profile.Name
	var path string
	testkit.Eventually(t, allWithin, func() bool {
		for _, text := range l.texts(t) {
			if found := linkInLetter.FindStringSubmatch(text); found != nil && strings.Contains(text, name) {
				path = found[1]
			}
		}
		return path != ""
	}, "a letter asks for the word about %s", name)
	return decisionLink{d.p, path}
}

// decisionLink is an address that decides.
type decisionLink struct {
	p    *product
	path string
}

// get looks at it as somebody who is not logged in.
func (l decisionLink) get(t *testing.T, accept, language string) answer {
	t.Helper()
	return l.send(t, http.MethodGet, nil, header("Accept", accept), in(language))
}

func (l decisionLink) send(t *testing.T, method string, form url.Values, set ...with) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+l.p.address+l.path, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, change := range set {
		change(r)
	}
	got, err := (&http.Client{Timeout: 30 * time.Second}).Do(r)
	require.NoError(t, err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	return answer{request: method + " " + l.path, status: got.StatusCode, header: got.Header, body: text}
}

const html = "text/html,application/xhtml+xml,*/*;q=0.8"

// nonce is what the form of the page sends back.
func (l decisionLink) nonce(t *testing.T) string {
	t.Helper()
	var asked struct{ Nonce string }
	require.NoError(t, json.Unmarshal(l.get(t, "application/json", "en").ok(t, nil).body, &asked))
	require.NotEmpty(t, asked.Nonce)
	return asked.Nonce
}

// decidesByLink follows links of letters: a program that looks does not decide, the person does, once, and nobody else.
func decidesByLink(t *testing.T, p *product, post *letters) {
	rep, manager := p.as(t, "rep1"), p.as(t, "manager1")
	d, a := rep.proposes(t, nil)
	link := post.link(t, d)
	for range 3 { // a program that checks mails
		page := link.get(t, html, "en").ok(t, nil)
		require.Contains(t, page.header.Get("Content-Type"), "text/html")
		link.send(t, http.MethodHead, nil, header("Accept", html))
	}
	require.Equal(t, string(deal.Pending), rep.approval(t, a.ID).Status, "looking decides nothing")
	form := url.Values{"decision": {"approve"}, "nonce": {"made up"}}
	link.send(t, http.MethodPost, form).refused(t, http.StatusUnprocessableEntity, "invalid_request")
	form.Set("nonce", link.nonce(t))
	form.Set("decision", "return")
	link.send(t, http.MethodPost, form).refused(t, http.StatusUnprocessableEntity, "reason_missing")
	form.Set("decision", "approve")
	form.Set("nonce", link.nonce(t))
	first := link.send(t, http.MethodPost, form).ok(t, nil)
	require.Equal(t, first.body, link.send(t, http.MethodPost, form).ok(t, nil).body, "a form that is sent twice gets one answer")
	form.Set("decision", "reject")
	form.Set("comment", "还是不行")
	link.send(t, http.MethodPost, form).refused(t, http.StatusUnprocessableEntity, "key_reused")
	link.get(t, "application/json", "en").refused(t, http.StatusConflict, "link_used")
	over := rep.approval(t, a.ID)
	require.Equal(t, []string{"manager1"}, over.words())
	require.Equal(t, "link", over.Levels[0].Seats[0].Via)

	// It is bound to its person: with the seat handed on it is worth nothing, and the successor's own word counts.
	d, a = rep.proposes(t, nil)
	link = post.link(t, d)
	nonce := link.nonce(t)
	manager.post(t, "/approvals/"+a.ID+"/transfer", data{"to": p.person(t, "manager2").ID, "reason": "出差"}).ok(t, nil)
	link.send(t, http.MethodPost, url.Values{"decision": {"approve"}, "nonce": {nonce}}).refused(t, http.StatusConflict, "link_void")
	require.Equal(t, string(deal.Pending), rep.approval(t, a.ID).Status)
	p.as(t, "manager2").decides(t, a, deal.Approve).ok(t, nil)
	require.Equal(t, []string{"manager2"}, rep.approval(t, a.ID).words())

	// Who has decided over the API has used every link up.
	d, a = rep.proposes(t, nil)
	link = post.link(t, d)
	manager.decides(t, a, deal.Reject).ok(t, nil)
	link.get(t, "application/json", "en").refused(t, http.StatusConflict, "already_decided")
	decisionLink{p, "/decide/" + strings.Repeat("A", 43)}.get(t, "application/json", "zh").refused(t, http.StatusNotFound, "unknown_link")
}
