package dossier

import (
	"slices"
	"strconv"

	"closedloop/deal"
)

// agreements: everybody hears before an agreement ends, and on its last day somebody is asked to renew it; what it brought
// is evaluated some time after it was signed, and again before it ends.
func (p *planner) agreements() {
	all := Entries[Agreement](p.File)
	reports := Bodies[Evaluation](p.File)
	ofCycle := false
	for _, a := range all {
		p.ending(a, all)
		p.evaluations(a, reports)
		ofCycle = ofCycle || a.Cycle == p.State.Cycle
	}
	if !ofCycle && !p.State.WonAt.IsZero() { // won, and the agreement is not on file
		won := Day(p.Working.Date(p.State.WonAt))
		p.evaluation("cycle-"+strconv.Itoa(p.State.Cycle)+"/signed", won.Add(p.Rules.Agenda.EvaluationAfter), forever, reports)
	}
}

// longest is how many days before its end the first reminder of an agreement stands.
func (r Rules) longest() int {
	if len(r.AgreementDays) == 0 {
		return 0
	}
	return slices.Max(r.AgreementDays)
}

// ending reminds of the end of an agreement. One that another one has taken over from is done.
func (p *planner) ending(a Entry[Agreement], all []Entry[Agreement]) {
	end := a.Body.EndsOn
	reminders, err := p.Rules.Reminders(a.Body, p.Working)
	if err != nil || !end.Valid() {
		return
	}
	var rungs []deal.Rung
	for _, r := range reminders {
		rungs = append(rungs, deal.Rung{Name: deal.Remind, Day: string(r.On), At: r.At})
	}
	rungs = append(rungs, p.rungs(on(deal.Urge, end))...)
	p.add(deal.Appointment{
		ID: "agreement/" + a.ID, Topic: deal.AgreementTopic, Basis: string(end), Due: p.due(end), Rungs: rungs,
		Done: slices.ContainsFunc(all, func(b Entry[Agreement]) bool { return b.ID != a.ID && b.Body.succeeds(a.Body, p.Rules) }),
	}, end.Add(p.Rules.longest()))
}

// succeeds tells whether an agreement takes over from another one: it is signed, begins when the other one nears its end,
// and outlasts it. Agreements that merely run side by side are each reminded of (decided here).
func (a Agreement) succeeds(other Agreement, r Rules) bool {
	return a.SignedOn.Valid() && a.StartsOn > other.StartsOn && a.EndsOn > other.EndsOn && a.StartsOn >= other.EndsOn.Add(-r.longest())
}

// evaluations are the two of an agreement. A short agreement is evaluated once, and so is one that is written down when its
// end is near.
func (p *planner) evaluations(a Entry[Agreement], reports []Evaluation) {
	r, end := p.Rules.Agenda, a.Body.EndsOn
	until := forever
	if end.Valid() {
		until = end
	}
	signed := a.Body.SignedOn
	if !signed.Valid() && a.Cycle == p.State.Cycle && !p.State.WonAt.IsZero() {
		signed = Day(p.Working.Date(p.State.WonAt))
	}
	if !signed.Valid() {
		return
	}
	first, last := signed.Add(r.EvaluationAfter), end.Add(-r.EvaluationAhead)
	if end.Valid() && last > first.Add(r.Notice) {
		p.evaluation(a.ID+"/end", last, until, reports)
		until = last.Add(-r.Notice)
	}
	p.evaluation(a.ID+"/signed", first, until, reports)
}

// evaluation asks for a report by a day. One that was written since somebody was asked for it answers.
func (p *planner) evaluation(id string, day, until Day, reports []Evaluation) {
	a := p.awaited("evaluation/"+id, deal.EvaluationTopic, string(day), day, p.Rules.Agenda.Notice)
	a.Done = slices.ContainsFunc(reports, func(e Evaluation) bool { return e.On >= day.Add(-p.Rules.Agenda.Notice) })
	p.add(a, until)
}
