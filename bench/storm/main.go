package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime"
	"time"

	"closedloop/bench/report"
	"closedloop/deal"
)

func main() { report.Main("storm", storm) }

// plan says how much is measured.
type plan struct {
	Accounts int
	AtOnce   int           // requests at once while the house is filled
	Rate     int           // commands a second while it is measured
	Movers   int           // accounts that these commands go to in turn
	Ahead    time.Duration // by which the last follow-up is dated before its instant
	Idle     time.Duration // of commands without a storm
	Patience time.Duration // for the storm to end
}

// results are everything that the page shows.
type results struct {
	Plan      plan
	CPUs      int
	Go        string
	Opened    time.Duration // it took to open the accounts
	Dated     time.Duration // and to date their follow-ups
	Idle      sample
	Storm     sample
	Spread    time.Duration // from the instant to the last account's wake
	HalfWoken time.Duration // to that of half of them
	Drain     time.Duration // from the instant to the last reminder on record
	Median    time.Duration // to half of them
	Bare      time.Duration // from the instant to the last timer that fired
	BareHalf  time.Duration
	Counted   counts
	Took      time.Duration
	Deviating []string // what is not as promised
}

// DrainRatio is the drain in bare timers.
func (r *results) DrainRatio() float64 { return r.Drain.Seconds() / max(r.Bare.Seconds(), 1e-9) }

// Rest is how much longer than the accounts' wakes are spread the drain takes: the drain without the window.
func (r *results) Rest() time.Duration { return max(0, r.Drain-r.Spread) }

// HalfRest is the same for half of the accounts.
func (r *results) HalfRest() time.Duration { return max(0, r.Median-r.HalfWoken) }

// RestRatio is the drain without the window in bare timers.
func (r *results) RestRatio() float64 { return r.Rest().Seconds() / max(r.Bare.Seconds(), 1e-9) }

// P99Ratio is the p99 of commands during the storm in that before it.
func (r *results) P99Ratio() float64 {
	return float64(r.Storm.quantile(0.99)) / max(float64(r.Idle.quantile(0.99)), 1)
}

// interactiveLimit is how much slower than idle the slowest commands in a hundred may be during a storm.
const interactiveLimit = 3

// errDeviates says that a reminder came not once.
var errDeviates = errors.New("not every reminder came exactly once")

// storm reads the command line, measures and writes the page.
func storm(ctx context.Context, args []string, progress io.Writer) (err error) {
	flags := flag.NewFlagSet("storm", flag.ContinueOnError)
	flags.SetOutput(progress)
	out := flags.String("out", "", "file to write the page to (default: standard output)")
	accounts := flags.Int("accounts", 10_000, "accounts whose reminders fall due at one instant")
	rate := flags.Int("rate", 5, "commands a second in the open loop")
	ahead := flags.Duration("ahead", whole, "how long before the instant the follow-ups are dated; with less, wakes are spread over a tenth of it")
	idle := flags.Duration("idle", time.Minute, "how long commands are measured without a storm")
	base := flags.String("dir", "", "directory for the data while it is measured (default: that of temporary files)")
	if err := flags.Parse(args); err != nil {
		return err //nolint:wrapcheck // says what is wrong
	}
	if *accounts < 1 || *rate < 1 || *idle <= 0 || *ahead < *idle+calm {
		return errors.New("-accounts, -rate and -idle are positive, and -ahead is longer than -idle")
	}
	dir, clean, err := report.Temporary(*base, "storm")
	if err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	defer clean()
	p := plan{Accounts: *accounts, AtOnce: 32, Rate: *rate, Movers: 40, Ahead: *ahead, Idle: *idle, Patience: 30 * time.Minute}
	r, err := measure(ctx, p, dir, slog.New(slog.NewTextHandler(progress, nil)))
	if err != nil {
		return err
	}
	page, err := render(r)
	if err != nil {
		return err
	}
	if err := report.Write(*out, page); err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	if len(r.Deviating) > 0 {
		return errDeviates
	}
	return nil
}

