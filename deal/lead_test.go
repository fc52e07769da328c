package deal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func lead(via deal.Via) deal.Open {
	return deal.Open{Territory: "Suqian", Via: via, Draft: note("draft")}
}

func TestOpen_byARepGivesTheLeadToTheRep(t *testing.T) {
	t.Parallel()
	w := newWorld()
	events := w.do(t, rep1, lead(deal.ViaAPI))
	require.Equal(t, []any{rep1, team1, rep1}, []any{w.state.Owner, w.state.Team, w.state.OpenedBy})
	require.Empty(t, w.todo())
	require.Empty(t, told(events))
	require.Equal(t, []any{"KA-2026-0042", deal.BookRef{Name: "express", Version: 1}, 1, deal.Collect, 1, deal.Active},
		[]any{w.state.Number, w.state.Book, w.state.Cycle, w.state.Step, w.state.Pass(), w.state.Status})
}

func TestOpen_byACollectorAsksTheTeamsManagerForAnOwner(t *testing.T) {
	t.Parallel()
	w := newWorld()
	events := w.do(t, collector1, lead(deal.ViaAPI))
	require.Equal(t, []any{deal.PersonID(""), team1, collector1}, []any{w.state.Owner, w.state.Team, w.state.OpenedBy})
	require.Equal(t, []string{"assign_owner manager1"}, w.todo())
	require.Equal(t, []string{"unowned manager1"}, told(events))

	w = newWorld()
	w.leaves(manager1)
	w.do(t, collector1, lead(deal.ViaAPI))
	require.Equal(t, []string{"assign_owner director1"}, w.todo(), "a manager who has left blocks nothing")
}

func TestOpen_byAnImportHasNoOwnerWhoeverImports(t *testing.T) {
	t.Parallel()
	for _, actor := range []deal.PersonID{rep1, rep3, manager1, ops1} {
		w := newWorld()
		w.do(t, actor, lead(deal.ViaImport))
		require.Empty(t, w.state.Owner, actor)
		require.Equal(t, team1, w.state.Team, actor)
		require.Equal(t, []string{"assign_owner manager1"}, w.todo(), actor)
	}
	for _, actor := range []deal.PersonID{collector1, director1, finance1, admin1, auditor1, deal.System} {
		newWorld().refuse(t, actor, lead(deal.ViaImport), deal.CodeNotYourRole)
	}
}

func TestOpen_inAnUnknownTerritoryAsksSalesOps(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.facts.Team = loner
	w.do(t, collector1, lead(deal.ViaAPI))
	require.Empty(t, w.state.Team)
	require.Equal(t, []string{"assign_owner ops1"}, w.todo())
	w.refuse(t, manager1, deal.Assign{Owner: rep1, Reason: note("mine")}, deal.CodeNotYourRole)
	w.do(t, ops1, deal.Assign{Owner: rep3, Reason: note("yours")})
	require.Equal(t, team2, w.state.Team, "the owner's team is the account's")

	w = newWorld()
	w.facts.Team = loner
	w.do(t, rep1, lead(deal.ViaAPI))
	require.Equal(t, []any{rep1, team1}, []any{w.state.Owner, w.state.Team}, "a rep's own lead is theirs all the same")
}

func TestOpen_isRefusedInTheTerritoryOfAnotherTeam(t *testing.T) {
	t.Parallel()
	w := newWorld()
	no := w.refuse(t, rep3, lead(deal.ViaAPI), deal.CodeNotYourTerritory)
	require.Equal(t, "/profile/territory", no[0].Field)
}

func TestOpen_needsADraftAndAWay(t *testing.T) {
	t.Parallel()
	newWorld().refuse(t, rep1, deal.Open{Via: deal.ViaAPI}, deal.CodeTextMissing)
	newWorld().refuse(t, rep1, lead("fax"), deal.CodeInvalidValue)
}

func TestLead_isWalkedThroughCollectByWhoBroughtIt(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.do(t, collector1, lead(deal.ViaAPI))
	w.refuse(t, rep1, deal.Advance{From: deal.Collect}, deal.CodeNotYourRole)
	w.do(t, collector1, interaction(w.now))
	w.do(t, collector1, deal.Advance{From: deal.Collect})
	require.ElementsMatch(t, []string{"assign_owner manager1", "intake manager1"}, w.todo())
	w.refuse(t, collector1, deal.Advance{From: deal.Screen}, deal.CodeNotYourRole)
	w.refuse(t, collector1, interaction(w.now), deal.CodeNotYourRole)
}

func TestLead_isWalkedByTheDeputyOfWhoBroughtIt(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.do(t, collector1, lead(deal.ViaAPI))
	w.delegate(collector1, rep2, 2)
	w.do(t, rep2, deal.Advance{From: deal.Collect})
}

