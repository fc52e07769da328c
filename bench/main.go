package main

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"path/filepath"

	"closedloop/bench/report"
)

func main() { report.Main("bench", bench) }

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
	dir, clean, err := report.Temporary(*base, "bench")
	if err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	defer clean()
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
	if err := report.Write(*out, page); err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	log.InfoContext(ctx, "written", "page", *out)
	return nil
}
