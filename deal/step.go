package deal

import "fmt"

// Step is one of the ten steps of the ring (domain.md §2). The identifier is stable; labels live in the playbook.
type Step string

// The ten steps, in the order in which an account walks them.
const (
	Collect  Step = "collect"
	Screen   Step = "screen"
	Survey   Step = "survey"
	Analyse  Step = "analyse"
	Plan     Step = "plan"
	Visit    Step = "visit"
	Trial    Step = "trial"
	Sign     Step = "sign"
	Maintain Step = "maintain"
	Archive  Step = "archive"
)

// Steps returns the ring in order. There is no way to skip one.
func Steps() []Step {
	return []Step{Collect, Screen, Survey, Analyse, Plan, Visit, Trial, Sign, Maintain, Archive}
}

// ParseStep reads a step's identifier.
func ParseStep(s string) (Step, error) {
	step := Step(s)
	if step.Number() == 0 {
		return "", fmt.Errorf("unknown step %q", s)
	}
	return step, nil
}

// Number is the step's place in the ring, 1 to 10, and 0 for something that is no step.
func (s Step) Number() int {
	for i, step := range Steps() {
		if step == s {
			return i + 1
		}
	}
	return 0
}

// Next is the step after s; the second value is false for the last one, where the ring closes.
func (s Step) Next() (Step, bool) {
	n := s.Number()
	if n == 0 || n == len(Steps()) {
		return "", false
	}
	return Steps()[n], true
}

// Before tells whether s comes earlier in the ring than other.
func (s Step) Before(other Step) bool { return s.Number() < other.Number() }

// secondDevelopment is where a further cycle begins (domain.md §2, decided).
const secondDevelopment = Analyse

// Status stands beside the step.
type Status string

// An account is being walked, waits until a date, waits for its re-check date after a whole cycle, or is over.
const (
	Active  Status = "active"
	Paused  Status = "paused"
	Resting Status = "resting"
	Closed  Status = "closed"
)

// Statuses returns every status.
func Statuses() []Status { return []Status{Active, Paused, Resting, Closed} }

// Outcome says how a closed account ended.
type Outcome string

// Lost went to a rival, dropped was given up by us, merged lives on in another account.
const (
	Lost    Outcome = "lost"
	Dropped Outcome = "dropped"
	Merged  Outcome = "merged"
)

// Grade is the value grade of an account: A all-in, B bounded effort, C watch, D suspend (domain.md §5).
type Grade string

// The four grades; an account that was not graded yet has the empty one.
const (
	GradeA Grade = "A"
	GradeB Grade = "B"
	GradeC Grade = "C"
	GradeD Grade = "D"
)

// Grades returns the four grades.
func Grades() []Grade { return []Grade{GradeA, GradeB, GradeC, GradeD} }

// Intake says what became of the review after the handover of a lead.
type Intake string

// A lead's intake is pending from the handover until the rep or the manager accepts it.
const (
	IntakePending  Intake = "pending"
	IntakeAccepted Intake = "accepted"
	IntakeReturned Intake = "returned"
	IntakeMerged   Intake = "merged"
)
