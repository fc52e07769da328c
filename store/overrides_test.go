package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
)

// putOn puts a record on the file of an account of rep1.
func (w *world) putOn(id deal.AccountID, cycle int, r dossier.Record) deal.Document {
	w.t.Helper()
	body, err := dossier.Encode(r)
	require.NoError(w.t, err)
	d := deal.Document{Kind: string(r.Kind()), ID: string(r.Kind()) + "1", Cycle: cycle, Body: body}
	d, err = w.AddDocument(w.t.Context(), w.as("rep1"), id, d, false)
	require.NoError(w.t, err)
	return d
}

func TestApproval_keepsTheGradeOfAnOverride(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("江苏晨风集团股份有限公司"))
	w.do(id, "rep1", deal.SetGrade{Grade: deal.GradeD, Reason: text("low")})
	scores := w.putOn(id, 1, dossier.ValueScore{Note: "weak"})
	w.do(id, "rep1", deal.RequestApproval{Kind: deal.GradeOverride, Subject: deal.RecordSubjectOf(scores)})
	w.do(id, "rep1", deal.SetGrade{Grade: deal.GradeA, Reason: text("high")})
	w.decide(id, "manager1", deal.Approve, nil)

	item, err := w.Approval(t.Context(), w.as("manager1"), w.latest(id, deal.GradeOverride).ID)
	require.NoError(t, err)
	require.Equal(t, deal.Approved, item.Status)
	require.Equal(t, deal.GradeD, item.Grade)
	w.sound()
}

// What the log makes anew of an account in its second cycle still has what was lifted in the first.
func TestRebuild_keepsTheLiftsOfEarlierCycles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("江苏晨风集团股份有限公司"))
	veto := w.putOn(id, 0, dossier.Veto{Item: "bad_payer", Hit: true, On: "2026-03-01", Evidence: "court"})
	w.do(id, "rep1", deal.RequestApproval{Kind: deal.VetoLift, Subject: deal.RecordSubjectOf(veto)})
	w.decide(id, "manager1", deal.Approve, nil)
	for _, step := range deal.Steps() {
		if step == deal.Screen {
			w.do(id, "manager1", deal.ReviewIntake{Decision: deal.AcceptIntake})
		}
		w.do(id, "rep1", deal.Advance{From: step})
	}
	w.do(id, "rep1", deal.SecondDevelopment{Goal: text("more volume")})

	again := func() {
		require.Equal(t, 2, w.state(id).Cycle)
		require.Empty(t, w.state(id).Approvals)
		require.Equal(t, []dossier.Lift{{Veto: veto.ID, Version: 1}}, dossier.LiftsOf(w.state(id)))
		w.sound()
	}
	again()
	require.NoError(t, w.Rebuild(t.Context(), id))
	again()
}
