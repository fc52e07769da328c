package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"time"

	"closedloop/config"
	"closedloop/deal"
)

// measurement is one run.
type measurement struct {
	plan   plan
	wanted map[string]bool
	dir    string
	keep   string // file of the CPU profile
	log    *slog.Logger

	settings config.Config // of the product, which are the defaults
	binary   string
	product  *product
	database *database
	engine   *engine
	people   walker // logged in
	sheets   *importer
	empty    memory
}

// results are everything that the page shows. Sections that were not measured are nil.
type results struct {
	Plan     plan
	Machine  machine
	Versions versions
	Settings config.Config
	Took     time.Duration

	FirstStart spread // seconds
	Alone      []*series
	Crowd      []*series
	Kept       *kept
	Costs      []cost
	Ring       *ringCost
	Shares     []share
	Import     *importRates
	Fleet      *fleet
	Restart    *spread // seconds
}

// kept compares what was acknowledged with what the log remembers.
type kept struct{ Acknowledged, Remembered int }

// all measures section by section, each on the data of those before it.
func (m *measurement) all(ctx context.Context) (r *results, err error) {
	began := time.Now()
	r = &results{Plan: m.plan}
	if r.Machine, err = look(m.dir); err != nil {
		return nil, err
	}
	m.log.InfoContext(ctx, "building the product")
	if m.binary, err = build(ctx, m.dir); err != nil {
		return nil, err
	}
	if r.Versions, err = versionsOf(ctx, m.binary); err != nil {
		return nil, err
	}
	if m.settings, err = config.Load(config.Options{}); err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	r.Settings = m.settings
	defer func() { m.close() }()
	if err := m.firstStarts(ctx, r); err != nil {
		return nil, err
	}
	if err := m.connect(ctx); err != nil {
		return nil, err
	}
	if err := r.Machine.askPostgres(ctx, m.database); err != nil {
		return nil, err
	}
	for _, s := range []struct {
		name string
		act  func(context.Context, *results) error
	}{
		{commandsSection, m.commands},
		{costSection, m.costs},
		{profileSection, m.profile},
		{importSection, m.imports},
		{fleetSection, m.fleet},
		{restartSection, m.restarts},
	} {
		if !m.wanted[s.name] {
			continue
		}
		m.log.InfoContext(ctx, "section", "name", s.name, "after", time.Since(began).Round(time.Second))
		if err := s.act(ctx, r); err != nil {
			return nil, fmt.Errorf("section %s: %w", s.name, err)
		}
	}
	r.Took = time.Since(began)
	return r, nil
}

// firstStarts starts on empty directories; the last product stays.
func (m *measurement) firstStarts(ctx context.Context, r *results) error {
	var seconds []float64
	for i := range m.plan.Fresh {
		m.product.stop()
		var err error
		if m.product, err = start(ctx, m.binary, filepath.Join(m.dir, "data-"+strconv.Itoa(i))); err != nil {
			return err
		}
		seconds = append(seconds, m.product.StartUp.Seconds())
		m.log.InfoContext(ctx, "first start", "took", m.product.StartUp)
	}
	r.FirstStart = spreadOf(seconds)
	return nil
}

// connect reaches database, engine and API of the running product.
func (m *measurement) connect(ctx context.Context) (err error) {
	if m.database, err = openDatabase(ctx, m.product.Data); err != nil {
		return err
	}
	if m.engine, err = dialEngine(ctx, m.product.Data, m.settings); err != nil {
		return err
	}
	nobody := newRest(m.product.API)
	for login, to := range map[string]**rest{
		"rep1": &m.people.rep, "manager1": &m.people.manager, "director1": &m.people.director, "ops1": &m.people.ops,
		"finance1": &m.people.finance,
	} {
		if *to, err = nobody.as(ctx, login); err != nil {
			return err
		}
	}
	m.empty = memoryOf(m.product.pid())
	m.sheets, err = newImporter(m.people.ops, m.plan.Sheet*m.plan.SheetRuns+m.plan.Fleet)
	return err
}

func (m *measurement) disconnect() {
	if m.engine != nil {
		m.engine.close()
		m.engine = nil
	}
	if m.database != nil {
		m.database.close()
		m.database = nil
	}
}

func (m *measurement) close() {
	m.disconnect()
	m.product.stop()
}

