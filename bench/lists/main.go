package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"closedloop/bench/crowd"
	"closedloop/bench/report"
	"closedloop/engine/postgres"
	"closedloop/store"
)

func main() { report.Main("lists", lists) }

// plan says how much is measured.
type plan struct {
	Short   bool
	Size    crowd.Size
	Times   int // each question is asked by one client, after a tenth as many that do not count
	Clients int // of the crowd, which asks each question as often
	Every   int // which account is held against its log
}

func fullPlan() plan {
	return plan{Size: crowd.Large(), Times: 150, Clients: 4, Every: 200}
}

func shortPlan() plan {
	p := plan{Short: true, Size: crowd.Large(), Times: 30, Clients: 4, Every: 20}
	p.Size.Accounts = 3000
	return p
}

// lists reads the command line, fills a house, measures and writes the page.
func lists(ctx context.Context, args []string, progress io.Writer) (err error) {
	flags := flag.NewFlagSet("lists", flag.ContinueOnError)
	flags.SetOutput(progress)
	out := flags.String("out", "", "file to write the page to (default: standard output)")
	short := flags.Bool("short", false, "a look at a small house")
	base := flags.String("dir", "", "directory for the data while it is measured (default: that of temporary files)")
	keep := flags.String("keep", "", "directory of a house that stays: it is filled when it is empty, and used as it is otherwise")
	times := flags.Int("times", 0, "how often each question is asked, instead of the usual number")
	only := flags.String("only", "", "ask only questions whose name contains this")
	if err := flags.Parse(args); err != nil {
		return err //nolint:wrapcheck // says what is wrong
	}
	p := fullPlan()
	if *short {
		p = shortPlan()
	}
	if *times > 0 {
		p.Times = *times
	}
	log := slog.New(slog.NewTextHandler(progress, nil))
	dir := *keep
	if dir == "" {
		var clean func()
		if dir, clean, err = report.Temporary(*base, "lists"); err != nil {
			return err //nolint:wrapcheck // says what it was doing
		}
		defer clean()
	} else if err := report.Open(dir); err != nil {
		return err //nolint:wrapcheck // says what it was doing
	}
	r, err := measure(ctx, p, dir, *only, log)
	if err != nil {
		return err
	}
	page, err := render(r)
	if err != nil {
		return err
	}
	return report.Write(*out, page) //nolint:wrapcheck // says what it was doing
}

// database is the house's name on its server.
const database = "closedloop"

// settled marks a directory whose house is complete.
const settled = "settled"

// house fills the directory unless it holds a house, and gives how long that took and how many accounts were checked.
func house(ctx context.Context, p plan, dir string, log *slog.Logger) (took time.Duration, checked int, err error) {
	if _, err := os.Stat(filepath.Join(dir, settled)); err == nil {
		return 0, 0, nil
	}
	began := time.Now()
	server, err := postgres.Start(ctx, postgres.Options{
		DataDir: filepath.Join(dir, "postgres"), Logger: log,
		Settings: map[string]string{"maintenance_work_mem": "512MB", "max_wal_size": "16GB", "autovacuum": "off"},
	})
	if err != nil {
		return 0, 0, fmt.Errorf("start Postgres: %w", err)
	}
	defer func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		err = errors.Join(err, server.Stop(stopping))
	}()
	if err := server.EnsureDatabase(ctx, database); err != nil {
		return 0, 0, fmt.Errorf("create database: %w", err)
	}
	url := server.URL(database)
	if _, err := crowd.Fill(ctx, url, p.Size, log); err != nil {
		return 0, 0, fmt.Errorf("fill the house: %w", err)
	}
	if err := crowd.Settle(ctx, url); err != nil {
		return 0, 0, fmt.Errorf("settle the house: %w", err)
	}
	took = time.Since(began)
	st, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return took, 0, fmt.Errorf("open store: %w", err)
	}
	defer st.Close()
	n, err := crowd.Check(ctx, st, p.Every)
	if err != nil {
		return took, 0, fmt.Errorf("check the house: %w", err)
	}
	log.InfoContext(ctx, "house filled", "took", took.Round(time.Second), "accounts held against their logs", n)
	return took, n, os.WriteFile(filepath.Join(dir, settled), nil, 0o600) //nolint:wrapcheck // names the file
}
