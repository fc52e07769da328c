package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := bench(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench reads the command line, measures and writes the page.
func bench(ctx context.Context, args []string, progress io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(progress)
	out := flags.String("out", "", "file to write the page to (default: standard output)")
	short := flags.Bool("short", false, "a quick look: less than a minute, numbers of little worth")
	only := flags.String("only", "", "sections to measure, with commas between: commands, cost, profile, import, fleet, restart")
	base := flags.String("dir", "", "directory for the data while it is measured; its disk is the one that counts (default: that of temporary files)")
	keep := flags.String("cpuprofile", "", "file to keep the product's CPU profile in (default: it is thrown away)")
	if err := flags.Parse(args); err != nil {
		return err //nolint:wrapcheck // says what is wrong
	}
	wanted, err := chosen(*only)
	if err != nil {
		return err
	}
	p := fullPlan()
	if *short {
		p = shortPlan()
	}
	dir, err := os.MkdirTemp(*base, "closedloop-bench-")
	if err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	defer os.RemoveAll(dir)                      //nolint:errcheck // nothing in it is worth a failure
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // Postgres runs as another user when we are root, and must pass through
		return fmt.Errorf("open directory: %w", err)
	}
	if *keep == "" {
		*keep = filepath.Join(dir, "cpu.pprof")
	}
	log := slog.New(slog.NewTextHandler(progress, nil))
	r, err := (&measurement{plan: p, wanted: wanted, dir: dir, keep: *keep, log: log}).all(ctx)
	if err != nil {
		return err
	}
	page, err := render(r)
	if err != nil {
		return err
	}
	if *out == "" {
		_, err = os.Stdout.WriteString(page)
		return err //nolint:wrapcheck // of our own output
	}
	if err := os.WriteFile(*out, []byte(page), 0o644); err != nil { //nolint:gosec // a page of the documentation
		return fmt.Errorf("write page: %w", err)
	}
	log.InfoContext(ctx, "written", "page", *out)
	return nil
}
