package notify

import (
	"slices"
	"sync"
	"time"
)

// Window allows N messages in any span of Per.
type Window struct {
	N   int
	Per time.Duration
}

// Pace keeps one bot below the rate of its service. It counts over a sliding
// window and not with a bucket that refills: a full bucket lets almost twice its
// size through in the first minute, and DingTalk answers that with ten minutes of
// silence.
type Pace struct {
	windows []Window
	keep    int // how many instants the largest window looks back

	mu    sync.Mutex
	sent  []time.Time // the latest instants, ascending
	until time.Time   // the service asked for a pause
}

// NewPace makes the pace of one bot. Without windows nothing is held back but by
// [Pace.Pause].
func NewPace(windows ...Window) *Pace {
	p := &Pace{windows: slices.Clone(windows)}
	for _, w := range p.windows {
		p.keep = max(p.keep, w.N)
	}
	return p
}

// Take asks to send one message now. If that is too early, nothing is counted and
// the answer is when to ask again.
func (p *Pace) Take(now time.Time) (ok bool, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at = p.until
	for _, w := range p.windows {
		if len(p.sent) < w.N {
			continue
		}
		if free := p.sent[len(p.sent)-w.N].Add(w.Per); free.After(at) {
			at = free
		}
	}
	if now.Before(at) {
		return false, at
	}
	if p.keep > 0 {
		if len(p.sent) == p.keep {
			p.sent = append(p.sent[:0], p.sent[1:]...)
		}
		p.sent = append(p.sent, now)
	}
	return true, now
}

// Pause lets nothing through before until. A shorter pause does not end a longer one.
func (p *Pace) Pause(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until) {
		p.until = until
	}
}
