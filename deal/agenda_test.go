package deal_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// maintained is a won account on Monday 2 March 2026, whose records are looked at.
func maintained(t tb) *world {
	t.Helper()
	w := opened(t).keepAgenda()
	return w.walk(t, deal.Maintain)
}

func TestAgenda_remindsOfTheEndOfAnAgreementAndAsksToRenewIt(t *testing.T) {
	t.Parallel()
	w := opened(t).keepAgenda()
	w.put("a", until("2026-10-31"))
	events := w.replan(t)
	require.Equal(t, []deal.EventKind{deal.AgendaPlannedKind}, kinds(events))
	require.Equal(t, []string{
		"agenda/agreement/a: remind 2026-09-01 09:00, remind 2026-10-01 09:00, remind 2026-10-26 09:00, urge 2026-11-02 09:00",
		"agenda/evaluation/a/end: remind 2026-08-18 09:00, urge 2026-09-02 09:00, superior 2026-09-08 09:00",
		"agenda/evaluation/a/signed: remind 2026-05-18 09:00, urge 2026-06-01 09:00, superior 2026-06-08 09:00",
	}, w.entered(), "spoken when the office is open; the end itself is a Saturday")
	require.Equal(t, "2026-10-31 09:00", wall(w.clock(t, "agenda/agreement/a").Due), "an end is an end, whether the office works or not")
	require.Empty(t, w.replan(t), "the same records change nothing")

	w.put("e", dossier.Evaluation{On: "2026-09-01"}) // attended to both evaluations
	w.do(t, rep1, deal.SetFollowUp{At: at("2027-01-04 09:00")})
	events = w.tick(t, "2026-09-01 09:00")
	require.Contains(t, told(events), "agreement_remind rep1")
	require.NotContains(t, w.todo(), "renew_agreement rep1", "before the end it is enough to know")
	events = w.tick(t, "2026-11-02 09:00")
	require.Equal(t, []string{"agreement_remind rep1", "agreement_remind rep1", "agreement_urge rep1"}, told(events))
	require.Contains(t, w.todo(), "renew_agreement rep1")

	next := until("2027-10-31")
	next.Number, next.SignedOn, next.StartsOn = "X-2", "2026-11-02", "2026-11-01"
	w.put("b", next)
	events = w.replan(t)
	require.Equal(t, []string{"agenda/agreement/a"}, body[deal.AgendaPlanned](t, events).Done[:1])
	require.NotContains(t, w.todo(), "renew_agreement rep1", "another agreement has taken over")
	require.Equal(t, deal.TaskDone, tasksOf(w, deal.RenewAgreementTask)[0].Status)
}

// tasksOf are all tasks of a kind that there ever were, as they ended.
func tasksOf(w *world, kind deal.TaskKind) []deal.Task {
	return slices.DeleteFunc(deal.Project(deal.State{}, w.log...).Tasks, func(t deal.Task) bool { return t.Kind != kind })
}

func TestAgenda_ofAnAgreementRecordedLateFiresTheNearestReminderAtOnce(t *testing.T) {
	t.Parallel()
	for end, want := range map[dossier.Day]struct {
		told []string
		left string
	}{
		"2026-04-20": {[]string{"agreement_remind rep1"}, "agenda/agreement/a: remind 2026-04-13 09:00, urge 2026-04-20 09:00"}, // 60 have passed, 30 as well
		"2026-05-15": {[]string{"agreement_remind rep1"}, "agenda/agreement/a: remind 2026-04-15 09:00, remind 2026-05-08 09:00, urge 2026-05-15 09:00"},
		"2026-03-20": {[]string{"agreement_urge rep1"}, "agenda/agreement/a"}, // over, and nobody knew
		"2026-06-30": {[]string{}, "agenda/agreement/a: remind 2026-05-01 09:00, remind 2026-06-01 09:00, remind 2026-06-23 09:00, urge 2026-06-30 09:00"},
	} {
		w := opened(t).keepAgenda()
		w.now = at("2026-03-31 10:00")
		w.do(t, rep1, deal.SetFollowUp{At: at("2027-01-04 09:00")})
		w.do(t, deal.System, deal.Tick{Due: w.now})
		a := until(end)
		a.SignedOn = ""
		w.put("a", a)
		require.Equal(t, want.told, told(w.replan(t)), end)
		require.Contains(t, w.entered(), want.left)
		require.Empty(t, w.do(t, deal.System, deal.Tick{Due: w.now}), "and once")
	}
}

