package view

import (
	"time"

	"closedloop/deal"
)

// Sleeper is an account and the instant at which its timer rings, up to [deal.WakeWindow] behind what is due. Lists of sleepers are ordered by instant, then by ID;
// one of them is the place behind which the next page begins, the zero one the beginning.
type Sleeper struct {
	Account deal.AccountID
	WakeAt  time.Time
}
