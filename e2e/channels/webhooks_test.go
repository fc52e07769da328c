//go:build e2e

package channels_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/activities"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/notify"
	"closedloop/notify/notifytest"
)

func secret(letter string) string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32)))
}

// hook sets an endpoint up.
func (h *house) hook(fake *notifytest.Receiver, kinds ...string) view.Webhook {
	h.t.Helper()
	h.client = h.http(fake.Roots(), fake.Port())
	w, err := h.AddWebhook(h.t.Context(), view.Webhook{
		ID: "hook-" + fake.URL, URL: fake.URL + "/in", Kinds: kinds, Sealed: []byte(secret("a")), CreatedBy: h.people["rep1"],
	})
	require.NoError(h.t, err)
	return w
}

func TestWebhook_carriesIDsUnderASignatureAndSurvivesBadAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := notifytest.NewReceiver(t, secret("a"))
	h.hook(fake, "bulletin_published")
	fake.Misbehave(notifytest.Status(http.StatusInternalServerError, "oops"), notifytest.Reset)
	h.say("rep1", "a", "b")
	for range 4 {
		h.clock.Forward(h.deliver(view.WebhookChannel) + time.Minute)
	}
	require.Len(t, fake.Effects(), 2)
	require.Equal(t, map[view.DeliveryState]int{view.DeliverySent: 2}, h.states())
	var body struct {
		Type string
		Data map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(fake.Effects()[0]), &body))
	require.Equal(t, "notice.bulletin_published", body.Type)
	require.Equal(t, string(h.people["rep1"]), body.Data["recipient"])
	require.NotContains(t, fake.Effects()[0], "team 1", "names and texts stay in the house")
}

func TestWebhook_signsWithBothSecretsDuringARotation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := notifytest.NewReceiver(t, secret("a"))
	w := h.hook(fake)
	rotate := func(to string) {
		_, err := h.ChangeWebhook(t.Context(), w.ID, 0, h.people["rep1"], func(w *view.Webhook) {
			w.FormerSealed, w.FormerUntil, w.Sealed = w.Sealed, h.clock.Now().Add(24*time.Hour), []byte(to)
		})
		require.NoError(t, err)
	}
	rotate(secret("b"))
	h.say("rep1", "one") // the receiver knows the former one only
	require.Zero(t, h.deliver(view.WebhookChannel))
	fake.Trust(secret("b"))
	h.say("rep1", "two")
	require.Zero(t, h.deliver(view.WebhookChannel))
	require.Len(t, fake.Effects(), 2)
	h.clock.Forward(25 * time.Hour)
	fake.Trust(secret("a"))
	h.say("rep1", "three")
	require.Positive(t, h.deliver(view.WebhookChannel), "the former one signs no more")
	require.Len(t, fake.Effects(), 2)
}

func TestWebhook_isLeftAloneOnceItSaysThatItIsGoneAndCanBeReplayed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := notifytest.NewReceiver(t, secret("a"))
	w := h.hook(fake)
	h.say("rep1", "one")
	require.Zero(t, h.deliver(view.WebhookChannel))
	fake.Misbehave(notifytest.Status(http.StatusGone, ""))
	h.say("rep1", "two")
	require.Zero(t, h.deliver(view.WebhookChannel))
	stopped, err := h.Webhook(t.Context(), w.ID)
	require.NoError(t, err)
	require.False(t, stopped.Active)
	require.Equal(t, string(notify.ReasonGone), stopped.Stopped)
	h.say("rep1", "three")
	require.Equal(t, map[view.DeliveryState]int{view.DeliverySent: 1, view.DeliveryParked: 1}, h.states(), "nothing more is planned for it")

	_, err = h.ChangeWebhook(t.Context(), w.ID, 0, h.people["rep1"], func(w *view.Webhook) { w.Active, w.Stopped = true, "" })
	require.NoError(t, err)
	from := h.clock.Now().Add(-time.Hour)
	n, err := h.ReplayWebhook(t.Context(), w.ID, from, from.Add(2*time.Hour), h.people["rep1"], activities.ForWebhook)
	require.NoError(t, err)
	require.Equal(t, 3, n)
	h.clock.To(t, "2030-01-01 10:00") // the database's clock put them on their way
	require.Zero(t, h.deliver(view.WebhookChannel))
	require.Equal(t, map[view.DeliveryState]int{view.DeliverySent: 3}, h.states())
	require.Len(t, fake.Effects(), 3, "what it had comes under its ID and is done once")
	require.Len(t, fake.Headers(), 4)
}

// Of a stretch of time or one by one: the receiver that remembers IDs acts once.
func TestWebhook_isToldOneDeliveryOnceMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := notifytest.NewReceiver(t, secret("a"))
	w := h.hook(fake)
	h.say("rep1", "one", "two")
	require.Zero(t, h.deliver(view.WebhookChannel))
	require.Equal(t, 2, fake.Calls())
	one := h.all()[0]
	for hook, delivery := range map[string]string{"another": one.ID, w.ID: "none"} {
		_, err := h.ReplayDelivery(t.Context(), hook, delivery, h.people["rep2"])
		require.ErrorIs(t, err, deal.ErrNotFound)
	}
	n, err := h.ReplayDelivery(t.Context(), w.ID, one.ID, h.people["rep2"])
	require.NoError(t, err)
	require.Equal(t, 1, n)
	h.clock.To(t, "2030-01-01 10:00") // the database's clock put it on its way
	require.Zero(t, h.deliver(view.WebhookChannel))
	require.Equal(t, 3, fake.Calls())
	require.Len(t, fake.Effects(), 2)
	ids := map[string]int{}
	for _, header := range fake.Headers() {
		ids[header.Get("Webhook-Id")]++
	}
	require.Equal(t, 2, ids[one.ID])
}

func TestWebhook_canBeTriedOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fake := notifytest.NewReceiver(t, secret("a"))
	w := h.hook(fake)
	d := activities.TestWebhook(w.ID, "1", h.clock.Now())
	for range 2 {
		require.NoError(t, h.AddDeliveries(t.Context(), []view.Delivery{d}))
	}
	require.Zero(t, h.deliver(view.WebhookChannel))
	require.Len(t, fake.Effects(), 1)
	require.Contains(t, fake.Effects()[0], `"notice.test"`)
}

// One endpoint that never answers holds nobody up for long, and only itself.
func TestWebhook_thatHangsDoesNotHoldTheOthersUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slow, good := notifytest.NewReceiver(t, secret("a")), notifytest.NewReceiver(t, secret("a"))
	h.hook(slow)
	slow.Misbehave(notifytest.Hang)
	h.hook(good)
	h.client = nil
	roots := good.Roots()
	roots.AddCert(slow.Certificate())
	h.client = h.both(roots, slow.Port(), good.Port())
	h.say("rep1", "a", "b", "c")
	require.Positive(t, h.deliver(view.WebhookChannel))
	require.Len(t, good.Effects(), 3)
	require.Empty(t, slow.Effects())
	require.Equal(t, 1, slow.Calls(), "what waits for it waits on")
}