// What was overdue when it was written down comes to the line above at once, and who has to do it hears as well.
func TestAgenda_ofAMatterThatIsLongOverdueTellsWhoIsAsked(t *testing.T) {
	t.Parallel()
	w := opened(t).keepAgenda()
	a := until("2027-12-31")
	a.SignedOn = "2025-10-01"
	w.put("a", a)
	require.ElementsMatch(t, []string{"evaluation_urge rep1", "evaluation_superior manager1"}, told(w.replan(t)))
	require.Subset(t, w.todo(), []string{"evaluate rep1", "overdue manager1"})
}

func TestAgenda_ofAnAgreementThatEndedLongAgoIsSilent(t *testing.T) {
	t.Parallel()
	w := opened(t).keepAgenda()
	w.put("a", until("2025-03-01"))
	require.Empty(t, w.replan(t))
	require.Empty(t, w.entered())
}

func TestAgenda_followsAnAgreementThatIsEditedOrDeleted(t *testing.T) {
	t.Parallel()
	w := opened(t).keepAgenda()
	w.put("a", until("2026-10-31")).replan(t)
	w.do(t, rep1, deal.SetFollowUp{At: at("2027-01-04 09:00")})
	w.tick(t, "2026-09-01 09:00")

	same := until("2026-10-31")
	same.AmountMinor = 5
	w.put("a", same)
	require.Empty(t, w.replan(t), "an edit that moves no date moves no clock, and what has fired stays fired")

	w.put("a", until("2027-02-28"))
	w.replan(t)
	require.Contains(t, w.entered(), "agenda/agreement/a: remind 2026-12-30 09:00, remind 2027-01-29 09:00, remind 2027-02-22 09:00, urge 2027-03-01 09:00")

	w.remove("a")
	require.Contains(t, body[deal.AgendaPlanned](t, w.replan(t)).Dropped, "agenda/agreement/a")
	require.Empty(t, w.entered())
	require.Empty(t, tasksOf(w, deal.RenewAgreementTask))
}

// A rung that is due speaks before the record that moved it counts: it may be late, but it is never lost.
func TestAgenda_neverLosesARungThatIsDue(t *testing.T) {
	t.Parallel()
	w := opened(t).keepAgenda()
	w.put("s", every(7, "2026-03-04")).replan(t)
	w.now = at("2026-03-04 09:30") // nobody ticked
	w.remove("s")
	w.do(t, manager1, deal.SetGrade{Grade: deal.GradeB, Reason: note("scored")})
	require.Contains(t, w.entered(), "agenda/service/s: remind 2026-03-04 09:00")
	require.Contains(t, told(w.replan(t)), "service_remind rep1")
	require.Empty(t, w.clockOf("agenda/service/s"))
	require.NotContains(t, w.todo(), "serve rep1", "the plan is gone, and so is what it asked for")
}

func (w *world) clockOf(id string) []deal.Clock {
	return slices.DeleteFunc(slices.Clone(w.state.Clocks), func(c deal.Clock) bool { return c.ID != id })
}

func TestAgenda_asksForAServiceAgainAndAgain(t *testing.T) {
	t.Parallel()
	w := maintained(t)
	plan := every(7, "2026-03-04")
	plan.Owner = rep2
	w.put("s", plan).replan(t)
	w.do(t, rep1, deal.SetFollowUp{At: at("2027-01-04 09:00")})
	require.Equal(t, []string{"service_remind rep2"}, told(w.tick(t, "2026-03-04 09:00")))
	require.Equal(t, []string{"serve rep2"}, w.todo())
	require.Equal(t, at("2026-03-11 09:00"), w.clock(t, "agenda/service/s").Due, "the next one")

	w.tick(t, "2026-03-11 09:00")
	require.Equal(t, []string{"serve rep2"}, w.todo(), "one that is open is not opened twice")

	w.do(t, rep2, deal.CompleteTask{Task: w.state.Tasks[0].ID})
	require.Empty(t, w.todo())
	w.now = at("2026-03-20 15:00") // late by two days: the occurrence after it keeps its day
	w.do(t, deal.System, deal.Tick{Due: w.now})
	require.Equal(t, []string{"serve rep2"}, w.todo())
	require.Equal(t, at("2026-03-25 09:00"), w.clock(t, "agenda/service/s").Due)

	w.put("s", plan.Done("2026-03-20"))
	w.replan(t)
	require.Empty(t, w.todo(), "the plan says that it was done")
	require.Equal(t, deal.TaskDone, tasksOf(w, deal.ServeTask)[1].Status)
	require.Equal(t, at("2026-03-27 09:00"), w.clock(t, "agenda/service/s").Due)
}

