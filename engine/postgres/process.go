package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// maxLog is the size in bytes at which the server's own log starts anew; the one
// before it is kept.
const maxLog = 16 << 20

// process is one life of the server.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{} // closed after the process ended and err is set
	err    error
	log    string // path of what it prints
	from   int64  // where in the log this life begins
}

// launch starts the server and returns at once.
func (s *Server) launch() (*process, error) {
	path := filepath.Join(s.opts.DataDir, logName)
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	log, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the server has its own copy
	from, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	args := s.opts.arguments(s.dataDir, s.state.Port)
	cmd := s.runAs.command(s.opts.DataDir, filepath.Join(s.bin.Dir, "postgres"), args...)
	// A file, not a pipe: the server may outlive us, and its last words are the
	// ones that matter.
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	p := &process{cmd: cmd, exited: make(chan struct{}), log: path, from: from}
	s.current.Store(p)
	go func() {
		defer close(p.exited)
		p.err = cmd.Wait()
	}()
	return p, nil
}

// exitError explains an end that nobody asked for with the server's last words.
type exitError struct {
	cause error
	words string
}

func (e *exitError) Error() string {
	return fmt.Sprintf("postgres ended by itself (%v): %s", e.cause, e.words)
}

func (e *exitError) Unwrap() error { return e.cause }

// exit is the error of an ended process.
func (p *process) exit() error {
	cause := p.err
	if cause == nil {
		cause = errors.New("exit status 0")
	}
	return &exitError{cause: cause, words: lastLines(p.printed(), 3)}
}

// printed is what the server wrote in this life, at most the last 4 KiB.
func (p *process) printed() string {
	file, err := os.Open(p.log)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return ""
	}
	text, err := io.ReadAll(io.NewSectionReader(file, max(p.from, info.Size()-4096), 4096))
	if err != nil {
		return ""
	}
	return string(text)
}

// stillInUse says that sessions of the previous server have not all ended yet.
// They notice its death within moments; until then no new one may start.
func (p *process) stillInUse() bool {
	return strings.Contains(p.printed(), "is still in use")
}

// ready returns when the server answers. After a crash it first recovers, which
// may take minutes, so only its end or the context ends the wait.
func (s *Server) ready(ctx context.Context, p *process) error {
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		conn, err := s.connect(ctx, maintenance)
		if err == nil {
			return conn.Close(ctx)
		}
		if refused := new(pgconn.PgError); errors.As(err, &refused) && strings.HasPrefix(refused.Code, "28") {
			return fmt.Errorf("log in to the private server: %w", err)
		}
		select {
		case <-p.exited:
			return p.exit()
		case <-ctx.Done():
			return fmt.Errorf("wait for postgres: %w", context.Cause(ctx))
		case <-poll.C:
		}
	}
}

// connect opens one session in a database.
func (s *Server) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return pgx.Connect(ctx, s.URL(database))
}
