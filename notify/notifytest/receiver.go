package notifytest

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Receiver plays another system that takes webhooks: it believes what is signed
// with one of its secrets and acts once for each webhook-id.
type Receiver struct {
	Server

	mu      sync.Mutex
	secrets []string
	bodies  []string
	headers []http.Header
	ids     []string
}

// NewReceiver takes webhooks at any path.
func NewReceiver(t testing.TB, secrets ...string) *Receiver {
	t.Helper()
	r := &Receiver{secrets: secrets}
	r.start(t, func(w http.ResponseWriter, req *http.Request) {
		body, readErr := io.ReadAll(http.MaxBytesReader(w, req.Body, 64<<10))
		if readErr != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if !slices.ContainsFunc(r.secrets, func(secret string) bool {
			hook, err := webhooks.NewWebhook(secret)
			return err == nil && hook.Verify(body, req.Header) == nil
		}) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		id := req.Header.Get(webhooks.HeaderWebhookID)
		if !slices.Contains(r.ids, id) {
			r.ids = append(r.ids, id)
			r.bodies = append(r.bodies, string(body))
		}
		r.headers = append(r.headers, req.Header.Clone())
		w.WriteHeader(http.StatusNoContent)
	})
	return r
}

// Trust replaces the secrets that are believed.
func (r *Receiver) Trust(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = secrets
}

// Effects are the bodies that were acted on, one for each ID.
func (r *Receiver) Effects() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.bodies)
}

// Headers are those of all requests that were believed.
func (r *Receiver) Headers() []http.Header {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.headers)
}
