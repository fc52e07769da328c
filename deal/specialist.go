package deal

import (
	"slices"
	"strings"
	"time"
)

// A step specialist takes a step of an account over, by offer and acceptance (domain.md §9): the proposal, the trial, the
// signing. The account stays its owner's, who is never blocked by an offer that nobody answers.
//
// Decided here, since the trade leaves it open (ADR 0022):
//
//   - Whoever has accepted walks that step beside the owner: leaves it forward, records meetings, dates the next step, asks
//     for its approvals, and writes the account's records. Rungs of the step's deadlines that remind and urge speak to both.
//   - It ends when the step is left, the account is closed or its cycle ends, the specialist becomes the owner, somebody takes
//     it back, or the specialist hands over: then the successor gets an offer of their own, since nobody accepts for others.
//   - An offer is to be answered within a working day: remind at half of it, urge at its end, and after another day the
//     owner's superior looks into it.

// Specialist is a step of the account that was offered to somebody, and perhaps accepted.
type Specialist struct {
	ID         string    `json:"id"`
	Step       Step      `json:"step"`
	Person     PersonID  `json:"person"`
	By         PersonID  `json:"by"` // who offered it
	Note       *TextRef  `json:"note,omitempty"`
	OfferedAt  time.Time `json:"offered_at"`
	AcceptedAt time.Time `json:"accepted_at,omitzero"` // zero while it is an offer
}

// Accepted tells whether the offer was taken.
func (s Specialist) Accepted() bool { return !s.AcceptedAt.IsZero() }

// OfferStep offers a step of the account to a specialist.
type OfferStep struct {
	Step   Step     `json:"step"`
	Person PersonID `json:"person"`
	Note   *TextRef `json:"note,omitempty"`
}

// AnswerStep takes an offered step over, or does not.
type AnswerStep struct {
	Specialist string     `json:"specialist"`
	Decision   StepAnswer `json:"decision"`
	Reason     *TextRef   `json:"reason,omitempty"` // mandatory for a no
}

// WithdrawStep takes an offer back, or gives up or takes back a step that was taken over.
type WithdrawStep struct {
	Specialist string   `json:"specialist"`
	Reason     *TextRef `json:"reason,omitempty"`
}

// StepAnswer is the word of somebody to whom a step was offered.
type StepAnswer string

// Yes or no.
const (
	AcceptStep  StepAnswer = "accept"
	DeclineStep StepAnswer = "decline"
)

func (OfferStep) name() CommandName    { return OfferStepName }
func (AnswerStep) name() CommandName   { return AnswerStepName }
func (WithdrawStep) name() CommandName { return WithdrawStepName }

func (b OfferStep) texts() []*TextRef    { return []*TextRef{b.Note} }
func (b AnswerStep) texts() []*TextRef   { return []*TextRef{b.Reason} }
func (b WithdrawStep) texts() []*TextRef { return []*TextRef{b.Reason} }

// StepOffered: somebody is asked to take a step over.
type StepOffered struct {
	Specialist Specialist `json:"specialist"`
	Clock      Clock      `json:"clock"` // by when an answer is expected
}

// StepAnswered: the offer was taken, or was not.
type StepAnswered struct {
	Specialist string     `json:"specialist"`
	Person     PersonID   `json:"person"`
	Decision   StepAnswer `json:"decision"`
	Reason     *TextRef   `json:"reason,omitempty"`
}

// StepWithdrawn: an offer or an accepted step is nobody's any more.
type StepWithdrawn struct {
	Specialist string   `json:"specialist"`
	Person     PersonID `json:"person"`
	Reason     *TextRef `json:"reason,omitempty"`
}

func (StepOffered) kind() EventKind   { return StepOfferedKind }
func (StepAnswered) kind() EventKind  { return StepAnsweredKind }
func (StepWithdrawn) kind() EventKind { return StepWithdrawnKind }

func (b StepOffered) fold(s *State, _ Event) {
	s.Specialists = append(slices.Clone(s.Specialists), b.Specialist)
	s.setClock(b.Clock)
}

