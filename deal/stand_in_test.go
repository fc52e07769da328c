package deal_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"closedloop/deal"
)

// hands lists open tasks as "kind assignee" or "kind assignee>deputy".
func (w *world) hands() []string {
	list := []string{}
	for _, task := range w.state.Tasks {
		if task.Status != deal.TaskOpen {
			continue
		}
		line := string(task.Kind) + " " + string(task.Assignee)
		if task.Deputy != "" {
			line += ">" + string(task.Deputy)
		}
		list = append(list, line)
	}
	slices.Sort(list)
	return list
}

// leave takes somebody off for a number of days from now, without a deputy.
func (w *world) leave(id deal.PersonID, days int) {
	w.facts.Org.Leaves = append(slices.Clone(w.facts.Org.Leaves), deal.Leave{
		ID: "leave of " + string(id), Person: id, Since: w.now, Until: w.now.Add(time.Duration(days) * day),
	})
}

func (w *world) recompute(t tb, when string) []deal.Event {
	t.Helper()
	w.now = at(when)
	return w.do(t, deal.System, deal.Recompute{})
}

func TestStandIn_isTheNearestDeputyWhoIsThere(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		given func(w *world)
		unfit []deal.PersonID
		want  deal.PersonID
	}{
		"nobody is away":            {func(*world) {}, nil, manager1},
		"a deputy":                  {func(w *world) { w.delegate(manager1, manager2, 3) }, nil, manager2},
		"a delegation that is over": {func(w *world) { w.delegate(manager1, manager2, 0) }, nil, manager1},
		"a deputy of the deputy":    {func(w *world) { w.delegate(manager1, manager2, 3); w.delegate(manager2, director1, 3) }, nil, director1},
		"over three delegations": {func(w *world) {
			w.delegate(manager1, rep2, 3)
			w.delegate(rep2, manager2, 3)
			w.delegate(manager2, ops1, 3)
		}, nil, ops1},
		"a deputy on leave": {func(w *world) {
			w.delegate(manager1, manager2, 3)
			w.delegate(manager1, director1, 3)
			w.leave(manager2, 3)
		}, nil, director1},
		"all of them on leave":        {func(w *world) { w.delegate(manager1, manager2, 3); w.leave(manager2, 3) }, nil, manager2},
		"a deputy who has left":       {func(w *world) { w.delegate(manager1, left1, 3) }, nil, manager1},
		"a deputy who may not":        {func(w *world) { w.delegate(manager1, manager2, 3) }, []deal.PersonID{manager2}, manager1},
		"leave without a deputy":      {func(w *world) { w.leave(manager1, 3) }, nil, manager1},
		"who has left":                {func(w *world) { w.leaves(manager1) }, nil, director1},
		"who has left, the next away": {func(w *world) { w.leaves(manager1); w.delegate(director1, manager2, 3) }, nil, manager2},
		"who has left, the next asks": {func(w *world) { w.leaves(manager1) }, []deal.PersonID{director1}, ops1},
		"the whole line has left":     {func(w *world) { w.leaves(manager1); w.leaves(director1) }, nil, ops1},
		"nobody is left in the house": {func(w *world) { w.leaves(manager1); w.leaves(director1); w.leaves(ops1) }, nil, manager1},
		"more delegations than anybody": {func(w *world) {
			for i, from := range []deal.PersonID{manager1, rep2, manager2, ops1} {
				w.delegate(from, []deal.PersonID{rep2, manager2, ops1, finance1}[i], 3)
			}
		}, nil, rep2},
	} {
		w := newWorld()
		tt.given(w)
		require.Equal(t, tt.want, w.facts.Org.StandIn(manager1, w.now, tt.unfit...), name)
		absent := slices.ContainsFunc(w.facts.Org.Absences(w.now), func(a deal.Absence) bool { return a.Person == manager1 })
		if len(tt.unfit) == 0 {
			require.Equal(t, tt.want != manager1, absent, name)
			require.Equal(t, tt.want != manager1, slices.Contains(w.facts.Org.StandsInFor(tt.want, w.now), manager1), name)
		}
	}
}

