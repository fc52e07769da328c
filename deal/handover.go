package deal

import "slices"

// Handing over is giving everything in an account that hangs on one person to another one, in one decision (domain.md
// §9). Who ordered it, and for which accounts, stands in the handover that the command names; see ADR 0022.
//
// Decided here, since the trade leaves it open:
//
//   - The account itself goes over if it was the person's, and with it the team. A closed one goes over, too, so that it
//     can be reopened by somebody who is there.
//   - Open tasks go over as they are: with the date that they had. Clocks are not touched: they keep the time they have
//     left, and speak to whoever is in charge when they fire.
//   - Requests that the person made keep their requester on record; the successor answers for them from then on, and
//     decides as little about them as the requester did.
//   - A seat goes to the successor unless the successor asks, has decided in this chain or sits in it already: then to the
//     next superior who does not, and to sales_ops where the line ends.
//   - A step that the person has taken over as a specialist, or was offered, is offered to the successor.
//   - A lead that has no owner goes over with the right to collect it.

// HandOver gives everything in the account that hangs on From to To.
type HandOver struct {
	Handover string   `json:"handover"` // that ordered it
	From     PersonID `json:"from"`
	To       PersonID `json:"to"`
	Reason   *TextRef `json:"reason"`
}

func (HandOver) name() CommandName   { return HandOverName }
func (b HandOver) texts() []*TextRef { return []*TextRef{b.Reason} }

// HandedOver: what hung on one person hangs on another one.
type HandedOver struct {
	Handover  string     `json:"handover"`
	From      PersonID   `json:"from"`
	To        PersonID   `json:"to"`
	Reason    *TextRef   `json:"reason,omitempty"`
	Owner     bool       `json:"owner,omitempty"`     // the account was From's
	Team      TeamID     `json:"team,omitempty"`      // of the account, where it has another owner now
	Collects  bool       `json:"collects,omitempty"`  // To carries on with the lead
	Tasks     []TaskMove `json:"tasks,omitempty"`     // that were From's
	Approvals []Approval `json:"approvals,omitempty"` // in which From sat or that From asked for, as they stand now
	Seats     []SeatMove `json:"seats,omitempty"`     // who sits where From sat
	Clocks    []string   `json:"clocks,omitempty"`    // of the agenda, that spoke to From
}

// TaskMove is a task that somebody else has now; To is empty for one that nobody needs to do twice.
type TaskMove struct {
	Task string   `json:"task"`
	To   PersonID `json:"to,omitempty"`
}

// SeatMove is a seat of the running level of a request that somebody else has now.
type SeatMove struct {
	Approval string   `json:"approval"`
	Level    int      `json:"level"`
	To       PersonID `json:"to"`
}

func (HandedOver) kind() EventKind { return HandedOverKind }

func (b HandedOver) fold(s *State, e Event) {
	if b.Owner {
		if s.Team != b.Team { // another team's manager reviews it
			s.closeTasks(e, TaskVoid, func(t Task) bool { return t.Kind == IntakeTask })
		}
		s.Owner, s.Team = b.To, b.Team
		s.closeTasks(e, TaskDone, Task.asksToReassign)
	}
	s.endSpecialists(e, func(p Specialist) bool { return p.Person == b.From || b.Owner && p.Person == b.To })
	if b.Collects {
		s.Collects = b.To
	}
	for _, m := range b.Tasks {
		if m.To == "" {
			s.closeTasks(e, TaskVoid, func(t Task) bool { return t.ID == m.Task })
			continue
		}
		for i := range s.Tasks {
			if s.Tasks[i].ID == m.Task && s.Tasks[i].Status == TaskOpen {
				s.Tasks[i].Assignee, s.Tasks[i].Deputy = m.To, ""
			}
		}
	}
	for _, a := range b.Approvals {
		s.setApproval(a)
		s.closeTasks(e, TaskVoid, func(t Task) bool { return t.Kind == ApproveTask && ofApproval(t.Ref) == a.ID && !a.awaits(t.Assignee) })
	}
	for i, c := range s.Clocks {
		if slices.Contains(b.Clocks, c.ID) {
			s.Clocks[i].For = b.To
		}
	}
}

// Holdings are what hangs on one person in one account.
type Holdings struct {
	Owner    bool `json:"owner"`           // the account is theirs
	Collects bool `json:"collects"`        // a lead without another owner that they brought
	Tasks    int  `json:"tasks"`           // open ones
	Requests int  `json:"requests"`        // pending, theirs to answer for
	Seats    int  `json:"seats"`           // of pending requests, whose word is not given
	Clocks   int  `json:"clocks"`          // of the agenda that speak to them
	Steps    int  `json:"steps,omitempty"` // offered to them, or taken over
}

// Any tells whether there is anything.
func (h Holdings) Any() bool { return h != Holdings{} }

