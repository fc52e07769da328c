package testkit

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/engine/postgres"
)

// idleGrace is how long a server nobody uses stays up. Between two packages `go
// test ./...` compiles, and starting anew each time would cost more.
const idleGrace = time.Minute

// startGrace bounds the start of the server, which may have to recover and to
// remove what killed tests left behind.
const startGrace = 2 * time.Minute

// Cluster is the PostgreSQL server that the tests of a user share.
type Cluster struct {
	maintenance url.URL
	users       *os.File // holds the shared lock of this process
}

// one process joins once and stays until it ends.
var shared = sync.OnceValues(func() (*Cluster, error) {
	bin, err := postgres.Find("")
	if err != nil {
		return nil, err
	}
	// Data of one major version cannot be read by another, so each has a server.
	name := fmt.Sprintf("closedloop-test-%d-pg%d", os.Geteuid(), bin.Major)
	return join(filepath.Join(os.TempDir(), name), bin.Dir, idleGrace)
})

// Postgres returns the shared server and starts it when it does not run. Nothing
// is flushed to disk there, so it is fast and good for nothing else.
func Postgres(t testing.TB) *Cluster {
	t.Helper()
	c, err := shared()
	require.NoError(t, err)
	return c
}

// URL is the address of a database on the server.
func (c *Cluster) URL(database string) string {
	u := c.maintenance
	u.Path = "/" + database
	return u.String()
}

// join makes this process a user of the server in dir.
func join(dir, binDir string, grace time.Duration) (*Cluster, error) {
	if err := ownDirectory(dir); err != nil {
		return nil, fmt.Errorf("test server: %w", err)
	}
	// A keeper that is just ending holds this lock until its server is down.
	users, err := lock(dir, usersFile, syscall.LOCK_SH)
	if err != nil {
		return nil, fmt.Errorf("test server: %w", err)
	}
	c, err := find(dir, binDir, grace)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("test server in %s: %w", dir, err), users.Close())
	}
	c.users = users
	return c, nil
}

// ownDirectory makes dir or checks that it is ours: anybody may make a directory
// of that name in a temporary directory, and what is in it decides where test data goes.
func ownDirectory(dir string) error {
	mode := fs.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711 // the server runs as another user and has to pass
	}
	err := os.Mkdir(dir, mode)
	if err == nil {
		return os.Chmod(dir, mode)
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || ok && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%s is not a directory of this user", dir)
	}
	return nil
}

// find returns the server of the living keeper, or of a new one.
func find(dir, binDir string, grace time.Duration) (*Cluster, error) {
	starting, err := lock(dir, startFile, syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer func() { _ = starting.Close() }() // unlocks
	var ended <-chan struct{}               // of the keeper this call has started
	deadline := time.After(startGrace)
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		alive, err := lives(dir)
		if err != nil {
			return nil, err
		}
		switch {
		case alive: // it has said where the server is, or is about to, or is ending
			if c, err := read(dir); !errors.Is(err, fs.ErrNotExist) {
				return c, err
			}
		case ended == nil:
			// Whatever an old note says, its keeper is gone.
			if err := os.RemoveAll(filepath.Join(dir, noteFile)); err != nil {
				return nil, err
			}
			if ended, err = spawn(dir, binDir, grace); err != nil {
				return nil, err
			}
		}
		select {
		case <-ended:
			c, err := read(dir)
			if errors.Is(err, fs.ErrNotExist) {
				err = fmt.Errorf("its keeper ended, see %s", logFile)
			}
			return c, err
		case <-deadline:
			return nil, fmt.Errorf("it does not start, see %s", logFile)
		case <-poll.C:
		}
	}
}

// lives says whether there is a keeper.
func lives(dir string) (bool, error) {
	keeper, err := lock(dir, keeperFile, syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, errLocked) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return false, keeper.Close()
}

// read takes the keeper's word for where the server is.
func read(dir string) (*Cluster, error) {
	n, err := readNote(dir)
	if err != nil {
		return nil, err
	}
	if n.Error != "" {
		return nil, errors.New(n.Error)
	}
	u, err := url.Parse(n.URL)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", noteFile, err)
	}
	return &Cluster{maintenance: *u}, nil
}

// spawn starts a keeper: this very program, which init recognises by its
// arguments. It has no part in our terminal, our pipes or our end.
func spawn(dir, binDir string, grace time.Duration) (ended <-chan struct{}, err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(dir, logFile), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the keeper has its own copy
	cmd := exec.Command(program, keeperWord, dir, binDir, strconv.FormatInt(grace.Milliseconds(), 10))
	cmd.Dir = dir // not the directory of a package, which somebody may want to remove
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a keeper: %w", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait()
	}()
	return done, nil
}
