package view

import (
	"time"

	"closedloop/deal"
)

// AccountRef names an account.
type AccountRef struct {
	ID     deal.AccountID
	Number string
	Name   string
}

// Relative is an account of a family, seen from one of its members. Of an account that the viewer does not see, only the
// names are there.
type Relative struct {
	AccountRef

	Relation deal.Relation // to its own parent; empty at the top
	Seen     bool
	Step     deal.Step
	Status   deal.Status
	Owner    deal.PersonID
	Team     deal.TeamID
	Grade    deal.Grade
	Deadline time.Time // zero: none
	Overdue  bool
}

// Merged is an account that was merged into another one, directly or by way of a third.
type Merged struct {
	AccountRef

	At time.Time // of the merger
}

// Kin are the accounts that belong to one. Merged accounts only point on and are nobody's parent or child.
type Kin struct {
	Above      []Relative // parent first
	Children   []Relative // by number; at most [MostChildren]
	MergedFrom []Merged   // oldest first
}

// MostChildren is how many children are shown with an account; GET /accounts?parent= lists any number.
const MostChildren = 100

// RollUp is a family as one row of a list: what the viewer sees of it, the top included.
type RollUp struct {
	Members      int       // not counting merged accounts
	Active       int       //
	Overdue      int       // with a missed deadline
	Deadline     time.Time // the next one of any member; zero: none
	NextFollowUp time.Time // the next one of any member; zero: none
}

// TimelineFilter chooses what of a history is told.
type TimelineFilter struct {
	Alone bool // without the histories of accounts that were merged into this one
	Page  Page
}
