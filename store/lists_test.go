package store_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

func TestAccounts_pagesGiveEverythingOnceInEveryOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"重庆", "安徽", "北京", "aB", "张家港", "安徽", "100%_\\"} {
		w.lead("rep1", customer(name))
	}
	w.exec("UPDATE accounts SET deadline_at = NULL, next_follow_up_at = NULL WHERE number IN ('KA-2026-0002', 'KA-2026-0005', 'KA-2026-0007')")
	w.exec("UPDATE accounts SET updated_at = '2026-03-02' WHERE number < 'KA-2026-0004'") // equal values must not hide each other
	for _, sort := range view.AccountSorts() {
		for _, word := range []string{sort, "-" + sort} {
			whole, next, err := w.Accounts(t.Context(), w.as("rep1"), view.AccountFilter{Sort: word})
			require.NoError(t, err)
			require.Empty(t, next)
			require.Len(t, whole, 7)
			for _, size := range []int{1, 2, 3, 7} {
				require.Equal(t, whole, w.pages(view.AccountFilter{Sort: word, Page: view.Page{Limit: size}}), "%s by %d", word, size)
			}
		}
	}
	byName, _, err := w.Accounts(t.Context(), w.as("rep1"), view.AccountFilter{Sort: "name"})
	require.NoError(t, err)
	var names []string
	for _, i := range byName {
		names = append(names, i.Name)
	}
	require.Equal(t, []string{"安徽", "安徽", "北京", "重庆", "张家港", "aB"}, slices.DeleteFunc(names, func(n string) bool { return n == "100%_\\" }),
		"Chinese names stand in the order of their sounds")
	last, _, err := w.Accounts(t.Context(), w.as("rep1"), view.AccountFilter{Sort: "-deadline"})
	require.NoError(t, err)
	require.False(t, last[0].Deadline.IsZero())
	require.True(t, last[6].Deadline.IsZero(), "what has no date comes last, whatever the direction")
}

// A page is found by one statement and read by another. What commits in between may change what the page shows, and never
// where the next one begins.
func TestAccounts_goOnWhereAPageWasFoundWhateverMovesMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ids []deal.AccountID
	for i := range 5 {
		id := w.lead("rep1", customer("重庆"+strconv.Itoa(i)))
		w.exec("UPDATE accounts SET updated_at = $2 WHERE id = $1", string(id), time.Date(2026, 3, 2, i, 0, 0, 0, time.UTC))
		ids = append(ids, id)
	}
	other := connect(t, w.url)
	tx, err := other.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "LOCK TABLE account_profile IN ACCESS EXCLUSIVE MODE") // only the second statement needs it here
	require.NoError(t, err)

	var first []view.AccountItem
	var next string
	read := make(chan error, 1)
	go func() {
		var err error
		first, next, err = w.Accounts(t.Context(), w.as("rep1"), view.AccountFilter{Sort: "updated_at", Page: view.Page{Limit: 2}})
		read <- err
	}()
	require.Eventually(t, func() bool {
		var waits bool
		err := other.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'account_profile'::regclass AND NOT granted)").Scan(&waits)
		return err == nil && waits
	}, 10*time.Second, 5*time.Millisecond)
	_, err = tx.Exec(t.Context(), "UPDATE accounts SET updated_at = '2026-03-03' WHERE id = $1", string(ids[1]))
	require.NoError(t, err)
	require.NoError(t, tx.Commit(t.Context()))
	require.NoError(t, <-read)
	require.Len(t, first, 2)

	rest, _, err := w.Accounts(t.Context(), w.as("rep1"), view.AccountFilter{Sort: "updated_at", Page: view.Page{Cursor: next}})
	require.NoError(t, err)
	var found []deal.AccountID
	for _, i := range rest {
		found = append(found, i.ID)
	}
	require.Equal(t, []deal.AccountID{ids[2], ids[3], ids[4], ids[1]}, found, "what moved forward comes again, and nothing is left out")
}

// pages walks through a list of rep1's accounts.
func (w *world) pages(f view.AccountFilter) []view.AccountItem {
	w.t.Helper()
	var all []view.AccountItem
	for {
		items, next, err := w.Accounts(w.t.Context(), w.as("rep1"), f)
		require.NoError(w.t, err)
		require.LessOrEqual(w.t, len(items), f.Page.Limit)
		all = append(all, items...)
		if next == "" {
			return all
		}
		f.Page.Cursor = next
	}
}