// commands lets product and baselines take turns, with one client and with many.
func (m *measurement) commands(ctx context.Context, r *results) error {
	b, err := openBare(ctx, m.database.url, m.settings, m.people.rep.person)
	if err != nil {
		return err
	}
	defer b.close()
	alone, crowd := places(1), m.plan.Clients*perClient
	var ids []deal.AccountID
	var movers [4][]*mover // by hand alone and in the crowd, over HTTP alone and in the crowd
	for i, group := range []struct {
		name  rune
		n     int
		mover func(deal.AccountID) *mover
	}{
		{'甲', alone, b.mover},
		{'乙', crowd, b.mover},
		{'丙', alone, func(id deal.AccountID) *mover { return overHTTP(m.people.rep, id) }},
		{'丁', crowd, func(id deal.AccountID) *mover { return overHTTP(m.people.rep, id) }},
	} {
		opened, err := openAccounts(ctx, m.people.rep, group.name, group.n)
		if err != nil {
			return err
		}
		ids = append(ids, opened...)
		for _, id := range opened {
			movers[i] = append(movers[i], group.mover(id))
		}
	}
	subjects := []subject{
		moverSubject(bareName, movers[0], movers[1]), workflowSubject(m.engine, emptyUpdate, emptyName),
		workflowSubject(m.engine, shapeUpdate, shapeName), readSubject(m.people.rep, ids), moverSubject(productName, movers[2], movers[3]),
	}
	if r.Alone, err = rounds(ctx, m.plan, m.product, subjects, 1, m.plan.Alone, m.log); err != nil {
		return err
	}
	if r.Crowd, err = rounds(ctx, m.plan, m.product, subjects, m.plan.Clients, m.plan.Crowd, m.log); err != nil {
		return err
	}
	k := kept{Acknowledged: len(ids)} // each was opened
	for _, group := range movers {
		for _, one := range group {
			k.Acknowledged += one.moves
		}
	}
	if k.Remembered, err = m.database.remembered(ctx, ids); err != nil {
		return err
	}
	r.Kept = &k
	return nil
}

// costs counts what commands and a whole ring leave behind.
func (m *measurement) costs(ctx context.Context, r *results) error {
	meter, err := newMeter(ctx, m.engine, m.database, m.product.Data, m.plan.Quiet)
	if err != nil {
		return err
	}
	if r.Costs, err = costs(ctx, meter, m.people.rep, m.plan.Repeats); err != nil {
		return err
	}
	walk := m.people
	ring, err := walkRing(ctx, m.engine, &walk)
	if err != nil {
		return fmt.Errorf("walk the ring: %w", err)
	}
	r.Ring = &ring
	return nil
}

// profile looks where the product's CPU time goes at saturation.
func (m *measurement) profile(ctx context.Context, r *results) error {
	ids, err := openAccounts(ctx, m.people.rep, '戊', m.plan.Clients*perClient)
	if err != nil {
		return err
	}
	var movers []*mover
	for _, id := range ids {
		movers = append(movers, overHTTP(m.people.rep, id))
	}
	clients, _, err := moverSubject(productName, nil, movers).clients(ctx, m.plan.Clients)
	if err != nil {
		return err
	}
	run(ctx, clients, m.plan.Warm)
	r.Shares, err = cpuShares(ctx, m.product, m.plan.Profile, m.keep, func() { run(ctx, clients, m.plan.Profile+time.Second) })
	return err
}

func (m *measurement) imports(ctx context.Context, r *results) error {
	rates, err := imports(ctx, m.product.pid(), m.sheets, m.engine, m.plan)
	r.Import = &rates
	return err
}

// fleet imports many accounts and lets them be.
func (m *measurement) fleet(ctx context.Context, r *results) error {
	f, err := growFleet(ctx, m.product.pid(), m.sheets, m.database, m.plan, m.empty)
	r.Fleet = &f
	return err
}

// restarts stops and starts the product on the data that is there by now.
func (m *measurement) restarts(ctx context.Context, r *results) error {
	m.disconnect()
	var seconds []float64
	for range m.plan.Restarts {
		m.product.stop()
		var err error
		if m.product, err = start(ctx, m.binary, m.product.Data); err != nil {
			return err
		}
		seconds = append(seconds, m.product.StartUp.Seconds())
		m.log.InfoContext(ctx, "restart", "took", m.product.StartUp)
	}
	s := spreadOf(seconds)
	r.Restart = &s
	if r.Fleet != nil {
		r.Fleet.Restored = memoryOf(m.product.pid())
	}
	return nil
}
