package dossier

import (
	"cmp"
	"slices"
	"time"

	"closedloop/deal"
)

// AgendaRules say when records ask for something, in calendar days.
type AgendaRules struct {
	EvaluationAfter int `json:"evaluation_after"` // after an agreement was signed its first evaluation is due
	EvaluationAhead int `json:"evaluation_ahead"` // before an agreement ends the next one is due
	Notice          int `json:"notice"`           // before an evaluation or a survey is due somebody is asked for it
	Urge            int `json:"urge"`             // after the day on which it was due
	Superior        int `json:"superior"`         // after that day the line above hears
}

// Dates is everything that dated matters are worked out from.
type Dates struct {
	State   deal.State
	At      time.Time
	File    File // at least the dated kinds, of all cycles: an agreement outlives its cycle
	Rules   Rules
	Working deal.Working
}

// DatedKinds are the kinds of records that put something on the agenda, or take it off.
func DatedKinds() []Kind {
	return []Kind{
		AgreementKind, EvaluationKind, ValueScoreKind, ServicePlanKind, SurveyKind, CreditKind, SupportRequestKind, ExecutiveVisitKind,
		VisitReviewKind, PlanRevisionKind,
	}
}

// Dated tells whether records of a kind put something on the agenda, or take it off.
func Dated(k Kind) bool { return slices.Contains(DatedKinds(), k) }

// Agenda is everything that the records ask for on certain days, in order of ID (domain.md §2, §5). The days are civil
// days; people are spoken to when the office opens on that day, or on the next working day (domain.md §8). How far a
// matter has been spoken of already is in the clocks of the state: see [deal.Appointment].
func Agenda(in Dates) []deal.Appointment {
	if in.State.Status == deal.Closed || !in.State.Exists() {
		return nil
	}
	p := planner{Dates: in, today: Day(in.Working.Date(in.At))}
	p.agreements()
	p.regrade()
	p.services()
	p.survey()
	p.credit()
	p.supports()
	p.executiveVisits()
	p.visitReviews()
	p.planRevision()
	slices.SortFunc(p.out, func(a, b deal.Appointment) int { return cmp.Compare(a.ID, b.ID) })
	return p.out
}

// planner collects appointments.
type planner struct {
	Dates

	today Day
	out   []deal.Appointment
}

// add puts a matter on the agenda, unless it lies behind us and was never on it: an agreement that ended long before
// anybody wrote it down reminds nobody.
func (p *planner) add(a deal.Appointment, until Day) {
	if p.today > until && !p.known(a) {
		return
	}
	slices.SortStableFunc(a.Rungs, func(x, y deal.Rung) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Day, y.Day)) })
	p.out = append(p.out, a)
}

// clock is the running clock of a matter.
func (p *planner) clock(id string) (deal.Clock, bool) {
	i := slices.IndexFunc(p.State.Clocks, func(c deal.Clock) bool { return c.Kind == deal.AgendaClock && c.ID == "agenda/"+id })
	if i < 0 {
		return deal.Clock{}, false
	}
	return p.State.Clocks[i], true
}

// known tells whether a matter is on the agenda with these dates.
func (p *planner) known(a deal.Appointment) bool {
	c, ok := p.clock(a.ID)
	return ok && c.Basis == a.Basis
}

// forever is later than every day that people plan for.
const forever Day = "9999-12-31"

// opening is when people are spoken to about a day.
func (p *planner) opening(day Day) (time.Time, bool) {
	at, err := p.Working.Opening(string(day))
	return at, err == nil
}

// due is the opening hour on the very day, whether the office works then or not: dates of contracts are in calendar time.
func (p *planner) due(day Day) time.Time {
	at, ok := p.opening(day)
	if !ok {
		return time.Time{}
	}
	return at.Add(-time.Duration(day.Until(Day(p.Working.Date(at)))) * 24 * time.Hour)
}

// rungs are those that stand on days that exist.
func (p *planner) rungs(list ...deal.Rung) []deal.Rung {
	var out []deal.Rung
	for _, r := range list {
		if at, ok := p.opening(Day(r.Day)); ok {
			r.At = at
			out = append(out, r)
		}
	}
	return out
}

func on(name deal.RungName, day Day) deal.Rung { return deal.Rung{Name: name, Day: string(day)} }

// awaited is a matter that is asked for some days before it is due, urged when the day was missed, and then brought to
// the line above. What is only asked for on the day itself has as long again before anybody is urged.
func (p *planner) awaited(id string, topic deal.Topic, basis string, day Day, ahead int) deal.Appointment {
	r := p.Rules.Agenda
	urge, superior := r.Urge, r.Superior
	if ahead == 0 {
		urge, superior = r.Superior, r.Superior+r.Superior
	}
	return deal.Appointment{
		ID: id, Topic: topic, Basis: basis, Due: p.due(day),
		Rungs: p.rungs(on(deal.Remind, day.Add(-ahead)), on(deal.Urge, day.Add(urge)), on(deal.Superior, day.Add(superior))),
	}
}

// regrade: the grade is looked at again on the day that its evaluator named, or after the grade's own interval. A new
// grade is a new matter. Of a grade whose day is not known the day of its scores counts.
func (p *planner) regrade() {
	grade := p.State.Grade
	score, scored := Newest[ValueScore](p.File)
	graded := score.On
	if !p.State.GradedAt.IsZero() {
		graded = Day(p.Working.Date(p.State.GradedAt))
	}
	if grade == "" || !graded.Valid() {
		return
	}
	day := graded.Add(daysOf(p.Rules.Regrade, grade))
	if scored && score.RegradeOn.Valid() && score.RegradeOn > graded {
		day = score.RegradeOn
	}
	p.add(p.awaited("regrade", deal.RegradeTopic, string(grade)+" "+string(graded)+" "+string(day), day, 0), forever)
}

// survey: while the account is maintained, the customer is asked before the last answer is too old to count.
func (p *planner) survey() {
	walked := p.State.Status == deal.Active || p.State.Status == deal.Paused
	if !walked || p.State.Step != deal.Maintain {
		return
	}
	from := Day(p.Working.Date(p.State.Entered))
	if last, ok := LatestSurvey(Bodies[Survey](p.File), p.today); ok {
		from = last.On
	}
	p.add(p.awaited("survey", deal.SurveyTopic, string(from), from.Add(p.Rules.SurveyDays), p.Rules.Agenda.Notice), forever)
}

// credit: a change that was asked for is decided within its limit; the approval's own ladder is beside this one.
func (p *planner) credit() {
	for _, k := range Entries[Credit](p.File) {
		if k.Body.Change == nil || !k.Body.Change.DueOn.Valid() {
			continue
		}
		day := k.Body.Change.DueOn
		p.add(deal.Appointment{
			ID: "credit_change/" + k.ID, Topic: deal.CreditTopic, Basis: string(k.Body.Change.To) + " " + string(day), Due: p.due(day),
			Rungs: p.rungs(on(deal.Urge, day), on(deal.Superior, day.Add(p.Rules.Agenda.Urge))),
		}, forever)
	}
}
