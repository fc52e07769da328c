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
	Statements  statements
}

// accountsForCost share the operations, so that none of them continues as new.
const accountsForCost = 50

// meter counts what is written while something is done.
type meter struct {
	engine     *engine
	database   *database
	data       string        // directory of the product
	quiet      time.Duration // what the engine gets to finish what comes after an answer
	background float64       // transactions a second, of an engine that has nothing to do
}

// newMeter watches a product that has nothing to do.
func newMeter(ctx context.Context, e *engine, d *database, data string, quiet time.Duration) (*meter, error) {
	m := &meter{engine: e, database: d, data: data, quiet: quiet}
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
	for _, b := range []struct{ kind, workflow string }{{emptyUpdate, emptyName}, {shapeUpdate, shapeName}} {
		c, err := m.baseline(ctx, b.kind, b.workflow, repeats)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	ids, err := openAccounts(ctx, rep, '价', accountsForCost)
	if err != nil {
		return nil, err
	}
	moves, err := m.moves(ctx, rep, ids, repeats)
	if err != nil {
		return nil, err
	}
	all = append(all, moves...)
	again, refused := onAccounts(ctx, rep, ids)
	for _, b := range []struct {
		kind string
		act  func(int) error
	}{{"the same `advance` again, under its key", again}, {"`advance` against a closed gate", refused}} {
		c, err := m.of(ctx, b.kind, workflowIDs(ids), len(ids), b.act)
		if err != nil {
			return nil, err
		}
		if c.Statements, err = m.database.statementsOf(ctx, m.data, len(ids), b.act); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// baseline counts an update of a workflow of ours.
func (m *meter) baseline(ctx context.Context, kind, workflow string, repeats int) (cost, error) {
	ids := make([]string, accountsForCost)
	for i := range ids {
		ids[i] = "bench/cost/" + workflow + "/" + strconv.Itoa(i)
		if err := m.engine.begin(ctx, ids[i], workflow); err != nil {
			return cost{}, err
		}
		if err := m.engine.poke(ctx, ids[i]); err != nil {
			return cost{}, err
		}
	}
	poke := func(i int) error { return m.engine.poke(ctx, ids[i%len(ids)]) }
	c, err := m.of(ctx, kind, ids, repeats, poke)
	if err != nil {
		return c, err
	}
	if c.Statements, err = m.database.statementsOf(ctx, m.data, len(ids), poke); err != nil {
		return c, err
	}
	return c, m.engine.end(ctx, ids)
}

// moves counts advance and return on warm accounts, which stand in collect before and after.
func (m *meter) moves(ctx context.Context, rep *rest, ids []deal.AccountID, repeats int) ([]cost, error) {
	movers := make([]*mover, len(ids))
	for i, id := range ids {
		movers[i] = overHTTP(rep, id)
	}
	move := func(i int) error { _, err := movers[i%len(movers)].move(ctx); return err }
	if err := inTurn(2*len(ids), 1, move); err != nil { // warm
		return nil, err
	}
	all := []cost{{Kind: "`" + advanceKind + "`"}, {Kind: "`" + returnKind + "`"}}
	times := max(1, repeats/len(ids))
	for range times {
		for i := range all {
			one, err := m.of(ctx, all[i].Kind, workflowIDs(ids), len(ids), move)
			if err != nil {
				return nil, err
			}
			all[i].add(one, 1/float64(times))
		}
	}
	for i := range all {
		var err error
		if all[i].Statements, err = m.database.statementsOf(ctx, m.data, len(ids), move); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func workflowIDs(ids []deal.AccountID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = contract.AccountWorkflowID(id)
	}
	return out
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
