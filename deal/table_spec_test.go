package deal_test

import (
	"slices"
	"time"

	"closedloop/deal"
)

// rule is what the table expects of one command: who may give it, what must hold besides, and what comes of it. It is
// written from domain.md and contract.md §1–§3. Every rule is read in every place and for every person.
type rule struct {
	name deal.CommandName
	who  func(place) []deal.PersonID
	// no is what others are told; not_your_role unless said otherwise.
	no func(place, deal.PersonID) deal.Code
	// first stands alone: where it does not hold, nothing else is judged.
	first []need
	// needs are all listed when they do not hold.
	needs []need
	gives func(place) []deal.EventKind
	// body is a command without a mistake of its own.
	body func(place) deal.Body
	// facts changes what the world says, if the command needs that to mean something.
	facts func(place, *world)
}

// need is a condition and the code given where it does not hold.
type need struct {
	code  deal.Code
	holds func(place, deal.PersonID) bool
}

func in(code deal.Code, statuses ...deal.Status) need {
	return need{code, func(p place, _ deal.PersonID) bool { return slices.Contains(statuses, p.status) }}
}

func when(code deal.Code, holds func(place) bool) need {
	return need{code, func(p place, _ deal.PersonID) bool { return holds(p) }}
}

func gives(kinds ...deal.EventKind) func(place) []deal.EventKind {
	return func(place) []deal.EventKind { return kinds }
}

// Groups of people, as the documents name them.

func owners(p place) []deal.PersonID {
	if p.unowned {
		return nil
	}
	return []deal.PersonID{rep1, rep2} // the owner, and a deputy in a dated delegation
}

func heads(p place) []deal.PersonID {
	if p.homeless {
		return []deal.PersonID{ops1}
	}
	return []deal.PersonID{manager1, director1}
}

// assigners are who gives the account to somebody else: the line above, and sales_ops once a ladder has asked them.
func assigners(p place) []deal.PersonID {
	if p.begged {
		return append(heads(p), ops1)
	}
	return heads(p)
}

func line(p place) []deal.PersonID { return append(owners(p), heads(p)...) }

// specialists have taken the present step over.
func specialists(p place) []deal.PersonID {
	if p.taken == "" {
		return nil
	}
	return []deal.PersonID{p.taken}
}

// workers work in the present step.
func workers(p place) []deal.PersonID { return append(line(p), specialists(p)...) }

func walkers(p place) []deal.PersonID {
	if p.step == deal.Collect {
		return append(owners(p), collector1) // who brought it walks it through collect
	}
	return append(owners(p), specialists(p)...)
}

func loggers(p place) []deal.PersonID { return append(walkers(p), heads(p)...) }

func approvers(p place) []deal.PersonID {
	if p.stale {
		return []deal.PersonID{p.approver, director1}
	}
	return []deal.PersonID{p.approver}
}

func movers(p place) []deal.PersonID {
	if p.stale {
		return append(approvers(p), ops1)
	}
	return approvers(p)
}

func requesters(place) []deal.PersonID { return []deal.PersonID{rep1, rep2} }

func openers(place) []deal.PersonID { return []deal.PersonID{collector1, rep1, rep2, rep3} }

func arbiters(place) []deal.PersonID { return []deal.PersonID{ops1} }

// files tells whether a filing waits for its approval.
func files(p place) bool { return p.asked == deal.Filing && p.word == deal.Pending }

func machine(place) []deal.PersonID { return []deal.PersonID{deal.System} }

func anybody(place) []deal.PersonID { return everyone() }

// assignees are who has a task, and rep2 for rep1.
func assignees(p place) []deal.PersonID {
	if p.task == rep1 {
		return []deal.PersonID{rep1, rep2}
	}
	return []deal.PersonID{p.task}
}

// notApprover is what others than the approver are told; who asked hears that nobody decides an own request.
func notApprover(_ place, actor deal.PersonID) deal.Code {
	if actor == rep1 {
		return deal.CodeOwnRequest
	}
	return deal.CodeNotApprover
}

// wanted is the kind that makes sense to ask for in a place; filing where none does.
func wanted(p place) deal.ApprovalKind {
	if p.status == deal.Closed {
		return deal.Reopen
	}
	if p.asked != "" && p.asked != deal.Reopen {
		return p.asked
	}
	for _, kind := range deal.ApprovalKinds() {
		if stepKinds()[kind] == p.step {
			return kind
		}
	}
	return deal.Filing
}

