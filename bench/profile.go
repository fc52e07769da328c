package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// share is a part of the product's CPU time.
type share struct {
	Part    string
	Percent float64
}

// parts are where CPU time can go, told by the functions on the stack: the innermost function of one of these packages
// decides, so that JSON and pgx belong to who called them. The first line whose prefix fits counts.
func parts() [][2]string {
	return [][2]string{
		{"runtime.gcBgMarkWorker", "garbage collector"},
		{"runtime.bgsweep", "garbage collector"},
		{"runtime.bgscavenge", "garbage collector"},
		{"go.temporal.io/server/common/persistence", "engine: its database"},
		{"go.temporal.io/server", "engine: the rest"},
		{"go.temporal.io/sdk", "SDK: client and worker"},
		{"closedloop/engine", "engine: the rest"},
		{"closedloop/worker", "SDK: client and worker"},
		{"closedloop/workflows", "our workflow"},
		{"closedloop/store", "our database"},
		{"closedloop/playbook", "our rules and gates"},
		{"closedloop/deal", "our rules and gates"},
		{"closedloop/calendar", "our rules and gates"},
		{"closedloop/activities", "our rules and gates"},
		{"closedloop", "our API"},
		{"github.com/danielgtaylor/huma", "our API"},
		{"github.com/labstack/echo", "our API"},
		{"net/http", "our API"},
		{"google.golang.org/grpc", "gRPC between the parts"},
		{"golang.org/x/net/http2", "gRPC between the parts"},
		{"runtime.mcall", "scheduler"},
		{"runtime.mstart", "scheduler"},
		{"runtime.systemstack", "scheduler"},
	}
}

// elsewhere is what no line of parts takes.
const elsewhere = "everything else"

// cpuShares profiles the product while act puts it under load.
// The profile itself goes to a file.
func cpuShares(ctx context.Context, p *product, for_ time.Duration, keep string, act func()) ([]share, error) {
	done := make(chan struct{})
	go func() { defer close(done); act() }()
	defer func() { <-done }()
	url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", p.Admin, max(1, int(for_.Seconds())))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("ask for a profile: %w", err)
	}
	answer, err := (&http.Client{Timeout: for_ + patience}).Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask for a profile: %w", err)
	}
	defer answer.Body.Close()
	file, err := os.Create(keep)
	if err != nil {
		return nil, fmt.Errorf("keep profile: %w", err)
	}
	if _, err := io.Copy(file, answer.Body); err != nil {
		return nil, fmt.Errorf("keep profile: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("keep profile: %w", err)
	}
	traces, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-traces", "-unit=ms", file.Name()).Output()
	if err != nil {
		return nil, fmt.Errorf("read profile: %w", err)
	}
	return sharesOf(string(traces)), nil
}

// sharesOf sums the stacks of `go tool pprof -traces` up: each begins with its time and its innermost function, and ends
// at a line of dashes.
func sharesOf(traces string) []share {
	spent := map[string]float64{}
	whole := 0.0
	var value float64
	var stack []string
	flush := func() {
		if len(stack) > 0 {
			spent[partOf(stack)] += value
			whole += value
			if slices.ContainsFunc(stack, func(f string) bool { return strings.HasPrefix(f, "encoding/json") }) {
				spent[jsonShare] += value
			}
		}
		value, stack = 0, nil
	}
	lines := bufio.NewScanner(strings.NewReader(traces))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "-----") {
			flush()
			continue
		}
		f := strings.Fields(line)
		var ms float64
		switch {
		case len(f) == 0:
		case len(f) >= 2 && parsed(f[0], &ms):
			value, stack = ms, append(stack, f[1])
		case len(stack) > 0:
			stack = append(stack, f[0])
		}
	}
	flush()
	var out []share
	for part, ms := range spent {
		out = append(out, share{part, 100 * ms / max(whole, 1e-9)})
	}
	slices.SortFunc(out, func(a, b share) int {
		if (a.Part == jsonShare) != (b.Part == jsonShare) { // not a part beside the others: it comes last
			return map[bool]int{true: 1, false: -1}[a.Part == jsonShare]
		}
		if a.Percent != b.Percent {
			return map[bool]int{true: -1, false: 1}[a.Percent > b.Percent]
		}
		return strings.Compare(a.Part, b.Part)
	})
	return out
}

// jsonShare cuts across the parts.
const jsonShare = "(JSON, in all parts together)"

func parsed(text string, ms *float64) bool {
	number, ok := strings.CutSuffix(text, "ms")
	if !ok {
		return false
	}
	_, err := fmt.Sscanf(number, "%g", ms)
	return err == nil
}

// partOf finds the part of a stack, the innermost function first.
func partOf(stack []string) string {
	for _, function := range stack {
		for _, p := range parts() {
			if strings.HasPrefix(function, p[0]) && !strings.HasPrefix(p[0], "runtime.m") && p[0] != "runtime.systemstack" {
				return p[1]
			}
		}
	}
	for _, p := range parts() { // the scheduler is below every stack, so it counts where nothing else does
		if slices.ContainsFunc(stack, func(function string) bool { return strings.HasPrefix(function, p[0]) }) {
			return p[1]
		}
	}
	return elsewhere
}
