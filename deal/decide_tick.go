package deal

import (
	"slices"
	"strings"
	"time"
)

// tick lets every rung that is due by now happen, in order of time, however late it is: a punctual process and one that
// was away for a week write the same reminders.
func (d *draft) tick() {
	d.needSystem()
	if len(d.no) > 0 {
		return
	}
	d.catchUp()
}

// catchUp lets everything happen that is due by now. What the records ask for next is planned as of the instant at which
// something fired, as a process that was there would have done.
//
// What is left after very many rungs waits for the next tick, which comes at once where they are long overdue: a transaction
// stays small, however long nobody was there.
func (d *draft) catchUp() {
	for range mostAtOnce {
		c, r, ok := d.due()
		if !ok {
			return
		}
		d.reach(c, r)
		if c.Kind == AgendaClock || c.Kind == ResumeClock {
			d.plan(r.At)
		}
	}
}

// mostAtOnce is how many rungs one command fires: years of everything that an account usually has.
const mostAtOnce = 1000

// due is the earliest rung that the present instant has reached; clocks in the order they were armed break ties.
func (d *draft) due() (Clock, Rung, bool) {
	var clock Clock
	var rung Rung
	found := false
	for _, c := range d.s.Clocks {
		r, ok := c.next()
		if ok && !r.At.After(d.at) && (!found || r.At.Before(rung.At)) {
			clock, rung, found = c, r, true
		}
	}
	return clock, rung, found
}

// reach does what one rung asks for.
func (d *draft) reach(c Clock, r Rung) {
	if c.Kind == ResumeClock {
		d.resume(r.At, true)
		return
	}
	body := RungReached{Clock: c.ID, ClockKind: c.Kind, Topic: c.Topic, Rung: r.Name, Due: r.At, Breach: r.Breach, Late: d.at.Sub(r.At)}
	people, _ := called(d.s, d.f.Org, c, r)
	var tasks []Task
	var asked []Notice // beside those of the rung
	switch c.Kind {
	case ApprovalClock:
		a, ok := d.s.Approval(ofApproval(c.ID))
		if ok && d.s.SubjectVersion(a.Subject, d.f.Records) != a.Subject.Version {
			d.void(a) // stops this clock, so the rung is gone with it
			return
		}
		if ok && r.Name == Superior {
			a = d.seatSuperiors(a, c)
			body.Approval = &a
			tasks, _ = d.ask(a, c)
		}
	case FollowUpClock:
		if r.Name == Remind && !d.asked(FollowUpTask) {
			tasks = tasksFor(people, FollowUpTask, c)
		}
	case RecheckClock:
		tasks = tasksFor(people, RecheckTask, c)
	case AgendaClock:
		if tasks = d.agendaTasks(c, r); len(tasks) > 0 && r.Name == Superior {
			asked = notify(c.notice(Urge), c.ID, c.Due, represented(d.f.Org, assignees(tasks), d.at, nil)...)
		}
	case StepClock, ResumeClock, SpecialistClock:
	}
	if r.Name == Superior && c.Kind != ApprovalClock {
		tasks = append(tasks, tasksFor(people, OverdueTask, c)...)
	}
	if r.Name == Reassign && c.Kind != AgendaClock {
		tasks = tasksFor(people, ReassignTask, c)
	}
	d.emit(body, tasks, append(asked, notify(c.notice(r.Name), c.ID, c.Due, audience(d.s, d.f.Org, c, r, d.at)...)...))
}

// notice is the kind of notice that a rung of the clock sends.
func (c Clock) notice(r RungName) NoticeKind {
	switch c.Kind {
	case RecheckClock:
		return RecheckNotice
	case AgendaClock:
		return TopicNotice(c.Topic, r)
	case ResumeClock:
		return ResumedNotice
	case StepClock, ApprovalClock, FollowUpClock, SpecialistClock:
	}
	return RungNotice(c.Kind, r)
}

// tasksFor asks several people for the same.
func tasksFor(people []PersonID, kind TaskKind, c Clock) []Task {
	var tasks []Task
	for _, p := range people {
		tasks = append(tasks, Task{Kind: kind, Assignee: p, Ref: c.ID, Due: c.Due})
	}
	return tasks
}

// asked tells whether somebody has an open task of a kind.
func (d *draft) asked(kind TaskKind) bool {
	return slices.ContainsFunc(d.s.Tasks, func(t Task) bool { return t.Status == TaskOpen && t.Kind == kind })
}

// audience is who hears of a rung at an instant: those whom it calls, or whoever stands in for them then. It is what upcoming
// lists, too.
func audience(s State, org Org, c Clock, r Rung, at time.Time) []PersonID {
	who, unfit := called(s, org, c, r)
	return represented(org, who, at, unfit)
}

// represented are people, or whoever stands in for them at an instant, in order; nobody of unfit stands in.
func represented(org Org, people []PersonID, at time.Time, unfit []PersonID) []PersonID {
	var there []PersonID
	for _, p := range people {
		there = append(there, org.StandIn(p, at, unfit...))
	}
	slices.Sort(there)
	return slices.Compact(there)
}

