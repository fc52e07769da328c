package activities

import (
	"time"

	"closedloop/deal"
)

// Books asks playbooks. Their answers depend on nothing but the arguments, so an error is permanent: a condition that
// cannot be evaluated, a version that is not there.
type Books interface {
	// Default is the playbook for new accounts.
	Default() deal.BookRef
	// Newest is the newest version of a playbook.
	Newest(name string) (deal.BookRef, error)
	// Book is the rules of one version.
	Book(ref deal.BookRef) (deal.Book, error)
	// Gate evaluates the gate of the account's present step.
	Gate(s deal.State, r deal.Records, at time.Time) (deal.Gate, error)
	// Chain is the levels of an approval whose conditions hold.
	Chain(s deal.State, r deal.Records, kind deal.ApprovalKind, amountMinor int64, currency string) ([]deal.LevelRules, error)
}

// Calendars gives the working time of the organisation, as it is now.
type Calendars interface {
	Working() deal.Working
}