func TestAgenda_keepsEveryOccurrenceOfAServiceThatNobodyTicked(t *testing.T) {
	t.Parallel()
	w := maintained(t)
	w.put("s", every(7, "2026-03-04")).replan(t)
	w.do(t, rep1, deal.SetFollowUp{At: at("2027-01-04 09:00")})
	w.now = at("2026-03-27 10:00")
	events := w.do(t, deal.System, deal.Tick{Due: w.now})
	var days []string
	for _, e := range events {
		if b, ok := e.Body.(deal.RungReached); ok && b.ClockKind == deal.AgendaClock {
			days = append(days, wall(b.Due))
		}
	}
	require.Equal(t, []string{"2026-03-04 09:00", "2026-03-11 09:00", "2026-03-18 09:00", "2026-03-25 09:00"}, days)
	require.Equal(t, []string{"serve rep1"}, w.todo())
}

func TestAgenda_ofAnEvaluationEndsWithTheReport(t *testing.T) {
	t.Parallel()
	w := maintained(t) // won on 2 March, and no agreement is on file
	require.Contains(t, w.entered(), "agenda/evaluation/cycle-1/signed: remind 2026-05-18 09:00, urge 2026-06-01 09:00, superior 2026-06-08 09:00")
	w.do(t, rep1, deal.SetFollowUp{At: at("2027-01-04 09:00")})
	require.Contains(t, told(w.tick(t, "2026-05-18 09:00")), "evaluation_remind rep1")
	require.Contains(t, w.todo(), "evaluate rep1")
	w.refuse(t, rep1, deal.CompleteTask{Task: tasksOf(w, deal.EvaluateTask)[0].ID}, deal.CodeTaskNotManual)
	w.put("old", dossier.Evaluation{On: "2026-05-01"})
	require.Empty(t, w.replan(t), "one from before it was asked for is no answer")
	events := w.tick(t, "2026-06-08 09:00")
	require.Contains(t, told(events), "evaluation_urge rep1")
	require.Contains(t, told(events), "evaluation_superior manager1")
	require.Contains(t, w.todo(), "overdue manager1")
	w.put("e", dossier.Evaluation{On: "2026-06-08"})
	w.replan(t)
	require.NotContains(t, w.todo(), "evaluate rep1")
	for _, task := range w.state.Tasks {
		require.False(t, task.Status == deal.TaskOpen && strings.HasPrefix(task.Ref, "agenda/evaluation"), "%s is still asked for", task.Kind)
	}
	require.Equal(t, deal.TaskDone, tasksOf(w, deal.EvaluateTask)[0].Status)
	require.Empty(t, w.clockOf("agenda/evaluation/cycle-1/signed"))
}

func TestAgenda_comesBackToTheGrade(t *testing.T) {
	t.Parallel()
	w := opened(t).keepAgenda()
	require.Empty(t, w.entered(), "an account without a grade has none to look at again")
	w.do(t, manager1, deal.SetGrade{Grade: deal.GradeA, Reason: note("big")})
	require.Equal(t, []string{"agenda/regrade: remind 2026-06-01 09:00, urge 2026-06-08 09:00, superior 2026-06-15 09:00"}, w.entered())
	require.Equal(t, "2026-05-31 09:00", wall(w.state.RegradeAt()))
	require.Equal(t, at("2026-03-09 09:00"), w.state.FollowUp.At, "the follow-up moves to the cadence of the grade")

	w.now = at("2026-03-02 10:00")
	w.do(t, manager1, deal.SetGrade{Grade: deal.GradeD, Reason: note("small after all")})
	require.Equal(t, "2026-08-29 09:00", wall(w.state.RegradeAt()), "another grade, another interval")
	require.Equal(t, "2026-05-31 10:00", wall(w.state.FollowUp.At))

	w.do(t, rep1, deal.SetFollowUp{At: at("2027-01-04 09:00")})
	w.tick(t, "2026-08-31 09:00")
	require.Contains(t, w.todo(), "regrade rep1")
	w.do(t, manager1, deal.SetGrade{Grade: deal.GradeD, Reason: note("as before")})
	require.NotContains(t, w.todo(), "regrade rep1")
	require.Equal(t, deal.TaskDone, tasksOf(w, deal.RegradeTask)[0].Status)

	w.put("v", dossier.ValueScore{On: w.today(), RegradeOn: "2026-09-10", Evaluator: manager1})
	w.replan(t)
	require.Equal(t, "2026-09-10 09:00", wall(w.state.RegradeAt()), "the evaluator may name the day")
}