func TestHandover_afterTheWorkingDayLeavesAFlag(t *testing.T) {
	t.Parallel()
	for when, late := range map[string]bool{
		"2026-03-02 09:30": false,
		"2026-03-02 18:00": false, // the end of the day itself
		"2026-03-02 18:01": true,
		"2026-03-05 10:00": true,
	} {
		w := opened(t)
		w.now = at(when)
		w.do(t, rep1, deal.Advance{From: deal.Collect})
		require.Equal(t, late, w.state.Late, when)
	}
}

func TestHandover_isLateForEver(t *testing.T) {
	t.Parallel()
	w := opened(t)
	w.tick(t, "2026-03-03 09:00")
	w.do(t, rep1, deal.Advance{From: deal.Collect})
	require.True(t, w.state.Late)
	w.do(t, manager1, deal.ReviewIntake{Decision: deal.ReturnIntake, Reason: note("thin")})
	require.Equal(t, at("2026-03-03 18:00"), w.clock(t, "step/step").Due, "the collector's clock starts again")
	w.do(t, rep1, deal.Advance{From: deal.Collect})
	require.True(t, w.state.Late)
}

func TestHandover_isChasedOneHourBeforeTheDayEnds(t *testing.T) {
	t.Parallel()
	w := opened(t)
	require.Equal(t, at("2026-03-02 17:00"), nextDue(w.state))
	require.Equal(t, []string{"step_remind rep1"}, told(w.tick(t, "2026-03-02 17:00")))

	evening := newWorld()
	evening.now = at("2026-03-06 20:00") // Friday night: the working day is Monday
	evening.open(t)
	require.Equal(t, at("2026-03-09 18:00"), evening.state.Deadline())
}

func TestIntake_acceptedStopsItsDeadline(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	require.Equal(t, []string{"intake manager1"}, w.todo())
	require.Contains(t, clockIDs(w.state), "step/intake")
	events := w.do(t, rep1, deal.ReviewIntake{Decision: deal.AcceptIntake}) // the rep may, too
	require.Equal(t, deal.IntakeAccepted, w.state.Intake)
	require.ElementsMatch(t, []string{"intake_accepted collector1", "intake_accepted rep1"}, told(events))
	require.NotContains(t, clockIDs(w.state), "step/intake")
	require.Empty(t, w.todo())
	no := w.refuse(t, manager1, deal.ReviewIntake{Decision: deal.AcceptIntake}, deal.CodeIntakeDecided)
	require.Equal(t, []string{"accepted"}, no[0].Args)
}

func TestIntake_returnedGoesBackToTheCollector(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	w.refuse(t, manager1, deal.ReviewIntake{Decision: deal.ReturnIntake}, deal.CodeReasonMissing)
	events := w.do(t, manager1, deal.ReviewIntake{Decision: deal.ReturnIntake, Reason: note("thin")})
	require.Equal(t, []deal.EventKind{deal.IntakeReviewedKind, deal.StepLeftKind}, kinds(events))
	require.ElementsMatch(t, []string{"intake_returned collector1", "intake_returned rep1"}, told(events))
	require.Equal(t, []any{deal.Collect, 2, deal.IntakeReturned}, []any{w.state.Step, w.state.Pass(), w.state.Intake})
	w.do(t, collector1, deal.Advance{From: deal.Collect})
	require.Equal(t, []any{deal.Screen, 2, deal.IntakePending}, []any{w.state.Step, w.state.Pass(), w.state.Intake})
}

func TestIntake_mergedNeedsASecondPersonAndALivingTarget(t *testing.T) {
	t.Parallel()
	merge := deal.ReviewIntake{Decision: deal.MergeIntake, Reason: note("twin"), MergeInto: other}
	target := deal.State{Account: other, Seq: 3, Status: deal.Active}
	for name, unfit := range map[string]deal.State{
		"unknown": {}, "itself": {Account: account, Seq: 3, Status: deal.Active},
		"closed and of another team": {Account: other, Seq: 3, Status: deal.Closed, Team: team2, Owner: rep3},
	} {
		w := standingIn(t, deal.Screen)
		w.facts.Target = unfit
		no := w.refuse(t, manager1, merge, deal.CodeUnknownAccount)
		require.Equal(t, "/merge_into", no[0].Field, name)
	}
	w := newWorld()
	w.facts.Target = target
	w.do(t, rep1, lead(deal.ViaAPI))
	w.do(t, rep1, deal.Advance{From: deal.Collect})
	w.refuse(t, rep1, merge, deal.CodeTwoPersons) // who brought it does not make it go away alone
	w.refuse(t, manager1, deal.ReviewIntake{Decision: deal.MergeIntake, MergeInto: other}, deal.CodeReasonMissing)
	events := w.do(t, manager1, merge)
	require.Equal(t, []deal.EventKind{deal.IntakeReviewedKind, deal.ClosedKind}, kinds(events))
	require.Equal(t, []any{deal.Closed, deal.Merged, other, deal.IntakeMerged},
		[]any{w.state.Status, w.state.Outcome, w.state.Merged, w.state.Intake})
	require.Empty(t, w.state.Clocks)
	require.Empty(t, w.todo())
}

