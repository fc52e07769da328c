package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"closedloop/deal"
	"closedloop/deal/view"
)

// leave is a person's leave on days in Shanghai.
func (w *world) leave(id, login, first, last string) view.Leave {
	w.t.Helper()
	day := func(d string) time.Time {
		at, err := time.ParseInLocation(time.DateOnly, d, time.FixedZone("Shanghai", 8*60*60))
		require.NoError(w.t, err)
		return at.UTC()
	}
	return view.Leave{
		Leave: deal.Leave{ID: id, Person: w.people[login], First: first, Last: last, Since: day(first), Until: day(last).AddDate(0, 0, 1)},
		Kind:  deal.AnnualLeave, Note: "home", CreatedBy: w.people[login], CreatedAt: monday,
	}
}

func TestLeave_isPartOfTheOrganisation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.org()
	l := w.leave("l1", "rep1", "2026-03-09", "2026-03-13")
	l.Deputy = w.people["rep2"]
	stand := deal.Delegation{ID: "d1", From: l.Person, To: l.Deputy, Since: l.Since, Until: l.Until}
	require.NoError(t, w.AddLeave(t.Context(), l, &stand))
	require.NoError(t, w.AddLeave(t.Context(), l, &stand), "the same leave is there already")
	org := w.org()
	require.Greater(t, org.Version, before.Version)
	require.Equal(t, []deal.Leave{l.Leave}, org.Leaves)
	require.Equal(t, []deal.Delegation{stand}, org.Delegations)
	for day, away := range map[string]bool{"2026-03-08": false, "2026-03-09": true, "2026-03-13": true, "2026-03-14": false} {
		require.Equal(t, away, org.OnLeave(l.Person, day), day)
		require.False(t, org.OnLeave(l.Deputy, day), day)
	}
	there, err := w.Leave(t.Context(), "l1")
	require.NoError(t, err)
	require.Equal(t, l, there)
}

func TestOrg_knowsOnlyLeaveThatMayStillMatter(t *testing.T) {
	t.Parallel()
	ctx, w := t.Context(), newWorld(t)
	ids := func() (all []string) {
		for _, l := range w.org().Leaves {
			all = append(all, l.ID)
		}
		return all
	}
	for id, days := range map[string][2]string{"long ago": {"2026-01-05", "2026-01-09"}, "lately": {"2026-02-23", "2026-02-27"}, "coming": {"2026-08-03", "2026-08-07"}} {
		require.NoError(t, w.AddLeave(ctx, w.leave(id, "rep1", days[0], days[1]), nil))
	}
	require.Equal(t, []string{"lately", "coming"}, ids())
	later := w.leave("later", "rep2", "2026-09-07", "2026-09-08")
	later.CreatedAt = monday.AddDate(0, 3, 0)
	require.NoError(t, w.AddLeave(ctx, later, nil))
	require.Equal(t, []string{"coming", "later"}, ids(), "time goes on")
	past, err := w.Leaves(ctx, view.LeaveFilter{From: "2026-01-09", To: "2026-02-23"})
	require.NoError(t, err)
	require.Len(t, past, 2, "whoever asks for days of long ago gets their leave")
}

func TestLeave_takesNoDayTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.AddLeave(t.Context(), w.leave("l1", "rep1", "2026-03-09", "2026-03-13"), nil))
	for _, days := range [][2]string{{"2026-03-01", "2026-03-09"}, {"2026-03-10", "2026-03-10"}, {"2026-03-13", "2026-04-01"}, {"2026-03-01", "2026-04-01"}} {
		var overlap *view.OverlapError
		require.ErrorAs(t, w.AddLeave(t.Context(), w.leave("l2", "rep1", days[0], days[1]), nil), &overlap)
		require.Equal(t, "l1", overlap.Leave.ID)
	}
	require.NoError(t, w.AddLeave(t.Context(), w.leave("l2", "rep2", "2026-03-09", "2026-03-13"), nil), "somebody else's")
	require.NoError(t, w.AddLeave(t.Context(), w.leave("l3", "rep1", "2026-03-14", "2026-03-14"), nil))

	refusals := make([]error, 4)
	var group sync.WaitGroup
	for i := range refusals {
		l := w.leave("same"+string(rune('a'+i)), "rep3", "2026-03-09", "2026-03-13")
		group.Go(func() { refusals[i] = w.AddLeave(t.Context(), l, nil) })
	}
	group.Wait()
	taken := 0
	for _, err := range refusals {
		if overlap := (*view.OverlapError)(nil); !errors.As(err, &overlap) {
			require.NoError(t, err)
			taken++
		}
	}
	require.Equal(t, 1, taken)
}

