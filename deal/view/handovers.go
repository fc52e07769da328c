package view

import (
	"time"

	"closedloop/deal"
)

// HandoverOrder is a handover as somebody orders it. What is planned is frozen with it.
type HandoverOrder struct {
	ID         string
	By         deal.PersonID
	Reason     string
	Succession deal.Succession
	Deactivate bool // the person leaves once everything is moved
	At         time.Time
	Moves      []deal.Succeed
}

// HandoverStatus says how far a handover is.
type HandoverStatus string

// On its way; over with nothing left; over, with accounts that could not be moved.
const (
	HandoverRuns HandoverStatus = "running"
	HandoverDone HandoverStatus = "done"
	HandoverLeft HandoverStatus = "left"
)

// Handover is one act of handing over, and how far it is.
type Handover struct {
	ID         string
	By         deal.PersonID
	Reason     string
	Succession deal.Succession
	Deactivate bool
	Status     HandoverStatus
	Round      int // of looks at what hangs on the person; the first is the order
	Beside     HandoverBeside
	OrderedAt  time.Time
	FinishedAt time.Time

	Planned int // not moved yet
	Moved   int
	Nothing int // nothing hung on the person any more
	Failed  int
}

// HandoverBeside is what a handover did that belongs to no account.
type HandoverBeside struct {
	Tasks       int  `json:"tasks"`       // personal ones that went to the heir
	Delegations int  `json:"delegations"` // that ended with the person
	Deactivated bool `json:"deactivated"`
}

// MoveStatus says what became of one account of a handover.
type MoveStatus string

// The ends of a move.
const (
	MovePlanned MoveStatus = "planned"
	MoveDone    MoveStatus = "moved"
	MoveNothing MoveStatus = "nothing"
	MoveFailed  MoveStatus = "failed"
)

// MoveStatuses returns every status.
func MoveStatuses() []MoveStatus {
	return []MoveStatus{MovePlanned, MoveDone, MoveNothing, MoveFailed}
}

// HandoverMove is one account of a handover.
type HandoverMove struct {
	Position int // in the plan
	Round    int
	Account  deal.AccountID
	Number   string
	Name     string
	To       deal.PersonID
	Holds    deal.Holdings // when it was planned
	Status   MoveStatus
	Attempts int
	Seq      int64         // of the event in the account's log
	Reasons  deal.Refusals // why it was refused
	MovedAt  time.Time
}

// MoveFilter narrows the accounts of a handover.
type MoveFilter struct {
	Status MoveStatus    // empty: all
	To     deal.PersonID // of one successor; empty: of all
}

// MoveOutcome is what became of an attempt to move one account.
type MoveOutcome struct {
	Status  MoveStatus
	Seq     int64
	Reasons deal.Refusals
	At      time.Time
}
