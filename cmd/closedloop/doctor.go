package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"closedloop/calendar"
	"closedloop/engine/postgres"
	"closedloop/playbook"
)

func (a *app) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "doctor", Short: "Check settings, playbooks, calendar and PostgreSQL programs; with --ready, a running process", Args: cobra.NoArgs,
	}
	ready := cmd.Flags().String("ready", "", "address of /readyz of a running process; the exit code says whether it is ready")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *ready != "" {
			return askReady(cmd.Context(), *ready)
		}
		c, _, err := a.load()
		if err != nil {
			return err
		}
		say := func(what string, err error) error {
			state := "fine"
			if err != nil {
				state = err.Error()
			}
			_, failed := fmt.Fprintf(cmd.OutOrStdout(), "%-10s %s\n", what, state)
			if err == nil {
				err = failed
			}
			return err
		}
		var overrides fs.FS
		if c.Calendar.Dir != "" {
			overrides = os.DirFS(c.Calendar.Dir)
		}
		_, calendarErr := calendar.Load(overrides)
		books, booksErr := loadBooks(c, time.UTC)
		var postgresErr error
		if c.Database.URL.Reveal() == "" {
			_, postgresErr = postgres.Find(c.Database.BinDir)
		}
		for _, check := range []struct {
			what string
			err  error
		}{{"settings", nil}, {"calendar", calendarErr}, {"playbooks", booksErr}, {"postgres", postgresErr}} {
			if failed := say(check.what, check.err); failed != nil && err == nil {
				err = fmt.Errorf("%s: not fine", check.what)
			}
		}
		if booksErr == nil {
			if failed := a.sayDoubts(cmd, books); failed != nil && err == nil {
				err = failed
			}
		}
		return err
	}
	return cmd
}

// sayDoubts looks at the playbooks that are stored, if a database answers.
func (a *app) sayDoubts(cmd *cobra.Command, books playbook.Shelf) error {
	out := cmd.OutOrStdout()
	_, st, _, err := a.beside(cmd.Context(), "")
	if err != nil {
		_, failed := fmt.Fprintf(out, "%-10s not looked at: %s\n", "stored", err)
		return failed
	}
	defer st.Close()
	lines, err := doubts(cmd.Context(), books, st)
	if len(lines) == 0 && err == nil {
		lines = []string{"fine"}
	}
	for _, line := range lines {
		if _, failed := fmt.Fprintf(out, "%-10s %s\n", "stored", line); failed != nil {
			return failed
		}
	}
	return err
}

func askReady(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return fmt.Errorf("address: %w", err)
	}
	answer, err := (&http.Client{}).Do(req)
	if err != nil {
		return fmt.Errorf("ask whether it is ready: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", answer.Status)
	}
	return nil
}

func (a *app) playbookCommand() *cobra.Command {
	root := &cobra.Command{Use: "playbook", Short: "Look after playbooks", Args: cobra.NoArgs}
	root.AddCommand(&cobra.Command{
		Use: "check FILE…", Short: "Check playbook files; faults come with file and line", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range args {
				source, err := os.ReadFile(name)
				if err != nil {
					return fmt.Errorf("read playbook: %w", err)
				}
				var faults playbook.Problems
				err = new(playbook.Library).Add(source, name)
				if errors.As(err, &faults) { // a line each, as editors understand it
					if _, err := fmt.Fprintln(cmd.OutOrStdout(), faults.Error()); err != nil {
						return err
					}
					return fmt.Errorf("%s: %d faults", name, len(faults))
				}
				if err != nil {
					return fmt.Errorf("check playbook: %w", err)
				}
				if _, err := fmt.Fprintln(cmd.OutOrStdout(), name+": fine"); err != nil {
					return err
				}
			}
			return nil
		},
	})
	return root
}
