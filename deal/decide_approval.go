package deal

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// requestApproval starts the chain of a kind, about one version of its subject.
func (d *draft) requestApproval(b RequestApproval) {
	rules, ok := d.f.Book.Approval(b.Kind)
	if b.Kind == Reopen {
		d.no.If(d.s.Status != Closed, CodeNotClosed, string(d.s.Status))
		d.no.If(d.s.Merged != "", CodeAccountMerged, string(d.s.Merged))
	} else {
		d.needActive()
		d.no.Field(ok && rules.Step != "" && rules.Step != d.s.Step, CodeKindNotHere, "/kind", string(b.Kind), string(rules.Step))
	}
	d.no.Field(!ok, CodeKindNotHere, "/kind", string(b.Kind))
	d.needWork()
	same, asked := d.s.pendingAbout(b.Kind, b.Subject)
	d.no.If(asked, CodeAlreadyPending, same.ID)
	d.no.Field(b.Amount < 0, CodeInvalidValue, "/amount")
	subject := d.judgeSubject(b, rules)
	if len(d.no) > 0 {
		return
	}
	a := Approval{
		ID: d.newID("approval"), Kind: b.Kind, Requester: d.cmd.Actor, RequestedAt: d.at, Subject: subject, Amount: b.Amount,
		Currency: b.Currency, Text: b.Text, Status: Pending, Anywhere: rules.Step == "" && b.Kind != Reopen,
	}
	if b.Kind == GradeOverride {
		a.Grade = d.s.Grade // who approves that a D goes on has not approved an A
	}
	for _, l := range d.f.Chain {
		a.Levels = append(a.Levels, Level{Rules: l})
	}
	if !d.climb(&a) || a.Status != Pending {
		d.no.If(true, CodeNoApprover)
		return
	}
	clock := d.levelClock(a)
	tasks, notices := d.ask(a, clock)
	d.emit(ApprovalRequested{Approval: a, Clock: clock}, tasks, notices)
}

// climb takes a request to its next level that somebody has to decide. Levels whose people have approved before pass by
// themselves, on record; past the last one the request is approved. It is false when a level finds nobody.
func (d *draft) climb(a *Approval) bool {
	for {
		a.Level++
		if a.Level > len(a.Levels) {
			a.Level, a.Status, a.ClosedAt = len(a.Levels), Approved, d.at
			return len(a.Levels) > 0
		}
		level := &a.Levels[a.Level-1]
		for _, p := range d.seatsOf(level.Rules.Who, a.askers()...) {
			seat := Seat{Holder: p}
			if a.approvedBy(p) {
				seat.Decision, seat.By, seat.At, seat.Auto = Approve, p, d.at, true
			}
			level.Seats = append(level.Seats, seat)
		}
		if len(level.Seats) == 0 {
			return false
		}
		if !level.passed() {
			return true
		}
	}
}

// seatsOf finds the people of a level. Nobody's absence blocks it: who has left, and the requester, is replaced by the
// next superior, and an empty level falls to sales_ops (domain.md §7).
func (d *draft) seatsOf(who Audience, askers ...PersonID) []PersonID {
	var ids []PersonID
	unfit := func(p PersonID) bool { return p == "" || slices.Contains(askers, p) }
	for _, place := range who.Places() {
		for _, p := range d.peopleOf(place, askers) {
			if !unfit(p) && !slices.Contains(ids, p) {
				ids = append(ids, p)
			}
		}
	}
	if len(ids) == 0 {
		ids = slices.DeleteFunc(d.f.Org.Holders(SalesOps), unfit)
	}
	return ids
}

