package notify

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// EndpointOptions describe one endpoint of webhooks.
type EndpointOptions struct {
	URL string
	// Secrets sign, in the form whsec_ and base64 of 24 to 64 bytes: one, or two while
	// the receiver changes from one to the other.
	Secrets []Secret
	Now     func() time.Time // default [time.Now]
}

// Endpoint sends webhooks to one address, by standardwebhooks.com.
type Endpoint struct {
	client  *Client
	url     *url.URL
	signers []*webhooks.Webhook
	now     func() time.Time
}

const (
	secretPrefix   = "whsec_"
	minSecret      = 24 // bytes
	maxSecret      = 64
	maxWebhookBody = 20_000 // bytes; bodies carry IDs, whoever needs more asks the API
)

// NewEndpoint makes the sender of one endpoint. It refuses an address that no
// connection would be made to, as far as that can be seen before its name is
// resolved.
func NewEndpoint(client *Client, o EndpointOptions) (*Endpoint, error) {
	if client == nil {
		return nil, errors.New("endpoint has no client")
	}
	to, err := url.Parse(o.URL)
	if err != nil {
		return nil, errors.New("endpoint is not an address")
	}
	if err := client.checkURL(to); err != nil {
		return nil, fmt.Errorf("endpoint: %w", err)
	}
	if len(o.Secrets) < 1 || len(o.Secrets) > 2 {
		return nil, fmt.Errorf("endpoint has %d secrets: want one, or two during a rotation", len(o.Secrets))
	}
	e := &Endpoint{client: client, url: to, now: o.Now}
	if e.now == nil {
		e.now = time.Now
	}
	for i, secret := range o.Secrets {
		encoded, found := strings.CutPrefix(string(secret), secretPrefix)
		key, err := base64.StdEncoding.DecodeString(encoded)
		if !found || err != nil || len(key) < minSecret || len(key) > maxSecret {
			return nil, fmt.Errorf("secret %d of the endpoint: want %s and base64 of %d to %d bytes", i+1, secretPrefix, minSecret, maxSecret)
		}
		signer, err := webhooks.NewWebhookRaw(key)
		if err != nil {
			return nil, fmt.Errorf("secret %d of the endpoint is unusable", i+1)
		}
		e.signers = append(e.signers, signer)
	}
	return e, nil
}

// CheckEndpoint refuses an address that no connection would be made to, as far as
// that can be seen before its name is resolved.
func CheckEndpoint(client *Client, address string) error {
	to, err := url.Parse(address)
	if err != nil {
		return errors.New("it is not an address")
	}
	return client.checkURL(to)
}

// String names the host: the path may be a secret.
func (e *Endpoint) String() string { return "endpoint at " + e.url.Host }

// GoString is String: the fields hold secrets.
func (e *Endpoint) GoString() string { return e.String() }

// payload is the body of a webhook. Its bytes are the same in every attempt.
type payload struct {
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

// Send posts kind, instant and data of m, signed for the instant of this attempt.
// The ID travels as webhook-id: a receiver that remembers it acts once.
func (e *Endpoint) Send(ctx context.Context, m Message) (Outcome, error) {
	if err := ctx.Err(); err != nil {
		return Outcome{}, err
	}
	if err := m.check(); err != nil {
		return badMessage(err), nil
	}
	if m.Kind == "" || m.At.IsZero() {
		return badMessage(errors.New("a webhook needs a kind and an instant")), nil
	}
	if m.Data == nil {
		m.Data = json.RawMessage(`{}`)
	}
	body, err := encode(payload{Type: m.Kind, Timestamp: m.At.UTC(), Data: m.Data})
	if err != nil {
		return badMessage(err), nil
	}
	if len(body) > maxWebhookBody {
		return badMessage(fmt.Errorf("body has %d bytes, at most %d", len(body), maxWebhookBody)), nil
	}
	header, err := e.header(m.ID, body)
	if err != nil {
		return badMessage(err), nil
	}
	got, written, err := e.client.post(ctx, e.url, header, body, false)
	if err != nil {
		if ctx.Err() != nil {
			return Outcome{}, ctx.Err()
		}
		return fromNetwork(err, written), nil
	}
	return judgeWebhook(got, e.now()), nil
}

func (e *Endpoint) header(id string, body []byte) (http.Header, error) {
	at := e.now()
	signatures := make([]string, 0, len(e.signers))
	for _, signer := range e.signers {
		signature, err := signer.Sign(id, at, body)
		if err != nil {
			return nil, fmt.Errorf("sign webhook: %w", err)
		}
		signatures = append(signatures, signature)
	}
	header := http.Header{}
	header.Set("Content-Type", "application/json")
	header.Set(webhooks.HeaderWebhookID, id)
	header.Set(webhooks.HeaderWebhookTimestamp, fmt.Sprint(at.Unix()))
	header.Set(webhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return header, nil
}

// judgeWebhook knows the status alone: what a receiver writes beside it is kept
// for people. Anything but 2xx and 410 is worth another attempt, since receivers
// answer 400 and 404 while somebody deploys them.
func judgeWebhook(got answer, now time.Time) Outcome {
	if got.status >= 200 && got.status < 300 {
		return delivered()
	}
	o := Outcome{Class: Retry, Reason: ReasonRefused, Detail: detail(fmt.Sprintf("HTTP %d: %s", got.status, got.body))}
	switch s := got.status; {
	case s == http.StatusGone:
		o.Class, o.Reason = Gone, ReasonGone
	case s == http.StatusTooManyRequests:
		o.Reason, o.NotBefore = ReasonRateLimited, retryAfter(got.header, now)
	case s >= 300 && s < 400:
		o.Reason = ReasonRedirected
	case s >= 500:
		o.Unsure, o.NotBefore = true, retryAfter(got.header, now)
	default:
		o.NotBefore = retryAfter(got.header, now)
	}
	return o
}
