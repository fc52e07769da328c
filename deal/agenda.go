package deal

import (
	"slices"
	"strings"
	"time"
)

// The agenda is what the account's records ask for on certain days: that an agreement is renewed, a service rendered, a
// grade looked at again. Package dossier works it out of the records; here it becomes clocks that fire like all others.

// Topic is what a dated matter of the records is about.
type Topic string

// The topics.
const (
	AgreementTopic  Topic = "agreement"     // an agreement ends
	EvaluationTopic Topic = "evaluation"    // what an agreement brought is to be evaluated
	RegradeTopic    Topic = "regrade"       // the grade is to be looked at again
	ServiceTopic    Topic = "service"       // a planned service is due
	SurveyTopic     Topic = "survey"        // the customer is to be asked how satisfied they are
	CreditTopic     Topic = "credit_change" // a change of the credit colour is to be decided

	SupportTopic          Topic = "support"           // the support centre is to answer an approved request
	VisitPreparationTopic Topic = "visit_preparation" // a visit of one of our executives is to be prepared
	VisitResultTopic      Topic = "visit_result"      // what an executive's visit brought is to be written down
	VisitReviewTopic      Topic = "visit_review"      // a visit is to be held against its aim
	PlanRevisionTopic     Topic = "plan_revision"     // the plan is to be revised
)

// Topics returns every topic.
func Topics() []Topic {
	return []Topic{
		AgreementTopic, EvaluationTopic, RegradeTopic, ServiceTopic, SurveyTopic, CreditTopic,
		SupportTopic, VisitPreparationTopic, VisitResultTopic, VisitReviewTopic, PlanRevisionTopic,
	}
}

// TopicNotice is the kind of notice that a rung of a topic sends: "agreement_remind", "service_remind".
func TopicNotice(t Topic, r RungName) NoticeKind { return NoticeKind(string(t) + "_" + string(r)) }

// rests tells whether the topic stands still while the account is paused. An agreement ends, and is to be evaluated,
// whatever we do; what we do for the customer pauses with the account.
func (t Topic) rests() bool {
	switch t {
	case AgreementTopic, EvaluationTopic:
		return false
	case RegradeTopic, ServiceTopic, SurveyTopic, CreditTopic, SupportTopic, VisitPreparationTopic, VisitResultTopic, VisitReviewTopic,
		PlanRevisionTopic:
	}
	return true
}

// task is what the topic asks of somebody, and the rung that asks; empty for a topic that only tells.
func (t Topic) task() (TaskKind, RungName) {
	switch t {
	case AgreementTopic:
		return RenewAgreementTask, Urge // before the end it is enough to know
	case EvaluationTopic:
		return EvaluateTask, Remind
	case RegradeTopic:
		return RegradeTask, Remind
	case ServiceTopic:
		return ServeTask, Remind
	case SurveyTopic:
		return SurveyTask, Remind
	case SupportTopic:
		return SupportTask, Remind
	case VisitPreparationTopic:
		return PrepareVisitTask, Remind
	case VisitResultTopic:
		return VisitResultTask, Remind
	case VisitReviewTopic:
		return VisitReviewTask, Remind
	case PlanRevisionTopic:
		return RevisePlanTask, Remind
	case CreditTopic:
	}
	return "", ""
}

// begins tells whether somebody is asked as soon as a matter with a length begins; the others are spoken of by their ladder.
func (t Topic) begins() bool { return t == SupportTopic || t == VisitReviewTopic }

// Appointment is one dated matter as the records have it now. It stands on days with the rungs that are named, or it has a
// length and a ladder: then it runs like a deadline from the instant at which it began, stands still with the account, and
// goes on with the time it had left.
type Appointment struct {
	ID    string // unique in the account and the same as long as the matter is: "agreement/<document>"
	Topic Topic
	For   PersonID // who sees to it; empty for whoever is responsible for the account
	// Basis is what the dates were worked out from. While it stays, rungs that have fired stay fired; another one makes it
	// another matter, and what was asked about the old one is done.
	Basis string
	Done  bool // it was attended to: what was asked about it is done
	Due   time.Time
	Rungs []Rung // in order of time, each with its day

	Ask    []Audience // where For is nobody: whose duty it is; where For is somebody: who takes over from them
	From   time.Time
	Within Span // of a matter with a length
	Ladder []LadderRung
}

