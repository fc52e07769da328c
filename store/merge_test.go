package store_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/past"
	"closedloop/deal/view"
	"closedloop/naming"
)

// merger asks, decides and merges.
func (w *world) merger(from, into deal.AccountID) {
	w.t.Helper()
	w.do(from, "rep1", deal.RequestApproval{
		Kind: deal.Merger, Subject: deal.Subject{Type: deal.AccountSubject, ID: string(into), Version: 1}, Text: text("the same customer"),
	})
	w.decide(from, "manager1", deal.Approve, nil)
	w.do(from, "rep1", deal.Merge{Into: into, Reason: text("twin")})
}

func TestMerge_takesPeopleAndFilesOverAndLeavesATrace(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	into := w.lead("rep1", customer("晨风集团"), deal.Contact{ID: "known", Name: "刘总", Mobile: "138 0524 0011"})
	from := w.lead("rep1", customerIn("开发区", "晨风服饰"),
		deal.Contact{ID: "twin", Name: "刘先生", Mobile: "13805240011"}, deal.Contact{ID: "new", Name: "孙丽", Mobile: "13805240012"})
	rep := w.as("rep1")
	file := func(id deal.AccountID, kind, doc, body string, perCycle bool) {
		_, err := w.AddDocument(ctx, rep, id, document(kind, doc, body), perCycle)
		require.NoError(t, err)
	}
	file(into, "rival", "r0", `{"name":"Rapid"}`, false)
	file(from, "rival", "r1", `{"name":"rapid","backers":["twin"]}`, false)
	file(from, "rival", "r2", `{"name":"Swift","backers":["twin","new"]}`, false)
	file(from, "stakeholder", "twin", `{"contact":"twin","power":4}`, false)
	file(from, "relation", "x1", `{"from":"new","to":"twin","type":"reports_to"}`, false)
	file(from, "credit", "", `{"colour":"red"}`, false)
	file(from, "filing", "f1", `{"project":"lane"}`, false)
	file(from, "need", "n1", `{"need":"of the pursuit that ends"}`, true)
	w.do(from, "rep1", deal.LogInteraction{
		Kind: deal.CallInteraction, At: w.at, With: []string{"new"}, Aim: text("aim"), Result: text("result"), NextStep: text("next"),
	})
	before := w.clockNow()
	w.merger(from, into)

	contacts, err := w.Contacts(ctx, rep, into)
	require.NoError(t, err)
	require.Equal(t, []string{"known", "new"}, []string{contacts[0].ID, contacts[1].ID}, "one number, one person")
	require.Len(t, contacts, 2)
	left, err := w.Contacts(ctx, rep, from)
	require.NoError(t, err)
	require.Equal(t, "twin", left[0].ID)
	bodies := map[string]string{}
	for _, kind := range []string{"rival", "stakeholder", "relation", "credit", "filing", "need"} {
		all, err := w.Documents(ctx, rep, into, kind, 0)
		require.NoError(t, err)
		for _, d := range all {
			bodies[kind+" "+d.ID] = strings.ReplaceAll(string(d.Body), " ", "")
		}
	}
	require.Equal(t, map[string]string{
		"rival r0": `{"name":"Rapid"}`, "rival r2": bodies["rival r2"], "stakeholder known": bodies["stakeholder known"],
		"relation x1": bodies["relation x1"], "credit sole": bodies["credit sole"],
	}, bodies, "what the other account knew stays, filings and needs end with the account")
	require.Contains(t, bodies["credit sole"], `"colour":"red"`)
	require.JSONEq(t, `{"name":"Swift","backers":["known","new"]}`, bodies["rival r2"])
	require.JSONEq(t, `{"contact":"known","power":4}`, bodies["stakeholder known"])
	require.JSONEq(t, `{"from":"new","to":"known","type":"reports_to"}`, bodies["relation x1"])

	changes, err := w.Changes(ctx, rep, into)
	require.NoError(t, err)
	carried := map[string]bool{}
	for _, c := range changes {
		if strings.Contains(string(c.After), `"carried_from"`) {
			require.Contains(t, string(c.After), string(from))
			require.Equal(t, w.people["rep1"], c.By)
			carried[c.Table+" "+c.ID] = true
		}
	}
	require.Equal(t, map[string]bool{
		"contacts new": true, "dossier rival/r2": true, "dossier stakeholder/known": true, "dossier relation/x1": true, "dossier credit/sole": true,
		"account_profile " + string(into): true,
	}, carried, "every record says where it came from")
	profile, err := w.Account(ctx, rep, into)
	require.NoError(t, err)
	require.Contains(t, profile.Profile.Aliases, "晨风服饰")

	history, err := w.History(ctx, rep, from, before)
	require.NoError(t, err)
	was, err := past.At(history, w.state(from).OpenedAt)
	require.NoError(t, err)
	require.Equal(t, deal.Collect, was.State.Step)
	var known []string
	for _, c := range was.Contacts {
		known = append(known, c.ID)
	}
	require.ElementsMatch(t, []string{"twin", "new"}, known, "its own past has its people")
	require.Len(t, was.File, 7, "and its file")
	h, err := w.History(ctx, rep, into, before)
	require.NoError(t, err)
	require.Len(t, h.Later, len(carried), "the past of the one that lives on is as it was")
	w.sound()
}

