package deal_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"pgregory.net/rapid"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// source is where chance comes from: rapid, which shrinks what it finds, or plain seeded numbers, which are cheap.
type source interface {
	// pick is one of 0 to n-1.
	pick(label string, n int) int
}

type drawn struct{ t *rapid.T }

func (d drawn) pick(label string, n int) int { return rapid.IntRange(0, n-1).Draw(d.t, label) }

type seeded struct{ *rand.Rand }

func (s seeded) pick(_ string, n int) int { return s.IntN(n) }

func seed(n int) seeded { return seeded{rand.New(rand.NewPCG(uint64(n), 42))} }

// one is any of the given things.
func one[T any](s source, label string, things ...T) T { return things[s.pick(label, len(things))] }

// mover moves an account and its world by chance: time, people, files, gates and commands, good and bad ones.
type mover struct {
	source

	w *world
}

// begin sets an account of any step in front of the mover, or one that is not opened yet.
func begin(t tb, s source) mover {
	t.Helper()
	if s.pick("not opened", 11) == 0 {
		return mover{s, newWorld().bound().keepAgenda()}
	}
	w := standingIn(t, one(s, "begins in", deal.Steps()...))
	if s.pick("rests", 8) == 0 {
		w.walk(t, deal.Archive).do(t, rep1, deal.Advance{From: deal.Archive})
	}
	if kinds := kindsOf(w.state.Step); len(kinds) > 0 && w.state.Status == deal.Active && s.pick("asks", 2) == 0 {
		kind := one(s, "kind", kinds...)
		w.do(t, rep1, w.ask(kind))
		for s.pick("approved", 2) == 0 && w.latest(t, kind).Status == deal.Pending {
			w.do(t, w.latest(t, kind).Waiting()[0], w.say(kind, deal.Approve))
		}
	}
	m := mover{s, w.bound().keepAgenda()}
	for range s.pick("records", 5) {
		m.record()
	}
	if len(w.file) > 0 {
		w.replan(t)
	}
	return m
}

// record writes, edits or deletes a dated record. Nobody tells the account yet.
func (m mover) record() {
	w := m.w
	on := w.today().Add(m.pick("day", 120) - 60)
	switch id := one(m, "record", "a", "b", "s", "t", "e", "q", "v", "k", "p", "x", "r", "d"); {
	case m.pick("deleted", 4) == 0:
		w.remove(id)
	case id == "a" || id == "b":
		end := w.today().Add(m.pick("ends", 200) - 50)
		w.put(id, dossier.Agreement{Number: id, SignedOn: end.Add(-100), StartsOn: end.Add(-100), EndsOn: end})
	case id == "s" || id == "t":
		plan := every(1+m.pick("every", 40), on)
		plan.Owner = one(m, "by", "", rep2, left1)
		w.put(id, plan)
	case id == "e":
		w.put(id, dossier.Evaluation{On: min(on, w.today())}) // nobody reports ahead of time
	case id == "q":
		w.put(id, dossier.Survey{On: min(on, w.today())})
	case id == "p": // asked for, approved by an earlier cycle, answered
		r := dossier.SupportRequest{
			Centre: one(m, "centre", dossier.SalesCentre, dossier.FinanceCentre, dossier.TrainingCentre), Addressee: one(m, "by", "", director1, left1),
			AcceptedAt: dossier.InstantOf(w.now.Add(-time.Duration(m.pick("for hours", 99)) * time.Hour)),
		}
		if m.pick("answered", 3) == 0 {
			r.Answer = &dossier.SupportAnswer{Result: dossier.SupportGiven, On: w.today()}
		}
		w.put(id, r)
	case id == "x":
		v := dossier.ExecutiveVisit{Executive: director1, VisitOn: on, AcceptedAt: dossier.InstantOf(w.now)}
		if m.pick("held", 3) == 0 {
			v.HeldOn = min(on, w.today())
		}
		w.put(id, v)
	case id == "r":
		w.put(id+fmt.Sprint(len(w.file)), dossier.PlanRevision{Summary: "as it was"})
	case id == "d":
		for _, c := range w.state.Clocks {
			if c.Topic == deal.VisitReviewTopic {
				w.put(id+c.Basis, dossier.VisitReview{Interaction: c.Basis, Reached: dossier.AimReached})
			}
		}
	case id == "v":
		w.put(id, dossier.ValueScore{On: w.today(), RegradeOn: w.today().Add(1 + m.pick("regrade", 90))})
	case id == "k":
		w.put(id, dossier.Credit{Change: &dossier.CreditChange{To: dossier.Green, AskedOn: on, DueOn: on.Add(10)}})
	}
}

