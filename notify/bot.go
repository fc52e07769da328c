package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// BotOptions describe one bot in one group.
type BotOptions struct {
	Key    Secret           // WeCom: key; DingTalk: access_token; Feishu: the last part of the address
	Secret Secret           // DingTalk and Feishu: signs; empty if the bot is protected by a keyword or addresses
	Base   string           // scheme and host; default: the service itself
	Now    func() time.Time // default [time.Now]
}

// Bot sends into one chat group.
type Bot struct {
	client  *Client
	pace    *Pace
	now     func() time.Time
	secrets []Secret
	kind    botKind
	base    *url.URL
	options BotOptions
}

// botKind is what tells the services apart.
type botKind struct {
	host    string
	windows []Window
	limited time.Duration // the pause after an answer that says: too fast
	// target is the whole address, signed for the instant if the service wants that.
	target func(base *url.URL, o BotOptions, now time.Time) *url.URL
	// body is the request, cut to the service's limits.
	body  func(m Message, o BotOptions, now time.Time) any
	codes map[int]verdict
}

// verdict is what an error code in a body means.
type verdict struct {
	class  Class
	reason Reason
	pause  time.Duration // leave the bot alone for so long
}

func newBot(kind botKind, client *Client, o BotOptions) (*Bot, error) {
	if client == nil {
		return nil, errors.New("bot has no client")
	}
	if o.Key == "" {
		return nil, errors.New("bot has no key")
	}
	if o.Base == "" {
		o.Base = kind.host
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	base, err := url.Parse(o.Base)
	if err != nil {
		return nil, errors.New("base of the bot is not an address")
	}
	if err := client.checkURL(base); err != nil {
		return nil, fmt.Errorf("base of the bot: %w", err)
	}
	return &Bot{
		client: client, pace: NewPace(kind.windows...), now: o.Now, secrets: []Secret{o.Key, o.Secret},
		kind: kind, base: base, options: o,
	}, nil
}

// Send says m in the group. The service has no place for the ID: an attempt after
// a lost answer may say it twice, which the outcome's Unsure tells.
func (b *Bot) Send(ctx context.Context, m Message) (Outcome, error) {
	if err := ctx.Err(); err != nil {
		return Outcome{}, err
	}
	if err := errors.Join(m.check(), m.checkMention()); err != nil {
		return badMessage(err), nil
	}
	now := b.now()
	if ok, at := b.pace.Take(now); !ok {
		return Outcome{Class: Held, Reason: ReasonPace, NotBefore: at}, nil
	}
	body, err := encode(b.kind.body(m, b.options, now))
	if err != nil {
		return badMessage(err), nil
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	got, written, err := b.client.post(ctx, b.kind.target(b.base, b.options, now), header, body, true)
	if err != nil {
		if ctx.Err() != nil {
			return Outcome{}, ctx.Err()
		}
		return fromNetwork(err, written, b.secrets...), nil
	}
	if got.bodyErr != nil && ctx.Err() != nil {
		return Outcome{}, ctx.Err()
	}
	outcome := b.judge(got, b.now())
	if !outcome.NotBefore.IsZero() {
		b.pace.Pause(outcome.NotBefore) // it concerns the bot, not this message alone
	}
	return outcome, nil
}

// String names the service, and with it nothing secret.
func (b *Bot) String() string { return "bot at " + b.base.Host }

// GoString is String: the fields hold secrets.
func (b *Bot) GoString() string { return b.String() }

// encode leaves < and & as they are: people read this, not browsers.
func encode(body any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), nil
}

// botAnswer has the names of all services; each uses one pair. A missing code is
// no zero: that would be success.
type botAnswer struct {
	ErrCode *int   `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
	Code    *int   `json:"code"`
	Msg     string `json:"msg"`
	OldCode *int   `json:"StatusCode"` // Feishu's first version, still sent beside the second
	OldMsg  string `json:"StatusMessage"`
}

func (a botAnswer) said() (code int, text string, ok bool) {
	switch {
	case a.ErrCode != nil:
		return *a.ErrCode, a.ErrMsg, true
	case a.Code != nil:
		return *a.Code, a.Msg, true
	case a.OldCode != nil:
		return *a.OldCode, a.OldMsg, true
	default:
		return 0, "", false
	}
}

// judge reads the code in the body, whatever the status, since the services put
// errors under 200 and codes under 400 alike.
func (b *Bot) judge(got answer, now time.Time) Outcome {
	if got.bodyErr != nil && got.status < 300 {
		return fromNetwork(got.bodyErr, true, b.secrets...)
	}
	var said botAnswer
	if json.Unmarshal(got.body, &said) == nil {
		if code, text, ok := said.said(); ok {
			return b.judgeCode(code, text, got, now)
		}
	}
	o := Outcome{Class: Retry, Detail: detail(fmt.Sprintf("HTTP %d: %s", got.status, got.body), b.secrets...)}
	switch s := got.status; {
	case s == http.StatusTooManyRequests:
		o.Reason, o.NotBefore = ReasonRateLimited, b.pause(b.kind.limited, got, now)
	case s == http.StatusServiceUnavailable:
		o.Reason, o.NotBefore = ReasonBusy, retryAfter(got.header, now)
	case s >= 500:
		o.Reason, o.Unsure = ReasonRefused, true // a gateway that lost patience may have passed it on
	case s >= 300 && s < 400:
		o.Reason = ReasonRedirected
	case s == http.StatusUnauthorized, s == http.StatusForbidden, s == http.StatusNotFound, s == http.StatusGone:
		o.Class, o.Reason = Permanent, ReasonKey
	case s >= 400:
		o.Class, o.Reason = Permanent, ReasonBadMessage
	default:
		o.Reason, o.Unsure = ReasonStrangeAnswer, true
	}
	return o
}

func (b *Bot) judgeCode(code int, text string, got answer, now time.Time) Outcome {
	if code == 0 {
		if got.status >= 300 {
			return Outcome{Class: Retry, Reason: ReasonStrangeAnswer, Unsure: true, Detail: fmt.Sprintf("HTTP %d with code 0", got.status)}
		}
		return delivered()
	}
	o := Outcome{Detail: detail(fmt.Sprintf("code %d: %s", code, text), b.secrets...)}
	v, known := b.kind.codes[code]
	if !known { // an unknown no is tried again: the schedule bounds how often
		o.Class, o.Reason = Retry, ReasonRefused
		return o
	}
	o.Class, o.Reason = v.class, v.reason
	if v.class == Retry {
		o.NotBefore = b.pause(v.pause, got, now)
	}
	return o
}

// pause is the longer of the service's custom and what this answer asks for.
func (b *Bot) pause(custom time.Duration, got answer, now time.Time) time.Time {
	until := now.Add(custom)
	if asked := retryAfter(got.header, now); asked.After(until) {
		return asked
	}
	return until
}
