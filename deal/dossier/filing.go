package dossier

import (
	"strings"
	"time"
	"unicode"

	"closedloop/deal"
)

// Filing registers a project, so that only one team pursues it, and protects it for a time that progress renews
// (domain.md §4). It begins as a draft that says what is to be registered; an approval makes a filing of it
// ([Rules.File]), and events renew and release it ([Effects]).
type Filing struct {
	Number      string        `json:"number"`  // empty: a draft
	Project     string        `json:"project"` // what is pursued; empty for all business with the customer
	Scope       string        `json:"scope"`
	Owner       deal.PersonID `json:"owner"`
	FiledOn     Day           `json:"filed_on"`
	ValidUntil  Day           `json:"valid_until"` // the last day of protection
	Renewals    []Renewal     `json:"renewals"`    // the latest ones; versions of the record have all
	ReleasedOn  Day           `json:"released_on"` // the first day without protection
	Cause       ReleaseCause  `json:"cause"`       // of the release
	Arbitration *Arbitrated   `json:"arbitration"` // null where there was no conflict
}

// Arbitrated is how sales_ops decided a conflict that the filing was part of. Why is in the log of the account that asked.
type Arbitrated struct {
	On      Day               `json:"on"`
	Arbiter deal.PersonID     `json:"arbiter"`
	Result  ArbitrationResult `json:"result"`
}

// ReleaseCause says why a filing ended before its time.
type ReleaseCause string

// A filing ends with its account, or when an arbitration gives its project to another one.
const (
	AccountClosed  ReleaseCause = "account_closed"
	AccountMerged  ReleaseCause = "account_merged"
	ProjectAwarded ReleaseCause = "arbitration"
)

func releaseCauses() set[ReleaseCause] {
	return set[ReleaseCause]{
		opt(AccountClosed, "客户关闭", "Account closed"), opt(AccountMerged, "客户合并", "Account merged"),
		opt(ProjectAwarded, "仲裁归他人", "Awarded to another account"),
	}
}

// AllReleaseCauses returns every cause.
func AllReleaseCauses() []ReleaseCause { return releaseCauses().all() }

// ParseReleaseCause reads a cause's identifier.
func ParseReleaseCause(s string) (ReleaseCause, error) {
	return releaseCauses().parse("cause of a release", s)
}

// Label is what people call it; empty for something that is no cause.
func (c ReleaseCause) Label() deal.Text { return releaseCauses().label(c) }

// ArbitrationResult is what an arbitration meant for a filing.
type ArbitrationResult string

// The filing that was asked for is granted or refused; the one that was there is lost.
const (
	FilingGranted ArbitrationResult = "granted"
	FilingRefused ArbitrationResult = "refused"
	FilingLost    ArbitrationResult = "lost"
)

func arbitrationResults() set[ArbitrationResult] {
	return set[ArbitrationResult]{
		opt(FilingGranted, "准予备案", "Granted"), opt(FilingRefused, "不予备案", "Refused"), opt(FilingLost, "解除备案", "Lost"),
	}
}

// AllArbitrationResults returns every result.
func AllArbitrationResults() []ArbitrationResult { return arbitrationResults().all() }

// ParseArbitrationResult reads a result's identifier.
func ParseArbitrationResult(s string) (ArbitrationResult, error) {
	return arbitrationResults().parse("result of an arbitration", s)
}

// Label is what people call it; empty for something that is no result.
func (r ArbitrationResult) Label() deal.Text { return arbitrationResults().label(r) }

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

// Draft tells whether the filing is not registered yet.
func (f Filing) Draft() bool { return f.Number == "" && f.FiledOn == "" }

// Key implements [Keyed]: one for each number, and one draft for each project.
func (f Filing) Key() string {
	if f.Draft() {
		return "draft/" + ProjectKey(f.Project)
	}
	return f.Number
}

// Validate implements [Record]. What the approval writes is asked for only once something of it is there.
func (f Filing) Validate(now time.Time) deal.Refusals {
	c := begin(f, now)
	c.someLine("/project", f.Project)
	c.someID("/owner", string(f.Owner))
	if f.Arbitration != nil {
		c.happened("/arbitration/on", f.Arbitration.On)
		c.id("/arbitration/arbiter", string(f.Arbitration.Arbiter))
		chosen(c, "/arbitration/result", f.Arbitration.Result, arbitrationResults())
	}
	if !f.Draft() {
		f.registered(c)
	}
	return c.done()
}

func (f Filing) registered(c *check) {
	c.line("/number", f.Number)
	if f.Owner == "" {
		c.missing(deal.CodeInvalidValue, "/owner")
	}
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
		chosen(c, "/cause", f.Cause, releaseCauses())
	}
}
