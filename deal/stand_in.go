package deal

import (
	"slices"
	"time"
)

// Nobody's absence stops anything (domain.md §7, ADR 0015). What waits for somebody who is away is their deputy's as long as
// the delegation runs: rungs speak to the deputy, and tasks name both. What waited for an approver who has left for good is
// the next superior's. Rungs find the deputy when they fire; open tasks change hands by a recompute, on record.

// StandIn is who sees to what waits for somebody at an instant: the person, or the nearest deputy who is there, neither on
// leave nor represented by others; where all of them are away the nearest one. Once the person has left it is the next superior,
// or that one's deputy; sales_ops where the line ends. Nobody of unfit stands in; where nobody else is left, it is the person.
func (o Org) StandIn(id PersonID, at time.Time, unfit ...PersonID) PersonID {
	if who, ok := o.Person(id); ok && !who.Active {
		if next := o.inPlaceOf(id, unfit...); len(next) > 0 {
			return o.deputyOf(next[0], at, unfit)
		}
		return id
	}
	return o.deputyOf(id, at, unfit)
}

// deputyOf is the nearest deputy of somebody active, or the person.
func (o Org) deputyOf(id PersonID, at time.Time, unfit []PersonID) PersonID {
	deputies := slices.DeleteFunc(o.Deputies(id, at), func(p PersonID) bool { return slices.Contains(unfit, p) })
	for _, p := range deputies {
		if !o.Away(p, at) && !o.delegates(p, at) {
			return p
		}
	}
	if len(deputies) > 0 {
		return deputies[0]
	}
	return id
}

// delegates tells whether others act for somebody at an instant.
func (o Org) delegates(id PersonID, at time.Time) bool {
	return slices.ContainsFunc(o.Delegations, func(d Delegation) bool {
		return d.From == id && !at.Before(d.Since) && at.Before(d.Until)
	})
}

// StandsInFor are the people whose matters are somebody's at an instant, besides their own.
func (o Org) StandsInFor(id PersonID, at time.Time) []PersonID {
	var people []PersonID
	for _, p := range o.People {
		if p.ID != id && o.StandIn(p.ID, at) == id {
			people = append(people, p.ID)
		}
	}
	return people
}

// Absence says who sees to what is somebody's at an instant, and who does where that one may not: because they ask for the
// approval, or have decided in its chain.
type Absence struct {
	Person, First, Second PersonID
}

// Absences are those of everybody who is represented at an instant.
func (o Org) Absences(at time.Time) []Absence {
	var list []Absence
	for _, p := range o.People {
		if first := o.StandIn(p.ID, at); first != p.ID {
			list = append(list, Absence{Person: p.ID, First: first, Second: o.StandIn(p.ID, at, first)})
		}
	}
	return list
}

// TasksTakenOver: while somebody is away, what waits for them is others'.
type TasksTakenOver struct {
	Tasks []Cover `json:"tasks"`
}

// TasksGivenBack: whoever was away has what still waits for them again.
type TasksGivenBack struct {
	Tasks []Cover `json:"tasks"`
}

// Cover is one task in the hands of another one than it is for.
type Cover struct {
	Task string   `json:"task"`
	For  PersonID `json:"for"`
	By   PersonID `json:"by"`
}

func (TasksTakenOver) kind() EventKind { return TasksTakenOverKind }
func (TasksGivenBack) kind() EventKind { return TasksGivenBackKind }

func (b TasksTakenOver) fold(s *State, _ Event) {
	for _, c := range b.Tasks {
		s.cover(c.Task, c.By)
	}
}

func (b TasksGivenBack) fold(s *State, _ Event) {
	for _, c := range b.Tasks {
		s.cover(c.Task, "")
	}
}

func (s *State) cover(task string, by PersonID) {
	for i := range s.Tasks {
		if s.Tasks[i].ID == task {
			s.Tasks[i].Deputy = by
		}
	}
}

// standsIn is who sees to a task at an instant; empty for the one that it is for. A task of deciding does not go to who may not
// decide.
func (s State) standsIn(org Org, t Task, at time.Time) PersonID {
	var unfit []PersonID
	if a, ok := s.Approval(ofApproval(t.Ref)); ok && t.Kind == ApproveTask {
		unfit = a.Unfit()
	}
	if by := org.StandIn(t.Assignee, at, unfit...); by != t.Assignee {
		return by
	}
	return ""
}

