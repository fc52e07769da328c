package main

import (
	"slices"
	"time"
)

// spread is what repeated measurements of one thing gave.
type spread struct {
	Median, Min, Max float64
	N                int
}

func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	s := spread{Median: sorted[middle], Min: sorted[0], Max: sorted[len(sorted)-1], N: len(sorted)}
	if len(sorted)%2 == 0 {
		s.Median = (sorted[middle-1] + sorted[middle]) / 2
	}
	return s
}

// quantile is the smallest latency that a share q of all do not exceed; zero without any.
func quantile(latencies []time.Duration, q float64) time.Duration {
	if len(latencies) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(latencies))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// pairs divides samples that were taken beside each other, and leaves out those whose partner is missing.
func pairs(above, below []float64) []float64 {
	var out []float64
	for i := range min(len(above), len(below)) {
		if above[i] > 0 && below[i] > 0 {
			out = append(out, above[i]/below[i])
		}
	}
	return out
}