func TestDelegation_takesOpenTasksOverAndGivesThemBack(t *testing.T) {
	t.Parallel()
	w := asked(t)
	require.Equal(t, []string{"approve manager1"}, w.hands())
	w.delegate(manager1, manager2, 3) // until 5 March, 09:00
	require.Equal(t, []string{"approve manager1"}, w.hands(), "a delegation is no event of the account")
	events := w.recompute(t, "2026-03-02 09:01")
	require.Equal(t, []deal.EventKind{deal.TasksTakenOverKind}, kinds(events))
	require.Equal(t, []string{"taken_over manager2"}, told(events))
	cover := body[deal.TasksTakenOver](t, events).Tasks[0]
	require.Equal(t, []deal.PersonID{manager1, manager2}, []deal.PersonID{cover.For, cover.By}, "both names")
	require.Equal(t, []string{"approve manager1>manager2"}, w.hands())
	require.Empty(t, w.do(t, deal.System, deal.Recompute{}), "once")

	require.Contains(t, told(w.tick(t, "2026-03-03 09:00")), "approval_remind manager2")
	decided := w.copy()
	record := body[deal.ApprovalDecided](t, decided.do(t, manager2, decided.say(deal.Proposal, deal.Approve)))
	require.Equal(t, []deal.PersonID{manager2, manager1}, []deal.PersonID{record.By, record.For})
	require.Equal(t, []string{"approve director1"}, decided.hands())
	holder := w.copy()
	record = body[deal.ApprovalDecided](t, holder.do(t, manager1, holder.say(deal.Proposal, deal.Approve)))
	require.Empty(t, record.For, "who is back for a moment may decide as ever")

	w.tick(t, "2026-03-04 09:00") // the urge, still to the deputy
	events = w.recompute(t, "2026-03-05 09:00")
	require.Contains(t, kinds(events), deal.TasksGivenBackKind)
	require.Contains(t, told(events), "given_back manager1")
	require.Contains(t, w.hands(), "approve manager1")
	require.Equal(t, manager1, w.latest(t, deal.Proposal).Levels[0].Seats[0].Holder, "the seat was manager1's all along")
	w.refuse(t, manager2, w.say(deal.Proposal, deal.Approve), deal.CodeNotApprover)
	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
}

func TestDelegation_ofADeputyHandsTasksFurther(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.delegate(manager1, manager2, 9)
	w.recompute(t, "2026-03-02 09:01")
	w.delegate(manager2, director1, 1)
	events := w.recompute(t, "2026-03-02 09:02")
	require.Equal(t, []deal.EventKind{deal.TasksTakenOverKind}, kinds(events))
	require.Equal(t, []string{"approve manager1>director1"}, w.hands())
	w.recompute(t, "2026-03-03 09:01")
	require.Equal(t, []string{"approve manager1>manager2"}, w.hands())
}

func TestDelegation_movesTasksOfEveryKind(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Maintain)
	w.tick(t, "2026-03-05 09:00")
	require.Equal(t, []string{"follow_up rep1"}, w.hands())
	w.delegate(rep1, rep2, 2)
	w.recompute(t, "2026-03-05 09:01")
	require.Equal(t, []string{"follow_up rep1>rep2"}, w.hands())
	w.do(t, manager1, deal.Assign{Owner: rep2, Reason: note("for good")})
	require.Equal(t, []string{"follow_up rep2"}, w.hands(), "it is rep2's own now")

	w = newWorld()
	w.delegate(manager1, manager2, 9)
	w.do(t, collector1, deal.Open{Territory: "Suqian", Via: deal.ViaAPI, Draft: note("draft")})
	require.Equal(t, []string{"assign_owner manager1>manager2"}, w.hands(), "born in the deputy's hands")
}

func TestDelegation_toWhoAskedLeavesTheDecisionWithItsHolder(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.delegate(manager1, rep1, 9)
	require.Empty(t, w.recompute(t, "2026-03-02 09:01"))
	require.Contains(t, told(w.tick(t, "2026-03-03 09:00")), "approval_remind manager1", "rep1 is never asked about their own request")
	w.delegate(manager1, manager2, 9)
	w.recompute(t, "2026-03-03 09:01")
	require.Contains(t, w.hands(), "approve manager1>manager2", "the next deputy is")
}