// timed tells whether the matter has a length.
func (a Appointment) timed() bool { return a.Within.Unit != "" }

// timed tells whether the clock is one of the agenda with a length.
func (c Clock) timed() bool { return c.Kind == AgendaClock && c.Length.Unit != "" }

// agendaPrefix begins the IDs of the agenda's clocks, and the references of the tasks that they open.
const agendaPrefix = "agenda/"

// aboutAgenda tells whether a task or a notice belongs to the agenda.
func aboutAgenda(ref string) bool { return strings.HasPrefix(ref, agendaPrefix) }

// ofClock tells whether a task was opened by a clock: it refers to the clock, or to one day of it.
func ofClock(t Task, clock string) bool {
	return t.Ref == clock || strings.HasPrefix(t.Ref, clock+"/")
}

// plan compares the clocks of the agenda with what the records ask for at an instant and records what differs. A clock
// with a rung that is due by now is left alone until it has fired: it may be late, but it is never lost.
func (d *draft) plan(at time.Time) {
	if d.f.Agenda == nil || !d.s.Exists() || d.s.Status == Closed {
		return
	}
	var planned AgendaPlanned
	var wanted []string
	for _, a := range d.f.Agenda(d.s, at) {
		id := agendaPrefix + a.ID
		wanted = append(wanted, id)
		old, had := d.s.clock(id)
		if r, ok := old.next(); ok && !r.At.After(d.at) {
			continue
		}
		if a.Done {
			if had {
				planned.Done = append(planned.Done, id)
			}
			continue
		}
		next := d.appoint(a, old, at)
		if had && old.Basis != a.Basis {
			planned.Done = append(planned.Done, id)
		}
		if !had || !sameClock(old, next) {
			planned.Clocks = append(planned.Clocks, next)
		}
	}
	for _, c := range d.s.Clocks {
		r, ok := c.next()
		due := ok && !r.At.After(d.at)
		if c.Kind == AgendaClock && !due && !slices.Contains(wanted, c.ID) {
			planned.Dropped = append(planned.Dropped, c.ID)
		}
	}
	if len(planned.Clocks)+len(planned.Done)+len(planned.Dropped) > 0 {
		d.emit(planned, nil, nil)
	}
}

// appoint makes the clock of a matter. What has fired on the same basis stays fired. Of a matter that is new, was dated
// anew or stood still in a pause, only the latest of the rungs that have passed by is left: it fires at once.
func (d *draft) appoint(a Appointment, old Clock, at time.Time) Clock {
	same := old.ID != "" && old.Basis == a.Basis
	if a.timed() {
		if same {
			old.For, old.Ask = a.For, a.Ask
			return old
		}
		return timedClock(d.f, a, at, d.s.Status == Paused)
	}
	c := Clock{ID: agendaPrefix + a.ID, Kind: AgendaClock, Topic: a.Topic, For: a.For, Basis: a.Basis, Calendar: d.f.Working.Version()}
	if same {
		c.Passed = old.Passed
	}
	if d.s.Status == Paused && a.Topic.rests() {
		return c
	}
	c.From, c.Due = instant(at), instant(a.Due)
	if same && !old.held() {
		c.From = old.From
	}
	for _, r := range a.Rungs {
		if r.Day > c.Passed {
			c.Rungs = append(c.Rungs, r)
		}
	}
	if !same || old.held() {
		gone := 0
		for _, r := range c.Rungs {
			if !r.At.After(at) {
				gone++
			}
		}
		c.Rungs = c.Rungs[max(0, gone-1):]
	}
	last := c.Due
	if n := len(c.Rungs); n > 0 && c.Rungs[n-1].At.After(last) {
		last = c.Rungs[n-1].At
	}
	c.Provisional = d.f.Working.Provisional(c.From, last)
	return c
}

// timedClock starts the clock of a matter that has a length. The rungs that lie behind when it comes to be known are one:
// the latest.
func timedClock(f Facts, a Appointment, at time.Time, paused bool) Clock {
	ladder := a.Ladder
	if a.Topic.begins() {
		ladder = append([]LadderRung{{Name: Ask}}, ladder...)
	}
	c := start(f, agendaPrefix+a.ID, AgendaClock, a.From, a.Within, ladder)
	c.Topic, c.For, c.Ask, c.Basis = a.Topic, a.For, a.Ask, a.Basis
	gone := 0
	for _, r := range c.Rungs {
		if r.At.Before(at) {
			gone++
		}
	}
	c.Rungs = c.Rungs[max(0, gone-1):]
	if paused && a.Topic.rests() {
		return c.hold(at, f.Working)
	}
	return c
}

