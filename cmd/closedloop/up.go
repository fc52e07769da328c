package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"closedloop/config"
	"closedloop/store"
)

// stopDeadline bounds the whole stop; behind it the process ends and says at which part it was.
const stopDeadline = 60 * time.Second

func (a *app) upCommand() *cobra.Command {
	var noDemo, onlyEngine bool
	var data, listen, playbooks string
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Run everything in this process, on a private Postgres in the data directory",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for flag, setting := range map[string]string{"data": "data_dir", "listen": "listen", "playbooks": "playbooks.dir"} {
				if f := cmd.Flags().Lookup(flag); f.Changed {
					a.set[setting] = f.Value.String()
				}
			}
			if noDemo {
				a.set["demo.enabled"] = false
			}
			c, log, err := a.load()
			if err != nil {
				return err
			}
			return up(cmd.Context(), c, onlyEngine, log, cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&data, "data", "", "data directory (data_dir)")
	f.StringVar(&listen, "listen", "", "address of the API (listen)")
	f.StringVar(&playbooks, "playbooks", "", "directory of own playbooks (playbooks.dir)")
	f.BoolVar(&noDemo, "no-demo", false, "do not create the demo organisation on an empty database")
	f.BoolVar(&onlyEngine, "only-engine", false, "run Postgres and the engine only, for api and worker processes elsewhere")
	return cmd
}

// up starts everything, says where it is, and waits until it is told to stop or something is gone for good.
func up(ctx context.Context, c config.Config, onlyEngine bool, log *slog.Logger, out io.Writer) (err error) {
	began := time.Now()
	var running parts
	defer func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopDeadline)
		defer cancel()
		err = errors.Join(err, running.stop(stopping, log))
	}()
	s := &single{config: c, log: log, running: &running, out: out, began: began}
	if err := s.start(ctx, onlyEngine); err != nil {
		if ctx.Err() != nil {
			return nil // stopped while starting, as asked
		}
		return err
	}
	return s.wait(ctx)
}

// single is the one process that is everything.
type single struct {
	config  config.Config
	log     *slog.Logger
	running *parts
	out     io.Writer
	began   time.Time

	node   *node
	owner  *store.Ownership
	engine <-chan error
	api    <-chan error
}

func (s *single) start(ctx context.Context, onlyEngine bool) error {
	url, err := openDatabase(ctx, s.config, s.running, s.log)
	if err != nil {
		return err
	}
	if s.owner, err = own(ctx, url); err != nil {
		return err
	}
	s.running.add("owner lock", func(ctx context.Context) error { s.owner.Release(ctx); return nil })
	if err := store.MigrateLogged(ctx, url, s.log); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	engine, secret, err := startEngine(ctx, s.config, url, s.running, s.log)
	if err != nil {
		return err
	}
	s.engine = engine.Failed()
	if onlyEngine {
		if _, err := openHouse(ctx, s.config, s.log); err != nil {
			return err
		}
		return s.sayEngine(url, engine.Address())
	}
	n, err := openNode(ctx, s.config, url, s.running, s.log)
	if err != nil {
		return err
	}
	s.node = n
	logins, err := n.seedDemo(ctx)
	if err != nil {
		return err
	}
	inner := client.Options{HostPort: engine.Address(), HeadersProvider: bearer(secret)}
	inner.ConnectionOptions.GrpcCompression = &client.GrpcCompressionNone{} // nothing to save between two parts of one process
	if err := n.connect(ctx, inner, s.running); err != nil {
		return err
	}
	if err := n.startWorker(ctx, s.running); err != nil {
		return err
	}
	address, failed, err := n.startAPI(ctx, s.running)
	if err != nil {
		return err
	}
	s.api = failed
	if err := n.startAdmin(s.running); err != nil {
		return err
	}
	return s.sayReady(address, logins)
}

// wait blocks until somebody stops the process or a part is gone for good.
func (s *single) wait(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			s.log.InfoContext(ctx, "stopping")
			return nil
		case <-s.owner.Lost():
			if err := s.regain(ctx); err != nil {
				return err
			}
		case err := <-s.engine:
			return fmt.Errorf("engine: %w", err)
		case err := <-s.api:
			return err
		}
	}
}

// regainFor is how long a process without its lock tries to take it again (contract.md §5).
const regainFor = 60 * time.Second

// regain fences the process that lost its lock, no commands and no polls, until it has the lock again. It goes on only
// if nobody else owned the database meanwhile.
func (s *single) regain(ctx context.Context) error {
	s.log.WarnContext(ctx, "lost the lock on the database; nothing is taken until it is back")
	if s.node != nil {
		s.node.fence(ctx)
	}
	trying, cancel := context.WithTimeout(ctx, regainFor)
	defer cancel()
	owner, err := s.owner.Regain(trying)
	if ctx.Err() != nil {
		return nil // wait sees that we are to stop
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errLostOwnership, err)
	}
	s.owner = owner
	s.log.InfoContext(ctx, "has the lock on the database again")
	if s.node == nil {
		return nil
	}
	// The engine lost its connections as well, and may take longer than the lock to have them again.
	err = persist(ctx, regainFor, s.node.unfence, func(err error) { s.log.WarnContext(ctx, "cannot take work yet", "error", err) })
	if ctx.Err() != nil {
		return nil // as above
	}
	return err
}

func (s *single) sayReady(address string, logins []string) error {
	data := s.where()
	_, err := fmt.Fprintf(s.out, "closedloop %s is ready after %s\n  API      http://%s/api/v1\n  docs     http://%s/docs\n  data     %s\n",
		version, time.Since(s.began).Round(100*time.Millisecond), address, address, data)
	if err == nil && len(logins) > 0 {
		_, err = fmt.Fprintf(s.out, "  logins   %s\n  password %s (demo)\n", join(logins), s.config.Demo.Password.Reveal())
	}
	if err == nil {
		_, err = fmt.Fprintln(s.out, "Ctrl-C stops it; nothing is lost.")
	}
	return err
}

func (s *single) sayEngine(url, address string) error {
	dir, err := filepath.Abs(s.config.DataDir)
	if err != nil {
		return fmt.Errorf("find data directory: %w", err)
	}
	_, err = fmt.Fprintf(s.out, "engine is ready after %s; for other processes:\n"+
		"  CLOSEDLOOP_DATABASE_URL=%s\n  CLOSEDLOOP_TEMPORAL_ADDRESS=%s\n  CLOSEDLOOP_TEMPORAL_SECRET_FILE=%s\n%s",
		time.Since(s.began).Round(100*time.Millisecond), url, address, filepath.Join(dir, "engine.secret"), s.sayHouse(dir))
	return err
}

// sayHouse names the house key that was made here; one of the configuration is known to whoever wrote that.
func (s *single) sayHouse(dir string) string {
	if s.config.Secrets.Key != "" {
		return ""
	}
	return "  CLOSEDLOOP_SECRETS_KEY_FILE=" + filepath.Join(dir, houseKeyFile) + "\n"
}

func (s *single) where() string {
	if s.config.Database.URL.Reveal() != "" {
		return "in the configured database; engine secret in " + s.config.DataDir
	}
	dir, err := filepath.Abs(s.config.DataDir)
	if err != nil {
		return s.config.DataDir
	}
	return dir
}
