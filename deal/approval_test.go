package deal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// chainOf lets the next request run through these levels, each with the deadline and ladder of the playbook.
func (w *world) chainOf(levels ...deal.LevelRules) *world {
	w.facts.Chain = nil
	for _, l := range levels {
		l.Within, l.Ladder = deal.WorkingDays(2), decisionLadder()
		w.facts.Chain = append(w.facts.Chain, l)
	}
	return w
}

// asked is a world in plan whose proposal was requested by rep1, through the given levels or those of the playbook.
func asked(t tb, levels ...deal.LevelRules) *world {
	t.Helper()
	w := standingIn(t, deal.Plan)
	if len(levels) > 0 {
		w.chainOf(levels...)
	}
	w.do(t, rep1, w.ask(deal.Proposal))
	w.facts.Chain = nil
	return w
}

func TestApproval_climbsFromTheManagerToTheDirector(t *testing.T) {
	t.Parallel()
	w := asked(t)
	require.Equal(t, []deal.PersonID{manager1}, w.latest(t, deal.Proposal).Waiting())
	require.Contains(t, w.todo(), "approve manager1")
	w.refuse(t, director1, w.say(deal.Proposal, deal.Approve), deal.CodeNotApprover)

	events := w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, []string{"approval_asked director1"}, told(events))
	require.Equal(t, []string{"approve director1"}, w.todo())
	require.Equal(t, deal.Pending, w.latest(t, deal.Proposal).Status)
	w.refuse(t, manager1, w.say(deal.Proposal, deal.Approve), deal.CodeNotApprover)

	events = w.do(t, director1, w.say(deal.Proposal, deal.Approve))
	a := w.latest(t, deal.Proposal)
	require.Equal(t, deal.Approved, a.Status)
	require.Equal(t, w.now, a.ClosedAt)
	require.Empty(t, a.Waiting())
	require.Equal(t, []string{"approval_approved rep1"}, told(events))
	require.Empty(t, w.todo())
	require.NotContains(t, clockIDs(w.state), "approval/"+a.ID+"/2")
}

func TestApproval_withAnySeatPassesWithTheFirstWord(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: "role:manager", Mode: deal.AnySeat})
	require.ElementsMatch(t, []string{"approve manager1", "approve manager2"}, w.todo())
	w.do(t, manager2, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, deal.Approved, w.latest(t, deal.Proposal).Status)
	require.Empty(t, w.todo())
	no := w.refuse(t, manager1, w.say(deal.Proposal, deal.Approve), deal.CodeAlreadyDecided)
	require.Equal(t, []string{string(manager2), "approved", w.now.Format("2006-01-02T15:04:05Z")}, no[0].Args, "a late click hears by whom")
}

func TestApproval_withAllSeatsWaitsForTheLast(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: "role:manager", Mode: deal.AllSeats})
	w.do(t, manager2, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, deal.Pending, w.latest(t, deal.Proposal).Status)
	require.Equal(t, []string{"approve manager1"}, w.todo())
	w.refuse(t, manager2, w.say(deal.Proposal, deal.Approve), deal.CodeNotApprover)
	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, deal.Approved, w.latest(t, deal.Proposal).Status)
}

func TestApproval_inOrderAsksOneAfterAnother(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: "role:manager", Mode: deal.InOrder})
	require.Equal(t, []string{"approve manager1"}, w.todo())
	w.refuse(t, manager2, w.say(deal.Proposal, deal.Approve), deal.CodeNotApprover)
	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, []string{"approve manager2"}, w.todo())
	w.do(t, manager2, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, deal.Approved, w.latest(t, deal.Proposal).Status)
}

func TestApproval_ofOneSeatEndsWithARejection(t *testing.T) {
	t.Parallel()
	for word, want := range map[deal.Decision]deal.ApprovalStatus{deal.Reject: deal.Rejected, deal.SendBack: deal.SentBack} {
		w := asked(t, deal.LevelRules{Who: "role:manager", Mode: deal.AllSeats})
		events := w.do(t, manager2, w.say(deal.Proposal, word))
		a := w.latest(t, deal.Proposal)
		require.Equal(t, want, a.Status)
		require.Equal(t, note("comment"), a.Levels[0].Seats[1].Comment)
		require.Empty(t, w.todo())
		require.Equal(t, []string{"approval_" + string(want) + " rep1"}, told(events))
		w.do(t, rep1, w.ask(deal.Proposal)) // and may be asked again
	}
}

