package deal_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// withDeadline is a world in survey whose only deadline is this one.
func withDeadline(t tb, within deal.Span, ladder ...deal.LadderRung) *world {
	t.Helper()
	w := newWorld()
	w.facts.Book.QuietHours = false
	w.facts.Book.Steps[deal.Survey.Number()-1].Deadlines = []deal.Deadline{{Name: "step", Within: within, Ladder: ladder}}
	return w.open(t).walk(t, deal.Survey)
}

// rungsOf lists the rungs of a clock as "name instant", with a mark where a breach is.
func rungsOf(c deal.Clock) []string {
	list := []string{}
	for _, r := range c.Rungs {
		mark := ""
		if r.Breach {
			mark = " !"
		}
		list = append(list, string(r.Name)+" "+wall(r.At)+mark)
	}
	return list
}

func span(s deal.Span) *deal.Span { return &s }

// Monday 2 March 2026, 09:00, is when every clock of this table starts.
func TestLadder_placesItsRungsInTheirOwnTime(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		within deal.Span
		rung   deal.LadderRung
		want   string
	}{
		"half of two working days":              {deal.WorkingDays(2), deal.LadderRung{Percent: 50}, "2026-03-02 18:00"},
		"half of eight office hours":            {hours(8), deal.LadderRung{Percent: 50}, "2026-03-02 14:00"},
		"half of two calendar days":             {calendarDays(2), deal.LadderRung{Percent: 50}, "2026-03-03 09:00"},
		"twice a calendar day":                  {calendarDays(1), deal.LadderRung{Percent: 200}, "2026-03-04 09:00"},
		"a third of an hour":                    {deal.CalendarTime(time.Hour), deal.LadderRung{Percent: 33}, "2026-03-02 09:19"},
		"an office hour before the day ends":    {deal.EndOfDay(), deal.LadderRung{Before: span(hours(1))}, "2026-03-02 17:00"},
		"an hour before the day ends":           {deal.EndOfDay(), deal.LadderRung{Before: span(deal.CalendarTime(time.Hour))}, "2026-03-02 17:00"},
		"a working day before three":            {deal.WorkingDays(3), deal.LadderRung{Before: span(deal.WorkingDays(1))}, "2026-03-03 18:00"},
		"four hours before a working day":       {deal.WorkingDays(1), deal.LadderRung{Before: span(hours(4))}, "2026-03-02 14:00"},
		"two office hours before two days":      {calendarDays(2), deal.LadderRung{Before: span(hours(2))}, "2026-03-03 16:00"},
		"a working day before five days":        {calendarDays(5), deal.LadderRung{Before: span(deal.WorkingDays(1))}, "2026-03-06 09:00"},
		"a day before a working day":            {deal.WorkingDays(3), deal.LadderRung{Before: span(calendarDays(1))}, "2026-03-03 18:00"},
		"longer before than there is":           {hours(2), deal.LadderRung{Before: span(hours(9))}, "2026-03-02 09:00"},
		"longer before, in another time":        {hours(2), deal.LadderRung{Before: span(calendarDays(9))}, "2026-03-02 09:00"},
		"a working day after four office hours": {hours(4), deal.LadderRung{After: span(deal.WorkingDays(1))}, "2026-03-03 14:00"},
		"a working day after two days":          {calendarDays(2), deal.LadderRung{After: span(deal.WorkingDays(1))}, "2026-03-04 18:00"},
		"a day after a working day":             {deal.WorkingDays(1), deal.LadderRung{After: span(calendarDays(1))}, "2026-03-03 18:00"},
		"the end of the day after four hours":   {hours(4), deal.LadderRung{After: span(deal.EndOfDay())}, "2026-03-02 18:00"},
		"half of ten years":                     {calendarDays(3652), deal.LadderRung{Percent: 50}, "2031-03-02 09:00"},
		"ten times ten years":                   {calendarDays(3652), deal.LadderRung{Percent: 1000}, "2126-02-26 09:00"},
	} {
		tt.rung.Name = deal.Remind
		w := withDeadline(t, tt.within, tt.rung)
		c := w.clock(t, "step/step")
		i := slices.IndexFunc(c.Rungs, func(r deal.Rung) bool { return r.Name == deal.Remind })
		require.Equal(t, tt.want, wall(c.Rungs[i].At), name)
	}
}

func TestLadder_marksTheBreachWhereTheDeadlineEnds(t *testing.T) {
	t.Parallel()
	w := withDeadline(t, hours(8), deal.LadderRung{Name: deal.Superior, Percent: 150}, deal.LadderRung{Name: deal.Remind, Percent: 50})
	require.Equal(t, []string{"remind 2026-03-02 14:00", "due 2026-03-02 18:00 !", "superior 2026-03-03 14:00"}, rungsOf(w.clock(t, "step/step")))
	require.False(t, w.state.Overdue())
	events := w.tick(t, "2026-03-02 18:00")
	require.Equal(t, []string{"step_remind rep1"}, told(events), "a breach that nobody is told of is marked all the same")
	require.True(t, body[deal.RungReached](t, events).Breach)
	require.True(t, w.state.Overdue())
	require.Equal(t, []string{"step_superior manager1"}, told(w.tick(t, "2026-03-03 14:00")))
	require.Equal(t, []string{"overdue manager1"}, w.todo())

	w = withDeadline(t, hours(8), deal.LadderRung{Name: deal.Urge, Percent: 100})
	require.Equal(t, []string{"urge 2026-03-02 18:00 !"}, rungsOf(w.clock(t, "step/step")), "a rung at 100 % is the mark")
}

