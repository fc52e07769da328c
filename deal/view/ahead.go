package view

import (
	"time"

	"closedloop/deal"
)

// Ahead is one thing that the house will say by itself and that belongs to no account: when, to whom, and in which words.
type Ahead struct {
	At     time.Time // an opening of the office; it is said with the house's next look
	Kind   AheadKind
	Ref    string // of the task or the review
	Rung   deal.RungName
	Due    time.Time
	To     []deal.PersonID // as things stand now, in the hands of whoever stands in at that instant
	Notice deal.NoticeKind
	Args   []string
	// Provisional tells that a year on the way has no holiday data yet.
	Provisional bool
}

// AheadKind says what it is about.
type AheadKind string

// A task of a person, or the monthly review of a team.
const (
	TaskAhead   AheadKind = "task"
	ReviewAhead AheadKind = "review"
)
