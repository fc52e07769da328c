package deal_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
)

// ladder gives the only deadline of a step another ladder, in a book of its own.
func (w *world) ladder(step deal.Step, rungs ...deal.LadderRung) {
	steps := slices.Clone(w.facts.Book.Steps)
	for i, s := range steps {
		if s.Step == step {
			steps[i].Deadlines = slices.Clone(s.Deadlines)
			steps[i].Deadlines[0].Ladder = rungs
		}
	}
	w.facts.Book.Steps = steps
}

// within gives the deadline "step" of a step another length.
func (w *world) within(step deal.Step, span deal.Span) {
	steps := slices.Clone(w.facts.Book.Steps)
	for i, s := range steps {
		if s.Step != step {
			continue
		}
		steps[i].Deadlines = slices.Clone(s.Deadlines)
		for j := range steps[i].Deadlines {
			if steps[i].Deadlines[j].Name == "step" {
				steps[i].Deadlines[j].Within = span
			}
		}
	}
	w.facts.Book.Steps = steps
}

func express(version int) deal.BookRef { return deal.BookRef{Name: "express", Version: version} }

// moveTo moves the account to a version whose rules are those that the facts hold.
func (w *world) moveTo(t tb, version int) deal.PlaybookMoved {
	t.Helper()
	w.facts.Book.Ref = express(version)
	return body[deal.PlaybookMoved](t, w.do(t, manager1, deal.MovePlaybook{To: express(version), Reason: note("newer")}))
}

// stepClocks are the deadlines of the step, by name.
func stepClocks(s deal.State) map[string]deal.Clock {
	all := map[string]deal.Clock{}
	for _, c := range s.Clocks {
		if c.Kind == deal.StepClock {
			all[c.ID] = c
		}
	}
	return all
}

func rungs(c deal.Clock) []string {
	var names []string
	for _, r := range c.Rungs {
		names = append(names, string(r.Name)+" "+wall(r.At))
	}
	return names
}

func TestMovePlaybook_countsTheDeadlineOfTheOtherVersionFromTheEntryIntoTheStep(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey) // 2 March, 09:00: ten working days, urged after eight
	require.Equal(t, "2026-03-13 18:00", wall(w.clock(t, "step/step").Due))
	w.tick(t, "2026-03-06 10:00")
	w.within(deal.Survey, deal.WorkingDays(8))
	moved := w.moveTo(t, 2)
	require.Equal(t, express(1), moved.From)
	require.Equal(t, express(2), w.state.Book)
	clock := w.clock(t, "step/step")
	require.Equal(t, "2026-03-11 18:00", wall(clock.Due), "eight working days from the entry, not from the move")
	require.Equal(t, []string{"urge 2026-03-10 13:12", "superior 2026-03-13 09:00"}, slices.DeleteFunc(rungs(clock), func(s string) bool {
		return s[:3] == "due"
	}), "half of eight days had passed, so nobody is reminded once more")
	require.False(t, clock.Breached)
}

func TestMovePlaybook_doesNotRepeatRungsThatHaveHappened(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	require.Contains(t, told(w.tick(t, "2026-03-09 10:00")), "step_remind rep1")
	w.moveTo(t, 2)
	require.NotContains(t, told(w.tick(t, "2026-03-09 10:01")), "step_remind rep1")
	require.Contains(t, told(w.tick(t, "2026-03-17 10:00")), "step_superior manager1", "what is still to come, comes")
}

func TestMovePlaybook_toAShorterDeadlineMissesItWithoutALateReminder(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.now = at("2026-03-06 10:00")
	w.within(deal.Survey, deal.WorkingDays(1))
	w.moveTo(t, 2)
	require.True(t, w.state.Overdue())
	require.Empty(t, w.clock(t, "step/step").Rungs)
	require.NotContains(t, kinds(w.tick(t, "2026-03-20 10:00")), deal.StepLeftKind)
	require.Empty(t, openTasks(w.state, deal.OverdueTask))
}

// openTasks are who has an open task of a kind that is not about the follow-up.
func openTasks(s deal.State, kind deal.TaskKind) []deal.PersonID {
	var who []deal.PersonID
	for _, task := range s.Tasks {
		if task.Status == deal.TaskOpen && task.Kind == kind && task.Ref != "follow_up" {
			who = append(who, task.Assignee)
		}
	}
	return who
}

