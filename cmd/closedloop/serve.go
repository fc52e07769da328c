package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"time"

	"closedloop/activities"
	"closedloop/api"
	"closedloop/identity"
	"closedloop/workflows/contract"
)

// drain is how long requests in hand may take when the process stops.
const drain = 10 * time.Second

// startAPI serves the REST API. ready says what else has to be fine before the process takes requests.
func (n *node) startAPI(ctx context.Context, running *parts) (address string, failed <-chan error, err error) {
	passwords, err := identity.NewPasswords(identity.DefaultCost(), runtime.NumCPU())
	if err != nil {
		return "", nil, fmt.Errorf("make password checks: %w", err)
	}
	if err := n.refuseDemoPassword(ctx, passwords); err != nil {
		return "", nil, err
	}
	limits := api.DefaultLimits()
	c := n.config.API
	limits.RequestTimeout, limits.BodyBytes, limits.UploadBytes, limits.SessionTTL = c.RequestTimeout, c.BodyLimit, c.UploadLimit, c.SessionTTL
	limits.FileBytes = n.config.Files.MaxBytes
	limits.InFlight, limits.InFlightPerAccount = c.MaxInFlight, c.MaxInFlightPerAccount
	zone, err := time.LoadLocation(n.calendar.files.Office().Zone())
	if err != nil {
		return "", nil, fmt.Errorf("load time zone: %w", err)
	}
	reviews, err := n.reviewing(zone)
	if err != nil {
		return "", nil, err
	}
	health := &readiness{node: n}
	jobs, err := n.jobs()
	if err != nil {
		return "", nil, err
	}
	handler, err := api.New(api.Options{
		Commander: commander{n}, Log: n.store, Accounts: n.store, Records: n.store, Dossier: n.store, Files: n.store, Work: n.store, People: n.store, Identity: n.store,
		Requests: n.store, Cases: n.store, Imports: newSheets(n), Playbooks: n.books, Editions: editions{n.stock, n.calendar.Working}, Calendars: n.calendar, Health: health, Passwords: passwords,
		Handovers: successions{n},
		Jobs:      errands{jobs, n.store, contract.NewSweeps(n.engine)},
		Channels:  newPost(n),
		Breaches:  n.store, Bulletins: n.store, Quota: n.quota(),
		Reviews:      reviews,
		Ahead:        activities.Ahead{Tasks: n.ladder(), Reviews: reviews.Reviews},
		Installation: n.installation.ID, TextKey: n.installation.Secret, House: n.house, PublicURL: c.PublicURL, Limits: limits,
		Version: api.Version{Version: version, Go: runtime.Version()}, Zone: zone, Rules: n.books.Rules, Now: time.Now, Logger: n.log,
		Links: n.store, Stream: n.store, Wakes: n.outbox, Feeds: n.store,
	})
	if err != nil {
		return "", nil, err //nolint:wrapcheck // says what it was doing
	}
	listener, err := net.Listen("tcp", n.config.Listen) //nolint:noctx // closed by the server
	if err != nil {
		return "", nil, fmt.Errorf("listen on %s: %w", n.config.Listen, err)
	}
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	server.RegisterOnShutdown(handler.EndStreams) // they would hold the stop up
	failures := make(chan error, 1)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failures <- fmt.Errorf("serve: %w", err)
		}
	}()
	running.add("api", func(ctx context.Context) error {
		health.stopping.Store(true)
		ctx, cancel := context.WithTimeout(ctx, drain)
		defer cancel()
		return server.Shutdown(ctx)
	})
	return listener.Addr().String(), failures, nil
}