func TestAccounts_refusesCursorsThatItDidNotHandOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.lead("rep1", customer("晨风集团"))
	w.lead("rep1", customer("三鼎织带"))
	rep := w.as("rep1")
	_, next, err := w.Accounts(t.Context(), rep, view.AccountFilter{Sort: "number", Page: view.Page{Limit: 1}})
	require.NoError(t, err)
	edited := base64.RawURLEncoding.EncodeToString([]byte(`{"l":"accounts/opened_at/false","v":"yesterday","i":"x"}`))
	for _, c := range []struct{ sort, cursor string }{
		{"name", next}, {"-number", next}, {"number", "?"}, {"number", "bm90IGpzb24"}, {"opened_at", edited},
	} {
		_, _, err := w.Accounts(t.Context(), rep, view.AccountFilter{Sort: c.sort, Page: view.Page{Cursor: c.cursor}})
		require.ErrorIs(t, err, view.ErrBadCursor, "%+v", c)
	}
	page := view.Page{Cursor: next}
	_, _, err = w.Tasks(t.Context(), rep, view.TaskFilter{Page: page})
	require.ErrorIs(t, err, view.ErrBadCursor)
	_, _, err = w.Approvals(t.Context(), rep, view.ApprovalFilter{Page: page})
	require.ErrorIs(t, err, view.ErrBadCursor)
	_, _, err = w.Notices(t.Context(), rep, false, page)
	require.ErrorIs(t, err, view.ErrBadCursor)
	_, err = w.Events(t.Context(), rep, "x", page)
	require.ErrorIs(t, err, view.ErrBadCursor)
	_, _, err = w.Accounts(t.Context(), rep, view.AccountFilter{Sort: "state; DROP TABLE accounts"})
	require.ErrorIs(t, err, view.ErrBadSort)
}

func TestAccounts_areFiltered(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	p := customer("江苏远东集团")
	p.CreditCode, p.Aliases = validCode, []string{"Far East"}
	far := s.world.lead("rep1", p)
	s.do(far, "rep1", deal.Pause{Reason: text("holiday"), ResumeOn: "2026-06-01"})
	team1, yes, no := s.state(s.north).Team, true, false
	var east deal.TeamID
	for _, team := range s.org().Teams {
		if team.Name == "east" {
			east = team.ID
		}
	}
	s.exec("UPDATE accounts SET overdue = true, grade = 'A' WHERE id = $1", string(s.north))
	for name, c := range map[string]struct {
		filter view.AccountFilter
		want   []deal.AccountID
	}{
		"step":             {view.AccountFilter{Step: deal.Screen}, []deal.AccountID{s.asked}},
		"status":           {view.AccountFilter{Status: deal.Paused}, []deal.AccountID{far}},
		"owner":            {view.AccountFilter{Owner: s.people["rep3"]}, []deal.AccountID{s.south}},
		"team":             {view.AccountFilter{Team: team1}, []deal.AccountID{s.north, s.lead, s.asked, far}},
		"area":             {view.AccountFilter{Team: east}, []deal.AccountID{s.north, s.south, s.lead, s.asked, far}},
		"grade":            {view.AccountFilter{Grade: deal.GradeA}, []deal.AccountID{s.north}},
		"overdue":          {view.AccountFilter{Overdue: &yes}, []deal.AccountID{s.north}},
		"not overdue":      {view.AccountFilter{Overdue: &no, Team: team1}, []deal.AccountID{s.lead, s.asked, far}},
		"part of a name":   {view.AccountFilter{Query: "晨风"}, []deal.AccountID{s.north}},
		"traditional name": {view.AccountFilter{Query: "遠東"}, []deal.AccountID{far}},
		"alias, any case":  {view.AccountFilter{Query: "farＥast"}, []deal.AccountID{far}},
		"number":           {view.AccountFilter{Query: "2026-0002"}, []deal.AccountID{s.south}},
		"credit code":      {view.AccountFilter{Query: validCode[3:12]}, []deal.AccountID{far}},
		"no wildcard":      {view.AccountFilter{Query: "%"}, []deal.AccountID{}},
		"nor this one":     {view.AccountFilter{Query: "远_集团"}, []deal.AccountID{}},
		"pinyin":           {view.AccountFilter{Query: "yuan dong"}, []deal.AccountID{far}},
		"initials":         {view.AccountFilter{Query: "JSYD"}, []deal.AccountID{far}},
		"parts, any order": {view.AccountFilter{Query: "集团 yuandong east"}, []deal.AccountID{far}},
		"parts, one wrong": {view.AccountFilter{Query: "集团 yuandong west"}, []deal.AccountID{}},
		"only blanks":      {view.AccountFilter{Query: " 　", Owner: s.people["rep3"]}, []deal.AccountID{s.south}},
	} {
		c.filter.Sort = "number"
		items, _, err := s.Accounts(t.Context(), s.as("ops1"), c.filter)
		require.NoError(t, err, name)
		got := []deal.AccountID{}
		for _, i := range items {
			got = append(got, i.ID)
		}
		require.Equal(t, c.want, got, name)
	}
}

