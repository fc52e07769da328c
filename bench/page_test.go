package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sampled is a series in which every operation of a kind took as long.
func sampled(name, kind string, took time.Duration, n int) *series {
	one := sample{Took: time.Duration(n) * took, Latencies: map[string][]time.Duration{}}
	for range n {
		one.Latencies[kind] = append(one.Latencies[kind], took)
	}
	return &series{Subject: name, Samples: []sample{one, one}}
}

func TestPage_setsCommandsInRelationToTheEmptyUpdate(t *testing.T) {
	t.Parallel()
	subjects := func(command time.Duration) []*series {
		return []*series{
			sampled(bareName, advanceKind, time.Millisecond, 4), sampled(emptyUpdate, pokeName, 4*time.Millisecond, 4),
			sampled(shapeUpdate, pokeName, 5*time.Millisecond, 4), sampled(readName, "read", time.Millisecond, 4),
			sampled(productName, advanceKind, command, 4),
		}
	}
	r := &results{Plan: fullPlan(), Machine: machine{Cores: 2}, Alone: subjects(7 * time.Millisecond), Crowd: subjects(4 * time.Millisecond)}
	r.Kept = &kept{Acknowledged: 3, Remembered: 2}
	page, err := render(r)
	require.NoError(t, err)
	require.Contains(t, page, "| ≤ 1.5 × | 1.75 (1.75–1.75) × | **missed** |")
	require.Contains(t, page, "| ≥ 0.75 × | 1.00 (1.00–1.00) × | reached |")
	require.Contains(t, page, "**These should be equal.**")
	require.Contains(t, page, "**Sections were left out.**")
	require.Contains(t, page, "| the rest: the key looked up before, staged texts, the command's way through the engine, crowding | 0.00 | 0.00 |")
}

func TestPage_isWrittenWhateverWasMeasured(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*results{
		"nothing":  {Plan: shortPlan()},
		"costs":    {Costs: []cost{{Kind: "`" + advanceKind + "`", Events: 8, Bytes: 1700, Commits: 4}}, Ring: &ringCost{Commands: 25, Events: 197, Bytes: 48 << 10}},
		"imports":  {Import: &importRates{Rows: 10, Sheet: []float64{50}, Starts: []float64{100}}},
		"fleet":    {Fleet: &fleet{Rows: 10, Idle: time.Minute, Used: usage{Product: time.Second}, Restored: memory{Product: 1}}},
		"restarts": {Restart: &spread{Median: 2, N: 1}},
		"shares":   {Shares: []share{{"our API", 100}}},
	} {
		page, err := render(r)
		require.NoError(t, err, name)
		require.NotContains(t, page, "<no value>", name)
		require.NotContains(t, page, "NaN", name)
	}
}

func TestAims_areMissedOrReachedByTheirMedian(t *testing.T) {
	t.Parallel()
	r := &results{
		Costs:      []cost{{Kind: "`" + advanceKind + "`", Events: 9.2, Bytes: 1700, Commits: 4.1}},
		Ring:       &ringCost{Commands: 25, Events: 200, Bytes: 65 << 10},
		FirstStart: spread{Median: 9, Min: 8, Max: 12, N: 3},
	}
	reached := map[string]bool{}
	for _, a := range r.Aims() {
		reached[a.What] = a.Reached
	}
	require.Equal(t, map[string]bool{
		"history events of a warm `advance`": false, "history bytes of a warm `advance`": true,
		"transactions that write, of a warm `advance`, engine and ours":                  true,
		"history events a command, whole ring with approvals, start and continue-as-new": true,
		"history of that ring": false,
		"first start on an empty directory until `/readyz` says 200": true,
	}, reached)
}
