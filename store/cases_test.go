package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

// archived is an account of rep1 that went through the ring, with words on file.
func (w *world) archived(name string) deal.AccountID {
	w.t.Helper()
	ctx := w.t.Context()
	id := w.lead("rep1", customer(name), deal.Contact{Name: "孙丽", Mobile: "13805240011"})
	for _, step := range deal.Steps() {
		switch step {
		case deal.Screen:
			w.do(id, "manager1", deal.ReviewIntake{Decision: deal.AcceptIntake})
		case deal.Plan:
			_, err := w.AddDocument(ctx, w.as("rep1"), id, document("proposal", "", `{"solution":"冷链专线"}`), true)
			require.NoError(w.t, err)
			_, err = w.AddDocument(ctx, w.as("rep1"), id, document("rival", "r1", `{"name":"顺丰速运"}`), false)
			require.NoError(w.t, err)
		case deal.Archive:
			_, err := w.PutForm(ctx, w.as("rep1"), id, deal.Archive, 0, map[string]any{
				"lessons": name + "的孙丽最看重夜间温控,电话13805240011;先试两周再谈价格", "what_worked": "驻场客服",
			})
			require.NoError(w.t, err)
		case deal.Collect, deal.Survey, deal.Analyse, deal.Visit, deal.Trial, deal.Sign, deal.Maintain:
		}
		w.do(id, "rep1", deal.Advance{From: step})
	}
	return id
}

func (w *world) library(login string, f view.CaseFilter) []view.Case {
	w.t.Helper()
	all, _, err := w.Cases(w.t.Context(), w.as(login), f)
	require.NoError(w.t, err)
	return all
}

func TestCases_areLeftByARingThatWasGoneThrough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.archived("江苏远大服装有限公司")
	all := w.library("rep1", view.CaseFilter{})
	require.Len(t, all, 1)
	c := all[0]
	require.True(t, c.Visible)
	require.Equal(t, []any{id, deal.WonCase, deal.Archive, 1, w.people["rep1"], "江苏远大服装有限公司", "服装", "冷链专线", "驻场客服", "顺丰速运"},
		[]any{c.Account, c.Outcome, c.Step, c.Cycle, c.Author, c.Customer, c.Industry, c.Product, c.Worked, c.Rival})
	require.Contains(t, c.Lessons, "孙丽最看重夜间温控")
	require.True(t, c.StartedAt.Before(c.EndedAt))
	require.False(t, c.WonAt.IsZero())

	err := w.Rebuild(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, all, w.library("rep1", view.CaseFilter{}), "a case is a record: the log is folded, and it stays")
}

func TestCases_areLeftByALossAndNoteThatTheCustomerCameBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dropped := w.lead("rep1", customer("无意向"))
	w.do(dropped, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("no need")})
	id := w.lead("rep1", customer("晨风集团"))
	w.do(id, "rep1", deal.Close{Outcome: deal.Lost, Reason: text("too dear"), Rival: text("the winner")})
	all := w.library("rep1", view.CaseFilter{})
	require.Len(t, all, 1, "what was dropped teaches nothing")
	require.Equal(t, []any{deal.LostCase, deal.Collect, "text of too dear", "text of the winner", true},
		[]any{all[0].Outcome, all[0].Step, all[0].Reason, all[0].Rival, all[0].ReopenedAt.IsZero()})

	w.do(id, "rep1", deal.RequestApproval{
		Kind: deal.Reopen, Subject: deal.Subject{Type: deal.AccountSubject, ID: string(id), Version: w.state(id).Seq}, Text: text("they called"),
	})
	w.decide(id, "manager1", deal.Approve, nil)
	w.do(id, "rep1", deal.ReopenAccount{Reason: text("they called again")})
	require.False(t, w.library("rep1", view.CaseFilter{})[0].ReopenedAt.IsZero())
}

