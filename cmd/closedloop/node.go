package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"closedloop/calendar"
	"closedloop/config"
	"closedloop/deal"
	"closedloop/identity"
	"closedloop/playbook"
	"closedloop/store"
	"closedloop/workflows/contract"
)

// node is one process on its database: what API and worker both stand on.
type node struct {
	config       config.Config
	log          *slog.Logger
	store        *store.Store
	installation store.Installation
	house        *identity.House
	books        playbook.Shelf
	stock        *stock
	calendar     *almanac
	outbox       *store.OutboxWatch
	channels     *channels
	engine       client.Client
	accounts     *contract.Accounts

	metrics *metrics
	fenced  atomic.Bool           // without the lock on the database: no commands
	work    atomic.Pointer[shift] // what polls now; nil in a process that only serves the API
	rescued atomic.Int64          // accounts woken in shifts that are over
}

// openNode opens the migrated database and reads what does not change while the process runs.
func openNode(ctx context.Context, c config.Config, url string, running *parts, log *slog.Logger) (*node, error) {
	n := &node{config: c, log: log, metrics: newMetrics()}
	var overrides fs.FS
	if c.Calendar.Dir != "" {
		overrides = os.DirFS(c.Calendar.Dir)
	}
	files, err := calendar.Load(overrides)
	if err != nil {
		return nil, fmt.Errorf("load calendar: %w", err)
	}
	zone, err := time.LoadLocation(files.Office().Zone()) // that of the files, whatever else is changed
	if err != nil {
		return nil, fmt.Errorf("load time zone: %w", err)
	}
	if n.books, err = loadBooks(c, zone); err != nil {
		return nil, err
	}
	n.store, err = store.Open(ctx, url, store.Options{
		MaxConns: int32(c.Database.MaxConns), StatementTimeout: c.Database.StatementTimeout, Zone: zone, //nolint:gosec // at most 1000
		FilesDir: c.Files.Place(c.DataDir), FilesInDatabase: c.Files.InDatabase(),
	})
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	running.add("database connections", func(context.Context) error { n.store.Close(); return nil })
	if n.installation, err = n.store.Installation(ctx); err != nil {
		return nil, fmt.Errorf("read installation: %w", err)
	}
	if n.house, err = openHouse(ctx, c, log); err != nil {
		return nil, err
	}
	if err = takeSecrets(ctx, n.store, n.house, log); err != nil {
		return nil, err
	}
	if n.stock, err = share(ctx, n.books, n.store, log); err != nil {
		return nil, err
	}
	if n.calendar, err = openAlmanac(ctx, files, n.store, log); err != nil {
		return nil, fmt.Errorf("open calendar: %w", err)
	}
	if n.channels, err = openChannels(c, n.house); err != nil {
		return nil, err
	}
	if err := n.channels.resumeChanged(ctx, n.store, log); err != nil {
		return nil, err
	}
	n.metrics.parked(n.store.ParkedDeliveries)
	n.watchOutbox(ctx, running)
	return n, nil
}

// watchOutbox lets whoever carries notices further hear of them. API and worker read the outbox alike.
func (n *node) watchOutbox(ctx context.Context, running *parts) {
	n.outbox = n.store.WatchOutbox(store.WatchOptions{Logger: n.log})
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- n.outbox.Run(watching) }()
	running.add("outbox watch", func(context.Context) error { stop(); return <-done })
}

// connect dials the engine.
func (n *node) connect(ctx context.Context, o client.Options, running *parts) error {
	o.Namespace = n.config.Temporal.Namespace
	o.Logger = sdklog.NewStructuredLogger(n.log)
	o.Identity = "closedloop/" + version
	o.DisableWorkerEnvironmentInfo = true // what else runs on this machine is nobody's business
	c, err := client.DialContext(ctx, o)
	if err != nil {
		return fmt.Errorf("connect to the engine: %w", err)
	}
	running.add("engine client", func(context.Context) error { c.Close(); return nil })
	n.engine = c
	n.accounts = contract.NewAccounts(c, n.config.Temporal.Namespace, contract.Limits{
		Updates: n.config.Account.MaxUpdates, Events: n.config.Account.MaxEvents, UnopenedAfter: n.config.Account.UnopenedAfter,
	})
	return nil
}

// engineOptions are how a process without an engine of its own reaches one.
func engineOptions(c config.Temporal) (client.Options, error) {
	o := client.Options{HostPort: c.Address}
	if c.SecretFile != "" {
		secret, err := os.ReadFile(c.SecretFile)
		if err != nil {
			return o, fmt.Errorf("read temporal.secret_file: %w", err)
		}
		o.HeadersProvider = bearer(strings.TrimSpace(string(secret)))
	}
	if key := c.APIKey.Reveal(); key != "" {
		o.Credentials = client.NewAPIKeyStaticCredentials(key)
	}
	if c.TLS.Enabled {
		t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.TLS.ServerName}
		if c.TLS.CAFile != "" {
			pem, err := os.ReadFile(c.TLS.CAFile)
			if err != nil {
				return o, fmt.Errorf("read temporal.tls.ca_file: %w", err)
			}
			t.RootCAs = x509.NewCertPool()
			if !t.RootCAs.AppendCertsFromPEM(pem) {
				return o, errors.New("temporal.tls.ca_file holds no certificate")
			}
		}
		if c.TLS.CertFile != "" {
			pair, err := tls.LoadX509KeyPair(c.TLS.CertFile, c.TLS.KeyFile)
			if err != nil {
				return o, fmt.Errorf("read temporal.tls.cert_file: %w", err)
			}
			t.Certificates = []tls.Certificate{pair}
		}
		o.ConnectionOptions.TLS = t
	}
	return o, nil
}

// bearer is the secret of an engine embedded in `closedloop up`, as it wants to see it with every call.
type bearer string

func (b bearer) GetHeaders(context.Context) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

// sign is the keyed hash of a text that stays beside the log.
func (n *node) sign(text string) string {
	mac := hmac.New(sha256.New, n.installation.Secret)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// commander takes commands to the engine, and none while the process is fenced: their outcome would be somebody else's.
type commander struct{ *node }

var errFenced = fmt.Errorf("%w: the process has lost its lock on the database", deal.ErrUnavailable)

func (c commander) Send(ctx context.Context, cmd deal.Command) (deal.Receipt, error) {
	if c.fenced.Load() {
		return deal.Receipt{}, errFenced
	}
	return c.accounts.Send(ctx, cmd) //nolint:wrapcheck // says what it was doing
}

func (c commander) Open(ctx context.Context, cmd deal.Command) (deal.Receipt, error) {
	if c.fenced.Load() {
		return deal.Receipt{}, errFenced
	}
	return c.accounts.Open(ctx, cmd) //nolint:wrapcheck // says what it was doing
}
