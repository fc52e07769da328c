package deal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestAdvance_recordsPassAndTimeSpent(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.now = at("2026-03-09 11:00")
	left := body[deal.StepLeft](t, w.do(t, rep1, deal.Advance{From: deal.Survey, Note: note("done")}))
	require.Equal(t, deal.Analyse, left.To)
	require.Equal(t, deal.Forward, left.Direction)
	require.Equal(t, 1, left.Pass)
	require.Equal(t, 7*day+2*time.Hour, left.Spent, "calendar time since the step was entered")
	require.Equal(t, note("done"), left.Note)
	require.Equal(t, w.now, w.state.Entered)
}

func TestAdvance_outOfSignIsAWin(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Sign)
	require.True(t, w.state.WonAt.IsZero())
	back := w.copy()
	require.False(t, body[deal.StepLeft](t, back.do(t, rep1, deal.Return{To: deal.Trial, Reason: note("again")})).Won)
	w.do(t, rep1, deal.Advance{From: deal.Sign})
	require.Equal(t, w.now, w.state.WonAt)
}

func TestReturn_countsPassesAndOpensDeadlinesAnew(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Visit)
	w.now = at("2026-03-04 09:00")
	left := body[deal.StepLeft](t, w.do(t, rep1, deal.Return{To: deal.Analyse, Reason: note("new need")}))
	require.Equal(t, deal.Back, left.Direction)
	require.Equal(t, note("new need"), left.Note)
	require.Equal(t, []any{deal.Analyse, 2}, []any{w.state.Step, w.state.Pass()})
	require.Equal(t, at("2026-03-10 18:00"), w.state.Deadline(), "five working days from now")
	w.walk(t, deal.Visit)
	require.Equal(t, 2, w.state.Pass())
	require.Equal(t, []int{1, 1, 1, 2, 2, 2, 0, 0, 0, 0}, w.state.Passes)
}

func TestReturn_takesOnlyRoadsOfThePlaybookAndSaysWhy(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Visit)
	for _, to := range []deal.Step{deal.Screen, deal.Visit, deal.Trial, "nowhere", ""} {
		no := w.refuse(t, rep1, deal.Return{To: to, Reason: note("again")}, deal.CodeReturnNotAllowed)
		require.Equal(t, []string{"visit", string(to)}, no[0].Args)
	}
	w.refuse(t, rep1, deal.Return{To: deal.Plan}, deal.CodeReasonMissing)

	w.facts.Book.Steps[deal.Visit.Number()-1].Returns = []deal.Step{deal.Sign} // a road forward is no road back
	w.refuse(t, rep1, deal.Return{To: deal.Sign, Reason: note("skip")}, deal.CodeReturnNotAllowed)
}

func TestReturn_toScreenNeedsNoSecondIntake(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, deal.Return{To: deal.Screen, Reason: note("wrong brief")})
	require.Equal(t, deal.IntakeAccepted, w.state.Intake)
	require.Empty(t, w.todo())
	require.ElementsMatch(t, []string{"follow_up", "step/filing", "step/step"}, clockIDs(w.state), "nobody waits for a review")
	w.do(t, rep1, deal.Return{To: deal.Collect, Reason: note("no address")})
	w.do(t, rep1, deal.Advance{From: deal.Collect})
	require.Equal(t, deal.IntakePending, w.state.Intake, "handed over anew, reviewed anew")
	require.Contains(t, clockIDs(w.state), "step/intake")
}

func TestStep_deadlinesEndWithTheStep(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	w.tick(t, "2026-03-20 09:00") // everything is overdue
	require.True(t, w.state.Overdue())
	require.Contains(t, w.todo(), "overdue manager1")
	w.do(t, rep1, deal.Advance{From: deal.Plan})
	require.False(t, w.state.Overdue())
	require.ElementsMatch(t, []string{"follow_up", "step/step"}, clockIDs(w.state))
	for _, task := range w.state.Tasks {
		require.Equal(t, task.Ref == "follow_up", task.Status == deal.TaskOpen, "%s about %s", task.Kind, task.Ref)
	}
}

func TestStep_deadlineUntilARequestEndsWithIt(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	require.Contains(t, clockIDs(w.state), "step/filing")
	w.do(t, rep1, w.ask(deal.Filing))
	require.NotContains(t, clockIDs(w.state), "step/filing")
	require.Contains(t, clockIDs(w.state), "step/step")
}