// clockNow is the database's instant, by which records are kept.
func (w *world) clockNow() time.Time {
	w.t.Helper()
	var now time.Time
	require.NoError(w.t, connect(w.t, w.url).QueryRow(w.t.Context(), "SELECT clock_timestamp()").Scan(&now))
	return now
}

func TestMerge_keepsBothHistoriesAndTellsThemAsOne(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	ids := w.accounts("晨风集团", "晨风服饰", "晨风织造")
	w.merger(ids[1], ids[0])
	first := w.state(ids[1])
	require.Equal(t, []any{deal.Closed, deal.Merged, ids[0]}, []any{first.Status, first.Outcome, first.Merged})
	w.merger(ids[2], ids[0])
	w.sound()

	manager := w.as("manager1")
	own, err := w.Timeline(ctx, manager, ids[0], view.TimelineFilter{Alone: true, Page: view.Page{Limit: 200}})
	require.NoError(t, err)
	for _, e := range own.Items {
		require.Equal(t, ids[0], e.Account)
	}
	all, err := w.Timeline(ctx, manager, ids[0], view.TimelineFilter{Page: view.Page{Limit: 200}})
	require.NoError(t, err)
	require.Greater(t, len(all.Items), len(own.Items))
	seen := map[deal.AccountID]int64{}
	var last time.Time
	for _, e := range all.Items {
		require.False(t, e.At.Before(last), "in order of time")
		require.Equal(t, seen[e.Account]+1, e.Seq, "each log whole and in its own order")
		seen[e.Account], last = e.Seq, e.At
	}
	require.Len(t, seen, 3)
	require.Contains(t, all.Texts, "twin", "with what people wrote")
	var paged []deal.Event
	for page := (view.Page{Limit: 2}); ; {
		part, err := w.Timeline(ctx, manager, ids[0], view.TimelineFilter{Page: page})
		require.NoError(t, err)
		paged = append(paged, part.Items...)
		if page.Cursor = part.Next; part.Next == "" {
			break
		}
	}
	require.Equal(t, all.Items, paged)
	_, err = w.Timeline(ctx, w.as("rep3"), ids[0], view.TimelineFilter{})
	require.ErrorIs(t, err, deal.ErrNotFound)
	_, err = w.Timeline(ctx, manager, ids[0], view.TimelineFilter{Page: view.Page{Cursor: "?"}})
	require.ErrorIs(t, err, view.ErrBadCursor)

	for _, id := range ids {
		log, err := w.Whole(ctx, manager, id)
		require.NoError(t, err)
		broken, err := deal.Verify(log)
		require.NoError(t, err)
		require.Nil(t, broken)
		require.NoError(t, w.Rebuild(ctx, id))
	}
	w.sound()
	kin, err := w.Kin(ctx, manager, ids[0])
	require.NoError(t, err)
	require.Equal(t, []string{"晨风服饰", "晨风织造"}, []string{kin.MergedFrom[0].Name, kin.MergedFrom[1].Name}, "oldest first")
	require.Empty(t, kin.Children)
	gone, err := w.Kin(ctx, manager, ids[1])
	require.NoError(t, err)
	require.Empty(t, gone.Above, "where it lives on is no parent")
}

