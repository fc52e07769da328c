package view

import (
	"encoding/json"
	"time"

	"closedloop/deal"
)

// Erasure is the erasing of a person at the customer: asked for by one person, done by another.
type Erasure struct {
	Contact     string
	RequestedBy deal.PersonID
	RequestedAt time.Time
	Reason      string
	DoneBy      deal.PersonID // empty while a second person is missing
	DoneAt      time.Time
	Records     int // documents, forms and contacts that were rewritten or removed
	Texts       int // texts beside the log that were rewritten
}

// Done tells whether the person is gone.
func (e Erasure) Done() bool { return e.DoneBy != "" }

// Eraser takes one person out of everything that is on file.
type Eraser interface {
	// Document is the body of a document without the person, and what became of it. A document that is gone is about that
	// person alone.
	Document(kind string, body json.RawMessage) (without json.RawMessage, changed, gone bool, err error)
	// JSON and Text are any other content without the mentions of the person.
	JSON(content json.RawMessage) (without json.RawMessage, changed bool, err error)
	Text(text string) (without string, changed bool)
	// Mentions are what to look for where something is deleted that speaks of the person: the ID, names and numbers.
	Mentions() []string
}

// Person is everything that is on file about somebody who is to be erased, and who else is spoken of in the same texts.
type Person struct {
	Contact  string
	Versions []deal.Contact // that there ever were, the present one included
	Others   []deal.Contact // of the account
	Profile  deal.Profile
}
