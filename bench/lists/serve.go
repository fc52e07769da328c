package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"time"

	"closedloop/activities"
	"closedloop/api"
	"closedloop/bench/crowd"
	"closedloop/deal"
	"closedloop/deal/review"
	"closedloop/identity"
	"closedloop/playbook/playbooktest"
	"closedloop/store"
)

// readOnly stands where the engine and what belongs to it would be: nothing here sends a command, imports a sheet, installs a
// playbook or changes the calendar.
type readOnly struct{ api.Imports }

type (
	installs    = api.Editions
	noEditions  struct{ installs }
	noCalendars struct{ api.Calendars }
	noChannels  struct{ api.Channels }
	noReviews   struct{ api.Reviews }
	successions = api.Handovers
	noHandovers struct{ successions }
)

func (noCalendars) Provisional(string, time.Time, time.Time) bool { return false }

var errReadOnly = errors.New("this process only reads")

func (readOnly) Send(context.Context, deal.Command) (deal.Receipt, error) {
	return deal.Receipt{}, errReadOnly
}

func (readOnly) Open(context.Context, deal.Command) (deal.Receipt, error) {
	return deal.Receipt{}, errReadOnly
}

func (readOnly) Ready(context.Context) map[string]error { return nil }

// service is the API on a port of the loopback address, and its store.
type service struct {
	Address string
	store   *store.Store
	server  *http.Server
}

// serve starts the API on a database as the product does, but for the engine. Settings go to every connection.
func serve(ctx context.Context, address string, settings map[string]string) (*service, error) {
	with, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read address of the database: %w", err)
	}
	query := with.Query()
	for name, value := range settings {
		query.Set(name, value)
	}
	with.RawQuery = query.Encode()
	rules, err := crowd.Shipped(playbooktest.Express)
	if err != nil {
		return nil, err //nolint:wrapcheck // says what it was doing
	}
	passwords, err := identity.NewPasswords(identity.DefaultCost(), runtime.NumCPU())
	if err != nil {
		return nil, fmt.Errorf("make password checks: %w", err)
	}
	st, err := store.Open(ctx, with.String(), store.Options{Zone: rules.Zone})
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	installation, err := st.Installation(ctx)
	if err != nil {
		st.Close()
		return nil, fmt.Errorf("read installation: %w", err)
	}
	house, err := identity.NewHouse(rand.Text() + rand.Text())
	if err != nil {
		st.Close()
		return nil, fmt.Errorf("make house key: %w", err)
	}
	began := time.Now()
	now := func() time.Time { return crowd.Now.Add(time.Since(began)) }
	days := activities.FixedCalendar{Calendar: rules.Days}
	reviews, err := activities.NewReviews(st, days, rules.Zone, review.Rules{Due: 10, Remind: 3}, now)
	if err != nil {
		st.Close()
		return nil, fmt.Errorf("make reviews: %w", err)
	}
	handler, err := api.New(api.Options{
		Commander: readOnly{}, Log: st, Accounts: st, Records: st, Dossier: st, Files: st, Work: st, People: st, Identity: st, Requests: st,
		Imports: readOnly{}, Playbooks: rules.Books, Editions: noEditions{}, Cases: st, Calendars: noCalendars{}, Health: readOnly{}, Passwords: passwords, Installation: installation.ID,
		Links: st, Channels: noChannels{}, Stream: st, Wakes: st.WatchOutbox(store.WatchOptions{}), Feeds: st,
		Handovers: noHandovers{}, Reviews: noReviews{}, Ahead: activities.Ahead{Tasks: activities.NewLadder(st, days, now), Reviews: reviews},
		TextKey: installation.Secret, House: house, Limits: api.DefaultLimits(), Version: api.Version{Version: "bench", Go: runtime.Version()}, Zone: rules.Zone,
		Rules:  rules.Books.Rules,
		Now:    now,
		Logger: slog.New(slog.NewJSONHandler(io.Discard, nil)), // a line a request is written, and thrown away
	})
	if err != nil {
		st.Close()
		return nil, fmt.Errorf("build the API: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		st.Close()
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &service{Address: listener.Addr().String(), store: st, server: &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}}
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

func (s *service) close() {
	_ = s.server.Close()
	s.store.Close()
}

// client asks the API as somebody.
type client struct {
	base  string
	token string
	http  *http.Client
	body  []byte // of the last answer
}

// as gives somebody a token.
func (s *service) as(ctx context.Context, login string) (*client, error) {
	c := &client{base: "http://" + s.Address, http: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
	org, err := s.store.Org(ctx)
	if err != nil {
		return nil, fmt.Errorf("read organisation: %w", err)
	}
	for _, p := range org.People {
		if p.Login == login {
			token := identity.NewToken()
			c.token = token.Reveal()
			return c, s.store.CreateToken(ctx, token.Hash(), p.ID, "bench", time.Now().AddDate(1, 0, 0)) //nolint:wrapcheck // says what it was doing
		}
	}
	return nil, fmt.Errorf("nobody has the login %s", login)
}

// get asks, reads the whole answer and gives how long that took.
func (c *client) get(ctx context.Context, path string) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, http.NoBody)
	if err != nil {
		return 0, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	began := time.Now()
	answer, err := c.http.Do(req)
	if err != nil {
		return 0, fmt.Errorf("GET %s: %w", path, err)
	}
	defer answer.Body.Close()
	c.body, err = io.ReadAll(answer.Body)
	took := time.Since(began)
	if err != nil {
		return took, fmt.Errorf("GET %s: %w", path, err)
	}
	if answer.StatusCode != http.StatusOK {
		return took, fmt.Errorf("GET %s: %d %s", path, answer.StatusCode, c.body)
	}
	return took, nil
}
