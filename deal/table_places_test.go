package deal_test

import (
	"slices"

	"closedloop/deal"
)

// place is one situation of the exhaustive table: an account that was brought there by commands, and what there is to
// say about it. The expectations of the table read these words and never the state.
type place struct {
	name     string
	world    *world
	status   deal.Status // empty: not opened yet
	step     deal.Step
	intake   deal.Intake
	asked    deal.ApprovalKind   // what was requested last, by rep1
	word     deal.ApprovalStatus // how that request stands
	approver deal.PersonID       // whose word it waits for
	stale    bool                // nobody decided the request for long: a superior was seated, sales_ops may transfer it
	used     bool                // an approved reopen that was taken
	merged   bool                // lives on in another account
	child    bool                // stands under another account
	promoted bool                // has the playbook of its next cycle
	unowned  bool                // nobody's yet
	homeless bool                // of no team
	task     deal.PersonID       // who has a task that is ticked off by hand
	taken    deal.PersonID       // has taken the present step over
	offered  deal.PersonID       // was offered the present step
	begged   bool                // a deadline of the step asked sales_ops to give the account to somebody else
}

// reviewed is what became of the intake of an account that was walked to a step.
func reviewed(step deal.Step) deal.Intake {
	switch step {
	case deal.Collect:
		return ""
	case deal.Screen:
		return deal.IntakePending
	case deal.Survey, deal.Analyse, deal.Plan, deal.Visit, deal.Trial, deal.Sign, deal.Maintain, deal.Archive:
	}
	return deal.IntakeAccepted
}

// places are all situations: every status with every step that can have it, and the stages of intake and approvals.
func places(t tb) []place {
	t.Helper()
	all := slices.Concat(leadPlaces(t), stepPlaces(t), requestPlaces(t), closedPlaces(t), restingPlaces(t), familyPlaces(t))
	for _, p := range all {
		p.world.delegate(rep1, rep2, 10_000)
	}
	return all
}

func leadPlaces(t tb) []place {
	t.Helper()
	unowned := newWorld()
	unowned.do(t, collector1, deal.Open{Territory: "Suqian", Via: deal.ViaAPI, Draft: note("draft")})
	handedOver := unowned.copy()
	handedOver.do(t, collector1, deal.Advance{From: deal.Collect})
	homeless := newWorld()
	homeless.facts.Team = loner
	homeless.do(t, collector1, deal.Open{Territory: "Atlantis", Via: deal.ViaAPI, Draft: note("draft")})
	homeless.facts.Team = team1
	returned := standingIn(t, deal.Screen)
	returned.do(t, manager1, deal.ReviewIntake{Decision: deal.ReturnIntake, Reason: note("thin")})
	accepted := standingIn(t, deal.Screen)
	accepted.do(t, manager1, deal.ReviewIntake{Decision: deal.AcceptIntake})
	return []place{
		{name: "not opened", world: newWorld()},
		{name: "lead without an owner", world: unowned, status: deal.Active, step: deal.Collect, unowned: true},
		{name: "lead without owner and team", world: homeless, status: deal.Active, step: deal.Collect, unowned: true, homeless: true},
		{
			name: "handed over without an owner", world: handedOver, status: deal.Active, step: deal.Screen, intake: deal.IntakePending,
			unowned: true,
		},
		{name: "sent back by intake", world: returned, status: deal.Active, step: deal.Collect, intake: deal.IntakeReturned},
		{name: "accepted by intake", world: accepted, status: deal.Active, step: deal.Screen, intake: deal.IntakeAccepted},
	}
}

