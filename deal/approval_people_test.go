package deal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func TestApproval_ofTheManagersOwnRequestGoesToTheDirector(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	w.do(t, manager1, w.ask(deal.Filing))
	require.Equal(t, []deal.PersonID{director1}, w.latest(t, deal.Filing).Waiting())
	w.refuse(t, manager1, w.say(deal.Filing, deal.Approve), deal.CodeOwnRequest)
	w.do(t, director1, w.say(deal.Filing, deal.Approve))
	require.Equal(t, deal.Approved, w.latest(t, deal.Filing).Status)
}

func TestApproval_ofTheTopGoesToSalesOps(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan).chainOf(deal.LevelRules{Who: deal.OwnerSuperior})
	w.do(t, director1, w.ask(deal.Proposal))
	require.Equal(t, []deal.PersonID{ops1}, w.latest(t, deal.Proposal).Waiting())
}

func TestApproval_turnsToTheNextSuperiorWhenTheApproverHasLeft(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	w.leaves(manager1)
	w.do(t, rep1, w.ask(deal.Filing))
	require.Equal(t, []deal.PersonID{director1}, w.latest(t, deal.Filing).Waiting(), "before the request")

	w = asked(t)
	w.leaves(manager1)
	events := w.tick(t, "2026-03-03 09:00")
	require.Contains(t, told(events), "approval_remind director1")
	require.NotContains(t, told(events), "approval_remind manager1")
	w.refuse(t, manager1, w.say(deal.Proposal, deal.Approve), deal.CodeNotYourRole)
	w.refuse(t, manager2, w.say(deal.Proposal, deal.Approve), deal.CodeNotApprover)
	decided := body[deal.ApprovalDecided](t, w.do(t, director1, w.say(deal.Proposal, deal.Approve)))
	require.Equal(t, manager1, decided.For, "after it, at once and on record for whom")
	require.Equal(t, deal.Approved, w.latest(t, deal.Proposal).Status, "the director's own level passes by itself")
}

func TestApproval_turnsToSalesOpsWhenTheLineHasLeft(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.leaves(manager1)
	w.leaves(director1)
	require.Contains(t, told(w.tick(t, "2026-03-03 09:00")), "approval_remind ops1")
	w.do(t, ops1, w.say(deal.Proposal, deal.Approve))
}

func TestApproval_findsPeopleByLoginAndRole(t *testing.T) {
	t.Parallel()
	for who, want := range map[deal.Audience][]deal.PersonID{
		"person:finance1": {finance1},
		"person:left1":    {manager1}, // who has left is replaced by the next superior
		"person:unknown":  {ops1},
		"role:manager":    {manager1, manager2},
		"role:finance":    {finance1},
		"role:rep":        {rep2, rep3}, // never who asks
		"role:nothing":    {ops1},
	} {
		w := asked(t, deal.LevelRules{Who: who, Mode: deal.AllSeats})
		require.Equal(t, want, w.latest(t, deal.Proposal).Waiting(), who)
	}
}

func TestApproval_withoutAnybodyIsRefused(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	w.leaves(ops1)
	w.chainOf(deal.LevelRules{Who: "role:nothing"})
	w.refuse(t, rep1, w.ask(deal.Proposal), deal.CodeNoApprover)
	w.facts.Chain = []deal.LevelRules{}
	w.refuse(t, rep1, w.ask(deal.Proposal), deal.CodeNoApprover)

	w = asked(t, deal.LevelRules{Who: deal.OwnerManager}, deal.LevelRules{Who: "role:finance"})
	w.leaves(finance1)
	w.leaves(ops1)
	w.refuse(t, manager1, w.say(deal.Proposal, deal.Approve), deal.CodeNoApprover)
	require.Equal(t, []deal.PersonID{manager1}, w.latest(t, deal.Proposal).Waiting(), "nothing is approved by absence")
}

func TestApproval_mayBeDecidedByADeputyWhileTheDelegationLasts(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.refuse(t, manager2, w.say(deal.Proposal, deal.Approve), deal.CodeNotApprover)
	w.delegate(manager1, manager2, 3) // after the request: open ones are covered, too
	later := w.copy()
	later.now = w.now.Add(3 * day)
	later.refuse(t, manager2, w.say(deal.Proposal, deal.Approve), deal.CodeNotApprover)

	decided := body[deal.ApprovalDecided](t, w.do(t, manager2, w.say(deal.Proposal, deal.Approve)))
	require.Equal(t, []deal.PersonID{manager2, manager1}, []deal.PersonID{decided.By, decided.For}, "records show both names")
	seat := w.latest(t, deal.Proposal).Levels[0].Seats[0]
	require.Equal(t, []deal.PersonID{manager1, manager2}, []deal.PersonID{seat.Holder, seat.By})
}

