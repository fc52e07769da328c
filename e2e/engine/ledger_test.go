//go:build e2e

package engine_test

import (
	"context"
	"sync/atomic"

	"closedloop/deal"
)

// ledger is the store's ledger with a place for trouble before a transaction and one behind its commit.
type ledger struct {
	deal.Ledger

	before atomic.Pointer[trouble]
	after  atomic.Pointer[trouble] // of commands that were recorded, not of those that changed nothing
}

// trouble happens to commands; its error is what Perform gets instead of an answer.
type trouble func(ctx context.Context, cmd deal.Command) error

// InTx is the store's, unless there is trouble.
func (l *ledger) InTx(ctx context.Context, cmd deal.Command, act func(deal.LedgerTx) error) error {
	if t := l.before.Load(); t != nil {
		if err := (*t)(ctx, cmd); err != nil {
			return err
		}
	}
	err := l.Ledger.InTx(ctx, cmd, act)
	if t := l.after.Load(); t != nil && err == nil {
		return (*t)(ctx, cmd)
	}
	return err
}