// peopleOf are those of one place; some of them may be nobody.
func (d *draft) peopleOf(who Audience, askers []PersonID) []PersonID {
	org := d.f.Org
	switch role, isRole := strings.CutPrefix(string(who), "role:"); {
	case isRole:
		return org.Holders(Role(role))
	case who == OwnerManager:
		return []PersonID{org.reachable(org.LeadOf(d.s.Team), askers...)}
	case who == OwnerSuperior:
		return []PersonID{org.reachable(org.Superior(org.LeadOf(d.s.Team)), askers...)}
	}
	login := strings.TrimPrefix(string(who), "person:")
	i := slices.IndexFunc(org.People, func(p Person) bool { return p.Login == login })
	if i < 0 {
		return nil
	}
	return []PersonID{org.reachable(org.People[i].ID, askers...)}
}

// passed tells whether a level needs nobody any more.
func (l Level) passed() bool {
	yes := 0
	for _, s := range l.Seats {
		if s.Decision == Approve {
			yes++
		}
	}
	if l.Rules.Mode == AllSeats || l.Rules.Mode == InOrder {
		return yes == len(l.Seats)
	}
	return yes > 0
}

// approvedBy tells whether a person has approved in this chain.
func (a Approval) approvedBy(p PersonID) bool {
	for _, l := range a.Levels {
		for _, s := range l.Seats {
			if s.Decision == Approve && s.By == p {
				return true
			}
		}
	}
	return false
}

// waiting are the seats of the running level whose turn it is, by index.
func (a Approval) waiting() []int {
	var open []int
	for i, s := range a.running() {
		if s.Decision == "" {
			open = append(open, i)
			if a.Levels[a.Level-1].Rules.Mode == InOrder {
				break
			}
		}
	}
	return open
}

// seatFor is the waiting seat that the actor may decide: their own before one of somebody else's, as an alternate, as a
// deputy, or in the place of a holder who has left; -1 when there is none.
func (a Approval) seatFor(org Org, actor PersonID, at time.Time) int {
	speaks := func(p PersonID) bool { return org.ActsFor(actor, p, at) }
	other := -1
	for _, i := range a.waiting() {
		seat := a.running()[i]
		if seat.Holder == actor {
			return i
		}
		people := append([]PersonID{seat.Holder}, seat.Alternates...)
		for _, p := range slices.Clone(people) {
			people = append(people, org.inPlaceOf(p, a.askers()...)...)
		}
		if other < 0 && slices.ContainsFunc(people, speaks) {
			other = i
		}
	}
	return other
}

// Waiting are the people whose word a pending request waits for now.
func (a Approval) Waiting() []PersonID {
	var people []PersonID
	if a.Status != Pending {
		return people
	}
	for _, i := range a.waiting() {
		seat := a.running()[i]
		people = append(people, append([]PersonID{seat.Holder}, seat.Alternates...)...)
	}
	return people
}

// levelClock arms the deadline of the running level.
func (d *draft) levelClock(a Approval) Clock {
	rules := a.Levels[a.Level-1].Rules
	return start(d.f, approvalClock(a.ID, a.Level), ApprovalClock, d.at, rules.Within, rules.Ladder)
}

// ask opens a task for every waiting person of the running level and tells who sees to it now. The clock is the level's, or
// that of a seat; seats with another one refer to theirs.
func (d *draft) ask(a Approval, clock Clock) (tasks []Task, notices []Notice) {
	level := approvalClock(a.ID, a.Level)
	asked := func(p PersonID) bool {
		return slices.ContainsFunc(d.s.Tasks, func(t Task) bool {
			return t.Status == TaskOpen && t.Kind == ApproveTask && t.Assignee == p && (t.Ref == level || strings.HasPrefix(t.Ref, level+"/"))
		})
	}
	for _, i := range a.waiting() {
		seat := a.running()[i]
		c := clock
		if own := cmp.Or(seat.Clock, level); own != clock.ID {
			if known, ok := d.s.clock(own); ok {
				c = known
			}
		}
		for _, p := range append([]PersonID{seat.Holder}, seat.Alternates...) {
			if asked(p) {
				continue
			}
			t := Task{Kind: ApproveTask, Assignee: p, Ref: c.ID, Due: c.Due}
			by := d.f.Org.StandIn(p, d.at, a.Unfit()...)
			if by != p {
				t.Deputy = by
			}
			tasks = append(tasks, t)
			notices = append(notices, notify(AskedNotice, c.ID, c.Due, by)...)
		}
	}
	return tasks, notices
}