func TestApproval_asksTheDeputyInThePlaceOfWhoIsAway(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	w.delegate(manager1, manager2, 3)
	events := w.do(t, rep1, w.ask(deal.Filing))
	require.Equal(t, []string{"approval_asked manager2"}, told(events))
}

func TestApproval_isNeverDecidedByWhoAskedThroughADelegation(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.delegate(manager1, rep1, 3)
	w.refuse(t, rep1, w.say(deal.Proposal, deal.Approve), deal.CodeOwnRequest)
	w.refuse(t, rep1, deal.TransferApproval{Approval: w.latest(t, deal.Proposal).ID, To: manager2, Reason: note("friend")}, deal.CodeOwnRequest)
}

func TestApproval_isNotDecidedTwiceByOnePerson(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.delegate(manager1, manager2, 9)
	w.delegate(director1, manager2, 9)
	w.do(t, manager2, w.say(deal.Proposal, deal.Approve)) // for manager1
	w.refuse(t, manager2, w.say(deal.Proposal, deal.Approve), deal.CodeTwoPersons)
	w.refuse(t, manager2, w.say(deal.Proposal, deal.Reject), deal.CodeTwoPersons)
	w.do(t, director1, w.say(deal.Proposal, deal.Approve))
}

func TestApproval_takesADeputysOwnSeatFirst(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: "role:manager", Mode: deal.AllSeats})
	w.delegate(manager1, manager2, 9)
	decided := body[deal.ApprovalDecided](t, w.do(t, manager2, w.say(deal.Proposal, deal.Approve)))
	require.Empty(t, decided.For)
	w.refuse(t, manager2, w.say(deal.Proposal, deal.Approve), deal.CodeTwoPersons)
	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, deal.Approved, w.latest(t, deal.Proposal).Status)
}

func TestApproval_inOrderPassesTheOwnSeatOfWhoSpokeForAnother(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: "role:manager", Mode: deal.InOrder})
	w.delegate(manager1, manager2, 9)
	w.do(t, manager2, w.say(deal.Proposal, deal.Approve)) // for manager1, whose turn it is
	a := w.latest(t, deal.Proposal)
	require.Equal(t, deal.Approved, a.Status)
	require.True(t, a.Levels[0].Seats[1].Auto)

	w = asked(t, deal.LevelRules{Who: "role:manager", Mode: deal.InOrder})
	w.delegate(manager1, manager2, 9)
	w.do(t, manager2, w.say(deal.Proposal, deal.Reject))
	require.Equal(t, deal.Rejected, w.latest(t, deal.Proposal).Status, "a no passes nothing")
}

func TestTransfer_handsAWaitingSeatOn(t *testing.T) {
	t.Parallel()
	w := asked(t)
	id := w.latest(t, deal.Proposal).ID
	events := w.do(t, manager1, deal.TransferApproval{Approval: id, To: manager2, Reason: note("away")})
	require.Equal(t, []deal.PersonID{manager2}, w.latest(t, deal.Proposal).Waiting())
	require.ElementsMatch(t, []string{"approval_asked manager2", "approval_transferred manager1"}, told(events))
	require.Equal(t, []string{"approve manager2"}, w.todo())
	w.refuse(t, manager1, w.say(deal.Proposal, deal.Approve), deal.CodeNotApprover)
	w.do(t, manager2, w.say(deal.Proposal, deal.Approve))
}

func TestTransfer_isRefusedWithEverythingAgainstIt(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: "role:manager", Mode: deal.AllSeats}, deal.LevelRules{Who: "role:finance"})
	id := w.latest(t, deal.Proposal).ID
	to := func(p deal.PersonID) deal.TransferApproval {
		return deal.TransferApproval{Approval: id, To: p, Reason: note("away")}
	}
	w.refuse(t, manager1, deal.TransferApproval{Approval: id, To: director1}, deal.CodeReasonMissing)
	w.refuse(t, manager1, deal.TransferApproval{Approval: "none", To: director1}, deal.CodeUnknownApproval)
	w.refuse(t, ops1, to(director1), deal.CodeNotApprover)
	for _, unfit := range []deal.PersonID{nobody, left1, rep2, collector1, admin1, auditor1} {
		w.refuse(t, manager1, to(unfit), deal.CodeUnknownPerson)
	}
	w.refuse(t, manager1, to(rep1), deal.CodeUnknownPerson, deal.CodeOwnRequest)
	w.refuse(t, manager1, to(manager2), deal.CodeTwoPersons)
	w.do(t, manager2, w.say(deal.Proposal, deal.Approve))
	w.refuse(t, manager1, to(manager2), deal.CodeTwoPersons)
	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	w.refuse(t, finance1, to(manager1), deal.CodeTwoPersons)
	w.do(t, finance1, to(director1))
}

