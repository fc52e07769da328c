package deal

import (
	"slices"
	"time"
)

// Who may do what (domain.md §2, trust-and-speed.md §4.1). Step commands belong to the owner and the owner's deputies
// in a dated delegation; a lead in collect also to who brought it; reviewing, grading, pausing and the like also to
// the line above.

// owns tells whether the actor holds the account or stands in for its holder.
func (o Org) owns(s State, actor PersonID, at time.Time) bool { return o.ActsFor(actor, s.Owner, at) }

// above tells whether the actor leads the account's team or an area around it, or stands in for such a lead. An account
// without a team is sales_ops' to look after.
func (o Org) above(team TeamID, actor PersonID, at time.Time) bool {
	if team == "" {
		return slices.ContainsFunc(o.Holders(SalesOps), func(p PersonID) bool { return o.ActsFor(actor, p, at) })
	}
	return slices.ContainsFunc(o.upward(team), func(t Team) bool { return o.ActsFor(actor, t.Lead, at) })
}

// brought tells whether the actor brought a lead that is still being collected.
func (o Org) brought(s State, actor PersonID, at time.Time) bool {
	opener, ok := o.Person(s.Collector())
	return ok && s.Step == Collect && (opener.Role == Collector || opener.Role == Rep) && o.ActsFor(actor, opener.ID, at)
}

// mayWalk is the right to step commands.
func (o Org) mayWalk(s State, actor PersonID, at time.Time) bool {
	return o.owns(s, actor, at) || o.brought(s, actor, at) || o.specialises(s, actor, at)
}

// mayLead is the right to what the owner or the line above may do.
func (o Org) mayLead(s State, actor PersonID, at time.Time) bool {
	return o.owns(s, actor, at) || o.above(s.Team, actor, at)
}

// mayAssign is the right to give the account to somebody of a team: the common superior, sales_ops where no team is
// known, and whoever a ladder has asked to.
func (o Org) mayAssign(s State, team TeamID, actor PersonID, at time.Time) bool {
	if o.askedToReassign(s, actor, at) {
		return true
	}
	return o.above(s.Team, actor, at) && (s.Team == "" || o.above(team, actor, at))
}

// askedToReassign tells whether a ladder has asked the actor, or somebody the actor stands in for, to move the account:
// its last rung, after the owner and the superior have let a deadline of the account lie (domain.md §1, ladder).
func (o Org) askedToReassign(s State, actor PersonID, at time.Time) bool {
	return slices.ContainsFunc(s.Tasks, func(t Task) bool {
		return t.Status == TaskOpen && t.asksToReassign() && o.ActsFor(actor, t.Assignee, at)
	})
}

// asksToReassign tells whether a task asks to give the account to somebody else. Where it is about a request it asks to
// give the request's seat to somebody else: see [State.reassigns].
func (t Task) asksToReassign() bool { return t.Kind == ReassignTask && ofApproval(t.Ref) == "" }

func (d *draft) needWalk() { d.no.If(!d.f.Org.mayWalk(d.s, d.cmd.Actor, d.at), CodeNotYourRole) }

func (d *draft) needLead() { d.no.If(!d.f.Org.mayLead(d.s, d.cmd.Actor, d.at), CodeNotYourRole) }

func (d *draft) needWork() { d.no.If(!d.f.Org.mayWork(d.s, d.cmd.Actor, d.at), CodeNotYourRole) }

func (d *draft) needSystem() { d.no.If(d.cmd.Actor != System, CodeNotYourRole) }

func (d *draft) needActive() { d.no.If(d.s.Status != Active, CodeNotActive, string(d.s.Status)) }

// Allowed are the commands that the actor's relation and the account's status permit at an instant; what the content of
// a command or a gate says against it is judged when it comes.
func Allowed(s State, actor PersonID, org Org, at time.Time) []CommandName {
	out := []CommandName{}
	add := func(ok bool, names ...CommandName) {
		if ok {
			out = append(out, names...)
		}
	}
	if who, ok := org.Person(actor); !ok || !who.Active || !s.Exists() {
		return out
	}
	lead, active := org.mayLead(s, actor, at), s.Status == Active
	add(active && org.mayWalk(s, actor, at), AdvanceName)
	add(active && lead && s.Step != Collect, ReturnName)
	add(active && lead && s.Step == Screen && s.Intake == IntakePending, IntakeName)
	add((active || s.Status == Resting) && lead, GradeName)
	work := org.mayWork(s, actor, at)
	add(active && lead, PauseName)
	add(active && work, FollowUpName)
	add(active && (work || org.brought(s, actor, at)), LogInteractionName)
	add(s.Status == Paused && lead, ResumeName)
	add(s.Status != Closed && lead, CloseName)
	add(s.Status == Closed && s.Merged == "" && lead, ReopenName)
	add(s.Status != Closed && org.mayAssign(s, s.Team, actor, at), AssignName)
	add(s.Status != Closed && org.mayMove(s, actor, at), MovePlaybookName)
	add(active && work || s.Status == Closed && s.Merged == "" && lead, RequestApprovalName)
	add((active || s.Status == Paused) && lead, OfferStepName)
	offered := func(p Specialist) bool { return !p.Accepted() && org.ActsFor(actor, p.Person, at) }
	add(slices.ContainsFunc(s.Specialists, offered), AnswerStepName)
	theirs := func(p Specialist) bool { return lead || org.ActsFor(actor, p.Person, at) }
	add(slices.ContainsFunc(s.Specialists, theirs), WithdrawStepName)
	add(s.Status == Resting && lead, SecondDevelopmentName)
	add(s.Status != Closed && org.governs(s, actor, at), SetParentName)
	add(s.Status != Closed && s.NextBook == BookRef{} && org.above(s.Team, actor, at), PromoteName)
	add(s.Status != Closed && lead, MergeName)
	waits := func(a Approval) bool {
		return a.Status == Pending && !a.asks(actor) && a.seatFor(org, actor, at) >= 0
	}
	moves := func(a Approval) bool {
		return a.Status == Pending && !a.asks(actor) && s.reassigns(a, org, actor, at) >= 0
	}
	add(s.Status != Paused && slices.ContainsFunc(s.Approvals, waits), DecideApprovalName)
	add(slices.ContainsFunc(s.Approvals, waits) || slices.ContainsFunc(s.Approvals, moves), TransferApprovalName)
	add(active && org.arbitrates(actor, at) && slices.ContainsFunc(s.Approvals, Approval.files), ArbitrateName)
	mine := func(a Approval) bool { return a.Status == Pending && org.ActsFor(actor, a.Asker(), at) }
	add(slices.ContainsFunc(s.Approvals, mine), WithdrawApprovalName)
	todo := func(t Task) bool {
		return t.Status == TaskOpen && t.Kind.manual() && org.ActsFor(actor, t.Assignee, at)
	}
	add(slices.ContainsFunc(s.Tasks, todo), CompleteTaskName)
	return out
}