// decideApproval is an approver's word.
func (d *draft) decideApproval(b DecideApproval) {
	a, ok := d.pending(b.Approval)
	if !ok {
		return
	}
	d.no.If(d.s.Status == Paused, CodeNotActive, string(d.s.Status))
	d.no.If(a.asks(d.cmd.Actor), CodeOwnRequest)
	i := a.seatFor(d.f.Org, d.cmd.Actor, d.at)
	d.no.If(i < 0 && !a.asks(d.cmd.Actor), CodeNotApprover)
	d.no.If(i >= 0 && a.approvedBy(d.cmd.Actor), CodeTwoPersons)
	d.no.Field(b.Via != "" && b.Via != ViaLink, CodeInvalidValue, "/via", string(ViaLink))
	d.no.If(b.Level != 0 && b.Level != a.Level, CodeLinkVoid)
	d.no.Field(!slices.Contains([]Decision{Approve, Reject, SendBack}, b.Decision), CodeInvalidValue, "/decision", "approve", "reject", "return")
	opinion := b.Decision != Approve || a.Levels[a.Level-1].Rules.Opinion
	d.no.Field(opinion && b.Comment == nil, CodeReasonMissing, "/comment")
	now := d.s.SubjectVersion(a.Subject, d.f.Records)
	d.no.Field(b.Version != a.Subject.Version || now != a.Subject.Version, CodeSubjectChanged, "/version", strconv.FormatInt(now, 10))
	if len(d.no) > 0 {
		return
	}
	a = a.clone()
	level := a.Level
	seat := &a.Levels[level-1].Seats[i]
	seat.Decision, seat.By, seat.At, seat.Comment, seat.Via = b.Decision, d.cmd.Actor, d.at, b.Comment, b.Via
	if b.Decision == Approve {
		a.passOwn(d.cmd.Actor, d.at)
	}
	decided := ApprovalDecided{By: d.cmd.Actor, Decision: b.Decision, Comment: b.Comment, Level: level}
	if seat.Holder != d.cmd.Actor {
		decided.For = seat.Holder
	}
	d.settle(a, decided)
}

// passOwn lets the seats of the running level that somebody still holds pass by themselves once they have approved for
// somebody else: nobody is asked twice in one chain.
func (a Approval) passOwn(who PersonID, at time.Time) {
	seats := a.running()
	for i := range seats {
		if seats[i].Decision == "" && seats[i].Holder == who {
			seats[i].Decision, seats[i].By, seats[i].At, seats[i].Auto = Approve, who, at, true
		}
	}
}

// settle works out what a seat's word means for the whole request, and records it.
func (d *draft) settle(a Approval, decided ApprovalDecided) {
	var tasks []Task
	var notices []Notice
	over := func(how ApprovalStatus, kind NoticeKind) {
		a.Status, a.ClosedAt = how, d.at
		notices = d.tell(kind, "approval/"+a.ID, zeroTime, a.Asker(), d.s.Owner)
	}
	switch decided.Decision {
	case Reject:
		over(Rejected, RejectedNotice)
	case SendBack:
		over(SentBack, SentBackNotice)
	case Approve:
		clock, _ := d.s.clock(approvalClock(a.ID, a.Level))
		if a.Levels[a.Level-1].passed() {
			if !d.climb(&a) { // not even sales_ops is there to ask: the seat keeps waiting, nothing is approved by absence
				d.no.If(true, CodeNoApprover)
				return
			}
			if a.Status == Approved {
				if d.contested(a) {
					return
				}
				over(Approved, ApprovedNotice)
				break
			}
			clock = d.levelClock(a)
			decided.Clock = &clock
		}
		tasks, notices = d.ask(a, clock)
	}
	decided.Approval = a
	d.emit(decided, tasks, notices)
}