func TestDelegation_toWhoHasDecidedInTheChainLeavesTheDecisionWithItsHolder(t *testing.T) {
	t.Parallel()
	level := func(who deal.Audience, mode deal.SeatMode) deal.LevelRules {
		return deal.LevelRules{Who: who, Mode: mode, Within: deal.WorkingDays(2), Ladder: decisionLadder()}
	}
	w := asked(t, level(deal.OwnerManager, deal.AnySeat), level(deal.OwnerSuperior, deal.AnySeat))
	w.delegate(director1, manager1, 9)
	events := w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, []string{"approve director1"}, w.hands(), "manager1 may not decide twice")
	require.Contains(t, told(events), "approval_asked director1")
	require.Empty(t, w.do(t, deal.System, deal.Recompute{}))
	events = w.tick(t, "2026-03-03 09:00")
	require.Contains(t, told(events), "approval_remind director1")
	require.NotContains(t, told(events), "approval_remind manager1")

	w = asked(t, level("role:manager", deal.AllSeats))
	w.delegate(manager1, manager2, 9)
	w.recompute(t, "2026-03-02 09:01")
	require.Equal(t, []string{"approve manager1>manager2", "approve manager2"}, w.hands())
	w.do(t, manager2, w.say(deal.Proposal, deal.Approve))
	w.do(t, deal.System, deal.Recompute{})
	require.Equal(t, []string{"approve manager1"}, w.hands(), "back, as soon as the deputy has spoken for themselves")
	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, deal.Approved, w.latest(t, deal.Proposal).Status)
}

func TestSuperior_whoHasDecidedInTheChainIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: "person:director1"}, deal.LevelRules{Who: deal.OwnerManager, Within: deal.WorkingDays(2), Ladder: decisionLadder()})
	w.do(t, director1, w.say(deal.Proposal, deal.Approve))
	events := w.tick(t, "2026-03-05 10:00")
	require.NotContains(t, w.hands(), "approve director1")
	require.Equal(t, []deal.PersonID{manager1}, w.latest(t, deal.Proposal).Waiting())
	require.Equal(t, []string{"approval_superior ops1"}, about(told(events), "approval_superior"), "nobody above may decide, so sales_ops hears")
}

func TestSuperior_whoAsksIsNotToldToDecide(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan).chainOf(deal.LevelRules{Who: deal.OwnerManager, Within: deal.WorkingDays(2), Ladder: decisionLadder()})
	w.do(t, director1, w.ask(deal.Proposal))
	require.Equal(t, []deal.PersonID{manager1}, w.latest(t, deal.Proposal).Waiting())
	require.Equal(t, []string{"approval_superior ops1"}, about(told(w.tick(t, "2026-03-09 09:00")), "approval_superior"))
}

func TestDeparture_givesTheSeatToTheNextSuperiorByItself(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: deal.OwnerManager})
	id := w.latest(t, deal.Proposal).ID
	w.tick(t, "2026-03-04 09:00") // reminded and urged
	w.leaves(manager1)
	events := w.recompute(t, "2026-03-04 10:00")
	require.Equal(t, []deal.EventKind{deal.ApprovalTransferredKind}, kinds(events))
	moved := body[deal.ApprovalTransferred](t, events)
	require.Equal(t, []deal.PersonID{manager1, director1}, []deal.PersonID{moved.From, moved.To})
	require.Contains(t, told(events), "approval_asked director1")
	require.Contains(t, w.hands(), "approve director1")
	require.Equal(t, at("2026-03-06 10:00"), w.clock(t, "approval/"+id+"/1").Due, "two days of their own")
	require.Contains(t, told(w.tick(t, "2026-03-05 10:00")), "approval_remind director1")
	require.Empty(t, w.do(t, deal.System, deal.Recompute{}))
	decided := body[deal.ApprovalDecided](t, w.do(t, director1, w.say(deal.Proposal, deal.Approve)))
	require.Empty(t, decided.For, "the seat is director1's")
}

func TestDeparture_givesASuperiorWhoIsAskedAlreadyTheTimeOfTheSeat(t *testing.T) {
	t.Parallel()
	w := asked(t)
	id := w.latest(t, deal.Proposal).ID
	w.tick(t, "2026-03-05 09:00") // reminded, urged, and the superior asked beside
	require.Contains(t, w.hands(), "approve director1")
	w.leaves(manager1)
	w.recompute(t, "2026-03-05 10:00")
	require.NotContains(t, w.hands(), "approve manager1")
	clock := w.clock(t, "approval/"+id+"/1")
	require.Equal(t, at("2026-03-09 10:00"), clock.Due)
	for _, task := range w.state.Tasks {
		if task.Status == deal.TaskOpen && task.Ref == clock.ID {
			require.Equal(t, clock.Due, task.Due)
		}
	}
}

