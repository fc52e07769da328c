package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
	"closedloop/deal/view"
	"closedloop/identity"
)

type loginInput struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"200"`
		Password string `json:"password" minLength:"1" maxLength:"1024"`
	}
}

type loginOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      struct {
		Token     string     `json:"token" doc:"for the header Authorization: Bearer …"`
		ExpiresAt time.Time  `json:"expires_at"`
		User      personBody `json:"user"`
	}
}

type logoutOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

type meBody struct {
	User    personBody   `json:"user"`
	Team    *teamBody    `json:"team,omitempty"`
	ActsFor []personBody `json:"acts_for" doc:"whom you stand in for now"`
	Leads   []teamBody   `json:"leads" doc:"teams that you lead, or whose lead you stand in for"`
	SeesAll bool         `json:"sees_all"`
}

func (a *API) sessionRoutes() {
	login := public(op(http.MethodPost, "/session", "log-in", "session", "Log in with login and password"))
	login.Description = "Answers a bearer token and sets it as a cookie for browsers. Idempotency-Key has no effect here."
	register(a, login, a.logIn)
	register(a, op(http.MethodDelete, "/session", "log-out", "session", "End the session of the token that is sent"), a.logOut)
	register(a, op(http.MethodGet, "/me", "me", "session", "Who am I, and for whom may I act"), a.me)
}

func (a *API) logIn(ctx context.Context, in *loginInput) (*loginOutput, error) {
	c := callOf(ctx)
	keys := []string{in.Body.Login + "\x00" + c.address, "\x00" + c.address}
	if wait := a.logins.wait(a.Now(), keys...); wait > 0 {
		return nil, no(http.StatusTooManyRequests, catalogue.TooManyLogins).retry(wait)
	}
	found, err := a.Identity.Credentials(ctx, in.Body.Login)
	if err != nil && !errors.Is(err, deal.ErrNotFound) {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	if err != nil || !found.Person.Active {
		found = view.Credentials{} // the empty hash costs the same time and never matches
	}
	ok, stale, err := a.Passwords.Verify(ctx, found.PasswordHash, in.Body.Password)
	if err != nil {
		return nil, fmt.Errorf("check password: %w", err)
	}
	if !ok {
		a.logins.fail(a.Now(), keys...)
		a.Logger.WarnContext(ctx, "login refused", "trace_id", c.trace, "address", c.address)
		return nil, no(http.StatusUnauthorized, catalogue.WrongCredentials)
	}
	if stale {
		a.rehash(ctx, found.Person.ID, in.Body.Password)
	}
	token, expires := identity.NewToken(), a.Now().Add(a.Limits.SessionTTL)
	if err := a.Identity.NewSession(ctx, token.Hash(), found.Person.ID, expires); err != nil {
		return nil, fmt.Errorf("open session: %w", err)
	}
	out := &loginOutput{SetCookie: a.cookie(token.Reveal(), int(a.Limits.SessionTTL/time.Second), c.request)}
	out.Body.Token, out.Body.ExpiresAt, out.Body.User = token.Reveal(), expires.UTC(), personOf(found.Person)
	return out, nil
}

// rehash gives a password that has just proved right a hash of today's cost. The login does not depend on it.
func (a *API) rehash(ctx context.Context, id deal.PersonID, password string) {
	hash, err := a.Passwords.Hash(ctx, password)
	if err == nil {
		err = a.Identity.SetPassword(ctx, id, hash)
	}
	if err != nil {
		a.Logger.WarnContext(ctx, "password keeps its old hash", "user", id, "error", err)
	}
}

func (a *API) logOut(ctx context.Context, _ *struct{}) (*logoutOutput, error) {
	me := who(ctx)
	if err := a.Identity.EndSession(ctx, me.token); err != nil {
		return nil, fmt.Errorf("end session: %w", err)
	}
	a.bearers.forget(me.token)
	return &logoutOutput{SetCookie: a.cookie("", -1, callOf(ctx).request)}, nil
}

func (a *API) cookie(value string, maxAge int, r *http.Request) http.Cookie {
	return http.Cookie{
		Name: sessionCookie, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, Secure: a.secure(r), SameSite: http.SameSiteLaxMode,
	}
}

func (a *API) me(ctx context.Context, _ *struct{}) (*reply[meBody], error) {
	me := who(ctx)
	body := meBody{User: personOf(me.person), Team: teamIn(me.org, me.person.Team), SeesAll: me.viewer.All, ActsFor: []personBody{}, Leads: []teamBody{}}
	for _, id := range me.viewer.Owners {
		if p, ok := me.org.Person(id); ok && id != me.person.ID {
			body.ActsFor = append(body.ActsFor, personOf(p))
		}
	}
	for _, id := range me.viewer.Teams {
		if t := teamIn(me.org, id); t != nil {
			body.Leads = append(body.Leads, *t)
		}
	}
	return &reply[meBody]{body}, nil
}

// loginLimiter slows guessing down: so many failures in a window, then the next attempt waits for the window's end. An
// address on its own may fail more often, since many people can sit behind one.
type loginLimiter struct {
	failures int
	window   time.Duration

	mu   sync.Mutex
	seen map[string]attempts
}

type attempts struct {
	failed int
	until  time.Time
}

// perAddress is how many times the failures of one login an address may have.
const perAddress = 5

// maxAttempts bounds the table; beyond it old windows are swept.
const maxAttempts = 10_000

func (l *loginLimiter) allowance(key string) int {
	if key != "" && key[0] == 0 {
		return l.failures * perAddress
	}
	return l.failures
}

// wait is how long the keys have to wait; zero when they may try.
func (l *loginLimiter) wait(now time.Time, keys ...string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	var longest time.Duration
	for _, key := range keys {
		if s, ok := l.seen[key]; ok && s.failed >= l.allowance(key) {
			longest = max(longest, s.until.Sub(now))
		}
	}
	return longest
}

func (l *loginLimiter) fail(now time.Time, keys ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[string]attempts{}
	}
	if len(l.seen) >= maxAttempts {
		for key, s := range l.seen {
			if !now.Before(s.until) {
				delete(l.seen, key)
			}
		}
	}
	for _, key := range keys {
		s := l.seen[key]
		if !now.Before(s.until) {
			s = attempts{until: now.Add(l.window)}
		}
		s.failed++
		l.seen[key] = s
	}
}
