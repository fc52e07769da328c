package deal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestFollowUp_isDatedFromTheBeginning(t *testing.T) {
	t.Parallel()
	w := opened(t)
	require.Equal(t, at("2026-03-04 18:00"), w.state.FollowUp.At, "three working days until there is a grade")
	require.Equal(t, []any{true, deal.System}, []any{w.state.FollowUp.Auto, w.state.FollowUp.By})
	require.Equal(t, at("2026-03-02 09:00"), w.state.FollowUpSetAt)
}

func TestFollowUp_isDatedByTheCadenceOfTheGrade(t *testing.T) {
	t.Parallel()
	for grade, want := range map[deal.Grade]string{
		deal.GradeA: "2026-03-09 10:00", deal.GradeB: "2026-03-16 10:00", deal.GradeC: "2026-04-01 10:00", deal.GradeD: "2026-05-31 10:00",
	} {
		w := standingIn(t, deal.Survey)
		w.now = at("2026-03-02 10:00")
		graded := body[deal.Graded](t, w.do(t, rep1, deal.SetGrade{Grade: grade, Reason: note("scored")}))
		require.Equal(t, deal.Grade(""), graded.Previous)
		require.Equal(t, want, wall(w.state.FollowUp.At), grade)
		require.Equal(t, w.state.FollowUp.At, w.clock(t, "follow_up").Due)
		require.Equal(t, grade, w.state.Grade)
	}
}

func TestGrade_datesOnlyAnewWhatTheCadenceDated(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, deal.SetFollowUp{At: at("2026-03-06 15:00")})
	graded := body[deal.Graded](t, w.do(t, rep1, deal.SetGrade{Grade: deal.GradeA, Reason: note("scored")}))
	require.Nil(t, graded.FollowUp)
	require.Equal(t, at("2026-03-06 15:00"), w.state.FollowUp.At, "a person's date stays")

	w.now = at("2026-03-03 09:00")
	w.do(t, rep1, interaction(w.now)) // the cadence dates the next step
	id := w.state.FollowUp.ID
	w.now = at("2026-03-04 09:00")
	graded = body[deal.Graded](t, w.do(t, rep1, deal.SetGrade{Grade: deal.GradeA, Reason: note("the same")}))
	require.Nil(t, graded.FollowUp, "the same grade dates nothing anew")
	require.Equal(t, deal.GradeA, graded.Previous)
	w.do(t, rep1, deal.SetGrade{Grade: deal.GradeC, Reason: note("worse")})
	require.NotEqual(t, id, w.state.FollowUp.ID)
	require.Equal(t, at("2026-04-03 09:00"), w.state.FollowUp.At)
}

func TestGrade_dropsTheTaskOfTheDateThatIsGone(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.tick(t, "2026-03-05 09:00")
	require.Equal(t, []string{"follow_up rep1"}, w.todo())
	w.do(t, rep1, deal.SetGrade{Grade: deal.GradeC, Reason: note("scored")})
	require.Empty(t, w.todo())
	w.tick(t, "2026-04-06 09:00")
	require.Contains(t, w.todo(), "follow_up rep1")
}

func TestGrade_isOneOfFourAndHasAReason(t *testing.T) {
	t.Parallel()
	standingIn(t, deal.Survey).refuse(t, rep1, deal.SetGrade{Grade: "E"}, deal.CodeInvalidValue, deal.CodeReasonMissing)
}

func TestFollowUp_remindsUrgesAndGoesToTheSuperior(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Maintain) // a step of 90 days, so that only the follow-up is due
	w.do(t, rep1, deal.SetFollowUp{At: at("2026-03-04 15:00"), Note: note("call")})
	require.Empty(t, w.tick(t, "2026-03-04 14:59"))
	require.Equal(t, []string{"follow_up_remind rep1"}, told(w.tick(t, "2026-03-04 15:00")))
	require.Equal(t, []string{"follow_up rep1"}, w.todo())
	require.Equal(t, []string{"follow_up_urge rep1"}, told(w.tick(t, "2026-03-05 15:00")))
	require.Equal(t, []string{"follow_up_superior manager1"}, told(w.tick(t, "2026-03-09 15:00")))
	require.Equal(t, []string{"follow_up rep1", "overdue manager1"}, w.todo())
	require.Empty(t, w.tick(t, "2026-03-30 15:00"))
	require.False(t, w.state.Overdue(), "a missed follow-up is no missed deadline of the step")

	w.do(t, rep1, interaction(w.now))
	require.Empty(t, w.todo(), "done, and nobody has to look after it")
}

func TestFollowUp_remindsTheDeputyInstead(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Maintain)
	w.delegate(rep1, rep2, 9)
	require.Equal(t, []string{"follow_up_remind rep2"}, told(w.tick(t, "2026-03-05 09:00")))
	require.Equal(t, []string{"follow_up rep1"}, w.todo(), "one task, of the owner")
	require.Equal(t, rep2, w.state.Tasks[0].Deputy, "which names both")
}

func TestFollowUp_ofAnAccountWhoseOwnerHasLeftRemindsTheManager(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Maintain)
	w.leaves(rep1)
	require.Equal(t, []string{"follow_up_remind manager1"}, told(w.tick(t, "2026-03-05 09:00")))
	require.Equal(t, []string{"follow_up manager1"}, w.todo())
}

func TestFollowUp_ofAnAccountOfNobodyRemindsSalesOps(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.facts.Team = loner
	w.do(t, collector1, lead(deal.ViaAPI))
	events := w.tick(t, "2026-03-10 09:00")
	require.Contains(t, told(events), "step_remind ops1")
	require.Contains(t, told(events), "follow_up_remind ops1")
	require.Contains(t, told(events), "follow_up_superior ops1")
	require.Contains(t, w.todo(), "follow_up ops1")
}

