package contract

import (
	"time"

	"closedloop/deal"
)

// Schema is the version of AccountInput. A run that meets a newer one refuses to run instead of guessing.
const Schema = 1

// AccountInput starts a run of AccountLoop and is what it carries over when it continues as new.
type AccountInput struct {
	Schema  int            `json:"schema"`
	Account deal.AccountID `json:"account"`
	Last    *deal.Position `json:"last,omitempty"` // where the account stood when the run before ended
	Limits  Limits         `json:"limits"`
}

// Limits say when a run continues as new, and how long one waits to be opened (trust-and-speed.md D4).
type Limits struct {
	Updates       int           `json:"updates"`        // 0: 500
	Events        int           `json:"events"`         // 0: 1,000
	Bytes         int           `json:"bytes"`          // 0: 1 MiB
	UnopenedAfter time.Duration `json:"unopened_after"` // 0: one minute
}

// OrDefaults fills in what is not set.
func (l Limits) OrDefaults() Limits {
	if l.Updates == 0 {
		l.Updates = 500
	}
	if l.Events == 0 {
		l.Events = 1000
	}
	if l.Bytes == 0 {
		l.Bytes = 1 << 20
	}
	if l.UnopenedAfter == 0 {
		l.UnopenedAfter = time.Minute
	}
	return l
}

// Reply is what an update gives back. The engine gives it to everybody who sends under the update's ID while the run
// lasts, whatever they send; so it says which request it answers.
type Reply struct {
	deal.Receipt

	Fingerprint string `json:"fingerprint"` // of the command that was performed
}

// ImportInput starts the import of a stored sheet.
type ImportInput struct {
	ID    string        `json:"id"`
	Actor deal.PersonID `json:"actor"`
	Batch int           `json:"batch"` // rows per activity; 0: 500
}

// ImportProgress is how far an import is.
type ImportProgress struct {
	Rows      int  `json:"rows"` // good rows of the sheet
	Handled   int  `json:"handled"`
	Opened    int  `json:"opened"`
	Updated   int  `json:"updated,omitempty"`
	Unchanged int  `json:"unchanged"`
	Refused   int  `json:"refused"` // rows, those with problems in the sheet included
	Done      bool `json:"done"`
}

// RelayInput starts the relay of a channel, and one round of it.
type RelayInput struct {
	Channel string `json:"channel"`
}

// RelayProgress is what a round came to. Neither more nor a wait: nothing is left to send.
type RelayProgress struct {
	More bool          `json:"more,omitempty"` // something is due now
	Wait time.Duration `json:"wait,omitempty"` // until something is
}
