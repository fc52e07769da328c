package deal

import "slices"

// advance leaves the current step forward, or lists everything that stands against it. After archive the ring closes.
func (d *draft) advance(b Advance) {
	d.needActive()
	d.no.Field(b.From != d.s.Step, CodeStepMoved, "/from", string(d.s.Step))
	d.needWalk()
	if len(d.no) == 0 || (len(d.no) == 1 && d.no.Has(CodeNotYourRole)) {
		d.no = append(d.no, d.f.Gate.Unmet...) // the gate of a step that was asked for, and no other
	}
	if len(d.no) > 0 {
		return
	}
	next, ok := d.s.Step.Next()
	if !ok {
		d.completeCycle(b.Note)
		return
	}
	d.move(StepLeft{To: next, Direction: Forward, Note: b.Note})
}

// goBack returns to an earlier step by a road the playbook allows.
func (d *draft) goBack(b Return) {
	d.needActive()
	d.needLead()
	d.needReason(b.Reason, "/reason")
	d.no.Field(!b.To.Before(d.s.Step) || !slices.Contains(d.f.Book.Step(d.s.Step).Returns, b.To), CodeReturnNotAllowed, "/to",
		string(d.s.Step), string(b.To))
	if len(d.no) == 0 {
		d.move(StepLeft{To: b.To, Direction: Back, Note: b.Reason})
	}
}

// move leaves the present step; where it leads to opens its own deadlines.
func (d *draft) move(left StepLeft) {
	from := d.s.Step
	left.Pass, left.Spent = d.s.Pass(), d.at.Sub(d.s.Entered)
	if from == Collect {
		handover, ok := d.s.clock("step/" + HandoverDeadline)
		left.Late = ok && (handover.Breached || d.at.After(handover.Due))
	}
	left.Won = from == Sign && left.Direction == Forward
	handedOver := left.To == Screen && left.Direction == Forward
	left.Clocks = stepClocks(d.f, left.To, d.at, d.s.Intake == IntakeAccepted && !handedOver)
	var tasks []Task
	var notices []Notice
	if handedOver {
		tasks, notices = d.askForReview(d.s.Team)
	}
	d.emit(left, tasks, notices)
}

// askForReview asks the team's manager, or sales_ops where no team is known, to review a handed-over lead.
func (d *draft) askForReview(team TeamID) (tasks []Task, notices []Notice) {
	for _, p := range d.f.Org.inPlaceOf(d.f.Org.LeadOf(team)) {
		tasks = append(tasks, Task{Kind: IntakeTask, Assignee: p, Ref: intakeRef})
		notices = append(notices, d.tell(HandedOverNotice, intakeRef, zeroTime, p)...)
	}
	return tasks, notices
}

// completeCycle closes the ring: the account rests until the re-check date of its archive form.
func (d *draft) completeCycle(note *TextRef) {
	within := d.f.Book.Recheck
	if form, ok := d.f.Records.Form(Archive); ok {
		if day, isText := form.Content["recheck_on"].(string); isText && day != "" {
			if at, err := d.f.Working.Opening(day); err == nil && at.After(d.at) {
				within = CalendarTime(at.Sub(d.at))
			}
		}
	}
	clock := start(d.f, recheckClock, RecheckClock, d.at, within, []LadderRung{{Name: Recheck, Percent: 100}})
	d.emit(CycleCompleted{Pass: d.s.Pass(), Spent: d.at.Sub(d.s.Entered), Note: note, Recheck: clock.Due, Clock: clock}, nil, nil)
}

// secondDevelopment starts the next cycle of a resting account at analyse, pinned to the newest playbook.
func (d *draft) secondDevelopment(b SecondDevelopment) {
	d.no.If(d.s.Status != Resting, CodeNotResting, string(d.s.Status))
	d.needLead()
	d.needReason(b.Goal, "/goal")
	if len(d.no) > 0 {
		return
	}
	follow, clock := d.cadence()
	clocks := append(stepClocks(d.f, secondDevelopment, d.at, true), clock)
	d.emit(CycleOpened{Cycle: d.s.Cycle + 1, Goal: b.Goal, Book: d.f.Book.Ref, Clocks: clocks, FollowUp: follow}, nil, nil)
}