// sameClock tells whether planning changed nothing about a clock.
func sameClock(a, b Clock) bool {
	return a.Basis == b.Basis && slices.Equal(a.Ask, b.Ask) && a.Topic == b.Topic && a.For == b.For && a.From.Equal(b.From) && a.Due.Equal(b.Due) && a.Passed == b.Passed &&
		a.Calendar == b.Calendar && a.Provisional == b.Provisional &&
		slices.EqualFunc(a.Rungs, b.Rungs, func(x, y Rung) bool { return x.Name == y.Name && x.Day == y.Day && x.At.Equal(y.At) })
}

// rest is a clock of the agenda in a pause: one that stands still keeps what it was about and how far it had come, and is
// dated anew from the records when the account goes on. One with a length keeps what it has left.
func (c Clock) rest(now time.Time, w Working) Clock {
	if c.timed() && c.Topic.rests() {
		return c.hold(now, w)
	}
	if c.Topic.rests() {
		c.From, c.Due, c.Rungs = time.Time{}, time.Time{}, nil
	}
	return c
}

// agendaTasks asks for what a clock of the agenda is about, unless somebody is asked already. Whatever rung comes first
// asks: the earlier ones may lie before the day on which the record was written. Who is asked hears of it even where the
// rung itself speaks to the line above.
func (d *draft) agendaTasks(c Clock, r Rung) []Task {
	kind, from := c.Topic.task()
	if kind == "" || (from == Urge && r.Name == Remind) {
		return nil
	}
	if r.Name == Reassign { // somebody else sees to it from now on
		people, _ := called(d.s, d.f.Org, c, r)
		return tasksFor(people, kind, c)
	}
	if slices.ContainsFunc(d.s.Tasks, func(t Task) bool { return t.Status == TaskOpen && t.Kind == kind && ofClock(t, c.ID) }) {
		return nil
	}
	people, _ := called(d.s, d.f.Org, c, Rung{Name: Remind})
	tasks := tasksFor(people, kind, c)
	for i := range tasks {
		if !c.timed() {
			tasks[i].Ref = c.ID + "/" + r.Day
		}
	}
	return tasks
}

// assignees are the people of tasks.
func assignees(tasks []Task) []PersonID {
	var people []PersonID
	for _, t := range tasks {
		people = append(people, t.Assignee)
	}
	return people
}

// AgendaPlanned: the records date what is to be done otherwise than the clocks did.
type AgendaPlanned struct {
	Clocks  []Clock  `json:"clocks,omitempty"`  // new, or dated anew
	Done    []string `json:"done,omitempty"`    // clocks whose matter was attended to
	Dropped []string `json:"dropped,omitempty"` // clocks whose matter is no longer on file
}

func (AgendaPlanned) kind() EventKind { return AgendaPlannedKind }

func (b AgendaPlanned) fold(s *State, e Event) {
	end := func(ids []string, how TaskStatus) {
		s.stop(func(c Clock) bool { return slices.Contains(ids, c.ID) })
		s.closeTasks(e, how, func(t Task) bool {
			return slices.ContainsFunc(ids, func(id string) bool { return ofClock(t, id) })
		})
	}
	end(b.Done, TaskDone)
	end(b.Dropped, TaskVoid)
	for _, c := range b.Clocks {
		s.setClock(c)
	}
}

// agenda are the clocks that outlive steps, the rest after a cycle, and the next cycle.
func (s State) agenda() []Clock {
	return slices.DeleteFunc(slices.Clone(s.Clocks), func(c Clock) bool { return c.Kind != AgendaClock })
}

// RegradeAt is when the grade is to be looked at again; zero while there is no such date, or it stands still in a pause.
func (s State) RegradeAt() time.Time {
	for _, c := range s.Clocks {
		if c.Kind == AgendaClock && c.Topic == RegradeTopic {
			return c.Due
		}
	}
	return time.Time{}
}