func TestFollowUp_asksOnceHoweverOftenItReminds(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.facts.Book.FollowUp.Ladder = []deal.LadderRung{{Name: deal.Remind, Percent: 50}, {Name: deal.Remind, Percent: 100}}
	w.open(t).walk(t, deal.Maintain)
	events := w.tick(t, "2026-03-06 09:00")
	require.Equal(t, []string{"follow_up_remind rep1", "follow_up_remind rep1"}, told(events))
	require.Equal(t, []string{"follow_up rep1"}, w.todo())
}

func TestFollowUp_liesAheadAndWithinReach(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	for _, past := range []time.Time{{}, w.now.Add(-time.Hour), w.now} {
		no := w.refuse(t, rep1, deal.SetFollowUp{At: past}, deal.CodeDateInPast)
		require.Equal(t, "/at", no[0].Field)
	}
	w.refuse(t, rep1, deal.SetFollowUp{At: at("9999-12-31 23:59")}, deal.CodeInvalidValue)
	w.do(t, rep1, deal.SetFollowUp{At: at("2046-03-02 09:00")})
	require.Equal(t, at("2046-03-02 09:00"), w.state.FollowUp.At)
	require.Equal(t, at("2046-03-02 09:00"), w.clock(t, "follow_up").Rungs[0].At, "twenty years do not overflow")
}

func TestInteraction_isKeptWithItsStepAndDatesTheNextOne(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Visit)
	w.do(t, rep1, deal.Return{To: deal.Plan, Reason: note("again")})
	w.do(t, rep1, deal.Advance{From: deal.Plan})
	b := interaction(at("2026-02-27 10:00"))
	b.NextAt = at("2026-03-05 10:00")
	logged := body[deal.InteractionLogged](t, w.do(t, manager1, b))
	require.Equal(t, deal.Interaction{
		ID: logged.Interaction.ID, Cycle: 1, Step: deal.Visit, Pass: 2, Kind: deal.VisitInteraction, At: at("2026-02-27 10:00"), With: []string{contact1},
		By: manager1, Aim: note("aim"), Result: note("result"), NextStep: note("next"), NextAt: at("2026-03-05 10:00"),
	}, logged.Interaction)
	require.Equal(t, deal.FollowUp{ID: w.state.FollowUp.ID, At: at("2026-03-05 10:00"), Note: note("next"), By: manager1}, *w.state.FollowUp)

	w.do(t, rep1, interaction(w.now))
	require.Equal(t, deal.FollowUp{ID: w.state.FollowUp.ID, At: at("2026-03-04 18:00"), Note: note("next"), By: deal.System, Auto: true}, *w.state.FollowUp)
}

func TestInteraction_isRefusedWithEverythingAgainstIt(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Visit)
	no := w.refuse(t, rep1, deal.LogInteraction{}, deal.CodeInvalidValue, deal.CodeInvalidValue, deal.CodeInvalidValue,
		deal.CodeReasonMissing, deal.CodeReasonMissing, deal.CodeReasonMissing)
	var fields []string
	for _, r := range no {
		fields = append(fields, r.Field)
	}
	require.Equal(t, []string{"/kind", "/at", "/aim", "/result", "/next_step", "/with"}, fields)

	b := interaction(w.now.Add(time.Minute))
	b.NextAt = w.now
	b.With = []string{contact1, "stranger"}
	no = w.refuse(t, rep1, b, deal.CodeDateInFuture, deal.CodeDateInPast, deal.CodeUnknownContact)
	require.Equal(t, []string{"stranger"}, no[2].Args)

	b = interaction(time.Date(0, 1, 1, 0, 0, 0, 0, shanghai)) // before the year 1 no log can say when
	b.NextAt = at("9999-12-31 23:59")
	w.refuse(t, rep1, b, deal.CodeInvalidValue, deal.CodeInvalidValue)
}

func TestTask_isTickedOffByItsAssigneeOnly(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.tick(t, "2026-03-20 09:00")
	tasks := map[deal.TaskKind]deal.CompleteTask{}
	for _, task := range w.state.Tasks {
		tasks[task.Kind] = deal.CompleteTask{Task: task.ID}
	}
	w.refuse(t, rep1, tasks[deal.OverdueTask], deal.CodeNotYourRole)
	no := w.refuse(t, rep1, tasks[deal.FollowUpTask], deal.CodeTaskNotManual)
	require.Equal(t, []string{"follow_up"}, no[0].Args, "it is done by following up")
	w.refuse(t, manager1, tasks[deal.FollowUpTask], deal.CodeNotYourRole, deal.CodeTaskNotManual)

	w.delegate(manager1, rep2, 3)
	w.do(t, rep2, tasks[deal.OverdueTask])
	i := 0
	for i < len(w.state.Tasks) && w.state.Tasks[i].ID != tasks[deal.OverdueTask].Task {
		i++
	}
	done := w.state.Tasks[i]
	require.Equal(t, []any{deal.TaskDone, w.now, rep2}, []any{done.Status, done.ClosedAt, done.ClosedBy})
	w.refuse(t, manager1, tasks[deal.OverdueTask], deal.CodeTaskDone)
	w.do(t, rep1, deal.SetFollowUp{At: w.now.Add(day)})
	w.refuse(t, manager1, tasks[deal.OverdueTask], deal.CodeTaskDone)
}
