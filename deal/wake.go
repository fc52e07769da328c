package deal

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// WakeWindow is the longest time by which an account wakes after something is due (trust-and-speed.md T2).
//
// Reminders of very many accounts fall due at one instant: an opening hour, the end of a day. The design names 15 minutes;
// 5 of them spread ten thousand accounts to about 33 a second, which leaves a machine with two cores room for people, and
// an escalation still comes in the hour that it is meant for (decision 0024).
const WakeWindow = 5 * time.Minute

// wakeShare is the part of a clock's length that its window may take, so that what is short stays punctual: a tenth.
const wakeShare = 10

// WakeAt is the instant at which the account's timer has to ring; zero when nothing is due ever. Something is due by then,
// since it is never before the rung it is for; what else has come due meanwhile happens with it.
func (s State) WakeAt() time.Time {
	var wake time.Time
	for _, c := range s.Clocks {
		r, ok := c.next()
		if !ok {
			continue
		}
		if at := s.wakeFor(c, r); wake.IsZero() || at.Before(wake) {
			wake = at
		}
	}
	return wake
}

// wakeFor is when the account wakes for a rung. One that is due as its clock starts, or was then, stands in no crowd: whoever
// is asked for something now hears of it at once.
func (s State) wakeFor(c Clock, r Rung) time.Time {
	if !r.At.After(c.From) {
		return r.At
	}
	return r.At.Add(jitter(s.Account, c.window()))
}

// window is the time within which the rungs of a running clock are noticed: a tenth of its whole length, [WakeWindow] at the
// most. A matter of the agenda that was overdue when it was planned has no length; its rungs stand at opening hours all the same.
func (c Clock) window() time.Duration {
	length := c.Due.Sub(c.From)
	if c.Kind == AgendaClock && length <= 0 {
		return WakeWindow
	}
	return max(0, min(length/wakeShare, WakeWindow))
}

// jitter is an account's own place in a window, in microseconds as all instants are. It follows from the account's ID alone
// and never changes: every process, and every replay, arms the same timer.
func jitter(account AccountID, window time.Duration) time.Duration {
	places := uint64(max(0, window.Microseconds()))
	if places == 0 {
		return 0
	}
	h := sha256.Sum256([]byte(account))
	return time.Duration(binary.BigEndian.Uint64(h[:8])%places) * time.Microsecond //nolint:gosec // below the window
}
