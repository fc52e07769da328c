package deal

import (
	"context"
	"errors"
	"time"
)

// Errors that cross packages.
var (
	// ErrNotFound is given for what does not exist and for what the viewer may not see: nobody can tell the two apart.
	ErrNotFound = errors.New("not found")
	// ErrStale is given when a record changed since it was read.
	ErrStale = errors.New("changed since it was read")
	// ErrUnavailable is given when the database or the engine cannot be reached; the caller may repeat.
	ErrUnavailable = errors.New("unavailable")
	// ErrPermanent marks what no repetition can mend: a rule that panics, a condition that cannot be evaluated, a
	// constraint nobody expected.
	ErrPermanent = errors.New("permanent fault")
)

// Ledger opens transactions on single accounts. Package store implements it, package activities uses it.
type Ledger interface {
	// InTx runs act in one transaction that holds the lock of the command's account, of an account not yet there too.
	// It retries serialisation failures, and after a commit with unknown outcome it reads back by key before it does.
	InTx(ctx context.Context, cmd Command, act func(LedgerTx) error) error
}

// LedgerTx is one transaction on one account, whose row is locked.
type LedgerTx interface {
	// Remembered is what the command's key got the first time, if it was used before.
	Remembered() (Remembered, bool)
	// State is where the account stands; it does not exist before it was opened.
	State() State
	// Staged tells whether everything that the command refers to was staged beside it.
	Staged(ctx context.Context) (bool, error)
	// Org is the organisation as the database has it now.
	Org(ctx context.Context) (Org, error)
	// Records are the account's files of a cycle.
	Records(ctx context.Context, cycle int) (Records, error)
	// Other reads another account, for a merge; a state that does not exist when there is none.
	Other(ctx context.Context, id AccountID) (State, error)
	// TeamOf is the team of a territory; empty when nobody has it.
	TeamOf(ctx context.Context, territory string) (TeamID, error)
	// NextNumber takes the next human number of the year.
	NextNumber(ctx context.Context, at time.Time) (string, error)
	// Record appends the events and writes everything people read that follows from them: projections, inbox,
	// what was staged, and the key with its answer.
	Record(ctx context.Context, entry Entry) error
}

// Remembered is a key's first use.
type Remembered struct {
	Fingerprint string
	Answer      Answer
}

// Entry is one command's share of the log.
type Entry struct {
	Command Command
	Answer  Answer
	Before  State
	After   State
	Events  []Event
	Rows    Rows
}