func TestAgenda_ofSurveysRunsWhileTheAccountIsMaintained(t *testing.T) {
	t.Parallel()
	w := maintained(t)
	require.Contains(t, w.entered(), "agenda/survey: remind 2026-05-18 09:00, urge 2026-06-01 09:00, superior 2026-06-08 09:00")
	w.put("q", dossier.Survey{On: "2026-03-20"})
	w.now = at("2026-03-20 10:00")
	w.do(t, rep1, deal.SetFollowUp{At: at("2027-01-04 09:00")})
	w.replan(t)
	require.Contains(t, w.entered(), "agenda/survey: remind 2026-06-04 09:00, urge 2026-06-19 09:00, superior 2026-06-25 09:00")
	w.tick(t, "2026-06-04 09:00")
	require.Contains(t, w.todo(), "satisfaction_survey rep1")
	w.do(t, rep1, deal.Advance{From: deal.Maintain})
	require.Empty(t, w.clockOf("agenda/survey"))
	require.NotContains(t, w.todo(), "satisfaction_survey rep1")
	w.do(t, rep1, deal.Return{To: deal.Maintain, Reason: note("not yet")})
	require.NotEmpty(t, w.clockOf("agenda/survey"))
}

func TestAgenda_bringsACreditChangeThatNobodyDecidesToTheLineAbove(t *testing.T) {
	t.Parallel()
	w := opened(t).keepAgenda()
	credit := dossier.Credit{Change: &dossier.CreditChange{To: dossier.Green, Reason: "grown", AskedOn: "2026-03-02", DueOn: "2026-03-12"}}
	w.put("sole", credit).replan(t)
	require.Equal(t, []string{"agenda/credit_change/sole: urge 2026-03-12 09:00, superior 2026-03-13 09:00"}, w.entered())
	w.do(t, rep1, deal.SetFollowUp{At: at("2027-01-04 09:00")})
	w.tick(t, "2026-03-03 09:00") // what else is due
	require.Equal(t, []string{"credit_change_urge rep1"}, told(w.tick(t, "2026-03-12 09:00")), "nobody was asked to decide: the owner hears")
	require.Equal(t, []string{"credit_change_superior manager1"}, told(w.tick(t, "2026-03-13 09:00")))
	w.put("sole", dossier.Credit{Colour: dossier.Green, Since: "2026-03-13"})
	w.replan(t)
	require.Empty(t, w.entered())
	require.NotContains(t, w.todo(), "overdue manager1")
}

func TestAgenda_outlivesStepsTheRestAndTheNextCycle(t *testing.T) {
	t.Parallel()
	w := maintained(t)
	w.put("a", until("2027-02-28")).put("s", every(30, "2026-03-10"))
	w.do(t, manager1, deal.SetGrade{Grade: deal.GradeA, Reason: note("big")})
	want := []string{"agenda/agreement/a", "agenda/evaluation/a/end", "agenda/evaluation/a/signed", "agenda/regrade", "agenda/service/s"}
	has := func(why string) {
		t.Helper()
		for _, id := range want {
			require.Len(t, w.clockOf(id), 1, "%s %s", id, why)
		}
	}
	w.do(t, rep1, deal.Advance{From: deal.Maintain})
	has("in the next step")
	w.do(t, rep1, deal.SetFollowUp{At: at("2027-01-04 09:00")})
	w.tick(t, "2026-03-10 09:00")
	require.Contains(t, w.todo(), "serve rep1")
	w.do(t, rep1, deal.Advance{From: deal.Archive})
	require.Equal(t, deal.Resting, w.state.Status)
	has("while the account rests")
	require.Contains(t, w.todo(), "serve rep1", "what was asked for is still to be done")
	require.False(t, nextDue(w.state).After(at("2026-04-09 09:00")), "a resting account wakes for its agenda")
	require.Contains(t, told(w.tick(t, "2026-05-18 09:00")), "evaluation_remind rep1")
	w.do(t, manager1, deal.SetGrade{Grade: deal.GradeB, Reason: note("rests")})
	require.Equal(t, deal.GradeB, w.state.Grade, "a resting account can be graded")

	w.do(t, rep1, deal.SecondDevelopment{Goal: note("more")})
	has("in the next cycle")
	w.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("no need")})
	require.Empty(t, w.entered(), "a closed account has no agenda")
	require.Empty(t, w.todo())
	require.Empty(t, w.replan(t))
	w.do(t, rep1, w.ask(deal.Reopen))
	w.do(t, manager1, w.say(deal.Reopen, deal.Approve))
	w.do(t, rep1, deal.ReopenAccount{Reason: note("back")})
	require.NotEmpty(t, w.clockOf("agenda/agreement/a"), "what is reopened is reminded of its agreement again")
}

