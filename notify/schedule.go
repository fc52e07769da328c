package notify

import "time"

// Random is where jitter comes from: *math/rand/v2.Rand, or a test's own.
type Random interface {
	// Float64 is at least 0 and below 1.
	Float64() float64
}

// Do says what becomes of a message after an attempt.
type Do string

// What may become of it.
const (
	Done    Do = "done"    // delivered, nothing is left to do
	Again   Do = "again"   // another attempt at the instant
	Park    Do = "park"    // a dead letter: a person looks at it and may send it again
	Disable Do = "disable" // a dead letter, and nothing more for this endpoint
)

// Step is what to do after an attempt.
type Step struct {
	Do       Do
	At       time.Time // of the next attempt, with Again
	Failures int       // to remember for the next time
	Reason   Reason    // of a dead letter, or of the attempt that failed
}

// Schedule is how often and how long a channel is tried.
type Schedule struct {
	First time.Duration // the pause after the first failure; each next one is twice as long
	Most  time.Duration // the longest pause
	Limit int           // this many failures park the message
	// RepeatUnsure tries again when an answer was lost: right where the ID of the
	// message lets the receiver see the second copy for what it is.
	RepeatUnsure bool
}

// ScheduleFor is the schedule of a channel. Twenty attempts spread over four days:
// 10 s, 20 s, 40 s … 11 h, then 12 h. A mail server that puts newcomers on a grey
// list wants some minutes, so mail begins with two and lasts two days longer.
func ScheduleFor(channel Channel) Schedule {
	s := Schedule{First: 10 * time.Second, Most: 12 * time.Hour, Limit: 20}
	switch channel {
	case Mail:
		s.First, s.RepeatUnsure = 2*time.Minute, true
	case Webhook:
		s.RepeatUnsure = true
	case WeCom, DingTalk, Feishu:
	}
	return s
}

// Next decides after an attempt that came to o. failures counts those before it:
// being held by our own pace is none. An instant that the channel asked for is
// never undercut.
func (s Schedule) Next(now time.Time, failures int, o Outcome, random Random) Step {
	switch o.Class {
	case Delivered:
		return Step{Do: Done, Failures: failures}
	case Held:
		return Step{Do: Again, At: later(o.NotBefore, now), Failures: failures, Reason: o.Reason}
	case Permanent:
		return Step{Do: Park, Failures: failures + 1, Reason: o.Reason}
	case Gone:
		return Step{Do: Disable, Failures: failures + 1, Reason: o.Reason}
	case Retry:
	}
	failures++
	if o.Unsure && !s.RepeatUnsure {
		return Step{Do: Park, Failures: failures, Reason: ReasonUnsure}
	}
	if failures >= s.Limit {
		return Step{Do: Park, Failures: failures, Reason: o.Reason}
	}
	at := now.Add(s.Pause(failures, random))
	if o.NotBefore.After(at) {
		// Everybody who was turned away was told the same instant.
		at = o.NotBefore.Add(jitter(s.First, random))
	}
	return Step{Do: Again, At: at, Failures: failures, Reason: o.Reason}
}

// Pause is how long to wait after so many failures: doubling, a quarter more or
// less by chance, so that what failed together is not tried together.
func (s Schedule) Pause(failures int, random Random) time.Duration {
	pause := s.First
	for n := 1; n < failures && pause < s.Most; n++ {
		pause *= 2
	}
	pause = min(pause, s.Most)
	return pause*3/4 + jitter(pause/2, random)
}

func jitter(span time.Duration, random Random) time.Duration {
	return time.Duration(random.Float64() * float64(span))
}

// OffPeak moves an instant out of the first two minutes of a full or half hour, by
// up to five minutes: when everybody's digests go out, bots are refused that are
// far below their limit (Feishu's code 11232).
func OffPeak(at time.Time, random Random) time.Time {
	if at.Minute()%30 > 1 {
		return at
	}
	return at.Add(2*time.Minute + jitter(3*time.Minute, random))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
