//go:build e2e

package engine_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"closedloop/activities"
	"closedloop/calendar"
	"closedloop/engine/temporal"
	"closedloop/store"
	"closedloop/worker"
	"closedloop/workflows/contract"
)

// site says where a house stands and how it lives. It travels to other processes as JSON.
type site struct {
	Database  string
	Engine    string
	Namespace string
	Limits    contract.Limits
	Pace      pace
	Opening   time.Time // of every day
}

// crew is what a process works with: a store, a client, and a ledger and books that can be made trouble with.
type crew struct {
	site         site
	store        *store.Store
	installation store.Installation
	client       client.Client
	accounts     *contract.Accounts
	ledger       *ledger
	books        *books
	calendar     soon
}

// hire puts a crew together on a migrated database, as cmd/closedloop does.
func hire(ctx context.Context, s site) (*crew, error) {
	st, err := store.Open(ctx, s.Database, store.Options{MaxConns: 12})
	if err != nil {
		return nil, err
	}
	installation, err := st.Installation(ctx)
	if err != nil {
		st.Close()
		return nil, err
	}
	c, err := client.DialContext(ctx, client.Options{
		HostPort: s.Engine, Namespace: s.Namespace, HeadersProvider: temporal.Credentials(secret),
		Identity: "closedloop/test", // histories are recorded: no host and no process in them
		Logger:   sdklog.NewStructuredLogger(logs()),
	})
	if err != nil {
		st.Close()
		return nil, fmt.Errorf("dial engine: %w", err)
	}
	return &crew{
		site: s, store: st, installation: installation, client: c, accounts: contract.NewAccounts(c, s.Namespace, s.Limits),
		ledger: &ledger{Ledger: st}, books: &books{pace: s.Pace}, calendar: openingAt(s.Opening),
	}, nil
}

func (c *crew) leave() {
	c.client.Close()
	c.store.Close()
}

// work starts a worker with some pollers. A worker cannot be started again, so there is a new one each time.
func (c *crew) work(pollers int) (*worker.Worker, error) {
	perform, err := activities.NewLedger(c.ledger, c.books, c.calendar, logs())
	if err != nil {
		return nil, err
	}
	imports, err := activities.NewImports(c.store, c.accounts, c.installation.ID, c.sign, time.UTC, logs())
	if err != nil {
		return nil, err
	}
	handovers, err := activities.NewHandovers(c.store, c.accounts, c.installation.ID, c.sign, time.Now, logs())
	if err != nil {
		return nil, err
	}
	w, err := worker.New(worker.Options{
		Client: c.client, Ledger: perform, Imports: imports, Handovers: handovers, Logger: logs(), Observe: func(string, time.Duration, error) {},
		WorkflowPollers: pollers, ActivityPollers: 2, WorkflowSlots: 40, ActivitySlots: 4, LocalSlots: 40, StopTimeout: 5 * time.Second,
	})
	if err != nil {
		return nil, err
	}
	return w, w.Start()
}

// guard starts a watchdog over the engine, or what stands between.
func (c *crew) guard(ctx context.Context, engine worker.Engine, interval, grace time.Duration) (*worker.Watchdog, error) {
	dog, err := worker.NewWatchdog(worker.WatchdogOptions{
		Fleet: c.store, Engine: engine, Installation: c.installation.ID, Calendars: func(context.Context) (map[string]string, error) { return map[string]string{"": calendar.Default().Version()}, nil },
		Interval: interval, Grace: grace, Logger: logs(), Now: time.Now,
	})
	if err == nil {
		dog.Start(ctx)
	}
	return dog, err
}

func (c *crew) sign(text string) string {
	mac := hmac.New(sha256.New, c.installation.Secret)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// logs is what the product says: to be read with -v, and always when this process stands in for another one.
func logs() *slog.Logger {
	if flag.Parsed() && !testing.Verbose() {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
