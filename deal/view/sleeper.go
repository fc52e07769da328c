package view

import (
	"time"

	"closedloop/deal"
)

// Sleeper is an account and the instant at which its timer rings, up to [deal.WakeWindow] behind what is due, or at which its
// clocks call sales operations. Lists of sleepers are ordered by instant, then by ID;
// one of them is the place behind which the next page begins, the zero one the beginning.
type Sleeper struct {
	Account deal.AccountID
	WakeAt  time.Time
}

// Calls is an account as one that will ask sales operations for somebody else ([deal.State.ReassignAt]).
func Calls(s deal.State) Sleeper { return Sleeper{s.Account, s.ReassignAt()} }
