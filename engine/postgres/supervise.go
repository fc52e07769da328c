package postgres

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

// Pauses between attempts to bring a dead server back, in doubling steps.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// supervise keeps the server running until Stop: whatever ends it, it comes back
// on the same port, and clients find it again by themselves.
func (s *Server) supervise(ctx context.Context, p *process) {
	defer close(s.done)
	defer func() { _ = s.lock.Close() }() // frees the directory
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		<-s.stop
		cancel()
	}()
	for {
		select {
		case <-s.stop:
			s.end(p)
			return
		case <-p.exited:
		}
		s.log.ErrorContext(ctx, "postgres died, starting it again", "error", p.exit())
		if p = s.revive(ctx); p == nil {
			return // stopped meanwhile, and nothing runs
		}
		s.log.InfoContext(ctx, "postgres is back", "pid", s.PID())
	}
}

// revive tries until the server answers again; nil when Stop came first.
func (s *Server) revive(ctx context.Context) *process {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		p, err := s.launchOnce(ctx)
		if err == nil {
			return p
		}
		if ctx.Err() != nil {
			return nil
		}
		s.log.ErrorContext(ctx, "postgres does not start, trying again", "error", err, "pause", pause)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// Stop ends the server as `pg_ctl stop -m fast` does and frees the directory. A
// second call waits for the same end. When ctx ends first the server is told to
// quit at once, which loses nothing but makes the next start recover, and the
// error says so.
func (s *Server) Stop(ctx context.Context) error {
	s.once.Do(func() { close(s.stop) })
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
	}
	_ = s.current.Load().cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-s.done:
	case <-time.After(5 * time.Second):
		_ = s.current.Load().cmd.Process.Kill()
		<-s.done
	}
	return fmt.Errorf("stop postgres in time, it was told to quit: %w", context.Cause(ctx))
}