// roads are where one may go back to, one for each step that has a road.
func roads() map[deal.Step]deal.Step {
	return map[deal.Step]deal.Step{
		deal.Screen: deal.Collect, deal.Survey: deal.Screen, deal.Analyse: deal.Screen, deal.Plan: deal.Analyse, deal.Visit: deal.Analyse,
		deal.Trial: deal.Visit, deal.Sign: deal.Trial, deal.Archive: deal.Maintain,
	}
}

// A request that is spoken of must be there, and must not be over.
var (
	requestKnown = when(deal.CodeUnknownApproval, func(p place) bool { return p.asked != "" })
	requestOpen  = when(deal.CodeAlreadyDecided, func(p place) bool { return p.word == deal.Pending })
)

// spec is the table, in the order of contract.md §1.
func spec() []rule {
	active := in(deal.CodeNotActive, deal.Active)
	request := func(p place) string {
		a, _ := p.world.state.Latest(p.asked)
		return a.ID
	}
	return []rule{
		{
			name: deal.OpenName, who: openers, gives: gives(deal.OpenedKind),
			first: []need{in(deal.CodeAlreadyOpened, "")},
			needs: []need{{deal.CodeNotYourTerritory, func(_ place, actor deal.PersonID) bool {
				return slices.Contains([]deal.PersonID{collector1, rep1, rep2, manager1}, actor) // who belongs to team 1
			}}},
			body: func(place) deal.Body { return deal.Open{Territory: "Suqian", Via: deal.ViaAPI, Draft: note("draft")} },
		},
		{
			name: deal.AdvanceName, who: walkers, needs: []need{active},
			gives: func(p place) []deal.EventKind {
				if p.step == deal.Archive {
					return []deal.EventKind{deal.CycleCompletedKind}
				}
				return []deal.EventKind{deal.StepLeftKind}
			},
			body: func(p place) deal.Body { return deal.Advance{From: p.step} },
		},
		{
			name: deal.ReturnName, who: line, gives: gives(deal.StepLeftKind),
			needs: []need{active, when(deal.CodeReturnNotAllowed, func(p place) bool { return roads()[p.step] != "" })},
			body:  func(p place) deal.Body { return deal.Return{To: roads()[p.step], Reason: note("again")} },
		},
		{
			name: deal.IntakeName, who: line, gives: gives(deal.IntakeReviewedKind),
			needs: []need{
				active,
				when(deal.CodeStepMoved, func(p place) bool { return p.status != deal.Active || p.step == deal.Screen }),
				when(deal.CodeIntakeDecided, func(p place) bool { return p.step != deal.Screen || p.intake == deal.IntakePending }),
			},
			body: func(place) deal.Body { return deal.ReviewIntake{Decision: deal.AcceptIntake} },
		},
		{
			name: deal.GradeName, who: line, needs: []need{in(deal.CodeNotActive, deal.Active, deal.Resting)}, gives: gives(deal.GradedKind),
			body: func(place) deal.Body { return deal.SetGrade{Grade: deal.GradeA, Reason: note("big")} },
		},
		{
			name: deal.PauseName, who: line, needs: []need{active}, gives: gives(deal.PausedKind),
			body: func(place) deal.Body { return deal.Pause{Reason: note("wait"), ResumeOn: "2027-03-01"} },
		},
		{
			name: deal.ResumeName, who: line, needs: []need{in(deal.CodeNotPaused, deal.Paused)}, gives: gives(deal.ResumedKind),
			body: func(place) deal.Body { return deal.ResumeNow{} },
		},
		{
			name: deal.CloseName, who: line, gives: gives(deal.ClosedKind),
			needs: []need{in(deal.CodeAlreadyClosed, deal.Active, deal.Paused, deal.Resting)},
			body: func(place) deal.Body {
				return deal.Close{Outcome: deal.Lost, Reason: note("price"), Rival: note("unknown")}
			},
		},
		{
			name: deal.ReopenName, who: line, gives: gives(deal.ReopenedKind),
			needs: []need{in(deal.CodeNotClosed, deal.Closed), when(deal.CodeGateUnmet, func(p place) bool {
				return p.status != deal.Closed || p.merged || (p.word == deal.Approved && !p.used)
			}), notMerged},
			body: func(place) deal.Body { return deal.ReopenAccount{Reason: note("back")} },
		},
		{
			name: deal.AssignName, who: assigners, gives: gives(deal.AssignedKind),
			needs: []need{in(deal.CodeAlreadyClosed, deal.Active, deal.Paused, deal.Resting)},
			body:  func(place) deal.Body { return deal.Assign{Owner: rep2, Reason: note("balance")} },
		},
		{
			name: deal.FollowUpName, who: workers, needs: []need{active}, gives: gives(deal.FollowUpSetKind),
			body: func(p place) deal.Body { return deal.SetFollowUp{At: p.world.now.Add(day), Note: note("call")} },
		},
		{
			name: deal.LogInteractionName, who: loggers, needs: []need{active}, gives: gives(deal.InteractionLoggedKind),
			body: func(p place) deal.Body { return interaction(p.world.now.Add(-time.Hour)) },
		},
		{
			name: deal.RequestApprovalName, who: workers, gives: gives(deal.ApprovalRequestedKind),
			needs: []need{
				in(deal.CodeNotActive, deal.Active, deal.Closed),
				when(deal.CodeKindNotHere, func(p place) bool { return p.status == deal.Closed || stepKinds()[wanted(p)] == p.step }),
				when(deal.CodeAlreadyPending, func(p place) bool { return p.asked != wanted(p) || p.word != deal.Pending }),
				notMerged,
			},
			body: func(p place) deal.Body { return p.world.ask(wanted(p)) },
		},
		{
			name: deal.DecideApprovalName, who: approvers, no: notApprover, gives: gives(deal.ApprovalDecidedKind),
			first: []need{requestKnown, requestOpen}, needs: []need{in(deal.CodeNotActive, deal.Active, deal.Closed, deal.Resting)},
			body: func(p place) deal.Body { return p.world.say(p.asked, deal.Approve) },
		},
		{
			name: deal.TransferApprovalName, who: movers, no: notApprover, gives: gives(deal.ApprovalTransferredKind),
			first: []need{requestKnown, requestOpen},
			body: func(p place) deal.Body {
				return deal.TransferApproval{Approval: request(p), To: manager2, Reason: note("yours")}
			},
		},
		{
			name: deal.WithdrawApprovalName, who: requesters, gives: gives(deal.ApprovalWithdrawnKind),
			first: []need{requestKnown, requestOpen},
			body:  func(p place) deal.Body { return deal.WithdrawApproval{Approval: request(p)} },
		},
		{
			name: deal.VoidApprovalName, who: machine,
			gives: func(p place) []deal.EventKind {
				if p.word == deal.Pending && p.asked != deal.Reopen && p.asked != deal.Merger {
					return []deal.EventKind{deal.ApprovalVoidedKind}
				}
				return nil // nothing to void, or an account, which nobody edits
			},
			body:  func(p place) deal.Body { return deal.VoidApproval{Approval: request(p)} },
			facts: func(p place, w *world) { w.editSubject(p.asked) },
		},
		{
			name: deal.ArbitrateName, who: arbiters, gives: gives(deal.FilingArbitratedKind),
			needs: []need{
				active,
				when(deal.CodeUnknownApproval, files),
				{deal.CodeOwnRequest, func(p place, actor deal.PersonID) bool { return !files(p) || (actor != rep1 && actor != rep3) }},
			},
			body: func(place) deal.Body {
				return deal.Arbitrate{Filing: "filing1", Decision: deal.GrantFiling, Reason: note("theirs is cold")}
			},
			facts: func(_ place, w *world) { w.facts.Claim = claim() },
		},
		{
			name: deal.CompleteTaskName, who: assignees, gives: gives(deal.TaskCompletedKind),
			first: []need{when(deal.CodeTaskDone, func(p place) bool { return p.task != "" })},
			body: func(p place) deal.Body {
				for _, task := range p.world.state.Tasks {
					if task.Assignee == p.task && task.Status == deal.TaskOpen {
						return deal.CompleteTask{Task: task.ID}
					}
				}
				return deal.CompleteTask{Task: "none"}
			},
		},
		{
			name: deal.SecondDevelopmentName, who: line, needs: []need{in(deal.CodeNotResting, deal.Resting)}, gives: gives(deal.CycleOpenedKind),
			body: func(place) deal.Body { return deal.SecondDevelopment{Goal: note("cold chain")} },
		},
		{
			name: deal.MovePlaybookName, who: func(p place) []deal.PersonID { return append(heads(p), ops1) },
			needs: []need{in(deal.CodeAlreadyClosed, deal.Active, deal.Paused, deal.Resting)}, gives: gives(deal.PlaybookMovedKind),
			body: func(place) deal.Body {
				return deal.MovePlaybook{To: deal.BookRef{Name: "express", Version: 2}, Reason: note("newer")}
			},
			facts: func(_ place, w *world) { w.facts.Book.Ref.Version = 2 },
		},
		setParentRule(), promoteRule(), mergeRule(),
		{
			name: deal.HandOverName, who: machine,
			gives: func(p place) []deal.EventKind {
				if p.unowned {
					return nil // nothing is rep1's
				}
				return []deal.EventKind{deal.HandedOverKind}
			},
			body: func(place) deal.Body { return over(rep1, rep2) },
		},
		{
			name: deal.OfferStepName, who: line, needs: []need{in(deal.CodeNotActive, deal.Active, deal.Paused)}, gives: gives(deal.StepOfferedKind),
			body: func(place) deal.Body { return deal.OfferStep{Step: deal.Sign, Person: finance1, Note: note("terms")} },
		},
		{
			name: deal.AnswerStepName, who: func(p place) []deal.PersonID { return []deal.PersonID{p.offered} }, gives: gives(deal.StepAnsweredKind),
			first: []need{when(deal.CodeOfferOver, func(p place) bool { return p.offered != "" })},
			body:  func(p place) deal.Body { return deal.AnswerStep{Specialist: specialist(p), Decision: deal.AcceptStep} },
		},
		{
			name: deal.WithdrawStepName, gives: gives(deal.StepWithdrawnKind),
			who:   func(p place) []deal.PersonID { return append(line(p), p.offered, p.taken) },
			first: []need{when(deal.CodeOfferOver, func(p place) bool { return p.offered != "" || p.taken != "" })},
			body:  func(p place) deal.Body { return deal.WithdrawStep{Specialist: specialist(p)} },
		},
		{
			name: deal.RecomputeName, who: machine,
			gives: func(p place) []deal.EventKind {
				if p.status == deal.Closed && p.word != deal.Pending {
					return nil // no clock runs
				}
				if slices.ContainsFunc(p.world.state.Tasks, func(t deal.Task) bool { return t.Status == deal.TaskOpen && t.Assignee == rep1 }) {
					return []deal.EventKind{deal.TasksTakenOverKind, deal.RecomputedKind} // rep2 stands in
				}
				return []deal.EventKind{deal.RecomputedKind}
			},
			body:  func(place) deal.Body { return deal.Recompute{} },
			facts: func(_ place, w *world) { w.facts.Working = office{version: "cal-2", off: []string{"2026-04-06"}} },
		},
		{
			name: deal.TickName, who: machine,
			gives: func(p place) []deal.EventKind {
				switch {
				case p.status == deal.Paused:
					return []deal.EventKind{deal.ResumedKind}
				case p.status == deal.Closed && p.word != deal.Pending, p.task != "":
					return nil // everything that was due has happened
				}
				return []deal.EventKind{deal.RungReachedKind}
			},
			body: func(p place) deal.Body { return deal.Tick{Due: p.world.state.WakeAt()} },
			facts: func(p place, w *world) {
				if due := w.state.WakeAt(); due.After(w.now) {
					w.now = due
				}
			},
		},
		{
			name: deal.LoadName, who: anybody, gives: gives(),
			body: func(place) deal.Body { return deal.Load{} },
		},
	}
}

