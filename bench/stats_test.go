package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSpread_isTheMedianBetweenTheExtremes(t *testing.T) {
	t.Parallel()
	require.Equal(t, spread{Median: 2, Min: 1, Max: 9, N: 3}, spreadOf([]float64{9, 1, 2}))
	require.Equal(t, spread{Median: 3, Min: 1, Max: 9, N: 4}, spreadOf([]float64{9, 1, 2, 4}))
	require.Zero(t, spreadOf(nil))
}

func TestQuantile_isOneOfTheValues(t *testing.T) {
	t.Parallel()
	var all []time.Duration
	for i := range 100 {
		all = append(all, time.Duration(100-i)*time.Millisecond)
	}
	require.Equal(t, 51*time.Millisecond, quantile(all, 0.5))
	require.Equal(t, 100*time.Millisecond, quantile(all, 0.99))
	require.Equal(t, 100*time.Millisecond, quantile(all, 1))
	require.Zero(t, quantile(nil, 0.5))
}

func TestPairs_leaveOutWhatHasNoPartner(t *testing.T) {
	t.Parallel()
	require.Equal(t, []float64{2, 3}, pairs([]float64{4, 0, 9, 5}, []float64{2, 1, 3, 0, 7}))
}

func TestSeries_giveNoNumberForASampleWithErrors(t *testing.T) {
	t.Parallel()
	good := sample{Took: time.Second, Latencies: map[string][]time.Duration{advanceKind: {time.Millisecond, 3 * time.Millisecond}}}
	bad := good
	bad.Errors = 1
	s := &series{Samples: []sample{good, bad, good}}
	require.Equal(t, []float64{2, 0, 2}, s.values(rateOf))
	require.Equal(t, spread{Median: 2, Min: 2, Max: 2, N: 2}, s.spread(rateOf))
	require.Equal(t, 1, s.thrown())
	require.InDelta(t, 3, s.spread(latencyOf(0.5, advanceKind)).Median, 1e-9)
	require.Zero(t, s.spread(latencyOf(0.5, returnKind)), "nothing of this kind was done")
}

func TestChosen_knowsTheSections(t *testing.T) {
	t.Parallel()
	all, err := chosen("")
	require.NoError(t, err)
	require.Len(t, all, len(sections()))
	some, err := chosen("cost,fleet")
	require.NoError(t, err)
	require.Equal(t, map[string]bool{costSection: true, fleetSection: true}, some)
	_, err = chosen("cost,memory")
	require.ErrorContains(t, err, `no section "memory"`)
}
