package deal

import "slices"

// open starts an account as a lead. A rep's own lead is theirs; a collector's or an imported one belongs to its
// territory's team and asks that team's manager for an owner; without a known territory it asks sales_ops.
func (d *draft) open(b Open) {
	who, _ := d.f.Org.Person(d.cmd.Actor)
	openers := []Role{Collector, Rep}
	if b.Via == ViaImport {
		openers = []Role{Rep, Manager, SalesOps}
	}
	d.no.If(!slices.Contains(openers, who.Role), CodeNotYourRole)
	d.no.Field(b.Via != ViaAPI && b.Via != ViaImport, CodeInvalidValue, "/via", string(ViaAPI), string(ViaImport))
	d.no.Field(b.Draft == nil, CodeTextMissing, "/name")
	foreign := b.Via == ViaAPI && d.f.Team != "" && who.Team != d.f.Team
	d.no.Field(foreign, CodeNotYourTerritory, "/profile/territory")
	if len(d.no) > 0 {
		return
	}
	opened := Opened{Number: d.f.Number, Book: d.f.Book.Ref, Team: d.f.Team, Territory: b.Territory, Via: b.Via, Draft: b.Draft}
	if b.Via == ViaAPI && who.Role == Rep {
		opened.Owner, opened.Team = who.ID, who.Team
	}
	d.workAt(opened.Team)
	follow, clock := d.cadence()
	opened.FollowUp = follow
	opened.Clocks = append(stepClocks(d.f, Collect, d.at, false), clock)
	var tasks []Task
	var notices []Notice
	if opened.Owner == "" {
		tasks, notices = d.askForOwner(opened.Team)
	}
	d.emit(opened, tasks, notices)
}

// askForOwner asks the team's manager, or sales_ops where no team is known, to give the account to a rep.
func (d *draft) askForOwner(team TeamID) (tasks []Task, notices []Notice) {
	for _, p := range d.f.Org.inPlaceOf(d.f.Org.LeadOf(team)) {
		tasks = append(tasks, Task{Kind: AssignOwnerTask, Assignee: p, Ref: ownerRef})
		notices = append(notices, d.tell(UnownedNotice, ownerRef, zeroTime, p)...)
	}
	return tasks, notices
}

// intake reviews a handed-over lead.
func (d *draft) intake(b ReviewIntake) {
	d.needActive()
	d.no.If(d.s.Status == Active && d.s.Step != Screen, CodeStepMoved, string(d.s.Step))
	d.needLead()
	d.no.If(d.s.Step == Screen && d.s.Intake != IntakePending, CodeIntakeDecided, string(d.s.Intake))
	switch b.Decision {
	case AcceptIntake:
		d.no.Field(b.MergeInto != "", CodeInvalidValue, "/merge_into", string(OnlyWithMerge))
	case ReturnIntake:
		d.needReason(b.Reason, "/reason")
		d.no.Field(b.MergeInto != "", CodeInvalidValue, "/merge_into", string(OnlyWithMerge))
	case MergeIntake:
		d.needReason(b.Reason, "/reason")
		d.no.If(d.cmd.Actor == d.s.OpenedBy || d.cmd.Actor == d.s.Collector(), CodeTwoPersons)
		d.mergeable("/merge_into", b.MergeInto)
	default:
		d.no.Field(true, CodeInvalidValue, "/decision", "accept", "return", "merge")
	}
	if len(d.no) > 0 {
		return
	}
	reviewed := IntakeReviewed(b)
	people := []PersonID{d.s.Collector(), d.s.Owner}
	switch b.Decision {
	case AcceptIntake:
		d.emit(reviewed, nil, d.tell(IntakeInNotice, intakeRef, zeroTime, people...))
	case ReturnIntake:
		d.emit(reviewed, nil, d.tell(IntakeBackNotice, intakeRef, zeroTime, people...))
		d.move(StepLeft{To: Collect, Direction: Back, Note: b.Reason}) // the collector's clock starts again
	case MergeIntake:
		d.emit(reviewed, nil, nil)
		d.mergeInto(b.MergeInto, b.Reason)
	}
}

// grade sets the value grade; a follow-up that the cadence dated is dated anew. A resting account is graded as well: its
// grade comes up for another look like any other.
func (d *draft) grade(b SetGrade) {
	d.no.If(d.s.Status != Active && d.s.Status != Resting, CodeNotActive, string(d.s.Status))
	d.needLead()
	d.no.Field(!slices.Contains(Grades(), b.Grade), CodeInvalidValue, "/grade", "A", "B", "C", "D")
	d.needReason(b.Reason, "/reason")
	if len(d.no) > 0 {
		return
	}
	graded := Graded{Grade: b.Grade, Previous: d.s.Grade, At: d.at, Reason: b.Reason}
	if d.s.FollowUp != nil && d.s.FollowUp.Auto && d.s.Grade != b.Grade {
		d.s.Grade = b.Grade // the cadence of the new grade counts
		follow, clock := d.cadence()
		graded.FollowUp, graded.Clock = follow, &clock
	}
	d.emit(graded, nil, nil)
}

// assign gives the account to a rep.
func (d *draft) assign(b Assign) {
	d.no.If(d.s.Status == Closed, CodeAlreadyClosed)
	owner, ok := d.f.Org.Person(b.Owner)
	d.no.Field(!ok || !owner.Active, CodeUnknownPerson, "/owner")
	d.no.Field(ok && owner.Active && owner.Role != Rep, CodeNotARep, "/owner")
	d.no.Field(b.Owner != "" && b.Owner == d.s.Owner, CodeSameOwner, "/owner")
	d.needReason(b.Reason, "/reason")
	to := owner.Team
	if owner.Role != Rep { // nobody who could own it: only the account's own side can be judged
		to = d.s.Team
	}
	d.no.If(!d.f.Org.mayAssign(d.s, to, d.cmd.Actor, d.at), CodeNotYourRole)
	if len(d.no) > 0 {
		return
	}
	notices := d.tell(AssignedNotice, ownerRef, zeroTime, b.Owner, d.s.Owner)
	var tasks []Task
	if d.s.Step == Screen && d.s.Intake == IntakePending && to != d.s.Team { // its review goes to the new team's manager
		review, told := d.askForReview(to)
		tasks, notices = review, append(notices, told...)
	}
	d.emit(Assigned{Owner: b.Owner, Previous: d.s.Owner, Team: to, Reason: b.Reason}, tasks, notices)
}
