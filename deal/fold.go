package deal

import "slices"

// Fold takes events over into a state, in order. It cannot fail and asks nobody: the log alone makes the state.
func Fold(s State, events ...Event) State {
	for _, e := range events {
		s = foldOne(s, e)
	}
	return s
}

func foldOne(s State, e Event) State {
	s = s.clone()
	s.Tasks = slices.DeleteFunc(s.Tasks, func(t Task) bool { return t.Status != TaskOpen }) // written by the event before
	s.Account, s.Seq, s.Head, s.LastAt = e.Account, e.Seq, e.Hash, e.At
	e.Body.fold(&s, e)
	s.Tasks = append(s.Tasks, e.Tasks...)
	return s
}

// clone copies everything that folding changes in place.
func (s State) clone() State {
	s.Passes = slices.Clone(s.Passes)
	s.Clocks = slices.Clone(s.Clocks)
	s.Tasks = slices.Clone(s.Tasks)
	s.Approvals = slices.Clone(s.Approvals)
	s.Pauses = slices.Clone(s.Pauses)
	return s
}

func (b Opened) fold(s *State, e Event) {
	s.Number, s.Book, s.Owner, s.Team = b.Number, b.Book, b.Owner, b.Team
	s.Cycle, s.Status = 1, Active
	s.OpenedBy, s.OpenedAt = e.Actor, e.At
	s.Passes = make([]int, len(Steps()))
	s.enter(Collect, e)
	s.Clocks = b.Clocks
	s.follow(b.FollowUp, e)
}

func (b StepLeft) fold(s *State, e Event) {
	s.endOfStep(e, func(a Approval) bool { return !a.Anywhere })
	s.endSpecialists(e, func(p Specialist) bool { return p.Step == s.Step })
	if b.Late {
		s.Late = true
	}
	if b.Won {
		s.WonAt = e.At
	}
	s.enter(b.To, e)
	if b.To == Screen && b.Direction == Forward {
		s.Intake = IntakePending
	}
	s.Clocks = append(s.Clocks, b.Clocks...)
}

func (b IntakeReviewed) fold(s *State, e Event) {
	switch b.Decision {
	case AcceptIntake:
		s.Intake = IntakeAccepted
	case ReturnIntake:
		s.Intake = IntakeReturned
	case MergeIntake:
		s.Intake = IntakeMerged
		s.Merged = b.MergeInto
	}
	s.stop(func(c Clock) bool { return c.Until == UntilIntake })
	s.closeTasks(e, TaskDone, func(t Task) bool { return t.Kind == IntakeTask })
}

func (b Graded) fold(s *State, e Event) {
	s.Grade, s.GradedAt = b.Grade, b.At
	if b.FollowUp != nil && b.Clock != nil {
		s.closeTasks(e, TaskVoid, aboutFollowUp) // they asked for the date that is gone
		s.setClock(*b.Clock)
		s.follow(b.FollowUp, e)
	}
}

func (b PausedBody) fold(s *State, e Event) {
	s.Status, s.ResumeOn, s.Clocks = Paused, b.ResumeOn, b.Clocks
	s.Pauses = append(s.Pauses, Stretch{From: e.At})
}

func (b ResumedBody) fold(s *State, e Event) {
	s.Status, s.ResumeOn, s.Clocks = Active, "", b.Clocks
	if n := len(s.Pauses); n > 0 {
		s.Pauses[n-1].To = e.At
		if c, ok := s.clock(followUpClock); ok { // by itself, the clocks run on from the opening hour, however late it was seen
			s.Pauses[n-1].To = c.From
		}
	}
	s.redate()
}