// Holds is what hangs on a person in an account.
func (s State) Holds(p PersonID) Holdings {
	var h Holdings
	if p == "" || !s.Exists() {
		return h
	}
	h.Owner = s.Owner == p
	h.Collects = s.Collector() == p && (s.Step == Collect || s.Step == Screen) && s.Status != Closed && (s.Owner == "" || s.Owner == p)
	for _, t := range s.Tasks {
		if t.Status == TaskOpen && t.Assignee == p {
			h.Tasks++
		}
	}
	for _, a := range s.Approvals {
		if a.Status != Pending {
			continue
		}
		if a.Asker() == p {
			h.Requests++
		}
		for _, seat := range a.running() {
			if seat.Decision == "" && seat.has(p) {
				h.Seats++
			}
		}
	}
	for _, sp := range s.Specialists {
		if sp.Person == p {
			h.Steps++
		}
	}
	for _, c := range s.Clocks {
		if c.For == p && c.Kind == AgendaClock {
			h.Clocks++
		}
	}
	return h
}

// Collector is who collects a lead: who opened the account, or their successor.
func (s State) Collector() PersonID {
	if s.Collects != "" {
		return s.Collects
	}
	return s.OpenedBy
}

// Asker is who answers for a request: who made it, or their successor.
func (a Approval) Asker() PersonID {
	if a.Acting != "" {
		return a.Acting
	}
	return a.Requester
}

// askers are all who never decide about the request: who made it, and who answers for it now.
func (a Approval) askers() []PersonID { return []PersonID{a.Requester, a.Asker()} }

// asks tells whether the request is somebody's own.
func (a Approval) asks(p PersonID) bool { return slices.Contains(a.askers(), p) }

// Fits is what stands against a successor for what a person holds in an account, whoever looks: nobody who is not there,
// and no account to somebody who cannot own one.
func (h Holdings) Fits(org Org, from, to PersonID) Refusals {
	var no Refusals
	who, ok := org.Person(to)
	there := ok && who.Active
	no.Field(!there, CodeUnknownPerson, "/to")
	no.Field(to == from, CodeSameOwner, "/to")
	no.Field(there && h.Owner && who.Role != Rep, CodeNotARep, "/to")
	no.Field(there && h.Collects && !h.Owner && who.Role != Rep && who.Role != Collector, CodeNotARep, "/to")
	return no
}

// handOver gives what hangs on a person to a successor. Where nothing does, there is nothing to record.
func (d *draft) handOver(b HandOver) {
	d.needSystem()
	d.needReason(b.Reason, "/reason")
	holds := d.s.Holds(b.From)
	if !holds.Any() {
		return
	}
	d.no = append(d.no, holds.Fits(d.f.Org, b.From, b.To)...)
	if len(d.no) > 0 {
		return
	}
	body := HandedOver{Handover: b.Handover, From: b.From, To: b.To, Reason: b.Reason, Owner: holds.Owner, Collects: holds.Collects}
	var tasks []Task
	var notices []Notice
	if body.Owner {
		successor, _ := d.f.Org.Person(b.To)
		body.Team = successor.Team
		if d.s.Status == Active && d.s.Step == Screen && d.s.Intake == IntakePending && body.Team != d.s.Team {
			tasks, notices = d.askForReview(body.Team)
		}
	}
	asked, told := d.reseat(b, &body)
	if len(d.no) > 0 {
		return
	}
	tasks, notices = append(tasks, asked...), append(notices, told...)
	d.moveTasks(b, &body)
	for _, c := range d.s.Clocks {
		if c.For == b.From && c.Kind == AgendaClock {
			body.Clocks = append(body.Clocks, c.ID)
		}
	}
	steps := d.s.Specialists
	d.emit(body, tasks, notices)
	d.reoffer(steps, b)
}

// reseat hands the requests on in which the person sits or that are the person's. Whoever sits there now is asked, unless
// the task of the one before becomes theirs.
func (d *draft) reseat(b HandOver, body *HandedOver) (tasks []Task, notices []Notice) {
	for _, a := range d.s.Approvals {
		if a.Status != Pending {
			continue
		}
		next, changed := a.clone(), false
		if next.Asker() == b.From {
			next.Acting, changed = b.To, true
		}
		for i, seat := range next.running() {
			// Who answers for a request now may not sit in it, even where that was nobody's seat to hand over.
			sits := seat.has(b.From) || next.asks(b.To) && seat.has(b.To)
			if seat.Decision == "" && sits {
				d.takeSeat(b, &next, i)
				changed = true
			}
		}
		if !changed {
			continue
		}
		body.Approvals = append(body.Approvals, next)
		for i, seat := range next.running() {
			if was := a.running()[i].Holder; was != seat.Holder {
				body.Seats = append(body.Seats, SeatMove{Approval: a.ID, Level: a.Level, To: seat.Holder})
			}
		}
		clock, _ := d.s.clock(approvalClock(a.ID, a.Level))
		for _, p := range next.Waiting() {
			if !slices.Contains(a.Waiting(), p) && p != b.To { // the successor gets one summary of everything
				notices = append(notices, d.tell(AskedNotice, clock.ID, clock.Due, p)...)
			}
		}
		tasks = append(tasks, d.missingTasks(b, next, clock)...)
	}
	return tasks, notices
}

