package dossier

import (
	"strings"
	"time"
	"unicode"

	"closedloop/deal"
)

// Filing registers a project, so that only one team pursues it, and protects it for a time that progress renews
// (domain.md §4). [Rules.File] and [Rules.Renew] make one.
type Filing struct {
	Number     string        `json:"number"`
	Project    string        `json:"project"` // what is pursued; empty for all business with the customer
	Scope      string        `json:"scope"`
	Owner      deal.PersonID `json:"owner"`
	FiledOn    Day           `json:"filed_on"`
	ValidUntil Day           `json:"valid_until"` // the last day of protection
	Renewals   []Renewal     `json:"renewals"`
	ReleasedOn Day           `json:"released_on"` // given up, or lost in arbitration
	Reason     string        `json:"reason"`      // of the release
}

// Renewal is progress that prolonged the protection.
type Renewal struct {
	On       Day    `json:"on"`
	Progress string `json:"progress"`
	Until    Day    `json:"until"`
}

// Live tells whether the filing protects its project on a day.
func (f Filing) Live(on Day) bool {
	return f.FiledOn != "" && f.FiledOn <= on && on <= f.ValidUntil && (f.ReleasedOn == "" || on < f.ReleasedOn)
}

// LiveFiling finds the filing that protects a project on a day. There is at most one for a customer and a project, so
// a second one is a conflict for sales_ops to arbitrate.
func LiveFiling(filings []Filing, project string, on Day) (Filing, bool) {
	for _, f := range filings {
		if f.Live(on) && ProjectKey(f.Project) == ProjectKey(project) {
			return f, true
		}
	}
	return Filing{}, false
}

// ProjectKey is a project's name in the form in which two are compared: letters and digits only, narrow, in lower case.
func ProjectKey(project string) string {
	return strings.Map(func(r rune) rune {
		const wide, narrow, last = '！', '!', '～' // full-width forms of ASCII stand in the same order
		if r >= wide && r <= last {
			r += narrow - wide
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, project)
}

// Kind implements [Record].
func (Filing) Kind() Kind { return FilingKind }

// Key implements [Keyed]: one for each number.
func (f Filing) Key() string { return f.Number }

// Validate implements [Record].
func (f Filing) Validate(now time.Time) deal.Refusals {
	c := begin(f, now)
	c.line("/number", f.Number)
	c.someLine("/project", f.Project)
	c.id("/owner", string(f.Owner))
	c.happened("/filed_on", f.FiledOn)
	c.day("/valid_until", f.ValidUntil)
	c.after("/valid_until", f.ValidUntil, f.FiledOn, "备案日期", "the day of filing")
	for i, r := range f.Renewals {
		c.happened(cell("/renewals", i, "on"), r.On)
		c.reason(cell("/renewals", i, "progress"), r.Progress)
		c.day(cell("/renewals", i, "until"), r.Until)
	}
	c.someDay("/released_on", f.ReleasedOn)
	c.notAhead("/released_on", f.ReleasedOn)
	if f.ReleasedOn != "" {
		c.reason("/reason", f.Reason)
	}
	return c.done()
}