// called is whom a rung calls: whose turn it is, their superior, or sales_ops; and who never stands in for them, because they
// may not decide about the request.
func called(s State, org Org, c Clock, r Rung) (who, unfit []PersonID) {
	who = []PersonID{s.responsible(org)}
	switch {
	case c.For != "":
		who = []PersonID{c.For}
	case len(c.Ask) > 0:
		who = org.at(c.Ask)
	}
	if c.Kind == ApprovalClock {
		a, _ := s.Approval(ofApproval(c.ID))
		who, unfit = a.holdersOf(a.seatsOf(c.ID)), a.Unfit()
	}
	if a, asked := s.Latest(CreditChange); c.Topic == CreditTopic && asked && a.Status == Pending {
		who, unfit = a.holdersOf(a.waiting()), a.Unfit()
	}
	if c.Kind == SpecialistClock && r.Name == Superior { // who does not answer blocks nobody: the account's own line looks into it
		who = []PersonID{s.responsible(org)}
	}
	if c.Kind == StepClock && (r.Name == Remind || r.Name == Urge) {
		who = append(who, s.SpecialistsOf(s.Step)...)
	}
	switch r.Name {
	case Superior:
		var up []PersonID
		for _, p := range who {
			if boss := org.reachable(org.Superior(p), unfit...); boss != "" {
				up = append(up, boss)
			}
		}
		if len(up) == 0 { // nobody stands above: sales_ops hears, so that it is never nobody
			up = org.Holders(SalesOps)
		}
		who = up
	case Reassign:
		who = org.Holders(SalesOps)
		if c.For != "" && len(c.Ask) > 0 {
			who = org.at(c.Ask)
		}
	case Due:
		return nil, nil
	case Ask, Remind, Urge, Resume, Recheck:
		var there []PersonID
		for _, p := range who {
			there = append(there, org.inPlaceOf(p, unfit...)...)
		}
		who = there
	}
	who = slices.DeleteFunc(slices.Clone(who), func(p PersonID) bool { return p == "" })
	slices.Sort(who)
	return slices.Compact(who), unfit
}

// at are the people of places, whoever of them is there; sales_ops where nobody is.
func (o Org) at(places []Audience) []PersonID {
	var ids []PersonID
	for _, place := range places {
		if role, isRole := strings.CutPrefix(string(place), "role:"); isRole {
			ids = append(ids, o.Holders(Role(role))...)
			continue
		}
		login := strings.TrimPrefix(string(place), "person:")
		for _, p := range o.People {
			if p.Login == login && p.Active {
				ids = append(ids, p.ID)
			}
		}
	}
	if len(ids) == 0 {
		return o.Holders(SalesOps)
	}
	return ids
}

// holdersOf are the people in some seats of the running level.
func (a Approval) holdersOf(seats []int) []PersonID {
	var people []PersonID
	for _, i := range seats {
		people = append(people, a.running()[i].Holder)
	}
	return people
}

// seatSuperiors lets the superior of every holder of whom a clock speaks decide as well, or the next one above who may.
func (d *draft) seatSuperiors(a Approval, c Clock) Approval {
	a = a.clone()
	for _, i := range a.seatsOf(c.ID) {
		seat := &a.Levels[a.Level-1].Seats[i]
		up := d.f.Org.reachable(d.f.Org.Superior(seat.Holder), a.Unfit()...)
		if up != "" && !seat.has(up) {
			seat.Alternates = append(seat.Alternates, up)
		}
	}
	return a
}

// recompute lets happen what is due, lets seats and tasks change hands as people leave, go away and come back, places every
// running clock anew with the calendar at hand, and plans what the records ask for. What has fired stays fired.
func (d *draft) recompute() {
	d.needSystem()
	if len(d.no) > 0 {
		return
	}
	d.catchUp()
	d.succeed()
	d.represent()
	d.placeAnew()
	before := len(d.events)
	d.plan(d.at)
	if len(d.events) > before { // what lies behind already speaks now
		d.catchUp()
	}
}

// moveHouse places the running clocks with the calendar of the account's new team, where that is another one.
func (d *draft) moveHouse() {
	before := d.f.Working
	d.workAt(d.s.Team)
	if before.Version() != d.f.Working.Version() {
		d.placeAnew()
	}
}

// workAt counts with the working time of a team from now on.
func (d *draft) workAt(team TeamID) {
	if d.f.WorkingOf != nil {
		d.f.Working = d.f.WorkingOf(team)
	}
}

// placeAnew places the clocks that do not follow from records.
func (d *draft) placeAnew() {
	clocks := slices.Clone(d.s.Clocks)
	changed := false
	for i, c := range clocks {
		if c.Calendar == d.f.Working.Version() || c.Kind == AgendaClock && !c.timed() {
			continue
		}
		changed = true
		c.Rungs = slices.Clone(c.Rungs)
		switch {
		case c.Kind == ResumeClock:
			c = d.resumeClock(d.s.ResumeOn)
		case c.held():
			c.Calendar = d.f.Working.Version()
		default:
			c.place(d.f.Working)
		}
		clocks[i] = c
	}
	if changed {
		d.emit(Recomputed{Clocks: clocks}, nil, nil)
	}
}