// pending finds a request that still waits, or says who was faster.
func (d *draft) pending(id string) (Approval, bool) {
	a, ok := d.s.Approval(id)
	if !ok {
		d.no.If(true, CodeUnknownApproval)
		return a, false
	}
	if a.Status != Pending {
		d.no.If(true, CodeAlreadyDecided, string(a.lastWord()), string(a.Status), a.ClosedAt.Format(time.RFC3339))
		return a, false
	}
	return a, true
}

// transferApproval hands a waiting seat on: by who sits in it, or by sales_ops once the ladder has asked them to.
func (d *draft) transferApproval(b TransferApproval) {
	a, ok := d.pending(b.Approval)
	if !ok {
		return
	}
	i := a.seatFor(d.f.Org, d.cmd.Actor, d.at)
	if i < 0 {
		i = d.s.reassigns(a, d.f.Org, d.cmd.Actor, d.at)
	}
	d.no.If(a.asks(d.cmd.Actor), CodeOwnRequest) // who asks does not choose who decides
	to, known := d.f.Org.Person(b.To)
	approver := to.Role.decides()
	d.no.If(i < 0 && !a.asks(d.cmd.Actor), CodeNotApprover)
	d.needReason(b.Reason, "/reason")
	d.no.Field(!known || !to.Active || !approver, CodeUnknownPerson, "/to")
	d.no.Field(known && a.asks(b.To), CodeOwnRequest, "/to")
	d.no.Field(known && (a.awaits(b.To) || a.approvedBy(b.To)), CodeTwoPersons, "/to")
	if len(d.no) > 0 {
		return
	}
	d.reseatOne(a, i, b.To, b.Reason)
}

// reassigns is the waiting seat of a request that the ladder has asked the actor, of sales_ops, to move; -1 when it has not.
func (s State) reassigns(a Approval, org Org, actor PersonID, at time.Time) int {
	for _, t := range s.Tasks {
		if t.Status == TaskOpen && t.Kind == ReassignTask && ofApproval(t.Ref) == a.ID && org.ActsFor(actor, t.Assignee, at) {
			if seats := a.seatsOf(t.Ref); len(seats) > 0 {
				return seats[0]
			}
		}
	}
	return -1
}

// withdrawApproval takes an own request back.
func (d *draft) withdrawApproval(b WithdrawApproval) {
	a, ok := d.pending(b.Approval)
	if !ok {
		return
	}
	d.no.If(!d.f.Org.ActsFor(d.cmd.Actor, a.Asker(), d.at), CodeNotYourRole)
	if len(d.no) == 0 {
		d.emit(ApprovalWithdrawn{Approval: a.ID, Reason: b.Reason}, nil, d.tell(WithdrawnNotice, "approval/"+a.ID, zeroTime, a.Waiting()...))
	}
}

// voidApproval ends a request whose subject was edited after it was submitted.
func (d *draft) voidApproval(b VoidApproval) {
	d.needSystem()
	a, ok := d.s.Approval(b.Approval)
	if len(d.no) > 0 || !ok || a.Status != Pending || d.s.SubjectVersion(a.Subject, d.f.Records) == a.Subject.Version {
		return
	}
	d.void(a)
}

func (d *draft) void(a Approval) {
	people := append([]PersonID{a.Asker()}, a.Waiting()...)
	d.emit(ApprovalVoided{Approval: a.ID, Cause: SubjectEdited}, nil, d.tell(VoidedNotice, "approval/"+a.ID, zeroTime, people...))
}

// clone copies what deciding changes in place.
func (a Approval) clone() Approval {
	a.Levels = slices.Clone(a.Levels)
	for i, l := range a.Levels {
		a.Levels[i].Seats = slices.Clone(l.Seats)
		for j, s := range l.Seats {
			a.Levels[i].Seats[j].Alternates = slices.Clone(s.Alternates)
		}
	}
	return a
}
