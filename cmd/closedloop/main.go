package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"closedloop/engine/postgres"
	"closedloop/store"
)

// Exit codes, documented in docs/operations.md.
const (
	exitFailed = 1
	exitInUse  = 3 // another process owns the data, or took it over
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	if err := newRoot().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "closedloop:", err)
		os.Exit(exitCode(err))
	}
}

func exitCode(err error) int {
	var inUse *postgres.InUseError
	var owned *store.HeldError
	if errors.As(err, &inUse) || errors.As(err, &owned) || errors.Is(err, errLostOwnership) {
		return exitInUse
	}
	return exitFailed
}