func TestCases_hideTheCustomerFromWhoDoesNotSeeTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.archived("江苏远大服装有限公司")
	for _, login := range []string{"rep1", "manager1", "director1", "ops1", "auditor1"} {
		c := w.library(login, view.CaseFilter{})[0]
		require.True(t, c.Visible, login)
		require.Contains(t, c.Lessons, "江苏远大服装有限公司", login)
	}
	for _, login := range []string{"rep3", "collector1", "manager2", "finance1", "admin1"} {
		c := w.library(login, view.CaseFilter{})[0]
		require.False(t, c.Visible, login)
		require.Empty(t, string(c.Account)+c.Number+c.Customer, login)
		require.Equal(t, []any{"服装", 400, "冷链专线"}, []any{c.Industry, *c.MonthlyInbound, c.Product}, login)
		for _, secret := range []string{"远大", "孙丽", "13805240011"} {
			require.NotContains(t, c.Lessons, secret, login)
		}
		require.Contains(t, c.Lessons, "夜间温控", login)
		one, err := w.Case(t.Context(), w.as(login), c.ID)
		require.NoError(t, err)
		require.Equal(t, c, one, login)
	}
}

func TestCases_areFoundByWhatTheReaderMaySee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.archived("江苏远大服装有限公司")
	lost := w.lead("rep3", customerIn("宿城区", "晨风集团"))
	w.do(lost, "rep3", deal.Close{Outcome: deal.Lost, Reason: text("price"), Rival: text("r")})
	end := w.at
	found := func(login string, f view.CaseFilter) int { return len(w.library(login, f)) }
	for words, n := range map[string]int{
		"温控": 1, "夜间温控 试两周": 1, "冷链": 1, "lenglian": 1, "顺丰": 1, "价格 温控 冷链专线": 1, "温控 海运": 0, "": 2, "price": 1,
		"远大": 1, "孙丽": 1, "13805240011": 1, "%": 0,
	} {
		require.Equal(t, n, found("ops1", view.CaseFilter{Query: words}), words)
	}
	for _, secret := range []string{"远大", "孙丽", "13805240011", "yuanda"} {
		require.Zero(t, found("rep3", view.CaseFilter{Query: secret}), "searching tells who a hidden customer is: %s", secret)
	}
	require.Equal(t, 1, found("rep3", view.CaseFilter{Query: "温控"}))

	east := w.org().Teams
	for name, c := range map[string]struct {
		f view.CaseFilter
		n int
	}{
		"outcome":        {view.CaseFilter{Outcome: deal.LostCase}, 1},
		"industry":       {view.CaseFilter{Industry: "服"}, 2},
		"other industry": {view.CaseFilter{Industry: "医药"}, 0},
		"rival":          {view.CaseFilter{Rival: "顺丰"}, 1},
		"grade":          {view.CaseFilter{Grade: deal.GradeA}, 0},
		"since":          {view.CaseFilter{Since: end}, 1},
		"until":          {view.CaseFilter{Until: end}, 1},
		"area":           {view.CaseFilter{Team: teamNamed(east, "east")}, 2},
		"team":           {view.CaseFilter{Team: teamNamed(east, "team 2")}, 1},
	} {
		require.Equal(t, c.n, found("ops1", c.f), name)
	}
	first, next, err := w.Cases(t.Context(), w.as("ops1"), view.CaseFilter{Page: view.Page{Limit: 1}})
	require.NoError(t, err)
	second, end2, err := w.Cases(t.Context(), w.as("ops1"), view.CaseFilter{Page: view.Page{Limit: 1, Cursor: next}})
	require.NoError(t, err)
	require.Equal(t, []deal.CaseOutcome{deal.LostCase, deal.WonCase}, []deal.CaseOutcome{first[0].Outcome, second[0].Outcome}, "newest first")
	require.Empty(t, end2)
}

func teamNamed(teams []deal.Team, name string) deal.TeamID {
	for _, t := range teams {
		if t.Name == name {
			return t.ID
		}
	}
	return ""
}