func TestLadder_ofALevelEndsWithSalesOpsWhoMayTransfer(t *testing.T) {
	t.Parallel()
	w := asked(t)
	id := w.latest(t, deal.Proposal).ID
	transfer := deal.TransferApproval{Approval: id, To: manager2, Reason: note("nobody decides")}

	require.Contains(t, told(w.tick(t, "2026-03-03 09:00")), "approval_remind manager1", "50 %")
	events := w.tick(t, "2026-03-04 09:00") // 100 %: two working days end with the second
	require.Contains(t, told(events), "approval_urge manager1")
	require.True(t, w.clock(t, "approval/"+id+"/1").Breached)
	w.refuse(t, director1, w.say(deal.Proposal, deal.Approve), deal.CodeNotApprover)

	events = w.tick(t, "2026-03-05 09:00") // 150 %
	require.Contains(t, told(events), "approval_superior director1")
	require.Contains(t, w.todo(), "approve director1")
	require.Contains(t, w.todo(), "approve manager1", "who was asked first may still decide")
	w.refuse(t, ops1, transfer, deal.CodeNotApprover)

	decidedByDirector := w.copy()
	decided := body[deal.ApprovalDecided](t, decidedByDirector.do(t, director1, w.say(deal.Proposal, deal.Approve)))
	require.Equal(t, manager1, decided.For)
	require.Equal(t, deal.Approved, decidedByDirector.latest(t, deal.Proposal).Status, "the director's own level passes by itself")

	events = w.tick(t, "2026-03-06 09:00") // 200 %
	require.Contains(t, told(events), "approval_reassign ops1")
	require.Contains(t, w.todo(), "reassign ops1")
	require.Equal(t, deal.Pending, w.latest(t, deal.Proposal).Status, "nothing is approved by silence")
	w.do(t, ops1, transfer)
	require.NotContains(t, w.todo(), "reassign ops1")
	require.NotContains(t, w.todo(), "approve director1")
	require.Contains(t, w.todo(), "approve manager2")
}

func TestLadder_diesWhenTheRequestIsDecided(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: deal.OwnerManager})
	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	for _, line := range told(w.tick(t, "2026-03-20 09:00")) {
		require.NotContains(t, line, "approval_")
	}
}

func TestLadder_neverSeatsWhoAsked(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	w.do(t, director1, w.ask(deal.Filing)) // manager1 decides about the director's request
	w.tick(t, "2026-03-05 18:00")
	require.Equal(t, []deal.PersonID{manager1}, w.latest(t, deal.Filing).Waiting())
	w.refuse(t, director1, w.say(deal.Filing, deal.Approve), deal.CodeOwnRequest)
}

func TestApproval_asksPeopleOfSeveralPlaces(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: "role:finance, owner_manager,role:manager", Mode: deal.AllSeats})
	require.Equal(t, []deal.PersonID{finance1, manager1, manager2}, w.latest(t, deal.Proposal).Waiting(), "everybody once")
	w = asked(t, deal.LevelRules{Who: "role:finance,superior", Mode: deal.InOrder})
	require.Equal(t, []deal.PersonID{finance1}, w.latest(t, deal.Proposal).Waiting())
	w.do(t, finance1, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, []deal.PersonID{director1}, w.latest(t, deal.Proposal).Waiting())
}

func TestApproval_withAnOpinionNeedsACommentAlsoToApprove(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: deal.OwnerManager, Opinion: true}, deal.LevelRules{Who: deal.OwnerSuperior})
	silent := w.say(deal.Proposal, deal.Approve)
	silent.Comment = nil
	no := w.refuse(t, manager1, silent, deal.CodeReasonMissing)
	require.Equal(t, "/comment", no[0].Field)
	say := silent
	say.Comment = note("sound")
	w.do(t, manager1, say)
	require.Equal(t, note("sound"), w.latest(t, deal.Proposal).Levels[0].Seats[0].Comment)
	w.do(t, director1, silent)
	require.Equal(t, deal.Approved, w.latest(t, deal.Proposal).Status)
}