// measure fills a house, lets the storm come, and then the bare one.
func measure(ctx context.Context, p plan, dir string, log *slog.Logger) (*results, error) {
	began := time.Now()
	r := &results{Plan: p, CPUs: runtime.NumCPU(), Go: runtime.Version()}
	log.InfoContext(ctx, "building and starting the product")
	house, err := start(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer house.stop()
	rep, err := newClient(house.API).as(ctx, "rep1")
	if err != nil {
		return nil, err
	}
	movers, err := rep.open(ctx, 'M', p.Movers, p.AtOnce)
	if err != nil {
		return nil, err
	}
	from := time.Now()
	accounts, err := rep.open(ctx, 'S', p.Accounts, p.AtOnce)
	if err != nil {
		return nil, err
	}
	r.Opened = time.Since(from)
	log.InfoContext(ctx, "accounts are open", "accounts", p.Accounts, "took", r.Opened)

	// Dating a follow-up costs half of what opening did.
	due := time.Now().Add(r.Opened*3/4 + p.Ahead).Truncate(time.Second)
	from = time.Now()
	if err := rep.date(ctx, accounts, due, p.AtOnce); err != nil {
		return nil, err
	}
	r.Dated = time.Since(from)
	if left := time.Until(due); left < p.Idle+calm {
		return nil, fmt.Errorf("dating the follow-ups took %s, which leaves too little before they are due", r.Dated)
	}
	log.InfoContext(ctx, "follow-ups are dated", "took", r.Dated, "due", due)
	if err := pause(ctx, time.Until(due)-p.Idle-calm); err != nil {
		return nil, err
	}
	load := &openLoop{client: rep, accounts: movers, every: time.Second / time.Duration(p.Rate)}
	log.InfoContext(ctx, "commands without a storm", "for", p.Idle)
	r.Idle = load.during(ctx, p.Idle)
	if r.Spread, r.HalfWoken, err = house.spread(ctx, accounts, due); err != nil { // before the first of them wakes
		return nil, err
	}
	if err := pause(ctx, time.Until(due)); err != nil {
		return nil, err
	}
	log.InfoContext(ctx, "the instant has come", "wakes are spread over", r.Spread)
	if err := r.storm(ctx, house, load, accounts, due); err != nil {
		return nil, err
	}
	log.InfoContext(ctx, "all reminders are on record", "took", r.Drain, "p99 ratio", r.P99Ratio())
	if err := pause(ctx, calm); err != nil {
		return nil, err
	}
	if r.Bare, r.BareHalf, err = bareTimers(ctx, filepath.Join(dir, "data"), p); err != nil {
		return nil, err
	}
	log.InfoContext(ctx, "bare timers have fired", "took", r.Bare, "ratio", r.DrainRatio(), "without the window", r.RestRatio())
	if r.Counted, err = house.count(ctx, accounts); err != nil { // once more: nothing came late a second time
		return nil, err
	}
	r.Deviating = r.Counted.deviations(p.Accounts)
	r.Took = time.Since(began)
	return r, nil
}

// whole is how long before its instant a follow-up is dated at the least so that its account may wake anywhere in the
// longest window: the window is a tenth of that length ([deal.WakeWindow]).
const whole = 10*deal.WakeWindow + time.Minute

// calm is what the engine gets to finish what it does behind its answers.
const calm = 5 * time.Second

// storm lets commands go on until the last reminder is on record.
func (r *results) storm(ctx context.Context, house *product, load *openLoop, accounts []string, due time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, r.Plan.Patience)
	defer cancel()
	drained := make(chan error, 1)
	going, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		defer stop()
		drained <- house.drained(ctx, len(accounts), func(n int) {
			if r.Median == 0 && 2*n >= len(accounts) {
				r.Median = time.Since(due)
			}
			r.Drain = time.Since(due)
		})
	}()
	r.Storm = load.during(going, r.Plan.Patience)
	return <-drained
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // says enough
	case <-timer.C:
		return nil
	}
}