// drift changes the world, not the account.
func (m mover) drift() {
	w := m.w
	switch one(m, "drift", "time", "time", "time", "wake", "back", "gate", "gate", "edit", "record", "person", "delegation", "calendar", "exodus", "back to work", "back to work",
		"still", "still") {
	case "time":
		w.now = w.now.Add(one(m, "elapsed", time.Microsecond, 20*time.Minute, time.Hour, 5*time.Hour, day, 3*day, 9*day, 40*day))
	case "wake":
		if due := w.state.WakeAt(); due.After(w.now) {
			w.now = due
		}
	case "back": // two workers whose clocks differ
		w.now = w.now.Add(-time.Hour)
	case "gate":
		w.facts.Gate.Unmet = nil
		if m.pick("gate", 3) == 0 {
			w.facts.Gate.Unmet = deal.Refusals{{Code: deal.CodeGateUnmet, Item: "need_missing"}}
		}
	case "record":
		m.record()
	case "edit":
		w.edit(one(m, "form", deal.Steps()...))
		if m.pick("edits a subject", 4) == 0 {
			kinds := deal.ApprovalKinds()
			for _, a := range w.state.Approvals {
				if a.Status == deal.Pending { // what waits is edited most often
					kinds = []deal.ApprovalKind{a.Kind}
				}
			}
			w.editSubject(one(m, "subject", kinds...))
		}
	case "person":
		id := one(m, "person", rep1, rep2, manager1, manager2, director1, finance1, ops1, collector1)
		w.person(id, func(p *deal.Person) { p.Active = !p.Active || m.pick("leaves", 3) > 0 })
	case "exodus":
		for _, id := range []deal.PersonID{manager1, director1, ops1} {
			w.leaves(id)
		}
	case "back to work":
		w.facts.Org.People = organisation().People
	case "delegation":
		w.facts.Org.Delegations = nil
		w.delegate(one(m, "from", rep1, manager1, director1), one(m, "to", rep2, manager1, manager2, director1, rep1), 1+m.pick("days", 9))
	case "calendar":
		off := w.now.In(shanghai).AddDate(0, 0, m.pick("off", 20)).Format(time.DateOnly)
		w.facts.Working = office{version: "cal-" + off, off: []string{off}, provisional: one(m, "provisional", 0, 2027)}
	}
}

// people are who might act: mostly those whose turn it is.
func (m mover) actor() deal.PersonID {
	s := m.w.state
	likely := []deal.PersonID{rep1, manager1, deal.System}
	for _, id := range []deal.PersonID{s.Owner, s.OpenedBy} {
		if id != "" {
			likely = append(likely, id, id)
		}
	}
	for _, task := range s.Tasks {
		likely = append(likely, task.Assignee)
	}
	for _, a := range s.Approvals {
		likely = append(likely, a.Waiting()...)
	}
	if m.pick("anybody", 4) == 0 {
		likely = everyone()
	}
	return one(m, "actor", likely...)
}

