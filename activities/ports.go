package activities

import (
	"time"

	"closedloop/deal"
	"closedloop/deal/dossier"
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
	// Movable is the rules of a version to which an account is to be moved, or what stands against it.
	Movable(ref deal.BookRef) (deal.Book, deal.Refusals, error)
	// Usable tells whether this release can use a version.
	Usable(ref deal.BookRef) bool
	// Rules are what a version says about the account's file.
	Rules(ref deal.BookRef) (dossier.Rules, error)
	// Gate evaluates the gate of the account's present step.
	Gate(s deal.State, r deal.Records, at time.Time) (deal.Gate, error)
	// Chain is the levels of an approval whose conditions hold at an instant.
	Chain(s deal.State, r deal.Records, kind deal.ApprovalKind, amountMinor int64, currency string, at time.Time) ([]deal.LevelRules, error)
}

// Calendars gives the working time of a region, as it is now; that of the organisation for none (empty), and for one that
// has nothing of its own.
type Calendars interface {
	Working(region string) deal.Working
}