func TestPause_holdsWhatWeDoForACustomerAndNotTheirAgreements(t *testing.T) {
	t.Parallel()
	w := maintained(t)
	w.put("a", until("2026-05-15")).put("s", every(7, "2026-03-04"))
	w.replan(t)
	w.do(t, rep1, deal.Pause{Reason: note("fair"), ResumeOn: "2026-04-01"})
	require.Equal(t, at("2026-03-16 09:00"), nextDue(w.state), "the agreement ends all the same")
	require.Equal(t, []string{"agreement_remind rep1"}, told(w.tick(t, "2026-03-16 09:00")))
	require.Empty(t, w.clock(t, "agenda/service/s").Rungs)

	w.put("t", every(7, "2026-03-18"))
	w.replan(t)
	require.Empty(t, w.clock(t, "agenda/service/t").Rungs, "what is new in a pause waits as well")

	events := w.tick(t, "2026-04-01 09:00")
	require.Equal(t, deal.Active, w.state.Status)
	require.Equal(t, []string{"resumed rep1", "service_remind rep1", "service_remind rep1"}, told(events)[:3], "what the pause held is asked for once")
	require.Equal(t, "2026-04-08 09:00", wall(w.clock(t, "agenda/service/s").Due))
	require.Equal(t, "2026-04-08 09:00", wall(w.clock(t, "agenda/service/t").Due))
}

func TestRecompute_placesTheAgendaWithAnotherCalendar(t *testing.T) {
	t.Parallel()
	w := maintained(t)
	w.put("s", every(7, "2026-03-04")).replan(t)
	w.facts.Working = office{version: "cal-2", off: []string{"2026-03-04", "2026-03-05"}}
	require.Equal(t, []deal.EventKind{deal.RecomputedKind, deal.AgendaPlannedKind}, kinds(w.replan(t)))
	require.Contains(t, w.entered(), "agenda/service/s: remind 2026-03-06 09:00")
	for _, c := range w.state.Clocks {
		require.Equal(t, "cal-2", c.Calendar, c.ID)
	}
	require.Empty(t, w.replan(t))
	w.tick(t, "2026-03-06 09:00")
	w.facts.Working = office{version: "cal-3"}
	w.replan(t)
	require.Contains(t, w.entered(), "agenda/service/s: remind 2026-03-11 09:00", "what has fired stays fired")
}

func TestUpcoming_saysWhatTheRecordsAskFor(t *testing.T) {
	t.Parallel()
	w := opened(t).keepAgenda()
	plan := every(7, "2026-03-04")
	plan.Owner = rep2
	w.put("s", plan).put("a", until("2026-05-15")).replan(t)
	var lines []string
	for _, c := range deal.DueList(w.state, w.facts.Org) {
		if c.Kind == deal.AgendaClock && c.Topic != deal.EvaluationTopic {
			lines = append(lines, wall(c.At)+" "+string(c.Notice())+" "+string(c.To[0])+" "+wall(c.Due))
		}
	}
	require.Equal(t, []string{
		"2026-03-04 09:00 service_remind rep2 2026-03-04 09:00",
		"2026-03-16 09:00 agreement_remind rep1 2026-05-15 09:00",
		"2026-04-15 09:00 agreement_remind rep1 2026-05-15 09:00",
		"2026-05-08 09:00 agreement_remind rep1 2026-05-15 09:00",
		"2026-05-15 09:00 agreement_urge rep1 2026-05-15 09:00",
	}, lines)
}

// However long nobody was there, one command stays small: what it leaves happens with the next tick, which comes at once.
func TestAgenda_catchesUpYearsInSeveralSteps(t *testing.T) {
	t.Parallel()
	w := opened(t).keepAgenda()
	w.put("s", every(1, "2026-03-03")).replan(t)
	w.now = at("2032-03-01 10:00")
	fired, ticks := 0, 0
	for !w.state.WakeAt().After(w.now) {
		ticks++
		events := w.do(t, deal.System, deal.Tick{Due: w.state.WakeAt()})
		require.LessOrEqual(t, len(events), 2*1000)
		for _, e := range events {
			if b, ok := e.Body.(deal.RungReached); ok && b.ClockKind == deal.AgendaClock {
				fired++
			}
		}
	}
	require.Equal(t, 2, ticks)
	days := 0
	for d := at("2026-03-03 09:00"); !d.After(w.now); d = d.Add(day) {
		if n := d.In(shanghai).Weekday(); n != time.Saturday && n != time.Sunday {
			days++
		}
	}
	require.Equal(t, days, fired, "every working day was asked for, and those of a weekend on the Monday")
	require.Len(t, tasksOf(w, deal.ServeTask), 1, "and one task waits")
}
