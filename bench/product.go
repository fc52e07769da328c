package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// product is a `closedloop up` that we started.
type product struct {
	Data    string
	API     string // host:port
	Admin   string // host:port of profiling and metrics
	StartUp time.Duration

	command *exec.Cmd
	log     string
	ended   chan error
}

// build makes the binary that is measured.
func build(ctx context.Context, dir string) (string, error) {
	binary := filepath.Join(dir, "closedloop")
	if out, err := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", binary, "./cmd/closedloop").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the product (start from the root of the repository): %w\n%s", err, out)
	}
	return binary, nil
}

// patience is how long a start or a stop may take on a slow machine.
const patience = 2 * time.Minute

// start starts the product on a data directory and waits until /readyz says 200. The clock runs from the start of the
// process. It begins with its settings at their defaults, whatever the environment says.
func start(ctx context.Context, binary, data string) (*product, error) {
	api, err := freeAddress()
	if err != nil {
		return nil, err
	}
	admin, err := freeAddress()
	if err != nil {
		return nil, err
	}
	p := &product{Data: data, API: api, Admin: admin, log: data + ".log", ended: make(chan error, 1)}
	log, err := os.OpenFile(p.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make log of the product: %w", err)
	}
	defer log.Close() //nolint:errcheck // the child has its own handle
	p.command = exec.Command(binary, "up", "--data", data, "--listen", api)
	p.command.Env = append(withoutSettings(p.command.Environ()), "CLOSEDLOOP_ADMIN_LISTEN="+admin)
	p.command.Stdout, p.command.Stderr = log, log
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us; we stop the child in order
	began := time.Now()
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start the product: %w", err)
	}
	go func() { p.ended <- p.command.Wait() }()
	err = p.poll(ctx, func() bool { return p.ready(ctx) })
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("wait for the product, see its log: %w\n%s", err, p.tail())
	}
	p.StartUp = time.Since(began)
	return p, nil
}

func (p *product) pid() int { return p.command.Process.Pid }

// ready asks /readyz.
func (p *product) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.API+"/readyz", http.NoBody)
	if err != nil {
		return false
	}
	answer, err := (&http.Client{Timeout: 5 * time.Second}).Do(req)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// poll waits until a condition holds.
func (p *product) poll(ctx context.Context, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case err := <-p.ended:
			p.ended <- err
			return fmt.Errorf("the product ended: %w", errors.Join(err, errors.New("too early")))
		case <-ctx.Done():
			return ctx.Err() //nolint:wrapcheck // says enough
		case <-ticker.C:
		}
	}
	return nil
}

// stop ends the product the way Ctrl-C does, and by force if it does not end.
func (p *product) stop() {
	if p == nil {
		return
	}
	_ = p.command.Process.Signal(os.Interrupt) // it may have ended by itself
	select {
	case err := <-p.ended:
		p.ended <- err
	case <-time.After(patience):
		_ = p.command.Process.Kill()
	}
}

// tail is the end of the product's log.
func (p *product) tail() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

func withoutSettings(environment []string) []string {
	var out []string
	for _, v := range environment {
		if !strings.HasPrefix(v, "CLOSEDLOOP_") {
			out = append(out, v)
		}
	}
	return out
}

// freeAddress is a port on the loopback address that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("look for a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}
