package deal

import "time"

// Decide judges a command: the events that it makes, or everything that stands against it. A command that asks for
// nothing new (a tick that came late, a recompute with the same calendar) gives neither.
//
// The command's instant counts, or the last event's when that is later: time never runs backwards in a log.
func Decide(s State, cmd Command, f Facts) ([]Event, Refusals) {
	d := &draft{s: s, cmd: cmd, f: f, at: instant(cmd.At)}
	if s.LastAt.After(d.at) {
		d.at = s.LastAt
	}
	if !d.mayAct() {
		return nil, d.no
	}
	switch b := cmd.Body.(type) {
	case Open:
		d.open(b)
	case Advance:
		d.advance(b)
	case Return:
		d.goBack(b)
	case ReviewIntake:
		d.intake(b)
	case SetGrade:
		d.grade(b)
	case Pause:
		d.pause(b)
	case ResumeNow:
		d.resume(d.at, false)
	case Close:
		d.close(b)
	case ReopenAccount:
		d.reopen(b)
	case Assign:
		d.assign(b)
	case SetFollowUp:
		d.followUp(b)
	case LogInteraction:
		d.logInteraction(b)
	case RequestApproval:
		d.requestApproval(b)
	case DecideApproval:
		d.decideApproval(b)
	case TransferApproval:
		d.transferApproval(b)
	case WithdrawApproval:
		d.withdrawApproval(b)
	case VoidApproval:
		d.voidApproval(b)
	case Arbitrate:
		d.arbitrate(b)
	case CompleteTask:
		d.completeTask(b)
	case SecondDevelopment:
		d.secondDevelopment(b)
	case MovePlaybook:
		d.movePlaybook(b)
	case SetParent:
		d.setParent(b)
	case Promote:
		d.promote(b)
	case Merge:
		d.merge(b)
	case HandOver:
		d.handOver(b)
	case OfferStep:
		d.offerStep(b)
	case AnswerStep:
		d.answerStep(b)
	case WithdrawStep:
		d.withdrawStep(b)
	case Recompute:
		d.recompute()
	case Tick:
		d.tick()
	case Load:
	}
	if len(d.no) > 0 {
		return nil, d.no
	}
	if d.s.Team != s.Team && s.Exists() {
		d.moveHouse()
	}
	switch cmd.Body.(type) {
	case Tick, HandOver: // a tick plans by itself; what the records name changes with the handover, not before it
	default:
		if len(d.events) > 0 {
			d.plan(d.at)
		}
	}
	return d.events, nil
}

// draft is a decision in the making: every event is folded at once, so the next rule sees what the one before did.
type draft struct {
	s      State
	cmd    Command
	f      Facts
	at     time.Time
	events []Event
	no     Refusals
}

// mayAct refuses who is not there any more, and commands to accounts that are not there (or already are, for open).
func (d *draft) mayAct() bool {
	actor := d.cmd.Actor
	if actor != System {
		who, ok := d.f.Org.Person(actor)
		d.no.If(!ok || !who.Active, CodeNotYourRole)
	}
	_, opens := d.cmd.Body.(Open)
	d.no.If(opens && d.s.Exists(), CodeAlreadyOpened)
	d.no.If(!opens && !d.s.Exists(), CodeNotOpened)
	return len(d.no) == 0
}

// emit adds an event and folds it.
func (d *draft) emit(body EventBody, tasks []Task, notices []Notice) {
	e := Event{
		Account: d.cmd.Account, Seq: d.s.Seq + 1, Cycle: max(1, d.s.Cycle), Step: d.s.Step, Kind: body.kind(), Version: EventVersion,
		Body: body, Actor: d.cmd.Actor, Key: d.cmd.Key, At: d.at,
	}
	if e.Step == "" {
		e.Step = Collect
	}
	if b, ok := body.(CycleOpened); ok {
		e.Cycle, e.Step = b.Cycle, secondDevelopment
	}
	for i, t := range tasks {
		t.ID = derivedID(e.Account, e.Seq, "task", i)
		t.Status, t.OpenedAt = TaskOpen, d.at
		if t.Deputy == "" && t.Kind != ApproveTask { // for those see ask
			t.Deputy = d.standIn(t)
		}
		e.Tasks = append(e.Tasks, t)
	}
	e.Notices = oncePerPerson(notices)
	d.s = Fold(d.s, e)
	d.events = append(d.events, e)
}

// oncePerPerson drops repeated notices of one kind to one person, and those without a person.
func oncePerPerson(notices []Notice) []Notice {
	var out []Notice
	for _, n := range notices {
		known := n.To == ""
		for _, o := range out {
			known = known || (o.To == n.To && o.Kind == n.Kind)
		}
		if !known {
			out = append(out, n)
		}
	}
	return out
}

// newID derives an ID for something born in the next event.
func (d *draft) newID(kind string) string { return derivedID(d.cmd.Account, d.s.Seq+1, kind, 0) }

// needReason asks for a mandatory text.
func (d *draft) needReason(t *TextRef, field string) { d.no.Field(t == nil, CodeReasonMissing, field) }

// tell makes one notice per person, for the person and for whoever stands in for them now: what has happened is news for
// both. What somebody is asked to do goes to the one who does it; see [draft.notify].
func (d *draft) tell(kind NoticeKind, ref string, due time.Time, people ...PersonID) []Notice {
	var both []PersonID
	for _, p := range people {
		if p != "" && p != System {
			both = append(both, p, d.f.Org.StandIn(p, d.at))
		}
	}
	return notify(kind, ref, due, both...)
}

// notify makes one notice per person.
func notify(kind NoticeKind, ref string, due time.Time, people ...PersonID) []Notice {
	var out []Notice
	for _, p := range people {
		if p != "" && p != System {
			out = append(out, Notice{To: p, Kind: kind, Ref: ref, Due: due})
		}
	}
	return oncePerPerson(out)
}