func TestLeave_endsFromADayOnWithItsDelegation(t *testing.T) {
	t.Parallel()
	wednesday := time.Date(2026, 3, 11, 3, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		at    time.Time
		today string
		left  []string // first and last day that is left; none: called off
		until time.Time
	}{
		"in the middle":        {wednesday, "2026-03-11", []string{"2026-03-09", "2026-03-10"}, wednesday},
		"before it begins":     {monday, "2026-03-02", nil, time.Time{}},
		"on its first day":     {wednesday.AddDate(0, 0, -2), "2026-03-09", nil, wednesday.AddDate(0, 0, -2)},
		"when it is long over": {wednesday.AddDate(0, 1, 0), "2026-04-11", []string{"2026-03-09", "2026-03-13"}, wednesday.Add(61 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			l := w.leave("l1", "rep1", "2026-03-09", "2026-03-13")
			l.Deputy = w.people["rep2"]
			require.NoError(t, w.AddLeave(t.Context(), l, &deal.Delegation{ID: "d1", From: l.Person, To: l.Deputy, Since: l.Since, Until: l.Until}))
			other := deal.Delegation{ID: "d2", From: l.Person, To: w.people["rep3"], Since: l.Since, Until: l.Until}
			require.NoError(t, w.AddDelegation(t.Context(), other))
			for range 2 { // the second one finds nothing to end
				require.NoError(t, w.EndLeave(t.Context(), "l1", w.people["manager1"], tt.at, tt.today))
			}
			org := w.org()
			require.Contains(t, org.Delegations, other, "it is not of the leave")
			if tt.left == nil {
				require.Empty(t, org.Leaves)
				_, err := w.Leave(t.Context(), "l1")
				require.ErrorIs(t, err, deal.ErrNotFound)
			} else {
				require.Equal(t, tt.left, []string{org.Leaves[0].First, org.Leaves[0].Last})
			}
			if tt.until.IsZero() {
				require.Len(t, org.Delegations, 1)
			} else {
				require.Contains(t, org.Delegations, deal.Delegation{ID: "d1", From: l.Person, To: l.Deputy, Since: l.Since, Until: tt.until})
			}
			require.NoError(t, w.AddLeave(t.Context(), w.leave("l2", "rep1", "2026-03-16", "2026-03-16"), nil))
		})
	}
}

func TestLeaves_areListedByPersonAndDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for id, l := range map[string][3]string{
		"l1": {"rep1", "2026-03-09", "2026-03-13"}, "l2": {"rep2", "2026-03-10", "2026-03-10"}, "l3": {"rep1", "2026-05-01", "2026-05-05"},
	} {
		require.NoError(t, w.AddLeave(t.Context(), w.leave(id, l[0], l[1], l[2]), nil))
	}
	for want, f := range map[string]view.LeaveFilter{
		"l1 l2 l3": {},
		"l1 l3":    {People: []deal.PersonID{w.people["rep1"]}},
		"l1 l2":    {To: "2026-03-10"},
		"l3":       {From: "2026-03-14"},
		"l1":       {From: "2026-03-11", To: "2026-03-12"},
		"":         {People: []deal.PersonID{}},
	} {
		found, err := w.Leaves(t.Context(), f)
		require.NoError(t, err)
		got := ""
		for i, l := range found {
			if i > 0 {
				got += " "
			}
			got += l.ID
		}
		require.Equal(t, want, got)
	}
}

func TestEndDelegation_endsNowOrNeverWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	runs := deal.Delegation{ID: "d1", From: w.people["rep1"], To: w.people["rep2"], Since: monday, Until: monday.AddDate(0, 0, 7)}
	later := deal.Delegation{ID: "d2", From: w.people["rep1"], To: w.people["rep3"], Since: monday.AddDate(0, 1, 0), Until: monday.AddDate(0, 2, 0)}
	for _, d := range []deal.Delegation{runs, later} {
		require.NoError(t, w.AddDelegation(t.Context(), d))
	}
	for range 2 {
		for _, id := range []string{"d1", "d2", "unknown"} {
			require.NoError(t, w.EndDelegation(t.Context(), id, monday.Add(time.Hour)))
		}
		runs.Until = monday.Add(time.Hour)
		require.Equal(t, []deal.Delegation{runs}, w.org().Delegations)
	}
}

