package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"closedloop/bench/crowd"
	"closedloop/engine/postgres"
)

// results are what the page is made of.
type results struct {
	Plan    plan
	Count   crowd.Count
	Filled  time.Duration // zero: the house was there
	Checked int           // accounts that were held against their logs
	Machine machine
	Commit  string
	Partial bool
	Answers []answer
	Crowd   []time.Duration // of several clients, all questions mixed
	Monthly *monthly        // nil: not measured
	Took    time.Duration

	CrowdTook time.Duration
}

// answer is how fast one question was answered.
type answer struct {
	question

	Alone    []time.Duration // with one client
	Slowest  string          // request
	Asked    []string        // requests, some of them
	Road     []time.Duration // GET /version beside it
	Items    int             // of the slowest answer
	Executed []executed      // statements of the slowest answer, asked for once more
}

func measure(ctx context.Context, p plan, dir, only string, log *slog.Logger) (r *results, err error) {
	began := time.Now()
	r = &results{Plan: p, Partial: only != "", Commit: commit(ctx)}
	if r.Filled, r.Checked, err = house(ctx, p, dir, log); err != nil {
		return nil, err
	}
	r.Machine = lookAround()
	server, err := postgres.Start(ctx, postgres.Options{
		DataDir: filepath.Join(dir, "postgres"), Logger: log, Durable: true, Settings: map[string]string{"session_preload_libraries": "auto_explain"},
	})
	if err != nil {
		return nil, fmt.Errorf("start Postgres: %w", err)
	}
	defer func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		_ = server.Stop(stopping)
	}()
	url := server.URL(database)
	if r.Count, err = crowd.Counts(ctx, url); err != nil {
		return nil, fmt.Errorf("count the house: %w", err)
	}
	if err := r.ask(ctx, url, only, log); err != nil {
		return nil, err
	}
	if err := r.explain(ctx, url, filepath.Join(dir, "postgres", "postgres.log")); err != nil {
		return nil, err
	}
	r.Machine.LoadThen = loadNow()
	if r.Machine.Postgres, r.Machine.Settings, err = settingsOf(ctx, url); err != nil {
		return nil, err
	}
	r.Took = time.Since(began)
	return r, nil
}

// ask asks every question.
func (r *results) ask(ctx context.Context, url, only string, log *slog.Logger) error {
	s, err := serve(ctx, url, nil)
	if err != nil {
		return err
	}
	defer s.close()
	clients, drawers := map[string]*client{}, map[string]*drawer{}
	for i, v := range viewers {
		c, err := s.as(ctx, v.Login)
		if err != nil {
			return err
		}
		clients[v.Login] = c
		if drawers[v.Login], err = learn(ctx, s, c, uint64(i)); err != nil { //nolint:gosec // small
			return fmt.Errorf("%s: %w", v.Login, err)
		}
	}
	if err := r.warm(ctx, only, clients, drawers); err != nil {
		return err
	}
	for _, q := range questions() {
		if only != "" && !strings.Contains(q.title(), only) {
			continue
		}
		a, err := r.one(ctx, q, clients[q.Who], drawers[q.Who])
		if err != nil {
			return fmt.Errorf("%s: %w", q.title(), err)
		}
		slices.Sort(a.Alone)
		log.InfoContext(ctx, q.Group, "question", q.Name, "by", q.Who, "p50", a.Alone[len(a.Alone)/2].Round(time.Microsecond*10),
			"p99", a.Alone[len(a.Alone)*99/100].Round(time.Microsecond*10), "max", a.Alone[len(a.Alone)-1].Round(time.Microsecond*10), "slowest", a.Slowest)
		r.Answers = append(r.Answers, a)
	}
	if err := r.crowd(ctx, s, log); err != nil {
		return err
	}
	return r.review(ctx, s, url, log)
}

// warm asks some of everything first: a house in use has in memory what people look at.
func (r *results) warm(ctx context.Context, only string, clients map[string]*client, drawers map[string]*drawer) error {
	few := &results{Plan: plan{Times: r.Plan.Times / 5}}
	for _, q := range questions() {
		if only != "" && !strings.Contains(q.title(), only) {
			continue
		}
		if _, err := few.one(ctx, q, clients[q.Who], drawers[q.Who]); err != nil {
			return fmt.Errorf("warm up with %s: %w", q.title(), err)
		}
	}
	return nil
}

// title is the question's whole name.
func (q question) title() string { return q.Group + ": " + q.Name + " by " + q.Who }

// crowd lets several clients ask all questions mixed, each with the next request when the answer is there.
func (r *results) crowd(ctx context.Context, s *service, log *slog.Logger) error {
	if r.Partial {
		return nil
	}
	var paths [][2]string // who asks what
	for _, a := range r.Answers {
		for _, path := range a.Asked {
			paths = append(paths, [2]string{a.Who, path})
		}
	}
	rand.New(rand.NewPCG(3, 3)).Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] }) //nolint:gosec // the same every time
	log.InfoContext(ctx, "a crowd", "clients", r.Plan.Clients, "requests", len(paths))
	took := make([][]time.Duration, r.Plan.Clients)
	errs := make([]error, r.Plan.Clients)
	var group sync.WaitGroup
	began := time.Now()
	for i := range r.Plan.Clients {
		group.Go(func() {
			clients := map[string]*client{}
			for n := i; n < len(paths) && errs[i] == nil; n += r.Plan.Clients {
				who, path := paths[n][0], paths[n][1]
				if clients[who] == nil {
					clients[who], errs[i] = s.as(ctx, who)
				}
				if errs[i] == nil {
					var d time.Duration
					d, errs[i] = clients[who].get(ctx, path)
					took[i] = append(took[i], d)
				}
			}
		})
	}
	group.Wait()
	r.CrowdTook, r.Crowd = time.Since(began), slices.Concat(took...)
	return errors.Join(errs...)
}

// commit is what is measured.
func commit(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// settingsOf are the version of the server and those of its settings that a list depends on.
func settingsOf(ctx context.Context, url string) (version, settings string, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", "", fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, `SELECT split_part(current_setting('server_version'), ' ', 1), 'shared_buffers ' || current_setting('shared_buffers')
		|| ', work_mem ' || current_setting('work_mem') || ', effective_cache_size ' || current_setting('effective_cache_size')`).Scan(&version, &settings)
	if err != nil {
		return "", "", fmt.Errorf("read settings: %w", err)
	}
	return version, settings, nil
}

// one asks one question so many times, with the bare road in between.
func (r *results) one(ctx context.Context, q question, c *client, d *drawer) (answer, error) {
	a := answer{question: q}
	warm := max(3, r.Plan.Times/10)
	path := ""
	for i := range warm + r.Plan.Times {
		if path == "" || q.next == nil {
			path = q.draw(d)
		} else {
			path = q.next(d, path, c.body)
		}
		took, err := c.get(ctx, path)
		if err != nil {
			return a, err
		}
		if i < warm {
			continue
		}
		if i%10 == 0 {
			a.Asked = append(a.Asked, path)
		}
		body := c.body
		if len(a.Alone) == 0 || took > slices.Max(a.Alone) {
			a.Slowest = path
		}
		a.Alone = append(a.Alone, took)
		if i%10 == 0 {
			road, err := c.get(ctx, "/version")
			if err != nil {
				return a, err
			}
			a.Road = append(a.Road, road)
		}
		c.body = body
	}
	return a, nil
}
