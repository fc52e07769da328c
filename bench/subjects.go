package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"closedloop/deal"
)

// subject is something that clients do and whose speed is measured.
type subject struct {
	Name string
	// clients gives that many of them; done is called after the sample.
	clients func(ctx context.Context, n int) (all []caller, done func() error, err error)
}

// Names of the subjects, as the page has them.
const (
	bareName    = "bare transaction (B1)"
	emptyUpdate = "empty update (B2)"
	shapeUpdate = "update of the same shape"
	readName    = "reading an account over HTTP"
	productName = "command over HTTP"
)

// perClient is how many accounts or workflows a client of the crowd has. One client alone has more, so that no history
// grows longer than that of the others.
const perClient = 2

func places(clients int) int {
	if clients == 1 {
		return 8
	}
	return perClient
}

// workflowSubject pokes workflows of a baseline. They are new for each sample: a run takes 2,000 updates at the most.
func workflowSubject(e *engine, name, workflow string) subject {
	begun := 0
	return subject{Name: name, clients: func(ctx context.Context, n int) ([]caller, func() error, error) {
		var ids []string
		var all []caller
		for range n {
			var own []string
			for range places(n) {
				begun++
				own = append(own, "bench/"+workflow+"/"+strconv.Itoa(begun))
			}
			ids = append(ids, own...)
			all = append(all, inRotation(own, func(ctx context.Context, id string) (string, error) { return pokeName, e.poke(ctx, id) }))
		}
		err := inTurn(len(ids), openers, func(i int) error { return e.begin(ctx, ids[i], workflow) })
		return all, func() error { return e.end(ctx, ids) }, err
	}}
}

// moverSubject takes accounts to and fro.
func moverSubject(name string, alone, crowd []*mover) subject {
	return subject{Name: name, clients: func(_ context.Context, n int) ([]caller, func() error, error) {
		movers := crowd
		if n == 1 {
			movers = alone
		}
		if len(movers) < n*places(n) {
			return nil, nil, fmt.Errorf("%s: %d accounts are too few for %d clients", name, len(movers), n)
		}
		var all []caller
		for i := range n {
			own := movers[i*places(n) : (i+1)*places(n)]
			all = append(all, inRotation(own, func(ctx context.Context, m *mover) (string, error) { return m.move(ctx) }))
		}
		return all, func() error { return nil }, nil
	}}
}

// readSubject reads accounts as GET /accounts/{id} shows them, the gate included.
func readSubject(rep *rest, accounts []deal.AccountID) subject {
	return subject{Name: readName, clients: func(_ context.Context, n int) ([]caller, func() error, error) {
		var all []caller
		for i := range n {
			own := accounts[i*len(accounts)/n : (i+1)*len(accounts)/n]
			all = append(all, inRotation(own, func(ctx context.Context, id deal.AccountID) (string, error) {
				return "read", rep.call(ctx, http.MethodGet, "/accounts/"+string(id), nil, nil)
			}))
		}
		return all, func() error { return nil }, nil
	}}
}

// inRotation is a caller that takes one after the other.
func inRotation[T any](from []T, act func(context.Context, T) (string, error)) caller {
	next := 0
	return func(ctx context.Context) (string, error) {
		one := from[next%len(from)]
		next++
		return act(ctx, one)
	}
}
