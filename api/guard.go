package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/identity"
)

const (
	sessionCookie = "closedloop_session"
	keyHeader     = "Idempotency-Key"
	maxKeyLength  = 200
)

// guard stands before every operation: it refuses what another site made a browser send, reads the idempotency key, and
// finds out who is there.
func (a *API) guard(ctx huma.Context, next func(huma.Context)) {
	c := callOf(ctx.Context())
	err := a.admit(ctx.Context(), c, ctx.Operation())
	if c.key != "" {
		ctx.SetHeader(keyHeader, c.key)
	}
	if err != nil {
		a.refuse(ctx, err)
		return
	}
	next(ctx)
}

func (a *API) admit(ctx context.Context, c *call, o *huma.Operation) error {
	token, fromHeader := tokenOf(c.request)
	if !fromHeader {
		if err := a.foreign.Check(c.request); err != nil {
			f := no(http.StatusForbidden, catalogue.CrossSite)
			f.cause = err
			return f
		}
		// A form of another site cannot send JSON: a browser asks first, and we do not answer that question.
		if len(c.body) > 0 && c.request.Header.Get("Content-Type") == "" {
			return no(http.StatusUnsupportedMediaType, catalogue.UnsupportedMediaType)
		}
	}
	if o.Method == http.MethodPost {
		if err := c.readKey(); err != nil {
			return err
		}
	}
	if len(o.Security) == 0 {
		return nil
	}
	found, err := a.authenticate(ctx, token)
	if err != nil {
		return err
	}
	c.actor = found
	return nil
}

// readKey takes the idempotency key or makes one up.
func (c *call) readKey() error {
	given := c.request.Header.Values(keyHeader)
	if len(given) == 0 {
		c.key = newTrace()
		return nil
	}
	visible := func(r rune) bool { return r > ' ' && r < 0x7f }
	key := given[0]
	if len(given) > 1 || key == "" || len(key) > maxKeyLength || strings.ContainsFunc(key, func(r rune) bool { return !visible(r) }) {
		return wrong(catalogue.BadKey, "header/"+keyHeader)
	}
	c.key = key
	return nil
}

// tokenOf finds the token of a request and tells whether it came in the header, which no browser sends by itself.
func tokenOf(r *http.Request) (token identity.Token, fromHeader bool) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, rest, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return "", true
		}
		return identity.Token(strings.TrimSpace(rest)), true
	}
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		return identity.Token(cookie.Value), false
	}
	return "", false
}

// freshFor is how long what was read about people may be used: a revocation bites within it (trust-and-speed.md SZ2).
const freshFor = time.Second

// authenticate finds the active person behind a token, with the scope that the person has now.
func (a *API) authenticate(ctx context.Context, token identity.Token) (*actor, error) {
	nobody := no(http.StatusUnauthorized, catalogue.Unauthenticated)
	if !token.WellFormed() {
		return nil, nobody
	}
	hash := token.Hash()
	now := a.Now()
	if known, ok := a.bearers.find(hash, now); ok {
		return known, nil
	}
	ctx, cancel := a.deadline(ctx)
	defer cancel()
	id, err := a.Identity.Bearer(ctx, hash)
	if errors.Is(err, deal.ErrNotFound) {
		return nil, nobody
	}
	if err != nil {
		return nil, fmt.Errorf("find the person behind a token: %w", err)
	}
	org, until, err := a.org(ctx)
	if err != nil {
		return nil, err
	}
	person, ok := org.Person(id)
	if !ok || !person.Active {
		return nil, nobody
	}
	found := &actor{person: person, org: org, viewer: view.Of(org, person, now), token: hash}
	a.bearers.keep(hash, found, until)
	return found, nil
}

// org is the organisation, at most freshFor old, and how long it may be used.
func (a *API) org(ctx context.Context) (deal.Org, time.Time, error) {
	now := a.Now()
	if org, until, ok := a.people.find(now); ok {
		return org, until, nil
	}
	org, err := a.People.Org(ctx)
	if err != nil {
		return deal.Org{}, time.Time{}, fmt.Errorf("read the organisation: %w", err)
	}
	return org, a.people.keep(org, now), nil
}

// forgetPeople makes the next request read the organisation anew.
func (a *API) forgetPeople() {
	a.people.clear()
	a.bearers.clear()
}

// peopleCache keeps the organisation for a moment.
type peopleCache struct {
	mu    sync.Mutex
	org   deal.Org
	until time.Time
}

func (p *peopleCache) find(now time.Time) (deal.Org, time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.org, p.until, now.Before(p.until)
}

func (p *peopleCache) keep(org deal.Org, readAt time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.org, p.until = org, readAt.Add(freshFor)
	return p.until
}

func (p *peopleCache) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = time.Time{}
}

// bearerCache keeps who is behind a token for a moment.
type bearerCache struct {
	mu    sync.Mutex
	known map[string]knownBearer
}

type knownBearer struct {
	actor *actor
	until time.Time
}

// maxBearers bounds the cache: nobody has that many people active in one second.
const maxBearers = 10_000

func (b *bearerCache) find(hash []byte, now time.Time) (*actor, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k, ok := b.known[string(hash)]
	return k.actor, ok && now.Before(k.until)
}

func (b *bearerCache) keep(hash []byte, who *actor, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.known == nil || len(b.known) >= maxBearers {
		b.known = map[string]knownBearer{}
	}
	b.known[string(hash)] = knownBearer{who, until}
}

func (b *bearerCache) forget(hash []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.known, string(hash))
}

func (b *bearerCache) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known = nil
}

// needRole refuses people of other roles.
func needRole(ctx context.Context, roles ...deal.Role) error {
	if slices.Contains(roles, who(ctx).person.Role) {
		return nil
	}
	f := no(http.StatusForbidden, string(deal.CodeNotYourRole))
	f.reasons = []reason{{code: catalogue.RoleNeeded, args: mapped(roles, func(r deal.Role) string { return string(r) })}}
	return f
}
