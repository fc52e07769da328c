package deal_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
)

// lifted is a world whose veto was lifted, at the version on file.
func lifted(t tb, w *world) *world {
	t.Helper()
	w.do(t, rep1, w.ask(deal.VetoLift))
	w.do(t, manager1, w.say(deal.VetoLift, deal.Approve))
	w.do(t, director1, w.say(deal.VetoLift, deal.Approve))
	return w
}

func vetoAt(version int64) []deal.Subject {
	return []deal.Subject{{Type: deal.RecordSubject, ID: "veto/veto1", Version: version}}
}

// A veto is on file for life, and the approvals of a cycle end with it.
func TestLift_outlivesTheCycleInWhichItWasApproved(t *testing.T) {
	t.Parallel()
	w := lifted(t, standingIn(t, deal.Visit)).walk(t, deal.Archive)
	w.do(t, rep1, deal.Advance{From: deal.Archive})
	w.tick(t, "2026-08-31 09:00")
	w.do(t, rep1, deal.SecondDevelopment{Goal: note("cold chain")})
	require.Equal(t, 2, w.state.Cycle)
	require.Empty(t, w.state.Approvals)
	require.Equal(t, vetoAt(1), w.state.Lifts)

	kept, err := json.Marshal(w.state)
	require.NoError(t, err)
	rebuilt, err := json.Marshal(deal.Fold(deal.State{}, w.log...))
	require.NoError(t, err)
	require.JSONEq(t, string(kept), string(rebuilt))

	w.editSubject(deal.VetoLift)
	before := w.state
	lifted(t, w)
	require.Equal(t, vetoAt(2), w.state.Lifts, "one of each record, the newest")
	require.Equal(t, vetoAt(1), before.Lifts, "a state that was read does not change")
}

func TestLift_isOnlyWhatWasApprovedToTheEnd(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Screen)
	w.do(t, rep1, w.ask(deal.VetoLift))
	require.Empty(t, w.state.Lifts)
	w.do(t, manager1, w.say(deal.VetoLift, deal.Approve))
	require.Empty(t, w.state.Lifts, "the superior has not spoken")
	w.do(t, director1, w.say(deal.VetoLift, deal.Reject))
	require.Empty(t, w.state.Lifts)
	w.do(t, rep1, w.ask(deal.GradeOverride))
	w.do(t, manager1, w.say(deal.GradeOverride, deal.Approve))
	require.Empty(t, w.state.Lifts, "another kind lifts nothing")
}

func TestGradeOverride_isForTheGradeOfTheRequest(t *testing.T) {
	t.Parallel()
	w := standingIn(t, deal.Analyse)
	w.do(t, manager1, deal.SetGrade{Grade: deal.GradeD, Reason: note("low")})
	w.do(t, rep1, w.ask(deal.GradeOverride))
	w.do(t, rep1, w.ask(deal.VetoLift))
	w.do(t, manager1, deal.SetGrade{Grade: deal.GradeA, Reason: note("high")})
	w.do(t, manager1, w.say(deal.GradeOverride, deal.Approve))
	require.Equal(t, deal.Approved, w.latest(t, deal.GradeOverride).Status)
	require.Equal(t, deal.GradeD, w.latest(t, deal.GradeOverride).Grade, "not the one it was given meanwhile")
	require.Empty(t, w.latest(t, deal.VetoLift).Grade, "no other kind is about a grade")
}