// specialist is the one offer of a place, answered or not.
func specialist(p place) string {
	for _, s := range p.world.state.Specialists {
		return s.ID
	}
	return "none"
}

// interaction is a visit that took place, without a date for the next step.
func interaction(when time.Time) deal.LogInteraction {
	return deal.LogInteraction{
		Kind: deal.VisitInteraction, At: when, With: []string{contact1}, Aim: note("aim"), Result: note("result"), NextStep: note("next"),
	}
}

// expect is what the table says about one person giving one command in one place: the reasons against it, or the kinds
// of the events.
func (r rule) expect(p place, actor deal.PersonID) (no []deal.Code, events []deal.EventKind) {
	gone := actor == left1 || actor == nobody
	if gone {
		no = append(no, deal.CodeNotYourRole)
	}
	if p.status == "" && r.name != deal.OpenName {
		no = append(no, deal.CodeNotOpened)
	}
	if p.status != "" && r.name == deal.OpenName {
		no = append(no, deal.CodeAlreadyOpened)
	}
	if len(no) > 0 {
		return no, nil // before anything of the command is looked at
	}
	machines := []deal.CommandName{deal.VoidApprovalName, deal.TickName, deal.RecomputeName, deal.HandOverName}
	if slices.Contains(machines, r.name) && actor != deal.System {
		return []deal.Code{deal.CodeNotYourRole}, nil
	}
	for _, n := range r.first {
		if !n.holds(p, actor) {
			return []deal.Code{n.code}, nil
		}
	}
	if !slices.Contains(r.who(p), actor) {
		code := deal.CodeNotYourRole
		if r.no != nil {
			code = r.no(p, actor)
		}
		no = append(no, code)
	}
	for _, n := range r.needs {
		if !n.holds(p, actor) {
			no = append(no, n.code)
		}
	}
	if len(no) > 0 {
		return no, nil
	}
	return nil, r.gives(p)
}
