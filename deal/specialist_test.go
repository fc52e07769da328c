package deal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

func offer(step deal.Step, who deal.PersonID) deal.OfferStep {
	return deal.OfferStep{Step: step, Person: who, Note: note("you know them")}
}

// answers the newest offer.
func (w *world) answers(t tb, who deal.PersonID, what deal.StepAnswer) []deal.Event {
	t.Helper()
	require.NotEmpty(t, w.state.Specialists)
	b := deal.AnswerStep{Specialist: w.state.Specialists[len(w.state.Specialists)-1].ID, Decision: what}
	if what == deal.DeclineStep {
		b.Reason = note("no time")
	}
	return w.do(t, who, b)
}

func TestSpecialist_worksInTheStepThatWasTakenOverAndInNoOther(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Plan)
	w.do(t, rep1, offer(deal.Plan, rep3))
	require.Contains(t, w.todo(), "take_step rep3")
	w.refuse(t, rep3, deal.Advance{From: deal.Plan}, deal.CodeNotYourRole)
	events := w.answers(t, rep3, deal.AcceptStep)
	require.Equal(t, []string{"step_accepted rep1"}, told(events))
	require.NotContains(t, w.todo(), "take_step rep3")
	allowed := deal.Allowed(w.state, rep3, w.facts.Org, w.now)
	for _, name := range []deal.CommandName{deal.AdvanceName, deal.LogInteractionName, deal.FollowUpName, deal.RequestApprovalName, deal.WithdrawStepName} {
		require.Contains(t, allowed, name)
	}
	for _, name := range []deal.CommandName{deal.CloseName, deal.PauseName, deal.AssignName, deal.GradeName, deal.ReturnName, deal.OfferStepName} {
		require.NotContains(t, allowed, name)
	}
	w.do(t, rep3, w.ask(deal.Proposal))
	w.do(t, rep3, interaction(w.now.Add(-1)))
	require.Contains(t, deal.Allowed(w.state, rep1, w.facts.Org, w.now), deal.AdvanceName, "the owner goes on beside")
	w.do(t, rep3, deal.Advance{From: deal.Plan})
	require.Empty(t, w.state.Specialists, "it ends with the step")
	w.refuse(t, rep3, deal.Advance{From: deal.Visit}, deal.CodeNotYourRole)
}

func TestSpecialist_isRemindedOfTheStepBesideTheOwner(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, offer(deal.Survey, rep3))
	w.answers(t, rep3, deal.AcceptStep)
	steps := 0
	for _, c := range deal.DueList(w.state, w.facts.Org) {
		if c.Kind != deal.StepClock {
			continue
		}
		steps++
		if c.Rung == deal.Superior {
			require.Equal(t, []deal.PersonID{manager1}, c.To)
		} else if c.Rung != deal.Due {
			require.Equal(t, []deal.PersonID{rep1, rep3}, c.To, c.Rung)
		}
	}
	require.Positive(t, steps)
}

func TestSpecialist_whoDoesNotAnswerBlocksNobody(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, offer(deal.Survey, rep3))
	var rungs []string
	for _, c := range deal.DueList(w.state, w.facts.Org) {
		if c.Kind == deal.SpecialistClock {
			rungs = append(rungs, string(c.Rung)+" "+string(c.To[0]))
		}
	}
	require.Equal(t, []string{"remind rep3", "urge rep3", "superior manager1"}, rungs)
	w.tick(t, "2026-03-06 09:00")
	require.Contains(t, w.todo(), "overdue manager1")
	w.do(t, rep1, deal.Advance{From: deal.Survey})
	require.Empty(t, w.state.Specialists)
	require.NotContains(t, w.todo(), "take_step rep3")
	require.NotContains(t, w.todo(), "overdue manager1")
}