func TestUnrepresented_areAccountsWithTasksInOtherHandsThanTheyShouldBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, other := w.lead("rep1", customer("晨风集团")), w.lead("rep3", customerIn("宿城区", "远大"))
	w.do(id, "rep1", deal.Advance{From: deal.Collect})
	w.do(id, "manager1", deal.ReviewIntake{Decision: deal.AcceptIntake})
	form, err := w.PutForm(t.Context(), w.as("rep1"), id, deal.Screen, 0, map[string]any{"need": true})
	require.NoError(t, err)
	w.do(id, "rep1", deal.RequestApproval{
		Kind: deal.Filing, Subject: deal.Subject{Type: deal.FormSubject, ID: string(deal.Screen), Version: form.Version}, Text: text("please"),
	})
	open := func(at time.Time) []view.Covered {
		found, err := w.Unrepresented(t.Context(), at, "", 10)
		require.NoError(t, err)
		return found
	}
	state := w.state(id)
	require.Empty(t, open(w.at))
	require.Empty(t, state.Tasks[0].Deputy)

	require.NoError(t, w.AddDelegation(t.Context(), deal.Delegation{
		From: w.people["manager1"], To: w.people["rep1"], Since: w.at, Until: w.at.AddDate(0, 0, 30),
	}))
	require.Empty(t, open(w.at.Add(time.Minute)), "who asks does not get the task")
	since := w.at.Add(time.Hour)
	require.NoError(t, w.AddDelegation(t.Context(), deal.Delegation{
		ID: "d", From: w.people["manager1"], To: w.people["manager2"], Since: since, Until: since.AddDate(0, 0, 7),
	}))
	require.Empty(t, open(since.Add(-time.Second)))
	require.Equal(t, []view.Covered{{Account: id, Seq: state.Seq}}, open(since), "not the other one's account %s", other)
	w.at = since
	w.do(id, "", deal.Recompute{})
	require.Empty(t, open(since))
	state = w.state(id)
	require.Equal(t, w.people["manager2"], state.Tasks[0].Deputy)
	items, _, err := w.Tasks(t.Context(), w.as("manager2"), view.TaskFilter{Status: deal.TaskOpen})
	require.NoError(t, err)
	require.Equal(t, []deal.PersonID{w.people["manager1"], w.people["manager2"]}, []deal.PersonID{items[0].Assignee, items[0].Deputy})
	for _, mine := range []view.TaskFilter{
		{Assignee: w.people["manager2"], Represented: []deal.PersonID{w.people["manager1"]}, Status: deal.TaskOpen},
		{Assignee: w.people["manager1"], Status: deal.TaskOpen},
	} {
		items, _, err = w.Tasks(t.Context(), w.as("ops1"), mine)
		require.NoError(t, err)
		require.Len(t, items, 1)
		asked, _, err := w.Approvals(t.Context(), w.as("ops1"), view.ApprovalFilter{Assignee: mine.Assignee, Represented: mine.Represented})
		require.NoError(t, err)
		require.Len(t, asked, 1)
	}
	w.sound()

	require.Len(t, open(since.AddDate(0, 0, 7)), 1, "it goes back")
	require.NoError(t, w.EndDelegation(t.Context(), "d", since.Add(time.Hour)))
	require.Len(t, open(since.Add(time.Hour)), 1)
	w.at = since.Add(time.Hour)
	w.do(id, "", deal.Recompute{})
	require.Empty(t, open(w.at))
	require.Empty(t, w.state(id).Tasks[0].Deputy)

	w.exec("UPDATE users SET active = false WHERE login = 'manager1'")
	require.Len(t, open(w.at), 1, "and to the next superior once manager1 has left")
	w.do(id, "", deal.Recompute{})
	require.Empty(t, open(w.at))
	require.Equal(t, []deal.PersonID{w.people["director1"]}, w.state(id).Approvals[0].Waiting())
	w.sound()
}

func TestUnrepresented_leavesTheDecisionOfADeputyWhoHasDecidedInTheChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.lead("rep1", customer("晨风集团"))
	w.do(id, "rep1", deal.Advance{From: deal.Collect})
	w.do(id, "manager1", deal.ReviewIntake{Decision: deal.AcceptIntake})
	form, err := w.PutForm(t.Context(), w.as("rep1"), id, deal.Screen, 0, map[string]any{"need": true})
	require.NoError(t, err)
	w.do(id, "rep1", deal.RequestApproval{
		Kind: deal.Filing, Subject: deal.Subject{Type: deal.FormSubject, ID: string(deal.Screen), Version: form.Version},
		Amount: 1_234_500, Currency: "CNY", Text: text("please"),
	})
	w.decide(id, "manager1", deal.Approve, nil)
	require.Equal(t, []deal.PersonID{w.people["finance1"]}, w.latest(id, deal.Filing).Waiting())
	require.NoError(t, w.AddDelegation(t.Context(), deal.Delegation{
		From: w.people["finance1"], To: w.people["manager1"], Since: w.at, Until: w.at.AddDate(0, 0, 30),
	}))
	found, err := w.Unrepresented(t.Context(), w.at, "", 10)
	require.NoError(t, err)
	require.Empty(t, found, "manager1 may not decide twice")
	require.NoError(t, w.AddDelegation(t.Context(), deal.Delegation{
		From: w.people["finance1"], To: w.people["manager2"], Since: w.at, Until: w.at.AddDate(0, 0, 30),
	}))
	found, err = w.Unrepresented(t.Context(), w.at, "", 10)
	require.NoError(t, err)
	require.Len(t, found, 1)
	w.do(id, "", deal.Recompute{})
	require.Equal(t, w.people["manager2"], w.state(id).Tasks[len(w.state(id).Tasks)-1].Deputy, "the next deputy is asked")
	found, err = w.Unrepresented(t.Context(), w.at, "", 10)
	require.NoError(t, err)
	require.Empty(t, found)
}