func (b ClosedBody) fold(s *State, e Event) {
	s.Status, s.Outcome, s.ResumeOn, s.Clocks = Closed, b.Outcome, "", nil
	if b.MergeInto != "" { // it leaves its family: what is below it comes under the other account
		s.Merged, s.Parent, s.Relation = b.MergeInto, "", ""
	}
	s.Recheck = zeroTime
	s.endSpecialists(e, everySpecialist)
	s.voidPending(e, everyRequest)
	s.closeTasks(e, TaskVoid, func(Task) bool { return true })
	s.FollowUp = nil
}

func (b Reopened) fold(s *State, e Event) {
	s.Status, s.Outcome, s.Merged, s.Clocks = Active, "", "", b.Clocks
	for i := range s.Approvals {
		if s.Approvals[i].ID == b.Approval {
			s.Approvals[i].Used = true
		}
	}
	if s.Intake == IntakeMerged {
		s.Intake = IntakePending
	}
	s.Entered, s.Pauses = e.At, nil
	s.closeTasks(e, TaskVoid, func(Task) bool { return true })
	s.follow(b.FollowUp, e)
}

func (b Assigned) fold(s *State, e Event) {
	if s.Team != b.Team { // another team's manager reviews it
		s.closeTasks(e, TaskVoid, func(t Task) bool { return t.Kind == IntakeTask })
	}
	s.Owner, s.Team = b.Owner, b.Team
	s.endSpecialists(e, func(p Specialist) bool { return p.Person == b.Owner }) // all of it is theirs now
	s.closeTasks(e, TaskDone, func(t Task) bool { return t.Kind == AssignOwnerTask || t.asksToReassign() })
	for i, t := range s.Tasks { // what the previous owner still had to do goes along, and so does what waited for an owner
		his := t.Assignee == b.Previous && t.Kind != ApproveTask && t.Kind != TakeStepTask && t.Kind != SupportTask && b.Previous != ""
		if t.Status == TaskOpen && (his || t.Kind == FollowUpTask) {
			s.Tasks[i].Assignee, s.Tasks[i].Deputy = b.Owner, ""
		}
	}
}

func (b FollowUpSet) fold(s *State, e Event) {
	s.closeTasks(e, TaskDone, aboutFollowUp)
	s.setClock(b.Clock)
	s.follow(&b.FollowUp, e)
}

func (b InteractionLogged) fold(s *State, e Event) {
	s.closeTasks(e, TaskDone, aboutFollowUp)
	s.setClock(b.Clock)
	if b.Interaction.Intent != 0 {
		s.Intent = b.Interaction.Intent
	}
	if b.Review != nil {
		s.setClock(*b.Review)
	}
	s.follow(&b.FollowUp, e)
}

func aboutFollowUp(t Task) bool { return t.Ref == followUpClock }

func (b TaskCompleted) fold(s *State, e Event) {
	s.closeTasks(e, TaskDone, func(t Task) bool { return t.ID == b.Task })
}

func (b RungReached) fold(s *State, e Event) {
	if b.ClockKind == AgendaClock && b.Rung == Reassign { // somebody else is asked in their place
		kind, _ := b.Topic.task()
		s.closeTasks(e, TaskVoid, func(t Task) bool { return t.Kind == kind && ofClock(t, b.Clock) })
	}
	for i, c := range s.Clocks {
		if c.ID != b.Clock {
			continue
		}
		n := slices.IndexFunc(c.Rungs, func(r Rung) bool { return r.Name == b.Rung && r.At.Equal(b.Due) })
		if n >= 0 {
			s.Clocks[i].Rungs = slices.Delete(slices.Clone(c.Rungs), n, n+1)
			s.Clocks[i].Passed = max(c.Passed, c.Rungs[n].Day)
		}
		s.Clocks[i].Breached = c.Breached || b.Breach
	}
	if b.Approval != nil {
		s.setApproval(*b.Approval)
	}
}

func (b CycleCompleted) fold(s *State, e Event) {
	s.endOfStep(e, everyRequest)
	s.endSpecialists(e, everySpecialist)
	s.Status, s.Recheck = Resting, b.Recheck
	s.Clocks = append(s.agenda(), b.Clock)
	s.closeTasks(e, TaskVoid, func(t Task) bool { return !aboutAgenda(t.Ref) })
	s.FollowUp = nil
}

