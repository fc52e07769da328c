package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Server is a running private PostgreSQL. Its methods may be called from any
// goroutine.
type Server struct {
	opts    Options
	bin     Binaries
	runAs   *account
	dataDir string
	state   state
	lock    *os.File
	log     *slog.Logger

	current atomic.Pointer[process]
	once    sync.Once
	stop    chan struct{} // closed when Stop was asked for
	done    chan struct{} // closed when the server is down and the lock is free
}

// Start runs a private server and returns when it answers, with the extensions
// the product needs at hand. It creates the cluster when DataDir is empty or
// missing, stops a server that a killed process left behind, and otherwise goes
// on with the data that is there. ctx bounds the start only; the server runs
// until [Server.Stop].
//
// Errors to tell apart: [NotFoundError], [VersionError], [InUseError] and
// [ErrForeignDirectory].
func Start(ctx context.Context, opts Options) (*Server, error) {
	began := time.Now()
	if err := opts.complete(); err != nil {
		return nil, err
	}
	if err := prepareDirectory(opts.DataDir); err != nil {
		return nil, fmt.Errorf("prepare data directory: %w", err)
	}
	lock, err := lockDirectory(opts.DataDir)
	if err != nil {
		return nil, err
	}
	s := &Server{
		opts:    opts,
		dataDir: filepath.Join(opts.DataDir, clusterName),
		lock:    lock,
		log:     opts.Logger,
		stop:    make(chan struct{}),
		done:    make(chan struct{}),
	}
	p, err := s.begin(ctx)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	s.log.InfoContext(ctx, "postgres is ready", "version", s.bin.Version, "port", s.state.Port, "pid", s.PID(),
		"data", opts.DataDir, "took", time.Since(began).Round(time.Millisecond))
	go s.supervise(context.WithoutCancel(ctx), p)
	return s, nil
}

// begin brings the data and the server up.
func (s *Server) begin(ctx context.Context) (*process, error) {
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	if err := stopLeftover(ctx, s.dataDir, s.log); err != nil {
		return nil, err
	}
	p, err := s.launchAndWait(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.checkExtensions(ctx); err != nil {
		s.end(p)
		return nil, err
	}
	return p, nil
}

// open finds the programs for the data that exists, or makes a new cluster.
func (s *Server) open(ctx context.Context) error {
	major, err := dataMajor(s.dataDir)
	if err != nil {
		return err
	}
	if s.runAs, err = accountFor(s.dataDir); err != nil {
		return err
	}
	if err := s.runAs.reaches(s.opts.DataDir); err != nil {
		return err
	}
	if major == 0 {
		if s.bin, err = Find(s.opts.BinDir); err != nil {
			return err
		}
		s.log.InfoContext(ctx, "creating a database cluster", "version", s.bin.Version, "data", s.opts.DataDir)
		s.state, err = createCluster(ctx, s.opts.DataDir, s.bin, s.runAs, s.opts.Durable)
		return err
	}
	if s.bin, err = findMajor(s.opts.BinDir, major); err != nil {
		return err
	}
	if s.bin.Major != major {
		return &VersionError{DataDir: s.opts.DataDir, Data: major, Found: s.bin}
	}
	s.state, err = loadState(s.opts.DataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s holds data but %s, which has its password, is missing; restore it from a backup: %w", s.opts.DataDir, stateName, err)
	}
	return err
}

// launchAndWait starts the server on the port it had before, or on a new one
// where another program has taken that, and returns when it answers.
func (s *Server) launchAndWait(ctx context.Context) (*process, error) {
	for attempt := 1; ; attempt++ {
		if s.state.Port == 0 || !isFree(s.state.Port) {
			port, err := FreePort()
			if err != nil {
				return nil, err
			}
			s.state.Port = port
			if err := s.state.save(s.opts.DataDir); err != nil {
				return nil, fmt.Errorf("save the port: %w", err)
			}
		}
		p, err := s.launchOnce(ctx)
		var exit *exitError
		if err == nil || !errors.As(err, &exit) || attempt >= 50 {
			return p, err
		}
		// The port may have been taken between the check and the start, and the
		// sessions of a server that was killed may not be gone.
		if isFree(s.state.Port) && !p.stillInUse() {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// launchOnce returns the process also with an error, for its printed words.
func (s *Server) launchOnce(ctx context.Context) (*process, error) {
	p, err := s.launch()
	if err != nil {
		return nil, err
	}
	if err := s.ready(ctx, p); err != nil {
		s.end(p)
		return p, err
	}
	return p, nil
}

// end stops a process and waits for it: the fast shutdown of pg_ctl, which rolls
// back what is open, writes a checkpoint and leaves nothing to recover.
func (s *Server) end(p *process) {
	_ = p.cmd.Process.Signal(syscall.SIGINT) // an error means it has ended
	<-p.exited
}

// URL is the address of a database on this server, with the password in it. It
// stays the same while the server runs, also across restarts after a crash.
func (s *Server) URL(database string) string { return s.state.url(database) }

func (st state) url(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(st.User, st.Password),
		Host:     net.JoinHostPort(loopback, strconv.Itoa(st.Port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// PID is the process number of the running server; it changes when the server
// died and was started again.
func (s *Server) PID() int { return s.current.Load().cmd.Process.Pid }

// Binaries are the programs the server was started from.
func (s *Server) Binaries() Binaries { return s.bin }