func TestEvents_pagesCarryTheTextsOfTheirCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.walked()
	whole, err := w.Whole(t.Context(), w.as("rep1"), id)
	require.NoError(t, err)
	one, err := w.Events(t.Context(), w.as("rep1"), id, view.Page{Limit: 200})
	require.NoError(t, err)
	require.Equal(t, whole, one.Items)
	require.Equal(t, "text of result", one.Texts["result"])

	for _, size := range []int{1, 2, 7} {
		var items []deal.Event
		texts := map[string]string{}
		page := view.Page{Limit: size}
		for {
			events, err := w.Events(t.Context(), w.as("rep1"), id, page)
			require.NoError(t, err)
			for _, e := range events.Items { // a page explains itself
				for wanted := range one.Texts {
					if slices.Contains(refsOf(e), wanted) {
						require.Contains(t, events.Texts, wanted, "event %d", e.Seq)
					}
				}
			}
			items = append(items, events.Items...)
			for k, v := range events.Texts {
				texts[k] = v
			}
			if page.Cursor = events.Next; page.Cursor == "" {
				break
			}
		}
		require.Equal(t, whole, items, "%d", size)
		require.Equal(t, one.Texts, texts, "%d", size)
	}
}

// refsOf are the texts that an event's content names, found by what these tests call them.
func refsOf(e deal.Event) []string {
	content, err := e.Content()
	if err != nil {
		return nil
	}
	var found []string
	for _, name := range []string{"why rep1", "call back", "aim", "result", "next step", "please file", "fine", "price", "more volume"} {
		if strings.Contains(string(content), strconv.Quote(name)) {
			found = append(found, name)
		}
	}
	return found
}

func TestTimed_areWhatTheViewerOwnsOrLeadsSoonestFirst(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	for login, want := range map[string]int{"rep1": 2, "rep3": 1, "manager1": 3, "director1": 4, "ops1": 0, "finance1": 0} {
		timed, _, err := s.Timed(t.Context(), s.as(login), deal.LineEnds{}, view.Sleeper{}, 10)
		require.NoError(t, err)
		require.Len(t, timed, want, login)
		require.True(t, slices.IsSortedFunc(timed, func(a, b view.Account) int { return a.State.WakeAt().Compare(b.State.WakeAt()) }))
	}
	timed, _, err := s.Timed(t.Context(), s.as("director1"), deal.LineEnds{}, view.Sleeper{}, 10)
	require.NoError(t, err)
	var paged []view.Account
	for after := (view.Sleeper{}); ; {
		page, last, err := s.Timed(t.Context(), s.as("director1"), deal.LineEnds{}, after, 1)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		paged, after = append(paged, page...), last
	}
	require.Equal(t, timed, paged)
	s.do(s.north, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("gone")})
	timed, _, err = s.Timed(t.Context(), s.as("rep1"), deal.LineEnds{}, view.Sleeper{}, 10)
	require.NoError(t, err)
	require.Len(t, timed, 1)
	require.Equal(t, "三鼎织带", timed[0].Profile.Name)
}

func TestTimed_areForSalesOperationsWhereTheLineEnds(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	org, err := s.Org(t.Context())
	require.NoError(t, err)
	ops := s.as("ops1")
	seen := func() (ids []deal.AccountID) {
		timed, _, err := s.Timed(t.Context(), ops, org.LineEnds(ops.Owners), view.Sleeper{}, 10)
		require.NoError(t, err)
		for _, a := range timed {
			ids = append(ids, a.State.Account)
		}
		return ids
	}
	require.Empty(t, seen(), "everybody who has something here has a superior")
	for i, team := range org.Teams {
		if team.Lead == s.people["manager2"] {
			org.Teams[i].Lead = ""
		}
	}
	require.Equal(t, []deal.AccountID{s.south}, seen(), "a team without a manager")
	s.exec("UPDATE accounts SET owner_id = NULL, team_id = NULL WHERE id = '" + string(s.lead) + "'")
	require.ElementsMatch(t, []deal.AccountID{s.south, s.lead}, seen(), "and what is nobody's")
}

