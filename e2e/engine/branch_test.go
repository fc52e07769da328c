//go:build e2e

package engine_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/testkit"
)

// branch is an installation run by binaries of the product, of one release after the other, against the database and the
// engine of the tests: as package e2e has it, for those who need to look into the engine as well.
type branch struct {
	t       *testing.T
	dir     string
	env     []string // settings, as CLOSEDLOOP_…
	binary  string   // that runs
	serial  int
	address string            // of the API
	tokens  map[string]string // by login
}

func newBranch(t *testing.T, s site, settings ...string) *branch {
	t.Helper()
	dir, err := passable(t.TempDir(), nil)
	require.NoError(t, err)
	b := &branch{t: t, dir: dir, tokens: map[string]string{}}
	key := b.file("engine.secret", secret)
	b.env = append([]string{
		"CLOSEDLOOP_DATABASE_URL=" + s.Database, "CLOSEDLOOP_TEMPORAL_ADDRESS=" + s.Engine, "CLOSEDLOOP_TEMPORAL_NAMESPACE=" + s.Namespace,
		"CLOSEDLOOP_TEMPORAL_SECRET_FILE=" + key, "CLOSEDLOOP_DATA_DIR=" + filepath.Join(dir, "data"), "CLOSEDLOOP_LOG_FORMAT=text",
	}, settings...)
	return b
}

// file keeps a text in the installation's directory.
func (b *branch) file(name, text string) string {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	require.NoError(b.t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// program is one run of the binary. What it says goes to files.
type program struct {
	cmd      *exec.Cmd
	out, err string
	exited   chan struct{}
}

// runs starts the binary. The end of the test ends it.
func (b *branch) runs(args ...string) *program {
	b.t.Helper()
	b.serial++
	name := filepath.Join(b.dir, args[0]+"-"+strconv.Itoa(b.serial))
	r := &program{cmd: exec.Command(b.binary, args...), out: name + ".out", err: name + ".log", exited: make(chan struct{})}
	out, err := os.Create(r.out)
	require.NoError(b.t, err)
	log, err := os.Create(r.err)
	require.NoError(b.t, err)
	defer func() { require.NoError(b.t, errors.Join(out.Close(), log.Close())) }() // the process has copies of its own
	r.cmd.Stdout, r.cmd.Stderr, r.cmd.Dir = out, log, b.dir
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "CLOSEDLOOP_") {
			r.cmd.Env = append(r.cmd.Env, line)
		}
	}
	r.cmd.Env = append(r.cmd.Env, b.env...)
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(b.t, r.cmd.Start())
	go func() {
		defer close(r.exited)
		_ = r.cmd.Wait() // its state says how it ended
	}()
	b.t.Cleanup(func() {
		r.kill()
		if b.t.Failed() {
			b.t.Logf("── %s said:\n%s", strings.Join(args, " "), r.said())
		}
	})
	return r
}

func (r *program) said() string {
	out, _ := os.ReadFile(r.out) // nothing is what there was to say
	log, _ := os.ReadFile(r.err)
	return string(out) + string(log)
}

// kill ends it without a last word.
func (r *program) kill() {
	_ = r.cmd.Process.Kill() // an error means that it has ended
	<-r.exited
}

// does runs a tool of the binary and gives what it printed.
func (b *branch) does(args ...string) string {
	b.t.Helper()
	r := b.runs(args...)
	testkit.Eventually(b.t, 2*time.Minute, func() bool {
		select {
		case <-r.exited:
			return true
		default:
			return false
		}
	}, "closedloop %s ends", args[0])
	require.Zero(b.t, r.cmd.ProcessState.ExitCode(), r.said())
	return r.said()
}

var servesAt = regexp.MustCompile(`serves http://(127\.0\.0\.1:\d+)/api/v1`)

// opens lets a release do the work: migrations first, then a worker and an API. close kills both.
func (b *branch) opens(binary string) (kill func()) {
	b.t.Helper()
	b.binary = binary
	b.does("migrate")
	back, front := b.runs("worker"), b.runs("api", "--listen", "127.0.0.1:0")
	testkit.Eventually(b.t, 2*time.Minute, func() bool {
		found := servesAt.FindStringSubmatch(front.said())
		if found == nil {
			return false
		}
		b.address = found[1]
		answer, err := (&http.Client{Timeout: 5 * time.Second}).Get("http://" + b.address + "/readyz")
		return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	}, "both halves are ready")
	return func() { back.kill(); front.kill() }
}

// calls sends a request in somebody's name, wants a status and decodes the answer, unless into is nil.
func (b *branch) calls(login, method, path string, body any, status int, into any) {
	b.t.Helper()
	content, kind := []byte(nil), "application/json"
	switch body := body.(type) {
	case nil:
	case string:
		content, kind = []byte(body), "text/yaml"
	default:
		var err error
		content, err = json.Marshal(body)
		require.NoError(b.t, err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, "http://"+b.address+"/api/v1"+path, bytes.NewReader(content))
	require.NoError(b.t, err)
	if len(content) > 0 {
		r.Header.Set("Content-Type", kind)
	}
	if method == http.MethodPut {
		r.Header.Set("If-Match", `"0"`) // what nobody has written yet
	}
	if token := b.tokens[login]; token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if _, wantsText := into.(*string); wantsText {
		r.Header.Set("Accept", "application/yaml")
	}
	answer, err := (&http.Client{Timeout: 30 * time.Second}).Do(r)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(b.t, err)
	require.Equal(b.t, status, answer.StatusCode, "%s: %s %s: %s", login, method, path, text)
	switch into := into.(type) {
	case nil:
	case *string:
		*into = string(text)
	default:
		require.NoError(b.t, json.Unmarshal(text, into), "%s", text)
	}
}
