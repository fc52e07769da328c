//go:build e2e

package e2e_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// TestMain ends what the tests share. A signal ends the children as well: they have sessions of their own and would
// outlive us.
func TestMain(m *testing.M) {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		_ = children.end()
		os.Exit(130)
	}()
	code := m.Run()
	err := children.end()
	if home, built := workshop(); built == nil {
		err = errors.Join(err, os.RemoveAll(home.dir))
	}
	if err != nil {
		slog.Error("the tests leave something behind", "error", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// place is where the tests of one process work.
type place struct {
	dir    string // everybody may pass it: Postgres runs as another user when we are root
	binary string
}

// workshop makes the directory and builds the binary, once.
var workshop = sync.OnceValues(func() (place, error) {
	dir, err := os.MkdirTemp("", "closedloop-e2e-")
	if err != nil {
		return place{}, fmt.Errorf("make a directory for the tests: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return place{}, fmt.Errorf("open the directory of the tests: %w", err)
	}
	p := place{dir: dir, binary: filepath.Join(dir, "closedloop")}
	build := exec.Command("go", "build", "-buildvcs=false", "-o", p.binary, "closedloop/cmd/closedloop")
	if said, err := build.CombinedOutput(); err != nil {
		return p, fmt.Errorf("build the binary: %w\n%s", err, said)
	}
	return p, nil
})

// household knows every product that still runs, for the end of the test process.
type household struct {
	mu   sync.Mutex
	runs map[*product]bool
}

var children household

func (h *household) add(p *product) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.runs == nil {
		h.runs = map[*product]bool{}
	}
	h.runs[p] = true
}

func (h *household) remove(p *product) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.runs, p)
}

// end closes whatever runs.
func (h *household) end() error {
	h.mu.Lock()
	var all []*product
	for p := range h.runs {
		all = append(all, p)
	}
	h.mu.Unlock()
	var errs []error
	for _, p := range all {
		errs = append(errs, p.close())
	}
	return errors.Join(errs...)
}