func TestReassigning_areInTheOrderOfTheRulesSoonestFirst(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	none, _, err := s.Reassigning(t.Context(), view.Sleeper{}, 10)
	require.NoError(t, err)
	require.Empty(t, none, "these ladders end with the superior")
	s.exec(`UPDATE accounts SET state = replace(state::text, '"name":"superior"', '"name":"reassign"')::json WHERE id <> '` + string(s.south) + "'")
	list := func() (all []view.Account) {
		for after := (view.Sleeper{}); ; {
			page, last, err := s.Reassigning(t.Context(), after, 1)
			require.NoError(t, err)
			if len(page) == 0 {
				return all
			}
			all, after = append(all, page...), last
		}
	}
	all := list()
	require.Len(t, all, 3)
	require.True(t, slices.IsSortedFunc(all, func(a, b view.Account) int { return a.State.ReassignAt().Compare(b.State.ReassignAt()) }))
	for _, a := range all {
		require.False(t, a.State.ReassignAt().IsZero())
		require.NotEmpty(t, a.Profile.Name)
	}
	s.exec("UPDATE accounts SET status = 'closed' WHERE id = '" + string(s.north) + "'")
	require.Len(t, list(), 2)
}

func TestOverdue_listsWhatOversleptLongestFirst(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	all, err := s.Overdue(t.Context(), monday, view.Sleeper{}, 10)
	require.NoError(t, err)
	require.Empty(t, all)
	late := monday.Add(365 * 24 * time.Hour)
	all, err = s.Overdue(t.Context(), late, view.Sleeper{}, 10)
	require.NoError(t, err)
	var ids []deal.AccountID
	for _, o := range all {
		ids = append(ids, o.Account)
		require.Equal(t, s.state(o.Account).WakeAt(), o.WakeAt)
	}
	require.ElementsMatch(t, []deal.AccountID{s.north, s.south, s.lead, s.asked}, ids)
	require.True(t, slices.IsSortedFunc(all, func(a, b view.Sleeper) int { return a.WakeAt.Compare(b.WakeAt) }), "%v", all)
	for i, o := range all {
		next, err := s.Overdue(t.Context(), late, o, 1)
		require.NoError(t, err)
		require.Equal(t, all[i+1:min(i+2, len(all))], append([]view.Sleeper{}, next...), "behind %v", o)
	}
}

func TestOpenAccounts_areThoseTheClockOrPeopleMayTouch(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	s.do(s.north, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("gone")})
	s.do(s.asked, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("gone as well")})
	s.do(s.asked, "rep1", deal.RequestApproval{
		Kind: deal.Reopen, Subject: deal.Subject{Type: deal.AccountSubject, ID: string(s.asked), Version: s.state(s.asked).Seq}, Text: text("back"),
	})
	want := []deal.AccountID{s.south, s.lead, s.asked}
	ids, err := s.OpenAccounts(t.Context(), "", 10)
	require.NoError(t, err)
	require.Equal(t, want, ids, "a closed account with a running request belongs to them")
	var all []deal.AccountID
	for after := deal.AccountID(""); ; {
		ids, err := s.OpenAccounts(t.Context(), after, 1)
		require.NoError(t, err)
		if len(ids) == 0 {
			break
		}
		all, after = append(all, ids...), ids[0]
	}
	require.Equal(t, want, all)
}

func TestStaleCalendar_findsClocksOfAnotherVersion(t *testing.T) {
	t.Parallel()
	s := newScopes(t)
	version := s.state(s.north).Clocks[0].Calendar
	stale, err := s.StaleCalendar(t.Context(), everywhere(version), "", 10)
	require.NoError(t, err)
	require.Empty(t, stale)
	for _, other := range []string{"", "another", "zzz"} {
		stale, err = s.StaleCalendar(t.Context(), everywhere(other), "", 3)
		require.NoError(t, err)
		require.Len(t, stale, 3, fmt.Sprintf("%q", other))
		behind, err := s.StaleCalendar(t.Context(), everywhere(other), stale[0].Account, 2)
		require.NoError(t, err)
		require.Equal(t, stale[1:], behind)
		require.Equal(t, s.state(stale[0].Account).Seq, stale[0].Seq)
	}
	s.do(s.north, "rep1", deal.Close{Outcome: deal.Dropped, Reason: text("gone")})
	stale, err = s.StaleCalendar(t.Context(), everywhere("another"), "", 10)
	require.NoError(t, err)
	for _, one := range stale {
		require.NotEqual(t, s.north, one.Account, "nothing runs there any more")
	}
}
