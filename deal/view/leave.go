package view

import (
	"time"

	"closedloop/deal"
)

// Leave is a person's absence as people enter it.
type Leave struct {
	deal.Leave

	Kind      deal.LeaveKind
	Note      string // why, in the person's own words
	CreatedBy deal.PersonID
	CreatedAt time.Time
	EndedAt   time.Time // when it was ended early; zero otherwise
}

// LeaveFilter says which leaves to list: of these people (nil: of everybody) that touch the days From to To (YYYY-MM-DD,
// both included; empty: without a bound).
type LeaveFilter struct {
	People   []deal.PersonID
	From, To string
}

// OverlapError refuses a leave on days that the person has already taken.
type OverlapError struct {
	Leave Leave // the one that is there
}

func (e *OverlapError) Error() string { return "leave overlaps another one: " + e.Leave.ID }

// Unwrap says that repeating does not help.
func (e *OverlapError) Unwrap() error { return deal.ErrPermanent }
