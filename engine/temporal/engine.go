package temporal

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

// ErrShardCount says that the databases were made with another number of history
// shards. It cannot be changed; a server that ignored it would look for every
// workflow in the wrong place.
var ErrShardCount = errors.New("number of history shards differs")

// Engine is a running Temporal server.
type Engine struct {
	opts    Options
	address string
	server  temporal.Server
	log     *logger
	client  client.Client // for Identity and for waking up

	stop    sync.Once
	stopped chan struct{}
	stopErr error
}

// Start brings the engine up and returns when its namespace can be used. ctx
// bounds the start only. It is called once in the life of a process: after an
// error the process has to end, because a server that came up half-way cannot be
// stopped safely (temporal#2899).
func Start(ctx context.Context, opts Options) (*Engine, error) {
	began := time.Now()
	if err := opts.complete(); err != nil {
		return nil, err
	}
	db, err := parseServer(opts.PostgresURL)
	if err != nil {
		return nil, err
	}
	e := &Engine{opts: opts, log: newLogger(opts.Logger), stopped: make(chan struct{})}
	for _, name := range []string{opts.Database, opts.VisibilityDatabase} {
		if err := db.ensureDatabase(ctx, name); err != nil {
			return nil, err
		}
	}
	host, _, err := net.SplitHostPort(opts.FrontendAddress)
	if err != nil {
		return nil, err
	}
	chosen, err := choosePorts(opts.FrontendAddress)
	if err != nil {
		return nil, err
	}
	e.address = chosen.address(primitives.FrontendService, host)
	cfg := configuration(&opts, db, host, chosen)
	if err := ensureSchemas(cfg.Persistence, e.log); err != nil {
		return nil, err
	}
	for _, name := range []string{opts.Database, opts.VisibilityDatabase} {
		if err := db.sweepOften(ctx, name); err != nil {
			return nil, err
		}
	}
	if err := e.launch(ctx, cfg, host, chosen); err != nil {
		return nil, err
	}
	if err := e.wake(ctx); err != nil {
		return nil, err
	}
	e.log.life.quiet.Store(false)
	opts.Logger.InfoContext(ctx, "temporal is ready", "address", e.address, "namespace", opts.Namespace,
		"took", time.Since(began).Round(time.Millisecond))
	return e, nil
}

// launch builds and starts the server. Both run in a goroutine of their own,
// which the server's logger may end when it finds no way on.
func (e *Engine) launch(ctx context.Context, cfg *config.Config, host string, p ports) error {
	inner, err := newInnerTLS()
	if err != nil {
		return err
	}
	options := []temporal.ServerOption{
		temporal.WithConfig(cfg),
		temporal.ForServices(temporal.Services),
		temporal.WithStaticHosts(hosts(host, p)),
		temporal.WithLogger(e.log),
		temporal.WithDynamicConfigClient(dynamic(&e.opts)),
		temporal.WithTLSConfigFactory(inner),
		temporal.WithAuthorizer(authorization.NewDefaultAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return newGuard(e.opts.Secret) }),
	}
	result := make(chan error, 1)
	go func() {
		defer close(result)
		var err error
		if e.server, err = temporal.NewServer(options...); err != nil {
			result <- fmt.Errorf("build the temporal server: %w", err)
			return
		}
		// The server has put the stored count where ours was.
		if cfg.Persistence.NumHistoryShards != e.opts.HistoryShards {
			result <- fmt.Errorf("%w: the databases were made with %d, the options ask for %d",
				ErrShardCount, cfg.Persistence.NumHistoryShards, e.opts.HistoryShards)
			return
		}
		if err := e.server.Start(); err != nil {
			result <- fmt.Errorf("start the temporal server: %w", err)
			return
		}
		result <- nil
	}()
	select {
	case err, returned := <-result:
		if !returned {
			err = errors.New("start the temporal server: it gave up")
		}
		select {
		case fatal := <-e.log.life.fatal:
			return fatal // the reason behind it
		default:
			return err
		}
	case <-ctx.Done():
		return fmt.Errorf("start the temporal server: %w", context.Cause(ctx))
	}
}

// dial connects a client to the frontend, with the secret.
func (e *Engine) dial(ctx context.Context) (client.Client, error) {
	return client.DialContext(ctx, client.Options{
		HostPort:        e.address,
		Namespace:       e.opts.Namespace,
		HeadersProvider: Credentials(e.opts.Secret),
		Logger:          log.NewStructuredLogger(e.log.out),
	})
}

// Address is where clients connect, host and port.
func (e *Engine) Address() string { return e.address }

// Failed gets the first failure after which the server cannot go on, say a port
// that was taken away. The owner then stops what stands on the engine and ends
// the process.
func (e *Engine) Failed() <-chan error { return e.log.life.fatal }

// Stop ends the server and waits for it until ctx is done, at most
// [StopDeadline]. A server that is not down by then is left to the end of the
// process, and the error says so: its databases are consistent at any moment.
// A second call waits for the same end.
func (e *Engine) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, StopDeadline, errors.New("the engine's own deadline passed"))
	defer cancel()
	e.stop.Do(func() {
		e.log.life.quiet.Store(true)
		e.log.life.over.Store(true)
		e.client.Close()
		go func() {
			defer close(e.stopped)
			e.stopErr = e.server.Stop()
		}()
	})
	select {
	case <-e.stopped:
		if e.stopErr != nil {
			return fmt.Errorf("stop the temporal server: %w", e.stopErr)
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop the temporal server: %w", context.Cause(ctx))
	}
}