func TestLadder_ofAFollowUpBreachesNothing(t *testing.T) {
	t.Parallel()
	w := opened(t)
	for _, r := range w.clock(t, "follow_up").Rungs {
		require.False(t, r.Breach)
		require.NotEqual(t, deal.Due, r.Name)
	}
}

func TestLadder_ofAStepAsksSalesOpsToReassign(t *testing.T) {
	t.Parallel()
	w := withDeadline(t, hours(8), deal.LadderRung{Name: deal.Reassign, Percent: 200})
	require.Equal(t, []string{"step_reassign ops1"}, told(w.tick(t, "2026-03-03 18:00")))
	require.Contains(t, w.todo(), "reassign ops1")
}

func TestLadder_withoutASuperiorTellsSalesOps(t *testing.T) {
	t.Parallel()
	w := withDeadline(t, hours(8), deal.LadderRung{Name: deal.Superior, Percent: 50})
	w.facts.Org.Teams = nil
	require.Equal(t, []string{"step_superior ops1"}, told(w.tick(t, "2026-03-02 14:00")))
}

func TestQuietHours_holdRemindersUntilTheNextWorkingMinute(t *testing.T) {
	t.Parallel()
	for quiet, want := range map[bool][]string{
		false: {"remind 2026-03-07 09:00", "due 2026-03-12 09:00 !"},
		true:  {"remind 2026-03-09 09:00", "due 2026-03-12 09:00 !"},
	} {
		w := newWorld()
		w.facts.Book.QuietHours = quiet
		w.facts.Book.Steps[0].Deadlines[0].Within = calendarDays(10)
		w.facts.Book.Steps[0].Deadlines[0].Ladder = []deal.LadderRung{{Name: deal.Remind, Percent: 50}}
		w.open(t)
		require.Equal(t, want, rungsOf(w.clock(t, "step/step")))
	}
}

func TestClock_namesTheCalendarItWasComputedWith(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.facts.Working = office{version: "cal-7", provisional: 2027}
	w.open(t)
	for _, c := range w.state.Clocks {
		require.Equal(t, "cal-7", c.Calendar)
		require.False(t, c.Provisional)
	}
	w.do(t, rep1, deal.SetFollowUp{At: at("2027-01-04 09:00")})
	require.True(t, w.clock(t, "follow_up").Provisional, "the year has no holiday data yet")
	list := deal.DueList(w.state, w.facts.Org)
	require.True(t, list[len(list)-1].Provisional)
	require.False(t, list[0].Provisional)
}

func TestRecompute_placesClocksAnewWithAnotherCalendar(t *testing.T) {
	t.Parallel()
	w := asked(t)
	id := "approval/" + w.latest(t, deal.Proposal).ID + "/1"
	w.tick(t, "2026-03-03 09:00")
	require.Empty(t, w.do(t, deal.System, deal.Recompute{}), "the same calendar moves nothing")

	w.facts.Working = office{version: "cal-2", off: []string{"2026-03-03"}} // and the third is a day off, after all
	events := w.do(t, deal.System, deal.Recompute{})
	require.Equal(t, []deal.EventKind{deal.RecomputedKind}, kinds(events))
	require.Equal(t, at("2026-03-16 18:00"), w.state.Deadline())
	c := w.clock(t, id)
	require.Equal(t, at("2026-03-04 18:00"), c.Due)
	require.Equal(t, "cal-2", c.Calendar)
	require.Equal(t, []string{"urge 2026-03-05 09:00 !", "superior 2026-03-06 09:00", "reassign 2026-03-09 09:00"}, rungsOf(c),
		"the reminder was sent and stays sent")
	for _, task := range w.state.Tasks {
		if task.Kind == deal.ApproveTask {
			require.Equal(t, c.Due, task.Due)
		}
	}
	require.Equal(t, at("2026-03-05 18:00"), w.state.FollowUp.At, "what the cadence dated moves along")
	require.Empty(t, w.do(t, deal.System, deal.Recompute{}))
}