func (b StepAnswered) fold(s *State, e Event) {
	clock := specialistClock(b.Specialist)
	s.stop(func(c Clock) bool { return c.ID == clock })
	s.closeTasks(e, TaskDone, func(t Task) bool { return t.Ref == clock })
	if b.Decision != AcceptStep {
		s.endSpecialists(e, func(p Specialist) bool { return p.ID == b.Specialist })
		return
	}
	s.Specialists = slices.Clone(s.Specialists)
	for i := range s.Specialists {
		if s.Specialists[i].ID == b.Specialist {
			s.Specialists[i].AcceptedAt = e.At
		}
	}
}

func (b StepWithdrawn) fold(s *State, e Event) {
	s.endSpecialists(e, func(p Specialist) bool { return p.ID == b.Specialist })
}

// endSpecialists ends offers and accepted steps, with what is still asked about them.
func (s *State) endSpecialists(e Event, which func(Specialist) bool) {
	var left []Specialist
	for _, p := range s.Specialists {
		if !which(p) {
			left = append(left, p)
			continue
		}
		clock := specialistClock(p.ID)
		s.stop(func(c Clock) bool { return c.ID == clock })
		s.closeTasks(e, TaskVoid, func(t Task) bool { return t.Ref == clock })
	}
	s.Specialists = left
}

func everySpecialist(Specialist) bool { return true }

// specialistPrefix begins the IDs of the clocks of offers.
const specialistPrefix = "specialist/"

// specialistClock is the clock by which an offer is to be answered.
func specialistClock(id string) string { return specialistPrefix + id }

// Specialist finds an offer or an accepted step.
func (s State) Specialist(id string) (Specialist, bool) {
	i := slices.IndexFunc(s.Specialists, func(p Specialist) bool { return p.ID == id })
	if i < 0 {
		return Specialist{}, false
	}
	return s.Specialists[i], true
}

// SpecialistsOf are the people who have taken a step over.
func (s State) SpecialistsOf(step Step) []PersonID {
	var people []PersonID
	for _, p := range s.Specialists {
		if p.Step == step && p.Accepted() {
			people = append(people, p.Person)
		}
	}
	return people
}

// specialises tells whether the actor has taken the present step over, or stands in for somebody who has.
func (o Org) specialises(s State, actor PersonID, at time.Time) bool {
	return slices.ContainsFunc(s.SpecialistsOf(s.Step), func(p PersonID) bool { return o.ActsFor(actor, p, at) })
}

// mayWork is the right to work in the present step: the owner, the line above, and who has taken it over.
func (o Org) mayWork(s State, actor PersonID, at time.Time) bool {
	return o.mayLead(s, actor, at) || o.specialises(s, actor, at)
}

// answerWithin is how long an offer may lie, and answerLadder what happens meanwhile.
func answerWithin() Span { return WorkingDays(1) }

func answerLadder() []LadderRung {
	day := WorkingDays(1)
	return []LadderRung{{Name: Remind, Percent: 50}, {Name: Urge, Percent: 100}, {Name: Superior, After: &day}}
}

// mayServe tells whether people of a role take steps over: everybody who works with customers or for them.
func (r Role) mayServe() bool { return r != Admin && r != Auditor && r != "" }

// offerStep asks somebody to take a step over.
func (d *draft) offerStep(b OfferStep) {
	d.no.If(d.s.Status != Active && d.s.Status != Paused, CodeNotActive, string(d.s.Status))
	d.needLead()
	d.no.Field(b.Step.Number() == 0, CodeInvalidValue, "/step")
	who, known := d.f.Org.Person(b.Person)
	d.no.Field(!known || !who.Active || !who.Role.mayServe(), CodeUnknownPerson, "/person")
	d.no.Field(known && b.Person == d.s.Owner, CodeSameOwner, "/person")
	d.no.Field(d.s.hasStep(b.Step, b.Person), CodeAlreadyOffered, "/person")
	if len(d.no) == 0 {
		d.offer(b.Step, b.Person, b.Note)
	}
}

