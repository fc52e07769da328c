// Package report is what every measurement has around it: a program that ends at a signal, a directory for its data, and a
// page to write.
package report

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Main runs a measurement until it is over or somebody interrupts it, and ends the process with 1 when it failed.
func Main(name string, measure func(ctx context.Context, args []string, progress io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := measure(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, name+":", err)
		os.Exit(1)
	}
}

// Open lets other users pass through a directory, which is made if need be: Postgres runs as another user when we are root.
func Open(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // nothing secret
		return fmt.Errorf("make directory: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // nothing secret
		return fmt.Errorf("open directory: %w", err)
	}
	return nil
}

// Temporary makes a directory below another one (empty: where temporary files lie) that clean takes away.
func Temporary(base, name string) (dir string, clean func(), err error) {
	if dir, err = os.MkdirTemp(base, "closedloop-"+name+"-"); err != nil {
		return "", nil, fmt.Errorf("make directory: %w", err)
	}
	clean = func() { _ = os.RemoveAll(dir) } // nothing in it is worth a failure
	if err := Open(dir); err != nil {
		clean()
		return "", nil, err
	}
	return dir, clean, nil
}

// Write puts a page of the documentation into a file, or without a name on standard output.
func Write(file, page string) error {
	if file == "" {
		_, err := os.Stdout.WriteString(page)
		return err //nolint:wrapcheck // of our own output
	}
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil { //nolint:gosec // a page of the documentation
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}
