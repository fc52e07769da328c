package deal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func over(from, to deal.PersonID) deal.HandOver {
	return deal.HandOver{Handover: "handover1", From: from, To: to, Reason: note("moves away")}
}

// handedOver gives what hangs on one person to another and looks that nothing does any more.
func (w *world) handedOver(t tb, from, to deal.PersonID) deal.HandedOver {
	t.Helper()
	require.True(t, w.state.Holds(from).Any())
	events := w.do(t, deal.System, over(from, to))
	require.Equal(t, []deal.EventKind{deal.HandedOverKind}, kinds(events))
	require.Equal(t, deal.Holdings{}, w.state.Holds(from))
	return body[deal.HandedOver](t, events)
}

func TestHandOver_movesTheAccountAndItsTasksAndLeavesTheClocksAlone(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.tick(t, "2026-03-05 18:00")
	require.Contains(t, w.todo(), "follow_up rep1")
	clocks, due := w.state.Clocks, w.state.Tasks[0].Due
	w.handedOver(t, rep1, rep3)
	require.Equal(t, rep3, w.state.Owner)
	require.Equal(t, team2, w.state.Team)
	require.Contains(t, w.todo(), "follow_up rep3")
	require.Equal(t, due, w.state.Tasks[0].Due)
	require.Equal(t, clocks, w.state.Clocks, "what is left of every deadline stays")
	for _, c := range deal.DueList(w.state, w.facts.Org) {
		require.NotContains(t, c.To, rep1, "%s of %s", c.Rung, c.Clock)
	}
	require.NotContains(t, deal.Allowed(w.state, rep1, w.facts.Org, w.now), deal.AdvanceName)
	require.Contains(t, deal.Allowed(w.state, rep3, w.facts.Org, w.now), deal.AdvanceName)
}

func TestHandOver_isForTheSystemAndNeedsAReason(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.refuse(t, manager1, over(rep1, rep2), deal.CodeNotYourRole)
	w.refuse(t, deal.System, deal.HandOver{Handover: "h", From: rep1, To: rep2}, deal.CodeReasonMissing)
}

func TestHandOver_refusesSuccessorsWhoCannotTakeTheAccount(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.refuse(t, deal.System, over(rep1, left1), deal.CodeUnknownPerson)
	w.refuse(t, deal.System, over(rep1, nobody), deal.CodeUnknownPerson)
	w.refuse(t, deal.System, over(rep1, manager1), deal.CodeNotARep)
	w.refuse(t, deal.System, over(rep1, rep1), deal.CodeSameOwner)
}

func TestHandOver_ofSomebodyOnWhomNothingHangsRecordsNothing(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	require.Empty(t, w.do(t, deal.System, over(rep2, rep3)))
	w.handedOver(t, rep1, rep2)
	require.Empty(t, w.do(t, deal.System, over(rep1, rep2)), "a second time there is nothing left")
}

func TestHandOver_movesPausedRestingAndClosedAccounts(t *testing.T) {
	t.Parallel()
	paused := standingIn(t, deal.Survey)
	paused.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: "2026-04-01"})
	resting := standingIn(t, deal.Archive)
	resting.do(t, rep1, deal.Advance{From: deal.Archive})
	closed := standingIn(t, deal.Survey)
	closed.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("no need")})
	for _, w := range []*world{paused, resting, closed} {
		clocks, status := w.state.Clocks, w.state.Status
		w.handedOver(t, rep1, rep2)
		require.Equal(t, rep2, w.state.Owner)
		require.Equal(t, status, w.state.Status)
		require.Equal(t, clocks, w.state.Clocks)
	}
}

func TestHandOver_letsTheSuccessorAnswerForARequestAndKeepsBothNames(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	w.do(t, rep1, w.ask(deal.Proposal))
	w.handedOver(t, rep1, rep2)
	a := w.latest(t, deal.Proposal)
	require.Equal(t, rep1, a.Requester)
	require.Equal(t, rep2, a.Acting)
	require.Equal(t, rep2, a.Asker())
	w.refuse(t, rep1, deal.WithdrawApproval{Approval: a.ID}, deal.CodeNotYourRole)
	w.do(t, rep2, deal.WithdrawApproval{Approval: a.ID})
}

func TestHandOver_takesTheSuccessorOutOfTheSeatsOfWhatTheyAskForNow(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	w.facts.Chain = []deal.LevelRules{{Who: "person:manager2", Mode: deal.AnySeat, Within: deal.WorkingDays(2), Ladder: decisionLadder()}}
	w.do(t, manager1, w.ask(deal.Proposal))
	w.handedOver(t, manager1, manager2)
	a := w.latest(t, deal.Proposal)
	require.Equal(t, manager2, a.Acting)
	require.Equal(t, []deal.PersonID{director1}, a.Waiting(), "nobody decides what they answer for")
	require.Contains(t, w.todo(), "approve director1")
	require.NotContains(t, w.todo(), "approve manager2")
	w.refuse(t, manager2, w.say(deal.Proposal, deal.Approve), deal.CodeOwnRequest)
	w.refuse(t, manager1, w.say(deal.Proposal, deal.Approve), deal.CodeOwnRequest)
	w.do(t, director1, w.say(deal.Proposal, deal.Approve))
}

