package dossier

import (
	"time"

	"closedloop/deal"
)

// Agreement is a contract with the customer. What is missing may be filled in later: the signed file comes after the
// approval.
type Agreement struct {
	Number      string    `json:"number"`
	AmountMinor int64     `json:"amount_minor"` // minor units
	Currency    string    `json:"currency"`     // ISO 4217
	TermMonths  int       `json:"term_months"`
	SignedOn    Day       `json:"signed_on"`
	StartsOn    Day       `json:"starts_on"`
	EndsOn      Day       `json:"ends_on"` // the last day
	Evidence    *Evidence `json:"evidence"`
}

// Evidence is a file that proves something: a document on file and what its bytes hash to.
type Evidence struct {
	Document string `json:"document"` // ID of the document
	SHA256   string `json:"sha256"`   // 64 lower-case hexadecimal digits
}

// longestTerm is the longest term of an agreement, in months.
const longestTerm = 120

// Dated tells whether the agreement says from when to when it holds, and for how long.
func (a Agreement) Dated() bool { return a.StartsOn != "" && a.EndsOn != "" && a.TermMonths > 0 }

// Valued tells whether there is an amount.
func (a Agreement) Valued() bool { return a.AmountMinor > 0 && a.Currency != "" }

// Proven tells whether the signed file is among the documents and its bytes are those that were signed.
func (a Agreement) Proven(documents []Entry[Document]) bool {
	for _, d := range documents {
		if a.Evidence != nil && d.ID == a.Evidence.Document && d.Body.SHA256 == a.Evidence.SHA256 {
			return true
		}
	}
	return false
}

// Running tells whether the agreement holds on a day.
func (a Agreement) Running(on Day) bool {
	return a.StartsOn != "" && a.StartsOn <= on && on <= a.EndsOn
}

// LatestAgreement is the agreement that starts last; one that does not say when it starts is still being written and
// comes after all others. The second value is false without any.
func LatestAgreement(agreements []Agreement) (Agreement, bool) {
	var latest Agreement
	for i, a := range agreements {
		if i == 0 || a.StartsOn == "" || (latest.StartsOn != "" && a.StartsOn >= latest.StartsOn) {
			latest = a
		}
	}
	return latest, len(agreements) > 0
}

// Kind implements [Record].
func (Agreement) Kind() Kind { return AgreementKind }

// Key implements [Keyed]: one for each number.
func (a Agreement) Key() string { return a.Number }

// Validate implements [Record].
func (a Agreement) Validate(now time.Time) deal.Refusals {
	c := begin(a, now)
	c.line("/number", a.Number)
	c.price("/amount_minor", a.AmountMinor, "/currency", a.Currency)
	c.between("/term_months", a.TermMonths, 0, longestTerm)
	c.someDay("/signed_on", a.SignedOn)
	c.notAhead("/signed_on", a.SignedOn)
	c.someDay("/starts_on", a.StartsOn)
	c.someDay("/ends_on", a.EndsOn)
	c.after("/ends_on", a.EndsOn, a.StartsOn, "生效日期", "the start")
	c.invalid(a.disagrees(), "/term_months", "与起止日期不符", " does not agree with the dates",
		"更正期限或日期", "Correct the term or the dates")
	if a.Evidence != nil {
		c.id("/evidence/document", a.Evidence.Document)
		c.sha256("/evidence/sha256", a.Evidence.SHA256)
	}
	return c.done()
}

// disagrees tells whether the term is a month or more off what the dates say. Some count the last day, some do not,
// and months have different lengths, so only whole months are told apart.
func (a Agreement) disagrees() bool {
	if !a.StartsOn.Valid() || !a.EndsOn.Valid() || a.EndsOn <= a.StartsOn || a.TermMonths < 1 || a.TermMonths > longestTerm {
		return false
	}
	return a.EndsOn <= a.StartsOn.AddMonths(a.TermMonths-1) || a.EndsOn >= a.StartsOn.AddMonths(a.TermMonths+1)
}