func TestApproval_passesByItselfWhereTheSamePersonApprovedBefore(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: deal.OwnerManager}, deal.LevelRules{Who: "person:manager1"}, deal.LevelRules{Who: deal.OwnerSuperior})
	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	a := w.latest(t, deal.Proposal)
	require.Equal(t, 3, a.Level)
	require.Equal(t, deal.Seat{Holder: manager1, Decision: deal.Approve, By: manager1, At: w.now, Auto: true}, a.Levels[1].Seats[0], "on record")
	w.do(t, director1, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, deal.Approved, w.latest(t, deal.Proposal).Status)

	w = asked(t, deal.LevelRules{Who: deal.OwnerManager}, deal.LevelRules{Who: "person:manager1"})
	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	require.Equal(t, deal.Approved, w.latest(t, deal.Proposal).Status, "the last level, too")
}

func TestApproval_needsACommentUnlessItApproves(t *testing.T) {
	t.Parallel()
	w := asked(t)
	for _, word := range []deal.Decision{deal.Reject, deal.SendBack} {
		say := w.say(deal.Proposal, word)
		say.Comment = nil
		no := w.refuse(t, manager1, say, deal.CodeReasonMissing)
		require.Equal(t, "/comment", no[0].Field)
	}
	say := w.say(deal.Proposal, "perhaps")
	say.Comment = nil
	w.refuse(t, manager1, say, deal.CodeInvalidValue, deal.CodeReasonMissing)
}

func TestApproval_namesTheVersionThatWasRead(t *testing.T) {
	t.Parallel()
	w := asked(t)
	say := w.say(deal.Proposal, deal.Approve)
	say.Version--
	no := w.refuse(t, manager1, say, deal.CodeSubjectChanged)
	require.Equal(t, "1", no[0].Args[0], "the refusal says which version there is")

	w.edit(deal.Plan)
	w.refuse(t, manager1, w.say(deal.Proposal, deal.Approve), deal.CodeSubjectChanged)
	say.Version = 2 // the new version was read, but another one was submitted
	w.refuse(t, manager1, say, deal.CodeSubjectChanged)
}

func TestApproval_isVoidOnceItsSubjectIsEdited(t *testing.T) {
	t.Parallel()
	w := asked(t)
	id := w.latest(t, deal.Proposal).ID
	require.Empty(t, w.do(t, deal.System, deal.VoidApproval{Approval: id}), "nothing was edited")
	require.Empty(t, w.do(t, deal.System, deal.VoidApproval{Approval: "none"}))
	w.edit(deal.Plan)
	w.refuse(t, rep1, deal.VoidApproval{Approval: id}, deal.CodeNotYourRole)
	events := w.do(t, deal.System, deal.VoidApproval{Approval: id})
	require.Equal(t, deal.SubjectEdited, body[deal.ApprovalVoided](t, events).Cause)
	require.ElementsMatch(t, []string{"approval_voided rep1", "approval_voided manager1"}, told(events))
	require.Equal(t, deal.VoidStatus, w.latest(t, deal.Proposal).Status)
	require.Empty(t, w.todo())
	require.Empty(t, w.do(t, deal.System, deal.VoidApproval{Approval: id}), "once")
	w.refuse(t, manager1, w.say(deal.Proposal, deal.Approve), deal.CodeAlreadyDecided)
	w.do(t, rep1, w.ask(deal.Proposal))
}

func TestApproval_isVoidedByATickThatFindsItsSubjectEdited(t *testing.T) {
	t.Parallel()
	w := asked(t)
	w.edit(deal.Plan)
	events := w.tick(t, "2026-03-03 09:00") // the reminder at 50 %
	require.Equal(t, deal.ApprovalVoidedKind, events[len(events)-1].Kind)
	require.NotContains(t, told(events), "approval_remind manager1")
	require.Equal(t, deal.VoidStatus, w.latest(t, deal.Proposal).Status)
}

func TestApproval_isVoidOnceItsStepIsLeft(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]deal.Body{
		"forward": deal.Advance{From: deal.Plan},
		"back":    deal.Return{To: deal.Analyse, Reason: note("again")},
		"closing": deal.Close{Outcome: deal.Dropped, Reason: note("no need")},
	} {
		w := asked(t)
		id := w.latest(t, deal.Proposal).ID
		w.do(t, rep1, leave)
		a := w.latest(t, deal.Proposal)
		require.Equal(t, deal.VoidStatus, a.Status, name)
		require.Equal(t, w.now, a.ClosedAt, name)
		require.NotContains(t, w.todo(), "approve manager1", name)
		require.NotContains(t, clockIDs(w.state), "approval/"+id+"/1", name)
		w.refuse(t, manager1, w.say(deal.Proposal, deal.Approve), deal.CodeAlreadyDecided)
	}
}

