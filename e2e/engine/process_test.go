//go:build e2e

package engine_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/engine/temporal"
)

// A process of its own is the only thing that can be killed as a machine kills, and the only place for a second engine.
// The test binary stands in for it: `binary engine JSON` and `binary worker JSON`.

// engineJob asks for an engine on a Postgres, at an address where clients find it again after a restart.
type engineJob struct {
	Postgres string
	Frontend string
	Verbose  bool // what an engine says while its database is away fills a screen a second
}

// workerJob asks for a worker that, if it is told so, holds the answer of a command after the commit, for ever, or waits
// before its transaction until it hears a word.
type workerJob struct {
	Site  site
	Hold  deal.CommandName
	Begin deal.CommandName
}

// said is a word of such a process.
type said struct {
	Word     string // ready, begun, committed
	Address  string
	Identity string
	Error    string
}

// run is what such a process does; false for arguments that are not for it.
func run(what string, args []string) bool {
	if len(args) != 1 {
		return false
	}
	var err error
	switch what {
	case "engine":
		err = runEngine(args[0])
	case "worker":
		err = runWorker(args[0])
	default:
		return false
	}
	if err != nil {
		say(said{Error: err.Error()})
		os.Exit(1)
	}
	return true
}

func say(s said) {
	if err := json.NewEncoder(os.Stdout).Encode(s); err != nil {
		panic(err) // whoever listened is gone
	}
}

// runEngine is an engine until standard input ends. It ends by itself when the engine says that it cannot go on, as
// `closedloop up` does.
func runEngine(args string) error {
	var job engineJob
	if err := json.Unmarshal([]byte(args), &job); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	o := temporal.Options{PostgresURL: job.Postgres, Secret: secret, FrontendAddress: job.Frontend}
	if job.Verbose {
		o.Logger = logs()
	}
	e, err := temporal.Start(ctx, o)
	if err != nil {
		return err
	}
	identity, err := e.Identity(ctx)
	if err != nil {
		return err
	}
	say(said{Word: "ready", Address: e.Address(), Identity: identity})
	_, ended := input()
	select {
	case err := <-e.Failed():
		return fmt.Errorf("the engine failed: %w", err)
	case <-ended:
		return e.Stop(context.Background())
	}
}

// runWorker is a worker until standard input ends.
func runWorker(args string) error {
	var job workerJob
	if err := json.Unmarshal([]byte(args), &job); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := hire(ctx, job.Site)
	if err != nil {
		return err
	}
	goOn, ended := input()
	job.trouble(c.ledger, goOn)
	w, err := c.work(2)
	if err != nil {
		return err
	}
	say(said{Word: "ready"})
	<-ended
	w.Stop()
	c.leave()
	return nil
}

// trouble does to the ledger what the job asks for.
func (job workerJob) trouble(l *ledger, goOn <-chan struct{}) {
	var committed atomic.Bool
	forever := func() error { select {} } // until somebody kills the process
	before := trouble(func(_ context.Context, cmd deal.Command) error {
		switch {
		case cmd.Name == job.Hold && committed.Load():
			return forever() // else the next attempt would find the answer
		case cmd.Name == job.Begin:
			say(said{Word: "begun"})
			<-goOn
		}
		return nil
	})
	after := trouble(func(_ context.Context, cmd deal.Command) error {
		if cmd.Name == job.Hold {
			committed.Store(true)
			say(said{Word: "committed"})
			return forever()
		}
		return nil
	})
	l.before.Store(&before)
	l.after.Store(&after)
}

// input tells when standard input has said something, and when it has ended.
func input() (spoke, ended <-chan struct{}) {
	first, last := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(last)
		_, _ = io.ReadFull(os.Stdin, make([]byte, 1))
		close(first)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	return first, last
}

// process is one that runs for a test.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	words *bufio.Reader
	ended bool
}

// launch starts a process and waits until it is ready.
func launch(t *testing.T, what string, job any) (*process, said) {
	t.Helper()
	args, err := json.Marshal(job)
	require.NoError(t, err)
	p := &process{t: t, cmd: exec.Command(os.Args[0], what, string(args))}
	p.cmd.Stderr = t.Output()
	p.in, err = p.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	p.words = bufio.NewReader(out)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(p.stop)
	return p, p.hear("ready")
}

// hear waits for a word.
func (p *process) hear(word string) said {
	p.t.Helper()
	line, err := p.words.ReadBytes('\n')
	require.NoError(p.t, err, "before it said %s", word)
	var s said
	require.NoError(p.t, json.Unmarshal(line, &s))
	require.Empty(p.t, s.Error)
	require.Equal(p.t, word, s.Word)
	return s
}

// tell says a word to it.
func (p *process) tell() {
	p.t.Helper()
	_, err := p.in.Write([]byte{'\n'})
	require.NoError(p.t, err)
}

// signal sends it a signal.
func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(s))
}

// kill ends it as a machine does.
func (p *process) kill() {
	p.t.Helper()
	p.ended = true
	require.NoError(p.t, p.cmd.Process.Kill())
	require.Error(p.t, p.cmd.Wait())
}

// stop lets it end as it should.
func (p *process) stop() {
	if p.ended {
		return
	}
	p.ended = true
	p.signal(syscall.SIGCONT) // a frozen one cannot end
	require.NoError(p.t, p.in.Close())
	require.NoError(p.t, p.cmd.Wait())
}
