package dossier

import (
	"time"

	"closedloop/deal"
)

// Negotiation is the brief with which we go and talk, what was conceded on the way, and what came of it.
type Negotiation struct {
	PriceTiming  string       `json:"price_timing"` // when to speak of price, and when not
	Alternatives string       `json:"alternatives"`
	Limits       string       `json:"limits"` // how far we go
	Concessions  []Concession `json:"concessions"`
	Commitment   *Commitment  `json:"commitment"`
}

// Concession is something one side gave, and what it got for it.
type Concession struct {
	On      Day    `json:"on"`
	Side    Side   `json:"side"`
	Given   string `json:"given"`
	Got     string `json:"got"`     // in return; empty for nothing
	Contact string `json:"contact"` // ID of the contact it was agreed with
}

// Side says who conceded.
type Side string

// We, or the customer.
const (
	OurSide      Side = "us"
	CustomerSide Side = "customer"
)

func sides() set[Side] {
	return set[Side]{opt(OurSide, "我方", "Us"), opt(CustomerSide, "客户", "Customer")}
}

// AllSides returns both sides.
func AllSides() []Side { return sides().all() }

// ParseSide reads a side's identifier.
func ParseSide(s string) (Side, error) { return sides().parse("side", s) }

// Label is what people call it; empty for something that is no side.
func (s Side) Label() deal.Text { return sides().label(s) }

// Commitment is the customer's word before the agreement.
type Commitment struct {
	Type     CommitmentType `json:"type"`
	On       Day            `json:"on"`
	Contact  string         `json:"contact"`  // ID of the contact who gave it
	Evidence string         `json:"evidence"` // what was said, by whom, who was there
	Document string         `json:"document"` // ID of the document on file; mandatory for a letter of intent
}

// CommitmentType says how the customer gave their word.
type CommitmentType string

// On paper, or by word of mouth.
const (
	LetterOfIntent CommitmentType = "letter_of_intent"
	Verbal         CommitmentType = "verbal"
)

func commitmentTypes() set[CommitmentType] {
	return set[CommitmentType]{opt(LetterOfIntent, "意向书", "Letter of intent"), opt(Verbal, "口头协议", "Verbal agreement")}
}

// AllCommitmentTypes returns every type.
func AllCommitmentTypes() []CommitmentType { return commitmentTypes().all() }

// ParseCommitmentType reads a type's identifier.
func ParseCommitmentType(s string) (CommitmentType, error) {
	return commitmentTypes().parse("commitment", s)
}

// Label is what people call it; empty for something that is no type.
func (t CommitmentType) Label() deal.Text { return commitmentTypes().label(t) }

// Kind implements [Record].
func (Negotiation) Kind() Kind { return NegotiationKind }

// Validate implements [Record].
func (n Negotiation) Validate(now time.Time) deal.Refusals {
	c := begin(n, now)
	for i, given := range n.Concessions {
		c.happened(cell("/concessions", i, "on"), given.On)
		chosen(c, cell("/concessions", i, "side"), given.Side, sides())
		c.text(cell("/concessions", i, "given"), given.Given)
		c.someID(cell("/concessions", i, "contact"), given.Contact)
	}
	if n.Commitment != nil {
		chosen(c, "/commitment/type", n.Commitment.Type, commitmentTypes())
		c.happened("/commitment/on", n.Commitment.On)
		c.someID("/commitment/contact", n.Commitment.Contact)
		c.reason("/commitment/evidence", n.Commitment.Evidence)
		c.someID("/commitment/document", n.Commitment.Document)
		if n.Commitment.Type == LetterOfIntent && n.Commitment.Document == "" {
			c.missing(deal.CodeInvalidValue, "/commitment/document")
		}
	}
	return c.done()
}