func TestMovePlaybook_toALongerDeadlineTakesBackWhatTheMissedOneAsked(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.tick(t, "2026-03-20 09:00")
	require.True(t, w.state.Overdue())
	require.Equal(t, []deal.PersonID{manager1}, openTasks(w.state, deal.OverdueTask))
	same := w.copy()
	same.moveTo(t, 2)
	require.Equal(t, []deal.PersonID{manager1}, openTasks(same.state, deal.OverdueTask), "what is still missed, is still looked into")
	w.within(deal.Survey, deal.WorkingDays(40))
	w.moveTo(t, 2)
	require.False(t, w.state.Overdue())
	require.Empty(t, openTasks(w.state, deal.OverdueTask))
}

func TestMovePlaybook_leavesRequestsAndFollowUpsAsTheyAre(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	w.do(t, rep1, w.ask(deal.Proposal))
	asked, follow := w.latest(t, deal.Proposal), *w.state.FollowUp
	clock := w.clock(t, "approval/"+asked.ID+"/1")
	w.facts.Book.Approvals = nil
	w.facts.Book.FollowUp.Ungraded = deal.WorkingDays(1)
	w.moveTo(t, 2)
	require.Equal(t, asked, w.latest(t, deal.Proposal))
	require.Equal(t, clock, w.clock(t, "approval/"+asked.ID+"/1"))
	require.Equal(t, follow, *w.state.FollowUp)
	require.NotContains(t, stepClocks(w.state), "step/proposal", "the request was made, so nobody waits for it")
	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	w.do(t, director1, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, deal.Approved, w.latest(t, deal.Proposal).Status)
}

func TestMovePlaybook_ofAPausedAccountKeepsItsClocksStill(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.now = at("2026-03-04 09:00")
	w.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: "2026-04-01"})
	w.now = at("2026-03-20 09:00")
	w.within(deal.Survey, deal.WorkingDays(5))
	w.moveTo(t, 2)
	require.Equal(t, deal.Paused, w.state.Status)
	require.True(t, w.clock(t, "step/step").From.IsZero())
	w.tick(t, "2026-04-01 09:00")
	require.Equal(t, "2026-04-03 18:00", wall(w.clock(t, "step/step").Due), "three of five days were left")
	w.within(deal.Survey, deal.WorkingDays(6))
	w.moveTo(t, 3)
	require.Equal(t, "2026-04-06 18:00", wall(w.clock(t, "step/step").Due), "the pause is not counted afterwards either")
}

// A state that an earlier release wrote does not say since when it pauses.
func TestMovePlaybook_ofAnAccountPausedByAnEarlierReleaseStartsNoClock(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: "2026-04-01"})
	w.state.Pauses = nil
	w.now = at("2026-03-20 09:00")
	w.moveTo(t, 2)
	require.True(t, w.clock(t, "step/step").From.IsZero())
	require.Empty(t, w.tick(t, "2026-03-25 09:00"), "nobody hears of a deadline in a pause")
}

func TestMovePlaybook_isForTheLineAboveAndSalesOpsWithAReason(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.facts.Book.Ref = express(2)
	good := deal.MovePlaybook{To: express(2), Reason: note("newer")}
	for _, who := range []deal.PersonID{rep1, rep3, collector1, manager2, finance1, admin1, auditor1, deal.System} {
		w.refuse(t, who, good, deal.CodeNotYourRole)
	}
	no := w.refuse(t, manager1, deal.MovePlaybook{To: express(2)}, deal.CodeReasonMissing)
	require.Equal(t, "/reason", no[0].Field)
	for _, who := range []deal.PersonID{manager1, director1, ops1} {
		w.copy().do(t, who, good)
	}
	w.delegate(ops1, finance1, 3)
	require.Equal(t, []string{"playbook_moved rep1"}, told(w.do(t, finance1, good)))
}

func TestMovePlaybook_refusesVersionsThatDoNotServe(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	ask := func(version int) deal.MovePlaybook {
		return deal.MovePlaybook{To: express(version), Reason: note("newer")}
	}
	w.refuse(t, manager1, ask(1), deal.CodeSamePlaybook)
	w.refuse(t, manager1, ask(2), deal.CodeUnknownPlaybook)
	w.facts.Against = deal.Refusals{{Code: deal.CodePlaybookUnusable, Field: "/version"}}
	w.refuse(t, manager1, ask(2), deal.CodePlaybookUnusable)
}