// missingTasks ask those who wait now and have not been asked, beside the one who gets the leaver's task.
func (d *draft) missingTasks(b HandOver, a Approval, clock Clock) []Task {
	heir := d.heir(b, a)
	asked, _ := d.ask(a, clock)
	return slices.DeleteFunc(asked, func(t Task) bool { return t.Assignee == heir && d.hasTask(b.From, ApproveTask, t.Ref) })
}

// takeSeat gives the place of the person in a seat to whoever may sit there.
func (d *draft) takeSeat(b HandOver, a *Approval, i int) {
	seat := &a.Levels[a.Level-1].Seats[i]
	leaves := func(p PersonID) bool { return p == b.From || p != "" && a.asks(p) }
	if leaves(seat.Holder) {
		to := d.fitSeat(b, *a, i)
		if d.no.If(to == "", CodeNoApprover); to == "" {
			return
		}
		seat.Holder = to
	}
	alternates := slices.DeleteFunc(slices.Clone(seat.Alternates), func(p PersonID) bool { return leaves(p) || p == seat.Holder })
	if slices.Contains(seat.Alternates, b.From) && !a.asks(b.To) && !a.approvedBy(b.To) && seat.Holder != b.To && !slices.Contains(alternates, b.To) {
		alternates = append(alternates, b.To)
	}
	if len(alternates) == 0 {
		alternates = nil
	}
	seat.Alternates = alternates
}

// fitSeat is who sits where the person sat: the successor, the next superior who neither asks nor has decided nor sits in
// the level, or somebody of sales_ops; empty when there is nobody.
func (d *draft) fitSeat(b HandOver, a Approval, i int) PersonID {
	org := d.f.Org
	unfit := slices.Clone(a.askers())
	unfit = append(unfit, b.From)
	for _, l := range a.Levels {
		for _, s := range l.Seats {
			if s.Decision != "" {
				unfit = append(unfit, s.By)
			}
		}
	}
	for j, s := range a.running() {
		if j != i {
			unfit = append(unfit, s.Holder)
		}
	}
	fits := func(p PersonID) bool {
		who, ok := org.Person(p)
		return ok && who.Active && !slices.Contains(unfit, p)
	}
	from, _ := org.Person(b.From)
	to, _ := org.Person(b.To)
	if fits(b.To) && (to.Role.decides() || to.Role == from.Role) {
		return b.To
	}
	for _, p := range []PersonID{org.reachable(org.Superior(b.To), unfit...), org.reachable(org.Superior(b.From), unfit...)} {
		if p != "" {
			return p
		}
	}
	for _, p := range org.Holders(SalesOps) {
		if fits(p) {
			return p
		}
	}
	return ""
}

// decides tells whether people of a role may be asked to approve.
func (r Role) decides() bool { return slices.Contains([]Role{Manager, Director, SalesOps, Finance}, r) }

// heir is who gets the person's task about a request: who sits where the person sat, or else the successor as an
// alternate; empty when neither.
func (d *draft) heir(b HandOver, next Approval) PersonID {
	was, _ := d.s.Approval(next.ID)
	for i, seat := range was.running() {
		if seat.Decision == "" && seat.Holder == b.From {
			return next.running()[i].Holder
		}
	}
	if next.awaits(b.To) {
		return b.To
	}
	return ""
}

func (d *draft) hasTask(p PersonID, kind TaskKind, ref string) bool {
	return slices.ContainsFunc(d.s.Tasks, func(t Task) bool {
		return t.Status == TaskOpen && t.Assignee == p && t.Kind == kind && t.Ref == ref
	})
}

// moveTasks gives the person's open tasks to the successor; one about a seat goes with the seat. A task that the other
// one has already is not needed twice.
func (d *draft) moveTasks(b HandOver, body *HandedOver) {
	for _, t := range d.s.Tasks {
		owners := body.Owner && t.Kind == FollowUpTask // what waits for the owner goes along, whoever was asked
		if t.Status != TaskOpen || t.Assignee != b.From && !owners || t.Assignee == b.To {
			continue
		}
		if aboutOffer(t) && t.Kind == TakeStepTask {
			continue // the successor gets an offer of their own
		}
		if body.Owner && (t.asksToReassign() || t.Kind == IntakeTask && body.Team != d.s.Team) {
			continue // done, or gone, with the change of the owner
		}
		to := b.To
		if i := slices.IndexFunc(body.Approvals, func(a Approval) bool { return t.Kind == ApproveTask && a.ID == ofApproval(t.Ref) }); i >= 0 {
			to = d.heir(b, body.Approvals[i])
		}
		if d.hasTask(to, t.Kind, t.Ref) {
			to = ""
		}
		body.Tasks = append(body.Tasks, TaskMove{Task: t.ID, To: to})
	}
}