func (b CycleOpened) fold(s *State, e Event) {
	s.closeTasks(e, TaskDone, func(t Task) bool { return t.Kind == RecheckTask })
	s.Cycle, s.Status, s.Book = b.Cycle, Active, b.Book
	s.Passes = make([]int, len(Steps()))
	s.Approvals, s.WonAt, s.Recheck = nil, zeroTime, zeroTime
	s.NextBook = BookRef{}
	s.enter(secondDevelopment, e)
	s.Clocks = append(s.agenda(), b.Clocks...)
	s.follow(b.FollowUp, e)
}

func (b Recomputed) fold(s *State, _ Event) {
	s.Clocks = b.Clocks
	s.redate()
}

// redate takes the dates that people read over from the clocks, after these were placed anew.
func (s *State) redate() {
	for i, t := range s.Tasks {
		if c, ok := s.clock(t.Ref); ok && !c.held() && t.Status == TaskOpen {
			s.Tasks[i].Due = c.Due
		}
	}
	if c, ok := s.clock(followUpClock); ok && !c.held() && s.FollowUp != nil {
		moved := *s.FollowUp
		moved.At = c.Due
		s.FollowUp = &moved
	}
	if c, ok := s.clock(recheckClock); ok {
		s.Recheck = c.Due
	}
}

// enter counts the pass and starts its time.
func (s *State) enter(step Step, e Event) {
	s.Step, s.Entered, s.Pauses = step, e.At, nil
	s.Passes[step.Number()-1]++
}

// endOfStep ends everything that belongs to the present step: its deadlines, what they asked of people, and those
// requests that were still on their way.
func (s *State) endOfStep(e Event, requests func(Approval) bool) {
	s.stop(func(c Clock) bool { return c.Kind == StepClock })
	s.voidPending(e, requests)
	s.closeTasks(e, TaskVoid, func(t Task) bool { return isStepRef(t.Ref) })
}

// voidPending ends those requests that are still pending; it is for steps that are left and accounts that close.
func (s *State) voidPending(e Event, which func(Approval) bool) {
	for i, a := range s.Approvals {
		if a.Status == Pending && which(a) {
			s.Approvals[i].Status, s.Approvals[i].ClosedAt = VoidStatus, e.At
			s.endApproval(a.ID, e, TaskVoid)
		}
	}
}

func everyRequest(Approval) bool { return true }

// endApproval stops the clocks and closes the tasks of a request.
func (s *State) endApproval(id string, e Event, how TaskStatus) {
	s.stop(func(c Clock) bool { return ofApproval(c.ID) == id })
	s.closeTasks(e, how, func(t Task) bool { return ofApproval(t.Ref) == id })
}

func (s *State) stop(which func(Clock) bool) { s.Clocks = slices.DeleteFunc(s.Clocks, which) }

func (s *State) setClock(c Clock) {
	s.stop(func(old Clock) bool { return old.ID == c.ID })
	s.Clocks = append(s.Clocks, c)
}

func (s *State) setApproval(a Approval) {
	for i := range s.Approvals {
		if s.Approvals[i].ID == a.ID {
			s.Approvals[i] = a
			return
		}
	}
	s.Approvals = append(s.Approvals, a)
}

func (s *State) follow(f *FollowUp, e Event) {
	if f != nil {
		s.FollowUp, s.FollowUpSetAt = f, e.At
	}
}

func (s *State) closeTasks(e Event, how TaskStatus, which func(Task) bool) {
	for i, t := range s.Tasks {
		if t.Status == TaskOpen && which(t) {
			s.Tasks[i].Status, s.Tasks[i].ClosedAt, s.Tasks[i].ClosedBy = how, e.At, e.Actor
		}
	}
}