// hasStep tells whether a step was offered to somebody, or is theirs.
func (s State) hasStep(step Step, who PersonID) bool {
	return slices.ContainsFunc(s.Specialists, func(p Specialist) bool { return p.Step == step && p.Person == who })
}

// offer records an offer with its clock and asks for the answer.
func (d *draft) offer(step Step, who PersonID, note *TextRef) {
	p := Specialist{ID: d.newID("specialist"), Step: step, Person: who, By: d.cmd.Actor, Note: note, OfferedAt: d.at}
	clock := start(d.f, specialistClock(p.ID), SpecialistClock, d.at, answerWithin(), answerLadder())
	clock.For = who
	if d.s.Status == Paused {
		clock = clock.hold(d.at, d.f.Working)
	}
	task := Task{Kind: TakeStepTask, Assignee: who, Ref: clock.ID, Due: clock.Due}
	d.emit(StepOffered{Specialist: p, Clock: clock}, []Task{task}, d.tell(StepOfferedNotice, clock.ID, clock.Due, who))
}

// answerStep is the word of who was asked.
func (d *draft) answerStep(b AnswerStep) {
	p, ok := d.s.Specialist(b.Specialist)
	if !ok || p.Accepted() {
		d.no.If(true, CodeOfferOver)
		return
	}
	d.no.If(!d.f.Org.ActsFor(d.cmd.Actor, p.Person, d.at), CodeNotYourRole)
	d.no.Field(b.Decision != AcceptStep && b.Decision != DeclineStep, CodeInvalidValue, "/decision", "accept", "decline")
	d.no.Field(b.Decision == DeclineStep && b.Reason == nil, CodeReasonMissing, "/reason")
	if len(d.no) > 0 {
		return
	}
	kind := StepAcceptedNotice
	if b.Decision == DeclineStep {
		kind = StepDeclinedNotice
	}
	people := append(d.f.Org.inPlaceOf(d.s.responsible(d.f.Org)), p.By)
	d.emit(StepAnswered{Specialist: p.ID, Person: p.Person, Decision: b.Decision, Reason: b.Reason}, nil,
		d.tell(kind, specialistClock(p.ID), zeroTime, people...))
}

// withdrawStep takes a step back, or gives it up: for the owner and the line above, and for the specialist.
func (d *draft) withdrawStep(b WithdrawStep) {
	p, ok := d.s.Specialist(b.Specialist)
	if !ok {
		d.no.If(true, CodeOfferOver)
		return
	}
	d.no.If(!d.f.Org.mayLead(d.s, d.cmd.Actor, d.at) && !d.f.Org.ActsFor(d.cmd.Actor, p.Person, d.at), CodeNotYourRole)
	if len(d.no) > 0 {
		return
	}
	people := append(d.f.Org.inPlaceOf(d.s.responsible(d.f.Org)), p.Person)
	d.emit(StepWithdrawn{Specialist: p.ID, Person: p.Person, Reason: b.Reason}, nil,
		d.tell(StepWithdrawnNotice, specialistClock(p.ID), zeroTime, people...))
}

// reoffer offers the steps that somebody hands over to the successor, who accepts for themselves.
func (d *draft) reoffer(before []Specialist, b HandOver) {
	for _, p := range before {
		if p.Person == b.From && d.s.Owner != b.To && !d.s.hasStep(p.Step, b.To) && d.s.Status != Closed {
			d.offer(p.Step, b.To, p.Note)
		}
	}
}

// aboutOffer tells whether a task is about an offer.
func aboutOffer(t Task) bool { return strings.HasPrefix(t.Ref, specialistPrefix) }

// AnswerBy is when the answer to an offer is expected; zero for one that was accepted, and while the account is paused.
func (s State) AnswerBy(p Specialist) time.Time {
	c, _ := s.clock(specialistClock(p.ID))
	return c.Due
}
