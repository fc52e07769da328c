package view

import (
	"time"

	"closedloop/deal"
)

// Sleeper is an account and the instant at which its clocks wake it. Lists of sleepers are ordered by instant, then by ID;
// one of them is the place behind which the next page begins, the zero one the beginning.
type Sleeper struct {
	Account deal.AccountID
	WakeAt  time.Time
}

// Sleeps is an account as a sleeper.
func Sleeps(s deal.State) Sleeper { return Sleeper{s.Account, s.WakeAt()} }
