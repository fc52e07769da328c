package deal

import (
	"slices"
	"strings"
)

func (b ApprovalRequested) fold(s *State, _ Event) {
	s.stop(func(c Clock) bool { return c.Until == UntilRequested+Until(b.Approval.Kind) })
	s.setApproval(b.Approval)
	s.setClock(b.Clock)
}

func (b ApprovalDecided) fold(s *State, e Event) {
	s.setApproval(b.Approval)
	if b.Approval.Status == Approved && b.Approval.Kind == VetoLift {
		s.lift(b.Approval.Subject)
	}
	if b.Approval.Status != Pending {
		s.endApproval(b.Approval.ID, e, TaskDone)
		return
	}
	if b.Clock != nil { // the chain went up a level
		s.endApproval(b.Approval.ID, e, TaskDone)
		s.setClock(*b.Clock)
		return
	}
	s.closeTasks(e, TaskDone, func(t Task) bool { return ofApproval(t.Ref) == b.Approval.ID && !b.Approval.asked(t.Assignee) })
	s.stopIdle(b.Approval)
}

// lift keeps what a veto_lift was about: vetoes are on file for life, while the approvals end with their cycle.
func (s *State) lift(sub Subject) {
	others := slices.DeleteFunc(slices.Clone(s.Lifts), sub.same)
	s.Lifts = append(others, sub)
}

func (b ApprovalTransferred) fold(s *State, e Event) {
	s.setApproval(b.Approval)
	if b.Clock != nil {
		s.setClock(*b.Clock)
		s.stopIdle(b.Approval)
	}
	s.closeTasks(e, TaskVoid, func(t Task) bool {
		lies := t.Kind == ReassignTask && b.others(t.Ref)
		return ofApproval(t.Ref) == b.Approval.ID && !b.Approval.asked(t.Assignee) && !lies
	})
	s.redate() // who was asked before, as a superior, keeps the task and has the new time for it
}

// others tells whether a clock still speaks of seats after one of them went to somebody else.
func (b ApprovalTransferred) others(clock string) bool {
	return b.Clock != nil && b.Clock.ID != clock && len(b.Approval.seatsOf(clock)) > 0
}

// stopIdle stops the clocks of a request that no seat waits with any more.
func (s *State) stopIdle(a Approval) {
	s.stop(func(c Clock) bool { return ofApproval(c.ID) == a.ID && len(a.seatsOf(c.ID)) == 0 })
}

// seatsOf are the waiting seats of which a clock speaks, by index: those that have it for their own, or the others for the
// level's.
func (a Approval) seatsOf(clock string) []int {
	own := clock
	if clock == approvalClock(a.ID, a.Level) {
		own = ""
	}
	return slices.DeleteFunc(a.waiting(), func(i int) bool { return a.running()[i].Clock != own })
}

func (b ApprovalWithdrawn) fold(s *State, e Event) { s.endRequest(b.Approval, Withdrawn, e) }

func (b ApprovalVoided) fold(s *State, e Event) { s.endRequest(b.Approval, VoidStatus, e) }

func (s *State) endRequest(id string, how ApprovalStatus, e Event) {
	if a, ok := s.Approval(id); ok {
		a.Status, a.ClosedAt = how, e.At
		s.setApproval(a)
	}
	s.endApproval(id, e, TaskVoid)
}

// awaits tells whether a seat of the running level still waits for this person, as its holder or as an alternate.
func (a Approval) awaits(who PersonID) bool {
	for _, seat := range a.running() {
		if seat.Decision == "" && seat.has(who) {
			return true
		}
	}
	return false
}

// asked tells whether a seat whose turn it is waits for this person, as its holder or as an alternate.
func (a Approval) asked(who PersonID) bool {
	return slices.ContainsFunc(a.waiting(), func(i int) bool { return a.running()[i].has(who) })
}

// running are the seats of the running level.
func (a Approval) running() []Seat {
	if a.Level < 1 || a.Level > len(a.Levels) {
		return nil
	}
	return a.Levels[a.Level-1].Seats
}

func (s Seat) has(who PersonID) bool {
	if s.Holder == who {
		return true
	}
	for _, alt := range s.Alternates {
		if alt == who {
			return true
		}
	}
	return false
}

// isStepRef tells whether a task or clock belongs to the present step.
func isStepRef(ref string) bool { return strings.HasPrefix(ref, "step/") || ref == intakeRef }

// intakeRef is what intake tasks are about, ownerRef what the search for an owner is about.
const (
	intakeRef = "intake"
	ownerRef  = "owner"
)
