package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// series are the samples of one subject with one number of clients. The samples of two subjects at the same place were
// taken close to each other.
type series struct {
	Subject string
	Clients int
	Samples []sample
}

// values are one number of each sample, zero for a sample with errors: such a run yields no number (R6).
func (s *series) values(of func(sample) float64) []float64 {
	var out []float64
	for _, one := range s.Samples {
		v := 0.0
		if one.Errors == 0 && one.count() > 0 {
			v = of(one)
		}
		out = append(out, v)
	}
	return out
}

// spread is the same over all good samples.
func (s *series) spread(of func(sample) float64) spread {
	var good []float64
	for _, v := range s.values(of) {
		if v > 0 {
			good = append(good, v)
		}
	}
	return spreadOf(good)
}

// thrown counts samples with errors.
func (s *series) thrown() int {
	n := 0
	for _, one := range s.Samples {
		if one.Errors > 0 {
			n++
		}
	}
	return n
}

func rateOf(s sample) float64 { return s.rate() }

// latencyOf is a quantile in milliseconds; of all kinds if none is named.
func latencyOf(q float64, kind string) func(sample) float64 {
	return func(s sample) float64 {
		if kind == "" {
			return millis(quantile(s.all(), q))
		}
		return millis(quantile(s.Latencies[kind], q))
	}
}

// rounds lets the subjects take turns, forwards and backwards, so that slow drifts and neighbours fall on all alike.
func rounds(ctx context.Context, p plan, of *product, subjects []subject, clients int, sampled time.Duration, log *slog.Logger) ([]*series, error) {
	all := make([]*series, len(subjects))
	for i, s := range subjects {
		all[i] = &series{Subject: s.Name, Clients: clients}
	}
	for round := range 2 * p.Rounds {
		for i := range subjects {
			if round%2 == 1 {
				i = len(subjects) - 1 - i
			}
			one, err := measure(ctx, of, subjects[i], clients, p.Warm, sampled)
			if err != nil {
				return nil, fmt.Errorf("%s, %d clients: %w", subjects[i].Name, clients, err)
			}
			all[i].Samples = append(all[i].Samples, one)
			log.InfoContext(ctx, "sample", "subject", subjects[i].Name, "clients", clients, "rate", int(one.rate()),
				"p50", quantile(one.all(), 0.5), "slowest", quantile(one.all(), 1), "slowest_warm", one.SlowestWarm,
				"errors", one.Errors, "first_error", one.Failure)
		}
	}
	return all, nil
}

// measure takes one sample.
func measure(ctx context.Context, of *product, s subject, n int, warm, sampled time.Duration) (sample, error) {
	clients, done, err := s.clients(ctx, n)
	if err != nil {
		return sample{}, err
	}
	first := run(ctx, clients, warm)
	before, err := of.meters(ctx)
	if err != nil {
		return sample{}, err
	}
	one := run(ctx, clients, sampled)
	after, err := of.meters(ctx)
	if err != nil {
		return sample{}, err
	}
	one.Used, one.Performs = after.usage.minus(before.usage), after.performs.minus(before.performs)
	one.SlowestWarm = quantile(first.all(), 1)
	if err := done(); err != nil {
		return sample{}, err
	}
	return one, ctx.Err() //nolint:wrapcheck // interrupted
}
