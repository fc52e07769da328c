package deal

import (
	"slices"
	"time"
)

// cadence dates the next step by the grade, for an account that nobody dated one for.
func (d *draft) cadence() (*FollowUp, Clock) {
	c := start(d.f, followUpClock, FollowUpClock, d.at, d.f.Book.FollowUp.every(d.s.Grade), d.f.Book.FollowUp.Ladder)
	return &FollowUp{ID: d.newID("follow_up"), At: c.Due, By: System, Auto: true}, c
}

// dated is a follow-up at an instant that somebody chose.
func (d *draft) dated(at time.Time, note *TextRef) (FollowUp, Clock) {
	c := start(d.f, followUpClock, FollowUpClock, d.at, CalendarTime(instant(at).Sub(d.at)), d.f.Book.FollowUp.Ladder)
	return FollowUp{ID: d.newID("follow_up"), At: c.Due, Note: note, By: d.cmd.Actor}, c
}

// followUp dates the next step towards the account.
func (d *draft) followUp(b SetFollowUp) {
	d.needActive()
	d.needWork()
	d.no.Field(!b.At.After(d.at), CodeDateInPast, "/at")
	d.no.Field(tooFar(d.at, b.At), CodeInvalidValue, "/at", string(WithinHundredYears))
	if len(d.no) > 0 {
		return
	}
	follow, clock := d.dated(b.At, b.Note)
	d.emit(FollowUpSet{FollowUp: follow, Clock: clock}, nil, nil)
}

// logInteraction records a meeting with the customer; its next step becomes the account's follow-up.
func (d *draft) logInteraction(b LogInteraction) {
	d.needActive()
	d.no.If(!d.f.Org.mayWork(d.s, d.cmd.Actor, d.at) && !d.f.Org.brought(d.s, d.cmd.Actor, d.at), CodeNotYourRole)
	d.no.Field(!slices.Contains(InteractionKinds(), b.Kind), CodeInvalidValue, "/kind", "visit", "call", "meeting", "plant_tour", "seminar")
	d.no.Field(b.At.IsZero() || b.At.UTC().Year() < 1, CodeInvalidValue, "/at", "RFC 3339")
	d.no.Field(b.At.After(d.at), CodeDateInFuture, "/at")
	d.needReason(b.Aim, "/aim")
	d.needReason(b.Result, "/result")
	d.needReason(b.NextStep, "/next_step")
	d.no.Field(!b.NextAt.IsZero() && !b.NextAt.After(d.at), CodeDateInPast, "/next_at")
	d.no.Field(tooFar(d.at, b.NextAt), CodeInvalidValue, "/next_at", string(WithinHundredYears))
	d.no.Field(b.Intent < 0 || b.Intent > mostIntent, CodeInvalidValue, "/intent", "1", "2", "3", "4", "5")
	d.no.Field(len(b.With) == 0, CodeInvalidValue, "/with", string(AtLeastOneContact))
	for _, id := range b.With {
		known := slices.ContainsFunc(d.f.Records.Contacts, func(c Contact) bool { return c.ID == id })
		d.no.Field(!known, CodeUnknownContact, "/with", id)
	}
	if len(d.no) > 0 {
		return
	}
	follow, clock := d.dated(b.NextAt, b.NextStep)
	if b.NextAt.IsZero() {
		auto, c := d.cadence()
		auto.Note = b.NextStep
		follow, clock = *auto, c
	}
	id := d.newID("interaction")
	d.emit(InteractionLogged{
		Interaction: Interaction{
			ID: id, Cycle: d.s.Cycle, Step: d.s.Step, Pass: d.s.Pass(), Kind: b.Kind, At: instant(b.At), With: b.With,
			By: d.cmd.Actor, Aim: b.Aim, Result: b.Result, NextStep: b.NextStep, NextAt: follow.At,
			Intent: b.Intent,
		},
		FollowUp: follow, Clock: clock, Review: d.review(id, b),
	}, nil, nil)
}

// mostIntent is the highest degree of intent to buy (domain.md §9 counts from 1 to it).
const mostIntent = 5

// ReviewMatter is the ID among the matters of the agenda of the review of a visit.
func ReviewMatter(interaction string) string { return string(VisitReviewTopic) + "/" + interaction }

// review is the clock of a visit that is to be held against its aim (domain.md §9); nil for any other interaction. The
// clock itself is what knows of the visit: it runs from when the visit was recorded until its review is on file.
func (d *draft) review(id string, b LogInteraction) *Clock {
	rules, intent := d.f.Book.Review, b.Intent
	if intent == 0 {
		intent = d.s.Intent
	}
	if !rules.wants(b.Kind, d.s.Grade, intent) {
		return nil
	}
	c := timedClock(d.f, Appointment{
		ID: ReviewMatter(id), Topic: VisitReviewTopic, Basis: id, From: d.at, Within: rules.Within, Ladder: rules.Ladder,
	}, d.at, false)
	return &c
}

// manual tells whether a task is ticked off by hand; the others are done by doing what they ask for.
func (k TaskKind) manual() bool {
	switch k {
	case OverdueTask, ReassignTask, RecheckTask, ServeTask, RenewAgreementTask, PrepareVisitTask, QuotaReasonTask, ReviewActionTask:
		return true
	case AssignOwnerTask, TakeStepTask, IntakeTask, ApproveTask, FollowUpTask, EvaluateTask, RegradeTask, SurveyTask, SupportTask, VisitResultTask,
		VisitReviewTask, RevisePlanTask, QuotaDecisionTask, ReviewSignTask, ReviewReasonTask:
	}
	return false
}

// completeTask ticks a task off.
func (d *draft) completeTask(b CompleteTask) {
	t, ok := d.s.Task(b.Task)
	if !ok || t.Status != TaskOpen {
		d.no.If(true, CodeTaskDone)
		return
	}
	d.no.If(!d.f.Org.ActsFor(d.cmd.Actor, t.Assignee, d.at), CodeNotYourRole)
	d.no.If(!t.Kind.manual(), CodeTaskNotManual, string(t.Kind))
	if len(d.no) == 0 {
		d.emit(TaskCompleted{Task: t.ID}, nil, nil)
	}
}
