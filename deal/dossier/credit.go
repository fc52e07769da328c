package dossier

import (
	"time"

	"closedloop/deal"
)

// Credit is how far we trust the customer to pay (domain.md §5). A change is an approval with a limit; until it is
// granted the colour in force stays.
type Credit struct {
	Colour   Colour        `json:"colour"` // in force; empty while never decided
	Since    Day           `json:"since"`
	Payments Payments      `json:"payments"`
	Reason   string        `json:"reason"`
	Change   *CreditChange `json:"change"` // asked for and not decided
}

// Payments are turnover and payment record of the last twelve months, from the books.
type Payments struct {
	TurnoverMinor int64  `json:"turnover_minor"` // minor units
	Currency      string `json:"currency"`       // ISO 4217
	Invoices      int64  `json:"invoices"`
	LateInvoices  int64  `json:"late_invoices"`
	WorstDaysLate int64  `json:"worst_days_late"`
	OverdueMinor  int64  `json:"overdue_minor"` // not paid though due, in minor units
}

// CreditChange is a colour that was asked for.
type CreditChange struct {
	To      Colour `json:"to"`
	Reason  string `json:"reason"`
	AskedOn Day    `json:"asked_on"`
	DueOn   Day    `json:"due_on"` // the last day to decide
}

// Colour is a grade of credit.
type Colour string

// The colours, from the best. Red blocks signing.
const (
	Green  Colour = "green"
	Blue   Colour = "blue"
	Yellow Colour = "yellow"
	Red    Colour = "red"
)

func colours() set[Colour] {
	return set[Colour]{opt(Green, "绿", "Green"), opt(Blue, "蓝", "Blue"), opt(Yellow, "黄", "Yellow"), opt(Red, "红", "Red")}
}

// AllColours returns the colours from the best.
func AllColours() []Colour { return colours().all() }

// ParseColour reads a colour's identifier.
func ParseColour(s string) (Colour, error) { return colours().parse("credit colour", s) }

// Label is what people call it; empty for something that is no colour.
func (c Colour) Label() deal.Text { return colours().label(c) }

// Granted is the credit after the change was approved on a day; without a change it stays as it is.
func (k Credit) Granted(on Day) Credit {
	if k.Change != nil {
		k.Colour, k.Since, k.Reason, k.Change = k.Change.To, on, k.Change.Reason, nil
	}
	return k
}

// Declined is the credit after the change was rejected or withdrawn.
func (k Credit) Declined() Credit {
	k.Change = nil
	return k
}

// Late tells whether a change should have been decided before today.
func (k Credit) Late(today Day) bool { return k.Change != nil && k.Change.DueOn < today }

// Kind implements [Record].
func (Credit) Kind() Kind { return CreditKind }

// Validate implements [Record].
func (k Credit) Validate(now time.Time) deal.Refusals {
	c := begin(k, now)
	maybe(c, "/colour", k.Colour, colours())
	if k.Colour != "" {
		c.happened("/since", k.Since)
		c.reason("/reason", k.Reason)
	}
	p := k.Payments
	c.price("/payments/turnover_minor", p.TurnoverMinor, "/payments/currency", p.Currency)
	c.quantity("/payments/overdue_minor", p.OverdueMinor, maxMinor)
	c.quantity("/payments/invoices", p.Invoices, maxVolume)
	c.quantity("/payments/late_invoices", p.LateInvoices, maxVolume)
	c.quantity("/payments/worst_days_late", p.WorstDaysLate, maxVolume)
	c.invalid(p.LateInvoices > p.Invoices, "/payments/late_invoices", "多于发票总数", " are more than there are invoices",
		"更正两个数字之一", "Correct one of the two numbers")
	if k.Change != nil {
		chosen(c, "/change/to", k.Change.To, colours())
		c.invalid(k.Change.To != "" && k.Change.To == k.Colour, "/change/to", "就是现在的等级", " is the colour in force", "选择另一等级", "Choose another colour")
		c.reason("/change/reason", k.Change.Reason)
		c.happened("/change/asked_on", k.Change.AskedOn)
		c.day("/change/due_on", k.Change.DueOn)
		c.after("/change/due_on", k.Change.DueOn, k.Change.AskedOn, "提出日期", "the day it was asked for")
	}
	return c.done()
}