func TestApproval_staysApprovedForTheRestOfTheCycle(t *testing.T) {
	t.Parallel()
	w := asked(t, deal.LevelRules{Who: deal.OwnerManager})
	w.do(t, manager1, w.say(deal.Proposal, deal.Approve))
	w.walk(t, deal.Archive)
	require.Equal(t, deal.Approved, w.latest(t, deal.Proposal).Status)
	w.do(t, rep1, deal.Advance{From: deal.Archive})
	w.do(t, rep1, deal.SecondDevelopment{Goal: note("more")})
	_, found := w.state.Latest(deal.Proposal)
	require.False(t, found, "the next cycle asks anew")
}

func TestApproval_isWithdrawnByWhoAsked(t *testing.T) {
	t.Parallel()
	w := asked(t)
	id := w.latest(t, deal.Proposal).ID
	w.refuse(t, manager1, deal.WithdrawApproval{Approval: id}, deal.CodeNotYourRole)
	w.refuse(t, rep1, deal.WithdrawApproval{Approval: "none"}, deal.CodeUnknownApproval)
	events := w.do(t, rep1, deal.WithdrawApproval{Approval: id, Reason: note("mistake")})
	require.Equal(t, []string{"approval_withdrawn manager1"}, told(events))
	require.Equal(t, deal.Withdrawn, w.latest(t, deal.Proposal).Status)
	require.Empty(t, w.todo())
	no := w.refuse(t, manager1, w.say(deal.Proposal, deal.Approve), deal.CodeAlreadyDecided)
	require.Equal(t, []string{string(rep1), "withdrawn"}, no[0].Args[:2])
}

func TestRequest_isRefusedWithEverythingAgainstIt(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	good := w.ask(deal.Proposal)
	with := func(change func(*deal.RequestApproval)) deal.RequestApproval {
		b := good
		change(&b)
		return b
	}
	w.refuse(t, rep1, with(func(b *deal.RequestApproval) { b.Subject.Version = 7 }), deal.CodeSubjectChanged)
	w.refuse(t, rep1, with(func(b *deal.RequestApproval) { b.Subject.Type = deal.AccountSubject; b.Subject.ID = "x" }),
		deal.CodeInvalidValue, deal.CodeInvalidValue, deal.CodeSubjectMissing)
	w.refuse(t, rep1, with(func(b *deal.RequestApproval) { b.Subject.ID = string(deal.Sign) }), deal.CodeInvalidValue)
	w.refuse(t, rep1, with(func(b *deal.RequestApproval) { b.Amount = -1 }), deal.CodeInvalidValue)
	w.refuse(t, rep3, with(func(b *deal.RequestApproval) { b.Amount = -1 }), deal.CodeInvalidValue, deal.CodeNotYourRole)
	no := w.refuse(t, rep1, w.ask(deal.Contract), deal.CodeKindNotHere)
	require.Equal(t, []string{"contract", "sign"}, no[0].Args, "the refusal says where it may be asked for")

	w.facts.Records.Forms = nil
	w.refuse(t, rep1, good, deal.CodeSubjectMissing)

	w = standingIn(t, deal.Plan)
	w.facts.Book.Approvals = nil
	w.refuse(t, rep1, good, deal.CodeKindNotHere)
}

func TestRequest_isOneAtATime(t *testing.T) {
	t.Parallel()
	w := asked(t)
	no := w.refuse(t, rep1, w.ask(deal.Proposal), deal.CodeAlreadyPending)
	require.Equal(t, []string{w.latest(t, deal.Proposal).ID}, no[0].Args)
}

func TestRequest_keepsAmountAndText(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Sign)
	b := w.ask(deal.Contract)
	b.Amount, b.Currency, b.Text = 123_456, "CNY", note("why")
	a := body[deal.ApprovalRequested](t, w.do(t, rep1, b)).Approval
	require.Equal(t, []any{int64(123_456), "CNY", note("why"), rep1, w.now}, []any{a.Amount, a.Currency, a.Text, a.Requester, a.RequestedAt})
}
