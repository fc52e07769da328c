package review

import (
	"time"

	"closedloop/deal"
)

// Status says how far a review is.
type Status string

// A review is open until the chair signs it. A month that is over and has none is missing; that one has no row.
const (
	Open    Status = "open"
	Signed  Status = "signed"
	Missing Status = "missing"
)

// Statuses returns every status.
func Statuses() []Status { return []Status{Open, Signed, Missing} }

// Review is the review of a team for a month.
type Review struct {
	ID        string // empty for a missing one
	Team      deal.TeamID
	Month     Month
	Status    Status
	OpenedAt  time.Time // of the snapshot
	OpenedBy  deal.PersonID
	Since     time.Time // breaches from here …
	Until     time.Time // … to here
	DueAt     time.Time
	Totals    Totals
	SignedAt  time.Time
	SignedBy  deal.PersonID
	SignedFor deal.PersonID // whose chair it was
	Note      string
	Reached   []deal.RungName // rungs of its ladder that were climbed
}

// Late tells whether a review was not signed by its date; one that was signed too late stays late.
func (r Review) Late(now time.Time) bool {
	if r.Status == Signed {
		return r.SignedAt.After(r.DueAt)
	}
	return now.After(r.DueAt)
}

// Totals are counts over the snapshot and over the stretch of the log that the review is about.
type Totals struct {
	Accounts         int            `json:"accounts"`
	BySteps          map[string]int `json:"by_step"` // of those that are active or paused
	ByGrade          map[string]int `json:"by_grade"`
	ByStatus         map[string]int `json:"by_status"`
	Overdue          int            `json:"overdue"`
	ApprovalsPending int            `json:"approvals_pending"`
	Breaches         int            `json:"breaches"`       // of accounts
	QuotaBreaches    int            `json:"quota_breaches"` // of people
	Leads            int            `json:"leads"`          // opened in the stretch
	Wins             int            `json:"wins"`           // sign was left
	Losses           int            `json:"losses"`         // closed as lost
	Expected         []Amount       `json:"expected"`
}

// Amount is an expectation summed up in one currency.
type Amount struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// Line is an account of the team as it stood.
type Line struct {
	Account          deal.AccountID
	Number           string
	Name             string
	Owner            deal.PersonID
	Step             deal.Step
	Status           deal.Status
	Outcome          deal.Outcome
	Grade            deal.Grade
	Cycle            int
	Pass             int
	Returns          int
	Deadline         time.Time
	Overdue          bool
	Late             bool
	Expected         *Amount
	LastContact      time.Time
	NextFollowUp     time.Time
	ApprovalsPending int
	Breaches         int
}

// Breach is something that was not done in time, and why.
type Breach struct {
	ID      string
	Review  string
	Account deal.AccountID
	Number  string
	Name    string
	Kind    BreachKind
	Clock   string
	Step    deal.Step
	Owner   deal.PersonID
	Due     time.Time
	At      time.Time
	Quota   *QuotaBreach // of a lead quota: it is about the owner and no account, and Name is the owner's
	Reason
}

// QuotaBreach is a breach of the lead quota as it stood when the review was opened.
type QuotaBreach struct {
	ID        string        `json:"-"`
	First     string        `json:"first_day"` // YYYY-MM-DD
	Last      string        `json:"last_day"`
	Days      int           `json:"days"`
	State     string        `json:"state"` // found, reasoned, confirmed, waived
	DecidedBy deal.PersonID `json:"decided_by"`
	DecidedAt *time.Time    `json:"decided_at"`
}

// AskedOf is who owes the reason: whoever missed a deadline. That of a quota is for the line above to state, so it is nobody's own.
func (b Breach) AskedOf() deal.PersonID {
	if b.Kind == QuotaBreached {
		return ""
	}
	return b.Owner
}

// Reason is why, as somebody stated it; empty while nobody did.
type Reason struct {
	Text string        `json:"text"`
	By   deal.PersonID `json:"by"`
	At   time.Time     `json:"at"`
}

// BreachKind says what was missed.
type BreachKind string

// A deadline of a step, the deadline of an approval, the day on which a lead was to be handed over, too few leads on several
// working days in a row.
const (
	DeadlineBreach BreachKind = "deadline"
	ApprovalBreach BreachKind = "approval"
	HandoverBreach BreachKind = "late_handover"
	QuotaBreached  BreachKind = "lead_quota"
)

// BreachKinds returns every kind.
func BreachKinds() []BreachKind {
	return []BreachKind{DeadlineBreach, ApprovalBreach, HandoverBreach, QuotaBreached}
}

// Decision is what was decided.
type Decision struct {
	ID   string
	Text string
	By   deal.PersonID
	At   time.Time
}

// Action is what somebody has to do by a day.
type Action struct {
	ID        string
	Team      deal.TeamID
	Review    string // it comes from
	Month     Month  // of that review
	Carried   int    // into how many further reviews
	Version   int64
	Owner     deal.PersonID
	DueOn     string // YYYY-MM-DD
	Text      string
	Status    ActionStatus
	CreatedBy deal.PersonID
	CreatedAt time.Time
	DoneBy    deal.PersonID
	DoneAt    time.Time
	DoneNote  string
}

// ActionStatus says whether an action is still to be done.
type ActionStatus string

// An action is carried from month to month until it is done.
const (
	ActionOpen ActionStatus = "open"
	ActionDone ActionStatus = "done"
)

// Overdue tells whether it should have been done before a day.
func (a Action) Overdue(today string) bool { return a.Status == ActionOpen && a.DueOn < today }

// Window is the stretch of the log that a review is about: its month, from where the review of the month before left off if
// that one was opened early, up to now if this one is.
func Window(m Month, previous *Review, now time.Time, zone *time.Location) (since, until time.Time) {
	since, until = m.Begins(zone), m.Next().Begins(zone)
	if previous != nil && previous.Until.Before(since) {
		since = previous.Until
	}
	if now.Before(until) {
		until = now
	}
	return since, until
}
