package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/dossier"
	"closedloop/deal/view"
)

// supported lets accounts with a request to the support centre follow it, as Perform does.
func supported(s deal.State, f *deal.Facts) error {
	if !slices.ContainsFunc(f.Records.Dossier, func(d deal.Document) bool { return d.Kind == string(dossier.SupportRequestKind) }) {
		return nil
	}
	file, err := dossier.FileOf(f.Records.Dossier)
	if err != nil || !s.Exists() {
		return err
	}
	rules := dossier.DefaultRules()
	rules.Duties.Support = []dossier.CentreRules{{
		Centre: dossier.FinanceCentre, Who: []deal.Audience{"role:finance"}, Within: deal.WorkingDays(1),
		Ladder: []deal.LadderRung{{Name: deal.Urge, Percent: 100}},
	}}
	f.Agenda = func(s deal.State, at time.Time) []deal.Appointment {
		return dossier.Agenda(dossier.Dates{State: s, At: at, File: file, Rules: rules, Working: f.Working})
	}
	return nil
}

// wants puts a request on file and asks for its approval.
func (w *world) wants(id deal.AccountID, record string) (deal.Document, deal.Approval) {
	w.t.Helper()
	body, err := dossier.Encode(dossier.SupportRequest{Centre: dossier.FinanceCentre, Wanted: "60 天账期", Why: "对手给"})
	require.NoError(w.t, err)
	d, err := w.AddDocument(w.t.Context(), w.as("rep1"), id, deal.Document{Kind: "support_request", ID: record, Body: body}, false)
	require.NoError(w.t, err)
	w.do(id, "rep1", deal.RequestApproval{Kind: deal.SupportRequest, Subject: deal.RecordSubjectOf(d), Text: text("why " + record)})
	a, _ := w.state(id).Latest(deal.SupportRequest)
	return d, a
}

// centre is what somebody sees of the support centre's list: "record status".
func (w *world) centre(login string, f view.SupportFilter) []string {
	w.t.Helper()
	f.Now = w.at
	items, _, err := w.SupportRequests(w.t.Context(), w.as(login), f)
	require.NoError(w.t, err)
	list := []string{}
	for _, i := range items {
		list = append(list, i.Document.ID+" "+string(i.Status))
	}
	return list
}

func TestSupportRequests_areSeenByTheScopeAndByWhoIsAsked(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	_, a := w.wants(id, "s1")
	w.wants(id, "s2")
	require.Equal(t, []string{"s2 pending", "s1 pending"}, w.centre("rep1", view.SupportFilter{}))
	require.Empty(t, w.centre("finance1", view.SupportFilter{}), "nobody is asked before the approval")
	require.Empty(t, w.centre("rep3", view.SupportFilter{}))

	w.do(id, "manager1", deal.DecideApproval{Approval: a.ID, Decision: deal.Approve, Comment: text("worth it"), Version: 1})
	w.do(id, "", deal.Tick{Due: w.at})
	require.Equal(t, []string{"s1 open"}, w.centre("finance1", view.SupportFilter{}), "not the other one")
	_, err := w.Account(ctx, w.as("finance1"), id)
	require.ErrorIs(t, err, deal.ErrNotFound, "the account itself stays out of sight")
	_, err = w.Document(ctx, w.as("finance1"), id, "support_request", "s1")
	require.ErrorIs(t, err, deal.ErrNotFound)

	item, err := w.SupportRequest(ctx, w.as("finance1"), id, "s1", w.at)
	require.NoError(t, err)
	require.False(t, item.Visible)
	require.Equal(t, "晨风集团", item.AccountName)
	require.Equal(t, []deal.PersonID{w.people["finance1"]}, item.Asked)
	require.Equal(t, item.Target, working{shipped()}.Add(w.at.Add(-time.Hour), working{shipped()}.Day()))
	require.False(t, item.Late)
	require.Contains(t, item.Request.Texts, item.Request.Levels[0].Seats[0].Comment.ID, "the opinion is to be read")
	late, err := w.SupportRequest(ctx, w.as("finance1"), id, "s1", item.Target.Add(time.Second))
	require.NoError(t, err)
	require.True(t, late.Late)

	for name, c := range map[string]struct {
		f    view.SupportFilter
		want []string
	}{
		"centre":         {view.SupportFilter{Centre: "finance"}, []string{"s2 pending", "s1 open"}},
		"another centre": {view.SupportFilter{Centre: "sales"}, []string{}},
		"status":         {view.SupportFilter{Status: view.SupportOpen}, []string{"s1 open"}},
		"late":           {view.SupportFilter{Late: new(bool)}, []string{"s2 pending", "s1 open"}},
		"assignee":       {view.SupportFilter{Assignee: w.people["finance1"]}, []string{"s1 open"}},
		"account":        {view.SupportFilter{Account: "no such"}, []string{}},
	} {
		require.Equal(t, c.want, w.centre("ops1", c.f), name)
	}
	first, next, err := w.SupportRequests(ctx, w.as("ops1"), view.SupportFilter{Now: w.at, Page: view.Page{Limit: 1}})
	require.NoError(t, err)
	require.Equal(t, "s2", first[0].Document.ID)
	rest, next, err := w.SupportRequests(ctx, w.as("ops1"), view.SupportFilter{Now: w.at, Page: view.Page{Limit: 1, Cursor: next}})
	require.NoError(t, err)
	require.Equal(t, "s1", rest[0].Document.ID)
	require.Empty(t, next)
}

func TestAnswerSupport_isForWhoIsAskedAndTheAccountsOwn(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	_, a := w.wants(id, "s1")
	w.do(id, "manager1", deal.DecideApproval{Approval: a.ID, Decision: deal.Approve, Version: 1})
	item, err := w.SupportRequest(ctx, w.as("ops1"), id, "s1", w.at)
	require.NoError(t, err)
	record, err := dossier.Load(dossier.SupportRequestKind, item.Document.Body)
	require.NoError(t, err)
	answered := record.(dossier.SupportRequest)
	require.NotEmpty(t, answered.AcceptedAt, "the approval left its mark")
	answered.Answer = &dossier.SupportAnswer{Result: dossier.SupportGiven, Text: "好", On: dayOf(w.at), By: w.people["finance1"]}
	d := item.Document
	d.Body, err = dossier.Encode(answered)
	require.NoError(t, err)

	_, err = w.AnswerSupport(ctx, w.as("finance1"), id, d)
	require.ErrorIs(t, err, deal.ErrNotFound, "before they are asked")
	w.do(id, "", deal.Tick{Due: w.at})
	_, err = w.AnswerSupport(ctx, w.as("rep3"), id, d)
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = w.AnswerSupport(ctx, w.as("ops1"), id, d)
	require.ErrorIs(t, err, view.ErrReadOnly, "who sees it need not be asked")
	now, err := w.AnswerSupport(ctx, w.as("finance1"), id, d)
	require.NoError(t, err)
	require.Equal(t, d.Version+1, now.Version)
	_, err = w.AnswerSupport(ctx, w.as("finance1"), id, d)
	require.ErrorIs(t, err, deal.ErrStale, "once")
	require.Contains(t, w.marked(), id, "its clocks are to follow")
	w.do(id, "", deal.Recompute{})
	require.Equal(t, []string{"s1 answered"}, w.centre("finance1", view.SupportFilter{}), "what came of it stays theirs to read")
	item, err = w.SupportRequest(ctx, w.as("finance1"), id, "s1", w.at.AddDate(1, 0, 0))
	require.NoError(t, err)
	require.False(t, item.Late, "it was answered in time")
	require.Empty(t, item.Asked)
	w.sound()
}
