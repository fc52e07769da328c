package main

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed page.md.tmpl
var pageTemplate string

// render writes the page: Markdown, from the numbers of one run alone.
func render(r *results) (string, error) {
	page, err := template.New("page").Funcs(template.FuncMap{
		"n0": number(0), "n1": number(1), "n2": number(2), "n3": number(3),
		"s0": withSpread(0), "s1": withSpread(1), "s2": withSpread(2),
		"kib": func(bytes float64) string { return number(1)(bytes / 1024) },
		"ring": func(c ringCost) map[string]float64 {
			return map[string]float64{"KiB": float64(c.Bytes) / 1024, "Transitions": c.perCommand(c.Transitions), "Seconds": c.Took.Seconds()}
		},
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

// number writes a number with so many decimals.
func number(decimals int) func(float64) string {
	return func(v float64) string { return fmt.Sprintf("%.*f", decimals, v) }
}

// withSpread writes a median and, in brackets, the smallest and the largest value.
func withSpread(decimals int) func(spread) string {
	return func(s spread) string {
		if s.N == 0 {
			return "–"
		}
		return fmt.Sprintf("%.*f (%.*f–%.*f)", decimals, s.Median, decimals, s.Min, decimals, s.Max)
	}
}

// Partial tells whether something was left out.
func (r *results) Partial() bool {
	return r.Alone == nil || r.Costs == nil || r.Shares == nil || r.Import == nil || r.Fleet == nil || r.Restart == nil
}

// aim is one line of the first table.
type aim struct {
	What    string
	Wanted  string
	Got     string
	Reached bool
}

// Word is how the aim ended.
func (a aim) Word() string {
	if a.Reached {
		return "reached"
	}
	return "**missed**"
}

// Aims are those of the first issue and of trust-and-speed.md §2.8 that this program can look at.
func (r *results) Aims() []aim {
	var out []aim
	add := func(what, wanted, got string, reached bool) { out = append(out, aim{what, wanted, got, reached}) }
	if r.Alone != nil {
		latency := r.ratio(r.Alone, productName, emptyUpdate, latencyOf(0.5, advanceKind), latencyOf(0.5, pokeName))
		add("p50 of a warm `advance`, 1 client, against the empty update", "≤ 1.5 ×", withSpread(2)(latency)+" ×", latency.Median <= 1.5)
		rate := r.ratio(r.Crowd, productName, emptyUpdate, rateOf, rateOf)
		add(fmt.Sprintf("rate of commands, %d clients, against the empty update", r.Plan.Clients), "≥ 0.75 ×", withSpread(2)(rate)+" ×", rate.Median >= 0.75)
	}
	for _, c := range r.Costs {
		if c.Kind == "`"+advanceKind+"`" {
			add("history events of a warm `advance`", "≤ 9", number(1)(c.Events), c.Events <= 9)
			add("history bytes of a warm `advance`", "≤ 4 KiB", number(1)(c.Bytes/1024)+" KiB", c.Bytes <= 4<<10)
			add("transactions that write, of a warm `advance`, engine and ours", "≤ 4", number(1)(c.Commits), c.Commits <= 4.3) // counted within ± 0.3
		}
	}
	if r.Ring != nil {
		add("history events a command, whole ring with approvals, start and continue-as-new", "≤ 9", number(1)(r.Ring.EventsPerCommand()), r.Ring.EventsPerCommand() <= 9)
		add("history of that ring", "≤ 64 KiB", number(1)(float64(r.Ring.Bytes)/1024)+" KiB", r.Ring.Bytes <= 64<<10)
	}
	add("first start on an empty directory until `/readyz` says 200", "< 10 s", withSpread(1)(r.FirstStart)+" s", r.FirstStart.Median < 10)
	if r.Import != nil {
		ratio := r.Import.Ratio()
		add("rate of an import against the bare start loop", "≥ 0.85 ×", withSpread(2)(ratio)+" ×", ratio.Median >= 0.85)
	}
	if r.Fleet != nil {
		busy := r.Fleet.IdleProduct() + r.Fleet.IdlePostgres()
		add("CPU while idle with all accounts open, Postgres included", "≤ 2 % of a core", number(1)(busy)+" %", busy <= 2)
	}
	return out
}

// ratio compares two subjects sample by sample.
func (r *results) ratio(all []*series, above, below string, ofAbove, ofBelow func(sample) float64) spread {
	a, b := find(all, above), find(all, below)
	return spreadOf(pairs(a.values(ofAbove), b.values(ofBelow)))
}

func find(all []*series, name string) *series {
	for _, s := range all {
		if s.Subject == name {
			return s
		}
	}
	return &series{Subject: name}
}

// speed is a line of the tables of subjects.
type speed struct {
	What                     string
	P50, P95, P99, Rate      spread
	P50Ratio, RateRatio      spread // against the empty update beside it
	Product, Postgres, Bench spread // CPU milliseconds an operation
	Slowest                  float64
	Thrown                   int
}

// Speeds are all subjects with a number of clients; those that do two kinds of command have a line for each besides.
func (r *results) Speeds(all []*series) []speed {
	var out []speed
	for _, s := range all {
		line := r.speed(all, s, "")
		out = append(out, line)
		if s.Subject != productName {
			continue
		}
		for _, kind := range []string{advanceKind, returnKind} {
			out = append(out, r.speed(all, s, kind))
		}
	}
	return out
}

func (r *results) speed(all []*series, s *series, kind string) speed {
	line := speed{
		What: s.Subject, Thrown: s.thrown(),
		P50: s.spread(latencyOf(0.5, kind)), P95: s.spread(latencyOf(0.95, kind)), P99: s.spread(latencyOf(0.99, kind)),
		P50Ratio: r.ratio(all, s.Subject, emptyUpdate, latencyOf(0.5, kind), latencyOf(0.5, "")),
	}
	if kind != "" {
		line.What = "– of these `" + kind + "`"
		return line
	}
	line.Rate, line.RateRatio = s.spread(rateOf), r.ratio(all, s.Subject, emptyUpdate, rateOf, rateOf)
	for _, one := range s.Samples {
		line.Slowest = max(line.Slowest, millis(quantile(one.all(), 1)), millis(one.SlowestWarm))
	}
	line.Product = s.spread(func(one sample) float64 { return one.perOperation(one.Used.Product) })
	line.Postgres = s.spread(func(one sample) float64 { return one.perOperation(one.Used.Postgres) })
	line.Bench = s.spread(func(one sample) float64 { return one.perOperation(one.Used.Bench) })
	return line
}

// Foreign is what others used of the machine during the samples, in per cent.
func (r *results) Foreign() spread {
	return r.shareOfMachine(func(u usage) float64 { return u.foreign().Seconds() }, "")
}

// Generator is what this program itself used during the commands over HTTP, in per cent.
func (r *results) Generator() spread {
	return r.shareOfMachine(func(u usage) float64 { return u.Bench.Seconds() }, productName)
}

func (r *results) shareOfMachine(of func(usage) float64, only string) spread {
	var out []float64
	for _, s := range append(append([]*series{}, r.Alone...), r.Crowd...) {
		for _, one := range s.Samples {
			if only == "" || s.Subject == only {
				out = append(out, 100*of(one.Used)/(one.Took.Seconds()*float64(r.Machine.Cores)))
			}
		}
	}
	return spreadOf(out)
}

// rung is a part of what one advance costs.
type rung struct {
	What    string
	Latency float64 // p50 with one client, ms
	CPU     float64 // with many clients, ms, of product, Postgres and generator together
}

// Ladder takes a command apart: each rung was measured by itself, except for the rest.
func (r *results) Ladder() []rung {
	of := func(what, name, kind string) rung {
		return rung{
			What: what, Latency: find(r.Alone, name).spread(latencyOf(0.5, kind)).Median,
			CPU: find(r.Crowd, name).spread(func(s sample) float64 {
				return s.perOperation(s.Used.Product + s.Used.Postgres + s.Used.Bench)
			}).Median,
		}
	}
	empty := of("an update that does nothing", emptyUpdate, "")
	shape := of("what the engine does besides for a command: a local activity, the timer set anew", shapeUpdate, "")
	shape.Latency, shape.CPU = shape.Latency-empty.Latency, shape.CPU-empty.CPU
	bare := of("judging and recording it in one transaction", bareName, advanceKind)
	read := of("a request over HTTP with its token, and the account as the answer shows it", readName, "")
	whole := of("together", productName, advanceKind)
	rest := rung{What: "the rest: the key looked up before, staged texts, the command's way through the engine, crowding"}
	rest.Latency = whole.Latency - empty.Latency - shape.Latency - bare.Latency - read.Latency
	rest.CPU = whole.CPU - empty.CPU - shape.CPU - bare.CPU - read.CPU
	return []rung{empty, shape, bare, read, rest, whole}
}

// Inside is how long Perform takes in the product while commands come, in milliseconds on average.
func (r *results) Inside(all []*series) spread {
	return find(all, productName).spread(func(s sample) float64 { return s.Performs.millis() })
}

// Outside is the same for the bare transaction.
func (r *results) Outside(all []*series) spread {
	return find(all, bareName).spread(func(s sample) float64 {
		var sum float64
		for _, l := range s.all() {
			sum += millis(l)
		}
		return sum / float64(s.count())
	})
}

// Ceiling is what the shape alone reaches of the empty update's rate: no work of ours could be faster.
func (r *results) Ceiling() spread { return r.ratio(r.Crowd, shapeUpdate, emptyUpdate, rateOf, rateOf) }
