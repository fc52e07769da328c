package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience is how long a fast shutdown of a server left behind may take before
// it is told to stop at once; it then recovers from its log at the next start.
const patience = 20 * time.Second

// stopLeftover ends the server that a killed owner left running on dataDir. It
// is stopped rather than adopted: a server that is our child is waited for and
// watched in one way only, and sessions of the dead owner end with it.
func stopLeftover(ctx context.Context, dataDir string, log *slog.Logger) error {
	pidFile := filepath.Join(dataDir, "postmaster.pid")
	pid, err := readPID(pidFile)
	if err != nil || pid == 0 {
		return err
	}
	switch identify(pid, dataDir) {
	case gone, unclear:
		return nil // PostgreSQL judges for itself: it removes a stale file, or refuses to be the second
	case stranger:
		// After a reboot the number may belong to any process. PostgreSQL sees
		// that it exists and would refuse to start for ever.
		log.WarnContext(ctx, "removing a stale postmaster.pid whose process is not a server", "pid", pid)
		return os.Remove(pidFile)
	case ours:
	}
	log.WarnContext(ctx, "stopping a server left behind by a killed process", "pid", pid)
	if err := syscall.Kill(pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stop the server left behind (process %d): %w", pid, err)
	}
	hurry := time.After(patience)
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for identify(pid, dataDir) == ours {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the server left behind (process %d) to stop: %w", pid, context.Cause(ctx))
		case <-hurry:
			_ = syscall.Kill(pid, syscall.SIGQUIT)
		case <-poll.C:
		}
	}
	return nil
}

// readPID reads the first line of a postmaster.pid, 0 when there is no file.
func readPID(path string) (int, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", path, err)
	}
	return max(pid, -pid), nil // negative for a single-user server
}

type identity int

const (
	gone     identity = iota // no such process
	stranger                 // certainly no server: another program, or a dead process nobody waited for
	unclear                  // perhaps a server somebody started by hand
	ours                     // a server this package started on the directory
)

// identify says what kind of process has the number now.
func identify(pid int, dataDir string) identity {
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return gone
	}
	line, zombie, err := commandLine(pid)
	switch {
	case err != nil:
		return unclear
	case zombie || !strings.Contains(line, "postgres"):
		return stranger
	case strings.Contains(line, " -D "+dataDir+" "):
		return ours
	default:
		return unclear
	}
}

// commandLine reads a process's program and arguments from /proc, and through ps
// where there is none.
func commandLine(pid int) (line string, zombie bool, err error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err == nil {
		// A zombie has no memory and so no command line.
		return strings.ReplaceAll(string(text), "\x00", " "), len(text) == 0, nil
	}
	out, err := exec.Command("ps", "-o", "stat=", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return "", false, fmt.Errorf("look at process %d: %w", pid, err)
	}
	status, args, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	return args + " ", strings.HasPrefix(status, "Z"), nil
}
