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
	post         post
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
	relay, err := c.relay()
	if err != nil {
		return nil, err
	}
	jobs, err := c.jobs()
	if err != nil {
		return nil, err
	}
	w, err := worker.New(worker.Options{
		Client: c.client, Ledger: perform, Imports: imports, Handovers: handovers, Jobs: jobs, Relay: relay, Logger: logs(), Observe: func(string, time.Duration, error) {},
		WorkflowPollers: pollers, ActivityPollers: 2, WorkflowSlots: 40, ActivitySlots: 4, LocalSlots: 40, StopTimeout: 5 * time.Second,
	})
	if err != nil {
		return nil, err
	}
	return w, w.Start()
}

// guard starts a watchdog over the engine, or what stands between.
func (c *crew) guard(ctx context.Context, engine worker.Engine, interval, grace time.Duration) (*worker.Watchdog, error) {
	jobs, err := activities.NewJobs(c.store, time.Now, logs()) // none: tests of sweeps start theirs
	if err != nil {
		return nil, err
	}
	dog, err := worker.NewWatchdog(worker.WatchdogOptions{
		Fleet: c.store, Engine: engine, Installation: c.installation.ID, Calendars: func(context.Context) (map[string]string, error) {
			return map[string]string{"": calendar.Default().Version()}, nil
		},
		Jobs: jobs, Sweeps: contract.NewSweeps(c.client),
		Interval: interval, Grace: grace, Logger: logs(), Now: time.Now,
	})
	if err == nil {
		dog.Start(ctx)
	}
	return dog, err
}

// jobs has one, which counts the days of which it was done.
func (c *crew) jobs() (*activities.Jobs, error) {
	return activities.NewJobs(c.store, time.Now, logs(), activities.Job{
		Name: countingJob, Schedule: contract.Schedule{Job: countingJob, Zone: "UTC", Hour: 3}, Periods: activities.Days{Zone: time.UTC},
		DueAt: func(_ context.Context, period string) (time.Time, error) {
			day, err := time.Parse(time.DateOnly, period)
			return day.AddDate(0, 0, 1), err
		},
		Run: func(context.Context, string) (map[string]int, error) { return map[string]int{"days": 1}, nil },
	})
}

// countingJob is the name of the job that every crew can do.
const countingJob = "counting"

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