func TestMerge_childrenComeUnderTheAccountThatLivesOn(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	ids := w.accounts("晨风集团", "晨风服饰", "晨风一厂", "总公司")
	into, from, plant, holding := ids[0], ids[1], ids[2], ids[3]
	w.do(plant, "manager1", under(from))
	w.do(into, "manager1", under(holding))
	head := w.state(plant).Head
	w.merger(from, into)
	require.Equal(t, head, w.state(plant).Head, "the child's log is its own")
	kin, err := w.Kin(ctx, w.as("manager1"), into)
	require.NoError(t, err)
	require.Equal(t, plant, kin.Children[0].ID)
	kin, err = w.Kin(ctx, w.as("manager1"), plant)
	require.NoError(t, err)
	require.Equal(t, []deal.AccountID{into, holding}, []deal.AccountID{kin.Above[0].ID, kin.Above[1].ID})
	contacts, err := w.Contacts(ctx, w.as("manager1"), plant)
	require.NoError(t, err)
	var from0 []deal.AccountID
	for _, c := range contacts[1:] {
		from0 = append(from0, c.SharedFrom)
	}
	require.Equal(t, []deal.AccountID{into, into, holding}, from0, "with the contacts that went over")
	items, _, err := w.Accounts(ctx, w.as("manager1"), view.AccountFilter{Parent: holding})
	require.NoError(t, err)
	require.Len(t, items, 2, "the merged account is nobody's member")
	require.True(t, w.try(holding, "manager1", under(plant)).Refusals.Has(deal.CodeFamilyCycle), "the pointer is part of the way up")
	w.sound()
}

func TestMerge_refusesAnAccountBelowAndACircleMadeByTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.accounts("晨风集团", "晨风服饰")
	w.do(ids[1], "manager1", under(ids[0]))
	ask := func(from, into deal.AccountID) {
		w.do(from, "rep1", deal.RequestApproval{
			Kind: deal.Merger, Subject: deal.Subject{Type: deal.AccountSubject, ID: string(into), Version: 1}, Text: text("the same customer"),
		})
		w.decide(from, "manager1", deal.Approve, nil)
	}
	asked := w.try(ids[0], "rep1", deal.RequestApproval{
		Kind: deal.Merger, Subject: deal.Subject{Type: deal.AccountSubject, ID: string(ids[1]), Version: 1}, Text: text("the same customer"),
	})
	require.True(t, asked.Refusals.Has(deal.CodeFamilyCycle), "nobody is asked for what cannot be")
	require.True(t, w.try(ids[0], "rep1", deal.Merge{Into: ids[1], Reason: text("twin")}).Refusals.Has(deal.CodeFamilyCycle))

	pair := w.accounts("三鼎织带", "三鼎织造")
	ask(pair[0], pair[1])
	ask(pair[1], pair[0])
	answers, errs := make([]deal.Answer, 2), make([]error, 2)
	var group sync.WaitGroup
	for i := range pair {
		cmd := w.command(pair[i], "rep1", deal.Merge{Into: pair[1-i], Reason: text("twin")})
		w.stage(cmd)
		group.Go(func() { answers[i], errs[i] = perform(t.Context(), w.Store, cmd) })
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	done := 0
	for _, a := range answers {
		if a.Outcome == deal.Done {
			done++
		}
	}
	require.Equal(t, 1, done, "one of them lives on: %v", answers)
	w.sound()
}