// command is something that somebody might want now.
func (m mover) command() (deal.PersonID, deal.Body) {
	s := m.w.state
	names := append(deal.CommandNames(), deal.LoadName)
	if m.pick("sensible", 4) > 0 {
		switch s.Status {
		case "":
			names = []deal.CommandName{deal.OpenName}
		case deal.Active:
			names = []deal.CommandName{
				deal.AdvanceName, deal.AdvanceName, deal.AdvanceName, deal.AdvanceName, deal.IntakeName, deal.IntakeName, deal.ReturnName,
				deal.RequestApprovalName, deal.RequestApprovalName, deal.DecideApprovalName, deal.DecideApprovalName, deal.TransferApprovalName,
				deal.WithdrawApprovalName, deal.ArbitrateName, deal.FollowUpName, deal.LogInteractionName, deal.GradeName, deal.PauseName, deal.CloseName,
				deal.AssignName, deal.AssignName, deal.TickName, deal.TickName, deal.TickName, deal.RecomputeName, deal.VoidApprovalName,
				deal.CompleteTaskName, deal.MovePlaybookName, deal.SetParentName, deal.PromoteName, deal.MergeName, deal.HandOverName, deal.HandOverName, deal.OfferStepName,
				deal.OfferStepName, deal.AnswerStepName, deal.AnswerStepName, deal.WithdrawStepName,
			}
		case deal.Paused:
			names = []deal.CommandName{
				deal.ResumeName, deal.TickName, deal.TickName, deal.RecomputeName, deal.TransferApprovalName, deal.MovePlaybookName, deal.HandOverName,
			}
		case deal.Resting:
			names = []deal.CommandName{deal.SecondDevelopmentName, deal.SecondDevelopmentName, deal.TickName, deal.CompleteTaskName, deal.RecomputeName, deal.PromoteName, deal.SetParentName, deal.HandOverName}
		case deal.Closed:
			names = []deal.CommandName{deal.RequestApprovalName, deal.DecideApprovalName, deal.DecideApprovalName, deal.ReopenName, deal.TickName, deal.HandOverName}
		}
	}
	name := one(m, "command", names...)
	if a, ok := s.Latest(deal.Filing); ok && a.Status == deal.Pending && m.pick("arbitration", 6) == 0 {
		name = deal.ArbitrateName
	}
	actor := m.actor()
	if m.pick("right person", 4) > 0 {
		switch name { //nolint:exhaustive // the others are anybody's
		case deal.TickName, deal.RecomputeName, deal.VoidApprovalName, deal.HandOverName:
			actor = deal.System
		case deal.AdvanceName, deal.RequestApprovalName, deal.WithdrawApprovalName:
			actor = s.Owner
			if actor == "" {
				actor = collector1
			}
		case deal.DecideApprovalName, deal.TransferApprovalName:
			for _, a := range s.Approvals {
				if a.Status == deal.Pending {
					actor = one(m, "approver", a.Waiting()...)
				}
			}
		case deal.AnswerStepName:
			for _, p := range s.Specialists {
				actor = p.Person
			}
		case deal.SetParentName, deal.PromoteName:
			actor = manager1
		case deal.ArbitrateName:
			actor = ops1
		case deal.OpenName:
			actor = one(m, "opener", collector1, rep1, manager1, ops1)
		}
	}
	return actor, m.body(name)
}

func (m mover) text(label string) *deal.TextRef {
	if m.pick(label, 8) == 0 {
		return nil
	}
	return note(label)
}

func (m mover) instant() time.Time {
	return m.w.now.Add(one(m, "instant", -day, -time.Minute, 0, time.Hour, 3*day, 10*day, 30*day, 150*365*day))
}

func (m mover) day() string {
	if m.pick("bad day", 10) == 0 {
		return "soon"
	}
	return m.w.now.In(shanghai).AddDate(0, 0, m.pick("day", 30)-2).Format(time.DateOnly)
}

func (m mover) request() string {
	ids := []string{"none"}
	for _, a := range m.w.state.Approvals {
		ids = append(ids, a.ID, a.ID)
		if a.Status == deal.Pending {
			ids = append(ids, a.ID, a.ID, a.ID, a.ID)
		}
	}
	return one(m, "request", ids...)
}

func (m mover) subject() deal.RequestApproval {
	kind := one(m, "kind", append(deal.ApprovalKinds(), "holiday")...)
	if m.pick("kind that fits", 4) > 0 {
		kind = wanted(place{status: m.w.state.Status, step: m.w.state.Step})
	}
	ask := m.w.ask(kind)
	if m.pick("stale", 8) == 0 {
		ask.Subject.Version--
	}
	ask.Amount = int64(m.pick("amount", 1000)) - 1
	return ask
}

