package api

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

type webhookBody struct {
	ID          string      `json:"id"`
	URL         string      `json:"url"`
	Note        string      `json:"note"`
	Kinds       []string    `json:"kinds" doc:"of notices; empty: all"`
	Active      bool        `json:"active"`
	Stopped     string      `json:"stopped,omitempty" doc:"why nobody calls it any more: gone, when it answered 410; secret_lost, when its secret cannot be read any more and a new one is wanted"`
	Secret      string      `json:"secret,omitempty" doc:"whsec_…: what signatures are made with. Shown with the answer to the request that made it, and to the same request once more as long as no other secret was made"`
	FormerUntil *time.Time  `json:"former_until" doc:"until then signatures with the former secret stand beside"`
	Version     int64       `json:"version"`
	CreatedBy   *personBody `json:"created_by,omitempty"`
	CreatedAt   time.Time   `json:"created_at"`
	ChangedBy   *personBody `json:"changed_by,omitempty"`
	ChangedAt   time.Time   `json:"changed_at"`
}

type webhookInput struct {
	Body struct {
		URL   string   `json:"url" maxLength:"1000" doc:"https, a public address"`
		Note  string   `json:"note,omitempty" maxLength:"200" doc:"whose it is"`
		Kinds []string `json:"kinds,omitempty" maxItems:"100" maxLength:"64" doc:"kinds of notices; absent: all"`
	}
}

type WebhookPath struct {
	ID string `path:"id" maxLength:"64" doc:"UUID of the webhook"`
}

type patchWebhookInput struct {
	WebhookPath
	Conditional
	Body struct {
		URL    *string   `json:"url,omitempty" maxLength:"1000"`
		Note   *string   `json:"note,omitempty" maxLength:"200"`
		Kinds  *[]string `json:"kinds,omitempty" maxItems:"100" maxLength:"64" doc:"empty: all"`
		Active *bool     `json:"active,omitempty" doc:"true sets one going again that was stopped"`
	}
}

type rotateInput struct {
	WebhookPath
	Body struct {
		KeepHours *int `json:"keep_hours,omitempty" minimum:"0" maximum:"720" doc:"how long the former secret signs beside the new one; default 24, 0: it ends at once"`
	}
}

type replayInput struct {
	WebhookPath
	Body struct {
		From     time.Time `json:"from,omitzero"`
		To       time.Time `json:"to,omitzero" doc:"not included"`
		Delivery string    `json:"delivery,omitempty" maxLength:"64" doc:"ID of one delivery, instead of a time"`
	}
}

type replayedBody struct {
	Deliveries int `json:"deliveries" doc:"how many are on their way"`
}

type webhookOutput struct {
	ETag string `header:"ETag" doc:"for If-Match of the next PATCH"`
	Body webhookBody
}

const (
	secretBytes   = 32
	keepFormer    = 24 // hours
	longestReplay = 30 * 24 * time.Hour
)

func (a *API) webhookRoutes() {
	const about = " For administrators. Calls follow standardwebhooks.com: headers webhook-id, webhook-timestamp and webhook-signature; the body holds " +
		"the kind, identifiers, sequence number and instants, no names and no texts."
	list := op(http.MethodGet, "/webhooks", "list-webhooks", "setup", "Other systems that hear of notices")
	list.Description = "For administrators."
	register(a, list, a.webhooks)
	add := op(http.MethodPost, "/webhooks", "add-webhook", "setup", "Let another system hear of notices")
	add.DefaultStatus, add.Description = http.StatusCreated, "The answer shows the secret, and no other one does."+about
	register(a, add, a.addWebhook)
	one := op(http.MethodGet, "/webhooks/{id}", "get-webhook", "setup", "One webhook")
	one.Description = "For administrators."
	register(a, one, a.webhook)
	patch := op(http.MethodPatch, "/webhooks/{id}", "patch-webhook", "setup", "Change a webhook")
	patch.Description = "For administrators."
	register(a, patch, a.patchWebhook)
	del := op(http.MethodDelete, "/webhooks/{id}", "delete-webhook", "setup", "Let another system hear no more")
	del.Description = "For administrators. What waits for it is skipped."
	register(a, del, a.deleteWebhook)
	rotate := op(http.MethodPost, "/webhooks/{id}/secret", "rotate-webhook-secret", "setup", "Make a new secret")
	rotate.Description = "Both secrets sign for some time, so that the receiver can change meanwhile. The answer shows the new one." + about
	register(a, rotate, a.rotateWebhook)
	test := op(http.MethodPost, "/webhooks/{id}/test", "test-webhook", "setup", "Call a webhook with something that means nothing")
	test.DefaultStatus, test.Description = http.StatusAccepted, "The delivery tells what became of it: see /deliveries."+about
	register(a, test, a.testWebhook)
	replay := op(http.MethodPost, "/webhooks/{id}/replay", "replay-webhook", "setup", "Call a webhook once more")
	replay.DefaultStatus, replay.Description = http.StatusAccepted, "With what was said in a stretch of time, or with one delivery. What it was called with before "+
		"comes under the same webhook-id, so that a receiver that remembers IDs acts once; what it missed comes for the first time."+about
	register(a, replay, a.replayWebhook)
}