func TestMovePlaybook_isTheWayOutOfAVersionThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("no need")})
	w.facts.Book.Ref = express(2)
	w.refuse(t, manager1, deal.MovePlaybook{To: express(2), Reason: note("newer")}, deal.CodeAlreadyClosed)
	w.facts.Unusable = true
	require.Empty(t, w.moveTo(t, 2).Clocks)
	require.Equal(t, deal.Closed, w.state.Status)
	require.Empty(t, w.state.Clocks)
}

func TestMovePlaybook_ofARestingAccountLetsTheNextCycleBeginWithTheOtherPlaybook(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Archive)
	w.do(t, rep1, deal.Advance{From: deal.Archive})
	recheck := w.state.Recheck
	require.Empty(t, w.moveTo(t, 2).Clocks)
	require.Equal(t, recheck, w.state.Recheck)
	w.do(t, rep1, deal.SecondDevelopment{Goal: note("more")})
	require.Equal(t, express(2), w.state.Book)
}

// Moving to the same rules under another version changes nothing but the version, whatever happened before: the clocks
// are those that the account would have had all along.
func TestMovePlaybook_toTheSameRulesChangesNoClock(t *testing.T) {
	t.Parallel()
	moves := 0
	rapid.Check(t, func(t *rapid.T) {
		m := begin(t, drawn{t})
		w := m.w
		for range rapid.IntRange(1, 30).Draw(t, "moves") {
			calendar := w.facts.Working
			m.drift()
			w.facts.Working = calendar // another calendar counts what is left, and not from the beginning
			if w.now.Before(w.state.LastAt) {
				w.now = w.state.LastAt
			}
			w.now = w.now.Add(time.Second) // nothing happens at the instant of something else
			if w.state.Exists() {
				w.do(t, deal.System, deal.Tick{Due: w.now}) // and everybody is punctual
			}
			w.now = w.now.Add(time.Second)
			w.try(m.command())
		}
		w.facts.Org.People = organisation().People
		if s := w.state; s.Status != deal.Active && s.Status != deal.Paused {
			return
		}
		w.now = w.now.Add(time.Second)
		if w.state.Status == deal.Active {
			w.do(t, deal.System, deal.Tick{Due: w.now})
		}
		before := stepClocks(w.state)
		w.facts.Against = nil
		w.facts.Book.Ref = express(7)
		w.do(t, ops1, deal.MovePlaybook{To: express(7), Reason: note("newer")})
		require.Equal(t, encode(t, before), encode(t, stepClocks(w.state)))
		moves++
	})
	require.Positive(t, moves)
}

func TestAssign_isForSalesOpsOnceALadderHasAskedThem(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	w.ladder(deal.Survey, deal.LadderRung{Name: deal.Reassign, Percent: 150})
	w.walk(t, deal.Survey)
	give := deal.Assign{Owner: rep3, Reason: note("nobody walks it")}
	w.refuse(t, ops1, give, deal.CodeNotYourRole)
	require.Contains(t, told(w.tick(t, "2026-03-30 09:00")), "step_reassign ops1")
	require.Contains(t, deal.Allowed(w.state, ops1, w.facts.Org, w.now), deal.AssignName)
	w.refuse(t, finance1, give, deal.CodeNotYourRole)
	w.do(t, ops1, give)
	require.Equal(t, rep3, w.state.Owner)
	require.Equal(t, team2, w.state.Team, "into another team, too")
	require.Empty(t, openTasks(w.state, deal.ReassignTask), "what was asked for is done")
	w.refuse(t, ops1, deal.Assign{Owner: rep1, Reason: note("back")}, deal.CodeNotYourRole)
}

func TestAssign_isNotForSalesOpsWhenOnlyARequestLies(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	w.do(t, rep1, w.ask(deal.Filing))
	w.tick(t, "2026-04-30 09:00")
	require.Equal(t, []deal.PersonID{ops1}, openTasks(w.state, deal.ReassignTask))
	w.refuse(t, ops1, deal.Assign{Owner: rep2, Reason: note("nobody decides")}, deal.CodeNotYourRole)
}