func TestRecompute_ofAPausedAccountMovesTheDayItWakes(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, deal.Pause{Reason: note("fair"), ResumeOn: "2026-03-09"})
	followUp := *w.state.FollowUp
	w.facts.Working = office{version: "cal-2", off: []string{"2026-03-09", "2026-03-10"}}
	w.do(t, deal.System, deal.Recompute{})
	require.Equal(t, at("2026-03-11 09:00"), nextDue(w.state))
	require.Equal(t, followUp, *w.state.FollowUp, "a date that stands still keeps what it was")
	w.tick(t, "2026-03-11 09:00")
	require.Equal(t, deal.Active, w.state.Status)
	require.Equal(t, at("2026-03-24 18:00"), w.state.Deadline(), "all ten days are left")

	w = asked(t)
	due := w.state.Tasks[0].Due
	w.do(t, rep1, deal.Pause{Reason: note("fair"), ResumeOn: "2026-03-09"})
	w.facts.Working = office{version: "cal-2"}
	w.do(t, deal.System, deal.Recompute{})
	require.Equal(t, []any{deal.ApproveTask, due}, []any{w.state.Tasks[0].Kind, w.state.Tasks[0].Due})

	w = standingIn(t, deal.Survey)
	w.do(t, rep1, deal.Pause{Reason: note("fair"), ResumeOn: "2026-03-09"})
	w.state.ResumeOn = "never" // a log from elsewhere
	w.facts.Working = office{version: "cal-2"}
	w.do(t, deal.System, deal.Recompute{})
	require.Equal(t, w.now, w.state.WakeAt(), "a day that cannot be read keeps no account asleep")
}

func TestRecompute_movesARestThatIsCountedInWorkingDays(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.facts.Book.Recheck = deal.WorkingDays(3)
	w.open(t).walk(t, deal.Archive)
	w.do(t, rep1, deal.Advance{From: deal.Archive})
	require.Equal(t, at("2026-03-04 18:00"), w.state.Recheck)
	w.facts.Working = office{version: "cal-2", off: []string{"2026-03-04"}}
	w.do(t, deal.System, deal.Recompute{})
	require.Equal(t, at("2026-03-05 18:00"), w.state.Recheck)
}

func TestRung_recordsHowLateItWasHandled(t *testing.T) {
	t.Parallel()
	w := withDeadline(t, hours(2), deal.LadderRung{Name: deal.Urge, Percent: 100})
	reached := body[deal.RungReached](t, w.tick(t, "2026-03-02 11:45"))
	require.Equal(t, []any{"step/step", deal.StepClock, deal.Urge, at("2026-03-02 11:00"), true, 45 * time.Minute},
		[]any{reached.Clock, reached.ClockKind, reached.Rung, reached.Due, reached.Breach, reached.Late})
}

func TestPause_keepsRemindersBeforeTheirDeadline(t *testing.T) {
	t.Parallel()
	w := withDeadline(t, hours(11), deal.LadderRung{Name: deal.Remind, Before: span(deal.CalendarTime(time.Hour))})
	require.Equal(t, []string{"remind 2026-03-03 11:00", "due 2026-03-03 12:00 !"}, rungsOf(w.clock(t, "step/step")))
	w.now = at("2026-03-02 16:00")
	w.do(t, rep1, deal.Pause{Reason: note("fair"), ResumeOn: "2026-03-09"})
	w.tick(t, "2026-03-09 09:00")
	require.Equal(t, []string{"remind 2026-03-09 14:00", "due 2026-03-09 15:00 !"}, rungsOf(w.clock(t, "step/step")),
		"the hours of a night are none of the time that is left")
}

func TestUpcoming_saysWhenToWhomAndWhy(t *testing.T) {
	t.Parallel()
	w := asked(t)
	var lines []string
	for _, c := range deal.DueList(w.state, w.facts.Org) {
		line := wall(c.At) + " " + string(c.Kind) + " " + string(c.Rung)
		for _, p := range c.To {
			line += " " + string(p)
		}
		lines = append(lines, line)
	}
	require.Equal(t, []string{
		"2026-03-03 09:00 approval remind manager1",
		"2026-03-04 09:00 approval urge manager1",
		"2026-03-05 09:00 follow_up remind rep1",
		"2026-03-05 09:00 approval superior director1",
		"2026-03-06 09:00 follow_up urge rep1",
		"2026-03-06 09:00 approval reassign ops1",
		"2026-03-09 09:00 step remind rep1",
		"2026-03-10 09:00 follow_up superior manager1",
		"2026-03-12 09:00 step urge rep1",
		"2026-03-16 09:00 step due",
		"2026-03-17 09:00 step superior manager1",
	}, lines)
	require.Equal(t, []deal.Coming{}, deal.DueList(deal.State{}, w.facts.Org))
	require.Equal(t, deal.NoticeKind("step_urge"), deal.RungNotice(deal.StepClock, deal.Urge))
}

func TestSpan_readsLikeASentence(t *testing.T) {
	t.Parallel()
	require.Equal(t, "2 working days", deal.WorkingDays(2).String())
	require.Equal(t, "end of the working day", deal.EndOfDay().String())
	require.Equal(t, "4h0m0s office time", hours(4).String())
	require.Equal(t, "24h0m0s calendar time", calendarDays(1).String())
	require.Equal(t, "no time", deal.Span{}.String())
}

func TestBook_thatKnowsNothingOfAStepGivesItNoDeadline(t *testing.T) {
	t.Parallel()
	require.Equal(t, deal.StepRules{Step: deal.Plan}, deal.Book{}.Step(deal.Plan))
	w := newWorld()
	w.facts.Book = deal.Book{}
	w.open(t)
	require.True(t, w.state.Deadline().IsZero())
	require.Equal(t, w.now, w.state.FollowUp.At, "no cadence: now")
}
