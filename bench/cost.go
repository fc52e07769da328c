package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"closedloop/deal"
	"closedloop/workflows/contract"
)

// cost is what one operation of a kind leaves behind, on average, counted with one client on a quiet engine.
type cost struct {
	Kind        string
	Events      float64 // of the history
	Bytes       float64 // of the history
	Transitions float64 // of the workflow's mutable state
	Commits     float64 // transactions that wrote, of all databases
	WAL         float64 // bytes
}

// accountsForCost share the operations, so that none of them continues as new.
const accountsForCost = 50

// meter counts what is written while something is done.
type meter struct {
	engine     *engine
	database   *database
	quiet      time.Duration // what the engine gets to finish what comes after an answer
	background float64       // transactions a second, of an engine that has nothing to do
}

// newMeter watches a product that has nothing to do.
func newMeter(ctx context.Context, e *engine, d *database, quiet time.Duration) (*meter, error) {
	m := &meter{engine: e, database: d, quiet: quiet}
	if err := pause(ctx, quiet); err != nil {
		return nil, err
	}
	before, err := d.written(ctx)
	if err != nil {
		return nil, err
	}
	if err := pause(ctx, quiet); err != nil {
		return nil, err
	}
	after, err := d.written(ctx)
	if err != nil {
		return nil, err
	}
	m.background = float64(after.minus(before).Transactions) / quiet.Seconds()
	return m, nil
}

// pause does nothing for a while.
func pause(ctx context.Context, for_ time.Duration) error {
	timer := time.NewTimer(for_)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // interrupted
	case <-timer.C:
		return nil
	}
}

// of counts n operations on workflows, one after the other.
func (m *meter) of(ctx context.Context, kind string, workflows []string, n int, act func(i int) error) (cost, error) {
	before, err := m.histories(ctx, workflows)
	if err != nil {
		return cost{}, err
	}
	began := time.Now()
	written, err := m.database.written(ctx)
	if err != nil {
		return cost{}, err
	}
	for i := range n {
		if err := act(i); err != nil {
			return cost{}, fmt.Errorf("%s: %w", kind, err)
		}
	}
	if err := pause(ctx, m.quiet); err != nil {
		return cost{}, err
	}
	now, err := m.database.written(ctx)
	if err != nil {
		return cost{}, err
	}
	took := time.Since(began)
	after, err := m.histories(ctx, workflows)
	if err != nil {
		return cost{}, err
	}
	each := func(v float64) float64 { return v / float64(n) }
	spent := now.minus(written)
	return cost{
		Kind: kind, Events: each(float64(after.Events - before.Events)), Bytes: each(float64(after.Bytes - before.Bytes)),
		Transitions: each(float64(after.Transitions - before.Transitions)),
		Commits:     each(float64(spent.Transactions) - m.background*took.Seconds()), WAL: each(float64(spent.WAL)),
	}, nil
}

// histories sums up the newest runs.
func (m *meter) histories(ctx context.Context, workflows []string) (history, error) {
	var sum history
	for _, id := range workflows {
		h, err := m.engine.history(ctx, id, "")
		if err != nil {
			return sum, err
		}
		sum.Events, sum.Bytes, sum.Transitions = sum.Events+h.Events, sum.Bytes+h.Bytes, sum.Transitions+h.Transitions
	}
	return sum, nil
}

// costs counts every kind of operation.
func costs(ctx context.Context, m *meter, rep *rest, repeats int) ([]cost, error) {
	var all []cost
	keep := func(c cost, err error) error {
		all = append(all, c)
		return err
	}
	for _, b := range []struct{ kind, workflow string }{{emptyUpdate, emptyName}, {shapeUpdate, shapeName}} {
		ids := make([]string, accountsForCost)
		for i := range ids {
			ids[i] = "bench/cost/" + b.workflow + "/" + strconv.Itoa(i)
			if err := m.engine.begin(ctx, ids[i], b.workflow); err != nil {
				return nil, err
			}
			if err := m.engine.poke(ctx, ids[i]); err != nil {
				return nil, err
			}
		}
		poke := func(i int) error { return m.engine.poke(ctx, ids[i%len(ids)]) }
		if err := keep(m.of(ctx, b.kind, ids, repeats, poke)); err != nil {
			return nil, err
		}
		if err := m.engine.end(ctx, ids); err != nil {
			return nil, err
		}
	}
	ids, err := openAccounts(ctx, rep, '价', accountsForCost)
	if err != nil {
		return nil, err
	}
	workflows, movers := make([]string, len(ids)), make([]*mover, len(ids))
	for i, id := range ids {
		workflows[i], movers[i] = contract.AccountWorkflowID(id), overHTTP(rep, id)
	}
	move := func(i int) error { _, err := movers[i].move(ctx); return err }
	for range 2 { // warm
		for i := range movers {
			if err := move(i); err != nil {
				return nil, err
			}
		}
	}
	advances, returns := cost{Kind: advanceKind}, cost{Kind: returnKind}
	times := max(1, repeats/len(movers))
	for range times {
		for _, sum := range []*cost{&advances, &returns} {
			one, err := m.of(ctx, sum.Kind, workflows, len(movers), move)
			if err != nil {
				return nil, err
			}
			sum.add(one, 1/float64(times))
		}
	}
	all = append(all, advances, returns)
	again, refused := onAccounts(ctx, rep, ids)
	if err := keep(m.of(ctx, "the same advance again, under its key", workflows, len(ids), again)); err != nil {
		return nil, err
	}
	return all, keep(m.of(ctx, "advance against a closed gate (refused)", workflows, len(ids), refused))
}

// add takes a share of another cost in.
func (c *cost) add(other cost, share float64) {
	c.Events += share * other.Events
	c.Bytes += share * other.Bytes
	c.Transitions += share * other.Transitions
	c.Commits += share * other.Commits
	c.WAL += share * other.WAL
}

// onAccounts are two requests to accounts that stand in collect. The first is an advance, which is made before the
// meter runs, and made again; the second an advance out of screen, whose gate does not hold.
func onAccounts(ctx context.Context, rep *rest, ids []deal.AccountID) (again, refused func(i int) error) {
	body := func(step deal.Step) []byte {
		text, _ := json.Marshal(map[string]string{"from": string(step)}) // strings always encode
		return text
	}
	send := func(i int, key string, step deal.Step) error {
		return rep.call(ctx, http.MethodPost, "/accounts/"+string(ids[i])+"/advance", body(step), nil, "Idempotency-Key", key)
	}
	key := func(i int) string { return "bench-again-" + strconv.Itoa(i) }
	first := inTurn(len(ids), 1, func(i int) error { return send(i, key(i), deal.Collect) })
	again = func(i int) error {
		if first != nil {
			return first
		}
		return send(i, key(i), deal.Collect)
	}
	refused = func(i int) error {
		err := send(i, rep.newKey(), deal.Screen)
		if p := asProblem(err); p != nil && p.Code == string(deal.CodeGateUnmet) {
			return nil
		}
		return fmt.Errorf("a gate that should be closed is not: %w", err)
	}
	return again, refused
}