func TestReviseCase_isForItsAuthorAndSalesOperations(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.archived("江苏远大服装有限公司")
	c := w.library("rep1", view.CaseFilter{})[0]
	texts := c.CaseTexts
	texts.Lessons = "远大的王经理说:先试后签"
	for _, login := range []string{"rep2", "rep3", "manager1", "director1", "auditor1", "finance1"} {
		_, err := w.ReviseCase(ctx, w.as(login), c.ID, 1, texts)
		require.ErrorIs(t, err, view.ErrReadOnly, login)
	}
	now, err := w.ReviseCase(ctx, w.as("rep1"), c.ID, 1, texts)
	require.NoError(t, err)
	require.Equal(t, []any{int64(2), texts.Lessons, "冷链专线"}, []any{now.Version, now.Lessons, now.Product})
	hidden := w.library("rep3", view.CaseFilter{Query: "先试后签"})
	require.Len(t, hidden, 1)
	require.NotContains(t, hidden[0].Lessons, "远大")
	present, err := w.ReviseCase(ctx, w.as("ops1"), c.ID, 1, texts)
	require.ErrorIs(t, err, deal.ErrStale)
	require.Equal(t, int64(2), present.Version)
	_, err = w.ReviseCase(ctx, w.as("ops1"), c.ID, 2, texts)
	require.NoError(t, err)
	_, err = w.ReviseCase(ctx, w.as("ops1"), "nothing", 2, texts)
	require.ErrorIs(t, err, deal.ErrNotFound)

	changes, err := w.Changes(ctx, w.as("rep1"), id)
	require.NoError(t, err)
	var seen []deal.PersonID
	for _, change := range changes {
		if change.Table == "cases" {
			seen = append(seen, change.By)
		}
	}
	require.Equal(t, []deal.PersonID{w.people["rep1"], w.people["ops1"]}, seen)
}

func TestErasing_reachesTheLibrary(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	id := w.archived("江苏远大服装有限公司")
	c := w.library("rep1", view.CaseFilter{})[0]
	texts := c.CaseTexts
	texts.Worked = "孙丽引荐"
	_, err := w.ReviseCase(ctx, w.as("rep1"), c.ID, 1, texts)
	require.NoError(t, err)
	contacts, err := w.Contacts(ctx, w.as("rep1"), id)
	require.NoError(t, err)
	for _, login := range []string{"rep1", "manager1"} {
		_, err = w.EraseContact(ctx, w.as(login), id, contacts[0].ID, "asked for", erasing)
		require.NoError(t, err)
	}
	require.Zero(t, w.countOf("SELECT count(*) FROM cases WHERE row_to_json(cases)::text ~ '孙丽|13805240011|sunli'"))
	require.Zero(t, w.countOf("SELECT count(*) FROM record_changes WHERE record = 'cases' AND row_to_json(record_changes)::text ~ '孙丽|13805240011'"))
	require.Contains(t, w.library("rep1", view.CaseFilter{})[0].Lessons, "夜间温控")

	lost := w.lead("rep1", customer("晨风集团"))
	w.do(lost, "rep1", deal.Close{Outcome: deal.Lost, Reason: text("too dear"), Rival: text("the winner")})
	require.NoError(t, w.EraseText(ctx, w.as("manager1"), lost, "too dear", "names somebody"))
	newest := w.library("rep1", view.CaseFilter{})[0]
	require.Equal(t, []string{"", "text of the winner"}, []string{newest.Reason, newest.Rival})
	require.Empty(t, w.library("rep1", view.CaseFilter{Query: "dear"}))
}

func (w *world) countOf(sql string) (n int) {
	w.t.Helper()
	require.NoError(w.t, connect(w.t, w.url).QueryRow(w.t.Context(), sql).Scan(&n))
	return n
}

func TestRoughly_isTheFirstFigure(t *testing.T) {
	t.Parallel()
	for exact, rough := range map[int]int{0: 0, 7: 7, 10: 10, 99: 90, 1234: 1000, -15: -10} {
		require.Equal(t, rough, *deal.Roughly(&exact))
	}
	require.Nil(t, deal.Roughly(nil))
}
