package main

import (
	"context"
	"time"
)

// fleet is a product with many open accounts.
type fleet struct {
	Rows     int
	Rate     float64 // accounts a second while they were imported
	Open     int     // accounts in all when memory was read
	Empty    memory  // before there was any account
	Loaded   memory  // right after the import
	Rested   memory  // after Idle
	Idle     time.Duration
	Used     usage   // while idle
	Commits  float64 // a second, while idle
	WAL      float64 // bytes a second, while idle
	Restored memory  // after a restart: no account in memory that nobody asked for
}

// ofOneCore is CPU time while idle as a share of one core.
func (f fleet) ofOneCore(d time.Duration) float64 {
	return 100 * d.Seconds() / max(f.Idle.Seconds(), 1e-9)
}

// IdleProduct and IdlePostgres are in per cent of one core.
func (f fleet) IdleProduct() float64  { return f.ofOneCore(f.Used.Product) }
func (f fleet) IdlePostgres() float64 { return f.ofOneCore(f.Used.Postgres) }

// digestion is how many pauses the engine gets after a large import before it counts as idle.
const digestion = 5

// growFleet imports a large sheet and watches the product do nothing.
func growFleet(ctx context.Context, pid int, i *importer, d *database, p plan, empty memory) (fleet, error) {
	f := fleet{Rows: p.Fleet, Empty: empty, Idle: p.Idle}
	took, err := i.take(ctx, p.Fleet)
	if err != nil {
		return f, err
	}
	f.Rate = float64(p.Fleet) / took.Seconds()
	f.Loaded = memoryOf(pid)
	if f.Open, err = d.openAccounts(ctx); err != nil {
		return f, err
	}
	if err := pause(ctx, digestion*p.Quiet); err != nil {
		return f, err
	}
	written, err := d.written(ctx)
	if err != nil {
		return f, err
	}
	before, err := usageOf(pid)
	if err != nil {
		return f, err
	}
	if err := pause(ctx, p.Idle); err != nil {
		return f, err
	}
	after, err := usageOf(pid)
	if err != nil {
		return f, err
	}
	now, err := d.written(ctx)
	if err != nil {
		return f, err
	}
	f.Used, f.Rested = after.minus(before), memoryOf(pid)
	f.Commits = float64(now.minus(written).Transactions) / p.Idle.Seconds()
	f.WAL = float64(now.minus(written).WAL) / p.Idle.Seconds()
	return f, nil
}
