package dossier

import (
	"strings"
	"time"

	"closedloop/deal"
)

// Rival is another house that sells to the customer or tries to.
type Rival struct {
	Name          string   `json:"name"`
	Incumbent     bool     `json:"incumbent"`      // supplies the customer today
	MonthlyVolume *int64   `json:"monthly_volume"` // pieces a month at this customer; null while not known
	Since         Day      `json:"since"`          // supplies since; empty while not known
	Offer         string   `json:"offer"`          // prices and terms, as far as known
	Strengths     []string `json:"strengths"`
	Weaknesses    []string `json:"weaknesses"`
	Backers       []string `json:"backers"` // IDs of contacts who would rather have them
	Evidence      string   `json:"evidence"`
}

// Kind implements [Record].
func (Rival) Kind() Kind { return RivalKind }

// Key implements [Keyed]: one for each name.
func (r Rival) Key() string { return strings.ToLower(strings.TrimSpace(r.Name)) }

// Validate implements [Record].
func (r Rival) Validate(now time.Time) deal.Refusals {
	c := begin(r, now)
	c.line("/name", r.Name)
	if r.MonthlyVolume != nil {
		c.quantity("/monthly_volume", *r.MonthlyVolume, maxVolume)
	}
	c.someDay("/since", r.Since)
	c.lines("/strengths", r.Strengths)
	c.lines("/weaknesses", r.Weaknesses)
	c.ids("/backers", r.Backers)
	return c.done()
}
