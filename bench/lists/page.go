package main

import (
	_ "embed"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/template"
	"time"
)

//go:embed page.md.tmpl
var pageTemplate string

// render writes the page: Markdown, from the numbers of one run alone.
func render(r *results) (string, error) {
	page, err := template.New("page").Funcs(template.FuncMap{
		"n0": number(0), "n1": number(1), "n2": number(2),
		"count": func(n int64) string { return grouped(n) },
		"gib":   func(n int64) string { return number(1)(float64(n) / (1 << 30)) },
	}).Parse(pageTemplate)
	if err != nil {
		return "", fmt.Errorf("read template of the page: %w", err)
	}
	var out strings.Builder
	if err := page.Execute(&out, r); err != nil {
		return "", fmt.Errorf("write page: %w", err)
	}
	return out.String(), nil
}

func number(decimals int) func(float64) string {
	return func(v float64) string { return fmt.Sprintf("%.*f", decimals, v) }
}

// grouped writes a whole number with commas.
func grouped(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// quantile is the smallest latency that a share q of all do not exceed, in milliseconds.
func quantile(latencies []time.Duration, q float64) float64 {
	if len(latencies) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(latencies))
	return millis(sorted[min(int(q*float64(len(sorted))), len(sorted)-1)])
}

// P50, P99 and Max are of one client, in milliseconds; Crowd of several.
func (a answer) P50() float64   { return quantile(a.Alone, 0.5) }
func (a answer) P99() float64   { return quantile(a.Alone, 0.99) }
func (a answer) Max() float64   { return quantile(a.Alone, 1) }
func (a answer) Ratio() float64 { return a.P50() / quantile(a.Road, 0.5) }

// Says is who asked.
func (a answer) Says() string {
	for _, v := range viewers {
		if v.Login == a.Who {
			return v.Says
		}
	}
	return a.Who
}

// group is a table of the page.
type group struct {
	Name    string
	Answers []answer
	P50     float64
	P99     float64
	Max     float64
	N       int
}

// Groups are the questions by what they are about.
func (r *results) Groups() []group {
	var all []group
	for _, a := range r.Answers {
		if len(all) == 0 || all[len(all)-1].Name != a.Group {
			all = append(all, group{Name: a.Group})
		}
		g := &all[len(all)-1]
		g.Answers = append(g.Answers, a)
	}
	for i := range all {
		var every []time.Duration
		for _, a := range all[i].Answers {
			every = append(every, a.Alone...)
		}
		all[i].P50, all[i].P99, all[i].Max, all[i].N = quantile(every, 0.5), quantile(every, 0.99), quantile(every, 1), len(every)
	}
	return all
}

// Slow are the questions whose p99 is not below the aim.
func (r *results) Slow() []answer {
	var slow []answer
	for _, a := range r.Answers {
		if a.P99() >= aim {
			slow = append(slow, a)
		}
	}
	return slow
}

// aim is the p99 that the issue wants, in milliseconds.
const aim = 50.0

// Aim is for the page.
func (r *results) Aim() float64 { return aim }

// RoadP50 is the bare road, over all samples.
func (r *results) RoadP50() float64 { return quantile(r.roads(), 0.5) }

// RoadP99 is its p99.
func (r *results) RoadP99() float64 { return quantile(r.roads(), 0.99) }

func (r *results) roads() []time.Duration {
	var all []time.Duration
	for _, a := range r.Answers {
		all = append(all, a.Road...)
	}
	return all
}

// Worst are the answers of a group that say most about its plans: the slowest of every question.
func (g group) Worst() []answer {
	slowest := map[string]answer{}
	for _, a := range g.Answers {
		if known, ok := slowest[a.Name]; !ok || a.Max() > known.Max() {
			slowest[a.Name] = a
		}
	}
	return slices.SortedFunc(maps.Values(slowest), func(a, b answer) int { return strings.Compare(a.Name, b.Name) })
}

// Crowds are the mixed requests of several clients, in milliseconds.
func (r *results) CrowdP50() float64 { return quantile(r.Crowd, 0.5) }
func (r *results) CrowdP99() float64 { return quantile(r.Crowd, 0.99) }
func (r *results) CrowdMax() float64 { return quantile(r.Crowd, 1) }

// CrowdRate is how many requests a second they got answered.
func (r *results) CrowdRate() float64 {
	return float64(len(r.Crowd)) / max(r.CrowdTook.Seconds(), 0.001)
}

// machine is what the numbers hang on. It names neither host nor path.
type machine struct {
	CPU      string
	Cores    int
	Memory   string
	Load     string // of the last minute, before the measurement
	LoadThen string // and after it
	Go       string
	Settings string
	Postgres string
}

// Busy tells whether others worked on the machine before we did: more than a quarter of a core.
func (m machine) Busy() bool {
	var load float64
	_, err := fmt.Sscanf(m.Load, "%f", &load)
	return err == nil && load > 0.25
}

func procLine(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func loadNow() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

func lookAround() machine {
	return machine{
		CPU: procLine("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(), Memory: procLine("/proc/meminfo", "MemTotal"), Load: loadNow(),
		Go: runtime.Version(),
	}
}