func TestDeparture_withNobodyAboveGoesToSalesOps(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.leaves(manager1)
	w.leaves(director1)
	w.recompute(t, "2026-03-02 10:00")
	require.Equal(t, []string{"approve ops1"}, w.hands())

	w = asked(t) // the next superior asks: not them
	w.do(t, deal.System, deal.HandOver{Handover: "h", From: rep1, To: rep2, Reason: note("moves")})
	w.leaves(manager1)
	w.leaves(director1)
	w.leaves(ops1)
	w.recompute(t, "2026-03-02 10:00")
	require.Equal(t, []deal.PersonID{manager1}, w.latest(t, deal.Proposal).Waiting(), "with nobody left the seat keeps waiting: nothing is approved by absence")
}

func TestDeparture_neverGivesASeatToWhoHasDecidedInTheChain(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: "person:director1"}, deal.LevelRules{Who: deal.OwnerManager})
	w.do(t, director1, w.say(deal.Proposal, deal.Approve))
	w.leaves(manager1)
	w.recompute(t, "2026-03-02 10:00")
	require.Equal(t, []deal.PersonID{ops1}, w.latest(t, deal.Proposal).Waiting())
}

func TestTransfer_beginsTheTimeOfTheLevelAnew(t *testing.T) {
	t.Parallel()
	w := asked(t)
	id := w.latest(t, deal.Proposal).ID
	w.tick(t, "2026-03-04 09:00") // reminded at 50 %, urged at 100 %
	events := w.do(t, manager1, deal.TransferApproval{Approval: id, To: manager2, Reason: note("away")})
	require.Equal(t, []string{
		"remind 2026-03-05 09:00", "urge 2026-03-06 09:00 !", "superior 2026-03-09 09:00", "reassign 2026-03-10 09:00",
	}, rungsOf(*body[deal.ApprovalTransferred](t, events).Clock)[:4])
	require.Equal(t, w.clock(t, "approval/"+id+"/1").Due, w.state.Tasks[len(w.state.Tasks)-1].Due)
	require.Contains(t, told(w.tick(t, "2026-03-05 09:00")), "approval_remind manager2")
	require.False(t, w.clock(t, "approval/"+id+"/1").Breached, "the new holder has missed nothing")
}

func TestTransfer_besideOthersLeavesTheirTimeAlone(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: "role:manager", Mode: deal.AllSeats})
	id := w.latest(t, deal.Proposal).ID
	w.tick(t, "2026-03-03 09:00")
	before := w.clock(t, "approval/"+id+"/1")
	w.now = at("2026-03-03 11:00")
	w.do(t, manager1, deal.TransferApproval{Approval: id, To: finance1, Reason: note("money")})
	require.Equal(t, before, w.clock(t, "approval/"+id+"/1"), "manager2's time runs on")
	own := w.clock(t, "approval/"+id+"/1/1")
	require.True(t, own.Due.After(before.Due))
	require.Equal(t, own.ID, w.latest(t, deal.Proposal).Levels[0].Seats[0].Clock)
	require.Equal(t, []string{"approval_urge manager2"}, about(told(w.tick(t, "2026-03-04 09:00")), "approval_"))
	require.Equal(t, []string{"approval_remind finance1"}, about(told(w.tick(t, "2026-03-04 11:00")), "approval_"))

	w.do(t, manager2, w.say(deal.Proposal, deal.Approve))
	require.NotContains(t, clockIDs(w.state), before.ID, "nobody waits with it any more")
	require.Contains(t, clockIDs(w.state), own.ID)
	w.do(t, finance1, w.say(deal.Proposal, deal.Approve))
	require.NotContains(t, clockIDs(w.state), own.ID)
	require.Equal(t, deal.Approved, w.latest(t, deal.Proposal).Status)
}

func TestTransfer_ofSalesOpsMovesTheSeatsThatLie(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: "role:manager", Mode: deal.AllSeats})
	id := w.latest(t, deal.Proposal).ID
	to := func(p deal.PersonID) deal.TransferApproval {
		return deal.TransferApproval{Approval: id, To: p, Reason: note("nobody decides")}
	}
	w.tick(t, "2026-03-06 09:00")
	require.Contains(t, w.todo(), "reassign ops1")
	w.do(t, ops1, to(finance1))
	require.Contains(t, w.todo(), "reassign ops1", "manager2's seat lies there still")
	w.do(t, ops1, to(manager1))
	require.NotContains(t, w.todo(), "reassign ops1")
	require.ElementsMatch(t, []deal.PersonID{finance1, manager1}, w.latest(t, deal.Proposal).Waiting())
	w.refuse(t, ops1, to(director1), deal.CodeNotApprover)
}

