package view

import (
	"time"

	"closedloop/deal"
)

// Case is a case of the library. Of an account that the viewer does not see, the customer has no name, its volumes are rough
// and the texts speak of neither the customer nor its people.
type Case struct {
	deal.Case

	Number     string // of the account; empty where it is hidden
	Visible    bool
	StartedAt  time.Time // of the cycle
	ReopenedAt time.Time // a lost customer was taken up again; zero: it was not
	UpdatedBy  deal.PersonID
	UpdatedAt  time.Time
}

// CaseFilter narrows the library; zero values do not narrow.
type CaseFilter struct {
	Query    string // words that all occur; of a hidden customer only in what its case shows
	Industry string // part of it
	Rival    string // part of it
	Outcome  deal.CaseOutcome
	Grade    deal.Grade
	Team     deal.TeamID // with the teams below it
	Since    time.Time   // ended then or later
	Until    time.Time   // ended before
	Page     Page
}