// standIn is who sees to a task now.
func (d *draft) standIn(t Task) PersonID { return d.s.standsIn(d.f.Org, t, d.at) }

// represent lets open tasks change hands: to who stands in by now, and back. Each who gets something is told once.
func (d *draft) represent() {
	var over TasksTakenOver
	var back TasksGivenBack
	var told, heard []Notice
	for _, t := range d.s.Tasks {
		if t.Status != TaskOpen {
			continue
		}
		by := d.standIn(t)
		if by == t.Deputy {
			continue
		}
		if by == "" {
			back.Tasks = append(back.Tasks, Cover{Task: t.ID, For: t.Assignee, By: t.Deputy})
			heard = append(heard, Notice{To: t.Assignee, Kind: GivenBackNotice, Ref: t.Ref, Due: t.Due})
			continue
		}
		over.Tasks = append(over.Tasks, Cover{Task: t.ID, For: t.Assignee, By: by})
		told = append(told, Notice{To: by, Kind: TakenOverNotice, Ref: t.Ref, Due: t.Due})
	}
	if len(over.Tasks) > 0 {
		d.emit(over, nil, told)
	}
	if len(back.Tasks) > 0 {
		d.emit(back, nil, heard)
	}
}

// succeed gives the seats of approvers who have left to the next superior, with a time to decide of their own. A seat for
// which nobody is left keeps waiting.
func (d *draft) succeed() {
	left := func(p PersonID) bool {
		who, ok := d.f.Org.Person(p)
		return !ok || !who.Active
	}
	for _, a := range d.s.Approvals {
		if a.Status != Pending {
			continue
		}
		for i, seat := range a.running() {
			if seat.Decision != "" || !left(seat.Holder) {
				continue
			}
			now, _ := d.s.Approval(a.ID) // with the seats that have changed before
			if to := d.successor(now, i); to != "" {
				d.reseatOne(now, i, to, nil)
			}
		}
	}
}

// Unfit are all who may not decide about a request any more, or never might: who asks, and whose word is in the chain already.
func (a Approval) Unfit() []PersonID {
	people := a.askers()
	for _, l := range a.Levels {
		for _, s := range l.Seats {
			if s.Decision != "" {
				people = append(people, s.By)
			}
		}
	}
	return people
}

// successor is who sits in a seat whose holder has left: the next superior who is there, does not ask, has not decided in this
// chain and does not sit in the level; else one of sales_ops; empty when there is nobody.
func (d *draft) successor(a Approval, i int) PersonID {
	org := d.f.Org
	unfit := a.Unfit()
	for j, s := range a.running() {
		if j != i {
			unfit = append(unfit, s.Holder)
		}
	}
	if p := org.reachable(a.running()[i].Holder, unfit...); p != "" {
		return p
	}
	for _, p := range org.Holders(SalesOps) {
		if !slices.Contains(unfit, p) {
			return p
		}
	}
	return ""
}

// reseatOne gives one waiting seat to somebody else. The level's time begins anew for them: the rungs of before are gone. Where
// others of the level wait as well, theirs runs on, and the new one has a clock of their own.
func (d *draft) reseatOne(a Approval, i int, to PersonID, reason *TextRef) {
	a = a.clone()
	seat := &a.Levels[a.Level-1].Seats[i]
	from := seat.Holder
	alone := !slices.ContainsFunc(a.waiting(), func(j int) bool { return j != i && a.running()[j].Clock == seat.Clock })
	clock := d.levelClock(a)
	if seat.Clock != "" {
		clock.ID = seat.Clock
	}
	turn := slices.Contains(a.waiting(), i)
	if turn && !alone {
		clock.ID = seatClock(a.ID, a.Level, i)
	}
	if d.s.Status == Paused {
		clock = clock.hold(d.at, d.f.Working)
	}
	moved := ApprovalTransferred{From: from, To: to, Reason: reason}
	seat.Holder, seat.Alternates = to, nil
	var tasks []Task
	notices := d.tell(TransferredNotice, clock.ID, zeroTime, from)
	if turn {
		if clock.ID != approvalClock(a.ID, a.Level) {
			seat.Clock = clock.ID
		}
		moved.Clock = &clock
		asked, told := d.ask(a, clock)
		tasks, notices = asked, append(told, notices...)
	}
	moved.Approval = a
	d.emit(moved, tasks, notices)
}