func (a *API) webhookOf(ctx context.Context, w view.Webhook) webhookBody {
	org := who(ctx).org
	body := webhookBody{
		ID: w.ID, URL: w.URL, Note: w.Note, Kinds: append([]string{}, w.Kinds...), Active: w.Active, Stopped: w.Stopped, Version: w.Version,
		CreatedBy: personIn(org, w.CreatedBy), CreatedAt: w.CreatedAt.UTC(), ChangedBy: personIn(org, w.ChangedBy), ChangedAt: w.ChangedAt.UTC(),
	}
	if w.FormerUntil.After(a.Now()) {
		body.FormerUntil = instant(w.FormerUntil)
	}
	return body
}

func (a *API) webhooks(ctx context.Context, in *struct{ Paging }) (*reply[list[webhookBody]], error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	all, err := a.Channels.Webhooks(ctx)
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	page, next, err := pageOf(all, in.Paging, func(w view.Webhook) string { return w.ID })
	if err != nil {
		return nil, err
	}
	return listOf(mapped(page, func(w view.Webhook) webhookBody { return a.webhookOf(ctx, w) }), next), nil
}

// sealedFor is where a webhook's secrets are sealed for: they open nowhere else.
func sealedFor(webhook string) string { return view.WebhookPlace + webhook }

// madeBy names the request that makes a secret, so that the same one makes no other.
func (a *API) madeBy(c *call) string {
	return derivedID("webhook secret", a.Installation, string(c.actor.person.ID), c.key)
}

// tell puts the secret into the answer of the request that made it. The answer that is kept for repetitions holds none: it
// is read back from its seal, as long as the webhook still signs with it.
func (a *API) tell(ctx context.Context, out *created[webhookBody]) (*created[webhookBody], error) {
	w, err := a.Channels.Webhook(ctx, out.Body.ID)
	switch {
	case errors.Is(err, deal.ErrNotFound): // deleted since
		return out, nil
	case err != nil:
		return nil, fmt.Errorf("read webhook: %w", err)
	case w.SealedFor != a.madeBy(callOf(ctx)) || len(w.Sealed) == 0: // another one was made since
		return out, nil
	}
	if out.Body.Secret, err = a.House.Open(sealedFor(w.ID), w.Sealed); err != nil {
		return nil, fmt.Errorf("open secret of webhook %s: %w", w.ID, err)
	}
	return out, nil
}

// newSecret is what signatures are made with.
func newSecret() string {
	key := make([]byte, secretBytes)
	rand.Read(key) //nolint:errcheck // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(key)
}

// judgeWebhook says what is wrong with an address or kinds. Where webhooks are not set up, none is called: one can be put in
// order and switched off there, but neither added nor switched on.
func (a *API) judgeWebhook(url *string, kinds []string, on bool) error {
	var bad []reason
	if (on || url != nil) && !slices.Contains(a.Channels.Available(), view.WebhookChannel) {
		pointer := "/url"
		if url == nil {
			pointer = "/active"
		}
		bad = append(bad, reason{code: catalogue.ChannelNotSetUp, pointer: pointer, args: []string{string(view.WebhookChannel)}})
	}
	if url != nil {
		if err := a.Channels.CheckEndpoint(*url); err != nil {
			bad = append(bad, reason{code: catalogue.EndpointRefused, pointer: "/url", args: []string{err.Error()}})
		}
	}
	if bad = append(bad, a.unknownKinds(kinds)...); len(bad) > 0 {
		return invalid(bad)
	}
	return nil
}

func (a *API) addWebhook(ctx context.Context, in *webhookInput) (*created[webhookBody], error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	out, err := once(ctx, a, func() (*created[webhookBody], error) {
		if err := a.judgeWebhook(&in.Body.URL, in.Body.Kinds, true); err != nil {
			return nil, err
		}
		c := callOf(ctx)
		id := derivedID("webhook", a.Installation, string(c.actor.person.ID), c.key)
		w, err := a.Channels.AddWebhook(ctx, view.Webhook{
			ID: id, URL: in.Body.URL, Note: in.Body.Note, Kinds: in.Body.Kinds,
			Sealed: a.House.Seal(sealedFor(id), newSecret()), SealedFor: a.madeBy(c), CreatedBy: c.actor.person.ID,
		})
		if err != nil {
			return nil, fmt.Errorf("add webhook: %w", err)
		}
		return &created[webhookBody]{Status: http.StatusCreated, Location: base + "/webhooks/" + w.ID, ETag: etag(w.Version), Body: a.webhookOf(ctx, w)}, nil
	})
	if err != nil {
		return nil, err
	}
	return a.tell(ctx, out)
}

func (a *API) webhook(ctx context.Context, in *WebhookPath) (*webhookOutput, error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	w, err := a.Channels.Webhook(ctx, in.ID)
	if err != nil {
		return nil, fmt.Errorf("read webhook: %w", err)
	}
	return &webhookOutput{etag(w.Version), a.webhookOf(ctx, w)}, nil
}

