package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// caller does one operation with every call and tells its kind. Each caller has accounts of its own and one operation in
// hand at most: the load is closed, so at saturation latency says how many wait, and the rate says how much is done.
type caller func(ctx context.Context) (kind string, err error)

// sample is one stretch of load.
type sample struct {
	Took      time.Duration
	Latencies map[string][]time.Duration // by kind
	Errors    int
	Failure   error // the first one
	Used      usage
	Performs  performs // of the product, whoever asked for them

	SlowestWarm time.Duration // of the operations before it, which count for nothing else
}

// all are the latencies of every kind.
func (s sample) all() []time.Duration {
	var out []time.Duration
	for _, l := range s.Latencies {
		out = append(out, l...)
	}
	return out
}

func (s sample) count() int { return len(s.all()) }

func (s sample) rate() float64 { return float64(s.count()) / s.Took.Seconds() }

// perOperation is CPU time in milliseconds.
func (s sample) perOperation(d time.Duration) float64 { return millis(d) / float64(max(1, s.count())) }

// run lets all clients work for a while. An operation that began in time is waited for and counts; the sample is as long
// as all of them took.
func run(ctx context.Context, clients []caller, for_ time.Duration) sample {
	s := sample{Latencies: map[string][]time.Duration{}}
	var mu sync.Mutex
	var group sync.WaitGroup
	began := time.Now()
	end := began.Add(for_)
	for _, act := range clients {
		group.Go(func() {
			own := map[string][]time.Duration{}
			var failures []error
			for now := time.Now(); now.Before(end) && ctx.Err() == nil; {
				kind, err := act(ctx)
				after := time.Now()
				if err != nil {
					failures = append(failures, err)
				} else {
					own[kind] = append(own[kind], after.Sub(now))
				}
				now = after
			}
			mu.Lock()
			defer mu.Unlock()
			for kind, l := range own {
				s.Latencies[kind] = append(s.Latencies[kind], l...)
			}
			s.Errors += len(failures)
			s.Failure = errors.Join(append([]error{s.Failure}, failures[:min(1, len(failures))]...)...)
		})
	}
	group.Wait()
	s.Took = time.Since(began)
	return s
}

// inTurn calls n times, several at once, and gives the first error.
func inTurn(n, atOnce int, act func(i int) error) error {
	var group sync.WaitGroup
	errs := make([]error, n)
	slots := make(chan struct{}, atOnce)
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			errs[i] = act(i)
		})
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("number %d: %w", i, err)
		}
	}
	return nil
}