func TestCycle_restsUntilTheDateOfTheArchiveForm(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		date any
		want string
	}{
		"a working day":    {"2026-09-01", "2026-09-01 09:00"},
		"a Sunday":         {"2026-09-06", "2026-09-07 09:00"},
		"nothing":          {nil, "2026-08-29 09:00"}, // 180 days, as the playbook says
		"not a day":        {"next year", "2026-08-29 09:00"},
		"not even text":    {7, "2026-08-29 09:00"},
		"in the past":      {"2026-03-02", "2026-08-29 09:00"},
		"in five years":    {"2031-03-03", "2031-03-03 09:00"},
		"beyond all reach": {"9999-12-31", "2318-06-12 08:47"}, // a Duration ends there, and so do plans
	} {
		w := standingIn(t, deal.Archive)
		w.facts.Records.Forms[9].Content = map[string]any{"recheck_on": tt.date}
		done := body[deal.CycleCompleted](t, w.do(t, rep1, deal.Advance{From: deal.Archive, Note: note("end")}))
		require.Equal(t, tt.want, wall(w.state.Recheck), name)
		require.Equal(t, w.state.Recheck, done.Recheck, name)
		require.Equal(t, 1, done.Pass, name)
		require.Equal(t, note("end"), done.Note, name)
		require.Equal(t, []string{"recheck"}, clockIDs(w.state), name)
		require.Nil(t, w.state.FollowUp, name)
		require.Empty(t, w.todo(), name)
	}
}

func TestCycle_recordsHowLongItsLastStepTook(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Archive)
	w.now = at("2026-03-04 10:00")
	require.Equal(t, 2*day+time.Hour, body[deal.CycleCompleted](t, w.do(t, rep1, deal.Advance{From: deal.Archive})).Spent)
}

func TestCycle_wakesItsOwnerOnTheRecheckDateAndStaysAtRest(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Archive)
	w.do(t, rep1, deal.Advance{From: deal.Archive})
	require.Equal(t, at("2026-08-31 09:00"), nextDue(w.state), "the date is a Saturday, and people are told on Monday")
	events := w.tick(t, "2026-08-31 09:00")
	require.Equal(t, []string{"recheck rep1"}, told(events))
	require.Equal(t, []string{"recheck rep1"}, w.todo())
	require.Equal(t, deal.Resting, w.state.Status)
	require.True(t, w.state.WakeAt().IsZero())
}

func TestSecondDevelopment_startsTheNextCycleAtAnalyse(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Archive)
	w.do(t, manager1, deal.SetGrade{Grade: deal.GradeB, Reason: note("fine")})
	w.do(t, rep1, deal.Advance{From: deal.Archive})
	w.tick(t, "2026-08-31 09:00")
	w.refuse(t, rep1, deal.SecondDevelopment{}, deal.CodeReasonMissing)
	w.facts.Book.Ref.Version = 2
	events := w.do(t, rep1, deal.SecondDevelopment{Goal: note("cold chain")})
	require.Equal(t, []any{2, deal.Analyse}, []any{events[0].Cycle, events[0].Step}, "the event belongs to the new cycle")
	require.Equal(t, []any{deal.Active, 2, deal.Analyse, 1, 2}, []any{
		w.state.Status, w.state.Cycle, w.state.Step, w.state.Pass(), w.state.Book.Version,
	})
	require.Equal(t, []int{0, 0, 0, 1, 0, 0, 0, 0, 0, 0}, w.state.Passes)
	require.True(t, w.state.WonAt.IsZero())
	require.True(t, w.state.Recheck.IsZero())
	require.Equal(t, []any{rep1, deal.GradeB}, []any{w.state.Owner, w.state.Grade}, "owner and grade stay")
	require.Equal(t, at("2026-09-04 18:00"), w.state.Deadline())
	require.Equal(t, at("2026-09-14 09:00"), w.state.FollowUp.At, "by the cadence of the grade")
	require.Empty(t, w.todo(), "what the re-check asked is done")
}

func TestDecide_countsTheLaterOfCommandAndLog(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.now = at("2026-03-02 08:00") // the clock of another machine
	events := w.do(t, rep1, deal.Advance{From: deal.Survey})
	require.Equal(t, at("2026-03-02 09:00"), events[0].At)

	w.now = at("2026-03-02 10:00").Add(1234 * time.Nanosecond)
	events = w.do(t, rep1, deal.Advance{From: deal.Analyse})
	require.Equal(t, at("2026-03-02 10:00").Add(time.Microsecond), events[0].At, "microseconds, as the database keeps them")
}

func TestPosition_saysWhereTheAccountStands(t *testing.T) {
	t.Parallel()
	require.Equal(t, deal.Position{}, deal.State{}.Position())
	w := standingIn(t, deal.Survey)
	require.Equal(t, at("2026-03-05 09:00"), nextDue(w.state))
	require.WithinRange(t, w.state.WakeAt(), at("2026-03-05 09:00"), at("2026-03-05 09:05"))
	require.Equal(t, deal.Position{
		Cycle: 1, Step: deal.Survey, Pass: 1, Status: deal.Active, Seq: w.state.Seq, WakeAt: w.state.WakeAt(), Head: w.log[len(w.log)-1].Hash,
	}, w.state.Position())
}
