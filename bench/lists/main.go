package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"closedloop/bench/crowd"
	"closedloop/engine/postgres"
	"closedloop/store"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := lists(ctx, os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "lists:", err)
		os.Exit(1)
	}
}

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
		if dir, err = os.MkdirTemp(*base, "closedloop-lists-"); err != nil {
			return fmt.Errorf("make directory: %w", err)
		}
		defer os.RemoveAll(dir) //nolint:errcheck // nothing in it is worth a failure
	}
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.Chmod(dir, 0o755)); err != nil { //nolint:gosec // Postgres runs as another user when we are root, and must pass through
		return fmt.Errorf("open directory: %w", err)
	}
	r, err := measure(ctx, p, dir, *only, log)
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
	return nil
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
