package deal

import "time"

// Case is what the house learns from an account's cycle that has ended: won and gone through the ring, or lost. It is made
// with the event that ends the cycle and is a record from then on: its author may put it better, and erasing a person reaches
// it (docs/decisions/0018).
type Case struct {
	ID      string // follows from the account and the event
	Account AccountID
	Seq     int64 // of the event that ended the cycle
	Cycle   int
	Version int64
	Outcome CaseOutcome
	Step    Step // in which the cycle ended
	Grade   Grade
	Book    BookRef
	Owner   PersonID // when it ended
	Team    TeamID
	Author  PersonID // who ended it, and wrote the lessons down
	WonAt   time.Time
	EndedAt time.Time

	Customer        string // name, as it was then
	Industry        string
	Premises        string
	AccountKind     string // of the classification; empty where there was none
	MonthlyInbound  *int   // pieces a month
	MonthlyOutbound *int

	CaseTexts

	ReasonRef *TextRef // where the reason and the rival stand beside the log
	RivalRef  *TextRef
}

// CaseTexts is what people say in a case: its author may change it.
type CaseTexts struct {
	Product string `json:"product"` // solution or product that was offered
	Worked  string `json:"worked"`  // what worked
	Lessons string `json:"lessons"`
	Reason  string `json:"reason"` // of a loss
	Rival   string `json:"rival"`  // who won instead, or whom we won against
}

// CaseOutcome says how a cycle ended.
type CaseOutcome string

// The ring was gone through after a win, or without one (a cycle that signs nothing); the customer was lost.
const (
	WonCase  CaseOutcome = "won"
	DoneCase CaseOutcome = "completed"
	LostCase CaseOutcome = "lost"
)

// CaseOutcomes returns every outcome.
func CaseOutcomes() []CaseOutcome { return []CaseOutcome{WonCase, DoneCase, LostCase} }

// CaseID is the ID of the case that an event makes.
func CaseID(account AccountID, seq int64) string { return derivedID(account, seq, "case", 0) }

// Roughly is a quantity to its first figure: what somebody may know of a customer whose name they may not. Nil stays nil.
func Roughly(n *int) *int {
	if n == nil {
		return nil
	}
	rest, unit := *n, 1
	for rest >= 10 || rest <= -10 {
		rest, unit = rest/10, unit*10
	}
	rough := rest * unit
	return &rough
}

// RevisedBy tells whether somebody may put the case better: its author, and sales operations, who keep the library.
func (c Case) RevisedBy(p Person) bool { return p.ID == c.Author || p.Role == SalesOps }
