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
	// Dated are the account's documents of some kinds, of every cycle.
	Dated(ctx context.Context, kinds []string) ([]Document, error)
	// Replanned says that the account's dated records were looked at: the mark that their last change left goes with this
	// transaction, whether anything is recorded or not.
	Replanned()
	// Other reads another account, for a merge; a state that does not exist when there is none.
	Other(ctx context.Context, id AccountID) (State, error)
	// Above are the account's parent and everything above that, nearest first, merged accounts on the way among them. None
	// of them moves until this command is recorded.
	Above(ctx context.Context, of State) ([]State, error)
	// Below is how many generations of accounts stand under the command's account.
	Below(ctx context.Context) (int, error)
	// Own are an account's contacts and documents of all cycles, without what accounts above share with it, and its profile.
	Own(ctx context.Context, id AccountID) (Records, error)
	// Claims are the filings of other accounts of an account's customer: of its credit code, or of its name where one of the
	// two has no code. Nobody else files for this customer until this command is recorded.
	Claims(ctx context.Context, of AccountID) ([]Claim, error)
	// Hold reads a claim anew and keeps its filing from changing until this command is recorded.
	Hold(ctx context.Context, c Claim) (Claim, error)
	// TeamOf is the team of a territory; empty when nobody has it.
	TeamOf(ctx context.Context, territory string) (TeamID, error)
	// NextNumber takes the next human number of the year.
	NextNumber(ctx context.Context, at time.Time) (string, error)
	// Record appends the events and writes everything people read that follows from them: projections, inbox,
	// what was staged, and the key with its answer.
	Record(ctx context.Context, entry Entry) error
}

// Mark says that an account's dated records changed, and when they first did, since its clocks were looked at.
type Mark struct {
	Account AccountID
	Since   time.Time
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

	// Documents are those of the account's file that change with the events, and Foreign those of other accounts: with the
	// version that is on file and the content that comes after it. They are no edits ([Document.EditedAt]).
	Documents []Document
	Foreign   []ForeignDocument
	Case      *Case // what the house learns, where the events end a cycle; Profile and Contacts are the customer's, which it hides
	Profile   Profile
	Contacts  []Contact

	Carry *Carry // merges: what goes over to the other account
}

// ForeignDocument is a document of another account's file.
type ForeignDocument struct {
	Account  AccountID
	Document Document
}
