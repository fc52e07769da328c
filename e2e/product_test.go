//go:build e2e

package e2e_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/testkit"
)

const (
	// startWithin bounds a start on a machine that does other things as well; an idle one needs a tenth of it.
	startWithin = 90 * time.Second
	// stopWithin is what the product promises for a clean stop.
	stopWithin = 60 * time.Second
	// password of every demo login.
	password = "closedloop-demo"
)

// product is one installation: a data directory, and the process that runs on it when one does.
type product struct {
	dir  string
	env  []string            // settings, as CLOSEDLOOP_…
	user *syscall.Credential // who runs it; nil is us

	address string   // of the API while it runs
	main    *process // the last `closedloop up`

	mu     sync.Mutex
	tokens map[string]string // by login
	all    []*process        // that were ever launched
}

// newProduct makes an installation that nobody has started yet. The test's end closes it.
func newProduct(t *testing.T, settings ...string) *product {
	t.Helper()
	p, err := makeProduct(settings...)
	require.NoError(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			p.tell(t)
		}
		require.NoError(t, p.close())
	})
	return p
}

func makeProduct(settings ...string) (*product, error) {
	home, err := workshop()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(home.dir, "product-")
	if err != nil {
		return nil, err
	}
	// Accounts that oversleep a restart are found by the watchdog; a minute is too long for a test.
	env := []string{"CLOSEDLOOP_WATCHDOG_INTERVAL=1s", "CLOSEDLOOP_WATCHDOG_GRACE=1s"}
	p := &product{dir: dir, env: append(env, settings...), tokens: map[string]string{}}
	children.add(p)
	return p, os.Chmod(dir, 0o755)
}

// started makes a product and runs it.
func started(t *testing.T, settings ...string) *product {
	t.Helper()
	p := newProduct(t, settings...)
	p.start(t)
	return p
}

// office is the product that tests share which leave the process alone.
var office = sync.OnceValues(func() (*product, error) { return makeProduct() })

var opened sync.Mutex

// inOffice is the shared product, running.
func inOffice(t *testing.T) *product {
	t.Helper()
	p, err := office()
	require.NoError(t, err)
	opened.Lock()
	defer opened.Unlock()
	t.Cleanup(func() {
		if t.Failed() {
			p.tell(t)
		}
	})
	if p.main == nil {
		p.start(t)
	}
	require.True(t, p.main.runs(), "the shared product has ended")
	return p
}

func (p *product) data() string { return filepath.Join(p.dir, "data") }

var listens = regexp.MustCompile(`http://(127\.0\.0\.1:\d+)/api/v1`)

// start runs `closedloop up` and returns when it is ready. Port 0 lets the system choose, so that nobody is in the way.
func (p *product) start(t *testing.T, flags ...string) {
	t.Helper()
	args := append([]string{"up", "--data", p.data(), "--listen", "127.0.0.1:0"}, flags...)
	p.main = p.launch(t, args...)
	p.address = p.main.awaitAddress(t)
	p.awaitReady(t)
}

// awaitAddress reads where a process serves its API.
func (r *process) awaitAddress(t *testing.T) string {
	t.Helper()
	var found []string
	r.awaits(t, startWithin, "a line with its address", func() bool {
		found = listens.FindStringSubmatch(r.output())
		return found != nil
	})
	return found[1]
}

func (p *product) awaitReady(t *testing.T) {
	t.Helper()
	client := &http.Client{Timeout: 5 * time.Second}
	testkit.Eventually(t, startWithin, func() bool {
		answer, err := client.Get("http://" + p.address + "/readyz")
		if err != nil {
			return false
		}
		return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}, "/readyz")
}

// kill ends the process the hard way, as a power cut would, and leaves its Postgres behind.
func (p *product) kill(t *testing.T) {
	t.Helper()
	p.main.kill(t)
}

// restart starts again what was killed or stopped.
func (p *product) restart(t *testing.T) {
	t.Helper()
	require.False(t, p.main.runs(), "it still runs")
	p.start(t)
}

// tool runs a command of the binary beside the product, and gives what it printed and its exit code.
func (p *product) tool(t *testing.T, args ...string) (output string, code int) {
	t.Helper()
	r := p.launch(t, args...)
	r.awaitEnd(t, 2*time.Minute)
	return r.output() + r.errors(), r.code()
}

// close stops what runs, politely where it can, and removes all traces. A Postgres left behind by a kill is stopped by
// the number in its own file.
func (p *product) close() error {
	for _, r := range slices.Backward(p.launched()) {
		r.end()
	}
	if err := stopPostgres(filepath.Join(p.data(), "postgres", "data", "postmaster.pid")); err != nil {
		return err
	}
	children.remove(p)
	return os.RemoveAll(p.dir)
}

// stopPostgres ends a server whose owner was killed, at once: nobody wants its data any more.
func stopPostgres(pidFile string) error {
	text, err := os.ReadFile(pidFile)
	if err != nil {
		return nil //nolint:nilerr // no file, no server
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return fmt.Errorf("read %s: %w", pidFile, err)
	}
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	deadline := time.After(20 * time.Second)
	_ = syscall.Kill(pid, syscall.SIGQUIT) // an error means it has ended
	for {
		if _, err := os.Stat(pidFile); err != nil {
			return nil //nolint:nilerr // the server has taken its file away
		}
		if syscall.Kill(pid, 0) != nil {
			return nil
		}
		select {
		case <-deadline:
			return fmt.Errorf("the Postgres of %s (process %d) does not stop", pidFile, pid)
		case <-poll.C:
		}
	}
}

// tell prints the last words of every life of the product.
func (p *product) tell(t *testing.T) {
	t.Helper()
	for _, r := range p.launched() {
		t.Logf("── %s said:\n%s", r.name, lastLines(r.output()+r.errors(), 60))
	}
}

func (p *product) launched() []*process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.all)
}

func lastLines(text string, n int) string {
	lines := bytes.Split(bytes.TrimSpace([]byte(text)), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-n):], []byte("\n")))
}