func TestHandOver_givesSeatsToTheSuccessor(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	w.do(t, rep1, w.ask(deal.Proposal))
	task, clocks := w.state.Tasks[len(w.state.Tasks)-1], w.state.Clocks
	moved := w.handedOver(t, manager1, manager2)
	a := w.latest(t, deal.Proposal)
	require.Equal(t, []deal.SeatMove{{Approval: a.ID, Level: 1, To: manager2}}, moved.Seats)
	require.Equal(t, []deal.PersonID{manager2}, a.Waiting())
	require.Equal(t, clocks, w.state.Clocks)
	now, ok := w.state.Task(task.ID)
	require.True(t, ok)
	task.Assignee = manager2
	require.Equal(t, task, now, "the task is the one that the leaver had, with its date")
	require.Equal(t, rep1, w.state.Owner, "the account is somebody else's and stays there")
	w.do(t, manager2, w.say(deal.Proposal, deal.Approve))
}

func TestHandOver_givesASeatToTheSuperiorWhereTheSuccessorMayNotSit(t *testing.T) {
	t.Parallel()
	level := func(who deal.Audience) deal.LevelRules {
		return deal.LevelRules{Who: who, Mode: deal.AnySeat, Within: deal.WorkingDays(2), Ladder: decisionLadder()}
	}
	asks := standingIn(t, deal.Plan)
	asks.person(rep1, func(p *deal.Person) { p.Role = deal.Manager })
	asks.do(t, rep1, asks.ask(deal.Proposal))
	events := asks.do(t, deal.System, over(manager1, rep1))
	require.Equal(t, []deal.PersonID{director1}, asks.latest(t, deal.Proposal).Waiting(), "never the requester")
	require.Equal(t, []string{"approval_asked director1"}, told(events))
	require.Contains(t, asks.todo(), "approve director1")

	decided := standingIn(t, deal.Plan)
	decided.facts.Chain = []deal.LevelRules{level("person:manager2"), level(deal.OwnerManager)}
	decided.do(t, rep1, decided.ask(deal.Proposal))
	decided.do(t, manager2, decided.say(deal.Proposal, deal.Approve))
	decided.do(t, deal.System, over(manager1, manager2))
	require.Equal(t, []deal.PersonID{director1}, decided.latest(t, deal.Proposal).Waiting(), "never twice in one chain")

	ended := standingIn(t, deal.Plan)
	ended.do(t, rep1, ended.ask(deal.Proposal))
	ended.person(rep1, func(p *deal.Person) { p.Role = deal.Manager })
	ended.leaves(director1)
	ended.do(t, deal.System, over(manager1, rep1))
	require.Equal(t, []deal.PersonID{ops1}, ended.latest(t, deal.Proposal).Waiting(), "sales_ops where the line ends")

	nowhere := standingIn(t, deal.Plan)
	nowhere.do(t, rep1, nowhere.ask(deal.Proposal))
	nowhere.leaves(director1)
	nowhere.leaves(ops1)
	nowhere.refuse(t, deal.System, over(manager1, rep1), deal.CodeNoApprover)
}

func TestHandOver_seatsTheSuccessorForAnAlternate(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	w.do(t, rep1, w.ask(deal.Proposal))
	w.tick(t, "2026-03-10 10:00")
	require.Equal(t, []deal.PersonID{manager1, director1}, w.latest(t, deal.Proposal).Waiting())
	w.handedOver(t, director1, manager2)
	require.Equal(t, []deal.PersonID{manager1, manager2}, w.latest(t, deal.Proposal).Waiting())
	require.Contains(t, w.todo(), "approve manager2")
	w.handedOver(t, manager1, manager2)
	require.Equal(t, []deal.PersonID{manager2}, w.latest(t, deal.Proposal).Waiting(), "nobody sits twice")
	approve := 0
	for _, task := range w.todo() {
		if task == "approve manager2" {
			approve++
		}
	}
	require.Equal(t, 1, approve, "and nobody is asked twice: %v", w.todo())
}

func TestHandOver_letsTheSuccessorCollectALead(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.do(t, collector1, deal.Open{Territory: "Suqian", Via: deal.ViaAPI, Draft: note("draft")})
	w.person(auditor1, func(p *deal.Person) { p.Role = deal.Collector })
	w.refuse(t, deal.System, over(collector1, manager2), deal.CodeNotARep)
	w.handedOver(t, collector1, auditor1)
	require.Equal(t, collector1, w.state.OpenedBy, "who brought it stays on record")
	require.NotContains(t, deal.Allowed(w.state, collector1, w.facts.Org, w.now), deal.AdvanceName)
	w.do(t, auditor1, deal.Advance{From: deal.Collect})
}

func TestHandOver_asksTheNewTeamsManagerForTheReview(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	require.Contains(t, w.todo(), "intake manager1")
	w.do(t, deal.System, over(rep1, rep3))
	require.Contains(t, w.todo(), "intake manager2")
	require.NotContains(t, w.todo(), "intake manager1")
}

func TestHandOver_movesWhatTheAgendaAsksOfThePerson(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Maintain).keepAgenda()
	plan := every(7, w.today().Add(3))
	plan.Owner = rep2
	w.put("s", plan)
	w.replan(t)
	require.Equal(t, 1, w.state.Holds(rep2).Clocks)
	clock := w.clock(t, "agenda/service/s")
	w.handedOver(t, rep2, rep3)
	clock.For = rep3
	require.Equal(t, clock, w.clock(t, "agenda/service/s"))
}

func TestHandOver_asksForTheWordOfASeatWithATimeOfItsOwnOnce(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: "role:manager", Mode: deal.AllSeats, Within: deal.WorkingDays(2), Ladder: decisionLadder()})
	id := w.latest(t, deal.Proposal).ID
	w.do(t, manager2, deal.TransferApproval{Approval: id, To: finance1, Reason: note("yours")})
	w.do(t, deal.System, deal.HandOver{Handover: "h", From: finance1, To: director1, Reason: note("leaves")})
	require.Equal(t, []string{"approve director1", "approve manager1"}, w.hands())
}