func stepPlaces(t tb) []place {
	t.Helper()
	var all []place
	for _, step := range deal.Steps() {
		w := standingIn(t, step)
		all = append(all, place{name: "active in " + string(step), world: w.copy(), status: deal.Active, step: step, intake: reviewed(step)})
		w.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: "2026-04-01"})
		all = append(all, place{name: "paused in " + string(step), world: w, status: deal.Paused, step: step, intake: reviewed(step)})
	}
	late := standingIn(t, deal.Survey)
	late.tick(t, "2026-03-20 09:00")
	begged := standingIn(t, deal.Survey)
	begged.ladder(deal.Survey, deal.LadderRung{Name: deal.Reassign, Percent: 150})
	begged.do(t, rep1, deal.Return{To: deal.Screen, Reason: note("again")})
	begged.walk(t, deal.Survey)
	begged.tick(t, "2026-03-30 09:00")
	held := late.copy()
	held.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: "2026-04-01"})
	offered := standingIn(t, deal.Survey)
	offered.do(t, rep1, deal.OfferStep{Step: deal.Survey, Person: finance1, Note: note("you know them")})
	asleep := offered.copy()
	asleep.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: "2026-04-01"})
	taken := offered.copy()
	taken.do(t, finance1, deal.AnswerStep{Specialist: taken.state.Specialists[0].ID, Decision: deal.AcceptStep})
	return append(all,
		place{name: "step offered", world: offered, status: deal.Active, step: deal.Survey, intake: deal.IntakeAccepted, offered: finance1},
		place{name: "step offered, in a pause", world: asleep, status: deal.Paused, step: deal.Survey, intake: deal.IntakeAccepted, offered: finance1},
		place{name: "step taken over", world: taken, status: deal.Active, step: deal.Survey, intake: deal.IntakeAccepted, taken: finance1},
		place{name: "overdue", world: late, status: deal.Active, step: deal.Survey, intake: deal.IntakeAccepted, task: manager1},
		place{name: "to be reassigned", world: begged, status: deal.Active, step: deal.Survey, intake: deal.IntakeAccepted, task: ops1, begged: true},
		place{name: "overdue and paused", world: held, status: deal.Paused, step: deal.Survey, intake: deal.IntakeAccepted, task: manager1},
	)
}

// stepKinds are the approvals that the table asks for in a step of the ring, and where. The last seven belong to none.
func stepKinds() map[deal.ApprovalKind]deal.Step {
	return map[deal.ApprovalKind]deal.Step{
		deal.Filing: deal.Screen, deal.Proposal: deal.Plan, deal.TrialWaiver: deal.Trial, deal.Contract: deal.Sign,
		deal.VetoLift: deal.Survey, deal.GradeOverride: deal.Analyse, deal.CreditChange: deal.Archive, deal.Merger: deal.Visit,
		deal.ExecutiveVisit: deal.Trial, deal.SupportRequest: deal.Survey, deal.Gift: deal.Sign,
	}
}