// body makes the body of a command, sometimes with a mistake in it.
func (m mover) body(name deal.CommandName) deal.Body {
	s := m.w.state
	steps := append(deal.Steps(), s.Step, s.Step, s.Step, s.Step, s.Step, s.Step, s.Step, s.Step, s.Step, s.Step)
	people := []deal.PersonID{rep1, rep2, rep3, manager2, director1, left1, nobody}
	switch name {
	case deal.OpenName:
		return deal.Open{Territory: "Suqian", Via: one(m, "via", deal.ViaAPI, deal.ViaAPI, deal.ViaImport, "fax"), Draft: m.text("draft")}
	case deal.AdvanceName:
		return deal.Advance{From: one(m, "from", steps...), Note: m.text("note")}
	case deal.ReturnName:
		return deal.Return{To: one(m, "to", append(deal.Steps(), m.w.facts.Book.Step(s.Step).Returns...)...), Reason: m.text("reason")}
	case deal.IntakeName:
		decision := one(m, "decision", deal.AcceptIntake, deal.AcceptIntake, deal.AcceptIntake, deal.ReturnIntake, deal.MergeIntake, "keep")
		into := one(m, "into", "", "", other)
		if decision == deal.MergeIntake {
			into = other
		}
		m.w.facts.Target = deal.State{Account: other, Seq: int64(m.pick("target", 3)), Status: deal.Active}
		return deal.ReviewIntake{Decision: decision, Reason: m.text("reason"), MergeInto: into}
	case deal.GradeName:
		return deal.SetGrade{Grade: one(m, "grade", append(deal.Grades(), "E")...), Reason: m.text("reason")}
	case deal.PauseName:
		return deal.Pause{Reason: m.text("reason"), ResumeOn: m.day()}
	case deal.ResumeName:
		return deal.ResumeNow{}
	case deal.CloseName:
		return deal.Close{Outcome: one(m, "outcome", deal.Lost, deal.Dropped, deal.Merged), Reason: m.text("reason"), Rival: m.text("rival")}
	case deal.ReopenName:
		return deal.ReopenAccount{Reason: m.text("reason")}
	case deal.AssignName:
		return deal.Assign{Owner: one(m, "owner", people...), Reason: m.text("reason")}
	case deal.FollowUpName:
		return deal.SetFollowUp{At: m.instant(), Note: m.text("note")}
	case deal.LogInteractionName:
		return m.interaction()
	case deal.RequestApprovalName:
		return m.subject()
	case deal.DecideApprovalName:
		id := m.request()
		if a, ok := s.Latest(deal.Filing); ok && a.Status == deal.Pending {
			id = one(m, "filing", id, a.ID, a.ID)
		}
		a, _ := s.Approval(id)
		m.w.facts.Claim = one(m, "claim", claim(), claim(), deal.Claim{})
		what := one(m, "word", deal.Approve, deal.Approve, deal.Approve, deal.Reject, deal.SendBack, deal.SendBack, "perhaps")
		word := deal.DecideApproval{Approval: id, Decision: what, Comment: m.text("comment"), Version: a.Subject.Version - int64(m.pick("read", 8)/7)}
		if m.pick("link", 8) == 0 {
			word.Via, word.Level = deal.ViaLink, 1
		}
		return word
	case deal.TransferApprovalName:
		return deal.TransferApproval{Approval: m.request(), To: one(m, "to", people...), Reason: m.text("reason")}
	case deal.WithdrawApprovalName:
		return deal.WithdrawApproval{Approval: m.request(), Reason: m.text("reason")}
	case deal.VoidApprovalName:
		return deal.VoidApproval{Approval: m.request()}
	case deal.ArbitrateName:
		m.w.facts.Claim = one(m, "claim", claim(), deal.Claim{})
		return deal.Arbitrate{
			Filing: one(m, "filing", "filing1", "filing1", "none"), Decision: one(m, "decision", deal.GrantFiling, deal.RefuseFiling, "toss"),
			Reason: m.text("reason"),
		}
	case deal.CompleteTaskName:
		ids := []string{"none"}
		for _, task := range s.Tasks {
			ids = append(ids, task.ID)
		}
		return deal.CompleteTask{Task: one(m, "task", ids...)}
	case deal.SecondDevelopmentName:
		return deal.SecondDevelopment{Goal: m.text("goal")}
	case deal.MovePlaybookName:
		to := deal.BookRef{Name: "express", Version: 1 + m.pick("version", 3)}
		m.w.facts.Book.Ref, m.w.facts.Against, m.w.facts.Unusable = to, nil, m.pick("unusable", 4) == 0
		if m.pick("against", 8) == 0 {
			m.w.facts.Against = deal.Refusals{{Code: deal.CodePlaybookOutdated}}
		}
		if m.pick("wrong version", 8) == 0 {
			to.Version = 9
		}
		return deal.MovePlaybook{To: to, Reason: m.text("reason")}
	case deal.SetParentName:
		m.family()
		b := deal.SetParent{Parent: one(m, "parent", other, other, account, ""), Relation: deal.Subsidiary, Reason: m.text("reason")}
		if b.Parent == "" || m.pick("relation", 9) == 0 {
			b.Relation = ""
		}
		return b
	case deal.PromoteName:
		m.w.project()
		m.w.facts.Book.OneOff = m.pick("one-off", 4) > 0
		if m.pick("tests", 5) == 0 {
			m.w.facts.KeyTests = nil
		}
		return deal.Promote{Reason: m.text("reason")}
	case deal.MergeName:
		m.family()
		return deal.Merge{Into: other, Reason: m.text("reason")}
	case deal.HandOverName:
		return deal.HandOver{
			Handover: "handover1", From: one(m, "from", m.holders()...), To: one(m, "to", append(people, manager1, finance1, ops1)...), Reason: m.text("reason"),
		}
	case deal.OfferStepName:
		return deal.OfferStep{Step: one(m, "step", append(steps, "nowhere")...), Person: one(m, "to", append(people, finance1, auditor1)...), Note: m.text("note")}
	case deal.AnswerStepName:
		return deal.AnswerStep{
			Specialist: m.offered(), Decision: one(m, "answer", deal.AcceptStep, deal.AcceptStep, deal.AcceptStep, deal.DeclineStep, "perhaps"), Reason: m.text("reason"),
		}
	case deal.WithdrawStepName:
		return deal.WithdrawStep{Specialist: m.offered(), Reason: m.text("reason")}
	case deal.RecomputeName:
		return deal.Recompute{}
	case deal.TickName:
		return deal.Tick{Due: m.w.now}
	case deal.LoadName:
		return deal.Load{}
	}
	panic(fmt.Sprintf("no body for %q", name))
}