func TestDuplicates_ofAMergedNameLeadToTheAccountThatLivesOn(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	ids := w.accounts("晨风集团", "实信织带")
	found, err := w.Duplicates(ctx, "实信织带", "", nil)
	require.NoError(t, err)
	require.Equal(t, ids[1], found[0].Account)
	w.merger(ids[1], ids[0])
	found, err = w.Duplicates(ctx, "实信织带", "", nil)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, ids[0], found[0].Account)
	third := w.lead("rep1", customer("实信织带"))
	_, records, err := w.AccountWithRecords(ctx, w.as("rep1"), third)
	require.NoError(t, err)
	require.Equal(t, 1, records.Duplicates, "who comes under the old name meets the account that lives on, once")
	_, records, err = w.AccountWithRecords(ctx, w.as("rep1"), ids[0])
	require.NoError(t, err)
	require.Zero(t, records.Duplicates, "and what was merged into it is no duplicate of it")
	known, err := w.KnownLeads(ctx, []string{naming.UpsertKey("实信织带", "", "开发区")}, nil)
	require.NoError(t, err)
	require.NotEqual(t, ids[1], known.ByKey[naming.UpsertKey("实信织带", "", "开发区")], "a lead sheet finds a living account")
	items, _, err := w.Accounts(ctx, w.as("rep1"), view.AccountFilter{Query: "实信", Status: deal.Active})
	require.NoError(t, err)
	var listed []deal.AccountID
	for _, i := range items {
		listed = append(listed, i.ID)
	}
	require.ElementsMatch(t, []deal.AccountID{ids[0], third}, listed, "the search finds it by its old name")
}

// A merger and a new parent that would make a circle together: whichever comes second is refused.
func TestMerge_andANewParentMakeNoCircleTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		ids := w.accounts("甲", "乙", "丙")
		from, below, into := ids[0], ids[1], ids[2]
		w.do(below, "manager1", under(from))
		w.do(from, "rep1", deal.RequestApproval{
			Kind: deal.Merger, Subject: deal.Subject{Type: deal.AccountSubject, ID: string(into), Version: 1}, Text: text("the same customer"),
		})
		w.decide(from, "manager1", deal.Approve, nil)
		commands := []deal.Command{
			w.command(from, "rep1", deal.Merge{Into: into, Reason: text("twin")}), w.command(into, "manager1", under(below)),
		}
		answers, errs := make([]deal.Answer, 2), make([]error, 2)
		var group sync.WaitGroup
		for i, cmd := range commands {
			w.stage(cmd)
			group.Go(func() { answers[i], errs[i] = perform(t.Context(), w.Store, cmd) })
		}
		group.Wait()
		require.NoError(t, errors.Join(errs...))
		done := 0
		for _, a := range answers {
			if a.Outcome == deal.Done {
				done++
			} else {
				require.True(t, a.Refusals.Has(deal.CodeFamilyCycle), "%v", a.Refusals)
			}
		}
		require.Equal(t, 1, done, "%v", answers)
		_, err := w.Kin(t.Context(), w.as("manager1"), below)
		require.NoError(t, err, "the way up has an end")
	}
	w.sound()
}

func TestMerge_byIntakeCarriesOverAsWell(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	into := w.lead("rep1", customer("晨风集团"))
	lead := w.lead("collector1", customer("晨风服饰"), deal.Contact{ID: "new", Name: "孙丽", Mobile: "13805240012"})
	w.do(lead, "manager1", deal.Assign{Owner: w.people["rep1"], Reason: text("yours")})
	w.do(lead, "rep1", deal.Advance{From: deal.Collect})
	w.do(lead, "manager1", deal.ReviewIntake{Decision: deal.MergeIntake, Reason: text("the same house"), MergeInto: into})
	contacts, err := w.Contacts(ctx, w.as("rep1"), into)
	require.NoError(t, err)
	require.Equal(t, "new", contacts[0].ID)
	kin, err := w.Kin(ctx, w.as("rep1"), into)
	require.NoError(t, err)
	require.Equal(t, lead, kin.MergedFrom[0].ID)
	w.sound()
}
