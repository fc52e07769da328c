package main

import (
	"context"
	"fmt"
	"time"

	"closedloop/activities"
	"closedloop/worker"
	"closedloop/workflows/contract"
)

// shift is one stretch of polling: a worker cannot be started again, so a fence ends one shift and begins another.
type shift struct {
	worker     *worker.Worker
	watchdog   *worker.Watchdog
	dispatcher *worker.Dispatcher
}

// rescued counts what the shift's watchdog has done; no shift, nothing.
func (s *shift) rescued() int {
	if s == nil {
		return 0
	}
	return s.watchdog.Rescued()
}

// startWorker polls for work and keeps the watchdog, until the process stops or is fenced.
func (n *node) startWorker(ctx context.Context, running *parts) error {
	if err := n.beginShift(ctx); err != nil {
		return err
	}
	running.add("worker", func(context.Context) error { n.endShift(); return nil })
	n.metrics.rescues(func() int { return int(n.rescued.Load()) + n.work.Load().rescued() })
	return nil
}

func (n *node) beginShift(ctx context.Context) error {
	if err := n.accounts.Prepare(ctx); err != nil {
		return fmt.Errorf("prepare the engine: %w", err)
	}
	ledger, err := activities.NewLedger(n.store, n.books, n.calendar, n.log)
	if err != nil {
		return fmt.Errorf("make ledger: %w", err)
	}
	zone, err := time.LoadLocation(n.calendar.files.Office().Zone())
	if err != nil {
		return fmt.Errorf("load time zone: %w", err)
	}
	imports, err := activities.NewImports(n.store, n.accounts, n.installation.ID, n.sign, zone, n.log)
	if err != nil {
		return fmt.Errorf("make imports: %w", err)
	}
	relay, err := n.relay()
	if err != nil {
		return fmt.Errorf("make relay: %w", err)
	}
	post, err := n.dispatcher(relay)
	if err != nil {
		return fmt.Errorf("make dispatcher: %w", err)
	}
	jobs, err := n.jobs()
	if err != nil {
		return err
	}
	sweeps := contract.NewSweeps(n.engine, jobs.Schedules()...)
	if err := sweeps.Prepare(ctx); err != nil {
		return fmt.Errorf("prepare the engine: %w", err)
	}
	handovers, err := activities.NewHandovers(n.store, n.accounts, n.installation.ID, n.sign, time.Now, n.log)
	if err != nil {
		return fmt.Errorf("make handovers: %w", err)
	}
	c := n.config.Worker
	w, err := worker.New(worker.Options{
		Client: n.engine, Ledger: ledger, Imports: imports, Handovers: handovers, Jobs: jobs, Relay: relay, Logger: n.log, Observe: n.metrics.observe,
		WorkflowPollers: c.WorkflowPollers, ActivityPollers: c.ActivityPollers, WorkflowSlots: c.WorkflowSlots,
		ActivitySlots: c.ActivitySlots, LocalSlots: c.LocalActivitySlots, StickyCache: c.StickyCache, StopTimeout: c.StopTimeout,
	})
	if err != nil {
		return fmt.Errorf("make worker: %w", err)
	}
	dog, err := worker.NewWatchdog(worker.WatchdogOptions{
		Fleet: n.store, Engine: n.accounts, Installation: n.installation.ID, Calendars: n.calendar.Versions,
		Jobs: jobs, Sweeps: sweeps,
		Interval: n.config.Watchdog.Interval, Grace: n.config.Watchdog.Grace, Logger: n.log, Now: time.Now,
		Resume: successions{n}.resume,
	})
	if err != nil {
		return fmt.Errorf("make watchdog: %w", err)
	}
	if err := w.Start(); err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	dog.Start(context.WithoutCancel(ctx))
	post.Start(context.WithoutCancel(ctx))
	n.work.Store(&shift{worker: w, watchdog: dog, dispatcher: post})
	return nil
}

func (n *node) endShift() {
	s := n.work.Swap(nil)
	if s == nil {
		return
	}
	s.watchdog.Stop()
	s.dispatcher.Stop()
	s.worker.Stop()
	n.rescued.Add(int64(s.rescued()))
}

// persistEvery is the pause between two attempts to take work again.
const persistEvery = 500 * time.Millisecond

// persist tries something until it succeeds, for so long at the most, and tells of every failure but the last, which is returned.
func persist(ctx context.Context, within time.Duration, try func(context.Context) error, failed func(error)) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(persistEvery):
			failed(err)
		}
	}
}

// fence stops commands and polls; unfence begins anew.
func (n *node) fence(ctx context.Context) {
	n.fenced.Store(true)
	n.log.WarnContext(ctx, "fenced")
	n.endShift()
}

func (n *node) unfence(ctx context.Context) error {
	if err := n.beginShift(ctx); err != nil {
		return err
	}
	n.fenced.Store(false)
	return nil
}
