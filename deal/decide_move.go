package deal

import (
	"slices"
	"strconv"
	"time"
)

// Moving a running account to another version of a playbook, or to another playbook (domain.md §11). It is an act of the
// line above or of sales_ops, with a reason, and never of a new version by itself.
//
// Decided here, since the trade leaves it open:
//
//   - The deadlines of the present step are those that the account would have had it been on the other version since it
//     entered the step: from the same instant, with the same pauses. Rungs that lie behind by then do not happen (again):
//     whoever moves the account has seen them in the preview. A deadline that lies behind is missed.
//   - Deadlines that something else ended (the review of a lead, a request that was made) stay ended.
//   - Requests under way keep their chain. The follow-up and the re-check keep their dates; the next ones follow the other
//     version. Forms stay, and the other version's gate judges them.
//   - Closed accounts stay where they are, unless this release cannot use their version: then they could not even be
//     reopened.

// MovePlaybook pins the account to another version.
type MovePlaybook struct {
	To     BookRef  `json:"to"`
	Reason *TextRef `json:"reason"`
}

// PlaybookMoved: the account follows another version from here on.
type PlaybookMoved struct {
	From   BookRef  `json:"from"`
	To     BookRef  `json:"to"`
	Reason *TextRef `json:"reason,omitempty"`
	Clocks []Clock  `json:"clocks,omitempty"` // of the present step, in place of those of the former version
}

// Stretch is a stretch of time in which clocks stood still; To is zero while they still do.
type Stretch struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to,omitzero"`
}

// String is a version as people write it: "express v2".
func (r BookRef) String() string { return r.Name + " v" + strconv.Itoa(r.Version) }

// mayMove is the right to move an account to another version: the line above, or sales_ops.
func (o Org) mayMove(s State, actor PersonID, at time.Time) bool {
	return o.above(s.Team, actor, at) ||
		slices.ContainsFunc(o.Holders(SalesOps), func(p PersonID) bool { return o.ActsFor(actor, p, at) })
}

// movePlaybook pins the account to the version that the facts hold.
func (d *draft) movePlaybook(b MovePlaybook) {
	d.no.If(d.s.Status == Closed && !d.f.Unusable, CodeAlreadyClosed)
	d.no.If(!d.f.Org.mayMove(d.s, d.cmd.Actor, d.at), CodeNotYourRole)
	d.needReason(b.Reason, "/reason")
	d.no.Field(b.To == d.s.Book, CodeSamePlaybook, "/version", b.To.String())
	d.no = append(d.no, d.f.Against...)
	d.no.Field(len(d.f.Against) == 0 && b.To != d.f.Book.Ref, CodeUnknownPlaybook, "/version", b.To.String())
	if len(d.no) > 0 {
		return
	}
	moved := PlaybookMoved{From: d.s.Book, To: b.To, Reason: b.Reason, Clocks: StepClocksBy(d.f.Book, d.s, d.f.Working, d.at)}
	d.emit(moved, nil, d.tell(MovedNotice, b.To.String(), zeroTime, d.f.Org.inPlaceOf(d.s.responsible(d.f.Org))...))
}

// StepClocksBy are the deadlines of the present step as they would stand at an instant, had the account followed a book
// since it entered the step. A preview shows them, a move sets them. Of accounts that rest or are closed there are none.
func StepClocksBy(book Book, s State, w Working, at time.Time) []Clock {
	if s.Status != Active && s.Status != Paused {
		return nil
	}
	f := Facts{Book: book, Working: w}
	var clocks []Clock
	for _, c := range stepClocks(f, s.Step, s.Entered, s.Intake != IntakePending) {
		if kind, asked := c.Until.request(); asked && s.requested(kind) {
			continue
		}
		c = c.after(s.Pauses, instant(at), w)
		if s.Status == Paused && !c.held() { // an earlier release did not keep since when
			c = c.hold(instant(at), w)
		}
		clocks = append(clocks, c)
	}
	return clocks
}

// request is the kind of approval whose request ends a deadline; false where something else does.
func (u Until) request() (ApprovalKind, bool) {
	if len(u) > len(UntilRequested) && u[:len(UntilRequested)] == UntilRequested {
		return ApprovalKind(u[len(UntilRequested):]), true
	}
	return "", false
}

// requested tells whether a kind was asked for since the step was entered, whatever became of it.
func (s State) requested(kind ApprovalKind) bool {
	return slices.ContainsFunc(s.Approvals, func(a Approval) bool { return a.Kind == kind && !a.RequestedAt.Before(s.Entered) })
}

// after is the clock as it stands at an instant after pauses, without the rungs that lie behind.
func (c Clock) after(pauses []Stretch, at time.Time, w Working) Clock {
	for _, p := range pauses {
		c = c.passed(p.From).hold(p.From, w)
		if p.To.IsZero() {
			return c
		}
		c = c.resume(p.To, w)
	}
	return c.passed(at)
}

// passed takes away what would have happened by an instant.
func (c Clock) passed(at time.Time) Clock {
	var left []Rung
	for _, r := range c.Rungs {
		if r.At.After(at) {
			left = append(left, r)
			continue
		}
		c.Breached = c.Breached || r.Breach
	}
	c.Rungs = left
	return c
}

func (b PlaybookMoved) fold(s *State, e Event) {
	s.Book = b.To
	s.stop(func(c Clock) bool { return c.Kind == StepClock })
	s.Clocks = append(s.Clocks, b.Clocks...)
	s.closeTasks(e, TaskVoid, func(t Task) bool { // somebody was asked to look into a deadline that is not missed any more
		c, there := s.clock(t.Ref)
		return isStepClock(t.Ref) && (!there || !c.Breached)
	})
	s.redate()
}

// isStepClock tells whether a task is about a deadline of the step.
func isStepClock(ref string) bool { return isStepRef(ref) && ref != intakeRef }