// kindsOf are the approvals that are asked for in a step.
func kindsOf(step deal.Step) []deal.ApprovalKind {
	var kinds []deal.ApprovalKind
	for _, kind := range deal.ApprovalKinds() {
		if stepKinds()[kind] == step {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func requestPlaces(t tb) []place {
	t.Helper()
	var all []place
	for _, kind := range deal.ApprovalKinds() {
		step, ok := stepKinds()[kind]
		if !ok {
			continue
		}
		add := func(name string, status deal.Status, word deal.ApprovalStatus, approver deal.PersonID, w *world) {
			all = append(all, place{
				name: string(kind) + " " + name, world: w.copy(), status: status, step: step, intake: reviewed(step), asked: kind, word: word,
				approver: approver,
			})
		}
		w := standingIn(t, step)
		w.do(t, rep1, w.ask(kind))
		add("pending", deal.Active, deal.Pending, manager1, w)
		held := w.copy()
		held.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: "2026-04-01"})
		add("pending in a pause", deal.Paused, deal.Pending, manager1, held)
		stale := w.copy()
		stale.tick(t, "2026-04-30 09:00")
		add("that nobody decides", deal.Active, deal.Pending, manager1, stale)
		all[len(all)-1].stale, all[len(all)-1].task = true, ops1
		for how, end := range map[deal.ApprovalStatus]deal.Body{
			deal.Rejected:  w.say(kind, deal.Reject),
			deal.SentBack:  w.say(kind, deal.SendBack),
			deal.Withdrawn: deal.WithdrawApproval{Approval: w.latest(t, kind).ID},
		} {
			ended := w.copy()
			actor := manager1
			if how == deal.Withdrawn {
				actor = rep1
			}
			ended.do(t, actor, end)
			add(string(how), deal.Active, how, "", ended)
		}
		if kind != deal.Merger { // nobody edits an account
			voided := w.copy()
			voided.editSubject(kind)
			voided.do(t, deal.System, deal.VoidApproval{Approval: w.latest(t, kind).ID})
			add("void", deal.Active, deal.VoidStatus, "", voided)
		}
		w.do(t, manager1, w.say(kind, deal.Approve))
		if second := map[deal.ApprovalKind]deal.PersonID{
			deal.Proposal: director1, deal.VetoLift: director1, deal.Contract: finance1, deal.SupportRequest: director1,
		}[kind]; second != "" {
			add("at its second level", deal.Active, deal.Pending, second, w)
			w.do(t, second, w.say(kind, deal.Approve))
		}
		add("approved", deal.Active, deal.Approved, "", w)
	}
	return all
}

func closedPlaces(t tb) []place {
	t.Helper()
	var all []place
	closing := deal.Close{Outcome: deal.Dropped, Reason: note("no need")}
	for _, step := range deal.Steps() {
		add := func(name string, status deal.Status, word deal.ApprovalStatus, used bool, w *world) {
			p := place{
				name: name + " " + string(step), world: w.copy(), status: status, step: step, intake: reviewed(step), asked: deal.Reopen, word: word,
				used: used,
			}
			if word == "" {
				p.asked = ""
			}
			if word == deal.Pending {
				p.approver = manager1
			}
			all = append(all, p)
		}
		w := standingIn(t, step)
		w.do(t, rep1, closing)
		add("closed in", deal.Closed, "", false, w)
		w.do(t, rep1, w.ask(deal.Reopen))
		add("reopening asked for in", deal.Closed, deal.Pending, false, w)
		no := w.copy()
		no.do(t, manager1, no.say(deal.Reopen, deal.Reject))
		add("reopening rejected in", deal.Closed, deal.Rejected, false, no)
		w.do(t, manager1, w.say(deal.Reopen, deal.Approve))
		add("reopening approved in", deal.Closed, deal.Approved, false, w)
		w.do(t, rep1, deal.ReopenAccount{Reason: note("back")})
		add("reopened in", deal.Active, deal.Approved, true, w)
		w.do(t, rep1, closing)
		add("closed again in", deal.Closed, deal.Approved, true, w)
	}
	return all
}

// restingPlaces are what comes after archive, and rare ends.
func restingPlaces(t tb) []place {
	t.Helper()
	rest := standingIn(t, deal.Archive)
	rest.do(t, rep1, deal.Advance{From: deal.Archive})
	woken := rest.copy()
	woken.now = woken.state.WakeAt()
	woken.do(t, deal.System, deal.Tick{Due: woken.now})
	stale := standingIn(t, deal.Survey)
	stale.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("no need")})
	stale.do(t, rep1, stale.ask(deal.Reopen))
	stale.tick(t, "2026-04-30 09:00")
	closed := rest.copy()
	closed.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("no need")})
	second := rest.copy()
	second.do(t, rep1, deal.SecondDevelopment{Goal: note("cold chain")})
	return []place{
		{name: "resting", world: rest, status: deal.Resting, step: deal.Archive, intake: deal.IntakeAccepted},
		{name: "resting, woken", world: woken, status: deal.Resting, step: deal.Archive, intake: deal.IntakeAccepted, task: rep1},
		{
			name: "reopening that nobody decides", world: stale, status: deal.Closed, step: deal.Survey, intake: deal.IntakeAccepted,
			asked: deal.Reopen, word: deal.Pending, approver: manager1, stale: true, task: ops1,
		},
		{name: "closed while resting", world: closed, status: deal.Closed, step: deal.Archive, intake: deal.IntakeAccepted},
		{name: "second cycle", world: second, status: deal.Active, step: deal.Analyse, intake: deal.IntakeAccepted},
	}
}