// offered is a step that somebody was offered.
func (m mover) offered() string {
	ids := []string{"none"}
	for _, p := range m.w.state.Specialists {
		ids = append(ids, p.ID, p.ID, p.ID)
	}
	return one(m, "specialist", ids...)
}

// holders are people on whom something may hang.
func (m mover) holders() []deal.PersonID {
	people := []deal.PersonID{rep1, manager1, collector1, director1}
	for _, p := range m.w.state.Specialists {
		people = append(people, p.Person, p.Person)
	}
	if owner := m.w.state.Owner; owner != "" {
		people = append(people, owner, owner)
	}
	for _, task := range m.w.state.Tasks {
		people = append(people, task.Assignee)
	}
	for _, a := range m.w.state.Approvals {
		people = append(people, a.Waiting()...)
		people = append(people, a.Asker())
	}
	return people
}

// family is where the other account stands by chance.
func (m mover) family() {
	m.w.facts.Target = deal.State{
		Account: other, Seq: int64(m.pick("target", 6)), Status: one(m, "of status", deal.Active, deal.Active, deal.Active, deal.Closed), Team: team1,
	}
	m.w.facts.Lineage = deal.Lineage{Below: m.pick("below", 3)}
	for range m.pick("above", 5) {
		m.w.facts.Lineage.Above = append(m.w.facts.Lineage.Above, deal.State{Account: one(m, "who", "top", "top", "top", account), Seq: 1})
	}
}

func (m mover) interaction() deal.LogInteraction {
	b := deal.LogInteraction{
		Kind: one(m, "way", append(deal.InteractionKinds(), "fax")...), At: m.w.now.Add(-time.Minute), With: []string{contact1},
		Aim: m.text("aim"), Result: m.text("result"), NextStep: m.text("next"),
	}
	if m.pick("dated", 2) == 0 {
		b.NextAt = m.instant()
	}
	if m.pick("says", 2) == 0 {
		b.Intent = m.pick("intent", 6)
	}
	switch m.pick("mistake", 9) {
	case 0:
		b.At = m.w.now.Add(time.Hour)
	case 1:
		b.With = nil
	case 2:
		b.With = []string{contact1, "stranger"}
	}
	return b
}

// wander makes a number of moves; commands that are refused are moves, too.
func (m mover) wander(moves int) *world {
	for range moves {
		m.drift()
		m.w.try(m.command())
	}
	return m.w
}
