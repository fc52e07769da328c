package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"closedloop/engine/postgres"
)

// product is a `closedloop up` that we started.
type product struct {
	API  string // host:port
	pool *pgxpool.Pool

	command *exec.Cmd
	log     string
	ended   chan error
}

// roundTheClock is an office that never closes, but for a minute: reminders wait for nobody.
const roundTheClock = `zone: Asia/Shanghai
week: [mon, tue, wed, thu, fri, sat, sun]
hours:
  - {open: "00:00", close: "23:59"}
`

// patience is how long a start or a stop may take on a slow machine.
const patience = 2 * time.Minute

// start builds the product, starts it on a directory of its own and waits until it takes requests.
func start(ctx context.Context, dir string) (*product, error) {
	binary := filepath.Join(dir, "closedloop")
	if out, err := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", binary, "./cmd/closedloop").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the product (start from the root of the repository): %w\n%s", err, out)
	}
	calendars := filepath.Join(dir, "calendar")
	err := errors.Join(os.Mkdir(calendars, 0o755), os.WriteFile(filepath.Join(calendars, "office.yaml"), []byte(roundTheClock), 0o644)) //nolint:gosec // nothing secret
	if err != nil {
		return nil, fmt.Errorf("write office hours: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // only looks for a free port
	if err != nil {
		return nil, fmt.Errorf("look for a free port: %w", err)
	}
	p := &product{API: listener.Addr().String(), log: filepath.Join(dir, "log"), ended: make(chan error, 1)}
	_ = listener.Close() // only looked for a free port
	log, err := os.Create(p.log)
	if err != nil {
		return nil, fmt.Errorf("make log of the product: %w", err)
	}
	defer log.Close() //nolint:errcheck // the child has its own handle
	data := filepath.Join(dir, "data")
	p.command = exec.Command(binary, "up", "--data", data, "--listen", p.API)
	for _, v := range p.command.Environ() {
		if !strings.HasPrefix(v, "CLOSEDLOOP_") {
			p.command.Env = append(p.command.Env, v)
		}
	}
	p.command.Env = append(p.command.Env, "CLOSEDLOOP_CALENDAR_DIR="+calendars, "CLOSEDLOOP_LOG_LEVEL=warn")
	p.command.Stdout, p.command.Stderr = log, log
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us; we stop the child in order
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start the product: %w", err)
	}
	go func() { p.ended <- p.command.Wait() }()
	if err := p.awaitReady(ctx, data); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *product) awaitReady(ctx context.Context, data string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ready := newClient(p.API)
	for {
		if req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.API+"/readyz", http.NoBody); err == nil {
			if answer, err := ready.http.Do(req); err == nil {
				answer.Body.Close()
				if answer.StatusCode == http.StatusOK {
					break
				}
			}
		}
		select {
		case err := <-p.ended:
			p.ended <- err
			text, _ := os.ReadFile(p.log) // as far as it got
			return fmt.Errorf("the product ended too early: %w\n%s", err, text)
		default:
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return fmt.Errorf("wait for the product: %w", err)
		}
	}
	url, err := postgres.Attach(filepath.Join(data, "postgres"), "closedloop")
	if err != nil {
		return fmt.Errorf("find the product's database: %w", err)
	}
	if p.pool, err = pgxpool.New(ctx, url); err != nil {
		return fmt.Errorf("connect to the product's database: %w", err)
	}
	return nil
}

// stop ends the product the way Ctrl-C does, and by force if it does not end.
func (p *product) stop() {
	if p.pool != nil {
		p.pool.Close()
	}
	_ = p.command.Process.Signal(os.Interrupt) // it may have ended by itself
	select {
	case err := <-p.ended:
		p.ended <- err // how it ended is in its log
	case <-time.After(patience):
		_ = p.command.Process.Kill()
	}
}

// client asks the API as one person.
type client struct {
	base, token string
	http        *http.Client
	keys        *atomic.Int64
}

func newClient(api string) *client {
	transport := &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256, IdleConnTimeout: time.Minute}
	return &client{base: "http://" + api + "/api/v1", http: &http.Client{Transport: transport, Timeout: 30 * time.Second}, keys: new(atomic.Int64)}
}

// as logs somebody of the demo organisation in.
func (c *client) as(ctx context.Context, login string) (*client, error) {
	var session struct {
		Token string `json:"token"`
	}
	if err := c.post(ctx, "/session", map[string]string{"login": login, "password": "closedloop-demo"}, &session); err != nil {
		return nil, fmt.Errorf("log in as %s: %w", login, err)
	}
	somebody := *c
	somebody.token = session.Token
	return &somebody, nil
}

// post sends a body under a new key, again under the same one as long as the outcome is unknown or there is too much to do.
func (c *client) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode body: %w", err)
	}
	key := "storm-" + strconv.FormatInt(c.keys.Add(1), 36)
	for {
		status, answer, err := c.once(ctx, path, key, text)
		switch {
		case err != nil:
			return err
		case status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests:
			if err := pause(ctx, time.Second); err != nil {
				return err
			}
		case status >= http.StatusBadRequest:
			return fmt.Errorf("POST %s answered %d: %s", path, status, answer)
		case into == nil:
			return nil
		default:
			return json.Unmarshal(answer, into) //nolint:wrapcheck // of an answer of ours
		}
	}
}

func (c *client) once(ctx context.Context, path, key string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.http.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("POST %s: %w", path, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("read answer: %w", err)
	}
	return answer.StatusCode, text, nil
}
