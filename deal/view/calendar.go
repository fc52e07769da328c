package view

import (
	"encoding/json"
	"time"

	"closedloop/deal"
)

// CalendarChange is what an administrator said about a year of the calendar, or about the office hours.
type CalendarChange struct {
	Region   string // empty: the whole organisation
	Year     int    // 0: office hours
	Revision int64
	Document json.RawMessage
	By       deal.PersonID
	At       time.Time
}

// Covered is an account with tasks that should be in other hands, as it stood when it was found.
type Covered struct {
	Account deal.AccountID
	Seq     int64
}

// Stale is an account whose clocks were placed with another version of the calendar, as it stood when it was found.
type Stale struct {
	Account deal.AccountID
	Seq     int64
	Wanted  string // the version that its clocks should have
}
