package api

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"closedloop/api/catalogue"
	"closedloop/deal"
)

// inFlight bounds the commands on their way. The engine takes ten for one workflow and answers more with an error of its
// own; we say so first, and keep room for the watchdog's nudges.
type inFlight struct {
	total, perAccount int

	mu       sync.Mutex
	all      int
	accounts map[deal.AccountID]int
	left     chan struct{} // closed when somebody leaves; nil while nobody waits
}

// busyFor is how soon a caller may try again.
const busyFor = time.Second

// enter takes a place, or refuses with 429.
func (f *inFlight) enter(id deal.AccountID) (release func(), err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all >= f.total || f.accounts[id] >= f.perAccount {
		return nil, no(http.StatusTooManyRequests, catalogue.Busy).retry(busyFor)
	}
	if f.accounts == nil {
		f.accounts = map[deal.AccountID]int{}
	}
	f.all++
	f.accounts[id]++
	return func() { f.leave(id) }, nil
}

// await takes a place as soon as there is one, within the context's time.
func (f *inFlight) await(ctx context.Context, id deal.AccountID) (release func(), err error) {
	for {
		if release, err = f.enter(id); err == nil {
			return release, nil
		}
		f.mu.Lock()
		if f.left == nil {
			f.left = make(chan struct{})
		}
		left, free := f.left, f.all < f.total && f.accounts[id] < f.perAccount // somebody may have left in between
		f.mu.Unlock()
		if free {
			continue
		}
		select {
		case <-left:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for a turn: %w", ctx.Err())
		}
	}
}

func (f *inFlight) leave(id deal.AccountID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all--
	if f.accounts[id]--; f.accounts[id] == 0 {
		delete(f.accounts, id)
	}
	if f.left != nil {
		close(f.left)
		f.left = nil
	}
}

// keyedLocks let one request at a time work under a key.
type keyedLocks struct {
	mu   sync.Mutex
	held map[string]*keyedLock
}

type keyedLock struct {
	mu      sync.Mutex
	waiting int
}

func (k *keyedLocks) lock(key string) (unlock func()) {
	k.mu.Lock()
	if k.held == nil {
		k.held = map[string]*keyedLock{}
	}
	l, ok := k.held[key]
	if !ok {
		l = &keyedLock{}
		k.held[key] = l
	}
	l.waiting++
	k.mu.Unlock()

	l.mu.Lock()
	return func() {
		l.mu.Unlock()
		k.mu.Lock()
		defer k.mu.Unlock()
		if l.waiting--; l.waiting == 0 {
			delete(k.held, key)
		}
	}
}