func TestTransfer_whilePausedStandsStillWithAllItsTime(t *testing.T) {
	t.Parallel()
	w := asked(t)
	id := w.latest(t, deal.Proposal).ID
	w.tick(t, "2026-03-04 09:00")
	w.do(t, rep1, deal.Pause{Reason: note("fair"), ResumeOn: "2026-03-16"})
	w.do(t, manager1, deal.TransferApproval{Approval: id, To: manager2, Reason: note("away")})
	for _, line := range told(w.tick(t, "2026-03-13 09:00")) {
		require.NotContains(t, line, "approval_")
	}
	w.tick(t, "2026-03-16 09:00")
	require.Equal(t, at("2026-03-17 18:00"), w.clock(t, "approval/"+id+"/1").Due)
}

// about are the lines that begin with a word.
func about(lines []string, word string) []string {
	return slices.DeleteFunc(lines, func(l string) bool { return len(l) < len(word) || l[:len(word)] != word })
}

// Whatever the organisation goes through: never nobody is asked, never the requester, tasks that changed hands come back, and
// nobody but a deputy, a superior or sales_ops is in somebody's place.
func TestAbsence_neverLeavesARequestWithNobody(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := asked(t, deal.LevelRules{
			Who:  rapid.SampledFrom([]deal.Audience{deal.OwnerManager, "role:manager", "role:manager,role:finance"}).Draw(t, "who"),
			Mode: rapid.SampledFrom([]deal.SeatMode{deal.AnySeat, deal.AllSeats, deal.InOrder}).Draw(t, "mode"),
		})
		people := []deal.PersonID{manager1, manager2, director1, finance1, rep1, rep2}
		for range rapid.IntRange(1, 12).Draw(t, "days") {
			who := rapid.SampledFrom(people).Draw(t, "who")
			switch rapid.SampledFrom([]string{"delegate", "leave", "go", "nothing"}).Draw(t, "what") {
			case "delegate":
				d := deal.Delegation{From: who, To: rapid.SampledFrom(people).Draw(t, "to"), Since: w.now, Until: w.now.Add(3 * day)}
				if d.From != d.To && !w.facts.Org.ClosesCircle(d) && w.facts.Org.ChainWith(d) <= deal.MaxDelegationChain {
					w.delegate(d.From, d.To, 3)
				}
			case "leave":
				w.leave(who, 2)
			case "go":
				if who != rep1 { // somebody has to be the requester
					w.leaves(who)
				}
			}
			w.now = w.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "hours")) * time.Hour)
			w.do(t, deal.System, deal.Recompute{})
			a := w.latest(t, deal.Proposal)
			require.NotEmpty(t, a.Waiting())
			require.NotContains(t, a.Waiting(), rep1)
			if len(w.facts.Org.Holders(deal.SalesOps)) > 0 {
				for _, l := range a.Levels {
					for _, seat := range l.Seats {
						holder, _ := w.facts.Org.Person(seat.Holder)
						require.True(t, holder.Active || len(l.Seats) > 1, "%s has left and still holds a seat", seat.Holder) // sales_ops sits in one of several at most
					}
				}
			}
			for _, task := range w.state.Tasks {
				if task.Status != deal.TaskOpen || task.Kind != deal.ApproveTask {
					continue
				}
				require.NotEqual(t, rep1, task.Deputy)
				sees := task.Assignee
				if task.Deputy != "" {
					sees = task.Deputy
				}
				there, _ := w.facts.Org.Person(sees)
				require.True(t, there.Active)
				acts := w.copy()
				acts.do(t, sees, acts.say(deal.Proposal, deal.Approve)) // whoever has the task can do what it asks for
			}
			require.Empty(t, w.do(t, deal.System, deal.Recompute{}), "what has changed hands has changed hands")
		}
		w.facts.Org.Delegations, w.facts.Org.Leaves = nil, nil
		w.do(t, deal.System, deal.Recompute{})
		for _, task := range w.state.Tasks {
			if holder, _ := w.facts.Org.Person(task.Assignee); holder.Active {
				require.Empty(t, task.Deputy, "%s is back", task.Assignee)
			}
		}
	})
}
