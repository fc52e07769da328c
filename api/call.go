package api

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/text/language"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
)

// call is what is known about one request while it is served.
type call struct {
	trace       string // also the header Trace-Id
	lang        string // catalogue.Chinese or catalogue.English
	request     *http.Request
	connection  *http.ResponseController
	address     string         // of the client
	zone        *time.Location // in which instants are told; nil: as they are
	body        []byte         // of everything but uploads
	key         string         // Idempotency-Key, given or made up
	fingerprint string         // of method, path and body
	patient     bool           // waits for a place among the commands on their way instead of hearing 429
	actor       *actor         // nil until authenticated, and on public routes
}

// actor is who sends the request, with the organisation as it was a moment ago.
type actor struct {
	person deal.Person
	org    deal.Org
	viewer view.Viewer
	token  []byte // hash of the session or API token
}

type callKey struct{}

// callOf finds the request's call. Outside a request it answers an empty one that speaks English.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{lang: catalogue.English}
}

// who is the authenticated actor; operations behind the guard always have one.
func who(ctx context.Context) *actor { return callOf(ctx).actor }

// newTrace makes the ID by which a request is found in the log.
func newTrace() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails: the runtime ends the process where there is no randomness
	return hex.EncodeToString(raw[:])
}

// languages matches Accept-Language; the first is the default.
func languages() language.Matcher {
	return language.NewMatcher([]language.Tag{language.English, language.Chinese})
}

func languageOf(m language.Matcher, accept string) string {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return catalogue.English
	}
	if _, i, confidence := m.Match(tags...); i == 1 && confidence > language.No {
		return catalogue.Chinese
	}
	return catalogue.English
}

// fingerprint tells requests apart that come under one key.
func fingerprint(method, path string, body []byte) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(method), []byte(path), body} {
		h.Write([]byte(strconv.Itoa(len(part))))
		h.Write([]byte{':'})
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// derivedID is a UUID that follows from its parts, so that a repeated request makes nothing twice.
func derivedID(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(strconv.Itoa(len(part))))
		h.Write([]byte{':'})
		h.Write([]byte(part))
	}
	sum := h.Sum(nil)
	sum[6] = sum[6]&0x0f | 0x80 // RFC 9562 version 8: a UUID of the maker's own derivation
	sum[8] = sum[8]&0x3f | 0x80
	s := hex.EncodeToString(sum[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// secure tells whether the browser speaks TLS, to us or to the proxy that PublicURL names.
func (a *API) secure(r *http.Request) bool {
	return r.TLS != nil || a.public != nil && a.public.Scheme == "https"
}

func parsePublic(s string) *url.URL {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s) // checked in Options.check
	if err != nil {
		return nil
	}
	return u
}

// deadline bounds a request's work.
func (a *API) deadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, a.Limits.RequestTimeout)
}

// today is now in the organisation's zone, where its days begin.
func (a *API) today() time.Time { return a.Now().In(a.Zone) }

// instant is a time for JSON: nil when there is none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	u := t.UTC()
	return &u
}
