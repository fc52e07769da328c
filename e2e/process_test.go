//go:build e2e

package e2e_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/testkit"
)

// process is one run of the binary. What it says goes to files, which stay readable whatever becomes of it.
type process struct {
	name   string
	cmd    *exec.Cmd
	out    string
	err    string
	exited chan struct{} // closed when it has ended
}

// launch runs the binary with the product's settings.
func (p *product) launch(t *testing.T, args ...string) *process {
	t.Helper()
	home, err := workshop()
	require.NoError(t, err)
	p.mu.Lock()
	defer p.mu.Unlock()
	name := fmt.Sprintf("%s-%d", args[0], len(p.all)+1)
	r := &process{
		name: name, cmd: exec.Command(home.binary, args...), exited: make(chan struct{}),
		out: filepath.Join(p.dir, name+".out"), err: filepath.Join(p.dir, name+".log"),
	}
	out, err := os.Create(r.out)
	require.NoError(t, err)
	log, err := os.Create(r.err)
	require.NoError(t, err)
	defer func() { require.NoError(t, errors.Join(out.Close(), log.Close())) }() // the process has copies of its own
	r.cmd.Stdout, r.cmd.Stderr, r.cmd.Dir = out, log, p.dir
	r.cmd.Env = p.environment(r.cmd)
	// A session of its own: Ctrl-C at the terminal is for us, and we end our children.
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: p.user}
	require.NoError(t, r.cmd.Start())
	go func() {
		defer close(r.exited)
		_ = r.cmd.Wait() // its state says how it ended
	}()
	p.all = append(p.all, r)
	return r
}

// environment is ours without the settings of whoever runs the tests, and with the product's.
func (p *product) environment(cmd *exec.Cmd) []string {
	var env []string
	for _, line := range cmd.Environ() {
		if !strings.HasPrefix(line, "CLOSEDLOOP_") && !strings.HasPrefix(line, "PWD=") && !strings.HasPrefix(line, "HOME=") {
			env = append(env, line)
		}
	}
	return append(append(env, "HOME="+p.dir, "CLOSEDLOOP_LOG_FORMAT=text"), p.env...)
}

func (r *process) runs() bool {
	select {
	case <-r.exited:
		return false
	default:
		return true
	}
}

// code is the exit code of an ended process, and -1 for one that a signal ended.
func (r *process) code() int { return r.cmd.ProcessState.ExitCode() }

func (r *process) output() string { return contentOf(r.out) }

func (r *process) errors() string { return contentOf(r.err) }

func contentOf(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// awaits polls a condition on a process that must not end before.
func (r *process) awaits(t *testing.T, within time.Duration, what string, cond func() bool) {
	t.Helper()
	testkit.Eventually(t, within, func() bool {
		if cond() {
			return true
		}
		require.True(t, r.runs(), "%s ended before %s:\n%s", r.name, what, lastLines(r.output()+r.errors(), 20))
		return false
	}, what)
}

func (r *process) awaitEnd(t *testing.T, within time.Duration) {
	t.Helper()
	testkit.Eventually(t, within, func() bool { return !r.runs() }, "%s ends", r.name)
}

// kill ends a process without a last word.
func (r *process) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, r.cmd.Process.Kill())
	r.awaitEnd(t, 10*time.Second)
}

// interrupt is Ctrl-C.
func (r *process) interrupt(t *testing.T) (code int) {
	t.Helper()
	require.NoError(t, r.cmd.Process.Signal(os.Interrupt))
	r.awaitEnd(t, stopWithin)
	return r.code()
}

// end stops a process whatever it takes.
func (r *process) end() {
	if err := r.cmd.Process.Signal(os.Interrupt); errors.Is(err, os.ErrProcessDone) {
		return
	}
	select {
	case <-r.exited:
	case <-time.After(stopWithin):
		_ = r.cmd.Process.Kill()
		<-r.exited
	}
}
