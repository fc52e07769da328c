package deal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// filing is a world whose filing waits for manager1, while another account holds the project.
func filing(t tb) *world {
	t.Helper()
	w := standingIn(t, deal.Screen)
	w.do(t, rep1, w.ask(deal.Filing))
	w.facts.Claim = claim()
	return w
}

func arbitrate(d deal.Arbitration) deal.Arbitrate {
	return deal.Arbitrate{Filing: "filing1", Decision: d, Reason: note("why")}
}

func TestFiling_isNotApprovedWhileAnotherAccountHoldsTheProject(t *testing.T) {
	t.Parallel()
	w := filing(t)
	no := w.refuse(t, manager1, w.say(deal.Filing, deal.Approve), deal.CodeFilingConflict)
	require.Equal(t, []string{string(rep3), "Team 2"}, no[0].Args, "who holds it, and nothing else")
	require.Equal(t, "filings/filing1/arbitration", no[0].Link, "and where it goes on")
	require.Equal(t, []deal.PersonID{manager1}, w.latest(t, deal.Filing).Waiting())

	unowned := w.copy()
	unowned.facts.Claim.Owner = ""
	no = unowned.refuse(t, manager1, w.say(deal.Filing, deal.Approve), deal.CodeFilingConflict)
	require.Equal(t, []string{string(manager2), "Team 2"}, no[0].Args)

	for _, word := range []deal.Decision{deal.Reject, deal.SendBack} {
		w.copy().do(t, manager1, w.say(deal.Filing, word))
	}
	w.facts.Claim = deal.Claim{}
	w.do(t, manager1, w.say(deal.Filing, deal.Approve))
}

func TestFiling_isStoppedAtItsLastLevelOnly(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen).chainOf(deal.LevelRules{Who: deal.OwnerManager}, deal.LevelRules{Who: "role:sales_ops"})
	w.do(t, rep1, w.ask(deal.Filing))
	w.facts.Claim = claim()
	w.do(t, manager1, w.say(deal.Filing, deal.Approve))
	w.refuse(t, ops1, w.say(deal.Filing, deal.Approve), deal.CodeFilingConflict)
	require.Equal(t, 2, w.latest(t, deal.Filing).Level)
}

func TestFiling_aboutAFormKnowsNoConflict(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	for i := range w.facts.Book.Approvals {
		w.facts.Book.Approvals[i].Subject = ""
	}
	w.do(t, rep1, deal.RequestApproval{Kind: deal.Filing, Subject: deal.Subject{Type: deal.FormSubject, ID: string(deal.Screen), Version: 1}})
	w.facts.Claim = claim()
	w.do(t, manager1, w.say(deal.Filing, deal.Approve))
}

func TestArbitration_grantsAndTheRequestGoesOn(t *testing.T) {
	t.Parallel()
	w := filing(t)
	events := w.do(t, ops1, arbitrate(deal.GrantFiling))
	require.ElementsMatch(t, []string{"filing_granted rep1", "filing_granted rep3"}, told(events), "both owners hear of it")
	b := body[deal.FilingArbitrated](t, events)
	require.Equal(t, deal.ClaimRef{Account: other, Filing: "theirs", Owner: rep3}, b.Against)
	require.Equal(t, note("why"), b.Reason, "the decision is on record")
	require.Equal(t, deal.Pending, w.latest(t, deal.Filing).Status)
	w.facts.Claim = deal.Claim{}
	w.do(t, manager1, w.say(deal.Filing, deal.Approve))
}

func TestArbitration_refusesAndTheRequestIsOver(t *testing.T) {
	t.Parallel()
	w := filing(t)
	events := w.do(t, ops1, arbitrate(deal.RefuseFiling))
	require.ElementsMatch(t, []string{"filing_refused rep1", "filing_refused rep3"}, told(events))
	a := w.latest(t, deal.Filing)
	require.Equal(t, []any{deal.Rejected, w.now}, []any{a.Status, a.ClosedAt})
	require.NotContains(t, w.todo(), "approve manager1")
	require.NotContains(t, clockIDs(w.state), "approval/"+a.ID+"/1")
	no := w.refuse(t, manager1, deal.DecideApproval{Approval: a.ID, Decision: deal.Approve, Version: a.Subject.Version}, deal.CodeAlreadyDecided)
	require.Equal(t, []string{string(ops1), string(deal.Rejected)}, no[0].Args[:2], "a late click hears who decided")
	w.do(t, rep1, w.ask(deal.Filing)) // and may be asked again
}

func TestArbitration_isForSalesOpsAndNotAboutTheirOwn(t *testing.T) {
	t.Parallel()
	w := filing(t)
	for _, who := range []deal.PersonID{manager1, manager2, director1, finance1, admin1, collector1, rep2} {
		w.refuse(t, who, arbitrate(deal.GrantFiling), deal.CodeNotYourRole)
	}
	w.refuse(t, rep1, arbitrate(deal.GrantFiling), deal.CodeNotYourRole, deal.CodeOwnRequest)
	for _, who := range []deal.PersonID{rep1, rep3} { // who stands in for sales_ops, and is of one of the sides
		w.delegate(ops1, who, 3)
		w.refuse(t, who, arbitrate(deal.GrantFiling), deal.CodeOwnRequest)
	}
	w.delegate(ops1, director1, 3)
	w.do(t, director1, arbitrate(deal.GrantFiling))
}

func TestArbitration_isRefusedWithEverythingAgainstIt(t *testing.T) {
	t.Parallel()
	w := filing(t)
	w.refuse(t, ops1, deal.Arbitrate{Filing: "filing1", Decision: "toss"}, deal.CodeInvalidValue, deal.CodeReasonMissing)
	w.refuse(t, ops1, deal.Arbitrate{Filing: "other", Decision: deal.GrantFiling, Reason: note("r")}, deal.CodeUnknownApproval)
	w.facts.Claim = deal.Claim{}
	w.refuse(t, ops1, arbitrate(deal.GrantFiling), deal.CodeNoFilingConflict)
	w.facts.Claim = claim()
	w.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: "2026-04-01"})
	w.refuse(t, ops1, arbitrate(deal.GrantFiling), deal.CodeNotActive)
}