func TestIntake_namesATargetOnlyToMerge(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	w.refuse(t, manager1, deal.ReviewIntake{Decision: deal.AcceptIntake, MergeInto: other}, deal.CodeInvalidValue)
	w.refuse(t, manager1, deal.ReviewIntake{Decision: deal.ReturnIntake, MergeInto: other}, deal.CodeInvalidValue, deal.CodeReasonMissing)
	w.refuse(t, manager1, deal.ReviewIntake{Decision: "keep"}, deal.CodeInvalidValue)
}

func TestAssign_isForTheCommonSuperior(t *testing.T) {
	t.Parallel()
	w := opened(t)
	give := func(p deal.PersonID) deal.Assign { return deal.Assign{Owner: p, Reason: note("balance")} }
	w.refuse(t, manager1, give(rep3), deal.CodeNotYourRole)
	w.refuse(t, manager2, give(rep3), deal.CodeNotYourRole)
	w.refuse(t, rep1, give(rep2), deal.CodeNotYourRole)
	events := w.do(t, director1, give(rep3))
	require.Equal(t, []any{rep3, team2}, []any{w.state.Owner, w.state.Team})
	require.ElementsMatch(t, []string{"assigned rep3", "assigned rep1"}, told(events))
}

func TestAssign_isRefusedForWhoCannotOwn(t *testing.T) {
	t.Parallel()
	w := opened(t)
	w.refuse(t, manager1, deal.Assign{Owner: rep2}, deal.CodeReasonMissing)
	for _, unknown := range []deal.PersonID{nobody, left1, ""} {
		w.refuse(t, manager1, deal.Assign{Owner: unknown, Reason: note("r")}, deal.CodeUnknownPerson)
	}
	w.refuse(t, manager1, deal.Assign{Owner: rep1, Reason: note("r")}, deal.CodeSameOwner)
	for _, unfit := range []deal.PersonID{collector1, manager1, ops1, finance1} {
		w.refuse(t, manager1, deal.Assign{Owner: unfit, Reason: note("r")}, deal.CodeNotARep)
	}
}

func TestAssign_takesTasksAlong(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.do(t, collector1, lead(deal.ViaAPI))
	w.tick(t, "2026-03-05 09:00") // the follow-up is due, and nobody owns the account
	require.ElementsMatch(t, []string{"assign_owner manager1", "follow_up manager1"}, w.todo())
	w.do(t, manager1, deal.Assign{Owner: rep1, Reason: note("yours")})
	require.Equal(t, []string{"follow_up rep1"}, w.todo())
	w.do(t, manager1, deal.Assign{Owner: rep2, Reason: note("balance")})
	require.Equal(t, []string{"follow_up rep2"}, w.todo())
}

func TestAssign_toAnotherTeamMovesTheReview(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	w.do(t, manager1, deal.Assign{Owner: rep2, Reason: note("same team")})
	require.Equal(t, []string{"intake manager1"}, w.todo())
	events := w.do(t, director1, deal.Assign{Owner: rep3, Reason: note("other team")})
	require.Equal(t, []string{"intake manager2"}, w.todo())
	require.Contains(t, told(events), "handed_over manager2")
	w.refuse(t, manager1, deal.ReviewIntake{Decision: deal.AcceptIntake}, deal.CodeNotYourRole)
	w.do(t, manager2, deal.ReviewIntake{Decision: deal.AcceptIntake})
	require.Empty(t, w.todo())
}

func TestMerge_saysThatTheTargetIsClosedToWhomItIsTheirsToSee(t *testing.T) {
	t.Parallel()
	intake := deal.ReviewIntake{Decision: deal.MergeIntake, Reason: note("twin"), MergeInto: other}
	w := standingIn(t, deal.Screen)
	w.facts.Target = deal.State{Account: other, Seq: 3, Status: deal.Closed, Team: team1, Owner: rep2}
	no := w.refuse(t, manager1, intake, deal.CodeTargetClosed)
	require.Equal(t, "/merge_into", no[0].Field)
	require.Equal(t, deal.Conflict, no.Class())
	merge := deal.Merge{Into: other, Reason: note("twin")}
	no = w.refuse(t, rep1, merge, deal.CodeUnknownAccount, deal.CodeGateUnmet)
	require.Equal(t, "/into", no[0].Field, "a colleague's account is nobody else's")
	w.facts.Target.OpenedBy = rep1
	w.refuse(t, rep1, merge, deal.CodeTargetClosed, deal.CodeGateUnmet)
	w.facts.Target.OpenedBy, w.facts.Target.Owner = "", rep1
	w.refuse(t, rep1, merge, deal.CodeTargetClosed, deal.CodeGateUnmet)
}
