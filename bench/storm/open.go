package main

import (
	"context"
	"slices"
	"sync"
	"time"
)

// openLoop sends commands at a pace of its own, whether those before were answered or not: a caller who waits would hide
// how long others wait. Accounts take turns, advancing and going back.
type openLoop struct {
	client   *client
	accounts []string
	every    time.Duration

	next  int
	ahead map[string]bool
}

// sample is what commands took.
type sample struct {
	Took     []time.Duration
	Failures []error
}

func (s sample) quantile(q float64) time.Duration {
	if len(s.Took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s.Took))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// P50 and P99 are in milliseconds.
func (s sample) P50() float64 { return millis(s.quantile(0.5)) }
func (s sample) P99() float64 { return millis(s.quantile(0.99)) }
func (s sample) Max() float64 { return millis(s.quantile(1)) }
func (s sample) N() int       { return len(s.Took) }

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// during sends commands for a while, or until the context ends; those on their way are waited for.
func (l *openLoop) during(ctx context.Context, for_ time.Duration) (s sample) {
	if l.ahead == nil {
		l.ahead = map[string]bool{}
	}
	end := time.NewTimer(for_)
	defer end.Stop()
	pace := time.NewTicker(l.every)
	defer pace.Stop()
	sending := context.WithoutCancel(ctx) // what has begun is finished
	var mu sync.Mutex
	var group sync.WaitGroup
	defer group.Wait()
	busy := map[string]bool{}
	for {
		select {
		case <-ctx.Done():
			group.Wait()
			return s
		case <-end.C:
			group.Wait()
			return s
		case <-pace.C:
		}
		mu.Lock()
		var id string
		for range l.accounts { // one whose command is still on its way is left out
			id = l.accounts[l.next%len(l.accounts)]
			l.next++
			if !busy[id] {
				break
			}
		}
		busy[id] = true
		ahead := l.ahead[id]
		mu.Unlock()
		group.Go(func() {
			took, err := l.move(sending, id, ahead)
			mu.Lock()
			defer mu.Unlock()
			delete(busy, id)
			switch {
			case err != nil:
				s.Failures = append(s.Failures, err)
			default:
				l.ahead[id] = !ahead
				s.Took = append(s.Took, took)
			}
		})
	}
}

// move advances an account that stands in collect, and takes one that stands in screen back.
func (l *openLoop) move(ctx context.Context, id string, ahead bool) (time.Duration, error) {
	began := time.Now()
	if ahead {
		err := l.client.post(ctx, "/accounts/"+id+"/return", map[string]string{"to": "collect", "reason": "联系人更换，需要重新核实。"}, nil)
		return time.Since(began), err
	}
	err := l.client.post(ctx, "/accounts/"+id+"/advance", map[string]string{"from": "collect"}, nil)
	return time.Since(began), err
}