func (a *API) patchWebhook(ctx context.Context, in *patchWebhookInput) (*webhookOutput, error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	var kinds []string
	if in.Body.Kinds != nil {
		kinds = *in.Body.Kinds
	}
	on := in.Body.Active != nil && *in.Body.Active
	if err := a.judgeWebhook(in.Body.URL, kinds, on); err != nil {
		return nil, err
	}
	if on {
		present, err := a.Channels.Webhook(ctx, in.ID)
		if err != nil {
			return nil, fmt.Errorf("read webhook: %w", err)
		}
		if len(present.Sealed) == 0 {
			return nil, wrong(catalogue.SecretLost, "/active")
		}
	}
	w, err := a.Channels.ChangeWebhook(ctx, in.ID, version, who(ctx).person.ID, func(w *view.Webhook) {
		if in.Body.URL != nil {
			w.URL = *in.Body.URL
		}
		if in.Body.Note != nil {
			w.Note = *in.Body.Note
		}
		if in.Body.Kinds != nil {
			w.Kinds = kinds
		}
		if in.Body.Active != nil {
			w.Active, w.Stopped = *in.Body.Active, ""
		}
	})
	if errors.Is(err, deal.ErrStale) {
		return nil, stale(w.Version)
	}
	if err != nil {
		return nil, fmt.Errorf("change webhook: %w", err)
	}
	return &webhookOutput{etag(w.Version), a.webhookOf(ctx, w)}, nil
}

func (a *API) deleteWebhook(ctx context.Context, in *WebhookPath) (*struct{}, error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	if err := a.Channels.DeleteWebhook(ctx, in.ID); err != nil {
		return nil, fmt.Errorf("delete webhook: %w", err)
	}
	return nil, nil
}

func (a *API) rotateWebhook(ctx context.Context, in *rotateInput) (*created[webhookBody], error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	out, err := once(ctx, a, func() (*created[webhookBody], error) {
		hours := keepFormer
		if in.Body.KeepHours != nil {
			hours = *in.Body.KeepHours
		}
		madeBy := a.madeBy(callOf(ctx))
		w, err := a.Channels.ChangeWebhook(ctx, in.ID, 0, who(ctx).person.ID, func(w *view.Webhook) {
			if w.SealedFor == madeBy {
				return // by this request, whose answer was never kept
			}
			w.FormerSealed, w.FormerUntil = w.Sealed, time.Time{}
			if len(w.Sealed) > 0 {
				w.FormerUntil = a.Now().Add(time.Duration(hours) * time.Hour)
			}
			w.Sealed, w.SealedFor = a.House.Seal(sealedFor(in.ID), newSecret()), madeBy
			if w.Stopped == view.SecretLost {
				w.Active, w.Stopped = true, ""
			}
		})
		if err != nil {
			return nil, fmt.Errorf("rotate secret: %w", err)
		}
		return &created[webhookBody]{Status: http.StatusOK, ETag: etag(w.Version), Body: a.webhookOf(ctx, w)}, nil
	})
	if err != nil {
		return nil, err
	}
	return a.tell(ctx, out)
}

func (a *API) testWebhook(ctx context.Context, in *struct {
	WebhookPath
	Body *nothing `required:"false"`
},
) (*created[deliveryBody], error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	return once(ctx, a, func() (*created[deliveryBody], error) {
		c := callOf(ctx)
		if _, err := a.Channels.Webhook(ctx, in.ID); err != nil {
			return nil, fmt.Errorf("read webhook: %w", err)
		}
		d, err := a.Channels.TestWebhook(ctx, in.ID, derivedID("webhook-test", a.Installation, string(c.actor.person.ID), c.key))
		if err != nil {
			return nil, fmt.Errorf("test webhook: %w", err)
		}
		return &created[deliveryBody]{Status: http.StatusAccepted, Location: base + "/deliveries?recipient=" + in.ID, Body: a.deliveryOf(ctx, d)}, nil
	})
}

func (a *API) replayWebhook(ctx context.Context, in *replayInput) (*created[replayedBody], error) {
	if err := needRole(ctx, deal.Admin); err != nil {
		return nil, err
	}
	b := in.Body
	timed := !b.From.IsZero() || !b.To.IsZero()
	if timed == (b.Delivery != "") || timed && (b.From.IsZero() || !b.To.After(b.From) || b.To.Sub(b.From) > longestReplay) {
		return nil, wrong(catalogue.ReplayRange, "")
	}
	return once(ctx, a, func() (*created[replayedBody], error) {
		var n int
		var err error
		if me := who(ctx).person.ID; timed {
			n, err = a.Channels.ReplayWebhook(ctx, in.ID, b.From, b.To, me)
		} else {
			n, err = a.Channels.ReplayDelivery(ctx, in.ID, b.Delivery, me)
		}
		if err != nil {
			return nil, fmt.Errorf("replay webhook: %w", err)
		}
		return &created[replayedBody]{Status: http.StatusAccepted, Location: base + "/deliveries?recipient=" + in.ID, Body: replayedBody{n}}, nil
	})
}