func TestSpecialist_declinesWithAReasonAndIsWithdrawn(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, manager1, offer(deal.Trial, finance1))
	id := w.state.Specialists[0].ID
	w.refuse(t, manager1, offer(deal.Trial, finance1), deal.CodeAlreadyOffered)
	w.refuse(t, rep1, offer(deal.Trial, rep1), deal.CodeSameOwner)
	w.refuse(t, rep1, offer("nowhere", left1), deal.CodeInvalidValue, deal.CodeUnknownPerson)
	w.refuse(t, rep1, offer(deal.Trial, auditor1), deal.CodeUnknownPerson)
	w.refuse(t, rep3, offer(deal.Trial, rep3), deal.CodeNotYourRole)
	w.refuse(t, finance1, deal.AnswerStep{Specialist: id, Decision: deal.DeclineStep}, deal.CodeReasonMissing)
	w.refuse(t, rep1, deal.AnswerStep{Specialist: id, Decision: deal.AcceptStep}, deal.CodeNotYourRole)
	events := w.answers(t, finance1, deal.DeclineStep)
	require.ElementsMatch(t, []string{"step_declined rep1", "step_declined manager1"}, told(events))
	require.Empty(t, w.state.Specialists)
	require.NotContains(t, clockIDs(w.state), "specialist/"+id)
	w.refuse(t, finance1, deal.AnswerStep{Specialist: id, Decision: deal.AcceptStep}, deal.CodeOfferOver)

	w.do(t, rep1, offer(deal.Survey, finance1))
	w.answers(t, finance1, deal.AcceptStep)
	w.refuse(t, rep3, deal.WithdrawStep{Specialist: w.state.Specialists[0].ID}, deal.CodeNotYourRole)
	w.do(t, finance1, deal.WithdrawStep{Specialist: w.state.Specialists[0].ID})
	require.Empty(t, w.state.Specialists, "who took it over may give it up")
}

func TestSpecialist_waitsThroughAPauseAndEndsWithTheAccount(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, offer(deal.Survey, rep3))
	w.do(t, rep1, deal.Pause{Reason: note("wait"), ResumeOn: "2026-04-01"})
	w.do(t, manager1, offer(deal.Trial, finance1))
	for _, p := range w.state.Specialists {
		require.True(t, w.clock(t, "specialist/"+p.ID).From.IsZero(), "an offer in a pause stands still")
	}
	w.do(t, rep1, deal.ResumeNow{})
	require.False(t, w.clock(t, "specialist/"+w.state.Specialists[0].ID).From.IsZero())
	w.do(t, rep1, deal.Close{Outcome: deal.Dropped, Reason: note("no need")})
	require.Empty(t, w.state.Specialists)
	require.Empty(t, w.todo())
}

func TestSpecialist_whoBecomesTheOwnerIsNoneAnyMore(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, offer(deal.Survey, rep2))
	w.answers(t, rep2, deal.AcceptStep)
	w.do(t, manager1, deal.Assign{Owner: rep2, Reason: note("yours")})
	require.Empty(t, w.state.Specialists)
}

func TestHandOver_offersTheStepsOfASpecialistToTheSuccessor(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Survey)
	w.do(t, rep1, offer(deal.Survey, rep3))
	w.answers(t, rep3, deal.AcceptStep)
	require.Equal(t, deal.Holdings{Steps: 1}, w.state.Holds(rep3))
	events := w.do(t, deal.System, over(rep3, rep2))
	require.Equal(t, []deal.EventKind{deal.HandedOverKind, deal.StepOfferedKind}, kinds(events))
	require.Equal(t, deal.Holdings{}, w.state.Holds(rep3))
	require.Contains(t, w.todo(), "take_step rep2")
	w.refuse(t, rep2, deal.Advance{From: deal.Survey}, deal.CodeNotYourRole)
	w.answers(t, rep2, deal.AcceptStep)
	w.do(t, deal.System, over(rep1, rep2))
	require.Empty(t, w.state.Specialists, "the owner needs no offer")
}
